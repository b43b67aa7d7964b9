import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@/shared/problem";

/** The one cache of what the server said. */
export const makeQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < 2 && error instanceof Problem && error.retryable,
        retryDelay: (failures) => 400 * 2 ** failures,
      },
      mutations: { retry: false },
    },
  });
