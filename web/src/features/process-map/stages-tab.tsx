import type { Bottleneck, PipelineFunnel, PipelineMap, StageDwell } from "@/api/process";
import { IntervalBar } from "@/shared/charts/interval-bar";
import { count, counted, days, percent, points } from "@/shared/format";
import { Link } from "@/shared/routing";
import { Card } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";
import { Rate } from "@/shared/ui/rate";
import { Empty } from "@/shared/ui/states";
import { openIn } from "./links";

/** Stage by stage: how many go on, how long they stay, and what slowness goes with. */
export function StagesTab({ map, funnel }: { map: PipelineMap; funnel: PipelineFunnel | undefined }) {
  const ends = new Set(map.stages.filter((stage) => stage.end).map((stage) => stage.label));
  const stages = map.dwell.filter((stage) => !ends.has(stage.stage));
  const longest = Math.max(1, ...stages.map((stage) => stage.completed?.p90_days ?? 0));
  const got = new Map(funnel?.stages.map((stage) => [stage.stage, stage]));
  return (
    <div className="flex flex-col gap-4">
      <Card title="Stages" flush aside="finished stays and those going on are kept apart">
        <PlainTable<StageDwell>
          label="Stages"
          rows={stages}
          rowId={(stage) => stage.stage}
          columns={[
            { id: "stage", header: "Stage", names: true, cell: (stage) => stage.stage },
            { id: "deals", header: "Entered", align: "right", cell: (stage) => count(stage.deals) },
            {
              id: "on",
              header: "Moved on of those that left",
              align: "right",
              cell: (stage) => <Rate rate={got.get(stage.stage)?.conversion} />,
            },
            {
              id: "days",
              header: "Days in it, finished stays",
              align: "right",
              cell: (stage) =>
                stage.completed ? (
                  <span className="inline-flex flex-col items-end gap-0.5">
                    <span className="inline-flex items-center gap-2 whitespace-nowrap">
                      <IntervalBar
                        low={0}
                        mid={stage.completed.median_days}
                        high={stage.completed.p90_days}
                        scale={[0, longest]}
                        width={72}
                        text={`median ${days(stage.completed.median_days)}, 90% within ${days(stage.completed.p90_days)}`}
                      />
                      <span className="min-w-16 font-medium">{days(stage.completed.median_days)}</span>
                    </span>
                    <span className="text-xs whitespace-nowrap text-ink-faint">
                      90% within {days(stage.completed.p90_days)}
                    </span>
                  </span>
                ) : (
                  "–"
                ),
            },
            {
              id: "now",
              header: "In it now",
              align: "right",
              cell: (stage) =>
                stage.current ? (
                  <span className="inline-flex flex-col items-end">
                    <Link
                      to="/deals"
                      search={openIn(map, stage.stage)}
                      aria-label={`${counted(stage.current.count, "open deal")} in ${stage.stage}`}
                      className="font-medium text-accent-strong underline"
                    >
                      {count(stage.current.count)}
                    </Link>
                    <span className="text-xs whitespace-nowrap text-ink-faint">
                      median {days(stage.current.median_days)} so far
                    </span>
                  </span>
                ) : (
                  "0"
                ),
            },
            {
              id: "won",
              header: "Won of those that were in it",
              align: "right",
              cell: (stage) => <Rate rate={stage.win_rate} />,
            },
          ]}
        />
      </Card>
      <Card title="Where time costs wins" flush={map.bottlenecks.length > 0}>
        {map.bottlenecks.length === 0 ? (
          <Empty title="Nothing to compare yet">
            Once deals of this pipeline are closed, their quick and slow halves are compared stage by stage.
          </Empty>
        ) : (
          <>
            <p className="px-4 py-3 text-sm text-ink-soft">
              Closed deals, halved at each stage’s median stay. Slow deals lose more often for many reasons:
              this says where to look, not what hurrying would bring.
            </p>
            <PlainTable<Bottleneck>
              label="Where time costs wins"
              rows={map.bottlenecks}
              rowId={(each) => each.stage}
              columns={[
                { id: "stage", header: "Stage", names: true, cell: (each) => each.stage },
                {
                  id: "share",
                  header: "Share of the loss",
                  align: "right",
                  cell: (each) => percent(each.share),
                },
                {
                  id: "fast",
                  header: "Won, quick half",
                  align: "right",
                  cell: (each) => <Rate rate={each.fast} />,
                },
                {
                  id: "slow",
                  header: "Won, slow half",
                  align: "right",
                  cell: (each) => <Rate rate={each.slow} />,
                },
                {
                  id: "difference",
                  header: "Difference",
                  align: "right",
                  cell: ({ difference }) =>
                    difference ? (
                      <span className="inline-flex flex-col items-end whitespace-nowrap">
                        <span className="font-medium">{points(difference.value)}</span>
                        <span className="text-xs text-ink-faint">
                          {points(difference.low)} to {points(difference.high)}
                          {difference.low <= 0 && difference.high >= 0 && " · may be chance"}
                        </span>
                      </span>
                    ) : (
                      "–"
                    ),
                },
                {
                  id: "wins",
                  header: "Wins fewer",
                  align: "right",
                  cell: (each) => (each.lost_wins > 0 ? `≈ ${count(Math.round(each.lost_wins))}` : "0"),
                },
                {
                  id: "days",
                  header: "Deal-days spent",
                  align: "right",
                  cell: (each) => count(Math.round(each.deal_days)),
                },
              ]}
            />
          </>
        )}
      </Card>
    </div>
  );
}
