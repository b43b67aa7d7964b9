import type { ReactNode } from "react";
import { AxisBottom, AxisLeft, axisText, ChartFrame, type ChartProps, Legend } from "./frame";
import {
  type BandPoint,
  distributions,
  type Flow,
  frame,
  intervalBar,
  lineWithBand,
  type ProcessEdge,
  type ProcessNode,
  processGraph,
  type ReliabilityBin,
  reliability,
  type Stack,
  type Step,
  sankeyLayout,
  sparkline,
  stackedBars,
  waterfall,
} from "./geometry";

const asPercent = (share: number) => `${Math.round(share * 100)}%`;
const cut = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;

const fills = ["fill-chart-1", "fill-chart-2", "fill-chart-3", "fill-chart-4", "fill-chart-5"];
export const seriesFill = (at: number): string => fills[at % fills.length] ?? "fill-chart-1";

/** P10 to P90 with P50 marked, on a scale that rows share. The figures stand beside it, in text. */
export function IntervalBar({
  low,
  mid,
  high,
  scale,
  text,
  width = 140,
}: {
  low: number;
  mid: number;
  high: number;
  scale: readonly [number, number];
  /** What it says: `P10 €1M, P50 €1.4M, P90 €2M`. */
  text: string;
  width?: number;
}) {
  const bar = intervalBar({ low, mid, high }, scale, width);
  return (
    <svg
      role="img"
      aria-label={text}
      width={width}
      height={14}
      viewBox={`0 0 ${width} 14`}
      className="inline-block align-middle"
    >
      <rect x={0} y={6.5} width={width} height={1} className="fill-chart-grid" />
      <rect x={bar.x} y={3.5} width={bar.width} height={7} rx={3.5} className="fill-accent/35" />
      <rect
        x={Math.min(Math.max(bar.mid - 1.25, 0), width - 2.5)}
        y={1}
        width={2.5}
        height={12}
        rx={1}
        className="fill-accent"
      />
    </svg>
  );
}

export interface Distribution {
  readonly label: string;
  readonly bins: readonly number[];
  /** Marked by a line: P50. */
  readonly mid?: number | undefined;
}

/** What was and what would be, over each other. Give the baseline first. */
export function DistributionOverlay({
  series,
  binWidth,
  xLabel,
  formatX,
  ...rest
}: ChartProps & {
  series: readonly Distribution[];
  binWidth: number;
  /** What lies along the bottom, with its unit: `days until it closes`. */
  xLabel: string;
  formatX: (value: number) => string;
}) {
  const looks = [
    { area: "fill-chart-base/25", line: "stroke-chart-base", swatch: "fill-chart-base" },
    { area: "fill-accent/25", line: "stroke-accent", swatch: "fill-accent" },
    { area: "fill-chart-3/20", line: "stroke-chart-3", swatch: "fill-chart-3" },
  ];
  const bins = Math.max(0, ...series.map((one) => one.bins.length));
  const rows = Array.from({ length: bins }, (_, at) => [
    `${formatX(at * binWidth)} to ${formatX((at + 1) * binWidth)}`,
    ...series.map((one) => one.bins[at] ?? 0),
  ]).filter((row) => row.slice(1).some((count) => count !== 0));
  return (
    <ChartFrame
      {...rest}
      legend={
        rest.legend ?? (
          <Legend
            items={series.map((one, at) => ({
              label: one.label,
              className: looks[at]?.swatch ?? "fill-chart-4",
            }))}
          />
        )
      }
      table={{ columns: [xLabel, ...series.map((one) => one.label)], rows }}
    >
      {(width, height) => {
        const box = frame(width, height, { bottom: 38 });
        const drawn = distributions(
          series.map((one) => one.bins),
          binWidth,
          box,
        );
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={asPercent} />
            <AxisBottom ticks={drawn.x} y={height - box.bottom} format={formatX} />
            <text x={width / 2} y={height - 4} textAnchor="middle" className={axisText}>
              {xLabel}
            </text>
            {drawn.paths.map((path, at) => (
              <g key={series[at]?.label ?? at}>
                <path d={path.area} className={looks[at]?.area ?? "fill-chart-4/20"} />
                <path
                  d={path.line}
                  strokeWidth={1.75}
                  className={`fill-transparent ${looks[at]?.line ?? "stroke-chart-4"}`}
                />
              </g>
            ))}
            {series.map((one, at) =>
              one.mid === undefined ? null : (
                <line
                  key={one.label}
                  x1={drawn.atValue(one.mid)}
                  x2={drawn.atValue(one.mid)}
                  y1={box.top}
                  y2={height - box.bottom}
                  strokeDasharray="3 3"
                  strokeWidth={1.5}
                  className={looks[at]?.line ?? "stroke-chart-4"}
                />
              ),
            )}
          </>
        );
      }}
    </ChartFrame>
  );
}

/** Said against happened. Dots on the diagonal: take it at its word. Their area is how many. */
export function ReliabilityDiagram({
  bins,
  baseRate,
  ...rest
}: ChartProps & { bins: readonly ReliabilityBin[]; baseRate?: number | undefined }) {
  return (
    <ChartFrame
      {...rest}
      height={rest.height ?? 300}
      table={{
        columns: ["Said", "Happened", "Interval", "Deals"],
        rows: bins.map((bin) => [
          asPercent(bin.predicted),
          asPercent(bin.observed),
          bin.low === undefined || bin.high === undefined
            ? "–"
            : `${asPercent(bin.low)} to ${asPercent(bin.high)}`,
          bin.n,
        ]),
      }}
    >
      {(width, height) => {
        const box = frame(width, height, { bottom: 38 });
        const drawn = reliability(bins, box);
        const base =
          baseRate === undefined
            ? undefined
            : drawn.diagonal.y1 + (drawn.diagonal.y2 - drawn.diagonal.y1) * baseRate;
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={asPercent} />
            <AxisBottom ticks={drawn.x} y={height - box.bottom} format={asPercent} />
            <text x={width / 2} y={height - 4} textAnchor="middle" className={axisText}>
              what was said
            </text>
            <line {...drawn.diagonal} strokeDasharray="4 4" className="stroke-chart-base" />
            {base !== undefined && (
              <>
                <line
                  x1={box.left}
                  x2={width - box.right}
                  y1={base}
                  y2={base}
                  strokeDasharray="1 4"
                  className="stroke-chart-3"
                  strokeWidth={1.5}
                />
                <text x={width - box.right} y={base - 4} textAnchor="end" className="fill-chart-3 text-2xs">
                  base rate
                </text>
              </>
            )}
            {drawn.points.map((point, at) => (
              <g key={at}>
                <line
                  x1={point.x}
                  x2={point.x}
                  y1={point.low}
                  y2={point.high}
                  strokeWidth={1.5}
                  className="stroke-accent/60"
                />
                <circle cx={point.x} cy={point.y} r={point.r} className="fill-accent stroke-surface">
                  <title>{`said ${asPercent(point.bin.predicted)}, happened ${asPercent(point.bin.observed)}, ${point.bin.n} deals`}</title>
                </circle>
              </g>
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
}

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
  const look = { level: "fill-chart-base", up: "fill-good", down: "fill-bad" };
  return (
    <ChartFrame
      {...rest}
      height={rest.height ?? 280}
      table={{ columns: ["Step", "Amount"], rows: steps.map((step) => [step.label, format(step.value)]) }}
    >
      {(width, height) => {
        const box = frame(width, height, { left: 60, bottom: 40, top: 20 });
        const drawn = waterfall(steps, box);
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
                  className={look[bar.kind]}
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
                  {cut(format(bar.step.value), Math.max(6, Math.floor(bar.width / 5)))}
                </text>
                <text
                  x={bar.x + bar.width / 2}
                  y={height - box.bottom + 15}
                  textAnchor="middle"
                  className={axisText}
                >
                  {cut(bar.step.label, Math.max(4, Math.floor(bar.width / 5)))}
                </text>
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
        rows: flows.map((flow) => [flow.from, flow.to, format(flow.value)]),
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
                className="fill-transparent stroke-accent/30 hover:stroke-accent/60"
              >
                <title>{`${link.flow.from} → ${link.flow.to}: ${format(link.flow.value)}`}</title>
              </path>
            ))}
            {drawn.nodes.map((node) => (
              <g key={`${node.side}${node.label}`}>
                <rect
                  x={node.x}
                  y={node.y}
                  width={node.width}
                  height={node.height}
                  rx={2}
                  className="fill-accent"
                />
                <text
                  x={node.side === "from" ? node.x - 6 : node.x + node.width + 6}
                  y={node.y + node.height / 2}
                  dy="0.32em"
                  textAnchor={node.side === "from" ? "end" : "start"}
                  className="fill-ink-soft text-2xs"
                >
                  {cut(`${node.label} ${format(node.value)}`, Math.floor(side / 5.5))}
                </text>
              </g>
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
}

/** A line over time (or anything) with its band. */
export function LineWithBand({
  points,
  formatX,
  formatY,
  yDomain,
  zero = true,
  label = "Value",
  ...rest
}: ChartProps & {
  points: readonly BandPoint[];
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  yDomain?: [number, number];
  zero?: boolean;
  label?: string;
}) {
  const bands = points.some((point) => point.low !== undefined && point.low !== null);
  return (
    <ChartFrame
      {...rest}
      table={{
        columns: ["At", label, ...(bands ? ["From", "To"] : [])],
        rows: points.map((point) => [
          formatX(point.x),
          formatY(point.y),
          ...(bands
            ? [point.low == null ? "–" : formatY(point.low), point.high == null ? "–" : formatY(point.high)]
            : []),
        ]),
      }}
    >
      {(width, height) => {
        const box = frame(width, height, { left: 56 });
        const drawn = lineWithBand(points, box, { zero, ...(yDomain ? { y: yDomain } : {}) });
        const few = width < 480 ? drawn.x.filter((_, at) => at % 2 === 0) : drawn.x;
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={formatY} />
            <AxisBottom ticks={few} y={height - box.bottom} format={formatX} />
            <path d={drawn.band} className="fill-accent/20" />
            <path d={drawn.line} strokeWidth={2} className="fill-transparent stroke-accent" />
            {drawn.points.length <= 40 &&
              drawn.points.map((point, at) => (
                <circle key={at} cx={point.x} cy={point.y} r={3} className="fill-accent stroke-surface">
                  <title>{`${formatX(point.point.x)}: ${formatY(point.point.y)}`}</title>
                </circle>
              ))}
          </>
        );
      }}
    </ChartFrame>
  );
}

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

/** A line in a line of text. */
export function Sparkline({
  values,
  text,
  width = 88,
  height = 22,
}: {
  values: readonly (number | null | undefined)[];
  text: string;
  width?: number;
  height?: number;
}) {
  return (
    <svg
      role="img"
      aria-label={text}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="inline-block align-middle"
    >
      <path
        d={sparkline(values, width, height)}
        strokeWidth={1.5}
        className="fill-transparent stroke-accent"
      />
    </svg>
  );
}

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

export interface PathStage {
  readonly label: string;
  readonly state: "past" | "now" | "ahead" | "skipped";
  /** Below the name: `12 days`. */
  readonly note?: ReactNode;
}

/** Where a deal is on its way. A list, so it needs no other text. */
export function StagePath({ stages, label }: { stages: readonly PathStage[]; label: string }) {
  const look = {
    past: "border-accent/40 bg-accent-soft text-accent-strong",
    now: "border-accent bg-accent text-on-accent",
    ahead: "border-line bg-surface text-ink-faint",
    skipped: "border-dashed border-line bg-surface text-ink-faint line-through",
  };
  return (
    <ol aria-label={label} className="flex gap-1 overflow-x-auto pb-1">
      {stages.map((stage, at) => (
        <li
          key={at}
          aria-current={stage.state === "now" ? "step" : undefined}
          className={`min-w-24 flex-1 rounded-md border px-2 py-1.5 text-xs ${look[stage.state]}`}
        >
          <span className="block truncate font-medium">{stage.label}</span>
          {stage.note && <span className="block truncate">{stage.note}</span>}
        </li>
      ))}
    </ol>
  );
}
