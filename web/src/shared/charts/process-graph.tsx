import { axisText, ChartFrame, type ChartProps } from "./frame";
import { frame, type ProcessEdge, type ProcessNode, processGraph } from "./geometry";
import { cut } from "./marks";

/** How a process really runs: stages, ways between them, ways back. */
export function ProcessGraph({
  nodes,
  edges,
  format,
  ...rest
}: ChartProps & {
  nodes: readonly ProcessNode[];
  edges: readonly ProcessEdge[];
  format: (weight: number) => string;
}) {
  const name = new Map(nodes.map((node) => [node.id, node.label]));
  return (
    <ChartFrame
      {...rest}
      height={rest.height ?? 320}
      table={{
        columns: ["From", "To", "How many"],
        rows: edges.map((edge) => [
          name.get(edge.from) ?? edge.from,
          name.get(edge.to) ?? edge.to,
          format(edge.weight),
        ]),
      }}
    >
      {(width, height) => {
        const drawn = processGraph(nodes, edges, frame(width, height, { left: 8, bottom: 60 }));
        return (
          <>
            {drawn.edges.map(({ edge, path, width: thick, forward, x, y }, at) => (
              <g key={at}>
                <path
                  d={path}
                  strokeWidth={thick}
                  className={`fill-transparent ${forward ? "stroke-accent/40" : "stroke-warn/50"}`}
                >
                  <title>{`${name.get(edge.from)} → ${name.get(edge.to)}: ${format(edge.weight)}`}</title>
                </path>
                <text
                  x={x}
                  y={y}
                  textAnchor="middle"
                  className="fill-ink-soft stroke-surface stroke-2 text-2xs"
                  paintOrder="stroke"
                >
                  {format(edge.weight)}
                </text>
              </g>
            ))}
            {drawn.nodes.map(({ node, x, y, width: wide, height: high }) => (
              <g key={node.id}>
                <rect
                  x={x}
                  y={y}
                  width={wide}
                  height={high}
                  rx={6}
                  className="fill-surface stroke-line-strong"
                />
                <text
                  x={x + wide / 2}
                  y={y + 17}
                  textAnchor="middle"
                  className="fill-ink text-2xs font-medium"
                >
                  {cut(node.label, 18)}
                </text>
                <text x={x + wide / 2} y={y + 31} textAnchor="middle" className={axisText}>
                  {format(node.weight)}
                </text>
              </g>
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
}
