import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useJob } from "@/api/job";
import { isEnded } from "@/api/jobs";
import { ago } from "@/shared/format";
import { RunCard } from "@/shared/ui/run-card";

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
  const { job, now, by, isStopping, stop } = useJob(id);
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
  const isQuiet = job.heartbeat_at ? now - Date.parse(job.heartbeat_at) > QUIET_MS : false;
  return (
    <RunCard
      title={
        isFirst && job.kind === "connection.sync"
          ? "First sync: reading everything"
          : (KINDS[job.kind] ?? "At work")
      }
      run={job}
      by={by}
      now={now}
      isStopping={isStopping}
      onStop={may && job.kind !== "connection.erase" ? stop : undefined}
    >
      {isQuiet && (
        <p className="mt-1 text-xs text-warn">
          The last sign of life was {ago(job.heartbeat_at, now)}. {title} may be slow; if nobody is at work
          any more, another worker takes over by itself.
        </p>
      )}
    </RunCard>
  );
}
