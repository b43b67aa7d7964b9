import { useQuery } from "@tanstack/react-query";
import {
  closedSinceQuery,
  type Run,
  type SavedForecast,
  savedForecastQuery,
  savedForecastsQuery,
} from "@/api/forecasts";
import { meQuery } from "@/api/me";
import { count, counted, date, days, expected, instant, percent } from "@/shared/format";
import { Link } from "@/shared/routing";
import { Field } from "@/shared/ui/field";
import { Badge, Card, Figure } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { Empty } from "@/shared/ui/states";
import { DealList } from "./deal-list";
import { outcomeOf, type PeriodOutcome, periodsAgainst } from "./outcome";

const by = (run: Run, me: string | undefined) =>
  run.created_by === me
    ? "by you"
    : run.created_by.startsWith("system")
      ? "by the schedule"
      : "by a colleague";

/** A saved forecast against what has become of it. */
export default function SnapshotsTab({
  saved,
  onSaved,
}: {
  saved: string | undefined;
  onSaved: (id: string) => void;
}) {
  const list = useQuery(savedForecastsQuery);
  const { data: me } = useQuery(meQuery);
  return (
    <QueryView query={list}>
      {(page) => {
        const runs = page.data as Run[];
        const chosen = runs.find((run) => run.id === saved) ?? (saved ? undefined : runs[0]);
        if (runs.length === 0) {
          return (
            <Empty title="No saved forecasts yet">
              Press “Save this forecast” above. It is kept for two years as it was told, so that one can see
              later what came of it.
            </Empty>
          );
        }
        return (
          <div className="flex flex-col gap-4">
            <Field label="Saved forecast" className="max-w-md">
              <Select
                value={chosen?.id ?? saved}
                onChange={onSaved}
                options={[
                  ...runs.map((run) => ({
                    value: run.id,
                    label: `${instant(run.created_at)}, ${by(run, me?.principal)}`,
                  })),
                  ...(chosen || !saved ? [] : [{ value: saved, label: "the one of the link" }]),
                ]}
              />
            </Field>
            <Against id={chosen?.id ?? saved} now={page.as_of} />
          </div>
        );
      }}
    </QueryView>
  );
}

function Against({ id, now }: { id: string | undefined; now: string }) {
  const saved = useQuery(savedForecastQuery(id));
  const since = saved.data?.as_of;
  const closed = useQuery(closedSinceQuery(since));
  return (
    <QueryView query={saved}>
      {(run) => (
        <QueryView query={closed}>
          {(ended) => (
            <Comparison
              says={run.says}
              whole={run.whole}
              from={run.as_of}
              now={now > ended.as_of ? ended.as_of : now}
              closed={ended.rows}
              isAll={ended.whole}
            />
          )}
        </QueryView>
      )}
    </QueryView>
  );
}

/** What was said then, and what came of it by `now`. */
export function Comparison({
  says,
  whole,
  from,
  now,
  closed,
  isAll,
}: {
  says: SavedForecast;
  whole: boolean;
  from: string;
  now: string;
  closed: Parameters<typeof outcomeOf>[1];
  isAll: boolean;
}) {
  const money = (value: number) => expected(value, says.currency);
  const seen = outcomeOf(says.deals, closed, says.currency, from, now);
  const periods = periodsAgainst(says.periods ?? [], says.deals, closed, now);
  const passed = days(Math.round(seen.days));
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">
        From the data of {date(from.slice(0, 10))}
        {seen.days < 1
          ? ", the newest there are."
          : `, compared with those of ${date(now.slice(0, 10))}, ${passed} later.`}
        {!whole && " Sums are told to who sees all deals; these are the deals you see."}
        {!isAll && " More than 10,000 deals were closed since: only those are compared."}
      </p>
      {seen.won + seen.lost === 0 ? (
        <Empty
          title={seen.days < 1 ? "Saved today: nothing can have come of it yet" : "Nothing has closed since"}
          action={
            <Link to="/trust" className="text-sm font-medium text-accent-strong underline">
              See how forecasts of past days did
            </Link>
          }
        >
          {counted(seen.known, "open deal")} are in it. As they are won and lost, this page shows whether the
          forecast was right.
        </Empty>
      ) : (
        <section
          aria-label="What came of it"
          className="panel grid grid-cols-1 gap-x-6 gap-y-4 p-4 sm:grid-cols-2 xl:grid-cols-4"
        >
          <Figure
            label="Won since, of those deals"
            value={count(seen.won)}
            interval={
              seen.expected
                ? `${count(Math.round(seen.expected.value))} expected by now, 80% interval ${count(seen.expected.low)} to ${count(seen.expected.high)}`
                : "too long ago to say how many were expected by now"
            }
            note={
              seen.expected &&
              (seen.won >= seen.expected.low && seen.won <= seen.expected.high
                ? "within the interval of chance alone"
                : "outside the interval of chance alone")
            }
          />
          <Figure
            label="Worth"
            value={money(seen.amount)}
            interval={
              seen.amountExpected === undefined ? undefined : `${money(seen.amountExpected)} expected by now`
            }
            note={
              seen.otherCurrency > 0
                ? `${counted(seen.otherCurrency, "win")} in another currency not counted`
                : undefined
            }
          />
          <Figure label="Lost since" value={count(seen.lost)} note={`${count(seen.open)} still open`} />
          <Figure
            label="Won, but not known then"
            value={count(seen.newcomers)}
            note="begun after it was saved: no forecast of open deals holds them"
          />
        </section>
      )}
      {periods.length > 0 && <Periods periods={periods} money={money} />}
      {seen.surprises.length > 0 && (
        <Card title="What came otherwise" flush>
          <DealList
            label="What came otherwise"
            items={seen.surprises.map((one) => ({
              id: one.id,
              name: one.name,
              figure: one.won ? "Won" : "Lost",
              note: `${percent(one.said)} to win was said`,
            }))}
          />
        </Card>
      )}
    </div>
  );
}

function Periods({
  periods,
  money,
}: {
  periods: readonly PeriodOutcome[];
  money: (value: number) => string;
}) {
  const states = { ended: "over", running: "running", ahead: "ahead" } as const;
  return (
    <Card title="Its periods" flush>
      <table aria-label="Periods of the saved forecast" className="w-full border-collapse text-sm">
        <thead>
          <tr className="text-xs text-ink-faint">
            {["Period", "Told then, P50", "Won so far", ""].map((name, at) => (
              <th
                key={name}
                scope="col"
                className={`border-b border-line px-3 py-1.5 font-medium ${at === 0 ? "text-left" : "text-right"}`}
              >
                {name || <span className="unseen">Verdict</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {periods.map(({ line, state, won, wins, inside }) => (
            <tr key={line.label} className="align-top">
              <th scope="row" className="px-3 py-2 text-left font-medium">
                {line.label}
              </th>
              <td className="px-3 py-2 text-right">
                {money(line.revenue.p50)}
                <span className="block text-xs text-ink-soft">
                  {money(line.revenue.p10)} to {money(line.revenue.p90)}
                </span>
              </td>
              <td className="px-3 py-2 text-right">
                {state === "ahead" ? "–" : money(won)}
                {state !== "ahead" && (
                  <span className="block text-xs text-ink-soft">{counted(wins, "win")}</span>
                )}
              </td>
              <td className="px-3 py-2 text-right">
                {inside === undefined ? (
                  <Badge>{states[state]}</Badge>
                ) : (
                  <Badge tone={inside ? "good" : "warn"}>
                    {inside ? "between P10 and P90" : "outside P10 to P90"}
                  </Badge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="border-t border-line px-4 py-2.5 text-xs text-ink-faint">
        Won counts the deals that the forecast knew; what began later is not in it. Of ten periods that are
        over, eight should lie between P10 and P90.
      </p>
    </Card>
  );
}
