import { describe, expect, test } from "vitest";
import type { OwnerKpis } from "@/api/owners";
import { orderOf, read, sortOf } from "@/features/owners/address";
import { daysBefore, ordered, standsOut } from "@/features/owners/kpis";
import { dated } from "@/shared/format/dated";

const rate = (low: number, value: number, high: number) => ({ hits: 1, n: 2, low, value, high });
const owner = (name: string, won: string | undefined, cycle?: number) =>
  ({
    owner: { id: name, name },
    won_amount: won === undefined ? null : { value: won, currency: "EUR" },
    cycle: cycle === undefined ? null : { count: 1, mean_days: cycle, median_days: cycle, p90_days: cycle },
  }) as OwnerKpis;

describe("owners in the order of a column", () => {
  const all = [owner("b", "10", 5), owner("A", "9.5"), owner("c", "-3", 50)];
  test.each([
    ["-won", "b A c"],
    ["won", "c A b"],
    ["owner", "A b c"],
    ["-owner", "c b A"],
    ["cycle", "b c A"],
    ["-cycle", "c b A"],
  ])("%s: %s", (sort, expected) =>
    expect(
      ordered(all, orderOf(sort))
        .map((each) => each.owner?.name)
        .join(" "),
    ).toBe(expected),
  );
  test("of nobody is empty", () => expect(ordered([], orderOf("-won"))).toEqual([]));
});

describe("a rate stands out from all only beyond its own interval", () => {
  test.each([
    [rate(0.5, 0.6, 0.7), rate(0.4, 0.45, 0.5), "above"],
    [rate(0.1, 0.2, 0.3), rate(0.4, 0.45, 0.5), "below"],
    [rate(0.3, 0.6, 0.9), rate(0.4, 0.45, 0.5), undefined],
    [null, rate(0.4, 0.45, 0.5), undefined],
    [rate(0.4, 0.45, 0.5), null, undefined],
  ])("%j against %j: %s", (one, all, expected) => expect(standsOut(one, all)).toBe(expected));
});

test.each([
  ["2026-11-26T00:00:00Z", 90, "2026-08-28"],
  ["2024-03-01", 1, "2024-02-29"],
  ["no day", 1, ""],
])("the day %s, %i days before: %s", (day, days, expected) => expect(daysBefore(day, days)).toBe(expected));

test("an address that anybody typed is read as something valid", () => {
  expect(read({ tab: "x", since: "yesterday", sort: "-nothing", rule: 3 })).toEqual({
    tab: "figures",
    since: undefined,
    sort: "-open",
    rule: undefined,
  });
  expect(read({ tab: "rules", since: "2026-01-31", sort: "owner", rule: "r" })).toEqual({
    tab: "rules",
    since: "2026-01-31",
    sort: "owner",
    rule: "r",
  });
  expect(sortOf(orderOf("-won"))).toBe("-won");
});

test.each([
  ["was expected to close on 2026-10-19, 38 days ago", "Was expected to close on 19 Oct 2026, 38 days ago"],
  ["", ""],
  ["12026-10-191 is no day", "12026-10-191 is no day"],
])("the server's sentence %j reads %j", (text, expected) => expect(dated(text)).toBe(expected));
