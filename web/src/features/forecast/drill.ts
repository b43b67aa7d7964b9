import type { DealAsk, Totals } from "@/api/deals";
import type { LineOf } from "@/api/forecasts";
import { counted, type Money, money } from "@/shared/format";

/** The condition that finds the same deals. */
export function askOf(of: LineOf): DealAsk {
  const ask = (more: DealAsk): DealAsk => ({ "filter[outcome]": "open", ...more, sort: "-amount" });
  switch (of.kind) {
    case "owner":
      return ask(of.owner ? { "filter[owner]": of.owner } : { "filter[owner][exists]": "false" });
    case "stage":
      return ask({
        ...(of.pipeline ? { "filter[pipeline]": of.pipeline } : { "filter[pipeline][exists]": "false" }),
        "filter[stage]": of.stage,
      });
    default:
      return ask({});
  }
}

const near = (a: number, b: number) => Math.abs(a - b) <= Math.max(1, Math.abs(b) * 1e-6);

/** How the figures of a line and of the list agree, and why not where they do not. */
export function reconcile(
  line: {
    readonly deals: number;
    readonly open_amount: number;
    readonly imputed?: { readonly deals: number; readonly amount: number };
  },
  totals: Pick<Totals, "count" | "left_out"> & { reported?: Money | null },
  write: (value: number) => string,
): string {
  const list = `${counted(totals.count, "deal")}${totals.reported ? `, ${money(totals.reported)}` : ""}`;
  if (totals.count !== line.deals) {
    return `${list}. The forecast was made of ${counted(line.deals, "deal")}: the data have changed since; refresh it.`;
  }
  if (near(Number(totals.reported?.value ?? 0), line.open_amount))
    return `${list}: the same as in the forecast.`;
  const { imputed } = line;
  const why = [
    imputed &&
      imputed.deals > 0 &&
      `${counted(imputed.deals, "deal")} without an amount in its currency at ${write(imputed.amount)}, as others were worth`,
    totals.left_out > 0 && `${counted(totals.left_out, "deal")} in another currency`,
  ].filter(Boolean);
  return `${list}. The forecast counts ${write(line.open_amount)}${
    why.length > 0 ? `, because it takes ${why.join(" and ")}` : ""
  }.`;
}
