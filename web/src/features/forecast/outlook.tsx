import { lazy, Suspense, useState } from "react";
import type { Forecast, Line } from "@/api/forecasts";
import { count, counted, date, days, expected, interval, percent, words } from "@/shared/format";
import { Link } from "@/shared/routing";
import { Badge, Card, Figure } from "@/shared/ui/pieces";
import { Empty } from "@/shared/ui/states";
import { DealList } from "./deal-list";
import type { Drilled } from "./drill-sheet";
import { RangeChart } from "./range-chart";
import { RangeTable } from "./range-table";

const DrillSheet = lazy(() => import("./drill-sheet"));

const list = "flex list-disc flex-col gap-1.5 pl-5 text-sm text-ink-soft";
const DAY_MS = 86_400_000;

/** What the open deals will do: by period, owner and stage; where the risk lies; what is not known. */
export default function Outlook({ forecast, by }: { forecast: Forecast; by: "month" | "quarter" }) {
  const [drilled, setDrilled] = useState<Drilled>();
  const { currency, total, periods, owners, stages } = forecast;
  const money = (value: number) => expected(value, currency);
  const span = (line: Line) => `P10 ${money(line.revenue.p10)}, P90 ${money(line.revenue.p90)}`;
  const wins = (line: Line) =>
    `${counted(Math.round(line.wins.p50), "win")} (${count(Math.round(line.wins.p10))} to ${count(Math.round(line.wins.p90))})`;
  const running = periods[0];
  // Why the open amount is more than the pipeline's sum.
  const standIns = forecast.unknown.filter((text) => text.startsWith("The amount of "));
  const names = { month: "months", quarter: "quarters" } as const;
  const open = (line: Line, of: Drilled["of"], about: string) =>
    setDrilled({ title: `Deals behind ${line.label}`, line, of, about });
  if (total.deals === 0) {
    return (
      <Empty title="No open deals">
        A forecast is of the open deals you see, and there are none. Connect a source or import a file to
        bring some.
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {forecast.confidence === "low_confidence" && (
        <p className="rounded-md border border-warn/50 bg-warn-soft px-4 py-2.5 text-sm">
          There is little history: {counted(forecast.evidence.won, "deal")} won and{" "}
          {count(forecast.evidence.lost)} lost. The ranges below are wide for that reason, and the figures
          lean on the history as a whole more than on each stage.
        </p>
      )}
      {forecast.stale && (
        <p className="text-xs text-ink-faint">
          The data have changed since the model learned: it is learning anew, and the figures follow within
          minutes.
        </p>
      )}
      <section
        aria-label="In short"
        className="panel grid grid-cols-1 gap-x-6 gap-y-4 p-4 sm:grid-cols-2 xl:grid-cols-4"
      >
        {running && (
          <Figure
            label={`${running.label}, still to be won`}
            value={money(running.revenue.p50)}
            interval={span(running)}
            note={wins(running)}
          />
        )}
        <Figure
          label={`Next ${count(periods.length)} ${names[by]} together`}
          value={money(total.revenue.p50)}
          interval={span(total)}
          note={wins(total)}
        />
        <Figure
          label="Open now"
          value={money(total.open_amount)}
          interval={
            <button
              type="button"
              className="min-h-6 font-medium text-accent-strong hover:underline"
              onClick={() =>
                open({ ...total, label: "all open deals" }, { kind: "all" }, "Every open deal you see.")
              }
            >
              {counted(total.deals, "open deal")}
            </button>
          }
          note={`${percent(total.open_amount > 0 ? total.revenue.expected / total.open_amount : 0)} of it expected to be won`}
        />
        <Figure
          label="Learned from"
          value={counted(forecast.evidence.closed, "closed deal")}
          interval={`${count(forecast.evidence.won)} won, ${count(forecast.evidence.lost)} lost`}
          note={
            <Link to="/trust" className="text-accent-strong underline">
              How far to trust it
            </Link>
          }
        />
      </section>
      {standIns.map((text) => (
        <p key={text} className="text-xs text-ink-faint">
          {text}
        </p>
      ))}
      <Card title={`By ${by}`} flush>
        <div className="px-4 pt-3">
          <RangeChart
            title={`Revenue by ${by}`}
            format={money}
            ranges={periods.map(({ label, revenue }) => ({
              label,
              low: revenue.p10,
              mid: revenue.p50,
              high: revenue.p90,
            }))}
          />
        </div>
        <RangeTable
          label={`Forecast by ${by}`}
          first={words(by)}
          lines={periods}
          currency={currency}
          onOpen={(line) =>
            open(line, { kind: "all" }, "Every open deal may still close in it, so these are all of them.")
          }
        />
        <p className="border-t border-line px-4 py-2.5 text-xs text-ink-faint">
          In one of ten futures less than P10 is won, in nine of ten less than P90. Expected values add up;
          P10 and P90 do not: not everything goes badly at once.
        </p>
      </Card>
      <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
        <Card title="By owner" flush>
          <RangeTable
            label="Forecast by owner"
            first="Owner"
            lines={owners}
            few={9}
            currency={currency}
            onOpen={(line) => open(line, line.of ?? { kind: "all" }, `The open deals of ${line.label}.`)}
          />
        </Card>
        <Card title="By stage" flush>
          <RangeTable
            label="Forecast by stage"
            first="Stage"
            lines={stages}
            currency={currency}
            onOpen={(line) => open(line, line.of ?? { kind: "all" }, `The open deals in ${line.label}.`)}
          />
        </Card>
      </div>
      <Risks forecast={forecast} money={money} />
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        <Card title="What this forecast does not know">
          <ul className={list}>
            {forecast.unknown
              .filter((text) => !text.startsWith("How good this forecast would have been"))
              .map((text) => (
                <li key={text}>{text.replaceAll(" %", "%")}</li>
              ))}
          </ul>
        </Card>
        {forecast.findings.length > 0 && (
          <Card title="What is odd in the data it is made of">
            <ul className={list}>
              {forecast.findings.map((finding) => (
                <li key={finding.kind}>
                  {finding.what}: {finding.remedy}.
                </li>
              ))}
            </ul>
          </Card>
        )}
      </div>
      <Suspense>
        {drilled && (
          <DrillSheet drilled={drilled} currency={currency} onClose={() => setDrilled(undefined)} />
        )}
      </Suspense>
    </div>
  );
}

function Risks({ forecast, money }: { forecast: Forecast; money: (value: number) => string }) {
  const { riskiest, slipping, forgotten, as_of } = forecast;
  const dayAfter = (in_days: number) =>
    date(new Date(Date.parse(as_of) + in_days * DAY_MS).toISOString().slice(0, 10));
  return (
    <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-3">
      <Card title="Most to lose" flush>
        <p className="px-4 pt-3 pb-1 text-xs text-ink-soft">Amount × the chance not to win it.</p>
        {riskiest.length === 0 ? (
          <None>No open deal stands out.</None>
        ) : (
          <DealList
            label="Most to lose"
            items={riskiest.slice(0, 6).map(({ id, name, source_id, owner, forecast: one }) => ({
              id,
              name: name ?? source_id,
              about: [owner, one.stage].filter(Boolean).join(" · "),
              figure: money((one.amount ?? 0) * (1 - one.p_win.value)),
              note: `${percent(one.p_win.value)} to win, ${interval(one.p_win.low, one.p_win.high, percent)}`,
            }))}
          />
        )}
      </Card>
      <Card title="Missing their date" flush>
        <p className="px-4 pt-3 pb-1 text-xs text-ink-soft">
          Likely still open on the close date they carry, or past it.
        </p>
        {slipping.length === 0 ? (
          <None>None of the deals with a date ahead.</None>
        ) : (
          <DealList
            label="Missing their date"
            items={slipping.slice(0, 6).map((deal) => ({
              id: deal.id,
              name: deal.name ?? deal.label,
              about: [deal.owner, deal.stage].filter(Boolean).join(" · "),
              figure: deal.amount == null ? "no amount" : money(deal.amount),
              note:
                deal.closes_in_days < 0
                  ? `${dayAfter(deal.closes_in_days)} has passed`
                  : `${percent(deal.p_open_then)} still open on ${dayAfter(deal.closes_in_days)}`,
            }))}
          />
        )}
      </Card>
      <Card
        title="Forgotten"
        flush
        aside={forgotten.count > 0 && <Badge tone="warn">{percent(forgotten.share)} of open deals</Badge>}
      >
        {forgotten.count === 0 ? (
          <None>No open deal is older than those that were won.</None>
        ) : (
          <>
            <p className="px-4 pt-3 pb-1 text-xs text-ink-soft">
              {counted(forgotten.count, "deal")} longer in a stage than any that was won from it:{" "}
              {money(forgotten.amount)} on paper, {money(forgotten.expected_in_90_days)} expected within 90
              days.
            </p>
            <DealList
              label="Forgotten"
              items={forgotten.examples.slice(0, 5).map(({ id, name, source_id, owner, forecast: one }) => ({
                id,
                name: name ?? source_id,
                about: [owner, one.stage].filter(Boolean).join(" · "),
                figure: one.amount == null ? "no amount" : money(one.amount),
                note: `${days(Math.round(one.days_in_stage))} there, the longest won stayed ${days(Math.round(one.longest_won_stay ?? 0))}`,
              }))}
            />
          </>
        )}
      </Card>
    </div>
  );
}

const None = ({ children }: { children: string }) => (
  <p className="px-4 pt-1 pb-4 text-sm text-ink-faint">{children}</p>
);
