import { WHOSE, type Whose } from "./flow";

export const TABS = ["map", "stages", "ways", "rework"] as const;
export type TabId = (typeof TABS)[number];

/** Shares of the deals below which a move is not drawn. */
export const LEAST = [0, 1, 2, 5, 10, 20] as const;

export interface Address {
  /** A pipeline's id, or its name where it has none. */
  readonly pipeline: string | undefined;
  readonly whose: Whose;
  readonly tab: TabId;
  readonly stage: string | undefined;
  /** In hundredths. */
  readonly least: number;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

export const read = (search: Readonly<Record<string, unknown>>): Address => ({
  pipeline: text(search.pipeline),
  whose: WHOSE.find((whose) => whose === search.whose) ?? "all",
  tab: TABS.find((tab) => tab === search.tab) ?? "map",
  stage: text(search.stage),
  least: LEAST.find((least) => String(least) === search.least) ?? 1,
});
