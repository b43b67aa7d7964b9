import { AxisLeft, axisText, ChartFrame } from "@/shared/charts/frame";
import { frame } from "@/shared/charts/geometry";
import { type Range, standing } from "./ranges";

/** What periods may bring: a bar from P10 to P90, a line at P50. */
export function RangeChart({
  title,
  ranges,
  format,
}: {
  title: string;
  ranges: readonly Range[];
  format: (value: number) => string;
}) {
  const said = ranges.map(
    ({ label, low, mid, high }) => `${label}: P50 ${format(mid)}, P10 ${format(low)}, P90 ${format(high)}`,
  );
  return (
    <ChartFrame
      title={title}
      untitled
      height={220}
      summary={`${said.join("; ")}.`}
      table={{
        columns: ["Period", "P10", "P50", "P90"],
        rows: ranges.map(({ label, low, mid, high }) => [label, format(low), format(mid), format(high)]),
      }}
    >
      {(width, height) => {
        const box = frame(width, height, { left: 60, top: 18 });
        const drawn = standing(ranges, box);
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={format} />
            {drawn.bars.map(({ range, x, width: wide, top, height: high, mid }) => (
              <g key={range.label}>
                <title>{`${range.label}: P10 ${format(range.low)}, P50 ${format(range.mid)}, P90 ${format(range.high)}`}</title>
                <rect x={x} y={top} width={wide} height={high} rx={4} className="fill-accent/30" />
                <rect x={x - 4} y={mid - 1.25} width={wide + 8} height={2.5} rx={1} className="fill-accent" />
                <text
                  x={x + wide / 2}
                  y={mid - 6}
                  textAnchor="middle"
                  className="fill-ink text-2xs font-medium"
                >
                  {format(range.mid)}
                </text>
                <text x={x + wide / 2} y={height - 6} textAnchor="middle" className={axisText}>
                  {range.label}
                </text>
              </g>
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
}
