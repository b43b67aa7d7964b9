import type { DealAsk, Facet } from "@/api/deals";
import { count, date, words } from "@/shared/format";

/** What stands in the address of the pipeline. */
export interface PipelineAddress {
  readonly ask: DealAsk;
  readonly shape: "table" | "board";
  readonly group: "stage" | "forecast_category" | "owner";
  /** The saved view one came from. */
  readonly view: string | undefined;
}

export const USUAL: DealAsk = { "filter[outcome]": "open", sort: "-amount" };

const isAsked = (name: string) =>
  name === "q" || name === "sort" || /^filter\[[^\]]+\](\[[^\]]+\])?$/.test(name);

const one = <V extends string>(value: unknown, known: readonly V[]): V =>
  known.find((each) => each === value) ?? (known[0] as V);

/** Reads an address that anybody may have typed. What is no condition is left out; the server judges the rest. */
export function read(search: Readonly<Record<string, unknown>>): PipelineAddress {
  const asked = Object.entries(search).filter(([name, value]) => isAsked(name) && String(value) !== "");
  return {
    ask: asked.length > 0 ? Object.fromEntries(asked.map(([name, value]) => [name, String(value)])) : USUAL,
    shape: one(search.as, ["table", "board"] as const),
    group: one(search.group, ["stage", "forecast_category", "owner"] as const),
    view: typeof search.view === "string" ? search.view : undefined,
  };
}

/** What changes in the address from one question to another: names that go are `undefined`. */
export const replace = (before: DealAsk, after: DealAsk): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.keys(before).map((name) => [name, undefined])),
  // An address without any condition means the usual ones, so the order is always said.
  sort: "-amount",
  ...after,
});

export const isSame = (a: DealAsk, b: DealAsk): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

export const NOBODY = "\u0000none";

/** Which values of a field are chosen; {@link NOBODY} stands for "has none". */
export function chosen(ask: DealAsk, field: string): readonly string[] {
  if (ask[`filter[${field}][exists]`] === "false") return [NOBODY];
  const several = ask[`filter[${field}][in]`];
  if (several !== undefined) return split(several);
  const alone = ask[`filter[${field}]`];
  return alone === undefined ? [] : [alone];
}

export function without(ask: DealAsk, field: string): DealAsk {
  return Object.fromEntries(
    Object.entries(ask).filter(
      ([name]) => name !== `filter[${field}]` && !name.startsWith(`filter[${field}][`),
    ),
  );
}

/** The same question with other values of a field. */
export function choose(ask: DealAsk, field: string, values: readonly string[]): DealAsk {
  const rest = without(ask, field);
  const last = values.at(-1);
  if (last === undefined) return rest;
  if (last === NOBODY) return { ...rest, [`filter[${field}][exists]`]: "false" };
  const several = values.filter((value) => value !== NOBODY);
  if (several.length === 1) return { ...rest, [`filter[${field}]`]: last };
  return { ...rest, [`filter[${field}][in]`]: join(several) };
}

/** Several values as `in` takes them: a comma or backslash of a value has a backslash before it. */
const join = (values: readonly string[]): string =>
  values.map((value) => value.replaceAll(/[\\,]/g, "\\$&")).join(",");

const split = (text: string): string[] =>
  (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((value) => value.replaceAll(/\\(.)/g, "$1").trim());

export const toggle = (ask: DealAsk, field: string, value: string): DealAsk => {
  const now = chosen(ask, field);
  return choose(ask, field, now.includes(value) ? now.filter((each) => each !== value) : [...now, value]);
};

const FIELD_NAMES: Record<string, string> = {
  outcome: "Outcome",
  stage: "Stage",
  canonical_stage: "Stage",
  owner: "Owner",
  pipeline: "Pipeline",
  company: "Company",
  forecast_category: "Category",
  close_month: "Closes in",
  close_date: "Close date",
  amount: "Amount",
  days_in_stage: "Days in stage",
  p_win: "Chance",
  last_activity_at: "Last activity",
};
export const fieldName = (field: string): string =>
  FIELD_NAMES[field] ?? words(field.replace(/^custom\./, ""));

const OPERATORS: Record<string, string> = {
  ne: "is not",
  lt: "<",
  lte: "≤",
  gt: ">",
  gte: "≥",
  contains: "contains",
};

const NUMBERS: ReadonlySet<string> = new Set(["amount", "days_in_stage"]);

/** How a value of a field is written. */
export function valueName(field: string, value: string, facets: readonly Facet[]): string {
  const told = facets
    .find((facet) => facet.field === field)
    ?.values.find((each) => each.value === value)?.label;
  if (field === "outcome" || field === "forecast_category") return words(told ?? value);
  if (/^\d{4}-\d{2}-\d{2}/.test(value)) return date(value);
  if (NUMBERS.has(field) && /^\d{1,15}$/.test(value)) return count(Number(value));
  return told ?? value;
}

export interface Condition {
  readonly field: string;
  readonly text: string;
}

/** Each condition in words, a field at a time. */
export function conditions(ask: DealAsk, facets: readonly Facet[]): Condition[] {
  const found = new Map<string, string[]>();
  for (const [name, value] of Object.entries(ask)) {
    const [, field, operator = "eq"] = /^filter\[([^\]]+)\](?:\[([^\]]+)\])?$/.exec(name) ?? [];
    if (!field) continue;
    const said =
      operator === "exists"
        ? value === "false"
          ? "none"
          : "any"
        : operator === "eq" || operator === "in"
          ? chosen(ask, field)
              .map((each) => valueName(field, each, facets))
              .join(", ")
          : `${OPERATORS[operator] ?? operator} ${valueName(field, value, facets)}`;
    found.set(field, [...(found.get(field) ?? []), said]);
  }
  const all = [...found].map(([field, said]) => ({
    field,
    text: `${fieldName(field)}: ${said.join(" and ")}`,
  }));
  return ask.q ? [...all, { field: "q", text: `“${ask.q}”` }] : all;
}

/** What is wrong with a condition: `Amount: is no number`. What the API offers instead is for programs. */
export function conditionProblem(pointer: string, message: string): string {
  const field = /^\/filter\/([^/]+)/.exec(pointer)?.[1];
  const name = field ? fieldName(field) : pointer === "/q" ? "The words" : words(pointer.replace(/^\//, ""));
  return `${name}: ${message.split(";")[0]}.`;
}

export const drop = (ask: DealAsk, field: string): DealAsk => {
  if (field !== "q") return without(ask, field);
  const { q: _, ...rest } = ask;
  return rest;
};
