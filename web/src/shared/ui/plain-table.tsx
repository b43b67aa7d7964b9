import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";

export interface PlainColumn<T> {
  readonly id: string;
  readonly header: ReactNode;
  readonly cell: (row: T) => ReactNode;
  readonly align?: "right" | undefined;
  /** What names the row; the first such cell is its header. */
  readonly names?: boolean;
  readonly className?: string;
  /** Rows can be put in the order of this. */
  readonly sorts?: boolean;
}

/** The order of the rows: by a column, the largest first or the smallest. */
export interface Order {
  readonly by: string;
  readonly down: boolean;
}

const scroller = "relative overflow-x-auto rounded-b-lg";

/**
 * A few rows, as a table of the page: cells wrap, rows have the height they need. Where it is too wide it scrolls, and the
 * names stay; rows that are read rather than compared stack instead. For many rows, or rows to open, reach for `DataTable`.
 */
export function PlainTable<T>({
  label,
  columns,
  rows,
  rowId,
  foot,
  isOn,
  order,
  onOrder,
  stacks = false,
}: {
  /** What the table is of. */
  label: string;
  columns: readonly PlainColumn<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  /** A last row, for what is of all together. */
  foot?: T | undefined;
  /** Rows that are chosen. */
  isOn?: (row: T) => boolean;
  order?: Order;
  onOrder?: (order: Order) => void;
  /** On a narrow screen a row is a block of names and values, and nothing scrolls. */
  stacks?: boolean;
}) {
  const line = (row: T, id: string, strong: boolean) => (
    <tr
      key={id}
      className={cx(
        "border-b border-line last:border-0",
        stacks && "max-md:flex max-md:flex-col max-md:py-1.5",
        strong ? "bg-sunken font-medium" : isOn?.(row) ? "bg-accent-soft" : "bg-surface",
      )}
    >
      {columns.map((column) => {
        const Cell = column.names ? "th" : "td";
        return (
          <Cell
            key={column.id}
            {...(column.names ? { scope: "row" as const } : {})}
            className={cx(
              "px-3 py-2 align-top first:pl-4 last:pr-4",
              column.names && "text-left font-medium",
              column.names &&
                (stacks ? "max-md:order-first" : "max-md:sticky max-md:left-0 max-md:z-1 max-md:bg-inherit"),
              column.align === "right" && "text-right",
              column.className,
              stacks &&
                "max-md:flex max-md:min-w-0 max-md:gap-3 max-md:px-4 max-md:py-1 max-md:text-left max-md:whitespace-normal",
            )}
          >
            {stacks && !column.names && typeof column.header === "string" && (
              <span aria-hidden="true" className="w-24 shrink-0 text-xs/5 text-ink-faint md:hidden">
                {column.header}
              </span>
            )}
            {stacks ? <div className="min-w-0 max-md:flex-1">{column.cell(row)}</div> : column.cell(row)}
          </Cell>
        );
      })}
    </tr>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section aria-label={`${label}, scrollable`} tabIndex={0} className={scroller}>
      <table aria-label={label} className={cx("w-full border-collapse text-sm", stacks && "max-md:block")}>
        <thead className={stacks ? "max-md:unseen" : undefined}>
          <tr className="border-b border-line">
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                aria-sort={order?.by === column.id ? (order.down ? "descending" : "ascending") : undefined}
                className={cx(
                  "px-3 py-2 text-left align-bottom text-xs font-medium text-ink-faint first:pl-4 last:pr-4",
                  column.align === "right" && "text-right",
                )}
              >
                {column.sorts && onOrder ? (
                  <button
                    type="button"
                    onClick={() =>
                      onOrder({ by: column.id, down: order?.by === column.id ? !order.down : true })
                    }
                    className={cx(
                      "inline-flex min-h-6 items-center gap-0.5 hover:text-ink [&_svg]:size-3.5",
                      column.align === "right" ? "flex-row-reverse text-right" : "text-left",
                      order?.by === column.id && "text-ink",
                    )}
                  >
                    {column.header}
                    {order?.by === column.id && (order.down ? <ArrowDown /> : <ArrowUp />)}
                  </button>
                ) : (
                  column.header
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={stacks ? "max-md:block" : undefined}>
          {rows.map((row) => line(row, rowId(row), false))}
        </tbody>
        {foot !== undefined && (
          <tfoot className="border-t border-line-strong/60">{line(foot, "foot", true)}</tfoot>
        )}
      </table>
    </section>
  );
}
