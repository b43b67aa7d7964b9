import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";

export type Listed = Schemas["Listed"];
export type InsightDeal = Schemas["InsightDeal"];

/** What needs somebody today, and why. */
export const todayQuery = (limit = 50) =>
  queryOptions({
    queryKey: ["insights", "today", limit],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => data(api.GET("/v1/insights/today", { params: { query: { limit } }, signal })),
  });

/** Open deals that are overdue, stuck, inactive or lack something; of one reason, or of all. */
export const attentionQuery = (reason: string | undefined, limit = 50) =>
  queryOptions({
    queryKey: ["insights", "attention", reason, limit],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/insights/attention", {
          params: { query: { limit, ...(reason ? { reason } : {}) } },
          signal,
        }),
      ),
  });
