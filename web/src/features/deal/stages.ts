import type { Pipeline } from "@/api/pipelines";
import type { PathStage } from "@/shared/charts";
import { days } from "@/shared/format";

interface Move {
  readonly from?: string | null | undefined;
  readonly to: string;
  readonly at: string;
  readonly days_in_from?: number | null | undefined;
}

/**
 * The way of a deal through its pipeline: what it went through with the days it stayed, where it is, what lies ahead.
 * A stage that is behind and was never entered was skipped. Stages the pipeline does not know stand where they came.
 */
export function stagePath(
  stages: Pipeline["stages"],
  moves: readonly Move[],
  now: { stage: string | null | undefined; outcome: string; daysInStage: number | null | undefined },
): PathStage[] {
  const stayed = new Map<string, number>();
  for (const move of moves) {
    if (move.from) stayed.set(move.from, (stayed.get(move.from) ?? 0) + (move.days_in_from ?? 0));
  }
  const entered = new Set(
    [...moves.flatMap((move) => [move.from, move.to]), now.stage].filter((stage) => stage != null),
  );
  const ordered = [...stages].sort((a, b) => a.order - b.order);
  const other = now.outcome === "won" ? "closed_lost" : now.outcome === "lost" ? "closed_won" : "closed_lost";
  const known = ordered
    .filter((stage) => stage.canonical !== other || entered.has(stage.label))
    .map((stage) => stage.label);
  const labels = [...[...entered].filter((stage) => !known.includes(stage)), ...known];
  const at = labels.indexOf(now.stage ?? "");
  return labels.map((label, index) => {
    const was = stayed.get(label);
    if (index === at) {
      const here = now.outcome === "open" ? now.daysInStage : undefined;
      return { label, state: "now", note: here == null ? undefined : days(Math.round(here)) };
    }
    if (entered.has(label))
      return { label, state: "past", note: was === undefined ? undefined : days(Math.round(was)) };
    return { label, state: index < at || now.outcome === "lost" ? "skipped" : "ahead" };
  });
}
