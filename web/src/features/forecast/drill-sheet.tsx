import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { type DealRow, dealPages } from "@/api/deals";
import { type Line, ownersOfOpenQuery } from "@/api/forecasts";
import { pipelinesQuery } from "@/api/pipelines";
import { days, expected, money, percent } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Link, path, useGo } from "@/shared/routing";
import { Sheet } from "@/shared/ui/dialog";
import { Empty, Failed, Loading, Skeleton } from "@/shared/ui/states";
import { type Column, DataTable } from "@/shared/ui/table";
import { askOf, type Of, reconcile } from "./drill";

export interface Drilled {
  readonly title: string;
  readonly line: Line;
  readonly of: Of;
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
  const owners = useQuery({ ...ownersOfOpenQuery, enabled: drilled.of.kind === "owner" });
  const pipelines = useQuery({ ...pipelinesQuery, enabled: drilled.of.kind === "stage" });
  const ready =
    drilled.of.kind === "all" ||
    (drilled.of.kind === "owner" ? owners.data !== undefined : pipelines.data !== undefined);
  const ask = useMemo(
    () =>
      ready ? askOf(drilled.of, { owners: owners.data ?? [], pipelines: pipelines.data ?? [] }) : undefined,
    [ready, drilled.of, owners.data, pipelines.data],
  );
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={drilled.title}
      description={drilled.about}
      className="w-[min(46rem,100vw)]!"
    >
      {!ready && <Loading label="Loading the deals" />}
      {ready && !ask && (
        <Empty title="These deals cannot be listed">
          No open deal is filed under “{drilled.line.label}” any more. Refresh the forecast.
        </Empty>
      )}
      {ask && <Rows ask={ask} line={drilled.line} currency={currency} label={drilled.title} />}
    </Sheet>
  );
}

function Rows({
  ask,
  line,
  currency,
  label,
}: {
  ask: NonNullable<ReturnType<typeof askOf>>;
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
