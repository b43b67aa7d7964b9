import { AxisLeft, axisText, Baseline, ChartFrame, type ChartProps, Legend } from "./frame";
import { frame, type Stack, stackedBars } from "./geometry";
import { cut, seriesFill } from "./marks";

const whisker = (x: number, arm: number, { low, high }: { low: number; high: number }) =>
  `M${x - arm},${low}H${x + arm}M${x},${low}V${high}M${x - arm},${high}H${x + arm}`;

/** Bars of parts: one bar a period, one colour a part, and where its end may lie. */
export function StackedBars({
  stacks,
  parts,
  format,
  ...rest
}: ChartProps & { stacks: readonly Stack[]; parts: readonly string[]; format: (value: number) => string }) {
  const ranged = stacks.some((stack) => stack.range);
  return (
    <ChartFrame
      {...rest}
      legend={
        rest.legend ?? (
          <Legend
            items={[
              ...parts.map((part, at) => ({ label: part, className: seriesFill(at) })),
              ...(ranged ? [{ label: "P10 to P90 of all of it", className: "fill-ink" }] : []),
            ]}
          />
        )
      }
      table={{
        columns: ["", ...parts, ...(ranged ? ["P10 to P90"] : [])],
        rows: stacks.map(({ label, values, range }) => [
          label,
          ...parts.map((_, at) => format(values[at] ?? 0)),
          ...(ranged ? [range ? `${format(range[0])} to ${format(range[1])}` : "–"] : []),
        ]),
      }}
    >
      {(width, height) => {
        const box = frame(width, height, { left: 60 });
        const drawn = stackedBars(stacks, box);
        const every = Math.max(1, Math.ceil((drawn.bars.length * 56) / Math.max(1, width - box.left)));
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={format} />
            {drawn.bars.map((bar, at) => (
              <g key={at}>
                {bar.parts.map((part, which) => (
                  <rect
                    key={which}
                    x={bar.x}
                    y={part.y}
                    width={bar.width}
                    height={part.height}
                    className={seriesFill(which)}
                  >
                    <title>{`${bar.label}, ${parts[which] ?? ""}: ${format(part.value)}`}</title>
                  </rect>
                ))}
                {bar.range && (
                  <path
                    d={whisker(bar.x + bar.width / 2, Math.min(5, bar.width / 4), bar.range)}
                    strokeWidth={1.5}
                    className="fill-transparent stroke-ink"
                  />
                )}
                {at % every === 0 && (
                  <text
                    x={bar.x + bar.width / 2}
                    y={height - box.bottom + 16}
                    textAnchor="middle"
                    className={axisText}
                  >
                    {cut(bar.label, 12)}
                  </text>
                )}
              </g>
            ))}
            <Baseline left={box.left} right={width - box.right} y={drawn.zero} />
          </>
        );
      }}
    </ChartFrame>
  );
}
