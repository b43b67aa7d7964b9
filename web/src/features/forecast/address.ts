import type { PeriodLength } from "@/api/forecasts";

export type Tab = "outlook" | "changes" | "snapshots";

export interface ForecastAddress {
  readonly tab: Tab;
  readonly by: PeriodLength;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly saved: string | undefined;
}

/** How many periods are looked ahead: a year either way. */
export const PERIODS: Readonly<Record<PeriodLength, number>> = { quarter: 4, month: 6 };

const day = (value: unknown): string | undefined =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

export function readAddress(search: Readonly<Record<string, unknown>>): ForecastAddress {
  const { tab, by, from, to, saved } = search;
  return {
    tab: tab === "changes" || tab === "snapshots" ? tab : "outlook",
    by: by === "month" ? "month" : "quarter",
    from: day(from),
    to: day(to),
    saved: typeof saved === "string" && /^forecast_[0-9a-z]{1,64}$/.test(saved) ? saved : undefined,
  };
}

const DAY_MS = 86_400_000;
const civil = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Spans of days that people ask for, seen from the data's own day. */
export function presets(asOf: string): { name: string; from: string; to: string }[] {
  const now = Date.parse(asOf);
  if (Number.isNaN(now)) return [];
  const at = new Date(now);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const to = civil(now);
  return [
    { name: "Last 7 days", from: civil(now - 7 * DAY_MS), to },
    { name: "Last 30 days", from: civil(now - 30 * DAY_MS), to },
    { name: "This quarter", from: civil(Date.UTC(year, month - (month % 3), 1)), to },
    {
      name: "Last quarter",
      from: civil(Date.UTC(year, month - (month % 3) - 3, 1)),
      to: civil(Date.UTC(year, month - (month % 3), 1) - DAY_MS),
    },
  ];
}
