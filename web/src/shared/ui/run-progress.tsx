import { CircleAlert, CircleCheck, CircleSlash, X } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { ago, count } from "../format";
import { Button, IconButton } from "./button";
import { Progress } from "./pieces";

export interface RunState {
  readonly status: string;
  readonly progress: { readonly phase: string; readonly done: number; readonly total?: number | null };
  readonly eta?: string | null;
  readonly problem?: { readonly detail: string; readonly remedy: string } | null;
}

/** How far a piece of work is, how to stop it, and what came of it. */
export function RunProgress({
  run,
  by,
  what,
  unit,
  done,
  cancelling,
  onCancel,
  onDismiss,
  now = Date.now(),
}: {
  run: RunState;
  /** Who began it, where that is somebody else. */
  by?: string | undefined;
  /** What is done, as a noun: `The test on the past`. */
  what: string;
  /** What is counted: `past days`. */
  unit: string;
  /** What to say at its end. */
  done: ReactNode;
  cancelling: boolean;
  onCancel: () => void;
  onDismiss: () => void;
  now?: number;
}) {
  const { status, progress, eta, problem } = run;
  const over = status === "succeeded" || status === "failed" || status === "cancelled";
  const Icon = status === "succeeded" ? CircleCheck : status === "failed" ? CircleAlert : CircleSlash;
  const far = progress.total == null ? "" : `: ${count(progress.done)} of ${count(progress.total)} ${unit}`;
  const begun = by ? `, begun by ${by}` : "";
  const left = eta && Date.parse(eta) > now + 1500 ? `, done ${ago(eta, now)}` : "";
  return (
    <div role="status" className="panel mb-4 flex items-start gap-3 px-4 py-3 text-sm">
      {over ? (
        <>
          <Icon
            className={`mt-0.5 size-4 shrink-0 ${status === "succeeded" ? "text-good" : status === "failed" ? "text-bad" : "text-ink-faint"}`}
          />
          <div className="min-w-0 flex-1">
            {status === "succeeded" && done}
            {status === "cancelled" && `${what} was stopped. Nothing was saved.`}
            {status === "failed" && (
              <>
                {what} failed: {problem?.detail ?? "the reason is not known."} {problem?.remedy}
              </>
            )}
          </div>
          <IconButton label="Put away" size="sm" onClick={onDismiss}>
            <X />
          </IconButton>
        </>
      ) : (
        <>
          <div className="min-w-0 flex-1">
            <p className="mb-1.5">
              {cancelling
                ? `${what} is being stopped…`
                : status === "queued"
                  ? `${what}${begun && `${begun},`} waits for its turn.`
                  : `${what}${begun && `${begun},`} is under way${far}${left}.`}
            </p>
            <Progress done={progress.done} total={progress.total} label={what} />
          </div>
          <Button size="sm" disabled={cancelling} onClick={onCancel}>
            Cancel
          </Button>
        </>
      )}
    </div>
  );
}

/** A run that a page began: how far it is, what came of it, or why it could not be begun. */
export function PageRun({
  run,
  problem,
  ...said
}: Pick<ComponentProps<typeof RunProgress>, "what" | "unit" | "done"> & {
  run: {
    readonly job: RunState | undefined;
    readonly by: string | undefined;
    readonly isCancelling: boolean;
    readonly cancel: () => void;
    readonly dismiss: () => void;
  };
  problem: { readonly message: string; readonly remedy: string } | null;
}) {
  return (
    <>
      {run.job && (
        <RunProgress
          {...said}
          run={run.job}
          by={run.by}
          cancelling={run.isCancelling}
          onCancel={run.cancel}
          onDismiss={run.dismiss}
        />
      )}
      {problem && (
        <p role="alert" className="mb-4 text-sm text-bad">
          {problem.message} {problem.remedy}
        </p>
      )}
    </>
  );
}
