import { describe, expect, test } from "vitest";
import type { PipelineMap, Rate } from "@/api/process";
import { read } from "@/features/process-map/address";
import { type Flow, flowOf, of, variantsOf } from "@/features/process-map/flow";
import { flowLayout } from "@/features/process-map/flow-layout";
import { differenceText, paceText } from "@/features/process-map/words";

const rate = (hits: number, n: number): Rate => ({ hits, n, value: n ? hits / n : 0, low: 0, high: 1 });

describe("how many of the deals were won or lost", () => {
  test.each([
    ["all", 10, rate(3, 8), 10],
    ["won", 10, rate(3, 8), 3],
    ["lost", 10, rate(3, 8), 5],
    ["won", 10, null, 0],
    ["all", 10, null, 10],
  ] as const)("%s of %i with %j: %i", (whose, all, closed, expected) =>
    expect(of(whose, all, closed)).toBe(expected),
  );
});

const move = (from: string, to: string, deals: number, won: Rate | null) => ({
  from,
  to,
  count: deals,
  deals,
  share: 0,
  dwell: { count: 1, mean_days: 1, median_days: 1, p90_days: 1 },
  win_rate: won,
});
const stays = (stage: string, deals: number, won: Rate) => ({
  stage,
  visits: deals,
  deals,
  completed: null,
  current: null,
  survival_median_days: null,
  win_rate: won,
});
const map = {
  stages: [
    { label: "Demo", outcome: null, end: false },
    { label: "Offer", outcome: null, end: false },
    { label: "Won", outcome: "won", end: true },
    { label: "Lost", outcome: "lost", end: true },
  ],
  dwell: [stays("Demo", 100, rate(40, 90)), stays("Offer", 60, rate(40, 55))],
  transitions: {
    starts: [["Demo", 100]],
    edges: [
      move("Demo", "Offer", 60, rate(40, 55)),
      move("Demo", "Lost", 35, rate(0, 35)),
      move("Offer", "Demo", 2, rate(1, 2)),
      move("Offer", "Won", 40, rate(40, 40)),
      move("Offer", "Lost", 15, rate(0, 15)),
      move("Lost", "Offer", 1, null),
    ],
  },
} as unknown as PipelineMap;

describe("the flow of those asked for", () => {
  const deals = (flow: Flow) => Object.fromEntries(flow.stages.map((stage) => [stage.label, stage.deals]));
  test("all, with the end stages as many as came to them", () => {
    const flow = flowOf(map, "all", 0);
    expect(deals(flow)).toEqual({ Demo: 100, Offer: 60, Won: 40, Lost: 50 });
    expect([flow.moves.length, flow.hidden]).toEqual([6, 0]);
  });
  test("the won ones make no move to a loss", () => {
    const flow = flowOf(map, "won", 0);
    expect(deals(flow)).toEqual({ Demo: 40, Offer: 40, Won: 40, Lost: 0 });
    expect(flow.moves.some((each) => each.to === "Lost")).toBe(false);
  });
  test("rare moves are left out and counted", () => {
    const flow = flowOf(map, "all", 0.05);
    expect([flow.moves.length, flow.hidden]).toEqual([4, 2]);
  });
});

test("ways are in the order of those asked for, with shares of them", () => {
  const way = (path: string, count: number, won: Rate) => ({
    path: [path],
    count,
    share: 0,
    win_rate: won,
    median_days: 1,
    examples: [],
  });
  const ways = [way("a", 10, rate(1, 10)), way("b", 6, rate(3, 6)), way("c", 2, rate(0, 2))];
  expect(variantsOf(ways, "won").map((each) => [each.variant.path[0], each.deals, each.share])).toEqual([
    ["b", 3, 0.75],
    ["a", 1, 0.25],
  ]);
  expect(variantsOf([], "all")).toEqual([]);
});

describe("the drawing holds for", () => {
  const none: Flow = { stages: [], moves: [], hidden: 0 };
  const absurd: Flow = {
    stages: [
      { label: "A", end: false, lost: false, deals: 1e12 },
      { label: "B", end: false, lost: false, deals: 0 },
      { label: "L1", end: true, lost: true, deals: 1 },
      { label: "L2", end: true, lost: true, deals: 1 },
    ],
    moves: [
      { from: "A", to: "A", deals: 5 },
      { from: "A", to: "B", deals: Number.NaN },
      { from: "A", to: "B", deals: Number.POSITIVE_INFINITY },
      { from: "A", to: "nowhere", deals: 3 },
      { from: "A", to: "L1", deals: 1e12 },
      { from: "B", to: "L2", deals: -4 },
      { from: "L2", to: "B", deals: 1 },
    ],
    hidden: 0,
  };
  const many: Flow = {
    stages: Array.from({ length: 40 }, (_, at) => ({ label: `${at}`, end: false, lost: false, deals: at })),
    moves: Array.from({ length: 40 }, (_, at) => ({ from: `${at}`, to: `${(at * 7) % 40}`, deals: at })),
    hidden: 0,
  };
  for (const [name, flow] of [
    ["nothing", none],
    ["a pipeline", flowOf(map, "all", 0)],
    ["absurd figures", absurd],
    ["forty stages", many],
  ] as const) {
    test.each([320, 640, 1600])(`${name} at %i px`, (width) => {
      const drawn = flowLayout(flow, width);
      expect(JSON.stringify(drawn)).not.toMatch(/NaN|Infinity|null/);
      for (const { x, y } of drawn.nodes) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + drawn.node.width).toBeLessThanOrEqual(width);
        expect(y + drawn.node.height).toBeLessThanOrEqual(drawn.height);
      }
    });
  }
  test("what goes back is told from what goes on, skips and is lost", () => {
    const kinds = flowLayout(flowOf(map, "all", 0), 640).edges.map((edge) => [
      `${edge.move.from}→${edge.move.to}`,
      edge.kind,
    ]);
    expect(Object.fromEntries(kinds)).toEqual({
      "Demo→Offer": "on",
      "Demo→Lost": "lost",
      "Offer→Demo": "back",
      "Offer→Won": "on",
      "Offer→Lost": "lost",
      "Lost→Offer": "back",
    });
  });
  test("the drain carries all that was lost above it", () => {
    const { drains } = flowLayout(flowOf(map, "all", 0), 640);
    expect(drains).toHaveLength(2);
    expect(drains[1]?.width).toBeGreaterThan(drains[0]?.width ?? 0);
  });
});

test("a difference says when chance could make it", () => {
  expect(differenceText({ value: 0.3, low: 0.1, high: 0.5 })).toBe("+30 pts (+10 pts to +50 pts)");
  expect(differenceText({ value: 0.02, low: -0.1, high: 0.2 })).toMatch(/chance alone could make it$/);
  expect(differenceText(null)).toBe("–");
});

test("a pace is said as a multiple, whatever comes", () => {
  expect(paceText(2)).toMatch(/2\.0 times as fast/);
  expect(paceText(0.5)).toMatch(/2\.0 times as slowly/);
  expect(paceText(0)).toBe("Deals leave at another pace than before");
});

test("an address that anybody typed is read as something valid", () => {
  expect(read({ whose: "everyone", tab: 4, least: "3", stage: "", pipeline: "p" })).toEqual({
    pipeline: "p",
    whose: "all",
    tab: "map",
    stage: undefined,
    least: 1,
  });
  expect(read({ least: "20", whose: "lost" })).toMatchObject({ least: 20, whose: "lost" });
});
