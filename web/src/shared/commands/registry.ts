import { type ComponentType, createContext, useContext, useEffect, useSyncExternalStore } from "react";

/** What a command may know when it runs. */
export interface CommandContext {
  readonly go: (to: string) => void;
  readonly who: { readonly role: string; readonly scopes: readonly string[] } | undefined;
}

/**
 * Something a person can do. Declared once; the button, the shortcut, the palette and the help all read this.
 */
export interface Command {
  /** `deals.export`: the feature, then the verb. */
  readonly id: string;
  readonly label: string;
  /** Where it stands in palette and help. */
  readonly group: string;
  /** `mod+k`, `/`, `g d` (one after the other). */
  readonly keys?: string | undefined;
  readonly icon?: ComponentType<{ className?: string }> | undefined;
  /** Further words by which the palette finds it. */
  readonly also?: string | undefined;
  /** Left out: always. What is not available is neither shown nor run. */
  readonly when?: ((context: CommandContext) => boolean) | undefined;
  readonly run: (context: CommandContext) => void;
}

/** A command that goes to a place and stands in the navigation. */
export interface NavCommand extends Command {
  readonly to: string;
  readonly icon: ComponentType<{ className?: string }>;
}

/** Declares a place: one entry for navigation, palette, shortcut and help. */
export function place(
  to: string,
  label: string,
  keys: string,
  icon: NavCommand["icon"],
  more: Pick<Command, "when" | "also"> & { group?: string } = {},
): NavCommand {
  return { id: `go.${to}`, to, label, keys, icon, group: "Go to", run: ({ go }) => go(to), ...more };
}

type Listener = () => void;
const listeners = new Set<Listener>();
const declared = new Map<string, Command[]>();
let all: readonly Command[] = [];

function changed(): void {
  // The one declared last, by the screen in front, wins over the same id further back.
  all = [...declared.values()].flatMap((stack) => stack.at(-1) ?? []);
  for (const tell of listeners) tell();
}

/** Declares commands until the answer is called. */
export function declare(commands: readonly Command[]): () => void {
  for (const command of commands) {
    const stack = declared.get(command.id);
    if (stack) stack.push(command);
    else declared.set(command.id, [command]);
  }
  changed();
  return () => {
    for (const command of commands) {
      const left = (declared.get(command.id) ?? []).filter((other) => other !== command);
      if (left.length > 0) declared.set(command.id, left);
      else declared.delete(command.id);
    }
    changed();
  };
}

const subscribe = (tell: Listener) => {
  listeners.add(tell);
  return () => listeners.delete(tell);
};

export const allCommands = (): readonly Command[] => all;
export const useAllCommands = (): readonly Command[] => useSyncExternalStore(subscribe, allCommands);

/** Declares a screen's commands while it is shown. Memoise the list: a new one declares anew. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => declare(commands), [commands]);
}

const Context = createContext<CommandContext>({ go: () => undefined, who: undefined });
/** The shell says who is there and how one gets about. */
export const CommandContextProvider = Context.Provider;
/** What a command gets when a button runs it. */
export const useCommandContext = (): CommandContext => useContext(Context);
