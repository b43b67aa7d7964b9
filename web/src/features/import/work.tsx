import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Import } from "@/api/imports";
import { cancelJob, jobQuery } from "@/api/job";
import { isEnded } from "@/api/jobs";
import { ago, count, words } from "@/shared/format";
import { remaining } from "@/shared/format/remaining";
import { Button, Spinner } from "@/shared/ui/button";
import { Card, Progress } from "@/shared/ui/pieces";
import { toastProblem } from "@/shared/ui/toast";

const TITLES: Record<string, string> = {
  "import.validate": "The files are being checked; nothing is written",
  "import.commit": "The import is being written",
  "import.undo": "The import is being taken back",
};

/** What is done with an import now: how far, how long still, and how to stop it. */
export function Work({ it, onlyProblem = false }: { it: Import; onlyProblem?: boolean }) {
  const client = useQueryClient();
  const query = useQuery(jobQuery(it.job));
  const job = query.data;
  const over = job ? isEnded(job) : false;
  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: ["imports"] });
  }, [over, client]);
  const stop = useMutation({
    mutationFn: () => cancelJob(it.job ?? ""),
    onSuccess: (changed) => client.setQueryData(jobQuery(it.job).queryKey, changed),
    onError: toastProblem,
  });
  if (job?.status === "failed") {
    return (
      <div role="alert" className="rounded-md bg-bad-soft px-4 py-3 text-sm text-bad">
        <p className="font-medium">{job.problem?.detail ?? "It failed."}</p>
        <p>{job.problem?.remedy ?? "Try again; if it stays, tell your admin."}</p>
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
  const now = query.dataUpdatedAt;
  const { phase, done, total } = job?.progress ?? { phase: "", done: 0, total: null };
  const what = job?.status === "running" && phase ? words(phase) : "It begins in a moment";
  const left = job && remaining(job.eta, now);
  return (
    <Card
      title={TITLES[job?.kind ?? ""] ?? "At work"}
      aside={
        it.next.includes("cancel") &&
        job && (
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
      <div className="flex min-h-8 flex-col justify-center gap-2">
        {total ? <Progress label={what} done={done} total={total} /> : null}
        <p role="status" className="flex flex-wrap justify-between gap-x-4 text-sm text-ink-soft">
          <span className="flex items-center gap-2">
            {!total && <Spinner />}
            {what}
            {done > 0 && `: ${count(done)}${total ? ` of ${count(total)}` : ""}`}
          </span>
          <span>{left ?? (job?.started_at ? `began ${ago(job.started_at, now)}` : "")}</span>
        </p>
      </div>
    </Card>
  );
}
