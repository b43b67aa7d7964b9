import type { ReactNode } from "react";
import { ago, count, words } from "../format";
import { remaining } from "../format/remaining";
import { Button, Spinner } from "./button";
import { Card, Progress } from "./pieces";
import type { RunState } from "./run-progress";

/** A piece of work that goes on: how far it is, how long it takes, who began it, and how to stop it. */
export function RunCard({
  title,
  run,
  by,
  now,
  isStopping,
  onStop,
  children,
}: {
  title: string;
  /** Nothing as long as nobody knows. */
  run: (RunState & { readonly created_at: string }) | undefined;
  /** Who began it, for the middle of a sentence. */
  by: string | undefined;
  now: number;
  isStopping: boolean;
  /** Left out for who may not stop it, and for what is not stopped half-way. */
  onStop?: (() => void) | undefined;
  /** What else there is to say about it. */
  children?: ReactNode;
}) {
  const { phase, done, total } = run?.progress ?? { phase: "", done: 0 };
  const what = run?.status === "running" ? words(phase) || "It has begun" : "It begins in a moment";
  const left = run && remaining(run.eta, now);
  return (
    <Card
      title={title}
      aside={
        run &&
        onStop && (
          <Button size="sm" disabled={isStopping} onClick={onStop}>
            {isStopping ? "Stopping …" : "Stop"}
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
            {done > 0 && `: ${count(done)}${total ? ` of ${count(total)}` : " so far"}`}
          </span>
          {left && <span>{left}</span>}
        </p>
        {run && by && (
          <p className="text-xs text-ink-faint">
            Begun {ago(run.created_at, now)} by {by}
          </p>
        )}
      </div>
      {children}
    </Card>
  );
}
