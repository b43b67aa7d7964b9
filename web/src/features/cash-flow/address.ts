import type { Span } from "@/api/cashflow";

export const SPANS: Record<Span, { back: number; ahead: number }> = {
  week: { back: 6, ahead: 13 },
  month: { back: 5, ahead: 12 },
  quarter: { back: 3, ahead: 5 },
};

export interface Address {
  readonly tab: "cash" | "orders";
  readonly by: Span;
  /** Of the orders: left out, the running quarter. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const day = (value: unknown): string | undefined =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

export function read(search: Readonly<Record<string, unknown>>): Address {
  const [from, to] = [day(search.from), day(search.to)];
  const backwards = from !== undefined && to !== undefined && from > to;
  return {
    tab: search.tab === "orders" ? "orders" : "cash",
    by: search.by === "week" || search.by === "quarter" ? search.by : "month",
    from: backwards ? to : from,
    to: backwards ? from : to,
  };
}
