import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { cancelJob, jobQuery } from "@/api/job";
import { isEnded } from "@/api/jobs";
import { ago, count } from "@/shared/format";
import { remaining } from "@/shared/format/remaining";
import { Button, Spinner } from "@/shared/ui/button";
import { Card, Progress } from "@/shared/ui/pieces";
import { toastProblem } from "@/shared/ui/toast";

const KINDS: Record<string, string> = {
  "connection.sync": "Reading what changed",
  "connection.load": "Reading everything",
  "connection.reconcile": "Reading everything, and asking after what is missing",
  "connection.remap": "Mapping again what was read",
  "connection.erase": "Taking away what it brought",
};

/** A run that is at work gives a sign of life more often than this. */
const QUIET_MS = 60_000;

/** The run that is at work: how far it is, how long it takes, and how to stop it. */
export function Run({
  job: id,
  may,
  title,
  isFirst,
}: {
  job: string | null | undefined;
  may: boolean;
  title: string;
  /** Nothing was brought before, so that everything is read whatever the run is called. */
  isFirst: boolean;
}) {
  const client = useQueryClient();
  const query = useQuery(jobQuery(id));
  const job = query.data;
  const stop = useMutation({
    mutationFn: () => cancelJob(id ?? ""),
    onSuccess: (changed) => client.setQueryData(jobQuery(id).queryKey, changed),
    onError: toastProblem,
  });
  const over = job ? isEnded(job) : false;
  useEffect(() => {
    if (!over) return;
    void client.invalidateQueries({ queryKey: ["connections"] });
    for (const first of ["deals", "insights", "pipelines"]) {
      void client.invalidateQueries({ queryKey: [first], refetchType: "none" });
    }
  }, [over, client]);

  if (!job || job.status === "succeeded") return null;
  if (over) {
    return job.status === "cancelled" ? (
      <p role="status" className="panel px-4 py-3 text-sm text-ink-soft">
        The last run was stopped. What it had read by then is kept; the next sync goes on from there.
      </p>
    ) : (
      <div role="alert" className="rounded-md bg-bad-soft px-4 py-3 text-sm text-bad">
        <p className="font-medium">{job.problem?.detail ?? "The last run failed."}</p>
        <p>{job.problem?.remedy ?? "Sync again; if it stays, test the connection."}</p>
      </div>
    );
  }
  const now = query.dataUpdatedAt;
  const { phase, done, total } = job.progress;
  const isQuiet = job.heartbeat_at ? now - Date.parse(job.heartbeat_at) > QUIET_MS : false;
  const what = job.status === "queued" ? "It begins in a moment" : phase || "It has begun";
  const left = remaining(job.eta, now);
  return (
    <Card
      title={
        isFirst && job.kind === "connection.sync"
          ? "First sync: reading everything"
          : (KINDS[job.kind] ?? "At work")
      }
      aside={
        may &&
        job.kind !== "connection.erase" && (
          <Button
            size="sm"
            busy={stop.isPending}
            disabled={job.cancel_requested}
            onClick={() => stop.mutate()}
          >
            {job.cancel_requested ? "Stopping …" : "Stop"}
          </Button>
        )
      }
    >
      {total ? <Progress label={what} done={done} total={total} /> : null}
      <p className="flex flex-wrap justify-between gap-x-4 text-sm text-ink-soft not-first:mt-2">
        <span className="flex items-center gap-2">
          {!total && <Spinner />}
          {what.charAt(0).toUpperCase() + what.slice(1)}
          {done > 0 && `: ${count(done)}${total ? ` of ${count(total)}` : " so far"}`}
        </span>
        <span>{left ?? (job.started_at ? `began ${ago(job.started_at, now)}` : "")}</span>
      </p>
      {isQuiet && (
        <p className="mt-1 text-xs text-warn">
          The last sign of life was {ago(job.heartbeat_at, now)}. {title} may be slow; if nobody is at work
          any more, another worker takes over by itself.
        </p>
      )}
    </Card>
  );
}
