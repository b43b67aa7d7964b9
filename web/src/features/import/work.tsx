import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Import } from "@/api/imports";
import { useJob } from "@/api/job";
import { isEnded } from "@/api/jobs";
import { RunCard } from "@/shared/ui/run-card";
import { workRemedy } from "./words";

const TITLES: Record<string, string> = {
  "import.validate": "The files are being checked; nothing is written",
  "import.commit": "The import is being written",
  "import.undo": "The import is being taken back",
};

/** What is done with an import now: how far, how long still, and how to stop it. */
export function Work({ it, onlyProblem = false }: { it: Import; onlyProblem?: boolean }) {
  const client = useQueryClient();
  const { job, now, by, isStopping, stop } = useJob(it.job);
  const over = job ? isEnded(job) : false;
  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: ["imports"] });
  }, [over, client]);
  if (job?.status === "failed") {
    return (
      <div role="alert" className="rounded-md bg-bad-soft px-4 py-3 text-sm text-bad">
        <p className="font-medium first-letter:uppercase">{job.problem?.detail ?? "It failed."}</p>
        <p>{job.problem ? workRemedy(job.problem) : "Try again; if it stays, tell your admin."}</p>
      </div>
    );
  }
  if (job?.status === "cancelled") {
    return (
      <p role="status" className="panel px-4 py-3 text-sm text-ink-soft">
        It was stopped{job.kind === "import.commit" ? ", and what it had written was taken back" : ""}.
      </p>
    );
  }
  if (onlyProblem) return null;
  return (
    <RunCard
      title={TITLES[job?.kind ?? ""] ?? "At work"}
      run={job}
      by={by}
      now={now}
      isStopping={isStopping}
      onStop={it.next.includes("cancel") ? stop : undefined}
    />
  );
}
