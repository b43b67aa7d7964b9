import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";

export type Pipeline = Schemas["PipelineView"];

export const pipelinesQuery = queryOptions({
  queryKey: ["pipelines"],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }) => (await data(api.GET("/v1/pipelines", { signal }))).data as Pipeline[],
});
