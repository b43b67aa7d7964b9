import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { changesQuery, type Part } from "@/api/forecasts";
import { Waterfall } from "@/shared/charts/waterfall";
import { counted, drawn, money, moneyShort } from "@/shared/format";
import { Link } from "@/shared/routing";
import { Toggle } from "@/shared/ui/chip";
import { Sheet } from "@/shared/ui/dialog";
import { Field, Input } from "@/shared/ui/field";
import { Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Skeleton } from "@/shared/ui/states";
import { presets } from "./address";
import { DealList } from "./deal-list";
import { type Bar, lastDay, stepsOf } from "./steps";

const Flow = lazy(() => import("./flow"));

/** What changed in the open pipeline between two days. */
export default function ChangesTab({
  from,
  to,
  onSpan,
}: {
  from: string | undefined;
  to: string | undefined;
  onSpan: (span: { from?: string | undefined; to?: string | undefined }) => void;
}) {
  const backwards = from !== undefined && to !== undefined && from > to;
  const query = useQuery({ ...changesQuery(from, to), enabled: !backwards });
  const [drilled, setDrilled] = useState<Bar>();
  const asOf = query.data?.as_of ?? "";
  const shown = {
    from: from ?? query.data?.from.slice(0, 10) ?? "",
    to: to ?? (query.data ? lastDay(query.data.to) : ""),
  };
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-3">
        <Field label="From" error={backwards ? "It lies after the last day." : undefined}>
          <Input
            type="date"
            value={shown.from}
            max={shown.to}
            onChange={(event) => onSpan({ from: event.target.value, to: shown.to })}
            className="w-40!"
          />
        </Field>
        <Field label="To, that day included">
          <Input
            type="date"
            value={shown.to}
            min={shown.from}
            onChange={(event) => onSpan({ from: shown.from, to: event.target.value })}
            className="w-40!"
          />
        </Field>
        <div className="flex flex-wrap gap-1.5 pb-0.5">
          {presets(asOf).map((span) => (
            <Toggle
              key={span.name}
              on={shown.from === span.from && shown.to === span.to}
              onChange={() => onSpan(span)}
            >
              {span.name}
            </Toggle>
          ))}
        </div>
      </div>
      {backwards ? null : (
        <QueryView query={query}>
          {(changes) => {
            const bars = stepsOf(changes);
            const ends = [bars[0], bars.at(-1)];
            const currency = changes.waterfall[0]?.amount?.currency;
            const short = (value: number) =>
              currency ? moneyShort({ value: value.toFixed(2), currency }) : String(value);
            return (
              <>
                <Card title="From one day to the other">
                  <Waterfall
                    title="What changed in the open pipeline"
                    untitled
                    summary={`From ${ends[0]?.part.count ?? 0} deals, ${money(ends[0]?.part.amount)}, to ${ends[1]?.part.count ?? 0} deals, ${money(ends[1]?.part.amount)}.`}
                    steps={bars.map(({ step }) => step)}
                    format={short}
                    onPick={(at) => {
                      const bar = bars[at];
                      if (bar && bar.part.deals.length > 0) setDrilled(bar);
                    }}
                  />
                  <ul className="mt-4 grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] gap-2">
                    {bars.map((bar) => (
                      <li key={bar.part.kind}>
                        <PartButton
                          bar={bar}
                          isNow={
                            bar.part.kind === "end" &&
                            changes.undated === 0 &&
                            lastDay(changes.to) >= changes.as_of.slice(0, 10)
                          }
                          onOpen={() => setDrilled(bar)}
                        />
                      </li>
                    ))}
                  </ul>
                  <p className="mt-3 text-xs text-ink-faint">
                    {changes.rule}
                    {changes.without_amount > 0 &&
                      ` ${counted(changes.without_amount, "deal")} without an amount in this currency count as none.`}
                    {changes.undated > 0 &&
                      ` Of ${counted(changes.undated, "deal")} nothing says when they began: they are left out.`}
                  </p>
                </Card>
                <Suspense fallback={<Skeleton className="h-96 w-full" />}>
                  <Flow changes={changes} short={short} />
                </Suspense>
              </>
            );
          }}
        </QueryView>
      )}
      {drilled && <PartSheet bar={drilled} onClose={() => setDrilled(undefined)} />}
    </div>
  );
}

function PartButton({
  bar: { part, name },
  isNow,
  onOpen,
}: {
  bar: Bar;
  /** The end is the present: those deals are the pipeline as it is. */
  isNow: boolean;
  onOpen: () => void;
}) {
  const look = "block w-full rounded-md border border-line-strong/60 px-3 py-2 text-left hover:bg-sunken";
  const what = (
    <>
      <span className="block text-xs text-ink-faint">{name}</span>
      <span className="block text-base font-semibold">{money(part.amount)}</span>
      <span className="block text-xs text-ink-soft">{counted(part.count, "deal")}</span>
    </>
  );
  if (isNow) {
    return (
      <Link to="/deals" search={{ "filter[outcome]": "open", sort: "-amount" }} className={look}>
        {what}
      </Link>
    );
  }
  if (part.deals.length === 0) return <div className="px-3 py-2">{what}</div>;
  return (
    <button type="button" onClick={onOpen} className={look}>
      {what}
    </button>
  );
}

function PartSheet({ bar: { part, name }, onClose }: { bar: Bar; onClose: () => void }) {
  const all = part.deals.length === part.count;
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={`${name}: ${counted(part.count, "deal")}`}
      description={`${money(part.amount)} in all${all ? "" : `; the ${part.deals.length} largest by amount × chance are listed`}.${
        part.kind === "start" ? " Stage and amount are those of today." : ""
      }`}
    >
      <div className="-mx-5 -my-4">
        <DealList
          label={name}
          items={part.deals.toSorted((a, b) => drawn(b.amount) - drawn(a.amount)).map(itemOf)}
        />
      </div>
    </Sheet>
  );
}

const itemOf = (deal: Part["deals"][number]) => ({
  id: deal.id,
  name: deal.name,
  about: [deal.owner?.name, deal.stage].filter(Boolean).join(" · "),
  figure: money(deal.amount),
  note: deal.reasons.map((reason) => reason.text).join(", "),
});
