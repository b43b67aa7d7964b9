import type { Problem } from "@/shared/problem";

/** What went wrong with what somebody did, and what helps, beside where they did it. */
export function ProblemNote({ problem }: { problem: Problem }) {
  return (
    <div role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
      <p className="font-medium">{problem.message}</p>
      {problem.errors.map((error) => (
        <p key={`${error.pointer}${error.code}`}>
          {error.pointer} {error.message}
        </p>
      ))}
      <p>{problem.remedy}</p>
    </div>
  );
}
