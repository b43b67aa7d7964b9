import type { Deal } from "@/api/deals";
import { fieldValue } from "@/shared/format/field-value";

type Taken = Deal["taken"][number];

/** What a field is called in the middle of a sentence. */
const CALLED: Readonly<Record<string, string>> = {
  name: "name",
  amount: "amount",
  probability: "chance",
  close_date: "close date",
  lost_reason: "reason",
};
const TEXTS: ReadonlySet<string> = new Set(["name", "lost_reason"]);

/** Where a field of a deal comes from, if not from the source's usual one. */
export const takenOf = (deal: Pick<Deal, "taken">, field: string): Taken | undefined =>
  deal.taken.find((each) => each.field === field);

/** `From the custom field “ARR”; HubSpot’s own amount is €12,000.` */
export function takenWords({ field, from, own, title }: Taken): string {
  const called = CALLED[field] ?? field;
  const value = fieldValue(field, own);
  const said =
    own == null || own === ""
      ? `${title} gives no ${called} of its own`
      : `${title}’s own ${called} is ${TEXTS.has(field) ? `“${value}”` : value}`;
  return `From the custom field “${from}”; ${said}.`;
}

/** The same beneath the value it is about; nothing where the value is the source's own. */
export function TakenNote({ deal, field }: { deal: Pick<Deal, "taken">; field: string }) {
  const taken = takenOf(deal, field);
  return taken && <span className="block text-xs text-ink-faint wrap-anywhere">{takenWords(taken)}</span>;
}
