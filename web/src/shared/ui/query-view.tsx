import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { asProblem } from "../problem";
import { Failed, Loading, NotEnoughHistory } from "./states";

/**
 * What a query has to show. The states are always the same: loading, failed, not enough history, and the data. An
 * answer that is there stays while a newer one is fetched.
 */
export function QueryView<T>({
  query,
  children,
  loading,
  notEnough,
  missing,
}: {
  query: UseQueryResult<T, Error>;
  children: (data: T) => ReactNode;
  loading?: ReactNode;
  /** What to say and offer when the model has too little to learn from. */
  notEnough?: ReactNode;
  /** What to say where there is nothing, or nothing that one may see: the API tells no difference. */
  missing?: ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    const problem = asProblem(query.error);
    if (problem.status === 404 && missing) return missing;
    if (problem.code === "not_enough_history") {
      return (
        <NotEnoughHistory>
          <p>{problem.message}</p>
          <p className="mt-1">{notEnough ?? problem.remedy}</p>
        </NotEnoughHistory>
      );
    }
    return <Failed problem={problem} onRetry={() => void query.refetch()} />;
  }
  return loading ?? <Loading />;
}
