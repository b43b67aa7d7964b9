import { describe, expect, test } from "vitest";
import type { CashPeriod } from "@/api/cashflow";
import { read } from "@/features/cash-flow/address";
import { cashOf, has, isEmpty, isPast, isRunning, sumOf } from "@/features/cash-flow/cash";
import { add, isNothing, negate } from "@/features/cash-flow/decimal";

describe("decimals are added to the last digit", () => {
  test.each([
    [[], "0"],
    [["1.10", "2.2"], "3.3"],
    [["0.1", "0.2"], "0.3"],
    [["9007199254740993", "0.01"], "9007199254740993.01"],
    [["-0.05", "0.04"], "-0.01"],
    [["5", "-5.00"], "0"],
    [["no number", "2"], "2"],
    [["1e5", "2"], "2"],
  ])("%j: %s", (texts, sum) => expect(add(...texts)).toBe(sum));
  test.each([
    ["1.5", "-1.5"],
    ["-1.5", "1.5"],
    ["0", "0"],
  ])("%s the other way is %s", (text, other) => expect(negate(text)).toBe(other));
  test("nothing is nothing, however it is written", () => {
    expect(["0", "0.00", "-0", ""].map(isNothing)).toEqual([true, true, true, true]);
    expect(isNothing("0.001")).toBe(false);
  });
});

const period = (
  start: string,
  end: string,
  more: Partial<CashPeriod["expected"]> = {},
  actual = "0",
  modelled: CashPeriod["modelled"] = null,
) =>
  cashOf({
    modelled,
    label: start,
    start,
    end,
    actual,
    expected: {
      pipeline: "0",
      won: "0",
      invoices: "0",
      overdue: "0",
      subscriptions: "0",
      total: "0",
      ...more,
    },
  });
const week = period("2026-11-23", "2026-11-30", { pipeline: "100.50", won: "20", total: "120.50" });
const next = period("2026-11-30", "2026-12-07", { invoices: "7", overdue: "2", total: "7" }, "3.25");

test("what is owed in any case is everything but open deals", () => expect(week.owed).toBe("20"));
test("where a model times open deals, its word stands in place of the dates they carry", () => {
  expect(week.low).toBeUndefined();
  const modelled = { pipeline: "80", total: "100", p10: "20", p50: "90", p90: "300" };
  const told = { pipeline: "100.50", won: "20", total: "120.50" };
  expect(period("a", "b", told, "0", modelled)).toMatchObject({
    pipeline: "80",
    dated: "100.50",
    owed: "20",
    total: "100",
    low: "20",
    high: "300",
  });
});

test("periods add up, and intervals do not", () => {
  expect(sumOf([week, next])).toMatchObject({
    label: "Together",
    start: "2026-11-23",
    end: "2026-12-07",
    actual: "3.25",
    pipeline: "100.5",
    owed: "27",
    total: "127.5",
    low: undefined,
  });
  expect(sumOf([])).toBeUndefined();
});

test("of nothing but noughts nothing is drawn", () => {
  expect(isEmpty([period("a", "b")])).toBe(true);
  expect(isEmpty([])).toBe(true);
  expect(isEmpty([week])).toBe(false);
  expect([has([week], "won"), has([week], "invoices")]).toEqual([true, false]);
});

test.each([
  ["2026-11-22T10:00:00Z", false, false],
  ["2026-11-23T00:00:00Z", false, true],
  ["2026-11-29T23:59:00Z", false, true],
  ["2026-11-30T00:00:00Z", true, false],
])("on %s the week is past: %s, running: %s", (day, past, running) =>
  expect([isPast(week, day), isRunning(week, day)]).toEqual([past, running]),
);

test.each([
  [{}, { tab: "cash", by: "month", from: undefined, to: undefined }],
  [
    { tab: "orders", by: "decade", from: "2026-13-40", to: "tomorrow" },
    { tab: "orders", by: "month", from: undefined, to: undefined },
  ],
  [
    { by: "week", from: "2026-12-01", to: "2026-01-01" },
    { tab: "cash", by: "week", from: "2026-01-01", to: "2026-12-01" },
  ],
])("the address %j reads %j", (search, expected) => expect(read(search)).toEqual(expected));
