import { describe, expect, test } from "vitest";
import * as f from "@/shared/format";
import { who } from "@/shared/format/who";

const eur = (value: string) => ({ value, currency: "EUR" });

describe("money is written digit by digit", () => {
  test.each([
    [null, "–"],
    [eur("0"), "€0"],
    [eur("1200.00"), "€1,200"],
    [eur("1200.50"), "€1,200.50"],
    [eur("-3.10"), "−€3.10"],
    [eur("9007199254740993.01"), "€9,007,199,254,740,993.01"],
    [eur("123456789012345678901234567890"), "€123,456,789,012,345,678,901,234,567,890"],
    [eur("much"), "–"],
    [{ value: "5", currency: "not a currency" }, "5 not a currency"],
    [{ value: "1200", currency: "JPY" }, "JP¥1,200"],
  ])("%j → %s", (amount, text) => expect(f.money(amount)).toBe(text));

  test.each([
    [eur("0"), "€0"],
    [eur("1234567.89"), "€1.23m"],
    [eur("-1500"), "−€1.5k"],
    [undefined, "–"],
  ])("short: %j → %s", (amount, text) => expect(f.moneyShort(amount)).toBe(text));
});

test.each([
  [0, "0%"],
  [0.001, "<1%"],
  [0.374, "37%"],
  [0.999, ">99%"],
  [1, "100%"],
  [Number.NaN, "–"],
  [undefined, "–"],
])("a share of %s is %s", (share, text) => expect(f.percent(share)).toBe(text));

test.each([
  [0.123, "+12 pts"],
  [-0.0512, "−5.1 pts"],
  [0, "±0 pts"],
  [1e-9, "±0 pts"],
  [null, "–"],
])("a difference of %s is %s", (difference, text) => expect(f.points(difference)).toBe(text));

test.each([
  [0, "0 days"],
  [1, "1 day"],
  [1.04, "1 day"],
  [2.54, "2.5 days"],
  [1_000_000, "1,000,000 days"],
  [-3, "−3 days"],
  [Number.POSITIVE_INFINITY, "–"],
])("%s days are %s", (value, text) => expect(f.days(value)).toBe(text));

test.each([
  ["2026-02-28", "28 Feb 2026"],
  ["2026-01-01", "1 Jan 2026"],
  ["0001-01-01", "1 Jan 1"],
  ["soon", "–"],
  [null, "–"],
])("the day %s is %s in every time zone", (day, text) => expect(f.date(day)).toBe(text));

test.each([
  ["2026-11-25T10:00:00Z", "yesterday"],
  ["2026-11-26T09:59:40Z", "just now"],
  ["2026-11-26T12:00:00Z", "in 2 hours"],
  ["2024-11-26T10:00:00Z", "2 years ago"],
  ["never", "–"],
])("%s is %s, seen from the moment the figures are of", (at, text) =>
  expect(f.ago(at, "2026-11-26T10:00:00Z")).toBe(text),
);

test.each([
  [3, "+3 days"],
  [-3, "−3 days"],
  [0, "±0 days"],
  [undefined, "–"],
])("a change of %s has its sign", (value, text) => expect(f.signed(value, f.days)).toBe(text));

test.each([
  [1234.5, "€1.23k"],
  [-0.004, "€0"],
  [3.64e-12, "€0"],
  [0.01, "€0.01"],
  [undefined, "–"],
])("an expectation of %s is %s, without a float's noise", (value, text) =>
  expect(f.expected(value, "EUR")).toBe(text),
);

test("a change that is written as none has no direction", () => {
  const of = (value: number) => f.expected(value, "EUR");
  expect(f.signed(3.64e-12, of)).toBe("±€0");
  expect(f.signed(-12, of)).toBe("−€12");
});

test("an interval of one value is that value", () => {
  expect(f.interval(0.2, 0.2, f.percent)).toBe("20%");
  expect(f.interval(0.2, 0.4, f.percent)).toBe("20% to 40%");
  expect(f.interval(null, 0.4, f.percent)).toBe("–");
});

test("one deal is one deal", () => {
  expect(f.counted(1, "deal")).toBe("1 deal");
  expect(f.counted(0, "deal")).toBe("0 deals");
  expect(f.counted(1_234_567, "company", "companies")).toBe("1,234,567 companies");
});

test.each([
  [0, "0%"],
  [0.0200379, "2%"],
  [0.0131, "1.3%"],
  [0.00028, "0.03%"],
  [1e-7, "0.00001%"],
  [0.0999, "10%"],
  [0.374, "37%"],
  [Number.NaN, "–"],
])("a small share of %s is %s, finely", (share, text) => expect(f.percentFine(share)).toBe(text));

describe("who did it", () => {
  const admin = { principal: "member_a", sees_all: true };
  const seller = { principal: "member_s", sees_all: false };
  test.each([
    ["member_a", "Ana", admin, "you"],
    ["member_b", "Ben", admin, "Ben"],
    ["member_b", null, admin, "somebody who has left"],
    ["member_b", null, seller, "a colleague"],
    ["member_b", undefined, undefined, "somebody who has left"],
    ["key_k", "nightly", admin, "the key “nightly”"],
    ["key_k", null, seller, "an API key"],
    ["system:schedule", null, admin, "Pie (schedule)"],
  ])("%s called %s", (id, name, me, expected) => expect(who(id, name, me)).toBe(expected));
});
