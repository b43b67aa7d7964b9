import { describe, expect, test } from "vitest";
import type { Simulation } from "@/api/simulations";
import { readAmount } from "@/features/what-if/amount";
import {
  joinTexts,
  NOTHING,
  readAddress,
  readPlan,
  sayChange,
  splitTexts,
  writePlan,
} from "@/features/what-if/changes";
import { closing, closingPaths, dayAfter, months, rebin } from "@/features/what-if/closing";
import { newestOfEach } from "@/features/what-if/recent";
import { shareAddress } from "@/features/what-if/sharing";
import { pointsRange, verdict } from "@/features/what-if/verdict";
import { frame } from "@/shared/charts/geometry";

describe("changes", () => {
  test("are written as they are read", () => {
    for (const texts of [
      [],
      ["add_champion"],
      ["remove_blocker"],
      ["increase_touchpoints(2)"],
      ["accelerate(Proposal,10)"],
      ["accelerate(Verbal, maybe,10)"],
      ["change_amount(1200.50)"],
      ["set_stage(Verbal Yes (EU))"],
      ["add_champion", "increase_touchpoints(1.5)", "change_amount(0)", "set_stage(Demo)"],
    ]) {
      const { plan, unread } = readPlan(texts);
      expect(unread).toEqual([]);
      expect(writePlan(plan)).toEqual(texts);
    }
  });

  test("have one order, and the later one of a kind counts", () => {
    const { plan } = readPlan(["set_stage(Demo)", "add_champion", "set_stage(Proposal)"]);
    expect(writePlan(plan)).toEqual(["add_champion", "set_stage(Proposal)"]);
  });

  test("that are none are told, and change nothing", () => {
    const odd = [
      "",
      "add_champion(5)",
      "accelerate(Demo)",
      "accelerate(,5)",
      "accelerate(Demo,-5)",
      "accelerate(Demo,1e9)",
      "increase_touchpoints(NaN)",
      "increase_touchpoints(0)",
      "change_amount(-1)",
      "change_amount(1e5)",
      "set_stage()",
      `set_stage(${"x".repeat(201)})`,
      "drop_table(deals)",
      "<script>",
    ];
    expect(readPlan(odd)).toEqual({ plan: NOTHING, unread: odd });
  });

  test("are said in words", () => {
    const say = (text: string) => sayChange(text, (value) => `$${value}`);
    for (const [text, words] of [
      ["add_champion", "Win a champion"],
      ["remove_blocker", "Settle the blocker"],
      ["increase_touchpoints(2)", "Contact them 2× as often"],
      ["accelerate(New Business: Demo,1)", "Shorten Demo by 1 day"],
      ["accelerate(Demo,24)", "Shorten Demo by 24 days"],
      ["change_amount(500)", "Change the amount to $500"],
      ["set_stage(Proposal)", "Move to Proposal"],
      ["something(new)", "something(new)"],
    ] as const)
      expect(say(text)).toBe(words);
  });
});

test("the address is read as anybody may have typed it", () => {
  expect(readAddress({})).toEqual({ change: "", runs: 10_000, result: undefined });
  expect(readAddress({ change: "add_champion", runs: "2000" })).toMatchObject({
    change: "add_champion",
    runs: 2_000,
  });
  expect(readAddress({ change: 5, runs: 7, result: "../me" })).toEqual({
    change: "",
    runs: 10_000,
    result: undefined,
  });
  expect(readAddress({ result: "simulation_01abc" }).result).toBe("simulation_01abc");
});

test("several changes are one text of the address", () => {
  for (const texts of [
    [],
    ["add_champion"],
    ["add_champion", "accelerate(Demo,10)", "set_stage(Odd; very)"],
    ["set_stage(A;B)", "hack(1)", "remove_blocker"],
  ])
    expect(splitTexts(joinTexts(texts))).toEqual(texts);
  expect(splitTexts(joinTexts(Array(50).fill("add_champion")))).toHaveLength(10);
});

test("a link holds all there is to hold, escaped", () => {
  const at = (change: string[], more = {}) =>
    shareAddress("https://pie.example", "deal_1", { change, runs: 10_000, ...more });
  expect(at([])).toBe("https://pie.example/what-if/deal_1");
  expect(at(["add_champion", "set_stage(A & B)"])).toBe(
    "https://pie.example/what-if/deal_1?change=add_champion%3Bset_stage%28A+%26+B%29",
  );
  expect(at([], { runs: 2_000, result: "simulation_1" })).toBe(
    "https://pie.example/what-if/deal_1?runs=2000&result=simulation_1",
  );
});

test("an amount is read as people type it, and not where it could be two", () => {
  for (const [typed, read] of [
    ["12500", "12500"],
    ["12,500", "12500"],
    ["12.500", "12500"],
    ["1 234 567,89", "1234567.89"],
    ["12’500.5", "12500.5"],
    ["007", "7"],
    ["0", "0"],
    ["", undefined],
    ["-5", undefined],
    ["12,5,0", undefined],
    ["1e5", undefined],
    ["12k", undefined],
    ["1".repeat(40), undefined],
  ] as const)
    expect(readAmount(typed), typed).toBe(read);
});

const arm = (width_days: number, won: number[], lost: number[] = won.map(() => 0), runs = 100) =>
  ({ runs, histogram: { width_days, won, lost } }) as unknown as Simulation["simulation"]["baseline"];
const pair = (baseline: ReturnType<typeof arm>, modified = baseline) =>
  ({ baseline, modified }) as Simulation["simulation"];

describe("the distribution", () => {
  test("is of all runs, and what comes after the last bar is told", () => {
    const both = closing(
      pair(arm(10, [0, 10, 20, 0, 0, 0, 0, 5]), arm(10, [0, 20, 40, 0, 0, 0, 0, 9])),
      "won",
    );
    expect(both.baseline.slice(0, 3)).toEqual([0, 0.1, 0.2]);
    expect(both.modified.slice(0, 3)).toEqual([0, 0.2, 0.4]);
    expect(both.later).toEqual({ baseline: 0.05, modified: 0.09 });
  });
  test("does not draw as one bar what comes at any time later", () => {
    const late = closing(pair(arm(10, [0, 0, 0, 50])), "won");
    expect(late.baseline.every((share) => share === 0)).toBe(true);
    expect(late.later.baseline).toBe(0.5);
  });
  test("grows to the chance to be won", () => {
    const by = closing(pair(arm(10, [10, 10, 10, 0, 0, 0, 0, 0])), "by");
    expect(by.baseline.at(-1)).toBeCloseTo(0.3);
  });
  test("counts losses where it is asked when it is over", () => {
    expect(closing(pair(arm(10, [1, 0], [9, 0])), "closed").baseline[0]).toBeCloseTo(0.1);
  });
  test("of nothing is flat, of no runs too", () => {
    for (const none of [arm(10, [0, 0, 0]), arm(10, [], [], 0), arm(0, [0, 5, 0])]) {
      const drawn = closingPaths(closing(pair(none), "won"), "won", frame(390, 200));
      expect(`${drawn.baseline.line}${drawn.baseline.area}`).not.toContain("NaN");
    }
  });
  test("of bars of different width keeps what is in them", () => {
    expect(rebin([4, 4, 2], 5, 10)).toEqual([8, 2]);
    expect(rebin([6], 15, 10)).toEqual([4, 2]);
    expect(rebin([], 5, 10)).toEqual([]);
  });
});

test("days are told from the moment of the data", () => {
  expect(dayAfter("2026-11-26T00:00:00Z", 36)).toBe("2027-01-01");
  expect(dayAfter("never", 3)).toBe("");
  expect(dayAfter("2026-11-26T00:00:00Z", 1e20)).toBe("");
});

test("months mark the axis, never more than fit", () => {
  const days = (length: number, most: number) =>
    months("2026-11-26T00:00:00Z", length, most).map(({ day }) => day);
  expect(days(70, 6)).toEqual(["2026-12-01", "2027-01-01", "2027-02-01"]);
  expect(days(400, 4)).toEqual(["2027-01-01", "2027-07-01"]);
  expect(days(0, 4)).toEqual([]);
  for (const length of [1, 30, 365, 3650, 50_000])
    for (const most of [2, 4, 10]) expect(days(length, most).length).toBeLessThanOrEqual(most);
});

describe("the verdict", () => {
  const asked = (
    value: number,
    low: number,
    high: number,
    more: { days?: number; sure?: boolean; scenarios?: string[] } = {},
  ) =>
    ({
      scenarios: more.scenarios ?? ["add_champion"],
      baseline: { p_win: 0.3 },
      modified: { p_win: 0.3 + value },
      delta: { p_win: { value, low, high }, expected_days: more.days ?? 0, p_win_90_days: 0 },
      simulation: { days: more.sure ? { low: -13, high: -11 } : { low: -1, high: 1 } },
    }) as unknown as Simulation;
  const title = (...args: Parameters<typeof asked>) => verdict(asked(...args)).title;
  test("claims no more than the interval does", () => {
    expect(title(0.1, 0.05, 0.2)).toBe("This helps");
    expect(title(-0.1, -0.2, -0.05)).toBe("This harms");
    expect(title(0.1, -0.01, 0.2)).toBe("Too close to call");
    expect(title(0.1, 0, 0.2)).toBe("Too close to call");
    expect(title(0, -0.05, 0.05)).toBe("Too close to call");
    expect(title(0, 0, 0)).toBe("No difference");
    expect(title(0.0001, 0.00005, 0.0002)).toBe("No difference");
    expect(title(0, 0, 0, { days: -12, sure: true })).toBe("Sooner, not likelier");
    expect(title(0, 0, 0, { days: -12 })).toBe("No difference");
    expect(title(0, 0, 0, { scenarios: [] })).toBe("As it is");
  });
  test("has the figures in it", () => {
    expect(verdict(asked(0.1, 0.05, 0.2)).text).toBe(
      "The chance to win goes from 30% to 40%: +10 pts, 80% interval +5 to +20 pts.",
    );
    expect(pointsRange(0.048, 0.112)).toBe("+4.8 to +11 pts");
    expect(pointsRange(0.1, 0.1)).toBe("+10 pts");
  });
});

test("of the same question only the newest answer is listed, and none that changed nothing", () => {
  const row = (id: string, deal: string, ...scenarios: string[]) =>
    ({ id, deal, scenarios }) as unknown as Parameters<typeof newestOfEach>[0][number];
  const rows = [row("4", "a", "x"), row("3", "a"), row("2", "a", "x"), row("1", "b", "x")];
  expect(newestOfEach(rows).map(({ id }) => id)).toEqual(["4", "1"]);
});
