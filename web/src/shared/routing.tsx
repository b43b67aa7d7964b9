import { Link as RouterLink, useNavigate, useParams, useRouterState } from "@tanstack/react-router";
import { type ComponentProps, useCallback, useMemo } from "react";

/**
 * A link inside the app. Features do not know each other's routes, so an address is a text: `/deals/deal_…`. What
 * comes from data goes through {@link path}.
 */
export function Link({
  to,
  search,
  ...rest
}: Omit<ComponentProps<"a">, "href"> & { to: string; search?: Record<string, unknown> | undefined }) {
  // The router's own types know only routes declared in one place; ours are declared by feature.
  const props = { ...rest, to, search, preload: "intent" } as unknown as ComponentProps<typeof RouterLink>;
  return <RouterLink {...props} />;
}

/** `path("/deals", id)`: segments that are data are escaped. */
export const path = (base: string, ...segments: string[]): string =>
  [base, ...segments.map(encodeURIComponent)].join("/");

/** A parameter of the address, decoded. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return params[name] ?? "";
}

/**
 * What a screen remembers in its address, so that a link shows the same. `read` takes the search as it came, from
 * anybody, and answers with something valid. Declare `read` at module scope.
 */
export function useAddress<T extends object>(
  read: (search: Readonly<Record<string, unknown>>) => T,
): [T, (change: Partial<T>, how?: { replace?: boolean }) => void] {
  const search = useRouterState({ select: (state) => state.location.search as Record<string, unknown> });
  const navigate = useNavigate();
  const value = useMemo(() => read(search), [read, search]);
  const set = useCallback(
    (change: Partial<T>, how: { replace?: boolean } = {}) => {
      void navigate({
        to: ".",
        replace: how.replace ?? false,
        resetScroll: false,
        search: (before: Record<string, unknown>) =>
          Object.fromEntries(
            Object.entries({ ...before, ...change }).filter(([, kept]) => kept !== undefined && kept !== ""),
          ),
      } as unknown as Parameters<typeof navigate>[0]);
    },
    [navigate],
  );
  return [value, set];
}

export function useGo(): (to: string, search?: Record<string, unknown>) => void {
  const navigate = useNavigate();
  return useCallback(
    (to, search) =>
      void navigate({ to, ...(search ? { search } : {}) } as unknown as Parameters<typeof navigate>[0]),
    [navigate],
  );
}

/** Where an address leads somebody: a path of ours, whatever was written into it. */
export const ownPath = (to: unknown): string =>
  typeof to === "string" && /^\/(?![/\\])/.test(to) ? to : "/";
