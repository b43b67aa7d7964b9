import type { DealAsk, Totals } from "@/api/deals";
import type { Pipeline } from "@/api/pipelines";
import { counted, type Money, money } from "@/shared/format";

/** What a figure of the forecast is of. */
export type Of =
  | { readonly kind: "all" }
  | { readonly kind: "owner"; readonly label: string }
  | { readonly kind: "stage"; readonly label: string };

export interface Names {
  readonly owners: readonly { readonly value: string; readonly label?: string | null }[];
  readonly pipelines: readonly Pipeline[];
}

const NOBODY = "no owner";

/** The condition that finds the same deals; undefined where the line's name is none that is known. */
export function askOf(of: Of, { owners, pipelines }: Names): DealAsk | undefined {
  const ask = (more: DealAsk): DealAsk => ({ "filter[outcome]": "open", ...more, sort: "-amount" });
  if (of.kind === "all") return ask({});
  if (of.kind === "owner") {
    const ids = owners.filter((owner) => owner.label === of.label).map((owner) => owner.value);
    if (ids.length === 1) return ask({ "filter[owner]": ids.join() });
    if (ids.length > 1) return ask({ "filter[owner][in]": ids.join(",") });
    return of.label === NOBODY ? ask({ "filter[owner][exists]": "false" }) : undefined;
  }
  for (const pipeline of pipelines) {
    for (const { label: stage } of pipeline.stages) {
      if (`${pipeline.name}: ${stage}` === of.label)
        return ask({ "filter[pipeline]": pipeline.id, "filter[stage]": stage });
    }
  }
  const known = pipelines.some((pipeline) => pipeline.stages.some(({ label }) => label === of.label));
  return known ? ask({ "filter[stage]": of.label }) : undefined;
}

const near = (a: number, b: number) => Math.abs(a - b) <= Math.max(1, Math.abs(b) * 1e-6);

/** How the figures of a line and of the list agree, and why not where they do not. */
export function reconcile(
  line: { readonly deals: number; readonly open_amount: number },
  totals: Pick<Totals, "count" | "without_amount" | "left_out"> & { reported?: Money | null },
  write: (value: number) => string,
): string {
  const list = `${counted(totals.count, "deal")}${totals.reported ? `, ${money(totals.reported)}` : ""}`;
  if (totals.count !== line.deals) {
    return `${list}. The forecast was made of ${counted(line.deals, "deal")}: the data have changed since; refresh it.`;
  }
  if (near(Number(totals.reported?.value ?? 0), line.open_amount))
    return `${list}: the same as in the forecast.`;
  const why = [
    totals.without_amount > 0 &&
      `${counted(totals.without_amount, "deal")} without an amount at the mean of won deals`,
    totals.left_out > 0 && `${counted(totals.left_out, "deal")} in another currency`,
  ].filter(Boolean);
  return `${list}. The forecast counts ${write(line.open_amount)}${
    why.length > 0 ? `, because it takes ${why.join(" and ")}` : ""
  }.`;
}
