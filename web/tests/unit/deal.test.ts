import { describe, expect, test } from "vitest";
import { radial } from "@/features/deal/radial";
import { stagePath } from "@/features/deal/stages";
import { takenWords } from "@/features/deal/taken";
import { setLocale } from "@/shared/format";

setLocale("en-GB");

const stages = ["Lead", "Demo", "Proposal", "Closed Won", "Closed Lost"].map((label, order) => ({
  label,
  order,
  canonical: label.toLowerCase().replace(" ", "_"),
  layer: null,
  probability: null,
}));
const moves = [
  { from: null, to: "Lead", at: "2026-01-01T00:00:00Z" },
  { from: "Lead", to: "Proposal", at: "2026-01-11T00:00:00Z", days_in_from: 10 },
];
const path = (...given: Parameters<typeof stagePath>) =>
  stagePath(...given).map((stage) => [stage.label, stage.state, stage.note].filter(Boolean).join(" "));

describe("the way of a deal", () => {
  test("says where it was and how long, what it skipped and what lies ahead", () =>
    expect(path(stages, moves, { stage: "Proposal", outcome: "open", daysInStage: 3.4 })).toEqual([
      "Lead past 10 days",
      "Demo skipped",
      "Proposal now 3 days",
      "Closed Won ahead",
    ]));
  test("of a lost deal ends where it was lost", () =>
    expect(
      path(
        stages,
        [...moves, { from: "Proposal", to: "Closed Lost", at: "2026-02-01T00:00:00Z", days_in_from: 21 }],
        {
          stage: "Closed Lost",
          outcome: "lost",
          daysInStage: 90,
        },
      ),
    ).toEqual(["Lead past 10 days", "Demo skipped", "Proposal past 21 days", "Closed Lost now"]));
  test("back and forth adds the stays up", () => {
    const back = [
      ...moves,
      { from: "Proposal", to: "Lead", at: "2026-01-12T00:00:00Z", days_in_from: 1 },
      { from: "Lead", to: "Proposal", at: "2026-01-15T00:00:00Z", days_in_from: 3 },
    ];
    expect(path(stages, back, { stage: "Proposal", outcome: "open", daysInStage: 1 })[0]).toBe(
      "Lead past 13 days",
    );
  });
  test("through stages the pipeline does not know shows them, and none when nothing is known", () => {
    expect(path([], moves, { stage: "Proposal", outcome: "open", daysInStage: null })).toEqual([
      "Lead past 10 days",
      "Proposal now",
    ]);
    expect(path([], [], { stage: null, outcome: "open", daysInStage: null })).toEqual([]);
  });
});

describe("what stands around a deal", () => {
  const node = (id: string) => ({ id, kind: "stakeholder" });
  test.each([0, 1, 2, 40])("is in its frame and not on top of each other: %i of them", (count) => {
    const nodes = [node("deal"), ...Array.from({ length: count }, (_, at) => node(`n${at}`))];
    const at = radial(nodes, "deal", { width: 600, height: 500 });
    expect(at.size).toBe(count + 1);
    expect(new Set([...at.values()].map(({ x, y }) => `${x},${y}`)).size).toBe(count + 1);
    for (const { x, y } of at.values()) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(600);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(500);
    }
  });
});

test("a field that is taken from another says which, and what the source says itself", () => {
  const check = (field: string, own: string | null, expected: string) =>
    expect(takenWords({ field, own, from: "ARR", source: "hubspot", title: "HubSpot" })).toBe(
      `From the custom field “ARR”; ${expected}.`,
    );
  check("amount", "12000 USD", "HubSpot’s own amount is US$12,000");
  check("amount", "-12000.50 EUR", "HubSpot’s own amount is −€12,000.50");
  check("amount", null, "HubSpot gives no amount of its own");
  check("probability", "0.2", "HubSpot’s own chance is 20%");
  check("close_date", "2026-12-18", "HubSpot’s own close date is 18 Dec 2026");
  check("close_date", null, "HubSpot gives no close date of its own");
  check("lost_reason", "No budget", "HubSpot’s own reason is “No budget”");
  check("name", "<b>Harbor</b>", "HubSpot’s own name is “<b>Harbor</b>”");
  check("name", "", "HubSpot gives no name of its own");
  // What the page does not know yet is told by its name all the same.
  check("margin", "3", "HubSpot’s own margin is 3");
});
