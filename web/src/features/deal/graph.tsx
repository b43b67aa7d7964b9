import { useQuery } from "@tanstack/react-query";
import { type Deal, graphQuery } from "@/api/deals";
import { ChartFrame } from "@/shared/charts";
import { ago, counted, words } from "@/shared/format";
import { Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { radial } from "./radial";

const looks: Record<string, string> = {
  deal: "fill-accent",
  company: "fill-chart-2",
  owner: "fill-chart-3",
  stakeholder: "fill-chart-4",
  activity: "fill-chart-base",
};
const ties: Record<string, string> = {
  buys: "buys",
  sells: "sells",
  has_a_say: "has a say",
  was_done: "was done",
};
const MOST = 40;

/** Who and what hangs together around a deal: as a drawing, and the same as a list. */
export default function DealGraph({ deal }: { deal: Deal }) {
  const query = useQuery(graphQuery(deal.id));
  return (
    <Card title="Around this deal">
      <QueryView query={query}>
        {(graph) => {
          const nodes = graph.nodes.slice(0, MOST);
          const name = (id: string) => graph.nodes.find((node) => node.id === id)?.label ?? id;
          const note = (node: (typeof nodes)[number]) =>
            node.role ? words(node.role) : node.count ? counted(node.count, "time") : "";
          return (
            <ChartFrame
              title="Around this deal"
              untitled
              summary={`${graph.nodes.length - 1} people, companies and kinds of activity.`}
              height={Math.max(320, Math.min(560, nodes.length * 26))}
              table={{
                columns: ["What", "Kind", "Tie", "Part or count", "Last"],
                rows: graph.nodes
                  .filter((node) => node.kind !== "deal")
                  .map((node) => [
                    node.label ?? node.id,
                    words(node.kind),
                    graph.edges
                      .filter((edge) => edge.from === node.id || edge.to === node.id)
                      .map((edge) => ties[edge.kind] ?? words(edge.kind))
                      .join(", "),
                    note(node),
                    node.last_at ? ago(node.last_at, graph.as_of) : "–",
                  ]),
              }}
            >
              {(width, height) => {
                const at = radial(nodes, deal.id, { width, height });
                return (
                  <>
                    {graph.edges.map((edge, which) => {
                      const [a, b] = [at.get(edge.from), at.get(edge.to)];
                      if (!a || !b) return null;
                      return (
                        <line
                          key={which}
                          x1={a.x}
                          y1={a.y}
                          x2={b.x}
                          y2={b.y}
                          className="stroke-chart-grid"
                          strokeWidth={1.5}
                        >
                          <title>{`${name(edge.from)} ${ties[edge.kind] ?? edge.kind} ${name(edge.to)}`}</title>
                        </line>
                      );
                    })}
                    {nodes.map((node) => {
                      const place = at.get(node.id);
                      if (!place) return null;
                      const label = node.label ?? node.id;
                      return (
                        <g key={node.id}>
                          <circle
                            cx={place.x}
                            cy={place.y}
                            r={node.kind === "deal" ? 12 : 8}
                            className={`${looks[node.kind] ?? "fill-chart-base"} stroke-surface stroke-2`}
                          />
                          <text
                            x={place.x}
                            y={place.y + (node.kind === "deal" ? 26 : 21)}
                            textAnchor="middle"
                            className="fill-ink text-2xs"
                          >
                            {label.length > 24 ? `${label.slice(0, 23)}…` : label}
                          </text>
                          <text
                            x={place.x}
                            y={place.y + 33}
                            textAnchor="middle"
                            className="fill-ink-faint text-2xs"
                          >
                            {node.kind === "deal" ? "" : note(node)}
                          </text>
                        </g>
                      );
                    })}
                  </>
                );
              }}
            </ChartFrame>
          );
        }}
      </QueryView>
    </Card>
  );
}
