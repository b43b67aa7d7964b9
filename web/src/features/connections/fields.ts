import type { Candidate, ConnectionFields, Mapping, Taken } from "@/api/fields";
import { count } from "@/shared/format";

export type FieldName = keyof Mapping & string;

/** The fields of a deal that can be taken from others, in the order in which they matter. */
export const FIELDS: readonly { readonly name: FieldName; readonly label: string; readonly reads: string }[] =
  [
    { name: "amount", label: "Amount", reads: "a sum" },
    { name: "close_date", label: "Expected close", reads: "a day" },
    { name: "probability", label: "Probability", reads: "a share" },
    { name: "lost_reason", label: "Lost reason", reads: "a text" },
    { name: "name", label: "Name", reads: "a text" },
  ];

export const fieldLabel = (name: string): string =>
  FIELDS.find((field) => field.name === name)?.label ?? name;

/** What somebody has said and not saved; `null` takes the source's own field again. */
export type Said = Readonly<Partial<Record<FieldName, Taken | null>>>;

/** Whether a field of the source can be read as what a deal's field is. */
export function fits(name: FieldName, candidate: Candidate): boolean {
  if (name === "amount") return candidate.numbers > 0;
  if (name === "close_date") return candidate.dates > 0;
  if (name === "probability") return typeof candidate.share_of === "number";
  return true;
}

/** `ARR: on 132 of 400 deals, such as 84000`. */
export function candidateWords(candidate: Candidate, deals: number): string {
  const such = candidate.examples[0];
  const short = such && such.length > 24 ? `${such.slice(0, 24)}…` : such;
  return `${candidate.name}: on ${count(candidate.filled)} of ${count(deals)} deals${short ? `, such as ${short}` : ""}`;
}

/** What is chosen first of another field: what its values leave unsaid is guessed here and shown to be corrected. */
export function chosen(name: FieldName, from: string, fields: ConnectionFields): Taken {
  const candidate = fields.candidates.find((each) => each.name === from);
  if (name === "amount") {
    const currency = fields.fields.amount?.currency ?? fields.currencies[0];
    return currency ? { from, currency } : { from };
  }
  if (name === "probability") return { from, share_of: candidate?.share_of ?? 100 };
  return { from };
}

const same = (a: Taken | undefined, b: Taken | undefined): boolean =>
  a?.from === b?.from &&
  (a?.share_of ?? null) === (b?.share_of ?? null) &&
  (a?.currency ?? null) === (b?.currency ?? null);

/** The mapping with what was said. */
export function mappingOf(present: Mapping, said: Said): Mapping {
  const next: Mapping = {};
  for (const { name } of FIELDS) {
    const word = said[name];
    const taken = word === undefined ? present[name] : word;
    if (taken) next[name] = taken;
  }
  return next;
}

/** The fields that differ in two mappings. */
export const changedFields = (a: Mapping, b: Mapping): FieldName[] =>
  FIELDS.filter(({ name }) => !same(a[name] ?? undefined, b[name] ?? undefined)).map(({ name }) => name);
