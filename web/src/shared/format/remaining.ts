import { counted } from "./index";

/** How long until a moment, roughly: an estimate is no timetable. Nothing, where nobody knows. */
export function remaining(eta: string | null | undefined, now: number): string | undefined {
  const ms = Date.parse(eta ?? "") - now;
  if (!Number.isFinite(ms)) return undefined;
  if (ms < 15_000) return "a few seconds left";
  if (ms < 90_000) return "about a minute left";
  const minutes = Math.round(ms / 60_000);
  if (minutes < 90) return `about ${minutes} minutes left`;
  const hours = Math.round(minutes / 60);
  return hours < 36
    ? `about ${counted(hours, "hour")} left`
    : `about ${counted(Math.round(hours / 24), "day")} left`;
}
