import type { ReactNode } from "react";

export interface PathStage {
  readonly label: string;
  readonly state: "past" | "now" | "ahead" | "skipped";
  /** Below the name: `12 days`. */
  readonly note?: ReactNode;
}

/** Where a deal is on its way. A list, so it needs no other text. */
export function StagePath({ stages, label }: { stages: readonly PathStage[]; label: string }) {
  const look = {
    past: "border-accent/40 bg-accent-soft text-accent-strong",
    now: "border-accent bg-accent text-on-accent",
    ahead: "border-line bg-surface text-ink-faint",
    skipped: "border-dashed border-line bg-surface text-ink-faint line-through",
  };
  return (
    <ol aria-label={label} className="flex flex-wrap gap-1">
      {stages.map((stage, at) => (
        <li
          key={at}
          aria-current={stage.state === "now" ? "step" : undefined}
          className={`min-w-24 flex-1 rounded-md border px-2 py-1.5 text-xs ${look[stage.state]}`}
        >
          <span className="block truncate font-medium">{stage.label}</span>
          {stage.note && <span className="block truncate">{stage.note}</span>}
        </li>
      ))}
    </ol>
  );
}
