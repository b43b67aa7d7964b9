import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";

export type Listed = Schemas["Listed"];
export type InsightDeal = Schemas["InsightDeal"];

/** What needs somebody today, and why. */
export const todayQuery = (limit = 50) =>
  queryOptions({
    queryKey: ["insights", "today", limit],
    queryFn: ({ signal }) => data(api.GET("/v1/insights/today", { params: { query: { limit } }, signal })),
  });
