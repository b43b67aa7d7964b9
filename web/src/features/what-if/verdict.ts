import type { Delta, Simulation } from "@/api/simulations";
import { days as inDays, percent, points, signed } from "@/shared/format";

export type Tone = "good" | "bad" | "plain";

export interface Verdict {
  readonly tone: Tone;
  /** In a few words. */
  readonly title: string;
  /** One sentence with the figures. */
  readonly text: string;
}

/** Below this a difference of chances is none that anybody would act on. */
const HARDLY = 0.0005;

/** `+4.8 to +11.2 pts`. */
export function pointsRange(low: number, high: number): string {
  const [from, to] = [points(low), points(high)];
  return from === to ? from : `${from.replace(/ pts$/, "")} to ${to}`;
}

const isNothing = ({ value, low, high }: Delta["p_win"]) =>
  Math.max(Math.abs(value), Math.abs(low), Math.abs(high)) < HARDLY;

/** Whether the interval of a difference leaves open which way it goes. */
export const isTooClose = (delta: Delta["p_win"]): boolean =>
  !isNothing(delta) && delta.low <= 0 && delta.high >= 0;

type Asked = Pick<Simulation, "scenarios" | "baseline" | "modified" | "delta" | "simulation">;

/** What a simulation says, with no more certainty than it has. */
export function verdict(asked: Asked): Verdict {
  const { baseline, modified, delta } = asked;
  if (asked.scenarios.length === 0) {
    return {
      tone: "plain",
      title: "As it is",
      text: `Nothing is changed yet: the chance to win is ${percent(baseline.p_win)}.`,
    };
  }
  const { p_win } = delta;
  const way = `The chance to win goes from ${percent(baseline.p_win)} to ${percent(modified.p_win)}`;
  if (isTooClose(p_win)) {
    return {
      tone: "plain",
      title: "Too close to call",
      text: `The difference is ${points(p_win.value)}, but its 80% interval runs from ${pointsRange(p_win.low, p_win.high)}: this could help or harm.`,
    };
  }
  if (isNothing(p_win)) {
    const sooner = asked.simulation.days;
    const moves = (sooner.low > 0 || sooner.high < 0) && Math.abs(delta.expected_days) >= 0.5;
    if (moves) {
      const by = inDays(Math.round(Math.abs(delta.expected_days)));
      return {
        tone: delta.expected_days < 0 ? "good" : "bad",
        title: delta.expected_days < 0 ? "Sooner, not likelier" : "Later, not less likely",
        text: `The chance to win stays at ${percent(modified.p_win)}; it closes ${by} ${delta.expected_days < 0 ? "sooner" : "later"} on average.`,
      };
    }
    return {
      tone: "plain",
      title: "No difference",
      text: `The chance to win stays at ${percent(modified.p_win)}, and so does the time it takes.`,
    };
  }
  return {
    tone: p_win.value > 0 ? "good" : "bad",
    title: p_win.value > 0 ? "This helps" : "This harms",
    text: `${way}: ${points(p_win.value)}, 80% interval ${pointsRange(p_win.low, p_win.high)}.`,
  };
}

/** `+$274 (+$179 to +$422)`. */
export function signedRange(
  range: { value: number; low: number; high: number } | null | undefined,
  of: (value: number) => string,
): { value: string; range: string } | undefined {
  if (!range) return undefined;
  return {
    value: signed(range.value, of),
    range: `${signed(range.low, of)} to ${signed(range.high, of)}`,
  };
}
