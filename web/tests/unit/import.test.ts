import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Mapping } from "@/api/imports";
import { PART_BYTES, parts } from "@/api/uploads";
import { withColumn, withStage, withTable } from "@/features/import/mapping";
import {
  fieldsFor,
  fieldWords,
  kinds,
  placeWords,
  refusal,
  remedyWords,
  size,
  summed,
  timesWords,
  workRemedy,
  wouldChange,
} from "@/features/import/words";

const counts = (news: number, changed = 0, unchanged = 0) => ({
  new: news,
  changed,
  unchanged,
  stale: 0,
  quarantined: 0,
});

describe("parts of a file", () => {
  const check = (total: number, from: number, expected: [number, number][]) =>
    expect(parts(total, from, 10)).toEqual(expected);
  test("hold every byte once", () => {
    check(0, 0, [[0, -1]]);
    check(1, 0, [[0, 0]]);
    check(10, 0, [[0, 9]]);
    check(25, 0, [
      [0, 9],
      [10, 19],
      [20, 24],
    ]);
  });
  test("go on where they were cut", () => {
    check(25, 10, [
      [10, 19],
      [20, 24],
    ]);
    check(25, 25, []);
  });
  test("are as large as the API takes", () => {
    expect(parts(PART_BYTES + 1)).toHaveLength(2);
  });
});

test("files that cannot be read are refused with what helps, before they are sent", () => {
  const check = (name: string, bytes: number, expected: RegExp | undefined) =>
    expected
      ? expect(refusal({ name, size: bytes })).toMatch(expected)
      : expect(refusal({ name, size: bytes })).toBeUndefined();
  check("deals.csv", 10, undefined);
  check("DEALS.CSV.gz", 10, undefined);
  check("log.xes", 10, undefined);
  check("export", 10, undefined);
  check("deals.csv", 0, /empty/);
  check("deals.xlsx", 10, /as CSV/);
  check("deals.zip", 10, /Unpack/);
  check("deals.pdf", 10, /Only CSV/);
  check(`${"a".repeat(120)}.csv`, 10, /shorter/);
});

test("sizes as people say them", () => {
  const check = (bytes: number, expected: string) => expect(size(bytes).replaceAll(" ", " ")).toBe(expected);
  check(0, "0 bytes");
  check(1, "1 byte");
  check(999, "999 bytes");
  check(4584, "4.58 kB");
  check(999_500, "1 MB");
  check(1_200_000_000, "1.2 GB");
  check(5_000_000_000_000, "5,000 GB");
});

test("what would change, in a line", () => {
  const check = (all: Record<string, ReturnType<typeof counts>> | undefined, expected: string) =>
    expect(wouldChange(all)).toBe(expected);
  check(undefined, "");
  check({ deals: counts(0, 0, 9) }, "");
  check({ clocks: counts(1) }, "");
  check({ people: counts(1, 2), deals: counts(8800) }, "8,800 new deals, 1 new seller, 2 changed sellers");
  check({ odd_things: counts(2) }, "2 new odd things");
  expect(
    kinds({ clocks: counts(1), activities: counts(1), deals: counts(1) }).map((row) => row.kind),
  ).toEqual(["deals", "activities"]);
});

test("an import in a line, whatever became of it", () => {
  const it = (status: string) => ({
    status,
    files: [{ name: "a.csv", bytes: 1, total_bytes: 1, is_whole: true }],
  });
  expect(summed(it("open"), {})).toBe("1 file");
  expect(summed(it("validated"), { would_write: { deals: counts(2) } })).toBe("would bring 2 new deals");
  expect(summed(it("validated"), { would_write: {} })).toBe("would change nothing");
  expect(summed(it("committed"), { written: { deals: counts(1) } })).toBe("1 new deal");
  expect(summed(it("undone"), { undone: { restored: 0, removed: 5, changed_since: 0 } })).toBe(
    "5 records taken out",
  );
  expect(summed(it("undone"), { undone: { restored: 3, removed: 1, changed_since: 2 } })).toBe(
    "1 record taken out, 3 as before, 2 changed since and left",
  );
});

test("a place is said as far as it is known", () => {
  expect(placeWords({})).toBe("");
  expect(placeWords({ file: "a.csv", row: 1200, column: "amount" })).toBe("a.csv, line 1,200, column amount");
  expect(placeWords({ file: null, row: null, column: "amount" })).toBe("column amount");
});

test("every field can be chosen for every table, those that fit first", () => {
  const deals = fieldsFor("deals");
  expect(deals.fitting.some((field) => field.value === "amount")).toBe(true);
  expect(deals.others.some((field) => field.value === "manager")).toBe(true);
  expect(fieldsFor("unknown").fitting).toEqual([]);
  const all = new Set([...deals.fitting, ...deals.others].map((field) => field.value));
  expect(all.size).toBe(deals.fitting.length + deals.others.length);
  expect(fieldWords("entered:Proposal")).toBe("When it entered Proposal");
  expect(fieldWords("something_new")).toBe("Something new");
});

describe("a mapping", () => {
  const table = {
    file: "deals.csv",
    table: null,
    shape: "deals",
    preset: "generic",
    columns: [
      { column: "Value", target: "custom" },
      { column: "Id", target: "deal_id" },
    ],
  };
  const other = { file: "people.csv", shape: "contacts", columns: { Mail: "email" } };

  test("begins with what was recognised and leaves the other tables", () => {
    expect(withColumn({ tables: [other] }, table, "Value", "amount")).toEqual({
      tables: [
        other,
        { file: "deals.csv", shape: "deals", preset: "generic", columns: { Value: "amount", Id: "deal_id" } },
      ],
    });
  });
  test("keeps what was said before of the same table", () => {
    const first = withTable({}, table, { dates: "day_first" });
    const second = withColumn(first, table, "Value", "amount");
    expect(second.tables).toHaveLength(1);
    expect(second.tables?.[0]).toMatchObject({ dates: "day_first", columns: { Value: "amount" } });
  });
  test("going back to what was found leaves no trace", () => {
    const first: Mapping = withTable({}, table, {});
    expect(withTable(withTable(first, table, { decimal: "comma" }), table, { decimal: null })).toEqual(first);
  });
  test("gives stages their meaning", () => {
    expect(withStage({ stages: { Verbal: "negotiation" } }, "Gone", "closed_lost").stages).toEqual({
      Verbal: "negotiation",
      Gone: "closed_lost",
    });
  });
});

test("no remedy of the command line is shown on the page", () => {
  const root = join(process.cwd(), "../shared/connectors/src/file");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".rs"),
  );
  const found = files.flatMap((name) => {
    const lines = readFileSync(join(root, name), "utf8").split("\n");
    return lines.flatMap((line, at) => {
      if (/^\s*(\/\/|#)/.test(line) || !/".*--[a-z]/.test(line)) return [];
      // The code stands before its remedy.
      const before = lines.slice(0, at).reverse().join("\n");
      const code = /"([a-z]+(?:_[a-z]+)+)"/.exec(before)?.[1];
      return code ? [{ code, remedy: line.trim() }] : [];
    });
  });
  expect(found.length).toBeGreaterThan(15);
  for (const issue of found) expect(remedyWords(issue), issue.code).not.toBe(issue.remedy);
});

test("what helps is said for the page, and as the report says it where that holds anywhere", () => {
  const check = (code: string, remedy: string, expected: string) =>
    expect(remedyWords({ code, remedy })).toBe(expected);
  check("unknown_stage", "write it under [stages] in the mapping", "give it a meaning under Columns");
  check("not_a_number", "correct it", "correct it");
});

test("how often something is odd", () => {
  expect([1, 2, 1200].map(timesWords)).toEqual(["once", "2 times", "1,200 times"]);
});

test("what helps where nothing could be used is said for the page, not for the command line", () => {
  const check = (code: string, remedy: string, expected: RegExp) =>
    expect(workRemedy({ code, remedy })).toMatch(expected);
  check("nothing_usable", "give a file with several columns; say --delimiter", /under “How to read them”\.$/);
  check("undo_blocked", "import newer data", /^import newer data$/);
});
