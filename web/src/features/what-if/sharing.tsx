import { Link2, TimerReset } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";
import type { Changes } from "@/api/simulations";
import { path } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Input } from "@/shared/ui/field";
import { Menu, MenuItem } from "@/shared/ui/menu";
import { toast } from "@/shared/ui/toast";
import { joinTexts, USUAL_RUNS } from "./changes";

/** An address that shows the same: the changes, and with `result` the answer as it was given. */
export function shareAddress(
  origin: string,
  deal: string,
  ask: { change: Changes; runs: number; result?: string | undefined },
): string {
  const search = new URLSearchParams(ask.change.length > 0 ? { change: joinTexts(ask.change) } : {});
  if (ask.runs !== USUAL_RUNS) search.set("runs", String(ask.runs));
  if (ask.result) search.set("result", ask.result);
  const query = search.toString();
  return `${origin}${path("/what-if", deal)}${query ? `?${query}` : ""}`;
}

/** Copies, or shows what is to be copied where the browser does not let us. */
export function useCopy(): [(text: string, said: string) => void, ReactNode] {
  const [shown, setShown] = useState<string>();
  const copy = useCallback((text: string, said: string) => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (!clipboard) {
      setShown(text);
      return;
    }
    clipboard.writeText(text).then(
      () => toast(said, { tone: "good" }),
      () => setShown(text),
    );
  }, []);
  const dialog = shown !== undefined && (
    <Dialog
      open
      onOpenChange={() => setShown(undefined)}
      title="Copy this link"
      description="The browser does not let us copy it for you."
    >
      <Input aria-label="Link" readOnly value={shown} autoFocus onFocus={(event) => event.target.select()} />
    </Dialog>
  );
  return [copy, dialog];
}

export function Share({
  onChanges,
  onResult,
}: {
  onChanges: () => void;
  /** Left out while there is no answer to point at. */
  onResult: (() => void) | undefined;
}) {
  return (
    <Menu
      label="Share"
      trigger={
        <Button>
          <Link2 />
          Share
        </Button>
      }
    >
      <MenuItem onSelect={onChanges}>
        <Link2 className="size-4 shrink-0" />
        <span>
          Link to these changes
          <span className="block text-xs text-ink-faint">run anew when somebody opens it</span>
        </span>
      </MenuItem>
      <MenuItem disabled={!onResult} onSelect={() => onResult?.()}>
        <TimerReset className="size-4 shrink-0" />
        <span>
          Link to this result
          <span className="block text-xs text-ink-faint">the same figures for 90 days</span>
        </span>
      </MenuItem>
    </Menu>
  );
}
