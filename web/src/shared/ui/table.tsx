import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { cx } from "./cx";

export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** In px; what is left goes to the columns with `grow`. */
  readonly width: number;
  readonly grow?: boolean;
  readonly align?: "right";
  /** The server's name for sorting by this; `-` before it is the other way. */
  readonly sort?: string;
}

export interface DataTableProps<T> {
  /** What the table is of. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  /** How many there are in all, when more come by and by. */
  total?: number;
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  hidden?: readonly string[];
  onOpen?: (row: T) => void;
  /** Asked when the end comes near, long before it is seen. */
  onNearEnd?: () => void;
  /** At the end, while more is on its way. */
  more?: ReactNode;
  /** Height of the scrolled part; left out, the table is as long as its rows. */
  className?: string;
  density?: "dense" | "normal";
}

/** So many rows before the end the next page is asked for: more than anybody scrolls while it comes. */
const AHEAD = 150;
/** So many rows beyond each edge: what a hard fling covers in a frame. */
const OVER = 30;
/** Below this many rows all of them are there, and the browser's own search finds them. */
const ALL = 60;

/**
 * Rows and columns. Only what is seen is drawn, so a hundred thousand rows scroll like fifty. It is a table for those
 * who listen too: rows say which of how many they are, headers say how they sort. Roles and a grid, not table elements:
 * a browser that lays out a table of rows that come and go leaves gaps where they were.
 */
export function DataTable<T>({
  label,
  columns,
  rows,
  rowId,
  total,
  sort,
  onSort,
  hidden,
  onOpen,
  onNearEnd,
  more,
  className,
  density = "dense",
}: DataTableProps<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = density === "dense" ? 34 : 44;
  const [active, setActive] = useState(0);
  const whole = rows.length <= ALL;

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVER,
    initialRect: { width: 1000, height: 800 },
    enabled: !whole,
  });
  const items = virtual.getVirtualItems();
  const from = whole ? 0 : (items[0]?.index ?? 0);
  const to = whole ? rows.length : (items.at(-1)?.index ?? -1) + 1;

  const nearEnd = to >= rows.length - AHEAD;
  useEffect(() => {
    if (nearEnd) onNearEnd?.();
  }, [nearEnd, onNearEnd]);

  const shown = useMemo(() => columns.filter((column) => !hidden?.includes(column.id)), [columns, hidden]);
  const least = shown.reduce((sum, column) => sum + column.width, 0);
  const template = shown
    .map((column) => (column.grow ? `minmax(${column.width}px, 1fr)` : `${column.width}px`))
    .join(" ");

  const stop = Math.max(from, Math.min(active, to - 1));
  // Rows are drawn again only when they change, so what they can do stays the same object.
  const latest = useRef({ rows, onOpen, whole, virtual });
  latest.current = { rows, onOpen, whole, virtual };
  const acts = useMemo<Acts<T>>(
    () => ({
      open: (row) => latest.current.onOpen?.(row),
      focused: setActive,
      move: (index) => {
        const { rows: all, whole: every, virtual: virtualizer } = latest.current;
        const next = Math.max(0, Math.min(all.length - 1, index));
        setActive(next);
        if (!every) virtualizer.scrollToIndex(next);
        requestAnimationFrame(() =>
          scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus(),
        );
      },
      last: () => latest.current.rows.length - 1,
    }),
    [],
  );

  // What scrolls is reached by keys: by its rows or headers, or else itself.
  const reached = onOpen !== undefined || (onSort !== undefined && columns.some((column) => column.sort));
  return (
    <div
      ref={scroller}
      className={cx("relative overflow-auto", className)}
      {...(reached ? {} : { role: "region", "aria-label": `${label}, scrollable`, tabIndex: 0 })}
    >
      <div
        role="table"
        aria-label={label}
        aria-rowcount={(total ?? rows.length) + 1}
        className="text-sm"
        style={{ minWidth: least }}
      >
        <div role="rowgroup" className="sticky top-0 z-10 bg-surface">
          <div
            role="row"
            aria-rowindex={1}
            className="grid h-8 items-center border-b border-line"
            style={{ gridTemplateColumns: template }}
          >
            {shown.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: rows.length * rowHeight }}>
          {rows.slice(from, to).map((row, at) => {
            const index = from + at;
            return (
              <Row
                key={rowId(row)}
                row={row}
                index={index}
                columns={shown}
                template={template}
                height={rowHeight}
                stop={onOpen === undefined ? undefined : index === stop}
                acts={acts}
              />
            );
          })}
        </div>
      </div>
      {more}
    </div>
  );
}

interface Acts<T> {
  readonly open: (row: T) => void;
  readonly focused: (index: number) => void;
  readonly move: (index: number) => void;
  readonly last: () => number;
}

interface RowProps<T> {
  row: T;
  index: number;
  columns: readonly Column<T>[];
  template: string;
  height: number;
  /** Whether Tab stops here; `undefined` in a table whose rows do not open. */
  stop: boolean | undefined;
  acts: Acts<T>;
}

function RowOf<T>({ row, index, columns, template, height, stop, acts }: RowProps<T>) {
  const opens = stop !== undefined;
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget) return;
    const steps: Record<string, number> = {
      ArrowDown: index + 1,
      j: index + 1,
      ArrowUp: index - 1,
      k: index - 1,
      PageDown: index + 20,
      PageUp: index - 20,
      Home: 0,
      End: acts.last(),
    };
    const next = steps[event.key];
    if (next !== undefined) acts.move(next);
    else if (event.key === "Enter") acts.open(row);
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent<HTMLElement>) => {
    // A link or a control inside the row does its own.
    if (!(event.target as HTMLElement).closest("a,button,input,select,[role=combobox]")) acts.open(row);
  };
  return (
    <div
      role="row"
      data-index={index}
      aria-rowindex={index + 2}
      {...(opens
        ? { tabIndex: stop ? 0 : -1, onKeyDown: onKey, onFocus: () => acts.focused(index), onClick }
        : {})}
      style={{ height, top: index * height, gridTemplateColumns: template }}
      className={cx(
        "absolute inset-x-0 grid items-center border-b border-line",
        opens && "cursor-pointer outline-offset-[-2px] hover:bg-sunken/60",
      )}
    >
      {columns.map((column) => (
        <div
          role="cell"
          key={column.id}
          className={cx("truncate px-3", column.align === "right" && "text-right")}
        >
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
const Row = memo(RowOf) as typeof RowOf;

function HeaderCell<T>({
  column,
  sort,
  onSort,
}: {
  column: Column<T>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}) {
  const down = sort === `-${column.sort}`;
  const up = sort === column.sort;
  const sorted = column.sort !== undefined && (down || up);
  return (
    <div
      role="columnheader"
      aria-sort={sorted ? (down ? "descending" : "ascending") : undefined}
      className={cx(
        "min-w-0 px-3 text-xs font-medium text-ink-faint",
        column.align === "right" && "text-right",
      )}
    >
      {column.sort && onSort ? (
        <button
          type="button"
          onClick={() => onSort(down ? `${column.sort}` : `-${column.sort}`)}
          className={cx(
            "-mx-1 inline-flex max-w-full items-center gap-1 rounded-sm px-1 hover:text-ink",
            sorted && "text-ink",
          )}
        >
          <span className="truncate">{column.header}</span>
          {down && <ArrowDown className="size-3 shrink-0" aria-hidden="true" />}
          {up && <ArrowUp className="size-3 shrink-0" aria-hidden="true" />}
        </button>
      ) : (
        <span className="block truncate">{column.header}</span>
      )}
    </div>
  );
}
