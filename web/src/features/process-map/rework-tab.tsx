import { useState } from "react";
import type { Deviation, Loop, PipelineMap } from "@/api/process";
import { count, counted, days, interval, percent, percentFine } from "@/shared/format";
import { Button } from "@/shared/ui/button";
import { Badge, Card, Figure } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";
import { Rate } from "@/shared/ui/rate";
import { Empty } from "@/shared/ui/states";
import { Examples } from "./examples";
import { differenceText, kindName, paceText } from "./words";

/** So many kinds of rework are shown at first. */
const FIRST = 6;

/** What is done twice, where the order is left, and what has changed of late. */
export function ReworkTab({ map }: { map: PipelineMap }) {
  const { rework, conformance, drift } = map;
  const [all, setAll] = useState(false);
  const changed = drift.stages.filter((stage) => stage.pace.drifted || stage.branching.drifted);
  return (
    <div className="flex flex-col gap-4">
      <Card title="Rework" flush>
        <div className="flex flex-wrap gap-x-10 gap-y-3 px-4 py-3">
          <Figure
            label="Deals with rework"
            value={rework.reworked ? percentFine(rework.reworked.value) : "–"}
            interval={rework.reworked && interval(rework.reworked.low, rework.reworked.high, percentFine)}
            note={`${count(rework.reworked?.hits ?? 0)} of ${count(rework.deals)}`}
          />
          <Figure
            label="Won with rework"
            value={rework.win_rate_with ? percentFine(rework.win_rate_with.value) : "–"}
            interval={
              rework.win_rate_with &&
              interval(rework.win_rate_with.low, rework.win_rate_with.high, percentFine)
            }
            note={rework.win_rate_with && `${count(rework.win_rate_with.n)} closed`}
          />
          <Figure
            label="Won without"
            value={rework.win_rate_without ? percentFine(rework.win_rate_without.value) : "–"}
            interval={
              rework.win_rate_without &&
              interval(rework.win_rate_without.low, rework.win_rate_without.high, percentFine)
            }
            note={rework.win_rate_without && `${count(rework.win_rate_without.n)} closed`}
          />
          <Figure
            label="Median time to the close"
            value={days(rework.median_days_with)}
            note={`with rework; ${days(rework.median_days_without)} without`}
          />
        </div>
        {rework.loops.length === 0 ? (
          <Empty title="No deal went over the same ground twice" />
        ) : (
          <PlainTable<Loop>
            label="Rework, step by step"
            rows={all ? rework.loops : rework.loops.slice(0, FIRST)}
            rowId={(loop) => `${loop.kind} ${loop.from} ${loop.to}`}
            columns={[
              {
                id: "what",
                header: "What happened",
                names: true,
                cell: (loop) => (
                  <span className="flex flex-col">
                    <span>{kindName(loop.kind)}</span>
                    <span className="font-normal text-ink-soft">
                      {loop.from === loop.to ? loop.from : `${loop.from} → ${loop.to}`}
                    </span>
                    <span className="font-normal">
                      <Examples names={loop.examples} />
                    </span>
                  </span>
                ),
              },
              {
                id: "deals",
                header: "Deals",
                align: "right",
                cell: (loop) => (
                  <span className="flex flex-col">
                    {count(loop.deals)}
                    {loop.count !== loop.deals && (
                      <span className="text-xs whitespace-nowrap text-ink-faint">
                        {count(loop.count)} times
                      </span>
                    )}
                  </span>
                ),
              },
              {
                id: "days",
                header: "Until back where it was",
                align: "right",
                cell: (loop) => (
                  <span className="flex flex-col whitespace-nowrap">
                    {loop.days ? `median ${days(loop.days.median_days)}` : "–"}
                    {loop.unrecovered > 0 && (
                      <span className="text-xs text-ink-faint">{count(loop.unrecovered)} never got back</span>
                    )}
                  </span>
                ),
              },
              { id: "won", header: "Won", align: "right", cell: (loop) => <Rate rate={loop.win_rate} /> },
              {
                id: "difference",
                header: "Against deals that did not",
                cell: (loop) => differenceText(loop.win_difference),
                className: "min-w-48",
              },
            ]}
          />
        )}
        {rework.loops.length > FIRST && (
          <p className="border-t border-line p-3 text-center">
            <Button size="sm" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? "Show the most frequent" : `Show all ${count(rework.loops.length)}`}
            </Button>
          </p>
        )}
      </Card>
      <Card title="Where the order is left" flush>
        <div className="px-4 py-3 text-sm text-ink-soft">
          <p>
            {conformance.conforming
              ? `${count(conformance.conforming.hits)} of ${counted(conformance.conforming.n, "deal")} kept to ${conformance.order.join(" → ")}.`
              : "No deal has a history to compare."}{" "}
            {conformance.against === "discovered" &&
              "The order was read off the same history, so deals keep to it better than they should."}
          </p>
          {conformance.unrecorded.length > 0 && (
            <p className="mt-1">
              Never seen in any history, so not counted as skipped: {conformance.unrecorded.join(", ")}.
            </p>
          )}
        </div>
        {conformance.deviations.length === 0 ? (
          <Empty title="Every deal kept the order" />
        ) : (
          <PlainTable<Deviation>
            label="Where the order is left"
            rows={conformance.deviations}
            rowId={(each) => each.kind}
            columns={[
              {
                id: "kind",
                header: "What happened",
                names: true,
                cell: (each) => (
                  <span className="flex flex-col">
                    <span>{kindName(each.kind)}</span>
                    <span className="font-normal">
                      <Examples names={each.examples} />
                    </span>
                  </span>
                ),
              },
              {
                id: "deals",
                header: "Deals",
                align: "right",
                cell: (each) => (
                  <span className="flex flex-col">
                    {count(each.deals)}
                    <span className="text-xs text-ink-faint">{percent(each.share)}</span>
                  </span>
                ),
              },
              {
                id: "places",
                header: "Where",
                className: "min-w-44",
                cell: (each) =>
                  each.places
                    .slice(0, 4)
                    .map(([place, times]) => `${place} (${count(times)})`)
                    .join(", "),
              },
              { id: "won", header: "Won", align: "right", cell: (each) => <Rate rate={each.win_rate} /> },
              {
                id: "difference",
                header: "Against deals that kept it",
                cell: (each) => differenceText(each.win_difference),
                className: "min-w-48",
              },
            ]}
          />
        )}
      </Card>
      <Card title={`The last ${days(Math.round(drift.recent_days))} against before`}>
        {changed.length === 0 ? (
          <p className="text-sm text-ink-soft">
            {drift.stages.length === 0
              ? "No stage has enough exits in both spans to compare them: 30 are needed in each."
              : `Nothing changed by more than chance would in ${drift.stages.map((stage) => stage.stage).join(", ")}.`}
          </p>
        ) : (
          <ul className="flex flex-col gap-2 text-sm">
            {changed.map((stage) => (
              <li key={stage.stage} className="flex flex-wrap items-baseline gap-x-2">
                <span className="font-medium">{stage.stage}</span>
                {stage.pace.drifted && (
                  <>
                    <Badge tone={stage.pace.rate_ratio >= 1 ? "good" : "warn"}>
                      {stage.pace.rate_ratio >= 1 ? "Faster" : "Slower"}
                    </Badge>
                    <span className="text-ink-soft">{paceText(stage.pace.rate_ratio)}.</span>
                  </>
                )}
                {stage.branching.drifted && (
                  <>
                    <Badge tone="warn">Other ways</Badge>
                    <span className="text-ink-soft">
                      {percent(stage.branching.moved)} of the deals now go elsewhere:{" "}
                      {stage.branching.shares
                        .map(([to, before, now]) => `${to} ${percent(before)} → ${percent(now)}`)
                        .join(", ")}
                      .
                    </span>
                  </>
                )}
                <span className="text-xs text-ink-faint">
                  {count(stage.exits_recent)} exits, {count(stage.exits_before)} before
                </span>
              </li>
            ))}
          </ul>
        )}
        {drift.too_few.length > 0 && drift.stages.length > 0 && (
          <p className="mt-2 text-xs text-ink-faint">Too few exits to compare: {drift.too_few.join(", ")}.</p>
        )}
      </Card>
    </div>
  );
}
