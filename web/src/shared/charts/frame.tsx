import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import type { Tick } from "./geometry";

/** What a chart says, as a table: for who cannot see it and who wants the figures. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ReactNode[])[];
}

export interface ChartProps {
  /** What is drawn: a noun. */
  readonly title: string;
  /** What it shows, in a sentence; read out instead of the drawing. */
  readonly summary: string;
  readonly height?: number;
  readonly legend?: ReactNode;
  /** The title is already on the page. */
  readonly untitled?: boolean;
}

/** The width there is, so that text keeps its size at every width. */
export function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const measure = () => element.clientWidth > 0 && setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Around every chart: title, drawing, legend, and the same as a table. */
export function ChartFrame({
  title,
  summary,
  height = 240,
  legend,
  untitled = false,
  table,
  children,
}: ChartProps & { table: TextTable; children: (width: number, height: number) => ReactNode }) {
  const [ref, width] = useWidth();
  return (
    <figure className="min-w-0">
      <figcaption
        className={
          untitled ? "unseen" : "mb-1 flex flex-wrap items-baseline justify-between gap-2 text-sm font-medium"
        }
      >
        <span>{title}</span>
      </figcaption>
      {legend && <div className="mb-1 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-soft">{legend}</div>}
      <div ref={ref} className="w-full min-w-0 overflow-hidden">
        {table.rows.length === 0 ? (
          <p className="py-8 text-center text-sm text-ink-faint">Nothing to draw yet.</p>
        ) : (
          <svg
            role="img"
            aria-label={`${title}. ${summary}`}
            width={width}
            height={height}
            viewBox={`0 0 ${width} ${height}`}
            className="block max-w-full"
          >
            {children(width, height)}
          </svg>
        )}
      </div>
      <AsTable title={title} table={table} />
    </figure>
  );
}

export function AsTable({ title, table }: { title: string; table: TextTable }) {
  if (table.rows.length === 0) return null;
  return (
    <details className="mt-1 text-xs">
      <summary className="inline-flex min-h-6 items-center text-ink-faint hover:text-ink">
        As a table<span className="unseen">: {title}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <section aria-label={`${title}, as a table`} tabIndex={0} className="mt-1 max-h-64 overflow-auto">
        <table className="w-full border-collapse">
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className="border-b border-line px-2 py-1 text-left font-medium text-ink-faint"
                >
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => (
                  <td key={column} className="border-b border-line/60 px-2 py-1">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

export function Legend({ items }: { items: readonly { label: ReactNode; className: string }[] }) {
  return items.map((item, at) => (
    <span key={at} className="inline-flex items-center gap-1.5">
      <svg aria-hidden="true" width="10" height="10">
        <rect width="10" height="10" rx="2" className={item.className} />
      </svg>
      {item.label}
    </span>
  ));
}

const label = "fill-ink-faint text-2xs";

export function AxisLeft({
  ticks,
  left,
  right,
  format,
}: {
  ticks: readonly Tick[];
  left: number;
  right: number;
  format: (value: number) => string;
}) {
  return ticks.map((tick) => (
    <g key={tick.value}>
      <line x1={left} x2={right} y1={tick.at} y2={tick.at} className="stroke-chart-grid" />
      <text x={left - 6} y={tick.at} dy="0.32em" textAnchor="end" className={label}>
        {format(tick.value)}
      </text>
    </g>
  ));
}

export function AxisBottom({
  ticks,
  y,
  format,
}: {
  ticks: readonly Tick[];
  y: number;
  format: (value: number) => string;
}) {
  return ticks.map((tick) => (
    <text key={tick.value} x={tick.at} y={y + 16} textAnchor="middle" className={label}>
      {format(tick.value)}
    </text>
  ));
}

/** The line at nought, from which bars rise and fall. */
export function Baseline({ left, right, y }: { left: number; right: number; y: number }) {
  return <line x1={left} x2={right} y1={y} y2={y} className="stroke-line-strong" />;
}

export const axisText = label;
