import { type ReactNode, useState } from "react";
import type { Deviation, Loop, PipelineMap } from "@/api/process";
import { count, counted, days, percent } from "@/shared/format";
import { Button } from "@/shared/ui/button";
import { Badge, Card, Figure, Figures } from "@/shared/ui/pieces";
import { type PlainColumn, PlainTable } from "@/shared/ui/plain-table";
import { Rate, RateFigure } from "@/shared/ui/rate";
import { Empty } from "@/shared/ui/states";
import { Examples } from "./examples";
import { differenceText, kindName, paceText } from "./words";

/** So many kinds of rework are shown at first. */
const FIRST = 6;

type Found = Loop | Deviation;

/** What happened, where, and deals it happened to. */
function What({ kind, examples, children }: Pick<Found, "kind" | "examples"> & { children?: ReactNode }) {
  return (
    <span className="flex flex-col">
      <span>{kindName(kind)}</span>
      {children && <span className="font-normal text-ink-soft">{children}</span>}
      <span className="font-normal">
        <Examples names={examples} />
      </span>
    </span>
  );
}

/** How many of those deals were won, also against the others. */
const cameOf = (against: string): readonly PlainColumn<Found>[] => [
  { id: "won", header: "Won", align: "right", cell: ({ win_rate }) => <Rate rate={win_rate} /> },
  {
    id: "difference",
    header: against,
    className: "min-w-48",
    cell: ({ win_difference }) => differenceText(win_difference),
  },
];

/** What is done twice, where the order is left, and what has changed of late. */
export function ReworkTab({ map }: { map: PipelineMap }) {
  const { rework, conformance, drift } = map;
  const [all, setAll] = useState(false);
  const changed = drift.stages.filter((stage) => stage.pace.drifted || stage.branching.drifted);
  return (
    <div className="flex flex-col gap-4">
      <Card title="Rework" flush>
        <Figures aria-label="Rework in short">
          <RateFigure
            label="Deals with rework"
            rate={rework.reworked}
            note={`${count(rework.reworked?.hits ?? 0)} of ${count(rework.deals)}`}
          />
          <RateFigure
            label="Won with rework"
            rate={rework.win_rate_with}
            note={rework.win_rate_with && `${count(rework.win_rate_with.n)} closed`}
          />
          <RateFigure
            label="Won without"
            rate={rework.win_rate_without}
            note={rework.win_rate_without && `${count(rework.win_rate_without.n)} closed`}
          />
          <Figure
            label="Median time to the close"
            value={days(rework.median_days_with)}
            note={`with rework; ${days(rework.median_days_without)} without`}
          />
        </Figures>
        {rework.loops.length === 0 ? (
          <Empty title="No deal went over the same ground twice" />
        ) : (
          <PlainTable<Loop>
            label="Rework, step by step"
            stacks
            rows={all ? rework.loops : rework.loops.slice(0, FIRST)}
            rowId={(loop) => `${loop.kind} ${loop.from} ${loop.to}`}
            columns={[
              {
                id: "what",
                header: "What happened",
                names: true,
                cell: (loop) => (
                  <What kind={loop.kind} examples={loop.examples}>
                    {loop.from === loop.to ? loop.from : `${loop.from} → ${loop.to}`}
                  </What>
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
              ...cameOf("Against deals that did not"),
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
            stacks
            rows={conformance.deviations}
            rowId={(each) => each.kind}
            columns={[
              {
                id: "kind",
                header: "What happened",
                names: true,
                cell: (each) => <What kind={each.kind} examples={each.examples} />,
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
              ...cameOf("Against deals that kept it"),
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
