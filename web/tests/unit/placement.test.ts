import { expect, test } from "vitest";
import { placeAt } from "@/shared/ui/placement";

const view = { width: 390, height: 800 };
const size = { width: 200, height: 300 };

test.each([
  ["below its anchor", { top: 100, left: 50, width: 80, height: 30 }, "start", { top: 136, left: 50 }],
  [
    "with its end at the anchor's end",
    { top: 100, left: 250, width: 80, height: 30 },
    "end",
    { top: 136, left: 130 },
  ],
  [
    "above, where below is no room",
    { top: 700, left: 50, width: 80, height: 30 },
    "start",
    { top: 394, left: 50 },
  ],
  [
    "not over the right edge",
    { top: 100, left: 380, width: 80, height: 30 },
    "start",
    { top: 136, left: 182 },
  ],
  ["not over the left edge", { top: 100, left: 0, width: 20, height: 30 }, "end", { top: 136, left: 8 }],
] as const)("what floats lies %s", (_, anchor, align, expected) =>
  expect(placeAt(anchor, size, view, align)).toMatchObject(expected),
);

test("what is taller than the room there is gets less height", () => {
  const at = placeAt(
    { top: 400, left: 0, width: 10, height: 10 },
    { width: 100, height: 5000 },
    view,
    "start",
  );
  expect(at.top).toBeGreaterThanOrEqual(0);
  expect(at.top + at.maxHeight).toBeLessThanOrEqual(view.height);
});
