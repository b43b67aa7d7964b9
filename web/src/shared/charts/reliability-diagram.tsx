import { AxisBottom, AxisLeft, axisText, ChartFrame, type ChartProps } from "./frame";
import { frame, type ReliabilityBin, reliability } from "./geometry";
import { asPercent } from "./marks";

/** Said against happened. Dots on the diagonal: take it at its word. Their area is how many. */
export function ReliabilityDiagram({
  bins,
  baseRate,
  upTo = 1,
  unit = "Deals",
  ...rest
}: ChartProps & {
  bins: readonly ReliabilityBin[];
  baseRate?: number | undefined;
  /** The largest chance that is drawn: most chances are small, and crowd in the corner. */
  upTo?: number;
  /** What is counted. */
  unit?: string;
}) {
  return (
    <ChartFrame
      {...rest}
      height={rest.height ?? 300}
      table={{
        columns: ["Said", "Happened", "Interval", unit],
        rows: bins.map((bin) => [
          asPercent(bin.predicted),
          asPercent(bin.observed),
          bin.low === undefined || bin.high === undefined
            ? "–"
            : `${asPercent(bin.low)} to ${asPercent(bin.high)}`,
          bin.n,
        ]),
      }}
    >
      {(width, height) => {
        const box = frame(width, height, { bottom: 38, right: 20 });
        const drawn = reliability(bins, box, upTo);
        const base =
          baseRate === undefined || baseRate > upTo
            ? undefined
            : drawn.diagonal.y1 + ((drawn.diagonal.y2 - drawn.diagonal.y1) * baseRate) / upTo;
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={asPercent} />
            <AxisBottom ticks={drawn.x} y={height - box.bottom} format={asPercent} />
            <text x={width / 2} y={height - 4} textAnchor="middle" className={axisText}>
              what was said
            </text>
            <line {...drawn.diagonal} strokeDasharray="4 4" className="stroke-chart-base" />
            {base !== undefined && (
              <>
                <line
                  x1={box.left}
                  x2={width - box.right}
                  y1={base}
                  y2={base}
                  strokeDasharray="1 4"
                  className="stroke-chart-3"
                  strokeWidth={1.5}
                />
                <text x={width - box.right} y={base - 4} textAnchor="end" className="fill-chart-3 text-2xs">
                  base rate
                </text>
              </>
            )}
            {drawn.points.map((point, at) => (
              <g key={at}>
                <line
                  x1={point.x}
                  x2={point.x}
                  y1={point.low}
                  y2={point.high}
                  strokeWidth={1.5}
                  className="stroke-accent/60"
                />
                <circle cx={point.x} cy={point.y} r={point.r} className="fill-accent stroke-surface">
                  <title>{`said ${asPercent(point.bin.predicted)}, happened ${asPercent(point.bin.observed)}, ${point.bin.n} ${unit.toLowerCase()}`}</title>
                </circle>
              </g>
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
}
