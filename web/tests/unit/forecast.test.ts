import { describe, expect, test } from "vitest";
import type { ChangeFlow, LineOf, Part } from "@/api/forecasts";
import { presets, readAddress } from "@/features/forecast/address";
import { askOf, reconcile } from "@/features/forecast/drill";
import { standing } from "@/features/forecast/ranges";
import { flowsOf, lastDay, stepsOf, toldOf } from "@/features/forecast/steps";
import { frame } from "@/shared/charts/geometry";

test("the address is read as anybody may have typed it", () => {
  const nothing = { tab: "outlook", by: "quarter", from: undefined, to: undefined, saved: undefined };
  expect(readAddress({})).toEqual(nothing);
  expect(readAddress({ tab: "evil", by: "week", from: "2026-13-45", to: 5, saved: "backtest_1" })).toEqual(
    nothing,
  );
  expect(readAddress({ tab: "changes", by: "month", from: "2026-10-01", saved: "forecast_1a" })).toEqual({
    tab: "changes",
    by: "month",
    from: "2026-10-01",
    to: undefined,
    saved: "forecast_1a",
  });
});

test("spans are whole days and quarters of the data's own day", () => {
  expect(presets("2026-02-10T00:00:00Z").map(({ from, to }) => `${from} ${to}`)).toEqual([
    "2026-02-03 2026-02-10",
    "2026-01-11 2026-02-10",
    "2026-01-01 2026-02-10",
    "2025-10-01 2025-12-31",
  ]);
  expect(presets("")).toEqual([]);
});

describe("the deals behind a line", () => {
  const check = (of: LineOf, filter: object) =>
    expect(askOf(of)).toEqual({ "filter[outcome]": "open", ...filter, sort: "-amount" });
  test("are found by what the line is of", () => {
    check({ kind: "all" }, {});
    check({ kind: "owner", owner: "person_1" }, { "filter[owner]": "person_1" });
    check({ kind: "owner", owner: null }, { "filter[owner][exists]": "false" });
    check(
      { kind: "stage", pipeline: "p2", stage: "A: B" },
      { "filter[pipeline]": "p2", "filter[stage]": "A: B" },
    );
    check(
      { kind: "stage", pipeline: null, stage: "Demo" },
      { "filter[pipeline][exists]": "false", "filter[stage]": "Demo" },
    );
  });
  test("have the same totals, or it is said why not", () => {
    const say = (count: number, reported: string, imputed = { deals: 0, amount: 0 }, left_out = 0) =>
      reconcile(
        { deals: 3, open_amount: 3000, imputed },
        { count, left_out, reported: { value: reported, currency: "EUR" } },
        (value) => `€${value}`,
      );
    expect(say(3, "3000")).toBe("3 deals, €3,000: the same as in the forecast.");
    const one = { deals: 1, amount: 1000 };
    expect(say(3, "2000", one)).toContain("takes 1 deal without an amount in its currency at €1000");
    expect(say(3, "2000", one, 2)).toContain("and 2 deals in another currency");
    expect(say(4, "4000")).toContain("made of 3 deals: the data have changed since");
  });
});

test("a waterfall leaves out what no deal did, and never its ends", () => {
  const part = (kind: string, count: number, value: string) =>
    ({ kind, count, amount: { value, currency: "EUR" }, deals: [] }) as unknown as Part;
  const bars = stepsOf({
    from: "2026-10-01T00:00:00Z",
    to: "2026-11-27T00:00:00Z",
    waterfall: [
      part("start", 0, "0"),
      part("opened", 2, "500"),
      part("reopened", 0, "0"),
      part("won", 1, "-200"),
      part("end", 1, "300"),
    ],
  });
  expect(bars.map(({ name, step }) => [name, step.value, step.tone])).toEqual([
    ["Open 1 Oct 2026", 0, undefined],
    ["Opened", 500, "plain"],
    ["Won", -200, "good"],
    ["Open 26 Nov 2026", 300, undefined],
  ]);
  const changes = bars.filter(({ step }) => !step.level).reduce((sum, { step }) => sum + step.value, 0);
  expect(changes).toBe(300);
});

test("the last day of a span is the one before its end", () => {
  expect(lastDay("2026-11-27T00:00:00Z")).toBe("2026-11-26");
  expect(lastDay("2026-11-27T10:30:00Z")).toBe("2026-11-27");
  expect(lastDay("never")).toBe("");
});

describe("where deals went", () => {
  const open = (stage: string | null, order: number) => ({ kind: "open" as const, stage, order });
  const other = (kind: "opened" | "won" | "lost", order: number) => ({ kind, stage: null, order });
  const eur = (value: string) => ({ value, currency: "EUR" });
  const flows: ChangeFlow[] = [
    { from: open("A", 0), to: open("A", 0), count: 4, amount: eur("40"), changed: eur("0") },
    { from: open("A", 0), to: open("B", 1), count: 2, amount: eur("50"), changed: eur("5") },
    { from: open("B", 1), to: other("won", 4), count: 3, amount: eur("-5"), changed: eur("0") },
    { from: other("opened", 3), to: open("A", 0), count: 5, amount: null, changed: null },
    { from: other("opened", 3), to: other("lost", 5), count: 1, amount: eur("1"), changed: eur("0") },
  ];
  test("is as wide as deals are many or worth, never below nought", () => {
    expect(flowsOf(flows, "deals").map(({ value }) => value)).toEqual([4, 2, 3, 5, 1]);
    expect(flowsOf(flows, "amount").map(({ value }) => value)).toEqual([40, 50, 0, 0, 1]);
  });
  test("what came stands above the stages, and what ended below them", () => {
    const ranks = (side: "from" | "to") =>
      [...new Map(flowsOf(flows, "deals").map((flow) => [flow[side].label, flow[side].rank]))]
        .sort((a, b) => a[1] - b[1])
        .map(([label]) => label);
    expect(ranks("from")).toEqual(["Opened", "A", "B"]);
    expect(ranks("to")).toEqual(["A", "B", "Won", "Lost"]);
  });
  test("comes to what the waterfall says", () => {
    const told = toldOf(flows);
    expect(told).toEqual({ start: 9, stayed: 4, moved: 2, came: 6, won: 3, lost: 1, end: 11 });
    expect(told.start + told.came - told.won - told.lost).toBe(told.end);
  });
});

test("standing ranges stay in their frame, whatever they are of", () => {
  const box = frame(390, 200);
  for (const ranges of [
    [],
    [{ label: "a", low: 0, mid: 0, high: 0 }],
    [{ label: "a", low: 1e6, mid: 2e6, high: 9e12 }],
    [{ label: "a", low: -5, mid: 0, high: 5 }],
    [{ label: "a", low: Number.NaN, mid: Number.POSITIVE_INFINITY, high: 1e305 }],
  ]) {
    for (const bar of standing(ranges, box).bars) {
      for (const value of [bar.x, bar.width, bar.top, bar.height, bar.mid]) {
        expect(Number.isFinite(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
      }
      expect(bar.mid).toBeLessThanOrEqual(box.height);
    }
  }
});
