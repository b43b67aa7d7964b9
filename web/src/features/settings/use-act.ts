import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { toast, toastProblem } from "@/shared/ui/toast";

/**
 * Does something that a button asks for: one at a time, told when it is done or why it is not, and what is kept of
 * `keys` is asked for anew. `over` is called at the end of either.
 */
export function useAct(keys: readonly QueryKey[], over?: () => void) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const act = useCallback(
    async (work: () => Promise<unknown>, done: string) => {
      setBusy(true);
      try {
        await work();
        await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
        toast(done, { tone: "good" });
      } catch (error) {
        toastProblem(error);
      } finally {
        setBusy(false);
        over?.();
      }
    },
    [client, keys, over],
  );
  return { busy, act };
}
