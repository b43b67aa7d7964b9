import type { Move, PipelineMap, Rate, Variant } from "@/api/process";

/** Whose ways are counted. */
export const WHOSE = ["all", "won", "lost"] as const;
export type Whose = (typeof WHOSE)[number];

/** Of so many deals, those that were won or lost; a rate counts the closed ones. */
export function of(whose: Whose, all: number, closed: Rate | null | undefined): number {
  if (whose === "all") return all;
  if (!closed) return 0;
  return whose === "won" ? closed.hits : closed.n - closed.hits;
}

export interface FlowStage {
  readonly label: string;
  readonly end: boolean;
  readonly lost: boolean;
  readonly deals: number;
}

export interface FlowMove {
  readonly from: string;
  readonly to: string;
  readonly deals: number;
}

export interface Flow {
  readonly stages: readonly FlowStage[];
  /** The moves that are made often enough. */
  readonly moves: readonly FlowMove[];
  /** How many kinds of moves were left out. */
  readonly hidden: number;
}

const dealsOf = (whose: Whose, move: Move) => of(whose, move.deals, move.win_rate);

/** Stages and moves with how many deals of those asked for; moves made by less than `least` of them are left out. */
export function flowOf(map: PipelineMap, whose: Whose, least: number): Flow {
  const dwell = new Map(map.dwell.map((stage) => [stage.stage, stage]));
  const moves = map.transitions.edges
    .map((move) => ({ from: move.from, to: move.to, deals: dealsOf(whose, move) }))
    .filter((move) => move.deals > 0);
  const stages = map.stages.map((stage): FlowStage => {
    const stays = dwell.get(stage.label);
    const came = moves.filter((move) => move.to === stage.label).reduce((sum, move) => sum + move.deals, 0);
    return {
      label: stage.label,
      end: stage.end,
      lost: stage.outcome === "lost",
      deals: stage.end ? came : stays ? of(whose, stays.deals, stays.win_rate) : 0,
    };
  });
  const whole = Math.max(0, ...stages.map((stage) => stage.deals));
  const often = moves.filter((move) => move.deals >= whole * least);
  return { stages, moves: often, hidden: moves.length - often.length };
}

/** The ways of those asked for, the most usual first. */
export function variantsOf(
  variants: readonly Variant[],
  whose: Whose,
): { variant: Variant; deals: number; share: number }[] {
  const counted = variants
    .map((variant) => ({ variant, deals: of(whose, variant.count, variant.win_rate) }))
    .filter(({ deals }) => deals > 0)
    .sort((a, b) => b.deals - a.deals);
  const whole = counted.reduce((sum, { deals }) => sum + deals, 0);
  return counted.map((each) => ({ ...each, share: each.deals / whole }));
}
