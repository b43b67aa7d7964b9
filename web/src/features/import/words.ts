import type { Counts, Import, Summary } from "@/api/imports";
import { count, counted, words } from "@/shared/format";
import type { Tone } from "@/shared/ui/pieces";

const STATES: Record<string, { word: string; tone: Tone }> = {
  open: { word: "Not checked yet", tone: "plain" },
  validating: { word: "Being checked", tone: "accent" },
  validated: { word: "Ready to import", tone: "accent" },
  committing: { word: "Being written", tone: "accent" },
  committed: { word: "Imported", tone: "good" },
  undoing: { word: "Being undone", tone: "accent" },
  undone: { word: "Undone", tone: "plain" },
  failed: { word: "Failed", tone: "bad" },
};

export const stateOf = (it: Pick<Import, "status">): { word: string; tone: Tone } =>
  STATES[it.status] ?? { word: words(it.status), tone: "plain" };

/** `4.6 kB`, `629 kB`, `1.2 GB`: a thousand bytes are a kB, as people's file managers say it. */
export function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let [value, at] = [bytes, 0];
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return new Intl.NumberFormat(typeof navigator === "undefined" ? "en" : navigator.language, {
    style: "unit",
    unit: units[at] ?? "byte",
    unitDisplay: at === 0 ? "long" : "short",
    maximumSignificantDigits: 3,
  }).format(value);
}

export const SHAPES: readonly { value: string; label: string }[] = [
  { value: "deals", label: "Deals" },
  { value: "stage_events", label: "Stage history" },
  { value: "activities", label: "Activities" },
  { value: "contacts", label: "People at companies" },
  { value: "accounts", label: "Companies" },
  { value: "team", label: "Our sellers" },
  { value: "products", label: "Products" },
  { value: "unknown", label: "Leave this table out" },
];

export const shapeWords = (shape: string): string =>
  shape === "unknown" ? "Not recognised" : (SHAPES.find((one) => one.value === shape)?.label ?? words(shape));

const ALL = "deals stage_events activities contacts accounts team products";

/** The fields a column can fill, what they are called, and what tables have them. */
const FIELDS: readonly (readonly [field: string, label: string, shapes: string])[] = [
  ["deal_id", "Deal: its id", "deals stage_events activities contacts"],
  ["deal_name", "Deal: its name", "deals stage_events"],
  ["company", "Company", "deals accounts contacts activities stage_events"],
  ["company_id", "Company: its id", "deals accounts contacts"],
  ["amount", "Amount", "deals stage_events"],
  ["currency", "Currency", "deals stage_events"],
  ["stage", "Stage", "deals stage_events"],
  ["from_stage", "Stage it leaves", "stage_events"],
  ["status", "Open, won or lost", "deals"],
  ["is_won", "Yes when won", "deals"],
  ["is_closed", "Yes when closed", "deals"],
  ["pipeline", "Pipeline", "deals stage_events"],
  ["probability", "Chance, as the source says", "deals"],
  ["expected_close", "Day it should close", "deals"],
  ["close_date", "Close date, expected or real", "deals"],
  ["closed_at", "When it closed", "deals"],
  ["won_at", "When it was won", "deals"],
  ["lost_at", "When it was lost", "deals"],
  ["created_at", "When it was made", "deals activities contacts accounts"],
  ["updated_at", "When it last changed", "deals activities contacts accounts"],
  ["stage_entered_at", "When it entered its stage", "deals"],
  ["owner", "Owner, by name", "deals stage_events activities accounts"],
  ["owner_email", "Owner, by e-mail", "deals stage_events activities accounts"],
  ["lost_reason", "Why it was lost", "deals"],
  ["product", "Product", "deals products"],
  ["time", "When it happened", "stage_events activities"],
  ["lifecycle", "Start or end of the event", "stage_events"],
  ["activity_id", "Activity: its id", "activities"],
  ["kind", "Kind: call, e-mail, meeting", "activities"],
  ["participants", "Who took part", "activities"],
  ["outcome", "How it went", "activities"],
  ["summary", "What it was about", "activities"],
  ["raw_content", "Where the whole text lies", "activities"],
  ["next_steps", "What was agreed to do", "activities"],
  ["objections", "What stood against it", "activities"],
  ["person_id", "Person: their id", "contacts team"],
  ["name", "Name", "contacts team"],
  ["first_name", "First name", "contacts team"],
  ["last_name", "Last name", "contacts team"],
  ["title", "Position", "contacts team"],
  ["email", "E-mail", "contacts team"],
  ["role", "Role", "contacts team"],
  ["sentiment", "Sentiment, −1 to 1", "contacts activities"],
  ["engagement", "Engagement, 0 to 1", "contacts"],
  ["last_contact", "Last contact", "contacts"],
  ["added_at", "When they joined the deal", "contacts"],
  ["communication_style", "How they like to be spoken with", "contacts"],
  ["domain", "Web domain", "accounts"],
  ["industry", "Industry", "accounts"],
  ["employees", "Employees", "accounts"],
  ["annual_revenue", "Revenue in a year", "accounts"],
  ["manager", "Manager", "team"],
  ["team", "Team or office", "team"],
  ["price", "List price", "products"],
  ["custom", "Keep under its own name", ALL],
  ["ignore", "Leave out", ALL],
];

const ENTERED = "entered:";
export const isEntered = (field: string): boolean => field.startsWith(ENTERED);
export const entered = (stage: string): string => `${ENTERED}${stage}`;
/** The stage of `entered:Proposal`. */
export const enteredStage = (field: string): string => field.slice(ENTERED.length);

export const fieldWords = (field: string): string =>
  isEntered(field)
    ? `When it entered ${enteredStage(field)}`
    : (FIELDS.find(([name]) => name === field)?.[1] ?? words(field));

/** What can be chosen for a column: first what such a table has, then all the rest. */
export function fieldsFor(shape: string): {
  fitting: { value: string; label: string }[];
  others: { value: string; label: string }[];
} {
  const option = ([value, label]: (typeof FIELDS)[number]) => ({ value, label });
  const fits = ([, , shapes]: (typeof FIELDS)[number]) => shapes.split(" ").includes(shape);
  return { fitting: FIELDS.filter(fits).map(option), others: FIELDS.filter((one) => !fits(one)).map(option) };
}

const KINDS: Record<string, [string, string]> = {
  deals: ["deal", "deals"],
  companies: ["company", "companies"],
  people: ["seller", "sellers"],
  contacts: ["contact", "contacts"],
  activities: ["activity", "activities"],
  pipelines: ["pipeline", "pipelines"],
  stakeholders: ["role of a person", "roles of people"],
  transitions: ["move between stages", "moves between stages"],
  products: ["product", "products"],
};
const ORDER = Object.keys(KINDS);

export interface KindRow {
  readonly kind: string;
  readonly label: string;
  readonly counts: Counts;
}

/** What would become, or became, of each kind of record; what moves nothing for people is left out. */
export function kinds(all: Readonly<Record<string, Counts>> | undefined): KindRow[] {
  const place = (kind: string) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  return Object.entries(all ?? {})
    .filter(([kind]) => kind !== "clocks")
    .sort(([a], [b]) => place(a) - place(b))
    .map(([kind, counts]) => ({ kind, label: words(KINDS[kind]?.[1] ?? kind), counts }));
}

/** `8,800 new deals, 85 new companies, 3 changed people`; empty where nothing would be different. */
export function wouldChange(all: Readonly<Record<string, Counts>> | undefined): string {
  return kinds(all)
    .flatMap(({ kind, counts }) => {
      const [one, many] = KINDS[kind] ?? [words(kind).toLowerCase(), words(kind).toLowerCase()];
      return (["new", "changed"] as const)
        .filter((how) => counts[how] > 0)
        .map((how) => `${count(counts[how])} ${how} ${counts[how] === 1 ? one : many}`);
    })
    .join(", ");
}

/** A line about an import for the list. */
export function summed(it: Pick<Import, "status" | "files">, summary: Summary): string {
  if (it.status === "undone" && summary.undone) {
    const { restored, removed, changed_since } = summary.undone;
    return `${counted(removed, "record")} taken out${restored > 0 ? `, ${count(restored)} as before` : ""}${
      changed_since > 0 ? `, ${count(changed_since)} changed since and left` : ""
    }`;
  }
  const done = wouldChange(summary.written ?? summary.would_write);
  const files = counted(it.files.length, "file");
  if (summary.written) return done || "nothing was different";
  if (summary.would_write) return done ? `would bring ${done}` : "would change nothing";
  return files;
}

const SEVERITIES: Record<string, { word: string; tone: Tone }> = {
  error: { word: "Not used", tone: "bad" },
  warning: { word: "Look at it", tone: "warn" },
  note: { word: "To know", tone: "plain" },
};
export const severityOf = (severity: string) =>
  SEVERITIES[severity] ?? { word: words(severity), tone: "plain" as Tone };

/** What helps on this page, where the report's own words are those of the command line. */
const REMEDIES: Record<string, string> = {
  ambiguous_dates: "say under Columns whether the day or the month comes first; until then they stay unread",
  dates_by_neighbour: "if that is wrong, say under Columns whether the day or the month comes first",
  impossible_date: "correct it; if day and month are swapped, say so under Columns",
  not_a_date: "write dates as 2026-12-31; if the column holds none, say under Columns what it means",
  ambiguous_numbers: "say under Columns how numbers are written; until then they stay unread",
  numbers_by_neighbour: "if that is wrong, say under Columns how numbers are written",
  number_too_long: "correct it, or keep the column under its own name",
  assumed_currency: "if they are in another, name it in a column of the file, such as EUR",
  naive_times: "if they are local times, write the offset behind them, such as 14:30+02:00",
  no_dates: "nothing to do, unless the files should have had some",
  unknown_stage: "give it a meaning under Columns",
  no_outcome: "say under Columns which stages mean won and lost",
  missing_column: "say under Columns which one it is",
  history_full: "check under Columns that the stage column is the right one",
  unknown_table: "say under Columns what the table is about and which columns matter",
  one_column:
    "give a file with several columns; if an unusual mark parts them, import it anew and say which under “How to read them”",
  too_many_columns:
    "check the line ends, and what parts the columns: it can be said under “How to read them” when the file is imported anew",
  columns_left: "to keep one with its deal, choose “Keep under its own name” under Columns",
};
export const remedyWords = (issue: { code: string; remedy: string }): string =>
  REMEDIES[issue.code] ?? issue.remedy;

/** What helps with work that failed. Where nothing could be used the job's own words are those of the command line. */
export const workRemedy = (problem: { code: string; remedy: string }): string =>
  problem.code === "nothing_usable"
    ? "Correct that in the file, or choose another. If an unusual mark parts its columns, import it anew and say which under “How to read them”."
    : problem.remedy;

/** `once`, `3 times`. */
export const timesWords = (times: number): string => (times === 1 ? "once" : counted(times, "time"));

/** `sales_pipeline.csv, line 3, column amount`. */
export const placeWords = (place: {
  file?: string | null;
  row?: number | null;
  column?: string | null;
}): string =>
  [
    place.file,
    typeof place.row === "number" ? `line ${count(place.row)}` : undefined,
    place.column ? `column ${place.column}` : undefined,
  ]
    .filter(Boolean)
    .join(", ");

const CAN_BE = /\.(csv|tsv|txt|json|ndjson|jsonl|xes|xml)(\.gz)?$/i;
/** Why a file cannot be taken, before it is sent; nothing, if it can be tried. */
export function refusal(file: { name: string; size: number }): string | undefined {
  if (file.size === 0) return "It is empty.";
  if (file.name.length > 120) return "Its name is longer than 120 characters; give it a shorter one.";
  if (/\.(xlsx?|xlsm|ods|numbers)$/i.test(file.name)) return "Save the sheet as CSV first.";
  if (/\.(zip|rar|7z|tar|tgz)$/i.test(file.name)) return "Unpack it first.";
  if (!CAN_BE.test(file.name) && file.name.includes("."))
    return "Only CSV, JSON, NDJSON and XES can be read, plain or as .gz.";
  return undefined;
}
