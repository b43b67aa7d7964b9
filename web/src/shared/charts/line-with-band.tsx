import { AxisBottom, AxisLeft, ChartFrame, type ChartProps } from "./frame";
import { type BandPoint, frame, lineWithBand } from "./geometry";

/** A line over time (or anything) with its band. */
export function LineWithBand({
  points,
  formatX,
  formatY,
  yDomain,
  zero = true,
  label = "Value",
  ...rest
}: ChartProps & {
  points: readonly BandPoint[];
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  yDomain?: [number, number];
  zero?: boolean;
  label?: string;
}) {
  const bands = points.some((point) => point.low !== undefined && point.low !== null);
  return (
    <ChartFrame
      {...rest}
      table={{
        columns: ["At", label, ...(bands ? ["From", "To"] : [])],
        rows: points.map((point) => [
          formatX(point.x),
          formatY(point.y),
          ...(bands
            ? [point.low == null ? "–" : formatY(point.low), point.high == null ? "–" : formatY(point.high)]
            : []),
        ]),
      }}
    >
      {(width, height) => {
        const box = frame(width, height, { left: 56 });
        const drawn = lineWithBand(points, box, { zero, ...(yDomain ? { y: yDomain } : {}) });
        const few = width < 480 ? drawn.x.filter((_, at) => at % 2 === 0) : drawn.x;
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={formatY} />
            <AxisBottom ticks={few} y={height - box.bottom} format={formatX} />
            <path d={drawn.band} className="fill-accent/20" />
            <path d={drawn.line} strokeWidth={2} className="fill-transparent stroke-accent" />
            {drawn.points.length <= 40 &&
              drawn.points.map((point, at) => (
                <circle key={at} cx={point.x} cy={point.y} r={3} className="fill-accent stroke-surface">
                  <title>{`${formatX(point.point.x)}: ${formatY(point.point.y)}`}</title>
                </circle>
              ))}
          </>
        );
      }}
    </ChartFrame>
  );
}
