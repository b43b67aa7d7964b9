import { AxisLeft, axisText, Baseline, ChartFrame, type ChartProps } from "./frame";
import { frame, type Step, waterfall } from "./geometry";
import { cut } from "./marks";

/** From one level to another by what came and went. */
export function Waterfall({
  steps,
  format,
  onPick,
  ...rest
}: ChartProps & {
  steps: readonly Step[];
  format: (value: number) => string;
  onPick?: (at: number) => void;
}) {
  const look = {
    level: "fill-chart-base",
    up: "fill-good",
    down: "fill-bad",
    good: "fill-good",
    bad: "fill-bad",
    plain: "fill-accent",
  };
  return (
    <ChartFrame
      {...rest}
      height={rest.height ?? 280}
      table={{ columns: ["Step", "Amount"], rows: steps.map((step) => [step.label, format(step.value)]) }}
    >
      {(width, height) => {
        const box = frame(width, height, { left: 60, bottom: 40, top: 20 });
        const drawn = waterfall(steps, box);
        // Where one figure has no room between its neighbours all are in the table alone: some would look like all.
        const room = (width - box.left - box.right) / Math.max(1, drawn.bars.length);
        const fit = steps.every((step) => format(step.value).length * 6.8 + 6 <= room);
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={format} />
            {drawn.bars.map((bar, at) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: the same act is a button in the list beside the chart
              <g
                key={at}
                onClick={onPick ? () => onPick(at) : undefined}
                className={onPick ? "cursor-pointer" : undefined}
              >
                <rect
                  x={bar.x}
                  y={bar.y}
                  width={bar.width}
                  height={bar.height}
                  rx={2}
                  className={look[bar.step.tone ?? bar.kind]}
                >
                  <title>{`${bar.step.label}: ${format(bar.step.value)}`}</title>
                </rect>
                {at < drawn.bars.length - 1 && (
                  <line
                    x1={bar.x + bar.width}
                    x2={drawn.bars[at + 1]?.x ?? 0}
                    y1={bar.end}
                    y2={bar.end}
                    className="stroke-line-strong"
                    strokeDasharray="2 2"
                  />
                )}
                <text
                  x={bar.x + bar.width / 2}
                  y={bar.y - 5}
                  textAnchor="middle"
                  className="fill-ink text-2xs font-medium"
                >
                  {fit && format(bar.step.value)}
                </text>
                <text
                  x={bar.x + bar.width / 2}
                  y={height - box.bottom + 15}
                  textAnchor="middle"
                  className={axisText}
                >
                  {cut(bar.step.label, Math.max(4, Math.floor(room / 5.6)))}
                </text>
              </g>
            ))}
            <Baseline left={box.left} right={width - box.right} y={drawn.zero} />
          </>
        );
      }}
    </ChartFrame>
  );
}
