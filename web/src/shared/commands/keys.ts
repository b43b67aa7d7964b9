import type { Command } from "./registry";

/** How long the second key of a sequence may take. */
export const SEQUENCE_MS = 1200;

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** A press as it is written in `keys`: `mod+k`, `?`, `g`. Shift is in the character itself. */
export function chord(event: Pressed): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const named = event.key.length === 1 && event.key !== key ? `shift+${key}` : key;
  return `${event.ctrlKey || event.metaKey ? "mod+" : ""}${event.altKey ? "alt+" : ""}${named}`;
}

export type Step =
  | { readonly kind: "run"; readonly command: Command }
  | { readonly kind: "wait"; readonly after: string }
  | { readonly kind: "nothing" };

/** What a press means after what came before. Pure: time and state are the caller's. */
export function step(commands: readonly Command[], before: string | undefined, pressed: string): Step {
  for (const typed of before ? [`${before} ${pressed}`, pressed] : [pressed]) {
    const command = commands.find((candidate) => candidate.keys === typed);
    if (command) return { kind: "run", command };
    if (commands.some((candidate) => candidate.keys?.startsWith(`${typed} `)))
      return { kind: "wait", after: typed };
  }
  return { kind: "nothing" };
}

const isMac = () => /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? "");

/** `mod+k` → `⌘K` or `Ctrl K`, for people. */
export function keysFor(keys: string, mac = isMac()): string[] {
  const names: Record<string, string> = {
    mod: mac ? "⌘" : "Ctrl",
    shift: mac ? "⇧" : "Shift",
    alt: mac ? "⌥" : "Alt",
    Enter: "↵",
    Escape: "Esc",
  };
  return keys.split(/[ +]/).map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}

/** `mod+k` → `Control+K`, for `aria-keyshortcuts`; a sequence has no spelling there. */
export function ariaKeys(keys: string | undefined): string | undefined {
  if (!keys || keys.includes(" ")) return undefined;
  return keys.replace("mod", isMac() ? "Meta" : "Control");
}
