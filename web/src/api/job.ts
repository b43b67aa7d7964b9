import { queryOptions } from "@tanstack/react-query";
import { api, data } from "./client";
import { isEnded } from "./jobs";

/** A job as it stands; asked again until it has ended. */
export const jobQuery = (id: string | null | undefined) =>
  queryOptions({
    queryKey: ["jobs", id],
    enabled: Boolean(id),
    queryFn: ({ signal }) => data(api.GET("/v1/jobs/{id}", { params: { path: { id: id ?? "" } }, signal })),
    refetchInterval: (query) => (query.state.data && isEnded(query.state.data) ? false : 1_000),
  });

export const cancelJob = (id: string) => data(api.POST("/v1/jobs/{id}/cancel", { params: { path: { id } } }));
