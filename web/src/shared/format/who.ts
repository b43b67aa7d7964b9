interface Reader {
  readonly principal: string;
  readonly sees_all: boolean;
}

/**
 * Who did something, for the middle of a sentence: `you`, their name, or as much as may be known. `id` is the API's
 * `created_by` or `actor`, `name` what it says beside it. Who left has no name any more.
 */
export function who(id: string, name: string | null | undefined, me?: Reader): string {
  if (id === me?.principal) return "you";
  if (id.startsWith("system:")) return `Pie (${id.slice("system:".length)})`;
  if (id.startsWith("key_")) return name ? `the key “${name}”` : "an API key";
  return name || (me && !me.sees_all ? "a colleague" : "somebody who has left");
}
