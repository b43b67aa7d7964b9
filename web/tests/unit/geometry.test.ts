import { describe, expect, test } from "vitest";
import * as g from "@/shared/charts/geometry";
import { sankeyLayout } from "@/shared/charts/sankey-layout";
import { bands, linear } from "@/shared/charts/scale";

const box = g.frame(600, 240);
const absurd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e308, 1e308, 0];
/** Every number that is drawn, wherever it stands. */
const numbers = (drawn: unknown): number[] =>
  [...JSON.stringify(drawn).matchAll(/-?\d+(\.\d+)?(e[+-]?\d+)?/g)].map((found) => Number(found[0]));
const sound = (drawn: unknown) => {
  expect(JSON.stringify(drawn)).not.toMatch(/NaN|Infinity|null/);
  for (const number of numbers(drawn)) expect(Number.isFinite(number)).toBe(true);
};

describe("a domain is never empty", () => {
  test.each([
    [[], [0, 1]],
    [[0], [0, 1]],
    [[5], [0, 5]],
    [[-5], [-5, 0]],
    [
      [-2, 8],
      [-2, 8],
    ],
    [
      [Number.NaN, 3],
      [0, 3],
    ],
  ])("%j → %j", (values, expected) => expect(g.domain(values)).toEqual(expected));
});

describe("an interval bar stays in its width", () => {
  test.each([
    [{ low: 0, mid: 0, high: 0 }, [0, 0]],
    [{ low: 10, mid: 50, high: 90 }, [0, 100]],
    [{ low: -1e9, mid: 0, high: 1e9 }, [0, 1]],
    [{ low: Number.NaN, mid: Number.NaN, high: Number.NaN }, [0, 1]],
    [{ low: 9, mid: 5, high: 1 }, [0, 10]],
  ] as const)("%j in %j", (interval, scale) => {
    const bar = g.intervalBar(interval, scale, 100);
    sound(bar);
    expect(bar.x).toBeGreaterThanOrEqual(0);
    expect(bar.mid).toBeGreaterThanOrEqual(bar.x);
    expect(bar.mid).toBeLessThanOrEqual(100);
  });

  test("P10, P50 and P90 lie where they are", () =>
    expect(g.intervalBar({ low: 10, mid: 50, high: 90 }, [0, 100], 200)).toEqual({
      x: 20,
      width: 160,
      mid: 100,
    }));
});

describe("distributions", () => {
  test("two of different size are compared as shares", () => {
    const drawn = g.distributions(
      [
        [1, 1],
        [1000, 1000],
      ],
      10,
      box,
    );
    expect(drawn.paths[0]?.line).toBe(drawn.paths[1]?.line);
  });
  test("the empty end of the tail is cut for all", () => {
    const drawn = g.distributions(
      [
        [1, 2, 0, 0, 0, 0],
        [0, 1, 1, 0, 0, 0],
      ],
      10,
      box,
    );
    expect(drawn.x.at(-1)?.value).toBe(30);
  });
  test.each([[[]], [[[]]], [[[0, 0]]], [[absurd]], [[[1e15, 1], [1]]]])("%j is drawn soundly", (series) =>
    sound(g.distributions(series, 7, box).paths),
  );
});

describe("the reliability diagram", () => {
  test("what was said and came true lies on the diagonal", () => {
    const { points, diagonal } = g.reliability([{ predicted: 0.5, observed: 0.5, n: 10 }], box);
    expect(points[0]?.x).toBeCloseTo((diagonal.x1 + diagonal.x2) / 2);
    expect(points[0]?.y).toBeCloseTo((diagonal.y1 + diagonal.y2) / 2);
  });
  test("bins of nobody are not drawn, and nothing is outside", () => {
    const drawn = g.reliability(
      [
        { predicted: 0.1, observed: 0, n: 0 },
        { predicted: -3, observed: 7, low: Number.NaN, high: 99, n: 1e9 },
        { predicted: Number.NaN, observed: 0.5, n: 3 },
      ],
      box,
    );
    expect(drawn.points).toHaveLength(1);
    expect(drawn.points[0]?.x).toBe(box.left);
    expect(drawn.points[0]?.y).toBe(box.top);
    sound(drawn.points.map(({ x, y, low, high, r }) => ({ x, y, low, high, r })));
  });
});

describe("the waterfall", () => {
  test("changes hang on each other, levels stand on nought", () => {
    const { bars, zero } = g.waterfall(
      [
        { label: "before", value: 100, level: true },
        { label: "won", value: -30 },
        { label: "new", value: 50 },
        { label: "after", value: 120, level: true },
      ],
      box,
    );
    expect(bars.map((bar) => bar.kind)).toEqual(["level", "down", "up", "level"]);
    expect(bars[1]?.y).toBe(bars[0]?.y);
    expect(bars[2]?.end).toBe(bars[3]?.end);
    expect((bars[3]?.y ?? 0) + (bars[3]?.height ?? 0)).toBeCloseTo(zero);
  });
  test.each([[[]], [absurd], [[-5, -6]], [[1e12, -1e12]]])("%j is drawn soundly", (values) =>
    sound(
      g
        .waterfall(
          values.map((value) => ({ label: "x", value })),
          box,
        )
        .bars.map(({ step: _, ...bar }) => bar),
    ),
  );
});

describe("the Sankey", () => {
  const end = (id: string, rank = 0) => ({ id, label: id, rank });
  const flow = (from: string, to: string, value: number) => ({
    from: end(from, from.charCodeAt(0)),
    to: end(to, to.charCodeAt(0)),
    value,
  });
  test("nothing flows where nothing is", () => {
    expect(sankeyLayout([], box).links).toEqual([]);
    expect(sankeyLayout([flow("a", "b", 0)], box).links).toEqual([]);
    expect(sankeyLayout([flow("a", "b", Number.NaN)], box).links).toEqual([]);
  });
  test("a stage that stays is two nodes, and a way back is no loop", () => {
    const drawn = sankeyLayout([flow("b", "a", 2), flow("a", "a", 5), flow("a", "b", 3)], box);
    expect(drawn.nodes).toHaveLength(4);
    expect(drawn.nodes.filter((node) => node.side === "from").map((node) => node.value)).toEqual([8, 2]);
    sound(drawn.links.map((link) => link.width));
  });
  test("a column stands in the order of its ranks, and a hundred places keep to the frame", () => {
    const many = Array.from({ length: 100 }, (_, at) => ({
      from: end(`f${at}`, 100 - at),
      to: end("x"),
      value: 1 + at,
    }));
    const left = sankeyLayout(many, box).nodes.filter((node) => node.side === "from");
    const down = [...left].sort((a, b) => a.y - b.y).map((node) => node.end.rank);
    expect(down).toEqual([...down].sort((a, b) => a - b));
    for (const node of left) expect(node.y + node.height).toBeLessThanOrEqual(box.height + 1);
  });
});

describe("a line with its band", () => {
  test("one point is a point", () => {
    const drawn = g.lineWithBand([{ x: 5, y: 0.4 }], box);
    expect(drawn.points).toHaveLength(1);
    sound(drawn.points);
  });
  test("gaps are gaps", () => {
    const drawn = g.lineWithBand(
      [
        { x: 0, y: 1 },
        { x: 1, y: Number.NaN },
        { x: 2, y: 1 },
      ],
      box,
    );
    expect(drawn.line.match(/M/g)).toHaveLength(2);
    expect(drawn.band).toBe("");
  });
  test.each([[[]], [absurd]])("%j is drawn soundly", (values) =>
    sound(
      g.lineWithBand(
        values.map((y, x) => ({ x, y, low: y, high: y })),
        box,
        { y: [0, 1] },
      ).line,
    ),
  );
});

describe("stacked bars", () => {
  test("an end may lie in a range, which stays in the frame", () => {
    const [bar] = g.stackedBars([{ label: "a", values: [3], range: [1, 90] }], box).bars;
    expect(bar?.range?.high).toBeLessThan(bar?.range?.low ?? 0);
    expect(bar?.range?.high).toBeGreaterThanOrEqual(box.top);
    const odd = g.stackedBars([{ label: "a", values: [3], range: [Number.NaN, 1] }], box).bars[0];
    expect(odd?.range).toBeUndefined();
  });
  test("what is below nought hangs below it", () => {
    const { bars, zero } = g.stackedBars([{ label: "a", values: [3, -2, 4] }], box);
    const parts = bars[0]?.parts ?? [];
    expect(parts[1]?.y).toBeCloseTo(zero);
    expect((parts[0]?.y ?? 0) + (parts[0]?.height ?? 0)).toBeCloseTo(zero);
    expect((parts[2]?.y ?? 0) + (parts[2]?.height ?? 0)).toBeCloseTo(parts[0]?.y ?? 0);
  });
  test.each([[[]], [[{ label: "a", values: absurd }]]])("%j is drawn soundly", (stacks) =>
    sound(g.stackedBars(stacks, box).bars.map((bar) => bar.parts.map(({ y, height }) => ({ y, height })))),
  );
});

describe("the process graph", () => {
  const nodes = [
    { id: "a", label: "A", rank: 0, weight: 9 },
    { id: "b", label: "B", rank: 1, weight: 5 },
    { id: "c", label: "C", rank: 1, weight: 5 },
  ];
  test("a way back runs below", () => {
    const drawn = g.processGraph(
      nodes,
      [
        { from: "a", to: "b", weight: 4 },
        { from: "b", to: "a", weight: 1 },
      ],
      box,
    );
    expect(drawn.edges.map((edge) => edge.forward)).toEqual([true, false]);
    expect(drawn.edges[0]?.width).toBeGreaterThan(drawn.edges[1]?.width ?? 99);
  });
  test("an edge to nowhere is not drawn, and no stage lies on another", () => {
    const drawn = g.processGraph(nodes, [{ from: "a", to: "nowhere", weight: 4 }], box);
    expect(drawn.edges).toEqual([]);
    expect(new Set(drawn.nodes.map(({ x, y }) => `${x},${y}`)).size).toBe(3);
  });
  test("one stage alone is drawn", () => sound(g.processGraph([nodes[0] as g.ProcessNode], [], box)));
});

test.each([[[]], [[1]], [[1, null, 3]], [absurd]])("a sparkline of %j is drawn soundly", (values) =>
  expect(g.sparkline(values, 80, 20)).not.toMatch(/NaN|Infinity/),
);

test("bars in a list share the longest", () => {
  expect(g.barShares([2, 4, -1])).toEqual([0.5, 1, 0.25]);
  expect(g.barShares([0, Number.NaN])).toEqual([0, 0]);
  expect(g.barShares([])).toEqual([]);
});

describe("scales", () => {
  test("a domain is rounded to its steps, and ticks are round", () => {
    const scale = linear([0, 97], [0, 100], { nice: 5 });
    expect(scale(100)).toBe(100);
    expect(scale.ticks(5)).toEqual([0, 20, 40, 60, 80, 100]);
  });
  test("what lies outside stays at the edge only when it is asked to", () => {
    expect(linear([0, 10], [0, 100])(20)).toBe(200);
    expect(linear([0, 10], [100, 0], { clamp: true })(20)).toBe(0);
    expect(linear([5, 5], [0, 100])(5)).toBe(0);
  });
  test("bands fill their room evenly", () => {
    const two = bands(2, [0, 250], 0.5);
    expect([two.at(0), two.at(0) + two.width, two.at(1), two.at(1) + two.width]).toEqual([50, 100, 150, 200]);
    expect(bands(0, [0, 100], 0.2).width).toBeGreaterThan(0);
  });
});
