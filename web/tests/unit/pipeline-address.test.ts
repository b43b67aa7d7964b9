import { describe, expect, test } from "vitest";
import { searchBody } from "@/api/deals";
import {
  choose,
  chosen,
  conditionProblem,
  conditions,
  drop,
  NOBODY,
  read,
  replace,
  toggle,
  USUAL,
} from "@/features/pipeline/address";

describe("an address", () => {
  test.each([
    [{}, USUAL],
    [{ as: "board" }, USUAL],
    [
      { "filter[stage]": "Demo", sort: "name", utm: "x" },
      { "filter[stage]": "Demo", sort: "name" },
    ],
    [{ "filter[amount][gte]": 1000 }, { "filter[amount][gte]": "1000" }],
    [{ "filter[": "x", "filter[a][b][c]": "x", q: "acme" }, { q: "acme" }],
  ])("%j asks %j", (search, ask) => expect(read(search).ask).toEqual(ask));

  test("with nonsense in it is the usual one", () =>
    expect(read({ as: "carousel", group: "colour" })).toMatchObject({ shape: "table", group: "stage" }));

  test("of no condition is said, lest it mean the usual ones", () => {
    const change = replace({ "filter[outcome]": "open" }, {});
    expect(change).toEqual({ "filter[outcome]": undefined, sort: "-amount" });
    expect(read(JSON.parse(JSON.stringify(change))).ask).toEqual({ sort: "-amount" });
  });
});

describe("the values of a field", () => {
  test.each([
    [{}, "Demo", { "filter[stage]": "Demo" }],
    [{ "filter[stage]": "Demo" }, "Won", { "filter[stage][in]": "Demo,Won" }],
    [{ "filter[stage][in]": "Demo,Won" }, "Demo", { "filter[stage]": "Won" }],
    [{ "filter[stage]": "Demo" }, "Demo", {}],
    [{ "filter[stage][exists]": "false" }, "Demo", { "filter[stage]": "Demo" }],
    [{ "filter[stage]": "Demo" }, "Demo, technical", { "filter[stage][in]": "Demo,Demo\\, technical" }],
    [{ "filter[stage][in]": "Demo,Demo\\, technical" }, "Demo", { "filter[stage]": "Demo, technical" }],
    [{ "filter[stage]": "a\\" }, "b,c", { "filter[stage][in]": "a\\\\,b\\,c" }],
    [{ q: "a", "filter[stage]": "Demo" }, NOBODY, { q: "a", "filter[stage][exists]": "false" }],
  ])("of %j, %j toggled, are %j", (ask, value, expected) =>
    expect(toggle(ask, "stage", value)).toEqual(expected),
  );

  test("are read back", () => {
    expect(chosen(choose({}, "owner", ["a", "b"]), "owner")).toEqual(["a", "b"]);
    for (const values of [
      ["Demo, technical", "Proposal"],
      ["a\\", "b"],
      ["\\,", ",", "\\\\"],
      ["Größe", "x,y,z"],
    ]) {
      expect(chosen(choose({}, "owner", values), "owner")).toEqual(values);
    }
    expect(chosen(choose({}, "owner", [NOBODY]), "owner")).toEqual([NOBODY]);
    expect(chosen({ "filter[owners]": "x" }, "owner")).toEqual([]);
  });
});

test("conditions are told in words, ids by what they are called", () => {
  const facets = [
    {
      field: "owner",
      values: [{ value: "person_1", label: "Ada", count: 2 }],
      without: 0,
      more_values: 0,
      more_deals: 0,
    },
  ];
  const ask = {
    "filter[owner]": "person_1",
    "filter[amount][gte]": "1000",
    "filter[amount][lte]": "2000",
    "filter[close_date][lt]": "2026-12-01",
    "filter[stage][exists]": "false",
    "filter[custom.lead_source]": "Web",
    q: "acme",
    sort: "-amount",
  };
  expect(conditions(ask, facets).map((each) => each.text)).toEqual([
    "Owner: Ada",
    "Amount: ≥ 1,000 and ≤ 2,000",
    "Close date: < 1 Dec 2026",
    "Stage: none",
    "Lead source: Web",
    "“acme”",
  ]);
  expect(conditions(drop(drop(ask, "amount"), "q"), facets)).toHaveLength(4);
});

test("a question is the same as an address and as a body", () =>
  expect(
    searchBody(
      {
        "filter[amount][gte]": "1000",
        "filter[amount][lt]": "5000",
        "filter[custom.a b]": "x",
        q: "w",
        sort: "-amount",
      },
      { limit: 5 },
    ),
  ).toEqual({
    filter: { amount: { gte: "1000", lt: "5000" }, "custom.a b": { eq: "x" } },
    q: "w",
    sort: "-amount",
    limit: 5,
  }));

test("what is wrong with a condition is told of what people see, without what programs could send instead", () => {
  const check = (pointer: string, message: string, expected: string) =>
    expect(conditionProblem(pointer, message)).toBe(expected);
  check("/filter/amount/gte", '"abc" is no number; use one such as 10000', 'Amount: "abc" is no number.');
  check("/filter/custom.arr", "is not known", "Arr: is not known.");
  check("/sort", 'deals cannot be sorted by "x"; use one of name', 'Sort: deals cannot be sorted by "x".');
  check("/q", "longer than 200 bytes; search for a few words", "The words: longer than 200 bytes.");
});
