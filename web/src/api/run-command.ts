import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Command, useCommands } from "@/shared/commands";
import { asProblem } from "@/shared/problem";
import type { Job } from "./jobs";
import { meQuery } from "./me";
import { useRun } from "./runs";

/** What a run made; or why there is too little history for it. */
interface Made {
  readonly run?: string | null;
  readonly not_enough_history?: string;
}

export interface RunPlan<Ask> {
  readonly kind: string;
  readonly begin: (ask: Ask) => Promise<Job>;
  /** The command that begins it: the same object for good. */
  readonly command: Omit<Command, "run" | "when">;
}

/** A run that a command of the page begins, for who may; `told` is called at its end. */
export function useRunCommand<Ask extends string | number>(
  { kind, begin, command: named }: RunPlan<Ask>,
  ask: Ask,
  told: (job: Job) => void,
) {
  const run = useRun(kind, begin, told);
  const { data: me } = useQuery(meQuery);
  const may = me?.scopes.includes("simulate") ?? false;
  const isBusy = run.isRunning || run.isStarting;
  const { start } = run;
  const command = useMemo<Command>(
    () => ({ ...named, when: () => may && !isBusy, run: () => start(ask) }),
    [named, may, isBusy, start, ask],
  );
  useCommands(useMemo(() => [command], [command]));
  const made = run.job?.result as Made | null | undefined;
  return {
    run,
    command,
    may,
    isBusy,
    /** Why it could not be begun or stopped. */
    problem: run.error && asProblem(run.error),
    /** What it made, once it is over. */
    made: made?.run ?? undefined,
    /** Why it made nothing. */
    tooLittle:
      run.job?.status === "succeeded" && !made?.run
        ? (made?.not_enough_history ?? "there is not enough history yet")
        : undefined,
  };
}
