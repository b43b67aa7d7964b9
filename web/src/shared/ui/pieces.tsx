import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";

export type Tone = "plain" | "accent" | "good" | "warn" | "bad";

const tones: Record<Tone, string> = {
  plain: "bg-sunken text-ink-soft",
  accent: "bg-accent-soft text-accent-strong",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
};

/** A state in one or two words. */
export function Badge({ tone = "plain", className, ...rest }: ComponentProps<"span"> & { tone?: Tone }) {
  return (
    <span
      {...rest}
      className={cx(
        "inline-flex items-center gap-1 rounded-sm px-1.5 py-0.5 text-xs font-medium whitespace-nowrap",
        tones[tone],
        className,
      )}
    />
  );
}

/** A panel with a heading. `level` is the heading's place on the page. */
export function Card({
  title,
  aside,
  children,
  className,
  level = 2,
  flush = false,
}: {
  title?: ReactNode;
  /** At the end of the heading's line. */
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  level?: 2 | 3;
  /** Without padding, for tables. */
  flush?: boolean;
}) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className={cx("panel min-w-0", className)}>
      {(title || aside) && (
        <header className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b border-line px-4 py-2.5">
          <Heading className="text-base font-semibold">{title}</Heading>
          {aside && <div className="flex items-center gap-2 text-xs text-ink-faint">{aside}</div>}
        </header>
      )}
      <div className={flush ? "" : "p-4"}>{children}</div>
    </section>
  );
}

/** A figure with its name, interval and what it rests on. */
export function Figure({
  label,
  value,
  interval,
  note,
  title,
  tone,
}: {
  label: ReactNode;
  value: ReactNode;
  interval?: ReactNode;
  note?: ReactNode;
  /** The whole amount, when the value is shortened. */
  title?: string;
  tone?: "good" | "warn" | "bad";
}) {
  const colour =
    tone === "good" ? "text-good" : tone === "warn" ? "text-warn" : tone === "bad" ? "text-bad" : "text-ink";
  return (
    <div className="min-w-0">
      <div className="text-xs text-ink-faint">{label}</div>
      <div className={cx("text-xl font-semibold tracking-tight", colour)} title={title}>
        {value}
      </div>
      {interval && <div className="text-xs text-ink-soft">{interval}</div>}
      {note && <div className="text-xs text-ink-faint">{note}</div>}
    </div>
  );
}

/** Figures side by side, in columns as wide as there is room for. */
export function Figures({ className, ...rest }: ComponentProps<"section">) {
  return (
    <section
      {...rest}
      className={cx(
        "grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-x-6 gap-y-3 px-4 py-3",
        className,
      )}
    />
  );
}

/** How far something is. Without `total` it is under way and nobody knows how far. */
export function Progress({
  done,
  total,
  label,
}: {
  done: number;
  total?: number | null | undefined;
  label: string;
}) {
  const share = total && total > 0 ? Math.min(1, done / total) : undefined;
  return (
    <progress
      aria-label={label}
      {...(share === undefined ? {} : { value: share, max: 1 })}
      className="h-1.5 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
    />
  );
}

/** A page's own heading. There is one per page. */
export function PageHead({
  title,
  sub,
  actions,
}: {
  title: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
        {sub && <p className="mt-0.5 text-sm text-ink-soft">{sub}</p>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

/** Name and value, one under another. */
export function Facts({ facts }: { facts: readonly (readonly [ReactNode, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5 text-sm">
      {facts.map(([name, value], at) => (
        <div key={at} className="contents">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="min-w-0 wrap-anywhere whitespace-pre-wrap">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
