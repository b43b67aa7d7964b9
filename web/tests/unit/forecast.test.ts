import { describe, expect, test } from "vitest";
import type { Ended, Line, Part, SaidOfDeal } from "@/api/forecasts";
import type { Pipeline } from "@/api/pipelines";
import { presets, readAddress } from "@/features/forecast/address";
import { askOf, reconcile } from "@/features/forecast/drill";
import { chanceBy, daysOf, outcomeOf, periodsAgainst } from "@/features/forecast/outcome";
import { standing } from "@/features/forecast/ranges";
import { flowsOf, lastDay, stepsOf } from "@/features/forecast/steps";
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
  const pipelines = [
    { id: "p1", name: "New", stages: [{ label: "Demo" }, { label: "A: B" }] },
    { id: "p2", name: "Old", stages: [{ label: "Demo" }] },
  ] as unknown as Pipeline[];
  const owners = [
    { value: "o1", label: "Ana" },
    { value: "o2", label: "Ben" },
    { value: "o3", label: "Ben" },
  ];
  const ask = (of: Parameters<typeof askOf>[0]) => {
    const { "filter[outcome]": outcome, sort, ...more } = askOf(of, { owners, pipelines }) ?? {};
    return outcome === "open" && sort === "-amount" ? more : undefined;
  };
  test("are found by what the line names", () => {
    expect(ask({ kind: "all" })).toEqual({});
    expect(ask({ kind: "owner", label: "Ana" })).toEqual({ "filter[owner]": "o1" });
    // Two of one name share a line.
    expect(ask({ kind: "owner", label: "Ben" })).toEqual({ "filter[owner][in]": "o2,o3" });
    expect(ask({ kind: "owner", label: "no owner" })).toEqual({ "filter[owner][exists]": "false" });
    const stage = (label: string) => ask({ kind: "stage", label });
    expect(stage("Old: Demo")).toEqual({ "filter[pipeline]": "p2", "filter[stage]": "Demo" });
    expect(stage("New: A: B")).toEqual({ "filter[pipeline]": "p1", "filter[stage]": "A: B" });
    expect(stage("Demo")).toEqual({ "filter[stage]": "Demo" });
  });
  test("are not guessed where nothing bears the name", () => {
    expect(ask({ kind: "owner", label: "Cy" })).toBeUndefined();
    expect(ask({ kind: "stage", label: "Gone" })).toBeUndefined();
  });
  test("have the same totals, or it is said why not", () => {
    const say = (count: number, reported: string, without_amount = 0, left_out = 0) =>
      reconcile(
        { deals: 3, open_amount: 3000 },
        { count, without_amount, left_out, reported: { value: reported, currency: "EUR" } },
        (value) => `€${value}`,
      );
    expect(say(3, "3000")).toBe("3 deals, €3,000: the same as in the forecast.");
    expect(say(3, "2000", 1)).toContain("takes 1 deal without an amount at the mean of won deals");
    expect(say(3, "2000", 1, 2)).toContain("and 2 deals in another currency");
    expect(say(4, "4000")).toContain("made of 3 deals: the data have changed since");
  });
});

const said = (id: string, p: number, amount: number | null = 100): SaidOfDeal => ({
  id,
  name: id,
  stage: "Demo",
  amount,
  p_win: { value: p },
  by_days: [
    { days: 30, p_win: p / 2 },
    { days: 90, p_win: p },
  ],
});
const ended = (id: string, outcome: string, day = "2026-02-10", currency = "EUR") =>
  ({
    id,
    outcome,
    amount: { value: "120", currency },
    closed_at: `${day}T10:00:00Z`,
  }) as unknown as Ended;

describe("a saved forecast against what came", () => {
  test("the chance by a day lies on the line between those that were said", () => {
    const deal = said("a", 0.8);
    for (const [days, p] of [
      [0, 0],
      [15, 0.2],
      [30, 0.4],
      [60, 0.6],
      [90, 0.8],
      [91, undefined],
    ] as const) {
      const got = chanceBy(deal, days);
      if (p === undefined) expect(got).toBeUndefined();
      else expect(got).toBeCloseTo(p);
    }
    expect(chanceBy({ ...deal, by_days: [] }, 5)).toBeUndefined();
  });

  const [from, to] = ["2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z"];
  test("counts what was won, lost and new", () => {
    const got = outcomeOf(
      [said("a", 0.9), said("b", 0.1), said("c", 0.9), said("d", 0.5)],
      [
        ended("a", "won"),
        ended("b", "won", "2026-01-20", "USD"),
        ended("c", "lost"),
        ended("x", "won"),
        ended("y", "lost"),
      ],
      "EUR",
      from,
      to,
    );
    expect(got).toMatchObject({
      known: 4,
      won: 2,
      lost: 1,
      open: 1,
      newcomers: 1,
      amount: 120,
      otherCurrency: 1,
    });
    expect(got.expected?.value).toBeCloseTo(1.2);
    expect(got.surprises.map(({ id }) => id)).toEqual(["b", "c"]);
  });
  test("of nothing, of no time and of too long a time says no more than it can", () => {
    expect(outcomeOf([], [], "EUR", from, to)).toMatchObject({ known: 0, won: 0, expected: undefined });
    expect(outcomeOf([said("a", 1)], [], "EUR", from, from).expected?.value).toBe(0);
    expect(outcomeOf([said("a", 1)], [], "EUR", from, "2026-12-31T00:00:00Z").expected).toBeUndefined();
    expect(outcomeOf([said("a", 0.3, null)], [ended("a", "won")], null, from, to).amount).toBe(120);
  });

  test("periods are judged when they are over", () => {
    const line = (label: string, p10: number, p90: number) =>
      ({ label, revenue: { p10, p90 } }) as unknown as Line;
    const got = periodsAgainst(
      [line("2026 Jan", 0, 100), line("2026 Feb", 100, 200), line("2026 Mar", 0, 1), line("odd", 0, 1)],
      [said("a", 1)],
      [ended("a", "won", "2026-01-31"), ended("new", "won", "2026-01-31")],
      "2026-02-15T00:00:00Z",
    );
    expect(got.map(({ state, won, inside }) => [state, won, inside])).toEqual([
      ["ended", 120, false],
      ["running", 0, undefined],
      ["ahead", 0, undefined],
      ["ahead", 0, undefined],
    ]);
  });

  test("names of periods are days", () => {
    for (const [label, days] of [
      ["2026 Q4", { from: "2026-10-01", to: "2026-12-31" }],
      ["2024 Feb", { from: "2024-02-01", to: "2024-02-29" }],
      ["2026 Q5", undefined],
      ["all periods", undefined],
      ["2026 Xyz", undefined],
    ] as const)
      expect(daysOf(label), label).toEqual(days);
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

test("flows are of deals or of money, never below nought", () => {
  const moves = [
    { from: "A", to: "B", forward: true, count: 2, amount: { value: "50", currency: "EUR" } },
    { from: "B", to: "A", forward: false, count: 1, amount: { value: "-5", currency: "EUR" } },
    { from: "A", to: "C", forward: true, count: 1, amount: null },
  ];
  expect(flowsOf(moves, "deals").map(({ value }) => value)).toEqual([2, 1, 1]);
  expect(flowsOf(moves, "amount").map(({ value }) => value)).toEqual([50, 0, 0]);
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
