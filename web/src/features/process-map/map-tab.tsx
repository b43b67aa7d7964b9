import type { PipelineFunnel, PipelineMap, Rate as RateOf } from "@/api/process";
import { Legend } from "@/shared/charts/frame";
import { count, counted, days, percentFine } from "@/shared/format";
import { Link } from "@/shared/routing";
import { Card, Facts } from "@/shared/ui/pieces";
import { Rate } from "@/shared/ui/rate";
import { Select } from "@/shared/ui/select";
import { Empty } from "@/shared/ui/states";
import { type Address, LEAST } from "./address";
import { flowOf, of } from "./flow";
import { FlowGraph } from "./flow-graph";
import { openIn } from "./links";

const legend = [
  { label: "on to the next stage", className: "fill-accent/45" },
  { label: "past a stage", className: "fill-chart-2/50" },
  { label: "back", className: "fill-warn/70" },
  { label: "lost", className: "fill-chart-base/35" },
];

const names = { all: "all deals", won: "the won deals", lost: "the lost deals" } as const;

/** The graph, and beside it what there is to know of the stage that is chosen. */
export function MapTab({
  map,
  funnel,
  address: { whose, stage, least },
  setAddress,
}: {
  map: PipelineMap;
  funnel: PipelineFunnel | undefined;
  address: Address;
  setAddress: (change: Partial<Address>, how?: { replace?: boolean }) => void;
}) {
  const flow = flowOf(map, whose, least / 100);
  const open = flow.stages.filter((each) => !each.end);
  const slowest = map.bottlenecks.find((each) => each.lost_wins > 0)?.stage;
  const chosen = open.find((each) => each.label === stage)?.label ?? slowest ?? open[0]?.label;
  const dwell = new Map(map.dwell.map((each) => [each.stage, each]));
  const usual = [...flow.moves].sort((a, b) => b.deals - a.deals)[0];
  if (flow.moves.length === 0 && flow.hidden === 0) {
    return (
      <Card>
        <Empty title={`None of ${names[whose]} has moved yet`}>
          As soon as deals go from one stage to the next, their ways are drawn here.
        </Empty>
      </Card>
    );
  }
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <Card
        title="How deals really move"
        aside={
          <label htmlFor="least" className="flex items-center gap-2">
            Leave out moves made by fewer than
            <Select
              id="least"
              className="h-7! w-20!"
              value={String(least)}
              onChange={(next) => setAddress({ least: Number(next) }, { replace: true })}
              options={LEAST.map((each) => ({ value: String(each), label: `${each}%` }))}
            />
          </label>
        }
      >
        <div className="mb-3 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-soft">
          <Legend items={legend} />
        </div>
        <FlowGraph
          title={`Ways of ${names[whose]} in ${map.name}`}
          summary={
            usual
              ? `The most usual move is from ${usual.from} to ${usual.to}: ${counted(usual.deals, "deal")}.`
              : "Every move is left out."
          }
          flow={flow}
          note={(label) => {
            const stays = dwell.get(label)?.completed;
            return stays ? days(stays.median_days) : undefined;
          }}
          chosen={chosen}
          slowest={slowest}
          onChoose={(next) => setAddress({ stage: next }, { replace: true })}
        />
        <p className="mt-2 text-xs text-ink-faint">
          Width and figures: how many of {names[whose]} made the move at least once. Days: the median of
          finished stays of all deals.
          {slowest && ` ${slowest} is marked because slow deals won less there than anywhere else.`}
          {flow.hidden > 0 &&
            ` ${counted(flow.hidden, "rarer kind of move", "rarer kinds of move")} ${flow.hidden === 1 ? "is" : "are"} left out.`}
        </p>
      </Card>
      {chosen && <Stage map={map} funnel={funnel} stage={chosen} whose={whose} />}
    </div>
  );
}

function Stage({
  map,
  funnel,
  stage,
  whose,
}: {
  map: PipelineMap;
  funnel: PipelineFunnel | undefined;
  stage: string;
  whose: Address["whose"];
}) {
  const stays = map.dwell.find((each) => each.stage === stage);
  const got = funnel?.stages.find((each) => each.stage === stage);
  const begun = map.transitions.starts.find(([label]) => label === stage)?.[1];
  const away = map.transitions.edges.filter((move) => move.from === stage);
  const here = map.transitions.edges.filter((move) => move.to === stage);
  return (
    <Card title={stage} aside={whose === "all" ? "all deals" : `moves: ${names[whose]}; the rest: all`}>
      <div role="status" className="unseen">
        {stage}
      </div>
      <Facts
        facts={[
          ["Entered by", counted(stays?.deals ?? 0, "deal")],
          ...(begun ? [["Began here", counted(begun, "deal")] as const] : []),
          ["Moved on", <Rate key="on" rate={got?.conversion} bar={false} align="left" />],
          ["Won in the end", <Rate key="won" rate={stays?.win_rate} bar={false} align="left" />],
          [
            "Finished stays",
            stays?.completed
              ? `median ${days(stays.completed.median_days)}, one in ten longer than ${days(stays.completed.p90_days)}`
              : "none yet",
          ],
          [
            "In it now",
            stays?.current ? (
              <span key="now">
                <Link
                  to="/deals"
                  search={openIn(map, stage)}
                  className="font-medium text-accent-strong underline"
                >
                  {counted(stays.current.count, "open deal")}
                </Link>
                , median {days(stays.current.median_days)} so far, the longest{" "}
                {days(stays.current.longest_days)}
              </span>
            ) : (
              "no deal"
            ),
          ],
          [
            "Half have left after",
            stays?.survival_median_days == null
              ? "not seen yet"
              : `${days(stays.survival_median_days)}, counting those still in it`,
          ],
        ]}
      />
      <Moves title="From here" moves={away.map((m) => row(m, m.to, whose))} />
      <Moves title="To here" moves={here.map((m) => row(m, m.from, whose))} />
    </Card>
  );
}

interface MoveRow {
  readonly name: string;
  readonly deals: number;
  readonly days: number;
  readonly rate: RateOf | null | undefined;
}

const row = (
  move: PipelineMap["transitions"]["edges"][number],
  name: string,
  whose: Address["whose"],
): MoveRow => ({
  name,
  deals: of(whose, move.deals, move.win_rate),
  days: move.dwell.median_days,
  rate: move.win_rate,
});

function Moves({ title, moves }: { title: string; moves: readonly MoveRow[] }) {
  const shown = moves.filter((move) => move.deals > 0).sort((a, b) => b.deals - a.deals);
  if (shown.length === 0) return null;
  return (
    <table className="mt-4 w-full text-sm">
      <caption className="pb-1 text-left font-medium">{title}</caption>
      <thead>
        <tr className="text-xs text-ink-faint">
          <th scope="col" className="text-left font-medium">
            Stage
          </th>
          <th scope="col" className="text-right font-medium">
            Deals
          </th>
          <th scope="col" className="text-right font-medium">
            Days before
          </th>
          <th scope="col" className="text-right font-medium">
            Won
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((move) => (
          <tr key={move.name} className="border-t border-line">
            <th scope="row" className="py-1 pr-2 text-left font-normal wrap-anywhere">
              {move.name}
            </th>
            <td className="py-1 text-right">{count(move.deals)}</td>
            <td className="py-1 text-right">{days(move.days).replace(/ days?$/, "")}</td>
            <td
              className="py-1 text-right"
              title={move.rate ? `${count(move.rate.hits)} of ${count(move.rate.n)} closed` : undefined}
            >
              {move.rate ? percentFine(move.rate.value) : "–"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
