import { AxisLeft, axisText, ChartFrame, type ChartProps, Legend } from "./frame";
import { frame, type Stack, stackedBars } from "./geometry";
import { cut, seriesFill } from "./marks";

/** Bars of parts: one bar a period, one colour a part. */
export function StackedBars({
  stacks,
  parts,
  format,
  ...rest
}: ChartProps & { stacks: readonly Stack[]; parts: readonly string[]; format: (value: number) => string }) {
  return (
    <ChartFrame
      {...rest}
      legend={
        rest.legend ?? (
          <Legend items={parts.map((part, at) => ({ label: part, className: seriesFill(at) }))} />
        )
      }
      table={{
        columns: ["", ...parts],
        rows: stacks.map((stack) => [stack.label, ...parts.map((_, at) => format(stack.values[at] ?? 0))]),
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
            <line
              x1={box.left}
              x2={width - box.right}
              y1={drawn.zero}
              y2={drawn.zero}
              className="stroke-line-strong"
            />
          </>
        );
      }}
    </ChartFrame>
  );
}
