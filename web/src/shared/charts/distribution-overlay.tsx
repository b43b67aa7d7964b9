import { AxisBottom, AxisLeft, axisText, ChartFrame, type ChartProps, Legend } from "./frame";
import { distributions, frame } from "./geometry";
import { asPercent } from "./marks";

export interface Distribution {
  readonly label: string;
  readonly bins: readonly number[];
  /** Marked by a line: P50. */
  readonly mid?: number | undefined;
}

/** What was and what would be, over each other. Give the baseline first. */
export function DistributionOverlay({
  series,
  binWidth,
  xLabel,
  formatX,
  ...rest
}: ChartProps & {
  series: readonly Distribution[];
  binWidth: number;
  /** What lies along the bottom, with its unit: `days until it closes`. */
  xLabel: string;
  formatX: (value: number) => string;
}) {
  const looks = [
    { area: "fill-chart-base/25", line: "stroke-chart-base", swatch: "fill-chart-base" },
    { area: "fill-accent/25", line: "stroke-accent", swatch: "fill-accent" },
    { area: "fill-chart-3/20", line: "stroke-chart-3", swatch: "fill-chart-3" },
  ];
  const bins = Math.max(0, ...series.map((one) => one.bins.length));
  const rows = Array.from({ length: bins }, (_, at) => [
    `${formatX(at * binWidth)} to ${formatX((at + 1) * binWidth)}`,
    ...series.map((one) => one.bins[at] ?? 0),
  ]).filter((row) => row.slice(1).some((count) => count !== 0));
  return (
    <ChartFrame
      {...rest}
      legend={
        rest.legend ?? (
          <Legend
            items={series.map((one, at) => ({
              label: one.label,
              className: looks[at]?.swatch ?? "fill-chart-4",
            }))}
          />
        )
      }
      table={{ columns: [xLabel, ...series.map((one) => one.label)], rows }}
    >
      {(width, height) => {
        const box = frame(width, height, { bottom: 38 });
        const drawn = distributions(
          series.map((one) => one.bins),
          binWidth,
          box,
        );
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={asPercent} />
            <AxisBottom ticks={drawn.x} y={height - box.bottom} format={formatX} />
            <text x={width / 2} y={height - 4} textAnchor="middle" className={axisText}>
              {xLabel}
            </text>
            {drawn.paths.map((path, at) => (
              <g key={series[at]?.label ?? at}>
                <path d={path.area} className={looks[at]?.area ?? "fill-chart-4/20"} />
                <path
                  d={path.line}
                  strokeWidth={1.75}
                  className={`fill-transparent ${looks[at]?.line ?? "stroke-chart-4"}`}
                />
              </g>
            ))}
            {series.map((one, at) =>
              one.mid === undefined ? null : (
                <line
                  key={one.label}
                  x1={drawn.atValue(one.mid)}
                  x2={drawn.atValue(one.mid)}
                  y1={box.top}
                  y2={height - box.bottom}
                  strokeDasharray="3 3"
                  strokeWidth={1.5}
                  className={looks[at]?.line ?? "stroke-chart-4"}
                />
              ),
            )}
          </>
        );
      }}
    </ChartFrame>
  );
}
