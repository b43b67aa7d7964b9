import type { Flow, FlowMove, FlowStage } from "./flow";

export interface Placed {
  readonly stage: FlowStage;
  readonly x: number;
  readonly y: number;
}

export interface Drawn {
  readonly move: FlowMove;
  readonly kind: "on" | "skip" | "back" | "lost";
  readonly path: string;
  readonly width: number;
  readonly label: { readonly x: number; readonly y: number; readonly anchor: "start" | "middle" | "end" };
}

export interface Layout {
  readonly height: number;
  /** There is room for figures only. */
  readonly narrow: boolean;
  readonly node: { readonly width: number; readonly height: number };
  readonly nodes: readonly Placed[];
  readonly edges: readonly Drawn[];
  /** What runs together on its way to being lost, wider where more has come. */
  readonly drains: readonly { readonly path: string; readonly width: number }[];
}

const ROW = 84;
const THICKEST = 16;
const round = (value: number) => Math.round(value * 10) / 10;

/**
 * Stages one under another, as deals should go. What goes on runs straight down, what skips stages bends to the right,
 * what goes back bends to the left, and what is lost drains off to the right edge and down.
 */
export function flowLayout(flow: Flow, width: number): Layout {
  const narrow = width < 520;
  const node = { width: narrow ? 122 : 172, height: 48 };
  const left = narrow ? 52 : Math.min(150, width * 0.2);
  const open = flow.stages.filter((stage) => !stage.end);
  const goals = flow.stages.filter((stage) => stage.end && !stage.lost);
  const losses = flow.stages.filter((stage) => stage.end && stage.lost);

  const lostX = Math.max(width - node.width - 2, left + node.width + 24);
  const nodes: Placed[] = [
    ...[...open, ...goals].map((stage, row) => ({ stage, x: left, y: row * ROW + 4 })),
    ...losses.map((stage, at) => ({ stage, x: lostX, y: (open.length + at) * ROW + 4 })),
  ];
  const rows = Math.max(open.length + goals.length, losses.length > 0 ? open.length + losses.length : 0);
  const place = new Map(nodes.map((placed, at) => [placed.stage.label, { ...placed, at }]));

  const most = Math.max(1, ...flow.moves.map((move) => (Number.isFinite(move.deals) ? move.deals : 0)));
  const thick = (deals: number) => round(Math.max(1.25, (THICKEST * deals) / most));
  const right = left + node.width;
  const gap = lostX - right;

  const drained = new Map<string, { y: number; deals: number }[]>();
  const edges = flow.moves.flatMap((move): Drawn[] => {
    const [from, to] = [place.get(move.from), place.get(move.to)];
    if (!from || !to || !Number.isFinite(move.deals) || move.deals <= 0) return [];
    const wide = thick(move.deals);
    const [fromY, toY] = [from.y + node.height / 2, to.y + node.height / 2];
    if (to.stage.lost && !from.stage.end) {
      const lane = lostX + node.width / 2 + (to.at - open.length - goals.length) * 20;
      drained.set(to.stage.label, [...(drained.get(to.stage.label) ?? []), { y: fromY, deals: move.deals }]);
      return [
        {
          move,
          kind: "lost",
          width: wide,
          path: `M${right},${fromY}H${round(lane)}`,
          // Where there is little room, away from what skips stages.
          label: narrow
            ? { x: round(lane - 22), y: round(fromY - wide / 2 - 4), anchor: "end" }
            : { x: right + 8, y: round(fromY - wide / 2 - 4), anchor: "start" },
        },
      ];
    }
    if (from.stage.lost) {
      // Opened again.
      const bend = gap / 2;
      return [
        {
          move,
          kind: "back",
          width: wide,
          path: `M${lostX},${fromY}C${round(lostX - bend)},${fromY} ${round(right + bend)},${toY + 12} ${right},${toY + 12}`,
          label: { x: round(right + gap / 2), y: round((fromY + toY) / 2), anchor: "middle" },
        },
      ];
    }
    const steps = to.at - from.at;
    if (steps === 1) {
      const x = left + node.width / 2;
      return [
        {
          move,
          kind: "on",
          width: wide,
          path: `M${x},${from.y + node.height}V${to.y}`,
          label: {
            x: round(x + wide / 2 + 5),
            y: round((from.y + node.height + to.y) / 2 + 4),
            anchor: "start",
          },
        },
      ];
    }
    const [side, sign] = steps > 1 ? [right, 1] : [left, -1];
    const room = steps > 1 ? gap - 18 : left - 26;
    const bulge = round(Math.max(12, Math.min(room, 22 + 16 * Math.abs(steps))));
    const reach = round(side + sign * bulge * 1.34);
    // What leaves does so above what comes on the way down, and below it on the way up: they do not cross.
    const [startY, endY] = steps === 0 ? [fromY - 12, fromY + 12] : [fromY + 13 * sign, toY - 13 * sign];
    return [
      {
        move,
        kind: steps > 1 ? "skip" : "back",
        width: wide,
        path: `M${side},${startY}C${reach},${startY} ${reach},${endY} ${side},${endY}`,
        label: { x: round(side + sign * bulge), y: round((startY + endY) / 2 + 4), anchor: "middle" },
      },
    ];
  });

  const drains = losses.flatMap((stage, at) => {
    const lane = round(lostX + node.width / 2 + at * 20);
    const bottom = (place.get(stage.label)?.y ?? 0) + 1;
    let deals = 0;
    return (drained.get(stage.label) ?? [])
      .sort((a, b) => a.y - b.y)
      .map((came, which, all) => {
        deals += came.deals;
        const until = all[which + 1]?.y ?? bottom;
        return { path: `M${lane},${came.y}V${until}`, width: Math.min(thick(deals), 2.5 * THICKEST) };
      });
  });
  return { height: Math.max(1, rows) * ROW - (ROW - node.height) + 8, narrow, node, nodes, edges, drains };
}
