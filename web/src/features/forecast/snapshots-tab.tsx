import { useQuery } from "@tanstack/react-query";
import {
  type Outcome,
  outcomeQuery,
  type PeriodOutcome,
  type Run,
  savedForecastsQuery,
} from "@/api/forecasts";
import { meQuery } from "@/api/me";
import { count, counted, date, days, expected, instant, money, percent } from "@/shared/format";
import { who } from "@/shared/format/who";
import { Link } from "@/shared/routing";
import { Field } from "@/shared/ui/field";
import { Badge, Card, Figure } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { Empty } from "@/shared/ui/states";
import { DealList } from "./deal-list";

/** How many deals that came otherwise are named. */
const NAMED = 20;

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
            <div className="panel">
              <Empty title="No saved forecasts yet">
                Press “Save this forecast” above. It is kept for two years as it was told, so that one can see
                later what came of it.
              </Empty>
            </div>
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
                    label: `${instant(run.created_at)}, by ${who(run.created_by, run.created_by_name, me)}`,
                  })),
                  ...(chosen || !saved ? [] : [{ value: saved, label: "the one of the link" }]),
                ]}
              />
            </Field>
            <Against id={chosen?.id ?? saved} seesAll={me?.sees_all ?? true} />
          </div>
        );
      }}
    </QueryView>
  );
}

function Against({ id, seesAll }: { id: string | undefined; seesAll: boolean }) {
  const query = useQuery(outcomeQuery(id, NAMED));
  return <QueryView query={query}>{(outcome) => <Comparison outcome={outcome} whole={seesAll} />}</QueryView>;
}

/** What was said then, and what came of it by now. */
export function Comparison({ outcome, whole }: { outcome: Outcome; whole: boolean }) {
  const { won, lost, known, open, newcomers, gone, periods } = outcome;
  const wins = outcome.expected;
  const passed = days(Math.round(outcome.days));
  const surprises = outcome.deals.filter((deal) =>
    deal.outcome === "won" ? deal.said < 0.5 : deal.said > 0.5,
  );
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">
        From the data of {date(outcome.from.slice(0, 10))}
        {outcome.days < 1
          ? ", the newest there are."
          : `, compared with those of ${date(outcome.as_of.slice(0, 10))}, ${passed} later.`}
        {!whole && " Sums are told to who sees all deals; these are the deals you see."}
        {gone > 0 && ` ${counted(gone, "deal")} of it ${gone === 1 ? "is" : "are"} not in the data any more.`}
      </p>
      {won + lost === 0 ? (
        <div className="panel">
          {" "}
          <Empty
            title={
              outcome.days < 1 ? "Saved today: nothing can have come of it yet" : "Nothing has closed since"
            }
            action={
              <Link to="/trust" className="text-sm font-medium text-accent-strong underline">
                See how forecasts of past days did
              </Link>
            }
          >
            {counted(known, "open deal")} are in it. As they are won and lost, this page shows whether the
            forecast was right.
          </Empty>
        </div>
      ) : (
        <section
          aria-label="What came of it"
          className="panel grid grid-cols-1 gap-x-6 gap-y-4 p-4 sm:grid-cols-2 xl:grid-cols-4"
        >
          <Figure
            label="Won since, of those deals"
            value={count(won)}
            interval={
              wins
                ? `${count(Math.round(wins.value))} expected by now, 80% interval ${count(wins.low)} to ${count(wins.high)}`
                : "too long ago to say how many were expected by now"
            }
            note={
              wins &&
              (won >= wins.low && won <= wins.high
                ? "within the interval of chance alone"
                : "outside the interval of chance alone")
            }
          />
          <Figure
            label="Worth"
            value={money(outcome.amount)}
            interval={
              outcome.amount_expected ? `${expectedOf(outcome.amount_expected)} expected by now` : undefined
            }
            note={
              outcome.left_out > 0
                ? `${counted(outcome.left_out, "win")} without an amount in this currency not counted`
                : undefined
            }
          />
          <Figure label="Lost since" value={count(lost)} note={`${count(open)} still open`} />
          <Figure
            label="Won, but not known then"
            value={count(newcomers)}
            interval={newcomers > 0 ? money(outcome.newcomers_amount) : undefined}
            note="begun after it was saved: no forecast of open deals holds them"
          />
        </section>
      )}
      {periods.length > 0 && <Periods periods={periods} currency={outcome.amount?.currency} />}
      {surprises.length > 0 && (
        <Card title="What came otherwise" flush>
          <DealList
            label="What came otherwise"
            items={surprises.slice(0, 10).map((one) => ({
              id: one.id,
              name: one.name,
              about: one.owner?.name,
              figure: one.outcome === "won" ? "Won" : "Lost",
              note: `${percent(one.said)} to win was said`,
            }))}
          />
        </Card>
      )}
    </div>
  );
}

const expectedOf = ({ value, currency }: { value: string; currency: string }) =>
  expected(Number(value), currency);

function Periods({ periods, currency }: { periods: readonly PeriodOutcome[]; currency: string | undefined }) {
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
          {periods.map((period) => (
            <tr key={period.label} className="align-top">
              <th scope="row" className="px-3 py-2 text-left font-medium whitespace-nowrap">
                {period.label}
              </th>
              <td className="px-3 py-2 text-right">
                {expected(period.p50, currency)}
                <span className="block text-xs text-ink-soft">
                  {expected(period.p10, currency)} to {expected(period.p90, currency)}
                </span>
              </td>
              <td className="px-3 py-2 text-right">
                {period.state === "ahead" ? "–" : money(period.amount)}
                {period.state !== "ahead" && (
                  <span className="block text-xs text-ink-soft">
                    {counted(period.won, "win")}
                    {period.newcomers > 0 && `, and ${count(period.newcomers)} new`}
                  </span>
                )}
              </td>
              <td className="px-3 py-2 text-right">
                {period.inside == null ? (
                  <Badge>{states[period.state]}</Badge>
                ) : (
                  <Badge tone={period.inside ? "good" : "warn"}>
                    {period.inside ? "between P10 and P90" : "outside P10 to P90"}
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
