import { X } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";

/** A condition that can be taken away again. */
export function Chip({
  label,
  children,
  onRemove,
}: {
  label: string;
  children: ReactNode;
  onRemove: () => void;
}) {
  return (
    <span className="inline-flex min-h-7 max-w-full items-center gap-1 rounded-md border border-accent/40 bg-accent-soft pl-2 text-xs font-medium text-accent-strong">
      <span className="truncate">{children}</span>
      <button
        type="button"
        aria-label={`Remove ${label}`}
        onClick={onRemove}
        className="flex size-6 items-center justify-center rounded-md hover:bg-surface"
      >
        <X className="size-3.5" />
      </button>
    </span>
  );
}

/** A tile or word that switches something on and off. */
export function Toggle({
  on,
  onChange,
  children,
  className,
}: {
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
  className?: string;
}) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => onChange(!on)}
      className={cx(
        "inline-flex min-h-7 items-center gap-1.5 rounded-md border px-2 text-xs font-medium",
        on
          ? "border-accent bg-accent-soft text-accent-strong"
          : "border-line-strong/60 bg-surface text-ink-soft hover:bg-sunken",
        className,
      )}
    >
      {children}
    </button>
  );
}

/** One of a few, side by side. */
export function Segmented<V extends string>({
  value,
  onChange,
  options,
  label,
}: {
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: ReactNode }[];
  label: string;
}) {
  return (
    <fieldset className="inline-flex rounded-md border border-line-strong/60 bg-surface p-0.5">
      <legend className="unseen">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cx(
            "inline-flex min-h-6 items-center gap-1 rounded-sm px-2.5 text-xs font-medium [&_svg]:size-3.5",
            option.value === value ? "bg-accent-soft text-accent-strong" : "text-ink-soft hover:text-ink",
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
