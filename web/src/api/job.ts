import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { who } from "@/shared/format/who";
import { toastProblem } from "@/shared/ui/toast";
import { api, data } from "./client";
import { isEnded, type Job } from "./jobs";
import { meQuery } from "./me";

/** A job as it stands; asked again until it has ended. */
export const jobQuery = (id: string | null | undefined) =>
  queryOptions({
    queryKey: ["jobs", id],
    enabled: Boolean(id),
    queryFn: ({ signal }) => data(api.GET("/v1/jobs/{id}", { params: { path: { id: id ?? "" } }, signal })),
    refetchInterval: (query) => (query.state.data && isEnded(query.state.data) ? false : 1_000),
  });

export interface JobWatch {
  readonly job: Job | undefined;
  /** When it was so, in ms. */
  readonly now: number;
  /** Who began it, for the middle of a sentence. */
  readonly by: string | undefined;
  readonly isStopping: boolean;
  readonly stop: () => void;
}

/** A job as it stands, who began it, and how to stop it. */
export function useJob(id: string | null | undefined): JobWatch {
  const client = useQueryClient();
  const { data: job, dataUpdatedAt: now } = useQuery(jobQuery(id));
  const { data: me } = useQuery(meQuery);
  const stop = useMutation({
    mutationFn: () => data(api.POST("/v1/jobs/{id}/cancel", { params: { path: { id: id ?? "" } } })),
    onSuccess: (changed) => client.setQueryData(jobQuery(id).queryKey, changed),
    onError: toastProblem,
  });
  return {
    job,
    now,
    by: job && me && who(job.created_by, job.created_by_name, me),
    isStopping: stop.isPending || job?.cancel_requested === true,
    stop: () => stop.mutate(),
  };
}
