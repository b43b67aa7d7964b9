import type { Order } from "@/shared/ui/plain-table";
import { COLUMNS } from "./kpis";

export interface Address {
  readonly tab: "figures" | "rules";
  /** Closed deals count since this day; left out, for a year. */
  readonly since: string | undefined;
  readonly sort: string;
  /** The rule whose deals are shown. */
  readonly rule: string | undefined;
}

const isDay = (value: unknown): value is string =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));

export const orderOf = (sort: string): Order => ({ by: sort.replace(/^-/, ""), down: sort.startsWith("-") });
export const sortOf = ({ by, down }: Order): string => `${down ? "-" : ""}${by}`;

export const read = (search: Readonly<Record<string, unknown>>): Address => ({
  tab: search.tab === "rules" ? "rules" : "figures",
  since: isDay(search.since) ? search.since : undefined,
  sort:
    typeof search.sort === "string" && COLUMNS.some((column) => column === orderOf(String(search.sort)).by)
      ? search.sort
      : "-open",
  rule: typeof search.rule === "string" ? search.rule : undefined,
});
