import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { who } from "@/shared/format/who";
import { api, data } from "./client";
import { isEnded, type Job } from "./jobs";
import { meQuery } from "./me";

const EVERY_MS = 700;

/** A job; asked again and again until it has ended. */
const watchedJobQuery = (id: string | undefined) =>
  queryOptions({
    queryKey: ["jobs", "watched", id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => data(api.GET("/v1/jobs/{id}", { params: { path: { id: id ?? "" } }, signal })),
    refetchInterval: ({ state }) => (state.data && isEnded(state.data) ? false : EVERY_MS),
  });

/** The newest job of a kind: one may be under way that was begun elsewhere or before a reload. */
const newestJobQuery = (kind: string) =>
  queryOptions({
    queryKey: ["jobs", "newest", kind],
    queryFn: async ({ signal }) =>
      (await data(api.GET("/v1/jobs", { params: { query: { kind, limit: 1 } }, signal }))).data[0] ?? null,
  });

export interface RunWatch<Ask> {
  /** The job that is under way or was begun here. */
  readonly job: Job | undefined;
  /** Who began it, where that is somebody else. */
  readonly by: string | undefined;
  readonly isRunning: boolean;
  readonly isStarting: boolean;
  readonly isCancelling: boolean;
  /** Why it could not be begun or stopped. */
  readonly error: Error | null;
  /** The same function for good. */
  readonly start: (ask: Ask) => void;
  cancel(): void;
  /** Puts away what came of it. */
  dismiss(): void;
}

/** Begins a run, watches it, stops it. What is under way already is found and watched. `told` is called at its end. */
export function useRun<Ask>(
  kind: string,
  begin: (ask: Ask) => Promise<Job>,
  told: (job: Job) => void,
): RunWatch<Ask> {
  const client = useQueryClient();
  const [mine, setMine] = useState<string>();
  const [away, setAway] = useState<string>();
  const { data: newest } = useQuery(newestJobQuery(kind));
  const id = mine ?? (newest && !isEnded(newest) && newest.id !== away ? newest.id : undefined);
  const { data: job } = useQuery(watchedJobQuery(id));
  const { data: me } = useQuery(meQuery);
  const start = useMutation({
    mutationFn: begin,
    onSuccess: (begun) => {
      client.setQueryData(["jobs", "watched", begun.id], begun);
      setMine(begun.id);
    },
  });
  const cancel = useMutation({
    mutationFn: (which: string) =>
      data(api.POST("/v1/jobs/{id}/cancel", { params: { path: { id: which } } })),
    onSuccess: (after) => client.setQueryData(["jobs", "watched", after.id], after),
  });
  const ended = job && isEnded(job) ? job.id : undefined;
  const latest = useRef({ job, told });
  latest.current = { job, told };
  useEffect(() => {
    if (!ended) return;
    // What was only found under way stays in sight when it has ended, like what was begun here.
    setMine(ended);
    void client.invalidateQueries({ queryKey: ["jobs", "newest", kind] });
    if (latest.current.job) latest.current.told(latest.current.job);
  }, [ended, client, kind]);
  return {
    job,
    by:
      job && me && job.created_by !== me.principal ? who(job.created_by, job.created_by_name, me) : undefined,
    isRunning: job !== undefined && !isEnded(job),
    isStarting: start.isPending,
    isCancelling: cancel.isPending || job?.cancel_requested === true,
    error: start.error ?? cancel.error,
    start: start.mutate,
    cancel: () => job && cancel.mutate(job.id),
    dismiss: () => {
      setAway(id);
      setMine(undefined);
      start.reset();
      cancel.reset();
    },
  };
}
