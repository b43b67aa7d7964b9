import { expect, test } from "vitest";
import { type Command, chord, keysFor, step } from "@/shared/commands";

const command = (keys: string): Command => ({ id: keys, label: keys, group: "", keys, run: () => undefined });
const commands = ["mod+k", "/", "?", "g d", "g t", "shift+e"].map(command);
const press = (key: string, more = {}) =>
  chord({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

test.each([
  [press("k", { metaKey: true }), "mod+k"],
  [press("k", { ctrlKey: true }), "mod+k"],
  [press("?"), "?"],
  [press("E"), "shift+e"],
  [press("Escape"), "Escape"],
])("a press is written %s", (written, expected) => expect(written).toBe(expected));

test.each([
  [undefined, "mod+k", "mod+k"],
  [undefined, "/", "/"],
  ["g", "d", "g d"],
  ["g", "/", "/"],
  [undefined, "shift+e", "shift+e"],
])("after %s, %s runs %s", (before, pressed, id) => {
  const next = step(commands, before, pressed);
  expect(next.kind === "run" && next.command.id).toBe(id);
});

test("the first key of a sequence waits for the second, again too", () => {
  expect(step(commands, undefined, "g")).toEqual({ kind: "wait", after: "g" });
  expect(step(commands, "g", "g")).toEqual({ kind: "wait", after: "g" });
  expect(step(commands, "g", "x")).toEqual({ kind: "nothing" });
  expect(step(commands, undefined, "d")).toEqual({ kind: "nothing" });
});

test("keys are shown as they are named on the keyboard", () => {
  expect(keysFor("mod+k", true)).toEqual(["⌘", "K"]);
  expect(keysFor("mod+k", false)).toEqual(["Ctrl", "K"]);
  expect(keysFor("g d", false)).toEqual(["G", "D"]);
});
