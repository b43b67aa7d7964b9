import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { ChartPie, Keyboard, LogOut, Menu as MenuIcon, RefreshCw, Search, SunMoon } from "lucide-react";
import { lazy, type RefObject, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { meQuery, signOut } from "@/api/me";
import { session } from "@/api/session";
import {
  ariaKeys,
  type Command,
  type CommandContext,
  CommandContextProvider,
  keysFor,
  type NavCommand,
  useCommands,
  useKeyboard,
} from "@/shared/commands";
import { instant } from "@/shared/format";
import { usePageFacts } from "@/shared/page";
import { asProblem } from "@/shared/problem";
import { Link, useGo } from "@/shared/routing";
import { setTheme, useTheme } from "@/shared/theme";
import { IconButton, Keys } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";
import { Toasts, toast } from "@/shared/ui/toast";
import { Account } from "./account";
import { features } from "./routes";

const Help = lazy(() => import("./help"));

const nav: readonly NavCommand[] = features.flatMap((feature) => feature.nav ?? []);
const others: readonly Command[] = features.flatMap((feature) => feature.commands ?? []);

/** By then a screen has what it is for. */
const PALETTE_MS = 1_500;

type Open = "palette" | "search" | "help" | "nav" | undefined;

/** Around every screen: navigation, where one is, of when the figures are, what one can do. */
export function Shell() {
  const { data: me } = useQuery(meQuery);
  const client = useQueryClient();
  const go = useGo();
  const theme = useTheme();
  const [open, setOpen] = useState<Open>();
  const main = useRef<HTMLElement>(null);
  const searches = open === "palette" || open === "search";
  const Palette = usePalette(searches);
  const context = useMemo<CommandContext>(() => ({ go, who: me }), [go, me]);

  const own = useMemo<readonly Command[]>(
    () => [
      {
        id: "app.palette",
        label: "All commands",
        group: "General",
        keys: "mod+k",
        icon: Search,
        run: () => setOpen("palette"),
      },
      {
        id: "app.search",
        label: "Search deals",
        group: "General",
        keys: "/",
        icon: Search,
        run: () => setOpen("search"),
      },
      {
        id: "app.help",
        label: "Keyboard shortcuts",
        group: "General",
        keys: "?",
        icon: Keyboard,
        run: () => setOpen("help"),
      },
      {
        id: "app.theme",
        label: "Switch between light and dark",
        group: "General",
        keys: "g x",
        icon: SunMoon,
        run: () => {
          const dark =
            theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
          setTheme(dark ? "light" : "dark");
        },
      },
      {
        id: "app.sign-out",
        label: "Sign out",
        group: "General",
        icon: LogOut,
        run: () => void signOut().catch((error) => toast(asProblem(error).message, { tone: "bad" })),
      },
    ],
    [theme],
  );
  useCommands(own);
  useCommands(nav);
  useCommands(others);
  useKeyboard(context);

  useEffect(
    () =>
      session.onEnded(() => {
        // What one person saw must not be there for the next.
        client.clear();
        const next = `${location.pathname}${location.search}`;
        go("/sign-in", next === "/" ? undefined : { next });
      }),
    [client, go],
  );

  useNewPage(main, () => setOpen(undefined));

  return (
    <CommandContextProvider value={context}>
      <div className="grid min-h-dvh grid-cols-1 lg:grid-cols-[13rem_minmax(0,1fr)]">
        <a
          href="#main"
          className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
        >
          Skip to content
        </a>
        <aside className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface lg:flex">
          <Brand />
          <Navigation context={context} />
        </aside>
        <div className="flex min-w-0 flex-col">
          <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-surface px-3 lg:px-5">
            <IconButton
              label="Navigation"
              className="lg:hidden"
              aria-expanded={open === "nav"}
              onClick={() => setOpen(open === "nav" ? undefined : "nav")}
            >
              <MenuIcon />
            </IconButton>
            <Breadcrumb />
            <div className="ml-auto flex items-center gap-1.5">
              <AsOf />
              <button
                type="button"
                onClick={() => setOpen("palette")}
                aria-keyshortcuts={ariaKeys("mod+k")}
                className="flex h-8 items-center gap-2 rounded-md border border-line-strong/60 px-2 text-xs text-ink-faint hover:bg-sunken"
              >
                <Search className="size-4" />
                <span className="max-sm:unseen">Search</span>
                <span aria-hidden="true" className="hidden sm:inline">
                  <Keys keys="mod+k" />
                </span>
              </button>
              <Account me={me} commands={own} context={context} />
            </div>
          </header>
          {open === "nav" && (
            <div className="border-b border-line bg-surface lg:hidden">
              <Navigation context={context} />
            </div>
          )}
          <main
            ref={main}
            id="main"
            tabIndex={-1}
            className="mx-auto w-full max-w-[100rem] min-w-0 flex-1 px-3 py-4 outline-none lg:px-5"
          >
            <Outlet />
          </main>
        </div>
        <Toasts />
        <Suspense>
          {Palette && searches && (
            <Palette mode={open} context={context} onClose={() => setOpen(undefined)} />
          )}
          {open === "help" && <Help context={context} onClose={() => setOpen(undefined)} />}
        </Suspense>
      </div>
    </CommandContextProvider>
  );
}

/**
 * The palette, loaded soon after the first screen or when it is asked for. Whoever asks types at once, and letters that
 * come before it does go to the page, as its keys: a `lazy` one shows a third of a second late the first time.
 */
function usePalette(isAsked: boolean) {
  const [palette, setPalette] = useState<typeof import("./palette").default>();
  const [failed, setFailed] = useState<Error>();
  useEffect(() => {
    if (palette) return;
    const load = () => import("./palette").then((part) => setPalette(() => part.default), setFailed);
    const soon = setTimeout(load, isAsked ? 0 : PALETTE_MS);
    return () => clearTimeout(soon);
  }, [palette, isAsked]);
  if (isAsked && failed) throw failed;
  return palette;
}

/** After a change of screen the focus goes to the new one, and it is told. */
function useNewPage(main: RefObject<HTMLElement | null>, close: () => void): void {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const before = useRef(pathname);
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    latest.current();
    main.current?.focus({ preventScroll: true });
  }, [pathname, main]);
}

function Brand() {
  return (
    <Link to="/" className="flex h-12 items-center gap-2 px-4 text-lg font-semibold tracking-tight">
      <ChartPie className="size-5 text-accent" />
      Pie
    </Link>
  );
}

function Navigation({ context }: { context: CommandContext }) {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const groups = new Map<string, NavCommand[]>();
  for (const entry of nav) {
    if (entry.when && !entry.when(context)) continue;
    groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  }
  const here = (to: string) =>
    to === "/" ? pathname === "/" : pathname === to || pathname.startsWith(`${to}/`);
  return (
    <nav aria-label="Main" className="flex-1 overflow-y-auto px-2 py-2">
      {[...groups].map(([group, entries]) => (
        <div key={group} className="mb-3">
          {group !== "Go to" && <p className="px-2 pb-1 text-2xs font-medium text-ink-faint">{group}</p>}
          <ul>
            {entries.map((entry) => (
              <li key={entry.id}>
                <Link
                  to={entry.to}
                  title={entry.keys ? `${entry.label} (${keysFor(entry.keys).join(" ")})` : undefined}
                  aria-current={here(entry.to) ? "page" : undefined}
                  className={cx(
                    "flex min-h-8 items-center gap-2.5 rounded-md px-2 text-sm",
                    here(entry.to)
                      ? "bg-accent-soft font-medium text-accent-strong"
                      : "text-ink-soft hover:bg-sunken hover:text-ink",
                  )}
                >
                  <entry.icon className="size-4 shrink-0" />
                  {entry.label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function Breadcrumb() {
  const facts = usePageFacts();
  if (!facts) return null;
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 text-sm">
        {(facts.trail ?? []).map((crumb) => (
          <li key={crumb.to} className="hidden items-center gap-1.5 text-ink-faint sm:flex">
            <Link to={crumb.to} className="hover:text-ink">
              {crumb.label}
            </Link>
            <span aria-hidden="true">/</span>
          </li>
        ))}
        <li aria-current="page" className="truncate font-medium">
          {facts.title}
        </li>
      </ol>
    </nav>
  );
}

/** Of when the figures are, and a way to newer ones. */
function AsOf() {
  const facts = usePageFacts();
  if (!facts?.asOf) return null;
  const text = `as of ${instant(facts.asOf)}`;
  return (
    <div className="flex items-center gap-1 text-xs text-ink-faint">
      <time dateTime={facts.asOf} className="hidden md:inline">
        {text}
      </time>
      {facts.refresh && (
        <IconButton label={`Refresh: ${text}`} onClick={facts.refresh}>
          <RefreshCw />
        </IconButton>
      )}
    </div>
  );
}
