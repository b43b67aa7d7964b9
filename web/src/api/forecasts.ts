import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, idempotencyKey, type Schemas } from "./client";

export type Forecast = Schemas["CurrentForecast"];
export type Line = Schemas["Line"];
export type DealForecast = Schemas["ForecastDeal"];
export type Changes = Schemas["Changes"];
export type Part = Schemas["Part"];
export type Run = Schemas["RunView"];
export type PeriodLength = "month" | "quarter";

/** Of the open deals one sees: revenue and wins by period, owner and stage. */
export const forecastQuery = (by: PeriodLength, periods: number) =>
  queryOptions({
    queryKey: ["forecasts", "current", by, periods],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/forecasts/current", {
          params: { query: { by: by as PeriodLength & Record<string, never>, periods } },
          signal,
        }),
      ),
  });

/** What came and went between two days, and which deals. */
export const changesQuery = (from: string | undefined, to: string | undefined) =>
  queryOptions({
    queryKey: ["forecasts", "changes", from, to],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/forecasts/changes", {
          params: { query: { ...(from ? { from } : {}), ...(to ? { to } : {}), limit: 200 } },
          signal,
        }),
      ),
  });

/** A deal in a saved forecast: what was said of it then. */
export interface SaidOfDeal {
  readonly id: string;
  readonly name?: string | null;
  readonly source_id?: string | null;
  readonly owner?: string | null;
  readonly stage: string;
  readonly amount?: number | null;
  readonly expected_value?: number | null;
  readonly p_win: { readonly value: number };
  readonly by_days: readonly { readonly days: number; readonly p_win: number }[];
}

/** What a saved forecast says. The sums are there for who sees all deals. */
export interface SavedForecast {
  readonly currency?: string | null;
  readonly periods?: readonly Line[];
  readonly total?: Line;
  readonly deals: readonly SaidOfDeal[];
}

export const savedForecastsQuery = queryOptions({
  queryKey: ["forecasts", "saved"],
  queryFn: ({ signal }) => data(api.GET("/v1/forecasts", { params: { query: { limit: 100 } }, signal })),
});

export const savedForecastQuery = (id: string | undefined) =>
  queryOptions({
    queryKey: ["forecasts", "saved", id],
    enabled: id !== undefined,
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) => {
      const run = await data(api.GET("/v1/forecasts/{id}", { params: { path: { id: id ?? "" } }, signal }));
      return { ...run, says: run.says as unknown as SavedForecast };
    },
  });

export const runForecast = (by: PeriodLength, periods: number) =>
  data(
    api.POST("/v1/forecasts", {
      body: { by, periods },
      headers: { "idempotency-key": idempotencyKey() },
    }),
  );

/** A deal that was closed since: what became of it. */
export type Ended = Schemas["DealRow"];

const PAGE = 200;
const MOST_PAGES = 50;

/** What was won and lost since a moment, all of it up to ten thousand deals. */
export const closedSinceQuery = (since: string | undefined) =>
  queryOptions({
    queryKey: ["deals", "closed-since", since],
    enabled: since !== undefined,
    queryFn: async ({ signal }) => {
      const rows: Ended[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const found = await data(
          api.POST("/v1/deals/search", {
            body: {
              filter: { outcome: { in: ["won", "lost"] }, closed_at: { gte: since } },
              fields: ["name", "owner", "outcome", "amount", "closed_at", "created_at"],
              facets: [],
              limit: PAGE,
              ...(cursor ? { cursor } : {}),
            } as unknown as Schemas["Search"],
            signal,
          }),
        );
        rows.push(...found.data);
        if (!found.has_more || !found.next_cursor) return { rows, as_of: found.as_of, whole: true };
        cursor = found.next_cursor;
        if (page === MOST_PAGES - 1) return { rows, as_of: found.as_of, whole: false };
      }
      throw new Error("no page was asked for");
    },
  });

/** The owners of the open deals with their ids, as lines of a forecast name them. */
export const ownersOfOpenQuery = queryOptions({
  queryKey: ["deals", "facets", "owner", "open"],
  queryFn: async ({ signal }) => {
    const page = await data(
      api.POST("/v1/deals/search", {
        body: { filter: { outcome: "open" }, limit: 1, facets: ["owner"] } as unknown as Schemas["Search"],
        signal,
      }),
    );
    return page.facets?.find((facet) => facet.field === "owner")?.values ?? [];
  },
});
