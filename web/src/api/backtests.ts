import { queryOptions } from "@tanstack/react-query";
import { api, data, idempotencyKey, type Schemas } from "./client";

type Saved = Schemas["SavedBacktest"];
/** A number with the 95 % interval of a bootstrap over deals. */
export type Interval = Schemas["Interval"];
/** Forecasts of about the same size, and the share of them that came true. */
export type Bin = Schemas["ReliabilityBin"];
/** How one method did. */
export type Scores = Schemas["Scores"];
/** A past day and what was said on it. */
export type Origin = Schemas["Origin"];
/** What everybody sees of a test on the past. */
export type Skill = Pick<Saved, "horizon_days" | "verdict" | "skill" | "coverage80" | "coverage95">;
/** The whole of it, for who sees all deals. */
export type Backtest = Required<Saved>;

const isWhole = (says: Saved): says is Backtest => says.model !== undefined && says.origins !== undefined;

export const backtestsQuery = queryOptions({
  queryKey: ["backtests", "list"],
  queryFn: ({ signal }) => data(api.GET("/v1/backtests", { params: { query: { limit: 100 } }, signal })),
});

export const backtestQuery = (id: string | undefined) =>
  queryOptions({
    queryKey: ["backtests", "one", id],
    enabled: id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const { says: told, ...run } = await data(
        api.GET("/v1/backtests/{id}", { params: { path: { id: id ?? "" } }, signal }),
      );
      // The client takes pairs for lists of any length.
      const says = told as Saved;
      const skill: Skill = says;
      return { ...run, skill, all: isWhole(says) ? says : undefined };
    },
  });

export const runBacktest = (horizonDays: number) =>
  data(
    api.POST("/v1/backtests", {
      body: { horizon_days: horizonDays },
      headers: { "idempotency-key": idempotencyKey() },
    }),
  );
