import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, idempotencyKey, type Schemas } from "./client";

export type Forecast = Schemas["CurrentForecast"];
export type Line = Schemas["Line"];
export type DealForecast = Schemas["ForecastDeal"];
export type Changes = Schemas["Changes"];
export type Part = Schemas["Part"];
export type ChangeFlow = Schemas["ChangeFlow"];
export type LineOf = Schemas["LineOf"];
export type Outcome = Schemas["ForecastOutcome"];
export type PeriodOutcome = Schemas["PeriodOutcome"];
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

export const savedForecastsQuery = queryOptions({
  queryKey: ["forecasts", "saved"],
  queryFn: ({ signal }) => data(api.GET("/v1/forecasts", { params: { query: { limit: 100 } }, signal })),
});

/** What became of a saved forecast by now, naming the most surprising deals. */
export const outcomeQuery = (id: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ["forecasts", "saved", id, "outcome", limit],
    enabled: id !== undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/forecasts/{id}/outcome", {
          params: { path: { id: id ?? "" }, query: { limit } },
          signal,
        }),
      ),
  });

export const runForecast = (by: PeriodLength, periods: number) =>
  data(
    api.POST("/v1/forecasts", {
      body: { by, periods },
      headers: { "idempotency-key": idempotencyKey() },
    }),
  );
