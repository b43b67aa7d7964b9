import type { Leak } from "@/api/quality";
import { percent } from "@/shared/format";
import { Card } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";

/** Fields that are filled in only for one outcome: the model must not learn from them. */
export function Leaks({ leaks }: { leaks: readonly Leak[] }) {
  return (
    <Card title="Fields that would give the outcome away" flush={leaks.length > 0}>
      {leaks.length === 0 ? (
        <p className="text-sm text-ink-soft">
          None. No field is filled in for one outcome and missing for the other, so the model learns nothing
          it could not know beforehand.
        </p>
      ) : (
        <PlainTable<Leak>
          label="Fields that would give the outcome away"
          rows={leaks}
          rowId={(leak) => leak.field}
          columns={[
            { id: "field", header: "Field", names: true, cell: (leak) => leak.field },
            { id: "won", header: "Missing, won", align: "right", cell: (leak) => percent(leak.missing_won) },
            {
              id: "lost",
              header: "Missing, lost",
              align: "right",
              cell: (leak) => percent(leak.missing_lost),
            },
            {
              id: "open",
              header: "Missing, open",
              align: "right",
              cell: (leak) => percent(leak.missing_open),
            },
            { id: "what", header: "What it gives away", className: "min-w-56", cell: (leak) => leak.what },
          ]}
        />
      )}
    </Card>
  );
}
