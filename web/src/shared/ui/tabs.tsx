import { type KeyboardEvent, type ReactNode, Suspense, useEffect, useId, useRef } from "react";
import { cx } from "./cx";
import { Loading } from "./states";

export interface Tab {
  readonly id: string;
  readonly label: ReactNode;
  readonly content: ReactNode;
}

/** Several views of one thing. Keep `value` in the address, so that a link shows the same. */
export function Tabs({
  tabs,
  value,
  onChange,
  label,
}: {
  tabs: readonly Tab[];
  value: string;
  onChange: (id: string) => void;
  label: string;
}) {
  const base = useId();
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.id === value),
  );
  const shown = tabs[at];
  const row = useRef<HTMLDivElement>(null);
  const chosen = shown && `${base}-${shown.id}`;
  // Where not all have room the chosen one is brought into sight, sideways only: the page stays where it is.
  useEffect(() => {
    const list = row.current;
    if (!list || !chosen) return;
    const watch = new ResizeObserver(() => {
      const tab = document.getElementById(chosen);
      if (tab) list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.clientWidth) / 2;
    });
    watch.observe(list);
    return () => watch.disconnect();
  }, [chosen]);
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const to = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at - 1 + tabs.length) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    const next = to === undefined ? undefined : tabs[to];
    if (!next) return;
    event.preventDefault();
    onChange(next.id);
    document.getElementById(`${base}-${next.id}`)?.focus();
  };
  return (
    <div>
      <div
        ref={row}
        role="tablist"
        aria-label={label}
        className="relative mb-4 flex gap-1 overflow-x-auto border-b border-line"
      >
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${base}-${tab.id}`}
            aria-selected={tab === shown}
            aria-controls={tab === shown ? `${base}-panel` : undefined}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => onChange(tab.id)}
            onKeyDown={onKey}
            className={cx(
              "border-b-2 px-3 py-2 text-sm font-medium whitespace-nowrap outline-offset-[-2px]!",
              tab === shown ? "border-accent text-ink" : "border-transparent text-ink-soft hover:text-ink",
            )}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {shown && (
        <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${shown.id}`}>
          {/* What a tab shows may be loaded when it is opened. */}
          <Suspense fallback={<Loading />}>{shown.content}</Suspense>
        </div>
      )}
    </div>
  );
}
