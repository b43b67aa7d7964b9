import { describe, expect, test } from "vitest";
import type { Member } from "@/api/settings";
import { deedWords, detailsOf } from "@/features/settings/deeds";
import { readDomains, writeDomains } from "@/features/settings/domains";
import { findMembers, named } from "@/features/settings/find";
import { possibleManagers, roleName, seesPart } from "@/features/settings/names";

const member = (id: string, manager: string | null = null): Member => ({
  id,
  manager,
  name: id.toUpperCase(),
  email: `${id}@company.example`,
  role: "ae",
  status: "active",
  created_at: "2026-01-01T00:00:00Z",
});

test("what was done, as people say it", () => {
  expect(deedWords("api_key.make")).toBe("API key made");
  expect(deedWords("other.thing_done")).toBe("Other thing done");
  expect(detailsOf({ new: "6627", scopes: "read write", last_day: "2026-11-26" })).toBe(
    "New: 6,627 · Scopes: read write · Last day: 2026-11-26",
  );
});

describe("nobody is managed by themselves or by who is below them", () => {
  const all = [member("a"), member("b", "a"), member("c", "b"), member("d")];
  const names = (of: string | undefined) => possibleManagers(all, of).map((each) => each.id);
  test.each([
    ["a", ["d"]],
    ["b", ["a", "d"]],
    ["c", ["a", "b", "d"]],
    [undefined, ["a", "b", "c", "d"]],
  ])("%s", (of, expected) => expect(names(of)).toEqual(expected));
  test("even where the data go round in a circle", () =>
    expect(possibleManagers([member("x", "y"), member("y", "x")], "x")).toEqual([]));
});

describe("domains and their roles, a line each", () => {
  test.each([
    ["", {}],
    ["company.example: ae", { "company.example": "ae" }],
    [
      " @Company.Example :cro \n\nother.example:admin",
      { "company.example": "cro", "other.example": "admin" },
    ],
  ])("%j", (text, expected) => expect(readDomains(text)).toEqual(expected));
  test.each(["company.example", "company.example: boss", ": ae", "a:b:c"])(
    "%j is refused in a sentence",
    (text) => expect(typeof readDomains(text)).toBe("string"),
  );
  test("what is written is read again", () => {
    const roles = { "a.example": "ae", "b.example": "cro" };
    expect(readDomains(writeDomains(roles))).toEqual(roles);
  });
});

test("a role of tomorrow keeps its code, and is not taken to see a part", () => {
  expect(roleName("intern")).toBe("intern");
  expect(["ae", "sales_manager", "cro", "admin", "intern"].map(seesPart)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("members are found by any of their words, and stand by name", () => {
  const member = (id: string, name: string, role: string, more: object = {}) =>
    ({ id, name, email: `${id}@harbor.example`, role, ...more }) as Member;
  const members = [
    member("m1", "Zoe Lund", "ae", { team: "North", manager: "m2" }),
    member("m2", "Åsa Berg", "sales_manager", { team: "North" }),
    member("m3", "Ben Carr", "ae", { team: "South" }),
  ];
  const check = (text: string, ...expected: string[]) =>
    expect(findMembers(members, text).map(({ id }) => id)).toEqual(expected);
  check("", "m2", "m3", "m1");
  check("  ", "m2", "m3", "m1");
  check("north", "m2", "m1");
  check("ÅSA", "m2", "m1");
  check("manager", "m2");
  check("account lund", "m1");
  check("m3@harbor", "m3");
  check("nobody");
});

test("what the API says of members names them", () => {
  const members = [{ id: "member_7vi1", name: "Zoe Lund" } as Member];
  expect(named("member_7vi1 has this e-mail address already", members)).toBe(
    "Zoe Lund has this e-mail address already",
  );
  expect(named("member_0000 is the last active admin", members)).toBe("somebody is the last active admin");
  expect(named(undefined, members)).toBeUndefined();
});
