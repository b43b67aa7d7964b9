import { useEffect, useRef } from "react";
import { chord, SEQUENCE_MS, step } from "./keys";
import { allCommands, type CommandContext } from "./registry";

const SWITCH = "pie.single-keys";

/** Keys without a modifier can be switched off: speech input and unsteady hands press them by accident. */
export const singleKeys = {
  on: (): boolean => localStorage.getItem(SWITCH) !== "off",
  set: (on: boolean): void => localStorage.setItem(SWITCH, on ? "on" : "off"),
};

const types = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches("input:not([type=checkbox],[type=radio],[type=range]), textarea, select"));

const picks = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("[role=menu],[role=listbox],[role=combobox]") !== null;

const isAsked = () => document.querySelector("dialog[open],[popover][data-open=true]") !== null;

/** Runs the declared commands by their keys. Once, in the shell. */
export function useKeyboard(context: CommandContext): void {
  const latest = useRef(context);
  latest.current = context;
  useEffect(() => {
    let before: string | undefined;
    let until = 0;
    const onKey = (event: KeyboardEvent) => {
      if (
        event.defaultPrevented ||
        event.isComposing ||
        ["Shift", "Control", "Alt", "Meta"].includes(event.key)
      )
        return;
      const typed = chord(event);
      const plain = !typed.startsWith("mod+");
      if (plain && (types(event.target) || picks(event.target) || isAsked() || !singleKeys.on())) return;
      const able = allCommands().filter((command) => command.when?.(latest.current) ?? true);
      const next = step(able, event.timeStamp < until ? before : undefined, typed);
      before = next.kind === "wait" ? next.after : undefined;
      until = next.kind === "wait" ? event.timeStamp + SEQUENCE_MS : 0;
      if (next.kind === "nothing") return;
      event.preventDefault();
      if (next.kind === "run") next.command.run(latest.current);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
