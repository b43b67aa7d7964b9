import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { dealName } from "@/api/deals";
import { meQuery } from "@/api/me";
import {
  dealNamesQuery,
  openDealsQuery,
  recentSimulationsQuery,
  type SimulationRow,
  scenariosQuery,
} from "@/api/simulations";
import { ago, money, points } from "@/shared/format";
import { who } from "@/shared/format/who";
import { usePage } from "@/shared/page";
import { Link, path, useGo } from "@/shared/routing";
import { Combobox } from "@/shared/ui/combobox";
import { Field } from "@/shared/ui/field";
import { Card, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty, Skeleton } from "@/shared/ui/states";
import { joinTexts, sayChange } from "./changes";
import { newestOfEach } from "./recent";
import { ScenarioRow } from "./saving";
import { isTooClose, pointsRange } from "./verdict";

const SHOWN = 12;
const LARGEST = 5;

/** Where one picks a deal to ask about, and finds what was asked before. */
export default function WhatIfPage() {
  const go = useGo();
  const [q, setQ] = useState("");
  const deals = useQuery(openDealsQuery(q.trim()));
  const first = useQuery(openDealsQuery(""));
  const largest = first.data?.data.slice(0, LARGEST) ?? [];
  const recent = useQuery(recentSimulationsQuery());
  const { data: scenarios } = useQuery(scenariosQuery);
  const { refetch } = recent;
  const refresh = useCallback(() => void refetch(), [refetch]);
  usePage({ title: "What-if", asOf: deals.data?.as_of, refresh });
  const choices = (deals.data?.data ?? []).map((deal) => ({
    value: deal.id,
    label: dealName(deal),
    detail: [deal.stage, deal.amount ? money(deal.amount) : "no amount"].filter(Boolean).join(" · "),
  }));
  return (
    <>
      <PageHead
        title="What-if"
        sub="Change something about a deal and see what becomes of its chance, its close date and its value. Nothing is written to your CRM."
      />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="Ask about a deal">
            <Field label="Deal" hint="Open deals by name, company or owner; the largest first.">
              <Combobox
                value={null}
                onChange={(choice) => choice && go(path("/what-if", choice.value))}
                choices={choices}
                onSearch={setQ}
                placeholder="Find an open deal…"
                empty={deals.isPending ? "Looking…" : "No open deal of that name among those you see."}
              />
            </Field>
            {(first.isPending || largest.length > 0) && (
              <>
                <h3 className="mt-4 mb-1 text-xs font-medium text-ink-faint">Or one of the largest</h3>
                <ul className="-mx-2">
                  {first.isPending &&
                    Array.from({ length: LARGEST }, (_, at) => (
                      <li key={at} aria-hidden="true" className="h-11 px-2 py-1 sm:h-7">
                        <Skeleton className="h-full w-full" />
                      </li>
                    ))}
                  {largest.map((deal) => (
                    <li key={deal.id}>
                      <Link
                        to={path("/what-if", deal.id)}
                        className="flex flex-wrap items-baseline justify-between gap-x-4 rounded-md px-2 py-1 hover:bg-sunken"
                      >
                        <span className="min-w-0 text-sm wrap-anywhere">{dealName(deal)}</span>
                        <span className="text-xs text-ink-soft">
                          {[deal.stage, deal.amount ? money(deal.amount) : "no amount"]
                            .filter(Boolean)
                            .join(" · ")}
                        </span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </Card>
          <Card title="Asked lately" flush>
            <QueryView query={recent}>
              {(page) => <Recent rows={newestOfEach(page.data).slice(0, SHOWN)} now={page.as_of} />}
            </QueryView>
          </Card>
        </div>
        <Card title="Saved scenarios">
          {scenarios?.length ? (
            <ul className="-mx-2 flex flex-col gap-1">
              {scenarios.map((scenario) => (
                <ScenarioRow
                  key={scenario.id}
                  scenario={scenario}
                  say={(change) => sayChange(change, (value) => value)}
                />
              ))}
            </ul>
          ) : (
            <p className="text-sm text-ink-soft">
              None yet. Open a deal, change something and press “Save these changes”: then one click tries
              them on any other deal.
            </p>
          )}
        </Card>
      </div>
    </>
  );
}

function Recent({ rows, now }: { rows: readonly SimulationRow[]; now: string }) {
  const ids = useMemo(() => [...new Set(rows.map((row) => row.deal))].sort(), [rows]);
  const { data: names } = useQuery(dealNamesQuery(ids));
  const { data: me } = useQuery(meQuery);
  if (rows.length === 0) {
    return (
      <Empty title="Nothing asked yet">
        Pick a deal above. What you ask is kept here for 90 days, with the figures as they were.
      </Empty>
    );
  }
  return (
    <ul>
      {rows.map((row) => {
        const p = row.delta.p_win;
        return (
          <li key={row.id} className="border-b border-line last:border-b-0">
            <Link
              to={path("/what-if", row.deal)}
              search={{ result: row.id, change: joinTexts(row.scenarios) }}
              className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-4 py-2.5 hover:bg-sunken"
            >
              <span className="min-w-0">
                <span className="block text-sm font-medium wrap-anywhere">
                  {names?.get(row.deal)?.name ?? "A deal"}
                </span>
                <span className="block text-xs text-ink-soft">
                  {row.scenarios.map((change) => sayChange(change, (amount) => amount)).join(", ")}
                </span>
              </span>
              <span className="md:text-right">
                <span className="block text-sm font-semibold">
                  {isTooClose(p) ? "Too close to call" : points(p.value)}
                </span>
                <span className="block text-xs text-ink-faint">
                  {isTooClose(p) ? "" : "80% interval "}
                  {pointsRange(p.low, p.high)} · {ago(row.created_at, now)}
                  {me && `, by ${who(row.created_by, row.created_by_name, me)}`}
                </span>
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
