import { useState } from "react";
import type { Changes } from "@/api/forecasts";
import { Sankey } from "@/shared/charts/sankey";
import { counted, date, percent } from "@/shared/format";
import { Segmented } from "@/shared/ui/chip";
import { Card } from "@/shared/ui/pieces";
import { Empty } from "@/shared/ui/states";
import { flowsOf, lastDay } from "./steps";

/** How deals moved between stages, as wide as they are many or worth. */
export default function Flow({ changes, short }: { changes: Changes; short: (value: number) => string }) {
  const [by, setBy] = useState<"deals" | "amount">("deals");
  const moved = changes.moves.reduce((sum, move) => sum + move.count, 0);
  const forward = changes.moves.reduce((sum, move) => sum + (move.forward ? move.count : 0), 0);
  return (
    <Card
      title="How deals moved between stages"
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
      {moved === 0 ? (
        <Empty title="Nothing moved">
          No deal that was open on both days stands in another stage. Take days further apart.
        </Empty>
      ) : (
        <>
          <Sankey
            title="Moves between stages"
            untitled
            summary={`${counted(moved, "deal")} changed stage; ${percent(forward / moved)} of them went forward.`}
            flows={flowsOf(changes.moves, by)}
            format={(value) => (by === "deals" ? String(value) : short(value))}
          />
          <p className="mt-2 text-xs text-ink-faint">
            {counted(moved, "deal")} changed stage, {percent(forward / moved)} of them forward. Left is the
            stage on {date(changes.from.slice(0, 10))}, right the one on {date(lastDay(changes.to))}, of deals
            open on both days. Those that stayed, came or closed are not in it.
          </p>
        </>
      )}
    </Card>
  );
}
