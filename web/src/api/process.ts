import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";

export type Rate = Schemas["Rate"];
export type Spread = Schemas["Spread"];
export type Difference = Schemas["Difference"];
export type PipelineFunnel = Schemas["PipelineFunnel"];
export type ProcessMap = Schemas["ProcessMap"];
/** One pipeline as mined. */
export type PipelineMap = Schemas["PipelineMap"];
/** One move between two stages. */
export type Move = Schemas["ProcessEdge"];
export type StageDwell = Schemas["StageDwell"];
export type Variant = Schemas["Variant"];
export type Bottleneck = Schemas["Bottleneck"];
export type Loop = Schemas["Loop"];
export type Deviation = Schemas["Deviation"];
export type StageDrift = Schemas["StageDrift"];

/** How deals really moved, pipeline by pipeline. */
export const processMapQuery = queryOptions({
  queryKey: ["insights", "process-map"],
  // The client takes pairs for lists of any length.
  queryFn: async ({ signal }) => (await data(api.GET("/v1/insights/process-map", { signal }))) as ProcessMap,
});

/** How many deals get how far. */
export const funnelQuery = queryOptions({
  queryKey: ["insights", "funnel"],
  queryFn: ({ signal }) => data(api.GET("/v1/insights/funnel", { signal })),
});
