import { area, curveMonotoneX, curveStepAfter, line } from "d3-shape";
import type { Simulation } from "@/api/simulations";
import type { Frame } from "@/shared/charts/geometry";
import { linear } from "@/shared/charts/scale";

/** `won`: when it is won, over all runs; `closed`: when it is over, either way; `by`: the chance to be won by a day. */
export type View = "won" | "closed" | "by";

type Histogram = Simulation["simulation"]["baseline"]["histogram"];

export interface Closing {
  /** Days a bar is wide. */
  readonly width: number;
  /** Shares of all runs by bar; for `by`, up to the end of it. */
  readonly baseline: readonly number[];
  readonly modified: readonly number[];
  /** What comes after the last bar: shares of all runs. */
  readonly later: { readonly baseline: number; readonly modified: number };
}

const DRAWN = 0.95;
const LEAST_BARS = 6;

/** The same bars at another width: a bar's runs are spread evenly over it. */
export function rebin(bars: readonly number[], from: number, to: number): number[] {
  if (!(from > 0) || !(to > 0) || from === to) return [...bars];
  const out: number[] = [];
  bars.forEach((runs, at) => {
    let low = at * from;
    const high = low + from;
    while (low < high - 1e-9) {
      const bar = Math.floor(low / to + 1e-9);
      const end = Math.min(high, (bar + 1) * to);
      out[bar] = (out[bar] ?? 0) + (runs * (end - low)) / from;
      low = end;
    }
  });
  return Array.from(out, (runs) => runs ?? 0);
}

function ofArm(histogram: Histogram, view: View, runs: number): { bars: number[]; over: number } {
  const all = histogram.won.map((won, at) => won + (view === "closed" ? (histogram.lost[at] ?? 0) : 0));
  // The last bar holds everything later too: it is no bar.
  const shares = all.map((count) => (runs > 0 ? count / runs : 0));
  return { bars: shares.slice(0, -1), over: shares.at(-1) ?? 0 };
}

const total = (bars: readonly number[]) => bars.reduce((sum, share) => sum + share, 0);

/** How many bars hold nearly all of what is drawn. */
function reach(bars: readonly number[]): number {
  const whole = total(bars);
  let sum = 0;
  for (const [at, share] of bars.entries()) {
    sum += share;
    if (sum >= whole * DRAWN) return at + 1;
  }
  return bars.length;
}

/** Both arms over the same days, cut where hardly anything comes any more. */
export function closing({ baseline, modified }: Simulation["simulation"], view: View): Closing {
  const width = Math.max(baseline.histogram.width_days, modified.histogram.width_days);
  const [a, b] = [baseline, modified].map((arm) => {
    const { bars, over } = ofArm(arm.histogram, view, arm.runs);
    return { bars: rebin(bars, arm.histogram.width_days, width), over };
  }) as [ReturnType<typeof ofArm>, ReturnType<typeof ofArm>];
  const bars = Math.max(LEAST_BARS, reach(a.bars), reach(b.bars));
  const cut = ({ bars: all, over }: typeof a) => ({
    kept: Array.from({ length: bars }, (_, at) => all[at] ?? 0),
    later: total(all.slice(bars)) + over,
  });
  const [was, would] = [cut(a), cut(b)];
  const summed = (kept: readonly number[]) => {
    let sum = 0;
    return kept.map((share) => {
      sum += share;
      return sum;
    });
  };
  return {
    width,
    baseline: view === "by" ? summed(was.kept) : was.kept,
    modified: view === "by" ? summed(would.kept) : would.kept,
    later: { baseline: was.later, modified: would.later },
  };
}

const DAY_MS = 86_400_000;

/** The day so many days after an instant. */
export function dayAfter(asOf: string, days: number): string {
  const at = Date.parse(asOf) + days * DAY_MS;
  return Number.isNaN(at) || Math.abs(at) > 8.64e15 ? "" : new Date(at).toISOString().slice(0, 10);
}

/** First days of months within the days drawn, at most `most` of them, evenly apart. */
export function months(asOf: string, days: number, most: number): { day: string; at: number }[] {
  const from = Date.parse(asOf);
  if (Number.isNaN(from) || !(days > 0) || most < 1) return [];
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => days / 30.4 / each <= most) ?? 240;
  const first = new Date(from);
  const out: { day: string; at: number }[] = [];
  for (let month = first.getUTCMonth() + 1; out.length <= most; month += 1) {
    const start = Date.UTC(first.getUTCFullYear(), month, 1);
    const at = (start - from) / DAY_MS;
    if (at > days) break;
    if (new Date(start).getUTCMonth() % Math.min(step, 12) === 0) {
      const year = new Date(start).getUTCFullYear();
      if (step <= 12 || year % (step / 12) === 0)
        out.push({ day: new Date(start).toISOString().slice(0, 10), at });
    }
  }
  return out.slice(0, most);
}

/** Where both arms lie in a chart. */
export function closingPaths(closing: Closing, view: View, box: Frame) {
  const days = closing.width * closing.baseline.length;
  const x = linear([0, days || 1], [box.left, box.width - box.right], { clamp: true });
  const y = linear(
    [0, Math.max(...closing.baseline, ...closing.modified) || 1],
    [box.height - box.bottom, box.top],
    { nice: 4 },
  );
  const points = (shares: readonly number[]): [number, number][] =>
    view === "by"
      ? [[0, 0], ...shares.map((share, at): [number, number] => [(at + 1) * closing.width, share])]
      : [
          ...shares.map((share, at): [number, number] => [at * closing.width, share]),
          [days, shares.at(-1) ?? 0],
        ];
  const curve = view === "by" ? curveMonotoneX : curveStepAfter;
  const drawn = (shares: readonly number[]) => ({
    line:
      line<[number, number]>(
        (p) => x(p[0]),
        (p) => y(p[1]),
      ).curve(curve)(points(shares)) ?? "",
    area:
      area<[number, number]>(
        (p) => x(p[0]),
        y(0),
        (p) => y(p[1]),
      ).curve(curve)(points(shares)) ?? "",
  });
  return {
    days,
    baseline: drawn(closing.baseline),
    modified: drawn(closing.modified),
    x: (value: number) => x(value),
    y: y.ticks(4).map((value) => ({ value, at: y(value) })),
  };
}
