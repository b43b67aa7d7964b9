/** Exact sums of decimal texts, as the API writes money: no float on the way. */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

const places = (text: string): number => DECIMAL.exec(text)?.[3]?.length ?? 0;

function scaled(text: string, scale: number): bigint {
  const [, sign, whole = "0", part = ""] = DECIMAL.exec(text) ?? [];
  const value = BigInt(whole + part.padEnd(scale, "0"));
  return sign ? -value : value;
}

function written(value: bigint, scale: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const part = scale > 0 ? digits.slice(-scale).replace(/0+$/, "") : "";
  return `${negative ? "-" : ""}${whole}${part ? `.${part}` : ""}`;
}

/** The sum; what is no decimal counts as nothing. */
export function add(...texts: readonly string[]): string {
  const scale = Math.max(0, ...texts.map(places));
  return written(
    texts.reduce((sum, text) => sum + scaled(text, scale), 0n),
    scale,
  );
}

export const negate = (text: string): string => add(text.startsWith("-") ? text.slice(1) : `-${text}`);

export const isNothing = (text: string): boolean => add(text) === "0";
