import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Import, type PreviewDeal, reportQuery } from "@/api/imports";
import { canonicalWords } from "@/shared/canonical";
import { counted, date, money } from "@/shared/format";
import { Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { type Column, DataTable } from "@/shared/ui/table";

/** The first deals as they would come in. */
export function Preview({ it }: { it: Import }) {
  const query = useQuery(reportQuery(it.id, it.job));
  const columns = useMemo<Column<PreviewDeal>[]>(
    () => [
      { id: "name", header: "Deal", width: 140, grow: true, cell: (deal) => deal.name ?? deal.source_id },
      { id: "company", header: "Company", width: 130, grow: true, cell: (deal) => deal.company ?? "–" },
      { id: "owner", header: "Owner", width: 130, cell: (deal) => deal.owner ?? "–" },
      { id: "amount", header: "Amount", width: 110, align: "right", cell: (deal) => money(deal.amount) },
      { id: "stage", header: "Stage", width: 120, cell: (deal) => deal.stage ?? "–" },
      {
        id: "means",
        header: "Which means",
        width: 120,
        cell: (deal) =>
          deal.canonical_stage ? (
            canonicalWords(deal.canonical_stage)
          ) : (
            <span className="text-warn">{canonicalWords(undefined)}</span>
          ),
      },
      {
        id: "close",
        header: "Closes or closed",
        width: 124,
        cell: (deal) => date(deal.closed_at ?? deal.expected_close),
      },
      {
        id: "visits",
        header: "History",
        width: 96,
        align: "right",
        cell: (deal) => (deal.visits === 0 ? "none" : counted(deal.visits, "stage")),
      },
    ],
    [],
  );
  return (
    <QueryView query={query}>
      {({ preview }) => (
        <Card
          title={it.status === "validated" ? "The first deals as they would come in" : "The first deals"}
          flush
          aside={preview.length > 0 && counted(preview.length, "deal")}
        >
          {preview.length === 0 ? (
            <Empty title="These files hold no deals">
              People, companies, activities and sellers are joined to deals that are here already.
            </Empty>
          ) : (
            <DataTable
              label="Deals of the import"
              columns={columns}
              rows={preview}
              rowId={(deal) => deal.id}
              className="max-h-112"
            />
          )}
        </Card>
      )}
    </QueryView>
  );
}
