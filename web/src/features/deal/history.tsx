import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { type Deal, historyQuery } from "@/api/deals";
import { count, date, days, instant, money, percent, words } from "@/shared/format";
import { Card, Facts } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { DataTable } from "@/shared/ui/table";
import { TakenNote, takenOf } from "./taken";

/** Every move, and everything else the sources say. */
export default function History({ deal }: { deal: Deal }) {
  const query = useQuery(historyQuery(deal.id));
  const custom = Object.entries(deal.custom_fields as Record<string, unknown>);
  const company = deal.company;
  const said = (name: string, value: string, field: string) =>
    [
      name,
      <Fragment key={field}>
        {value}
        <TakenNote deal={deal} field={field} />
      </Fragment>,
    ] as const;
  return (
    <div className="flex flex-col gap-4">
      <Card title="Moves" flush>
        <QueryView query={query}>
          {(history) =>
            history.data.length === 0 ? (
              <Empty title="No move is known">The source tells only where the deal is now.</Empty>
            ) : (
              <DataTable
                label="Moves from stage to stage"
                rows={[...history.data].reverse()}
                rowId={(move) => `${move.at}${move.to}`}
                columns={[
                  { id: "at", header: "When", width: 170, cell: (move) => instant(move.at) },
                  { id: "from", header: "From", width: 110, grow: true, cell: (move) => move.from ?? "–" },
                  { id: "to", header: "To", width: 110, grow: true, cell: (move) => move.to },
                  {
                    id: "days",
                    header: "Stayed",
                    width: 90,
                    align: "right",
                    cell: (move) =>
                      days(move.days_in_from == null ? undefined : Math.round(move.days_in_from)),
                  },
                ]}
              />
            )
          }
        </QueryView>
      </Card>
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Card title="From the sources">
          <Facts
            facts={[
              [
                "Id there",
                Object.entries(deal.external_ids)
                  .map(([source, id]) => `${source}: ${id}`)
                  .join(", ") || deal.source_id,
              ],
              ["Created", instant(deal.created_at)],
              ["Changed", instant(deal.updated_at)],
              ...(deal.closed_at ? [["Closed", instant(deal.closed_at)] as const] : []),
              ...(takenOf(deal, "amount") ? [said("Amount", money(deal.amount), "amount")] : []),
              ...(takenOf(deal, "probability")
                ? [said("Chance", percent(deal.probability), "probability")]
                : []),
              ...(deal.lost_reason ? [said("Lost because", deal.lost_reason, "lost_reason")] : []),
              said("Close date", date(deal.close_date), "close_date"),
              ...custom.map(
                ([name, value]) =>
                  [words(name), typeof value === "object" ? JSON.stringify(value) : String(value)] as const,
              ),
            ]}
          />
        </Card>
        {company && (
          <Card title="Company">
            <Facts
              facts={[
                ["Name", company.name ?? "–"],
                ["Domain", company.domain ?? "–"],
                ["Industry", company.industry ?? "–"],
                ["Employees", count(company.employees)],
                ["Annual revenue", money(company.annual_revenue)],
              ]}
            />
          </Card>
        )}
      </div>
    </div>
  );
}
