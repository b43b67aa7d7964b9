import type { Frame } from "@/shared/charts/geometry";

export interface Around {
  readonly id: string;
  readonly kind: string;
}

/** One in the middle, the others around it, kinds together. Pure, and sound for any number of them. */
export function radial<N extends Around>(
  nodes: readonly N[],
  middle: string,
  box: Pick<Frame, "width" | "height">,
) {
  const [cx, cy] = [box.width / 2, box.height / 2];
  const others = nodes.filter((node) => node.id !== middle).sort((a, b) => a.kind.localeCompare(b.kind));
  const rx = Math.max(40, cx - 80);
  const ry = Math.max(40, cy - 36);
  const placed = new Map<string, { x: number; y: number }>([[middle, { x: cx, y: cy }]]);
  others.forEach((node, at) => {
    const angle = (2 * Math.PI * at) / others.length - Math.PI / 2;
    placed.set(node.id, {
      x: Math.round(cx + rx * Math.cos(angle)),
      y: Math.round(cy + ry * Math.sin(angle)),
    });
  });
  return placed;
}
