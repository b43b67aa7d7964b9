import { useEffect, useSyncExternalStore } from "react";

export interface Crumb {
  readonly label: string;
  readonly to: string;
}

export interface PageFacts {
  readonly title: string;
  /** What stands above this page. */
  readonly trail?: readonly Crumb[] | undefined;
  /** The moment the figures are of; the shell shows it. */
  readonly asOf?: string | undefined;
  /** Asks for newer ones. */
  readonly refresh?: (() => void) | undefined;
}

let facts: PageFacts | undefined;
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const usePageFacts = (): PageFacts | undefined => useSyncExternalStore(subscribe, () => facts);

/** Tells the shell what is shown: title, breadcrumb, `as_of`, how to refresh. Memoise `trail` and `refresh`. */
export function usePage({ title, trail, asOf, refresh }: PageFacts): void {
  useEffect(() => {
    facts = { title, trail, asOf, refresh };
    document.title = `${title} · Pie`;
    tell();
  }, [title, trail, asOf, refresh]);
  useEffect(
    () => () => {
      facts = undefined;
      tell();
    },
    [],
  );
}
