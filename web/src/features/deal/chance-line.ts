import type { Score } from "@/api/deals";
import { domain, type Frame, finite, lineWithBand, round } from "@/shared/charts/geometry";
import { linear } from "@/shared/charts/scale";

const DAY_MS = 86_400_000;

/** Days that can be written under an axis: of few days each, of many the firsts of months. */
export function dayTicks(from: number, to: number, most: number): number[] {
  if (!finite(from) || !finite(to) || to <= from || most < 1) return [];
  const span = (to - from) / DAY_MS;
  if (span <= 45) {
    const step = Math.max(1, Math.ceil(span / most)) * DAY_MS;
    const first = Math.ceil(from / DAY_MS) * DAY_MS;
    return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, at) => first + at * step);
  }
  const months = span / 30.4;
  const every = [1, 2, 3, 6, 12, 24, 60, 120].find((step) => months / step <= most) ?? 240;
  const start = new Date(from);
  const month = start.getUTCFullYear() * 12 + start.getUTCMonth();
  const ticks: number[] = [];
  for (let at = Math.ceil(month / every) * every; ; at += every) {
    const day = Date.UTC(Math.floor(at / 12), at % 12, 1);
    if (day > to) return ticks;
    if (day >= from) ticks.push(day);
  }
}

export interface StageMark {
  readonly at: number;
  readonly label: string;
  readonly outcome: string;
  readonly x: number;
  /** Where there is room to write it. */
  readonly side: "after" | "before" | undefined;
}

/** A chance over time: the line and its band, and where the stage changed. */
export function chanceOverTime(scores: readonly Score[], box: Frame) {
  const timed = scores.map((score) => ({ score, x: Date.parse(score.at) })).filter(({ x }) => finite(x));
  const points = timed.flatMap(({ score, x }) =>
    score.p_win ? [{ x, y: score.p_win.value, low: score.p_win.low, high: score.p_win.high }] : [],
  );
  const [from, to] = domain(
    timed.map(({ x }) => x),
    false,
  );
  const most = Math.max(0.05, ...points.map(({ high }) => (finite(high) ? high : 0)));
  const top = Math.min(1, Math.ceil(most * 10) / 10);
  const x = linear([from, to], [box.left, box.width - box.right], { clamp: true });
  // The line ends where it closed, the frame of both is the same.
  const drawn = lineWithBand(points, box, { y: [0, top], x: [from, to] });
  let free = Number.NEGATIVE_INFINITY;
  const marks = timed
    .filter(({ score }) => score.entered)
    .map(({ score, x: at }): StageMark => {
      const label =
        score.outcome === "open" ? (score.stage ?? "no stage") : score.outcome === "won" ? "Won" : "Lost";
      const place = round(x(at));
      const width = 12 + Math.min(label.length, LONGEST) * 5.6;
      const side =
        place < free
          ? undefined
          : place + width <= box.width
            ? "after"
            : place - width >= free
              ? "before"
              : undefined;
      if (side) free = place + (side === "after" ? width : 0);
      return { at, label, outcome: score.outcome, x: place, side };
    });
  const ticks = timed.length > 0 ? dayTicks(from, to, Math.max(2, Math.floor(box.width / 90))) : [];
  return {
    ...drawn,
    x: ticks.map((value) => ({ value, at: round(x(value)) })),
    marks,
  };
}

/** Letters of a stage's name that are written. */
export const LONGEST = 16;
