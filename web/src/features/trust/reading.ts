import type { Bin, Interval, Origin, Scores } from "@/api/backtests";
import type { ReliabilityBin } from "@/shared/charts/geometry";

const Z95 = 1.96;

/** Between which shares the true one lies, given `hits` of `n`: Wilson's 95 % interval. Of nothing: anything. */
export function wilson(hits: number, n: number): { low: number; high: number } {
  if (!(n > 0)) return { low: 0, high: 1 };
  const p = Math.min(1, Math.max(0, hits / n));
  const z2 = Z95 * Z95;
  const middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Rows of a reliability table as the diagram takes them, each with the interval of its share. Tests saved earlier tell
 * none: theirs is as if each prediction stood for itself.
 */
export const binsOf = (bins: readonly Bin[]): ReliabilityBin[] =>
  bins
    .filter((bin) => bin.count > 0)
    .map((bin) => ({
      predicted: bin.forecast,
      observed: bin.observed,
      ...(bin.low === undefined || bin.high === undefined
        ? wilson(bin.observed * bin.count, bin.count)
        : { low: bin.low, high: bin.high }),
      n: bin.count,
    }));

/** Whether what was said lies in the interval of what came. */
export const isKept = (bin: ReliabilityBin): boolean =>
  bin.low === undefined || bin.high === undefined || (bin.predicted >= bin.low && bin.predicted <= bin.high);

/** The share of predictions that came true, whatever was said. */
export function baseRateOf(bins: readonly Bin[]): number | undefined {
  const n = bins.reduce((sum, bin) => sum + bin.count, 0);
  return n > 0 ? bins.reduce((sum, bin) => sum + bin.observed * bin.count, 0) / n : undefined;
}

const DAY_MS = 86_400_000;

/** A day of the engine as a civil one. */
export const dayOf = (day: number): string =>
  Math.abs(day) < 1e8 ? new Date(Math.floor(day) * DAY_MS).toISOString().slice(0, 10) : "";

/** From the first day that was tested to the last one that was looked ahead to. */
export function spanOf(
  origins: readonly Origin[],
  horizonDays: number,
): { from: string; to: string; until: string } | undefined {
  const days = origins.map((origin) => origin.at).filter(Number.isFinite);
  if (days.length === 0) return undefined;
  const [first, last] = [Math.min(...days), Math.max(...days)];
  return { from: dayOf(first), to: dayOf(last), until: dayOf(last + horizonDays) };
}

export interface Coverage {
  /** What it should be. */
  readonly meant: number;
  readonly seen: number;
  readonly inside: number;
  readonly of: number;
  /** What the share may truly be, with so few days. */
  readonly low: number;
  readonly high: number;
  readonly verdict: "as meant" | "too narrow" | "too wide";
}

/** How often the wins fell into the interval that was told for them. */
export function coverageOf(origins: readonly Origin[], meant: 0.8 | 0.95): Coverage {
  const within = origins.filter(({ won, interval80, interval95 }) => {
    const [low, high] = meant === 0.8 ? interval80 : interval95;
    return won >= low && won <= high;
  }).length;
  const { low, high } = wilson(within, origins.length);
  return {
    meant,
    seen: origins.length > 0 ? within / origins.length : 0,
    inside: within,
    of: origins.length,
    low,
    high,
    verdict: high < meant ? "too narrow" : low > meant ? "too wide" : "as meant",
  };
}

export type Standing = "better" | "worse" | "cannot be told apart";

/** Pie's model against another method, by the interval of the difference of their errors. */
export const against = ({ low, high }: Interval): Standing =>
  low != null && low > 0 ? "better" : high != null && high < 0 ? "worse" : "cannot be told apart";

/** By how many percent the model's squared error is smaller than another method's. */
export const gain = ({ brier, behind_model }: Scores): number | undefined =>
  brier.value != null && brier.value > 0 && behind_model.value != null
    ? behind_model.value / brier.value
    : undefined;

/** `0.072`, or a dash for what was not measured. */
export const thousandths = (value: number | null | undefined): string => value?.toFixed(3) ?? "–";
