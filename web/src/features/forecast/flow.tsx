import { useState } from "react";
import type { Changes } from "@/api/forecasts";
import { Sankey } from "@/shared/charts/sankey";
import { count, counted, date } from "@/shared/format";
import { Segmented } from "@/shared/ui/chip";
import { Card } from "@/shared/ui/pieces";
import { Empty } from "@/shared/ui/states";
import { flowsOf, lastDay, toldOf } from "./steps";

/** Where every deal of the waterfall was and is, as wide as they are many or worth. */
export default function Flow({ changes, short }: { changes: Changes; short: (value: number) => string }) {
  const [by, setBy] = useState<"deals" | "amount">("deals");
  const flows = flowsOf(changes.flows, by);
  const told = toldOf(changes.flows);
  const rows = new Set(changes.flows.flatMap(({ from, to }) => [`from ${from.order}`, `to ${to.order}`]))
    .size;
  const said = [
    `${counted(told.start, "deal")} were open and ${count(told.came)} came`,
    `${count(told.stayed)} stayed in their stage, ${count(told.moved)} moved`,
    `${count(told.won)} were won and ${count(told.lost)} lost`,
  ].join("; ");
  return (
    <Card
      title="Where the deals went"
      aside={
        <Segmented
          label="Width of the flows"
          value={by}
          onChange={setBy}
          options={[
            { value: "deals", label: "Deals" },
            { value: "amount", label: "Amount" },
          ]}
        />
      }
    >
      {changes.flows.length === 0 ? (
        <Empty title="No deal was open in these days">
          Nothing stood open on the first day, and nothing came since. Take other days.
        </Empty>
      ) : (
        <>
          <Sankey
            title="Where the deals went"
            untitled
            summary={`${said}.`}
            height={Math.max(300, rows * 20)}
            flows={flows}
            format={(value) => (by === "deals" ? String(value) : short(value))}
          />
          <p className="mt-2 text-sm text-ink-soft">
            {said}: {counted(told.end, "deal")} are open at the end, as in the waterfall above.
          </p>
          <p className="mt-1 text-xs text-ink-faint">
            Left is where a deal was on {date(changes.from.slice(0, 10))}, right where it is on{" "}
            {date(lastDay(changes.to))}.{by === "amount" && " Amounts are those of the later day."}
          </p>
        </>
      )}
    </Card>
  );
}
