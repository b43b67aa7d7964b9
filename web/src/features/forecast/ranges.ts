import { scaleBand, scaleLinear } from "d3-scale";
import { domain, type Frame } from "@/shared/charts/geometry";

export interface Range {
  readonly label: string;
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

/** P10 to P90 as bars that stand side by side, with P50 marked in each. */
export function standing(ranges: readonly Range[], box: Frame) {
  const x = scaleBand()
    .domain(ranges.map((_, at) => String(at)))
    .range([box.left, box.width - box.right])
    .padding(0.5);
  const y = scaleLinear()
    .domain(domain(ranges.flatMap(({ low, mid, high }) => [low, mid, high])))
    .nice(5)
    .range([box.height - box.bottom, box.top])
    .clamp(true);
  const place = (value: number) => y(Number.isFinite(value) ? value : 0);
  return {
    y: y.ticks(5).map((value) => ({ value, at: y(value) })),
    bars: ranges.map((range, at) => ({
      range,
      x: x(String(at)) ?? box.left,
      width: x.bandwidth(),
      top: Math.min(place(range.low), place(range.high)),
      height: Math.max(Math.abs(place(range.low) - place(range.high)), 2),
      mid: place(range.mid),
    })),
  };
}
