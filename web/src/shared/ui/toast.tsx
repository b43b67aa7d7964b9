import { X } from "lucide-react";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { asProblem } from "../problem";
import { Button } from "./button";
import { cx } from "./cx";

interface Toast {
  readonly id: number;
  readonly text: ReactNode;
  readonly tone: "plain" | "good" | "bad";
  readonly action?: { label: string; run: () => void } | undefined;
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();
const set = (to: readonly Toast[]) => {
  toasts = to;
  for (const tell of listeners) tell();
};
const drop = (id: number) => set(toasts.filter((toast) => toast.id !== id));

/** Says that something happened. What needs an answer belongs on the page instead. */
export function toast(text: ReactNode, more: Partial<Pick<Toast, "tone" | "action">> = {}): void {
  set([...toasts.slice(-2), { id: next++, text, tone: "plain", ...more }]);
}

/** Says why something did not work, and what helps. */
export function toastProblem(error: unknown): void {
  const problem = asProblem(error);
  toast(`${problem.message} ${problem.remedy}`, { tone: "bad" });
}

const SHOWN_MS = 6000;

/** Bad news and what can be undone stay until they are put away. */
function Shown({ toast: { id, text, tone, action } }: { toast: Toast }) {
  const stays = tone === "bad" || action !== undefined;
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(() => drop(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, stays]);
  return (
    <li
      className={cx(
        "flex items-center gap-3 rounded-lg border bg-raised py-2 pr-2 pl-3 text-sm shadow-float",
        tone === "bad" ? "border-bad/60" : tone === "good" ? "border-good/60" : "border-line",
      )}
    >
      <span className="flex-1">{text}</span>
      {action && (
        <Button
          size="sm"
          onClick={() => {
            drop(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <button
        type="button"
        aria-label="Put away"
        onClick={() => drop(id)}
        className="rounded-md p-1 text-ink-soft hover:bg-sunken"
      >
        <X className="size-4" />
      </button>
    </li>
  );
}

/** Where toasts are shown and read out. Once, in the shell. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => toasts,
  );
  return (
    <ul
      aria-live="polite"
      aria-label="Messages"
      className="fixed right-3 bottom-3 z-50 flex w-[min(24rem,calc(100vw-1.5rem))] flex-col gap-2"
    >
      {shown.map((one) => (
        <Shown key={one.id} toast={one} />
      ))}
    </ul>
  );
}
