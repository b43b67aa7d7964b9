import { render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import * as charts from "@/shared/charts";
import { countShort, percent } from "@/shared/format";

const told = { title: "Title", summary: "What it shows." };

/** Every chart, with something in it and with nothing. */
const cases = {
  "distribution overlay": (full: boolean) => (
    <charts.DistributionOverlay
      {...told}
      binWidth={10}
      xLabel="days"
      formatX={String}
      series={
        full
          ? [
              { label: "Now", bins: [1, 2], mid: 12 },
              { label: "With", bins: [2, 1] },
            ]
          : []
      }
    />
  ),
  "reliability diagram": (full: boolean) => (
    <charts.ReliabilityDiagram
      {...told}
      baseRate={0.3}
      bins={full ? [{ predicted: 0.2, observed: 0.25, low: 0.1, high: 0.4, n: 9 }] : []}
    />
  ),
  waterfall: (full: boolean) => (
    <charts.Waterfall
      {...told}
      format={countShort}
      steps={
        full
          ? [
              { label: "before", value: 5, level: true },
              { label: "new", value: 2 },
            ]
          : []
      }
    />
  ),
  sankey: (full: boolean) => (
    <charts.Sankey
      {...told}
      format={countShort}
      flows={
        full
          ? [{ from: { id: "a", label: "a", rank: 0 }, to: { id: "b", label: "b", rank: 0 }, value: 3 }]
          : []
      }
    />
  ),
  "line with band": (full: boolean) => (
    <charts.LineWithBand
      {...told}
      formatX={String}
      formatY={percent}
      points={full ? [{ x: 1, y: 0.2, low: 0.1, high: 0.3 }] : []}
    />
  ),
  "stacked bars": (full: boolean) => (
    <charts.StackedBars
      {...told}
      format={countShort}
      parts={["won", "lost"]}
      stacks={full ? [{ label: "Q1", values: [1, 2] }] : []}
    />
  ),
  "process graph": (full: boolean) => (
    <charts.ProcessGraph
      {...told}
      format={countShort}
      nodes={full ? [{ id: "a", label: "A", rank: 0, weight: 3 }] : []}
      edges={full ? [{ from: "a", to: "a", weight: 1 }] : []}
    />
  ),
};

test.each(Object.entries(cases))("a %s says in words and as a table what it draws", (_, chart) => {
  render(chart(true));
  expect(screen.getByRole("img", { name: "Title. What it shows." })).toBeDefined();
  const table = screen.getByRole("table", { hidden: true });
  expect(within(table).getAllByRole("row", { hidden: true }).length).toBeGreaterThan(1);
});

test.each(Object.entries(cases))("a %s of nothing says so", (_, chart) => {
  render(chart(false));
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.getByText("Nothing to draw yet.")).toBeDefined();
});

test("a stage path says where one is", () => {
  render(
    <charts.StagePath
      label="Stages"
      stages={[
        { label: "Demo", state: "past", note: "3 days" },
        { label: "Proposal", state: "now" },
        { label: "Closing", state: "ahead" },
      ]}
    />,
  );
  expect(screen.getByRole("listitem", { current: "step" }).textContent).toBe("Proposal");
});
