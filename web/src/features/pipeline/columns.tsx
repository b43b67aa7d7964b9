import type { DealRow } from "@/api/deals";
import { dealName } from "@/api/deals";
import { date, days, money, percent } from "@/shared/format";
import { Link, path } from "@/shared/routing";
import { Badge } from "@/shared/ui/pieces";
import type { Column } from "@/shared/ui/table";
import { OwnCell } from "./own-edit";

const tones = { won: "good", lost: "bad", open: "accent" } as const;

/** A chance and who says it: the model, or the source where the model has nothing to say. */
export function Chance({ deal }: { deal: DealRow }) {
  if (deal.p_win !== null && deal.p_win !== undefined) return percent(deal.p_win);
  if (deal.probability === null || deal.probability === undefined) return "–";
  return (
    <span title="From the source: the model says nothing about this deal" className="text-ink-faint">
      {percent(deal.probability)} <span className="text-2xs">source</span>
    </span>
  );
}

export const columns: readonly Column<DealRow>[] = [
  {
    id: "name",
    header: "Deal",
    width: 280,
    grow: true,
    sort: "name",
    cell: (deal) => (
      <Link to={path("/deals", deal.id)} className="font-medium hover:text-accent-strong hover:underline">
        {dealName(deal)}
      </Link>
    ),
  },
  {
    id: "company",
    header: "Company",
    width: 150,
    sort: "company",
    cell: (deal) => deal.company?.name ?? "–",
  },
  { id: "owner", header: "Owner", width: 140, sort: "owner", cell: (deal) => deal.owner?.name ?? "–" },
  {
    id: "stage",
    header: "Stage",
    width: 130,
    sort: "stage",
    cell: (deal) =>
      deal.outcome && deal.outcome !== "open" ? (
        <Badge tone={tones[deal.outcome as keyof typeof tones] ?? "plain"}>
          {deal.stage ?? deal.outcome}
        </Badge>
      ) : (
        (deal.stage ?? "–")
      ),
  },
  {
    id: "amount",
    header: "Amount",
    width: 120,
    align: "right",
    sort: "amount",
    cell: (deal) => money(deal.amount),
  },
  {
    id: "p_win",
    header: "Chance",
    width: 95,
    align: "right",
    sort: "p_win",
    cell: (deal) => <Chance deal={deal} />,
  },
  {
    id: "close_date",
    header: "Close date",
    width: 115,
    align: "right",
    sort: "close_date",
    cell: (deal) => date(deal.close_date),
  },
  {
    id: "days_in_stage",
    header: "In stage",
    width: 95,
    align: "right",
    sort: "days_in_stage",
    cell: (deal) =>
      days(
        deal.days_in_stage === null || deal.days_in_stage === undefined
          ? undefined
          : Math.round(deal.days_in_stage),
      ),
  },
  {
    id: "forecast_category",
    header: "Category",
    width: 125,
    sort: "forecast_category",
    cell: (deal) => <OwnCell deal={deal} field="forecast_category" />,
  },
  {
    id: "next_step",
    header: "Next step",
    width: 190,
    cell: (deal) => <OwnCell deal={deal} field="next_step" />,
  },
  {
    id: "next_step_due",
    header: "Due",
    width: 130,
    cell: (deal) => <OwnCell deal={deal} field="next_step_due" />,
  },
];
