import { useQuery } from "@tanstack/react-query";
import { type DragEvent, useDeferredValue, useState } from "react";
import { type DealAsk, type DealRow, dealName, dealsQuery, type Facet } from "@/api/deals";
import { type Pipeline, pipelinesQuery } from "@/api/pipelines";
import { count, counted, date, days, money, moneyShort, words } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Link, path } from "@/shared/routing";
import { cx } from "@/shared/ui/cx";
import { Failed, Skeleton } from "@/shared/ui/states";
import { choose, chosen, NOBODY, valueName } from "./address";
import { Chance } from "./columns";
import { CATEGORIES, useOwnEdit } from "./own-edit";

const FIRST = 30;
const NO_DEALS: readonly DealRow[] = [];

interface Lane {
  readonly value: string;
  readonly name: string;
}

/** The lanes of a board: what the filter leaves of a facet; of the categories all, to be moved into. */
export function lanesOf(
  group: string,
  ask: DealAsk,
  facets: readonly Facet[],
  pipelines: readonly Pipeline[] = [],
): Lane[] {
  const facet = facets.find((each) => each.field === group);
  const only = chosen(ask, group);
  const values =
    group === "forecast_category" ? [...CATEGORIES] : (facet?.values ?? []).map((each) => each.value);
  const lanes = values
    .filter((value) => only.length === 0 || only.includes(value))
    .map((value) => ({
      value,
      name: group === "forecast_category" ? words(value) : valueName(group, value, facets),
    }));
  if (group === "stage") {
    const place = stageOrder(pipelines);
    lanes.sort((a, b) => (place.get(a.value) ?? 1) - (place.get(b.value) ?? 1));
  }
  const none = (facet?.without ?? 0) > 0 && (only.length === 0 || only.includes(NOBODY));
  return none ? [{ value: NOBODY, name: "None" }, ...lanes] : lanes;
}

/** How far along each stage is, 0 to 1, on average over the pipelines that have it. */
function stageOrder(pipelines: readonly Pipeline[]): Map<string, number> {
  const places = new Map<string, number[]>();
  for (const { stages } of pipelines) {
    const last = Math.max(1, ...stages.map((stage) => stage.order));
    for (const stage of stages)
      places.set(stage.label, [...(places.get(stage.label) ?? []), stage.order / last]);
  }
  return new Map(
    [...places].map(([label, at]) => [label, at.reduce((sum, each) => sum + each, 0) / at.length]),
  );
}

/** Deals side by side by stage, category or owner. A category is ours, so deals can be moved between them. */
export function Board({
  ask,
  facets,
  by,
}: {
  ask: DealAsk;
  facets: readonly Facet[];
  by: "stage" | "forecast_category" | "owner";
}) {
  const { data: pipelines } = useQuery(pipelinesQuery);
  // What was pressed shows at once, and the lanes follow.
  const group = useDeferredValue(by);
  const lanes = lanesOf(group, ask, facets, pipelines);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section aria-label="Board" tabIndex={0} className="flex gap-3 overflow-x-auto pb-2">
      {lanes.map((lane) => (
        <LaneColumn
          key={lane.value}
          lane={lane}
          ask={choose({ sort: "-amount", ...ask }, group, [lane.value])}
          movable={group === "forecast_category"}
        />
      ))}
    </section>
  );
}

function LaneColumn({ lane, ask, movable }: { lane: Lane; ask: DealAsk; movable: boolean }) {
  const edit = useOwnEdit();
  const query = useQuery(dealsQuery(ask, FIRST));
  const [over, setOver] = useState(false);
  const totals = query.data?.totals;
  // Some hundred cards at once would hold up whatever is pressed meanwhile.
  const deals = useDeferredValue(query.data?.data, NO_DEALS);
  const onDrop = (event: DragEvent) => {
    setOver(false);
    const deal = dragged;
    if (!movable || !deal) return;
    event.preventDefault();
    move(edit, deal, lane.value);
  };
  return (
    <section
      aria-label={lane.name}
      onDragOver={(event) => {
        if (!movable) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      className={cx(
        "flex w-64 shrink-0 flex-col rounded-lg border border-line bg-sunken",
        over && "border-accent",
      )}
    >
      <header className="border-b border-line px-3 py-2">
        <h2 className="truncate text-sm font-semibold">{lane.name}</h2>
        <p className="text-xs text-ink-faint" title={totals?.amounts.map(money).join(" + ")}>
          {totals
            ? `${counted(totals.count, "deal")}, ${totals.amounts.map(moneyShort).join(" + ") || "no amount"}`
            : "…"}
        </p>
      </header>
      <ul className="flex max-h-[65vh] flex-col gap-2 overflow-y-auto p-2">
        {query.error && !query.data && (
          <li>
            <Failed problem={asProblem(query.error)} onRetry={() => void query.refetch()} />
          </li>
        )}
        {query.isPending &&
          [0, 1, 2].map((at) => (
            <li key={at}>
              <Skeleton className="h-20 w-full" />
            </li>
          ))}
        {deals?.map((deal) => (
          <Card key={deal.id} deal={deal} movable={movable} />
        ))}
        {totals && totals.count > FIRST && (
          <li className="px-1 text-xs text-ink-faint">
            and {count(totals.count - FIRST)} more: the table has them all
          </li>
        )}
        {totals?.count === 0 && <li className="px-1 py-3 text-center text-xs text-ink-faint">No deals</li>}
      </ul>
    </section>
  );
}

/** What is on its way between lanes: a drag's own data is not readable before the drop. */
let dragged: DealRow | undefined;

function move(edit: ReturnType<typeof useOwnEdit>, deal: DealRow, lane: string): void {
  const value = lane === NOBODY ? null : lane;
  if ((deal.forecast_category ?? null) !== value) edit.mutate({ deal, field: "forecast_category", value });
}

function Card({ deal, movable }: { deal: DealRow; movable: boolean }) {
  const edit = useOwnEdit();
  return (
    <li
      draggable={movable}
      onDragStart={() => {
        dragged = deal;
      }}
      onDragEnd={() => {
        dragged = undefined;
      }}
      className="rounded-md border border-line bg-surface p-2.5 text-xs"
    >
      <Link
        to={path("/deals", deal.id)}
        className="block text-sm font-medium wrap-anywhere hover:text-accent-strong hover:underline"
      >
        {dealName(deal)}
      </Link>
      <p className="truncate text-ink-faint">
        {[deal.company?.name, deal.owner?.name].filter(Boolean).join(" · ")}
      </p>
      <p className="mt-1 flex justify-between gap-2">
        <span className="font-medium">{money(deal.amount)}</span>
        <span>
          <Chance deal={deal} />
        </span>
      </p>
      <p className="flex justify-between gap-2 text-ink-faint">
        <span>{date(deal.close_date)}</span>
        <span>{days(Math.round(deal.days_in_stage ?? Number.NaN))} in stage</span>
      </p>
      {movable && (
        <select
          aria-label={`Category of ${dealName(deal)}`}
          value={deal.forecast_category ?? ""}
          onChange={(event) => move(edit, deal, event.target.value || NOBODY)}
          className="mt-1.5 h-6 w-full rounded-sm border border-line-strong/60 bg-surface px-1"
        >
          <option value="">None</option>
          {CATEGORIES.map((category) => (
            <option key={category} value={category}>
              {words(category)}
            </option>
          ))}
        </select>
      )}
    </li>
  );
}
