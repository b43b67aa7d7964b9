import { intervalBar } from "./geometry";

/** P10 to P90 with P50 marked, on a scale that rows share. The figures stand beside it, in text. */
export function IntervalBar({
  low,
  mid,
  high,
  scale,
  text,
  width = 140,
}: {
  low: number;
  mid: number;
  high: number;
  scale: readonly [number, number];
  /** What it says: `P10 €1M, P50 €1.4M, P90 €2M`. */
  text: string;
  width?: number;
}) {
  const bar = intervalBar({ low, mid, high }, scale, width);
  return (
    <svg
      role="img"
      aria-label={text}
      width={width}
      height={14}
      viewBox={`0 0 ${width} 14`}
      className="inline-block align-middle"
    >
      <rect x={0} y={6.5} width={width} height={1} className="fill-chart-grid" />
      <rect x={bar.x} y={3.5} width={bar.width} height={7} rx={3.5} className="fill-accent/35" />
      <rect
        x={Math.min(Math.max(bar.mid - 1.25, 0), width - 2.5)}
        y={1}
        width={2.5}
        height={12}
        rx={1}
        className="fill-accent"
      />
    </svg>
  );
}
