import { queryOptions } from "@tanstack/react-query";
import { api, data, idempotencyKey } from "./client";

/** A number with the 95 % interval of a bootstrap over deals. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Forecasts of about the same size, and the share of them that came true. */
export interface Bin {
  readonly count: number;
  readonly forecast: number;
  readonly observed: number;
}

/** How one method did. */
export interface Scores {
  readonly measures: {
    readonly rows: number;
    readonly brier: number;
    readonly log_loss: number;
    /** Null where only one outcome was seen. */
    readonly auc: number | null;
    readonly ece: number;
    readonly reliability: readonly Bin[];
  };
  readonly brier: Interval;
  readonly crps_days: number;
  readonly count_error: number;
  readonly count_bias: number;
  readonly amount_error: number | null;
  readonly behind_model: Interval;
}

/** A past day and what was said on it. */
export interface Origin {
  /** Days since 1970. */
  readonly at: number;
  readonly open: number;
  readonly won: number;
  readonly expected: number;
  readonly interval80: readonly [number, number];
  readonly interval95: readonly [number, number];
}

/** What everybody sees of a test on the past. */
export interface Skill {
  readonly horizon_days: number;
  readonly verdict: string;
  readonly skill: boolean;
  readonly coverage80: number;
  readonly coverage95: number;
}

/** The whole of it, for who sees all deals. */
export interface Backtest extends Skill {
  readonly predictions: number;
  readonly deals: number;
  readonly origins: readonly Origin[];
  readonly model: Scores;
  readonly base_rate: Scores;
  readonly stage_rate: Scores;
  readonly markov: Scores;
  readonly width80: number;
}

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
      const { says, ...run } = await data(
        api.GET("/v1/backtests/{id}", { params: { path: { id: id ?? "" } }, signal }),
      );
      const all = run.whole ? (says as unknown as Backtest) : undefined;
      return { ...run, skill: says as unknown as Skill, all };
    },
  });

export const runBacktest = (horizonDays: number) =>
  data(
    api.POST("/v1/backtests", {
      body: { horizon_days: horizonDays },
      headers: { "idempotency-key": idempotencyKey() },
    }),
  );
