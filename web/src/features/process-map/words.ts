import type { Difference } from "@/api/process";
import { interval, points, words } from "@/shared/format";

const KINDS: Record<string, string> = {
  repeat: "Entered again at once",
  step_back: "Stepped back",
  redo: "Came back to it",
  reopen: "Opened again after it was closed",
  skipped: "A stage was skipped",
  backward: "Went backward",
  after_close: "Went on after it was closed",
  undeclared: "In a stage the source does not declare",
};

export const kindName = (kind: string): string => KINDS[kind] ?? words(kind);

/** `+13 pts (−14 to +28 pts): chance alone could make it`. */
export function differenceText(difference: Difference | null | undefined): string {
  if (!difference) return "–";
  const range = interval(difference.low, difference.high, points);
  const chance = difference.low <= 0 && difference.high >= 0;
  return `${points(difference.value)} (${range})${chance ? ": chance alone could make it" : ""}`;
}

/** How the pace of a stage changed, from exits per expected exit. */
export function paceText(ratio: number): string {
  if (!(ratio > 0) || !Number.isFinite(ratio)) return "Deals leave at another pace than before";
  const times = ratio >= 1 ? ratio : 1 / ratio;
  const said = times >= 9.95 ? "more than 10" : times.toFixed(1);
  return `Deals leave ${said} times as ${ratio >= 1 ? "fast" : "slowly"} as deals of the same age did before`;
}
