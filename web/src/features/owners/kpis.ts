import type { OwnerKpis } from "@/api/owners";
import { drawn } from "@/shared/format";
import type { Order } from "@/shared/ui/plain-table";

export const COLUMNS = [
  "owner",
  "open",
  "weighted",
  "won",
  "win_rate",
  "cycle",
  "average",
  "contacts",
  "attention",
  "quota",
] as const;

type Value = number | string | undefined;

const values: Record<string, (owner: OwnerKpis) => Value> = {
  owner: (owner) => owner.owner?.name?.toLocaleLowerCase() ?? undefined,
  open: (owner) => drawn(owner.open_amount),
  weighted: (owner) => drawn(owner.weighted),
  won: (owner) => drawn(owner.won_amount),
  win_rate: (owner) => owner.win_rate?.value,
  cycle: (owner) => owner.cycle?.median_days,
  average: (owner) => (owner.average_deal ? drawn(owner.average_deal) : undefined),
  contacts: (owner) => owner.activities_30_days,
  attention: (owner) => owner.overdue + owner.stuck + owner.inactive,
  quota: (owner) => owner.quota?.attained,
};

/** Owners in an order; who has no such figure stands last either way. */
export function ordered(owners: readonly OwnerKpis[], { by, down }: Order): OwnerKpis[] {
  const value = values[by] ?? values.open;
  const sign = down ? -1 : 1;
  return owners
    .map((owner, at) => ({ owner, at, value: value?.(owner) }))
    .sort((a, b) => {
      if (a.value === undefined || b.value === undefined)
        return Number(a.value === undefined) - Number(b.value === undefined) || a.at - b.at;
      return (a.value < b.value ? -1 : a.value > b.value ? 1 : 0) * sign || a.at - b.at;
    })
    .map(({ owner }) => owner);
}

/** Whether a rate lies above or below the one of all, by more than its own interval allows. */
export function standsOut(
  rate: OwnerKpis["win_rate"],
  all: OwnerKpis["win_rate"],
): "above" | "below" | undefined {
  if (!rate || !all) return undefined;
  if (rate.low > all.value) return "above";
  return rate.high < all.value ? "below" : undefined;
}

/** A day so many days before another: `2026-11-26` and 90 is `2026-08-28`. */
export function daysBefore(day: string, days: number): string {
  const at = Date.parse(`${day.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at) ? "" : new Date(at - days * 86_400_000).toISOString().slice(0, 10);
}
