import type { CashFlow, Span } from "@/api/cashflow";
import { StackedBars } from "@/shared/charts/stacked-bars";
import { counted, date, expected, money, moneyShort } from "@/shared/format";
import { Link, useGo } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";
import { Badge, Card, Figure, Figures } from "@/shared/ui/pieces";
import { type PlainColumn, PlainTable } from "@/shared/ui/plain-table";
import { Empty } from "@/shared/ui/states";
import { type Cash, cashOf, has, isEmpty, isPast, isRunning, sumOf } from "./cash";
import { isNothing } from "./decimal";

const PARTS = [
  ["actual", "Came in"],
  ["invoices", "Bills sent"],
  ["subscriptions", "Contracts"],
  ["won", "Won, not billed yet"],
  ["pipeline", "From open deals"],
] as const;

export function CashTab({ data, by, isOld }: { data: CashFlow; by: Span; isOld: boolean }) {
  const currency = data.currency;
  const all = data.periods.map(cashOf);
  if (!currency || isEmpty(all)) return <Nothing data={data} />;
  const day = data.as_of;
  const paid = has(all, "actual");
  const billed = paid || has(all, "invoices");
  // Without payments the past is not empty but unknown.
  const periods = paid ? all : all.filter((each) => !isPast(each, day));
  const parts = PARTS.filter(([name]) => has(periods, name));
  const past = sumOf(periods.filter((each) => isPast(each, day) || isRunning(each, day)));
  const ahead = sumOf(periods.filter((each) => !isPast(each, day)));
  const until = ahead ? `until ${date(dayBefore(ahead.end))}` : "";
  const amount = (value: string) => ({ value, currency });
  const { timing } = data;
  // An interval of all periods is told only where it is of the same ones.
  const together = timing?.until === ahead?.end ? timing?.together : undefined;
  return (
    <div className={cx("flex flex-col gap-4", isOld && "opacity-60")}>
      <Figures aria-label="In short" className="panel">
        <Figure
          label={past && paid ? `Came in since ${date(past.start)}` : "Came in"}
          value={past && paid ? moneyShort(amount(past.actual)) : "–"}
          note={past && paid ? money(amount(past.actual)) : "no payments in the data"}
        />
        {ahead && (
          <>
            <Figure
              label={`Expected ${until}`}
              value={moneyShort(amount(ahead.total))}
              title={money(amount(ahead.total))}
              interval={
                together
                  ? `P10 ${moneyShort(amount(together.p10))}, P90 ${moneyShort(amount(together.p90))}`
                  : undefined
              }
              note={
                timing
                  ? "a mean: open deals when the model expects them"
                  : "a mean: amount × chance for open deals"
              }
            />
            <Figure
              label="Of which owed in any case"
              value={moneyShort(amount(ahead.owed))}
              title={money(amount(ahead.owed))}
              note="if every open deal is lost"
            />
            <Figure
              label="From open deals"
              value={moneyShort(amount(ahead.pipeline))}
              title={money(amount(ahead.pipeline))}
              note={
                timing && ahead.dated !== ahead.pipeline
                  ? `${moneyShort(amount(ahead.dated))} if they close on the dates they carry`
                  : "amount × chance"
              }
            />
            <Figure
              label="Bills past due"
              value={billed ? moneyShort(amount(ahead.overdue)) : "–"}
              note={billed ? money(amount(ahead.overdue)) : "no bills in the data"}
              {...(isNothing(ahead.overdue) ? {} : { tone: "bad" as const })}
            />
          </>
        )}
      </Figures>
      <Card title={`Money by ${by}`}>
        <StackedBars
          untitled
          title={`Money by ${by}`}
          summary={`Up to ${date(day)} what came in, from then on what is expected: ${
            ahead
              ? `${moneyShort(amount(ahead.total))}, of which ${moneyShort(amount(ahead.owed))} is owed in any case`
              : "nothing"
          }.`}
          parts={parts.map(([, label]) => label)}
          stacks={periods.map((each) => ({
            label: each.label.replace(/^\d{4} /, ""),
            values: parts.map(([name]) => Number(each[name])),
            range: rangeOf(each),
          }))}
          format={(value) => expected(value, currency)}
          height={280}
        />
        <p className="mt-2 text-xs text-ink-faint">
          {timing ? (
            <>
              The part from open deals is a mean over many futures, in which each of{" "}
              {counted(timing.deals, "deal")} is won on some day or not at all, with the chance of the{" "}
              <Link to="/forecast" className="underline hover:text-accent-strong">
                forecast
              </Link>
              , and then paid by the terms. In one of ten futures less than P10 comes in, in one of ten more
              than P90.
              {timing.left_out > 0 &&
                ` ${counted(timing.left_out, "open deal")} without an amount in this currency, or that the model says nothing of, ${timing.left_out === 1 ? "is" : "are"} not in it.`}
            </>
          ) : (
            <>
              The part from open deals is a mean: what comes is all of a deal or nothing. There is too little
              history for a model that says how far it may be off.
            </>
          )}{" "}
          Beneath it stands what is owed whatever happens to them.
        </p>
      </Card>
      <Card title="Period by period" flush>
        <Periods periods={periods} day={day} currency={currency} />
      </Card>
      <LeftOut data={data} />
    </div>
  );
}

/** Where the end of a bar may lie: what came already is certain. */
const rangeOf = ({ actual, low, high }: Cash): readonly [number, number] | undefined =>
  low === undefined || high === undefined
    ? undefined
    : [Number(actual) + Number(low), Number(actual) + Number(high)];

/** The last day of a span that ends before `end`. */
function dayBefore(end: string): string {
  const at = Date.parse(`${end}T00:00:00Z`);
  return Number.isNaN(at) ? end : new Date(at - 86_400_000).toISOString().slice(0, 10);
}

function Periods({ periods, day, currency }: { periods: readonly Cash[]; day: string; currency: string }) {
  const sum = sumOf(periods);
  const column = (id: keyof Omit<Cash, "low" | "high">, header: string): PlainColumn<Cash> => ({
    id,
    header,
    align: "right",
    className: "whitespace-nowrap",
    cell: (cash) =>
      isNothing(cash[id]) ? <span className="text-ink-faint">0</span> : money({ value: cash[id], currency }),
  });
  const bills: PlainColumn<Cash> = {
    ...column("invoices", "Bills sent"),
    cell: (cash) => (
      <span className="flex flex-col items-end">
        <span className={cx(isNothing(cash.invoices) && "text-ink-faint")}>
          {isNothing(cash.invoices) ? "0" : money({ value: cash.invoices, currency })}
        </span>
        {!isNothing(cash.overdue) && (
          <span className="text-xs text-bad">{money({ value: cash.overdue, currency })} past due</span>
        )}
      </span>
    ),
  };
  return (
    <PlainTable<Cash>
      label={`Money, period by period, in ${currency}`}
      rows={periods}
      rowId={(cash) => cash.start}
      isOn={(cash) => isRunning(cash, day)}
      foot={sum}
      columns={[
        {
          id: "period",
          header: "Period",
          names: true,
          className: "whitespace-nowrap",
          cell: (cash) => (
            <>
              {cash.label} {isRunning(cash, day) && cash !== sum && <Badge tone="accent">now</Badge>}
            </>
          ),
        },
        ...(has(periods, "actual") ? [column("actual", "Came in")] : []),
        ...(has(periods, "invoices") ? [bills] : []),
        ...(has(periods, "subscriptions") ? [column("subscriptions", "Contracts")] : []),
        column("won", "Won, not billed"),
        column("owed", "Owed in any case"),
        column("pipeline", "From open deals"),
        {
          ...column("total", "Expected"),
          cell: (cash) => (
            <span className="flex flex-col items-end">
              <span className="font-medium">{money({ value: cash.total, currency })}</span>
              {cash.low !== undefined && cash.high !== undefined && (
                <span className="text-xs text-ink-faint">
                  {moneyShort({ value: cash.low, currency })} to {moneyShort({ value: cash.high, currency })}
                </span>
              )}
            </span>
          ),
        },
      ]}
    />
  );
}

function LeftOut({ data: { left_out: out, as_of: day, timing } }: { data: CashFlow }) {
  // Who has no amount is counted there alone.
  const open = { "filter[outcome]": "open", "filter[amount][exists]": "true", sort: "-amount" };
  const lines = [
    {
      n: out.past_close_date,
      text: "whose expected close has passed",
      search: { ...open, "filter[close_date][lt]": day.slice(0, 10) },
      dated: true,
    },
    {
      n: out.without_close_date,
      text: "without an expected close",
      search: { ...open, "filter[close_date][exists]": "false" },
      dated: true,
    },
    { n: out.without_chance, text: "without a chance", search: undefined, dated: true },
    { n: out.without_amount, text: "without an amount in this currency", search: undefined, dated: false },
  ]
    // The model times what has no date ahead.
    .filter((line) => line.n > 0 && !(timing && line.dated));
  if (lines.length === 0 && out.billing === 0) return null;
  return (
    <Card title="What is in no period">
      <ul className="flex flex-col gap-1.5 text-sm">
        {lines.map(({ n, text, search }) => (
          <li key={text}>
            {search ? (
              <Link to="/deals" search={search} className="font-medium text-accent-strong underline">
                {counted(n, "open deal")}
              </Link>
            ) : (
              <span className="font-medium">{counted(n, "deal")}</span>
            )}{" "}
            {text}.
          </li>
        ))}
        {out.billing > 0 && (
          <li>
            <span className="font-medium">
              {counted(out.billing, "bill, payment or contract", "bills, payments and contracts")}
            </span>{" "}
            that could not be placed: without a day, or in another currency.
          </li>
        )}
      </ul>
      <p className="mt-2 text-xs text-ink-faint">
        Set what is missing on the deal and it counts from the next refresh on.
      </p>
    </Card>
  );
}

function Nothing({ data }: { data: CashFlow }) {
  const go = useGo();
  return (
    <div className="flex flex-col gap-4">
      <div className="panel">
        <Empty
          title="No money in these periods"
          action={
            <>
              <Button look="accent" onClick={() => go("/connections")}>
                Connect a source
              </Button>
              <Button onClick={() => go("/deals")}>See the pipeline</Button>
            </>
          }
        >
          Money shows here when deals have an amount and a day they are expected to close. With bills and
          payments, as Stripe has them, it also shows what came in.
        </Empty>
      </div>
      <LeftOut data={data} />
    </div>
  );
}
