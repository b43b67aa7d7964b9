import { useState } from "react";
import type { Backtest, Scores, Skill } from "@/api/backtests";
import { ReliabilityDiagram } from "@/shared/charts/reliability-diagram";
import { count, counted, date, days, percent } from "@/shared/format";
import { Segmented } from "@/shared/ui/chip";
import { Badge, Card, Figure, type Tone } from "@/shared/ui/pieces";
import { OriginsChart } from "./origins-chart";
import {
  against,
  baseRateOf,
  binsOf,
  type Coverage,
  coverageOf,
  gain,
  isKept,
  spanOf,
  thousandths,
} from "./reading";

/** What a test on the past says: first whether to trust it at all, then how far. */
export function Verdict({ skill }: { skill: Skill }) {
  return (
    <div
      className={`rounded-md border px-4 py-3 ${
        skill.skill ? "border-good/40 bg-good-soft" : "border-warn/50 bg-warn-soft"
      }`}
    >
      <p className="text-base font-semibold">
        {skill.skill ? "It knows more than one number for all" : "It knows no more than one number for all"}
      </p>
      <p className="text-sm text-ink-soft">{skill.verdict.replaceAll(" %", "%")}</p>
    </div>
  );
}

/** For who does not see all deals: how good it was, and no counts of others' deals. */
export function InShort({ skill }: { skill: Skill }) {
  return (
    <div className="flex flex-col gap-4">
      <Verdict skill={skill} />
      <section aria-label="In short" className="panel grid grid-cols-1 gap-4 p-4 sm:grid-cols-2">
        <Figure
          label="80% intervals that held"
          value={percent(skill.coverage80)}
          note={`of past days; meant are 80%. Each looks ${days(skill.horizon_days)} ahead.`}
        />
        <Figure
          label="95% intervals that held"
          value={percent(skill.coverage95)}
          note="of past days; meant are 95%."
        />
      </section>
      <p className="text-sm text-ink-soft">
        The diagrams count deals of everybody, so they are shown to those who see all deals: a CRO or an
        admin.
      </p>
    </div>
  );
}

export function Report({ test }: { test: Backtest }) {
  const [part, setPart] = useState<"all" | "small">("all");
  const span = spanOf(test.origins, test.horizon_days);
  const base = baseRateOf(test.model.measures.reliability);
  const bins = binsOf(test.model.measures.reliability);
  const kept = bins.filter(isKept).length;
  const wins = test.origins.reduce((sum, origin) => sum + origin.won, 0);
  return (
    <div className="flex flex-col gap-4">
      <Verdict skill={test} />
      <section
        aria-label="What was tested"
        className="panel grid grid-cols-1 gap-x-6 gap-y-4 p-4 sm:grid-cols-2 xl:grid-cols-4"
      >
        <Figure
          label="Past days"
          value={count(test.origins.length)}
          interval={span && `${date(span.from)} to ${date(span.to)}`}
          note={span && `looking ahead to ${date(span.until)}`}
        />
        <Figure
          label="Predictions"
          value={count(test.predictions)}
          interval={`of ${counted(test.deals, "deal")}`}
          note={`“won within ${days(test.horizon_days)}”, once for each day it was open`}
        />
        <Figure
          label="Came true"
          value={percent(base)}
          interval={`${count(wins)} of ${count(test.predictions)}`}
          note="the base rate: what one would say of every deal"
        />
        <Figure
          label="Wins it expects"
          value={bias(test.model.count_bias)}
          interval={`${percent(test.model.count_error)} off on a day, on average`}
          note={
            test.model.amount_error == null
              ? undefined
              : `${percent(test.model.amount_error)} off in the amount won`
          }
        />
      </section>
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        <Card title="Does 30% mean three of ten?">
          <p className="mb-3 text-sm text-ink-soft">
            Each dot is a tenth of the predictions: to the right lies what was said, upwards what came true,
            so on the dashed line the model can be taken at its word. The bar is how far chance alone could
            move the dot; where it misses the line, the promise was not kept.
          </p>
          <div className="mb-2">
            <Segmented
              label="How much of the diagram is drawn"
              value={part}
              onChange={setPart}
              options={[
                { value: "all", label: "All chances" },
                { value: "small", label: "Up to 20%" },
              ]}
            />
          </div>
          <ReliabilityDiagram
            upTo={part === "all" ? 1 : 0.2}
            unit="Predictions"
            title="Said against happened"
            untitled
            summary={`${kept} of ${bins.length} dots touch the line of what was said.`}
            bins={bins}
            {...(base === undefined ? {} : { baseRate: base })}
          />
          <p className="mt-2 text-xs text-ink-faint">
            {count(kept)} of {count(bins.length)} dots touch the line; on average a dot lies{" "}
            {test.model.measures.ece == null ? "–" : (test.model.measures.ece * 100).toFixed(1)} points from
            it. A deal is predicted on several days, so the bars are somewhat narrower than they ought to be.
          </p>
        </Card>
        <Card title="Do the intervals hold?">
          <p className="mb-3 text-sm text-ink-soft">
            On each past day it told how many of the open deals would be won within {days(test.horizon_days)},
            as an interval. Eight of ten dots should lie in their bar.
          </p>
          <OriginsChart origins={test.origins} horizonDays={test.horizon_days} />
          <ul className="mt-3 flex flex-col gap-1.5 text-sm">
            {([0.8, 0.95] as const).map((meant) => (
              <CoverageLine key={meant} coverage={coverageOf(test.origins, meant)} />
            ))}
          </ul>
        </Card>
      </div>
      <Comparison test={test} />
    </div>
  );
}

function bias(share: number | null | undefined): string {
  if (share == null) return "–";
  if (Math.abs(share) < 0.005) return "as many as came";
  return `${percent(Math.abs(share))} too ${share > 0 ? "many" : "few"}`;
}

function CoverageLine({ coverage }: { coverage: Coverage }) {
  const tones: Record<Coverage["verdict"], Tone> = {
    "as meant": "good",
    "too narrow": "bad",
    "too wide": "warn",
  };
  return (
    <li className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
      <Badge tone={tones[coverage.verdict]}>{coverage.verdict}</Badge>
      <span>
        {percent(coverage.meant)} intervals held on {count(coverage.inside)} of {count(coverage.of)} days,{" "}
        {percent(coverage.seen)}.
      </span>
      <span className="text-xs text-ink-faint">
        With so few days anything from {percent(coverage.low)} to {percent(coverage.high)} may be true.
      </span>
    </li>
  );
}

const methods = [
  { key: "model", name: "Pie's model", what: "stage, time in it, age, amount, people, touches" },
  { key: "stage_rate", name: "The stage's rate", what: "how many were won from this stage" },
  { key: "markov", name: "A Markov chain", what: "stages with constant rates, no memory" },
  { key: "base_rate", name: "The base rate", what: "one number for every deal" },
] as const;

/** The model beside what needs no model. */
function Comparison({ test }: { test: Backtest }) {
  const head = "border-b border-line px-3 py-1.5 text-right font-medium";
  const cell = "px-3 py-2 text-right whitespace-nowrap";
  return (
    <Card title="Against what needs no model" flush>
      <div className="@container">
        <table aria-label="Methods compared" className="w-full border-collapse text-sm">
          <thead>
            <tr className="text-xs text-ink-faint">
              <th scope="col" className="border-b border-line px-3 py-1.5 text-left font-medium">
                Method
              </th>
              <th scope="col" className={head}>
                Squared error
              </th>
              <th scope="col" className={head}>
                Pie's is smaller by
              </th>
              <th scope="col" className={`${head} hidden @xl:table-cell`}>
                Ranks right
              </th>
              <th scope="col" className={`${head} hidden @3xl:table-cell`}>
                Wins off by
              </th>
              <th scope="col" className={`${head} hidden @3xl:table-cell`}>
                Close date
              </th>
            </tr>
          </thead>
          <tbody>
            {methods.map(({ key, name, what }) => {
              const scores: Scores = test[key];
              return (
                <tr key={key} className="align-top [&>*]:border-b [&>*]:border-line last:[&>*]:border-b-0">
                  <th scope="row" className="px-3 py-2 text-left font-normal">
                    <span className={key === "model" ? "font-semibold" : "font-medium"}>{name}</span>
                    <span className="block text-xs text-ink-soft">{what}</span>
                  </th>
                  <td className={cell}>
                    {thousandths(scores.brier.value)}
                    <span className="block text-xs text-ink-soft">
                      {thousandths(scores.brier.low)} to {thousandths(scores.brier.high)}
                    </span>
                  </td>
                  <td className={cell}>{key === "model" ? "–" : <Behind scores={scores} />}</td>
                  <td className={`${cell} hidden @xl:table-cell`}>{percent(scores.measures.auc)}</td>
                  <td className={`${cell} hidden @3xl:table-cell`}>{percent(scores.count_error)}</td>
                  <td className={`${cell} hidden @3xl:table-cell`}>{days(scores.crps_days)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="border-t border-line px-4 py-2.5 text-xs text-ink-faint">
        Squared error: (what was said − what came)², 0 is perfect; 95% intervals, by deal. Ranks right: how
        often a deal that was won stood above one that was not; 50% is a coin. Wins off by: how far the
        expected number of wins lies from those that came, on average over the days. Close date: how far off
        the time to close is (continuous ranked probability score).
      </p>
    </Card>
  );
}

function Behind({ scores }: { scores: Scores }) {
  const standing = against(scores.behind_model);
  if (standing === "cannot be told apart") return <Badge>cannot be told apart</Badge>;
  const by = gain(scores);
  return (
    <>
      <span className={standing === "better" ? "font-semibold text-good" : "font-semibold text-bad"}>
        {standing === "worse" ? "−" : ""}
        {percent(by === undefined ? undefined : Math.abs(by))}
      </span>
      <span className="block text-xs text-ink-soft">
        {thousandths(scores.behind_model.low)} to {thousandths(scores.behind_model.high)}
      </span>
    </>
  );
}
