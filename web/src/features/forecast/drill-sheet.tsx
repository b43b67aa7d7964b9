import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { type DealRow, dealPages } from "@/api/deals";
import type { Line, LineOf } from "@/api/forecasts";
import { days, expected, money, percent } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Link, path, useGo } from "@/shared/routing";
import { Sheet } from "@/shared/ui/dialog";
import { Failed, Loading, Skeleton } from "@/shared/ui/states";
import { type Column, DataTable } from "@/shared/ui/table";
import { askOf, reconcile } from "./drill";

export interface Drilled {
  readonly title: string;
  readonly line: Line;
  readonly of: LineOf;
  /** What the figure says of these deals. */
  readonly about: string;
}

const columns: readonly Column<DealRow>[] = [
  {
    id: "name",
    header: "Deal",
    width: 180,
    grow: true,
    cell: (deal) => (
      <Link to={path("/deals", deal.id)} className="hover:underline">
        {deal.name ?? deal.id}
      </Link>
    ),
  },
  { id: "stage", header: "Stage", width: 120, cell: (deal) => deal.stage ?? "–" },
  {
    id: "amount",
    header: "Amount",
    width: 110,
    align: "right",
    cell: (deal) => money(deal.amount),
  },
  {
    id: "model",
    header: "Chance",
    width: 90,
    align: "right",
    cell: (deal) => percent(deal.p_win),
  },
  {
    id: "source",
    header: "By source",
    width: 90,
    align: "right",
    cell: (deal) => percent(deal.probability),
  },
  {
    id: "days",
    header: "In stage",
    width: 90,
    align: "right",
    cell: (deal) => days(deal.days_in_stage),
  },
];

/** The deals behind a figure, with the same totals, or why they differ. */
export default function DrillSheet({
  drilled,
  currency,
  onClose,
}: {
  drilled: Drilled;
  currency: string | null | undefined;
  onClose: () => void;
}) {
  const ask = useMemo(() => askOf(drilled.of), [drilled.of]);
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={drilled.title}
      description={drilled.about}
      className="w-[min(46rem,100vw)]!"
    >
      <Rows ask={ask} line={drilled.line} currency={currency} label={drilled.title} />
    </Sheet>
  );
}

function Rows({
  ask,
  line,
  currency,
  label,
}: {
  ask: ReturnType<typeof askOf>;
  line: Line;
  currency: string | null | undefined;
  label: string;
}) {
  const go = useGo();
  const query = useInfiniteQuery(dealPages(ask, []));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (query.error) return <Failed problem={asProblem(query.error)} onRetry={() => void query.refetch()} />;
  const totals = query.data?.pages[0]?.totals;
  if (!totals) return <Loading label="Loading the deals" />;
  return (
    <>
      <p className="mb-3 text-sm text-ink-soft">
        {reconcile(line, totals, (value) => expected(value, currency))}{" "}
        <Link to="/deals" search={ask} className="font-medium text-accent-strong underline">
          Open them in the pipeline
        </Link>
      </p>
      <DataTable
        label={label}
        columns={columns}
        rows={rows}
        rowId={(deal) => deal.id}
        total={totals.count}
        onOpen={(deal) => go(path("/deals", deal.id))}
        onNearEnd={nearEnd}
        more={isFetchingNextPage && <Skeleton className="m-2 h-5 w-40" />}
        className="-mx-2 max-h-[calc(100dvh-11rem)]"
      />
    </>
  );
}
