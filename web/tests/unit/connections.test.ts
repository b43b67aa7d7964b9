import { describe, expect, test } from "vitest";
import type { Connection, Stream } from "@/api/connections";
import { isBusy } from "@/api/connections";
import { isWeb } from "@/features/connections/consent";
import { candidateWords, changedFields, chosen, fits, mappingOf } from "@/features/connections/fields";
import { mayConnect, mayMapStages, maySee } from "@/features/connections/may";
import {
  brings,
  changesOf,
  everyOptions,
  everyWords,
  listed,
  standing,
  streamWords,
} from "@/features/connections/words";
import { fieldValue } from "@/shared/format/field-value";
import { remaining } from "@/shared/format/remaining";
import { isGrave, turned } from "@/shared/ui/restaged";

const stream = (status: string): Stream => ({ name: "deals", status, mode: "load", issues: [] });
const connection = (status: string, ...streams: string[]): Connection =>
  ({
    status,
    streams: streams.map(stream),
    sentence: "",
    complete_until: "2026-11-26T08:00:00Z",
  }) as unknown as Connection;
const atWork = (it: Connection): Connection => ({ ...it, run: "job_1" });

test("how a connection stands, in a word", () => {
  const check = (it: Connection, expected: string) => expect(standing(it).word).toBe(expected);
  check(connection("pending"), "Waiting for consent");
  check(connection("needs_reauth", "idle"), "Reconnect");
  check(connection("paused", "running"), "Paused");
  check(connection("disabled"), "Disconnected");
  check(connection("active"), "Syncing");
  check(connection("active", "idle", "running"), "Syncing");
  check(connection("active", "failed", "queued"), "Syncing");
  check(connection("active", "failed", "waiting"), "Partly failed");
  check(connection("active", "waiting", "idle"), "Waiting");
  check(connection("active", "idle", "off"), "Up to date");
  // Before its first stream and after its last a run is at work all the same.
  check(atWork(connection("active", "idle", "off")), "Syncing");
  check(atWork(connection("paused", "idle")), "Paused");
  check({ ...connection("active", "idle"), complete_until: null }, "Not complete yet");
});

test("what changes by the second is asked for again soon", () => {
  const check = (it: Connection, expected: boolean) => expect(isBusy(it)).toBe(expected);
  check(connection("pending"), true);
  check(connection("active"), true);
  check(connection("active", "queued"), true);
  check(atWork(connection("active", "idle")), true);
  check(connection("active", "idle", "waiting", "failed", "off"), false);
  check(connection("paused", "running"), false);
  check(connection("needs_reauth"), false);
});

test("what a source brings: a stream and those that follow it are one thing", () => {
  const check = (category: string, streams: string[], expected: [string, number][]) =>
    expect(brings({ category, streams }).map((each) => [each.label, each.streams.length])).toEqual(expected);
  check("crm", [], []);
  check(
    "crm",
    ["deals", "deals_archived", "deals_deleted", "contact_roles"],
    [
      ["Deals", 3],
      ["Contact roles", 1],
    ],
  );
  check("crm", ["events", "events_held"], [["Events", 2]]);
  check("billing", ["events", "invoices"], [["Invoices", 1]]);
});

test("names of streams and lists of them read like words", () => {
  expect(streamWords("contact_roles")).toBe("Contact roles");
  expect(streamWords("deals_archived")).toBe("Deals, archived");
  expect(listed([])).toBe("");
  expect(listed(["Deals"])).toBe("deals");
  expect(listed(["Deals", "Notes", "Calls"])).toBe("deals, notes and calls");
});

test("an interval that somebody set elsewhere can be seen and kept", () => {
  expect(everyOptions(30)).toHaveLength(7);
  expect(everyOptions(45).map((option) => option.value)).toEqual([
    "5",
    "15",
    "30",
    "45",
    "60",
    "240",
    "720",
    "1440",
  ]);
  expect(everyWords(60)).toBe("every hour");
  expect(everyWords(45)).toBe("every 45 minutes");
});

test("how long it takes is said roughly, and not at all when nobody knows", () => {
  const now = Date.parse("2026-11-26T00:00:00Z");
  const check = (seconds: number, expected: string) =>
    expect(remaining(new Date(now + seconds * 1000).toISOString(), now)).toBe(expected);
  check(-5, "a few seconds left");
  check(50, "about a minute left");
  check(600, "about 10 minutes left");
  check(2 * 3600, "about 2 hours left");
  check(40 * 3600, "about 2 days left");
  check(72 * 3600, "about 3 days left");
  expect(remaining(null, now)).toBeUndefined();
  expect(remaining("soon", now)).toBeUndefined();
});

test("who sees, who connects, who says what stages mean", () => {
  const all = ["read", "write", "import", "admin"];
  const check = (role: string, scopes: string[], expected: [boolean, boolean, boolean]) => {
    const who = { role, scopes };
    expect([maySee(who), mayConnect(who), mayMapStages(who)], role).toEqual(expected);
  };
  check("ae", all, [false, false, false]);
  check("sales_manager", all, [true, false, false]);
  check("cro", all, [true, true, false]);
  check("admin", all, [true, true, true]);
  check("admin", ["read"], [true, false, false]);
  expect(maySee(undefined)).toBe(false);
});

test("a link leads to the web or nowhere", () => {
  const check = (url: string, expected: boolean) => expect(isWeb(url), url).toBe(expected);
  check("https://app.example/oauth?x=1", true);
  check("http://127.0.0.1:7440/oauth", true);
  check("javascript:alert(1)", false);
  check("data:text/html,x", false);
  check("/relative", false);
  check("", false);
});

describe("what a new meaning changes", () => {
  const stage = (label: string, canonical: string | null, layer: string | null = "vendor_default") => ({
    label,
    canonical,
    layer,
    order: 0,
  });
  const check = (it: ReturnType<typeof stage>, next: string | null | undefined, changes: boolean) =>
    expect(changesOf([it], next === undefined ? {} : { [it.label]: next })).toEqual(
      changes ? [{ label: it.label, canonical: next }] : [],
    );
  test("nothing said, or the same again, changes nothing", () => {
    check(stage("Verbal", null), undefined, false);
    check(stage("Verbal", "proposal"), "proposal", false);
    check(stage("Verbal", "proposal"), null, false);
  });
  test("another word does, and so does taking one's own back", () => {
    check(stage("Verbal", null), "closed_won", true);
    check(stage("Verbal", "demo"), "negotiation", true);
    check(stage("Verbal", "closed_won", "tenant"), null, true);
  });
});

describe("how deals would count otherwise", () => {
  const ends = (open: number, won: number, lost: number) => ({ open, won, lost });
  const check = (before: ReturnType<typeof ends>, after: ReturnType<typeof ends>, told: string[]) => {
    expect(turned(before, after)).toEqual(told);
    expect(isGrave({ before, after })).toBe(told.length > 0);
  };
  test("is told from what to what", () => {
    check(ends(5, 1, 0), ends(5, 1, 0), []);
    check(ends(5, 1, 0), ends(0, 6, 0), ["5 deals would count as won instead of open"]);
    check(ends(0, 0, 1), ends(1, 0, 0), ["1 deal would count as open instead of lost"]);
    check(ends(4, 3, 0), ends(0, 0, 7), [
      "4 deals would count as lost instead of open",
      "3 deals would count as lost instead of won",
    ]);
    check(ends(7, 0, 0), ends(0, 4, 3), [
      "4 deals would count as won instead of open",
      "3 deals would count as lost instead of open",
    ]);
  });
});

const candidate = (change: object) => ({
  name: "ARR",
  filled: 3,
  numbers: 0,
  dates: 0,
  share_of: null,
  examples: ["a rather long text that nobody wants to read"],
  ...change,
});

test("a field is offered where it can be read", () => {
  const offered = (change: object) =>
    (["amount", "close_date", "probability", "lost_reason", "name"] as const).filter((name) =>
      fits(name, candidate(change)),
    );
  expect(offered({})).toEqual(["lost_reason", "name"]);
  expect(offered({ numbers: 1 })).toEqual(["amount", "lost_reason", "name"]);
  expect(offered({ numbers: 1, share_of: 100 })).toEqual(["amount", "probability", "lost_reason", "name"]);
  expect(offered({ dates: 1 })).toEqual(["close_date", "lost_reason", "name"]);
  expect(candidateWords(candidate({}), 4_000)).toBe(
    "ARR: on 3 of 4,000 deals, such as a rather long text that …",
  );
  expect(candidateWords(candidate({ examples: [] }), 4)).toBe("ARR: on 3 of 4 deals");
});

test("what is said stands over what is, and taken back it is gone", () => {
  const present = { amount: { from: "ARR", currency: "EUR" }, name: { from: "Region" } };
  expect(mappingOf(present, {})).toEqual(present);
  expect(mappingOf(present, { amount: null, close_date: { from: "Day" } })).toEqual({
    name: { from: "Region" },
    close_date: { from: "Day" },
  });
  const check = (to: object, expected: string[]) => expect(changedFields(present, to)).toEqual(expected);
  check(present, []);
  check({ ...present, amount: { from: "ARR", currency: "GBP" } }, ["amount"]);
  check({ ...present, amount: { from: "ARR" } }, ["amount"]);
  check({ ...present, probability: { from: "Sure", share_of: 1 } }, ["probability"]);
  check({}, ["amount", "name"]);
});

test("what values leave unsaid is chosen first, to be corrected", () => {
  const fields = {
    fields: {},
    candidates: [candidate({ share_of: 1 })],
    currencies: ["EUR", "USD"],
    deals: 3,
    as_of: "2026-11-26T00:00:00Z",
  };
  expect(chosen("amount", "ARR", fields)).toEqual({ from: "ARR", currency: "EUR" });
  expect(chosen("amount", "ARR", { ...fields, currencies: [] })).toEqual({ from: "ARR" });
  expect(chosen("probability", "ARR", fields)).toEqual({ from: "ARR", share_of: 1 });
  expect(chosen("name", "ARR", fields)).toEqual({ from: "ARR" });
});

test("a value is read as what it is", () => {
  const check = (name: string, text: string | null, expected: string) =>
    expect(fieldValue(name, text)).toBe(expected);
  check("amount", "84000.50 EUR", "€84,000.50");
  check("amount", "-5 GBP", "−£5");
  check("amount", "odd", "odd");
  check("probability", "0.6", "60%");
  check("close_date", "2026-12-18", "18 Dec 2026");
  check("name", "Harbor 12 EUR", "Harbor 12 EUR");
  check("lost_reason", null, "nothing");
});
