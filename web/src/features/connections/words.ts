import { type Connection, type Connector, isBusy, type Stream } from "@/api/connections";
import type { Stage } from "@/api/stages";
import { instant, words } from "@/shared/format";
import type { Tone } from "@/shared/ui/pieces";

/** What a connection is, in a word, and how grave that is. */
export function standing(connection: Connection): { word: string; tone: Tone } {
  switch (connection.status) {
    case "pending":
      return { word: "Waiting for consent", tone: "accent" };
    case "needs_reauth":
      return { word: "Reconnect", tone: "bad" };
    case "paused":
      return { word: "Paused", tone: "plain" };
    case "disabled":
      return { word: "Disconnected", tone: "plain" };
    default:
      break;
  }
  const of = (status: string) => connection.streams.some((stream) => stream.status === status);
  // A run also has work before its first stream and after its last.
  if (isBusy(connection)) return { word: "Syncing", tone: "accent" };
  if (of("failed")) return { word: "Partly failed", tone: "warn" };
  if (of("waiting")) return { word: "Waiting", tone: "warn" };
  if (!connection.complete_until) return { word: "Not complete yet", tone: "warn" };
  return { word: "Up to date", tone: "good" };
}

/** How it stands in a sentence; where all is well, with the moment in the reader's own time zone. */
export const saysHow = (connection: Connection): string =>
  standing(connection).tone === "good"
    ? `Every change until ${instant(connection.complete_until)} is in.`
    : connection.sentence;

const STREAM_TONES: Record<string, Tone> = {
  running: "accent",
  queued: "accent",
  waiting: "warn",
  failed: "bad",
};

const STREAM_WORDS: Record<string, string> = {
  running: "Reading",
  queued: "Next",
  waiting: "Waiting",
  failed: "Stopped",
  off: "Off",
};

/** How one stream stands. A stream that rests has been read, or never was. */
export const streamStanding = (stream: Stream): { word: string; tone: Tone } => ({
  word: STREAM_WORDS[stream.status] ?? (stream.last_finished_at ? "Done" : "Not read yet"),
  tone:
    STREAM_TONES[stream.status] ?? (stream.status === "idle" && stream.last_finished_at ? "good" : "plain"),
});

const FOLLOWS = /_(deleted|archived|held)$/;

/** `contact_roles` → `Contact roles`; what only follows another stream says so: `Deals, archived`. */
export function streamWords(name: string): string {
  const follows = FOLLOWS.exec(name);
  return follows ? `${words(name.replace(FOLLOWS, ""))}, ${follows[1]}` : words(name);
}

/** A thing a source brings: one stream and those that only say what became of its records. */
export interface Brings {
  readonly label: string;
  readonly streams: readonly string[];
}

/** Whether it only says what became of another stream's records. */
export const isFollower = (name: string): boolean => FOLLOWS.test(name);

/** What a source brings, as people think of it. Stripe's events are how its changes come in, not a thing of their own. */
export function brings(connector: Pick<Connector, "streams" | "category">): Brings[] {
  const groups = new Map<string, string[]>();
  for (const name of connector.streams) {
    if (connector.category === "billing" && name === "events") continue;
    const base = name.replace(FOLLOWS, "");
    groups.set(base, [...(groups.get(base) ?? []), name]);
  }
  return [...groups].map(([base, streams]) => ({ label: words(base), streams }));
}

/** `accounts, contacts and tasks`. */
export function listed(names: readonly string[]): string {
  const lower = names.map((name) => name.charAt(0).toLowerCase() + name.slice(1));
  if (lower.length < 2) return lower.join("");
  return `${lower.slice(0, -1).join(", ")} and ${lower.at(-1)}`;
}

export const EVERY: readonly { value: string; label: string }[] = [
  { value: "5", label: "5 minutes" },
  { value: "15", label: "15 minutes" },
  { value: "30", label: "30 minutes" },
  { value: "60", label: "Hour" },
  { value: "240", label: "4 hours" },
  { value: "720", label: "12 hours" },
  { value: "1440", label: "Day" },
];

/** The choices of an interval, with one that somebody set elsewhere. */
export function everyOptions(minutes: number): readonly { value: string; label: string }[] {
  const value = String(minutes);
  if (EVERY.some((option) => option.value === value)) return EVERY;
  return [...EVERY, { value, label: `${minutes} minutes` }].sort((a, b) => Number(a.value) - Number(b.value));
}

/** `every 4 hours`. */
export const everyWords = (minutes: number): string => {
  const known = EVERY.find((option) => option.value === String(minutes));
  return `every ${(known?.label ?? `${minutes} minutes`).toLowerCase()}`;
};

const LAYERS: Record<string, string> = {
  tenant: "you said so",
  discovered: "from the source",
  vendor_default: "by its name",
};
/** Whose word it is. */
export const layerWords = (layer: string | null | undefined): string => LAYERS[layer ?? ""] ?? "nobody said";

/** What a stage is to mean; `null` takes our own word back. */
export type Words = Readonly<Record<string, string | null>>;

/** Of what was said, what differs from what is. */
export const changesOf = (
  stages: readonly Stage[],
  said: Words,
): { label: string; canonical: string | null }[] =>
  stages.flatMap(({ label, layer, canonical }) => {
    const next = said[label];
    const isSame = next === null ? layer !== "tenant" : next === canonical;
    return next === undefined || isSame ? [] : [{ label, canonical: next }];
  });
