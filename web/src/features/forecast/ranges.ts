import { domain, type Frame } from "@/shared/charts/geometry";
import { bands, linear } from "@/shared/charts/scale";

export interface Range {
  readonly label: string;
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

/** P10 to P90 as bars that stand side by side, with P50 marked in each. */
export function standing(ranges: readonly Range[], box: Frame) {
  const x = bands(ranges.length, [box.left, box.width - box.right], 0.5);
  const y = linear(
    domain(ranges.flatMap(({ low, mid, high }) => [low, mid, high])),
    [box.height - box.bottom, box.top],
    { nice: 5, clamp: true },
  );
  const place = (value: number) => y(Number.isFinite(value) ? value : 0);
  return {
    y: y.ticks(5).map((value) => ({ value, at: y(value) })),
    bars: ranges.map((range, at) => ({
      range,
      x: x.at(at),
      width: x.width,
      top: Math.min(place(range.low), place(range.high)),
      height: Math.max(Math.abs(place(range.low) - place(range.high)), 2),
      mid: place(range.mid),
    })),
  };
}
