import type { Changes, Part } from "@/api/forecasts";
import type { Step } from "@/shared/charts/geometry";
import type { Flow } from "@/shared/charts/sankey-layout";
import { date, drawn } from "@/shared/format";

const names: Readonly<Record<string, string>> = {
  opened: "Opened",
  reopened: "Reopened",
  increased: "Grew",
  decreased: "Shrank",
  won: "Won",
  lost: "Lost",
};

const tones: Readonly<Record<string, Step["tone"]>> = {
  opened: "plain",
  reopened: "plain",
  won: "good",
};

const DAY_MS = 86_400_000;

/** The last day that belongs to a span: its end is the first moment after it. */
export function lastDay(to: string): string {
  const at = Date.parse(to);
  if (Number.isNaN(at)) return "";
  return new Date(at % DAY_MS === 0 ? at - 1 : at).toISOString().slice(0, 10);
}

export interface Bar {
  readonly part: Part;
  readonly name: string;
  readonly step: Step;
}

/** The parts as steps of a waterfall. What no deal did is left out, the two ends never. */
export function stepsOf(changes: Pick<Changes, "waterfall" | "from" | "to">): Bar[] {
  return changes.waterfall
    .filter((part) => part.kind === "start" || part.kind === "end" || part.count > 0)
    .map((part) => {
      const level = part.kind === "start" || part.kind === "end";
      const name =
        part.kind === "start"
          ? `Open ${date(changes.from.slice(0, 10))}`
          : part.kind === "end"
            ? `Open ${date(lastDay(changes.to))}`
            : (names[part.kind] ?? part.kind);
      return {
        part,
        name,
        step: {
          label: part.kind === "start" ? "Start" : part.kind === "end" ? "End" : name,
          value: drawn(part.amount),
          level,
          tone: tones[part.kind],
        },
      };
    });
}

/** How deals moved between stages, as flows of deals or of money. */
export const flowsOf = (moves: Changes["moves"], by: "deals" | "amount"): Flow[] =>
  moves.map((move) => ({
    from: move.from,
    to: move.to,
    value: by === "deals" ? move.count : Math.max(0, drawn(move.amount)),
  }));
