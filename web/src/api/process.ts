import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";

export type Rate = Schemas["Rate"];
export type Spread = Schemas["Spread"];
export type PipelineFunnel = Schemas["PipelineFunnel"];

export interface Difference {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One move between two stages. */
export interface Move {
  readonly from: string;
  readonly to: string;
  /** How often it was made, and by how many deals at least once. */
  readonly count: number;
  readonly deals: number;
  /** Of all moves out of `from`. */
  readonly share: number;
  /** Time in `from` before it. */
  readonly dwell: Spread;
  readonly win_rate: Rate | null;
}

export interface StageDwell {
  readonly stage: string;
  readonly visits: number;
  readonly deals: number;
  readonly completed: Spread | null;
  readonly current: {
    readonly count: number;
    readonly median_days: number;
    readonly longest_days: number;
  } | null;
  readonly survival_median_days: number | null;
  readonly win_rate: Rate | null;
}

export interface Variant {
  readonly path: readonly string[];
  readonly count: number;
  readonly share: number;
  readonly win_rate: Rate | null;
  readonly median_days: number;
  readonly examples: readonly string[];
}

export interface Bottleneck {
  readonly stage: string;
  readonly deals: number;
  readonly mean_days: number;
  readonly median_days: number;
  readonly deal_days: number;
  readonly fast: Rate | null;
  readonly slow: Rate | null;
  readonly difference: Difference | null;
  readonly lost_wins: number;
  readonly share: number;
}

export interface Loop {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly deals: number;
  readonly days: Spread | null;
  readonly unrecovered: number;
  readonly win_rate: Rate | null;
  readonly win_difference: Difference | null;
  readonly examples: readonly string[];
}

export interface Deviation {
  readonly kind: string;
  readonly count: number;
  readonly deals: number;
  readonly share: number;
  readonly win_rate: Rate | null;
  readonly win_difference: Difference | null;
  readonly places: readonly (readonly [string, number])[];
  readonly examples: readonly string[];
}

export interface StageDrift {
  readonly stage: string;
  readonly exits_before: number;
  readonly exits_recent: number;
  readonly branching: {
    readonly shares: readonly (readonly [string, number, number])[];
    readonly moved: number;
    readonly drifted: boolean;
  };
  readonly pace: { readonly rate_ratio: number; readonly drifted: boolean };
}

/** One pipeline as mined. The API's description does not type what is inside, so it is said here. */
export interface PipelineMap {
  readonly id: string | null;
  readonly name: string;
  readonly deals: number;
  readonly stages: readonly {
    readonly label: string;
    readonly outcome: "won" | "lost" | null;
    readonly end: boolean;
  }[];
  /** `declared` by the source, or `discovered` in the history. */
  readonly order: string;
  readonly transitions: {
    readonly edges: readonly Move[];
    readonly starts: readonly (readonly [string, number])[];
  };
  readonly dwell: readonly StageDwell[];
  readonly variants: {
    readonly top: readonly Variant[];
    readonly distinct: number;
    readonly deals: number;
    readonly open: number;
    readonly covered: number;
  };
  readonly bottlenecks: readonly Bottleneck[];
  readonly rework: {
    readonly deals: number;
    readonly reworked: Rate | null;
    readonly win_rate_with: Rate | null;
    readonly win_rate_without: Rate | null;
    readonly win_difference: Difference | null;
    readonly median_days_with: number | null;
    readonly median_days_without: number | null;
    readonly loops: readonly Loop[];
  };
  readonly conformance: {
    readonly against: string;
    readonly order: readonly string[];
    readonly unrecorded: readonly string[];
    readonly conforming: Rate | null;
    readonly conforming_win_rate: Rate | null;
    readonly deviations: readonly Deviation[];
  };
  readonly drift: {
    readonly recent_days: number;
    readonly stages: readonly StageDrift[];
    readonly too_few: readonly string[];
  };
}

export interface ProcessMap {
  readonly as_of: string;
  readonly rule: string;
  readonly pipelines: readonly PipelineMap[];
}

/** How deals really moved, pipeline by pipeline. */
export const processMapQuery = queryOptions({
  queryKey: ["insights", "process-map"],
  queryFn: async ({ signal }) =>
    (await data(api.GET("/v1/insights/process-map", { signal }))) as unknown as ProcessMap,
});

/** How many deals get how far. */
export const funnelQuery = queryOptions({
  queryKey: ["insights", "funnel"],
  queryFn: ({ signal }) => data(api.GET("/v1/insights/funnel", { signal })),
});
