/**
 * Where things lie in a chart. Pure: numbers in, numbers out, and never NaN out: a chart of nothing is empty, one of
 * absurd figures is still inside its frame.
 */
import { extent, max, sum } from "d3-array";
import { area, curveMonotoneX, curveStepAfter, line } from "d3-shape";
import { bands, type Linear, linear } from "./scale";

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export const frame = (width: number, height: number, margin: Partial<Frame> = {}): Frame => ({
  width,
  height,
  top: 8,
  right: 12,
  bottom: 24,
  left: 44,
  ...margin,
});

/** A number that can be drawn: sums and differences of such stay numbers. */
export const finite = (value: number | null | undefined): value is number =>
  typeof value === "number" && Math.abs(value) < 1e300;
export const round = (value: number) => Math.round(value * 100) / 100;

/** A domain with room: never empty, never upside down. */
export function domain(values: readonly (number | null | undefined)[], zero = true): [number, number] {
  const [low, high] = extent(values.filter(finite));
  if (low === undefined || high === undefined) return [0, 1];
  const from = zero ? Math.min(0, low) : low;
  const to = zero ? Math.max(0, high) : high;
  if (from === to) return from === 0 ? [0, 1] : [from - Math.abs(from) / 2, to + Math.abs(to) / 2];
  return [from, to];
}

export interface Tick {
  readonly at: number;
  readonly value: number;
}

const ticksOf = (scale: Linear, count: number): Tick[] =>
  scale.ticks(count).map((value) => ({ value, at: round(scale(value)) }));

/** P10, P50 and P90 on one line. */
export function intervalBar(
  { low, mid, high }: { low: number; mid: number; high: number },
  [from, to]: readonly [number, number],
  width: number,
): { x: number; width: number; mid: number } {
  const scale = linear(from === to ? [from, from + 1] : [from, to], [0, width], { clamp: true });
  const place = (value: number) => round(scale(finite(value) ? value : from));
  const [a, b] = [Math.min(place(low), place(high)), Math.max(place(low), place(high))];
  return { x: a, width: Math.max(b - a, 2), mid: Math.min(b, Math.max(a, place(mid))) };
}

/** Two or more distributions over the same bins, drawn over each other as shares of their own whole. */
export function distributions(
  series: readonly (readonly number[])[],
  binWidth: number,
  box: Frame,
): { paths: { area: string; line: string }[]; x: Tick[]; y: Tick[]; atValue: (value: number) => number } {
  const clean = series.map((bins) => bins.map((count) => (finite(count) && count > 0 ? count : 0)));
  // The far end of a long tail is cut where it is empty for all.
  const used = Math.max(1, ...clean.map((bins) => bins.findLastIndex((count) => count > 0) + 1));
  const shares = clean.map((bins) => {
    const whole = sum(bins);
    return Array.from({ length: used }, (_, at) => (whole > 0 ? (bins[at] ?? 0) / whole : 0));
  });
  const step = finite(binWidth) && binWidth > 0 ? binWidth : 1;
  const x = linear([0, used * step], [box.left, box.width - box.right], { clamp: true });
  const y = linear([0, max(shares.flat()) || 1], [box.height - box.bottom, box.top], { nice: 4 });
  const points = (bins: readonly number[]): [number, number][] => [
    ...bins.map((share, at): [number, number] => [at * step, share]),
    [used * step, bins.at(-1) ?? 0],
  ];
  const top = line<[number, number]>(
    (p) => round(x(p[0])),
    (p) => round(y(p[1])),
  ).curve(curveStepAfter);
  const under = area<[number, number]>(
    (p) => round(x(p[0])),
    y(0),
    (p) => round(y(p[1])),
  ).curve(curveStepAfter);
  return {
    paths: shares.map((bins) => ({ area: under(points(bins)) ?? "", line: top(points(bins)) ?? "" })),
    x: ticksOf(x, 6),
    y: ticksOf(y, 4),
    atValue: (value) => round(x(finite(value) ? value : 0)),
  };
}

export interface ReliabilityBin {
  /** What was said, 0 to 1. */
  readonly predicted: number;
  /** What came, 0 to 1, with its interval. */
  readonly observed: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly n: number;
}

/** Said against happened: on the diagonal the model can be taken at its word. */
export function reliability(bins: readonly ReliabilityBin[], box: Frame, upTo = 1) {
  const x = linear([0, upTo], [box.left, box.width - box.right], { clamp: true });
  const y = linear([0, upTo], [box.height - box.bottom, box.top], { clamp: true });
  const most = Math.max(1, ...bins.map((bin) => (finite(bin.n) ? bin.n : 0)));
  return {
    diagonal: { x1: x(0), y1: y(0), x2: x(upTo), y2: y(upTo) },
    points: bins
      .filter((bin) => finite(bin.predicted) && finite(bin.observed) && bin.n > 0 && bin.predicted <= upTo)
      .map((bin) => ({
        bin,
        x: round(x(bin.predicted)),
        y: round(y(bin.observed)),
        low: round(y(finite(bin.low) ? bin.low : bin.observed)),
        high: round(y(finite(bin.high) ? bin.high : bin.observed)),
        // The area says how many.
        r: round(2.5 + 3.5 * Math.sqrt(bin.n / most)),
      })),
    x: ticksOf(x, 5),
    y: ticksOf(y, 5),
  };
}

export interface Step {
  readonly label: string;
  readonly value: number;
  /** A level rather than a change: it starts at nought. */
  readonly level?: boolean | undefined;
  /** What a step is, where up is not good and down not bad: a win leaves the open pipeline too. */
  readonly tone?: "good" | "bad" | "plain" | undefined;
}

/** From one level to another by what was added and taken. */
export function waterfall(steps: readonly Step[], box: Frame) {
  let level = 0;
  const spans = steps.map((step) => {
    const value = finite(step.value) ? step.value : 0;
    const from = step.level ? 0 : level;
    const to = step.level ? value : level + value;
    level = to;
    return { step, from, to };
  });
  const x = bands(spans.length, [box.left, box.width - box.right], 0.28);
  const y = linear(domain(spans.flatMap(({ from, to }) => [from, to])), [box.height - box.bottom, box.top], {
    nice: 5,
  });
  return {
    zero: round(y(0)),
    y: ticksOf(y, 5),
    bars: spans.map(({ step, from, to }, at) => ({
      step,
      x: round(x.at(at)),
      width: round(x.width),
      y: round(Math.min(y(from), y(to))),
      height: round(Math.max(Math.abs(y(from) - y(to)), 1)),
      end: round(y(to)),
      kind: step.level ? ("level" as const) : to >= from ? ("up" as const) : ("down" as const),
    })),
  };
}

export interface BandPoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number | null | undefined;
  readonly high?: number | null | undefined;
}

/** A line and how unsure it is. `x` is a number or a time in ms. Gaps are gaps. */
export function lineWithBand(
  points: readonly BandPoint[],
  box: Frame,
  options: { zero?: boolean; y?: [number, number]; x?: [number, number] } = {},
) {
  const good = points.filter((point) => finite(point.x));
  const x = linear(
    options.x ??
      domain(
        good.map((point) => point.x),
        false,
      ),
    [box.left, box.width - box.right],
  );
  const y = linear(
    options.y ??
      domain(
        good.flatMap((point) => [point.y, point.low, point.high]),
        options.zero ?? true,
      ),
    [box.height - box.bottom, box.top],
    { clamp: true, nice: options.y ? undefined : 5 },
  );
  const at = (point: BandPoint) => round(x(point.x));
  return {
    line:
      line<BandPoint>(at, (point) => round(y(point.y)))
        .defined((point) => finite(point.y))
        .curve(curveMonotoneX)(good) ?? "",
    band:
      area<BandPoint>(
        at,
        (point) => round(y(point.low ?? 0)),
        (point) => round(y(point.high ?? 0)),
      )
        .defined((point) => finite(point.low) && finite(point.high))
        .curve(curveMonotoneX)(good) ?? "",
    points: good
      .filter((point) => finite(point.y))
      .map((point) => ({ point, x: at(point), y: round(y(point.y)) })),
    x: ticksOf(x, 6),
    y: ticksOf(y, 5),
    zero: round(y(0)),
  };
}

export interface Stack {
  readonly label: string;
  readonly values: readonly number[];
  /** From where to where its end may lie. */
  readonly range?: readonly [number, number] | undefined;
}

/** Bars of parts. What is below nought hangs below it. */
export function stackedBars(stacks: readonly Stack[], box: Frame) {
  const x = bands(stacks.length, [box.left, box.width - box.right], 0.25);
  const ends = stacks.flatMap((stack) => {
    const good = stack.values.filter(finite);
    return [
      sum(good.filter((value) => value > 0)),
      sum(good.filter((value) => value < 0)),
      ...(stack.range ?? []),
    ];
  });
  const y = linear(domain(ends), [box.height - box.bottom, box.top], { nice: 5 });
  return {
    zero: round(y(0)),
    y: ticksOf(y, 5),
    bars: stacks.map((stack, at) => {
      let up = 0;
      let down = 0;
      return {
        label: stack.label,
        x: round(x.at(at)),
        width: round(x.width),
        range: stack.range?.every(finite)
          ? { low: round(y(stack.range[0])), high: round(y(stack.range[1])) }
          : undefined,
        parts: stack.values.map((raw) => {
          const value = finite(raw) ? raw : 0;
          const from = value >= 0 ? up : down;
          if (value >= 0) up += value;
          else down += value;
          return {
            value,
            y: round(y(Math.max(from, from + value))),
            height: round(Math.abs(y(from) - y(from + value))),
          };
        }),
      };
    }),
  };
}

/** A line without axes. */
export function sparkline(
  values: readonly (number | null | undefined)[],
  width: number,
  height: number,
): string {
  const good = values.map((y, x) => ({ x, y: finite(y) ? y : Number.NaN }));
  const x = linear([0, Math.max(1, values.length - 1)], [1, width - 1]);
  const y = linear(domain(values, false), [height - 2, 2]);
  return (
    line<{ x: number; y: number }>(
      (point) => round(x(point.x)),
      (point) => round(y(point.y)),
    ).defined((point) => finite(point.y))(good) ?? ""
  );
}

export interface ProcessNode {
  readonly id: string;
  readonly label: string;
  /** How far along, 0 first: the column. */
  readonly rank: number;
  readonly weight: number;
}

export interface ProcessEdge {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

/** Stages in columns by rank; edges that go back run below. */
export function processGraph(nodes: readonly ProcessNode[], edges: readonly ProcessEdge[], box: Frame) {
  const ranks = [...new Set(nodes.map((node) => node.rank))].sort((a, b) => a - b);
  const [nodeWidth, nodeHeight] = [112, 40];
  const columns = Math.max(1, ranks.length);
  const room = box.width - box.left - box.right - nodeWidth;
  const place = new Map<string, { x: number; y: number }>();
  const placed = nodes.map((node) => {
    const column = ranks.indexOf(node.rank);
    const mates = nodes.filter((other) => other.rank === node.rank);
    const row = mates.indexOf(node);
    const free = box.height - box.top - box.bottom;
    const x = round(box.left + (columns === 1 ? room / 2 : (room * column) / (columns - 1)));
    const y = round(box.top + (free * (row + 0.5)) / mates.length - nodeHeight / 2);
    place.set(node.id, { x, y });
    return { node, x, y, width: nodeWidth, height: nodeHeight };
  });
  const most = Math.max(1, ...edges.map((edge) => (finite(edge.weight) ? edge.weight : 0)));
  const drawn = edges.flatMap((edge) => {
    const [a, b] = [place.get(edge.from), place.get(edge.to)];
    if (!a || !b || !finite(edge.weight) || edge.weight <= 0) return [];
    const forward = b.x > a.x;
    const width = round(1 + 6 * Math.sqrt(edge.weight / most));
    const [x1, y1] = [
      forward ? a.x + nodeWidth : a.x + nodeWidth / 2,
      forward ? a.y + nodeHeight / 2 : a.y + nodeHeight,
    ];
    const [x2, y2] = [forward ? b.x : b.x + nodeWidth / 2, forward ? b.y + nodeHeight / 2 : b.y + nodeHeight];
    const bend = forward ? Math.max(24, (x2 - x1) / 2) : 0;
    const sink = forward ? 0 : Math.min(box.height - 4, Math.max(y1, y2) + 30 + Math.abs(x1 - x2) / 8);
    const path = forward
      ? `M${x1},${y1}C${round(x1 + bend)},${y1} ${round(x2 - bend)},${y2} ${x2},${y2}`
      : `M${x1},${y1}C${x1},${round(sink)} ${x2},${round(sink)} ${x2},${y2}`;
    return [
      {
        edge,
        path,
        width,
        forward,
        x: round((x1 + x2) / 2),
        y: forward ? round((y1 + y2) / 2) : round(sink * 0.75 + Math.max(y1, y2) * 0.25),
      },
    ];
  });
  return { nodes: placed, edges: drawn };
}

/** Bars on a common scale, for lists: a share of the longest. */
export function barShares(values: readonly number[]): number[] {
  const most = Math.max(0, ...values.filter(finite).map(Math.abs));
  return values.map((value) => (most > 0 && finite(value) ? Math.abs(value) / most : 0));
}
