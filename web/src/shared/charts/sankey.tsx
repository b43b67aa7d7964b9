import { ChartFrame, type ChartProps } from "./frame";
import { frame } from "./geometry";
import { cut } from "./marks";
import { type Flow, sankeyLayout } from "./sankey-layout";

/** The name gives way, the figure stays. */
const named = (label: string, figure: string, most: number) =>
  `${cut(label, Math.max(3, most - figure.length - 1))} ${figure}`;

const strokes = {
  good: "stroke-good/35 hover:stroke-good/60",
  bad: "stroke-bad/30 hover:stroke-bad/55",
  plain: "stroke-ink-faint/25 hover:stroke-ink-faint/50",
  usual: "stroke-accent/30 hover:stroke-accent/60",
} as const;
const fills = { good: "fill-good", bad: "fill-bad", plain: "fill-ink-faint", usual: "fill-accent" } as const;

/** What went from where to where. */
export function Sankey({
  flows,
  format,
  ...rest
}: ChartProps & { flows: readonly Flow[]; format: (value: number) => string }) {
  return (
    <ChartFrame
      {...rest}
      height={rest.height ?? 340}
      table={{
        columns: ["From", "To", "How much"],
        rows: flows.map((flow) => [flow.from.label, flow.to.label, format(flow.value)]),
      }}
    >
      {(width, height) => {
        const side = Math.min(130, width / 4);
        const drawn = sankeyLayout(flows, frame(width, height, { left: side, right: side, bottom: 8 }));
        return (
          <>
            {drawn.links.map((link, at) => (
              <path
                key={at}
                d={link.path}
                strokeWidth={link.width}
                className={`fill-transparent ${strokes[link.flow.to.tone ?? link.flow.from.tone ?? "usual"]}`}
              >
                <title>{`${link.flow.from.label} → ${link.flow.to.label}: ${format(link.flow.value)}`}</title>
              </path>
            ))}
            {drawn.nodes.map((node) => (
              <g key={`${node.side}${node.end.id}`}>
                <rect
                  x={node.x}
                  y={node.y}
                  width={node.width}
                  height={node.height}
                  rx={2}
                  className={fills[node.end.tone ?? "usual"]}
                />
                <text
                  x={node.side === "from" ? node.x - 6 : node.x + node.width + 6}
                  y={node.y + node.height / 2}
                  dy="0.32em"
                  textAnchor={node.side === "from" ? "end" : "start"}
                  className="fill-ink-soft text-2xs"
                >
                  {named(node.end.label, format(node.value), Math.floor((side - 8) / 5.8))}
                </text>
              </g>
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
}
