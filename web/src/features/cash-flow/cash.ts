import type { CashPeriod } from "@/api/cashflow";
import { add, isNothing, negate } from "./decimal";

/** A period's money: what came, what is owed whatever happens to open deals, what those would add. */
export interface Cash {
  readonly label: string;
  readonly start: string;
  readonly end: string;
  readonly actual: string;
  readonly invoices: string;
  readonly overdue: string;
  readonly subscriptions: string;
  readonly won: string;
  readonly pipeline: string;
  /** Everything expected but from open deals: there is no less than this if all of them are lost. */
  readonly owed: string;
  readonly total: string;
  /** What open deals would add if each closed on the day it says: their amount × chance. */
  readonly dated: string;
  /** One in ten times it is less, one in ten more; `undefined` where no model times the deals. */
  readonly low?: string | undefined;
  readonly high?: string | undefined;
}

/** A period; open deals as the model times them where it does, else on the days they say. */
export function cashOf({ label, start, end, actual, expected, modelled }: CashPeriod): Cash {
  const { invoices, overdue, subscriptions, won } = expected;
  const { pipeline, total } = modelled ?? expected;
  return {
    label,
    start,
    end,
    actual,
    invoices,
    overdue,
    subscriptions,
    won,
    pipeline,
    owed: add(total, negate(pipeline)),
    total,
    dated: expected.pipeline,
    ...(modelled ? { low: modelled.p10, high: modelled.p90 } : {}),
  };
}

const SUMS = [
  "actual",
  "invoices",
  "overdue",
  "subscriptions",
  "won",
  "pipeline",
  "owed",
  "total",
  "dated",
] as const;

/** All periods together; `undefined` of none. */
export function sumOf(periods: readonly Cash[]): Cash | undefined {
  const [first, last] = [periods[0], periods.at(-1)];
  if (!first || !last) return undefined;
  const sums = Object.fromEntries(SUMS.map((name) => [name, add(...periods.map((each) => each[name]))]));
  // Intervals do not add up.
  return { ...first, low: undefined, high: undefined, label: "Together", end: last.end, ...sums };
}

/** Which kinds of money there are in any of the periods. */
export const has = (periods: readonly Cash[], name: (typeof SUMS)[number]): boolean =>
  periods.some((each) => !isNothing(each[name]));

/** Whether there is any money at all in it. */
export const isEmpty = (periods: readonly Cash[]): boolean =>
  periods.every((each) => SUMS.every((name) => isNothing(each[name])));

/** Where the day lies: before it is past, from it on is to come; the period it is in is both. */
export const isPast = (cash: Cash, day: string): boolean => cash.end <= day.slice(0, 10);
export const isRunning = (cash: Cash, day: string): boolean =>
  cash.start <= day.slice(0, 10) && day.slice(0, 10) < cash.end;
