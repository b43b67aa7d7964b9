import { type SankeyGraph, sankey, sankeyLinkHorizontal } from "d3-sankey";
import { type Frame, finite, round } from "./geometry";

export interface FlowEnd {
  /** Two of one name are told apart by it. */
  readonly id: string;
  readonly label: string;
  /** Its place from the top. */
  readonly rank: number;
  readonly tone?: "good" | "bad" | "plain" | undefined;
}

export interface Flow {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly value: number;
}

const inOrder = (ends: readonly FlowEnd[]): FlowEnd[] =>
  [...new Map(ends.map((end) => [end.id, end])).values()].sort((a, b) => a.rank - b.rank);

/** Flows from left to right. What stands on both sides is two nodes. What is nothing is left out. */
export function sankeyLayout(flows: readonly Flow[], box: Frame) {
  const kept = flows.filter((flow) => finite(flow.value) && flow.value > 0);
  if (kept.length === 0) return { nodes: [], links: [] };
  type N = { key: string; end: FlowEnd; side: "from" | "to" };
  type L = { flow: Flow };
  const nodes: N[] = (["from", "to"] as const).flatMap((side) =>
    inOrder(kept.map((flow) => flow[side])).map((end): N => ({ key: `${side} ${end.id}`, end, side })),
  );
  const rows = Math.max(...["from", "to"].map((side) => nodes.filter((node) => node.side === side).length));
  const layout = sankey<N, L>()
    .nodeId((node) => node.key)
    .nodeWidth(10)
    .nodePadding(Math.min(14, Math.max(2, (box.height - box.top - box.bottom) / (2 * rows))))
    .nodeSort(null)
    .extent([
      [box.left, box.top],
      [box.width - box.right, box.height - box.bottom],
    ]);
  const graph: SankeyGraph<N, L> = layout({
    nodes: nodes.map((node) => ({ ...node })),
    links: kept.map((flow) => ({
      source: `from ${flow.from.id}`,
      target: `to ${flow.to.id}`,
      value: flow.value,
      flow,
    })),
  });
  const path = sankeyLinkHorizontal<N, L>();
  return {
    nodes: graph.nodes.map((node) => ({
      end: node.end,
      side: node.side,
      value: node.value ?? 0,
      x: round(node.x0 ?? 0),
      y: round(node.y0 ?? 0),
      width: round((node.x1 ?? 0) - (node.x0 ?? 0)),
      height: round(Math.max((node.y1 ?? 0) - (node.y0 ?? 0), 1)),
    })),
    links: graph.links.map((link) => ({
      flow: link.flow,
      path: path(link) ?? "",
      width: round(Math.max(link.width ?? 0, 1)),
    })),
  };
}
