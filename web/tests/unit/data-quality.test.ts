import { expect, test } from "vitest";
import type { Finding } from "@/api/quality";
import { behind, severity } from "@/features/data-quality/behind";

const quality = { as_of: "2026-11-26T00:00:00Z" };
const finding = (kind: string, examples: string[] = [], count = examples.length): Finding => ({
  kind,
  examples,
  count,
  of: 100,
  severity: "note",
  what: "",
  remedy: "",
});
const searches = (kind: string) => behind(finding(kind), quality).asks.map((ask) => ask.search);

test.each([
  [
    "past_close_date",
    [{ "filter[outcome]": "open", "filter[close_date][lt]": "2026-11-26", sort: "-amount" }],
  ],
  ["missing_amount", [{ "filter[outcome]": "open", "filter[amount][exists]": "false", sort: "-amount" }]],
  ["negative_amount", [{ "filter[amount][lt]": "0", sort: "amount" }]],
  ["won_for_nothing", [{ "filter[outcome]": "won", "filter[amount]": "0", sort: "-close_date" }]],
  [
    "stale",
    [
      {
        "filter[outcome]": "open",
        "filter[last_activity_at][lt]": "2026-10-27",
        sort: "last_activity_at",
      },
      { "filter[outcome]": "open", "filter[last_activity_at][exists]": "false", sort: "-amount" },
    ],
  ],
])("%s is asked for", (kind, expected) => expect(searches(kind)).toEqual(expected));

test("what no filter tells is looked up by its examples, and says whether that is all", () => {
  const few = behind(finding("duplicate_name", ["OP-1", "OP-2"], 15), quality);
  expect(few.asks.map((ask) => ask.search.q)).toEqual(["OP-1", "OP-2"]);
  expect(few.whole).toBe(false);
  expect(behind(finding("a_kind_of_tomorrow", ["OP-1"], 1), quality).whole).toBe(true);
  expect(behind(finding("orphan_owner", [], 0), quality)).toEqual({ asks: [], whole: true });
});

test("a severity of tomorrow is a note", () => {
  expect(["error", "warning", "note", "sigh"].map((code) => severity(code).tone)).toEqual([
    "bad",
    "warn",
    "plain",
    "plain",
  ]);
});
