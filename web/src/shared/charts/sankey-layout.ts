import { type SankeyGraph, sankey, sankeyLinkHorizontal } from "d3-sankey";
import { type Frame, finite, round } from "./geometry";

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly value: number;
}

/** Flows from left to right. Names on both sides may be the same: they are different nodes. Loops are left out and told. */
export function sankeyLayout(flows: readonly Flow[], box: Frame) {
  const kept = flows.filter((flow) => finite(flow.value) && flow.value > 0);
  if (kept.length === 0) return { nodes: [], links: [] };
  const left = [...new Set(kept.map((flow) => flow.from))];
  const right = [...new Set(kept.map((flow) => flow.to))];
  type N = { key: string; label: string; side: "from" | "to" };
  type L = { flow: Flow };
  const nodes: N[] = [
    ...left.map((label): N => ({ key: `from ${label}`, label, side: "from" })),
    ...right.map((label): N => ({ key: `to ${label}`, label, side: "to" })),
  ];
  const layout = sankey<N, L>()
    .nodeId((node) => node.key)
    .nodeWidth(10)
    .nodePadding(12)
    .nodeSort(null)
    .extent([
      [box.left, box.top],
      [box.width - box.right, box.height - box.bottom],
    ]);
  const graph: SankeyGraph<N, L> = layout({
    nodes: nodes.map((node) => ({ ...node })),
    links: kept.map((flow) => ({
      source: `from ${flow.from}`,
      target: `to ${flow.to}`,
      value: flow.value,
      flow,
    })),
  });
  const path = sankeyLinkHorizontal<N, L>();
  return {
    nodes: graph.nodes.map((node) => ({
      label: node.label,
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
