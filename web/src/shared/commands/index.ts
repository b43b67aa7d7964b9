export { ariaKeys, chord, keysFor, step } from "./keys";
export {
  allCommands,
  type Command,
  type CommandContext,
  CommandContextProvider,
  declare,
  type NavCommand,
  place,
  useAllCommands,
  useCommandContext,
  useCommands,
} from "./registry";
export { singleKeys, useKeyboard } from "./use-keyboard";
