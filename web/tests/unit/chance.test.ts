import { describe, expect, test } from "vitest";
import type { Score } from "@/api/deals";
import { chanceOverTime, dayTicks } from "@/features/deal/chance-line";
import { frame } from "@/shared/charts/geometry";

const DAY_MS = 86_400_000;
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

describe("days under an axis", () => {
  const check = (from: string, to: string, most: number, expected: string[]) =>
    expect(
      dayTicks(day(from), day(to), most).map((at) => new Date(at).toISOString().slice(0, 10)),
      `${from} to ${to}`,
    ).toEqual(expected);
  test("are whole days of a short span, and firsts of months of a long one", () => {
    check("2026-01-01", "2026-01-09", 5, [
      "2026-01-01",
      "2026-01-03",
      "2026-01-05",
      "2026-01-07",
      "2026-01-09",
    ]);
    check("2026-01-15", "2026-04-20", 6, ["2026-02-01", "2026-03-01", "2026-04-01"]);
    check("2025-11-15", "2027-02-20", 6, [
      "2026-01-01",
      "2026-04-01",
      "2026-07-01",
      "2026-10-01",
      "2027-01-01",
    ]);
  });
  test("are none of nothing, and few of a thousand years", () => {
    expect(dayTicks(5, 5, 4)).toEqual([]);
    expect(dayTicks(Number.NaN, 5, 4)).toEqual([]);
    expect(dayTicks(0, 1000 * 365 * DAY_MS, 8).length).toBeLessThan(60);
  });
});

const score = (at: string, value: number | null, more: Partial<Score> = {}): Score => ({
  at: `${at}T00:00:00Z`,
  stage: "Demo",
  outcome: "open",
  entered: false,
  p_win: value === null ? null : { value, low: value / 2, high: value * 1.5 },
  ...more,
});

describe("a chance over time", () => {
  const box = frame(600, 240);
  test("of nothing draws nothing", () => {
    const drawn = chanceOverTime([], box);
    expect([drawn.line, drawn.band, drawn.points, drawn.marks, drawn.x]).toEqual(["", "", [], [], []]);
  });
  test("keeps to its frame, and marks where the stage changed", () => {
    const drawn = chanceOverTime(
      [
        score("2026-01-01", 0.2, { entered: true, stage: "Lead" }),
        score("2026-01-20", 0.5, { entered: true }),
        score("2026-01-21", 0.5, { entered: true, stage: "Beside it" }),
        score("2026-03-01", 1, {}),
        score("2026-03-02", null, { entered: true, stage: null, outcome: "won" }),
      ],
      box,
    );
    expect(drawn.marks.map(({ label, side }) => [label, side])).toEqual([
      ["Lead", "after"],
      ["Demo", "after"],
      // There is no room for two names.
      ["Beside it", undefined],
      // Nor beyond the frame.
      ["Won", "before"],
    ]);
    expect(drawn.points).toHaveLength(4);
    for (const { x, y } of drawn.points) {
      expect(x).toBeGreaterThanOrEqual(box.left);
      expect(x).toBeLessThanOrEqual(box.width - box.right);
      expect(y).toBeGreaterThanOrEqual(box.top - 1);
      expect(y).toBeLessThanOrEqual(box.height - box.bottom + 1);
    }
    // It ends with the close, a day after the last chance.
    expect(drawn.marks.at(-1)?.x).toBeGreaterThan(drawn.points.at(-1)?.x ?? 0);
    expect(drawn.y.at(-1)?.value).toBe(1);
  });
  test("of one moment is a point", () => {
    expect(chanceOverTime([score("2026-01-01", 0.02)], box).points).toHaveLength(1);
  });
});
