import { date, type Money, money, UNKNOWN } from "../format";
import { dated } from "../format/dated";
import { Link, path } from "../routing";
import { PlainTable } from "./plain-table";

/** A deal as the insights name it. */
export interface NamedDeal {
  readonly id: string;
  readonly name: string;
  readonly owner?: { readonly name?: string | null } | null | undefined;
  readonly stage?: string | null | undefined;
  readonly amount?: Money | null | undefined;
  readonly expected_close?: string | null | undefined;
  readonly reasons?: readonly { readonly code: string; readonly text: string }[];
}

/** Deals behind a figure: what they are, and why they are here where that differs. */
export function DealRows({
  label,
  deals,
  why = true,
}: {
  label: string;
  deals: readonly NamedDeal[];
  why?: boolean;
}) {
  const reasons = why && deals.some((deal) => (deal.reasons?.length ?? 0) > 0);
  return (
    <PlainTable<NamedDeal>
      label={label}
      rows={deals}
      rowId={(deal) => deal.id}
      columns={[
        {
          id: "name",
          header: "Deal",
          names: true,
          className: "min-w-44",
          cell: (deal) => (
            <Link
              to={path("/deals", deal.id)}
              className="wrap-anywhere hover:text-accent-strong hover:underline"
            >
              {deal.name}
            </Link>
          ),
        },
        { id: "owner", header: "Owner", cell: (deal) => deal.owner?.name ?? UNKNOWN },
        { id: "stage", header: "Stage", cell: (deal) => deal.stage ?? UNKNOWN },
        { id: "amount", header: "Amount", align: "right", cell: (deal) => money(deal.amount) },
        {
          id: "close",
          header: "Close date",
          className: "whitespace-nowrap",
          cell: (deal) => date(deal.expected_close),
        },
        ...(reasons
          ? [
              {
                id: "why",
                header: "Why",
                className: "min-w-56 text-ink-soft",
                cell: (deal: NamedDeal) => deal.reasons?.map((reason) => dated(reason.text)).join(". "),
              },
            ]
          : []),
      ]}
    />
  );
}
