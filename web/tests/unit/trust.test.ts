import { describe, expect, test } from "vitest";
import type { Origin, Scores } from "@/api/backtests";
import { oddsOf } from "@/features/trust/odds";
import { originsLayout } from "@/features/trust/origins";
import {
  against,
  baseRateOf,
  binsOf,
  coverageOf,
  dayOf,
  gain,
  isKept,
  spanOf,
  wilson,
} from "@/features/trust/reading";
import { frame } from "@/shared/charts/geometry";

test("Wilson's interval is that of the books", () => {
  for (const [hits, n, low, high] of [
    [0, 0, 0, 1],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [5, 10, 0.2366, 0.7634],
    [540, 1000, 0.509, 0.5707],
    [21, 24, 0.69, 0.9566],
  ] as const) {
    const got = wilson(hits, n);
    expect(got.low, `${hits} of ${n}`).toBeCloseTo(low, 3);
    expect(got.high, `${hits} of ${n}`).toBeCloseTo(high, 3);
  }
});

test("a promise is kept when what was said lies in the interval of what came", () => {
  const [good, bad] = binsOf([
    { count: 100, forecast: 0.3, observed: 0.33 },
    { count: 1000, forecast: 0.3, observed: 0.4 },
    { count: 0, forecast: 0.5, observed: 0 },
  ]);
  expect(good && isKept(good)).toBe(true);
  expect(bad && isKept(bad)).toBe(false);
  expect(binsOf([])).toEqual([]);
});

test("the base rate weighs bins by how many are in them; of nothing it is not known", () => {
  expect(
    baseRateOf([
      { count: 10, forecast: 0, observed: 0.1 },
      { count: 30, forecast: 0, observed: 0.5 },
    ]),
  ).toBeCloseTo(0.4);
  expect(baseRateOf([])).toBeUndefined();
});

const origin = (at: number, won: number, low = 5, high = 10): Origin => ({
  at,
  open: 50,
  won,
  expected: (low + high) / 2,
  interval80: [low, high],
  interval95: [low - 3, high + 3],
});

describe("coverage", () => {
  const of = (inside: number, outside: number, meant: 0.8 | 0.95 = 0.8) =>
    coverageOf(
      [
        ...Array.from({ length: inside }, (_, at) => origin(at, 7)),
        ...Array.from({ length: outside }, (_, at) => origin(at, 99)),
      ],
      meant,
    );
  test("says no more than so few days can", () => {
    expect(of(21, 3)).toMatchObject({ inside: 21, of: 24, verdict: "as meant" });
    expect(of(18, 6).verdict).toBe("as meant");
    expect(of(8, 16).verdict).toBe("too narrow");
    expect(of(200, 0).verdict).toBe("too wide");
    expect(of(0, 0)).toMatchObject({ seen: 0, verdict: "as meant" });
  });
  test("of 95% intervals counts by them", () => {
    const origins = [origin(1, 12), origin(2, 7)];
    expect(coverageOf(origins, 0.8).inside).toBe(1);
    expect(coverageOf(origins, 0.95).inside).toBe(2);
  });
});

test("the days that were tested are civil days", () => {
  expect(dayOf(0)).toBe("1970-01-01");
  expect(dayOf(20049.73)).toBe("2024-11-22");
  expect(dayOf(Number.POSITIVE_INFINITY)).toBe("");
  expect(spanOf([], 30)).toBeUndefined();
  expect(spanOf([origin(10, 1), origin(40, 1)], 30)).toEqual({
    from: "1970-01-11",
    to: "1970-02-10",
    until: "1970-03-12",
  });
});

test("another method is behind only where the whole interval says so", () => {
  expect(against({ value: 0.02, low: 0.01, high: 0.03 })).toBe("better");
  expect(against({ value: 0.02, low: -0.01, high: 0.03 })).toBe("cannot be told apart");
  expect(against({ value: -0.02, low: -0.03, high: -0.01 })).toBe("worse");
  const scores = (brier: number, behind: number) =>
    ({ brier: { value: brier }, behind_model: { value: behind } }) as unknown as Scores;
  expect(gain(scores(0.1, 0.03))).toBeCloseTo(0.3);
  expect(gain(scores(0, 0))).toBeUndefined();
});

test("odds are factors with their interval", () => {
  expect(oddsOf(0, 0.35)).toEqual({ value: "1.00", low: "0.639", high: "1.57" });
  expect(oddsOf(1e6, 1)).toMatchObject({ value: "–" });
});

test("past days lie inside their chart, whatever they were", () => {
  const box = frame(390, 250);
  for (const origins of [
    [],
    [origin(20_000, 5)],
    [origin(20_000, 0, 0, 0), origin(20_030, 0, 0, 0)],
    [origin(20_000, 3_000_000), origin(20_030, 5)],
    [origin(Number.NaN, 5), origin(20_030, Number.POSITIVE_INFINITY), origin(20_060, 4)],
  ]) {
    const drawn = originsLayout(origins, box);
    for (const mark of drawn.marks) {
      for (const value of [mark.x, mark.low, mark.high, mark.expected, mark.won]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(390);
      }
    }
    expect(drawn.x.length).toBeLessThanOrEqual(Math.max(2, origins.length));
  }
});
