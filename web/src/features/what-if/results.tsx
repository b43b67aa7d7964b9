import { Fragment } from "react";
import type { Simulation } from "@/api/simulations";
import { count, date, days, expected, interval, percent, points, signed } from "@/shared/format";
import { Segmented } from "@/shared/ui/chip";
import { Badge, Figure } from "@/shared/ui/pieces";
import { bareStage } from "./changes";
import { dayAfter, type View } from "./closing";
import { ClosingChart } from "./closing-chart";
import { pointsRange, signedRange, verdict } from "./verdict";

const tones = {
  good: "border-good/40 bg-good-soft",
  bad: "border-bad/40 bg-bad-soft",
  plain: "border-line bg-sunken",
} as const;

/** From one figure to another; one alone where nothing is changed. */
function FromTo({ from, to, changed }: { from: string; to: string; changed: boolean }) {
  if (!changed || from === to) return <span>{to}</span>;
  return (
    <span className="whitespace-nowrap">
      <span className="text-ink-faint">{from}</span>
      <span aria-hidden="true" className="mx-1 text-ink-faint">
        →
      </span>
      <span className="unseen"> becomes </span>
      {to}
    </span>
  );
}

export function Verdict({ simulation }: { simulation: Simulation }) {
  const said = verdict(simulation);
  return (
    <div role="status" className={`rounded-md border px-4 py-3 ${tones[said.tone]}`}>
      <p className="text-base font-semibold">{said.title}</p>
      <p className="text-sm text-ink-soft">{said.text}</p>
    </div>
  );
}

/** What the answer says in figures, each with its interval and what it rests on. */
export function Figures({
  simulation,
  now,
}: {
  simulation: Simulation;
  /** The model's own interval of the chance as it is. */
  now: { readonly low: number; readonly high: number } | undefined;
}) {
  const { baseline, modified, delta, currency, as_of, simulation: pair } = simulation;
  const changed = simulation.scenarios.length > 0;
  const amount = (value: number) => expected(value, currency);
  const value = signedRange(delta.expected_value, amount);
  const half = (arm: typeof pair.baseline) => arm.days_if_won?.quantiles.p50;
  const [was, would] = [half(pair.baseline), half(pair.modified)];
  const byDay = (at: number | undefined) => (at === undefined ? "–" : date(dayAfter(as_of, at)));
  const q = pair.modified.days_if_won?.quantiles;
  return (
    <div className="grid grid-cols-1 gap-x-6 gap-y-4 @md:grid-cols-2 @4xl:grid-cols-4">
      <Figure
        label="Chance to win"
        value={<FromTo from={percent(baseline.p_win)} to={percent(modified.p_win)} changed={changed} />}
        interval={
          changed
            ? `${points(delta.p_win.value)}, 80% interval ${pointsRange(delta.p_win.low, delta.p_win.high)}`
            : now && `80% interval ${interval(now.low, now.high, percent)}`
        }
        note={changed && now ? `as it is: 80% interval ${interval(now.low, now.high, percent)}` : undefined}
      />
      <Figure
        label="Won within 90 days"
        value={
          <FromTo
            from={percent(baseline.p_win_90_days)}
            to={percent(modified.p_win_90_days)}
            changed={changed}
          />
        }
        interval={changed ? points(delta.p_win_90_days) : undefined}
      />
      <Figure
        label="If won, half are by"
        value={byDay(would)}
        interval={q && `P10 ${byDay(q.p10)}, P90 ${byDay(q.p90)}`}
        note={
          changed && was !== undefined && would !== undefined
            ? `${signed(Math.round(would - was), days)} against ${byDay(was)}`
            : undefined
        }
      />
      <Figure
        label="Expected value"
        value={
          <FromTo
            from={expected(baseline.expected_value, currency)}
            to={expected(modified.expected_value, currency)}
            changed={changed}
          />
        }
        interval={changed && value ? `${value.value}, 80% interval ${value.range}` : undefined}
        note={`${amount(modified.amount ?? Number.NaN)} × ${percent(modified.p_win)}`}
      />
    </div>
  );
}

const views = [
  { value: "won", label: "When won" },
  { value: "by", label: "Chance by day" },
  { value: "closed", label: "When over" },
] as const satisfies readonly { value: View; label: string }[];

export function Distribution({
  simulation,
  view,
  onView,
}: {
  simulation: Simulation;
  view: View;
  onView: (view: View) => void;
}) {
  return (
    <div>
      <div className="mb-2 overflow-x-auto">
        <Segmented
          label="What is drawn"
          value={view}
          onChange={onView}
          options={views.map(({ value, label }) => ({
            value,
            label: <span className="whitespace-nowrap">{label}</span>,
          }))}
        />
      </div>
      <ClosingChart simulation={simulation} view={view} />
    </div>
  );
}

/** A note as a sentence; that it is an association is said beside it. */
const sentence = (note: string) => {
  const text = note.replace(/;? an association, not a cause\.?$/, "").replace(/\.$/, "");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};

/** What the answer rests on, in the order of what one should know first. */
export function RestsOn({ simulation }: { simulation: Simulation }) {
  const { evidence, runs, seed, simulation: pair, scenarios } = simulation;
  const capped = pair.modified.capped;
  return (
    <div className="flex flex-col gap-3 text-sm">
      {evidence.length > 0 && (
        <ul className="flex flex-col gap-2">
          {evidence.map(({ note, effect }) => (
            <li key={note} className="flex flex-col items-start gap-1">
              <span className="text-ink-soft">{sentence(note)}</span>
              {effect && (
                <span className="flex flex-wrap gap-1">
                  <Badge tone="plain">an association, not a cause</Badge>
                  {effect.prior_driven && <Badge tone="warn">mostly an assumption, not your data</Badge>}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <p className="text-ink-soft">
        {count(runs)} runs{" "}
        {scenarios.length === 0
          ? ""
          : "of each, on the same luck, so that the difference is the changes' and not chance's"}{" "}
        (seed {count(seed)}).{" "}
        {scenarios.length > 0 &&
          `${count(pair.gained)} runs are won only with the changes, ${count(pair.forgone)} only without. `}
        The share won of {count(runs)} runs is good to within{" "}
        {points(pair.modified.p_win.high - pair.modified.p_win.value).replace("+", "±")} (95%); the 80%
        intervals above are the model's own doubt, which more runs do not lessen.
        {capped > 0 && ` ${count(capped)} runs were still open at the end and are left open.`}
      </p>
      <Ways simulation={simulation} />
    </div>
  );
}

/** Single futures among the runs: what a figure looks like as a story. */
function Ways({ simulation }: { simulation: Simulation }) {
  const { modified } = simulation.simulation;
  const ways = [
    { name: "Best", way: modified.best },
    ...modified.typical.map((way, at) => ({ name: ["P10", "P50", "P90"][at] ?? "", way })),
    { name: "Worst", way: modified.worst },
  ].flatMap(({ name, way }) => (way ? [{ name, way }] : []));
  if (ways.length === 0) return null;
  return (
    <details>
      <summary className="inline-flex min-h-6 items-center text-ink-soft hover:text-ink">
        How it could go: {count(ways.length)} of the runs
      </summary>
      <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2">
        {ways.map(({ name, way }) => (
          <Fragment key={name}>
            <dt className="text-ink-faint">{name}</dt>
            <dd>
              {way.ending === "open" ? "Still open" : way.ending === "won" ? "Won" : "Lost"} after{" "}
              {days(Math.round(way.days))}:{" "}
              <span className="text-ink-soft">
                {way.steps
                  .map(
                    ({ stage, days: stay }) =>
                      `${bareStage(simulation.stages[stage] ?? "another stage")} ${days(Math.round(stay))}`,
                  )
                  .join(", then ")}
              </span>
            </dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}
