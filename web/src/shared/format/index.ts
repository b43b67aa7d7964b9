/**
 * How values are written. Money is a decimal text and stays one: `Intl` reads it digit by digit, no float in between.
 * What is not known is a dash, never a nought.
 */
export interface Money {
  readonly value: string;
  readonly currency: string;
}

export const UNKNOWN = "–";
const MINUS = "−";
const DECIMAL = /^-?\d+(\.\d+)?$/;

let locale = typeof navigator === "undefined" ? "en" : navigator.language;
/** For tests: figures in a fixed language. */
export const setLocale = (to: string): void => {
  locale = to;
  made.clear();
};

const made = new Map<string, Intl.NumberFormat>();
function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let format = made.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    made.set(key, format);
  }
  return format;
}

const write = (format: Intl.NumberFormat, value: number | string): string =>
  format.format(value as Intl.StringNumericLiteral).replace(/^-/, MINUS);

function inCurrency(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat | undefined {
  try {
    return numbers({ style: "currency", currency, ...options });
  } catch {
    return undefined; // Not a currency's shape: three letters.
  }
}

/** `€1,200.50`; whole units where there are no cents to see. */
export function money(amount: Money | null | undefined): string {
  if (!amount || !DECIMAL.test(amount.value)) return UNKNOWN;
  const cents = /\.\d*[1-9]/.test(amount.value);
  const format = inCurrency(
    amount.currency,
    cents ? {} : { maximumFractionDigits: 0, minimumFractionDigits: 0 },
  );
  return format ? write(format, amount.value) : `${write(numbers({}), amount.value)} ${amount.currency}`;
}

/** `€1.2M`, for tiles and axes; the whole amount belongs in the title beside it. */
export function moneyShort(amount: Money | null | undefined): string {
  if (!amount || !DECIMAL.test(amount.value)) return UNKNOWN;
  const options = { notation: "compact", maximumSignificantDigits: 3 } as const;
  const format = inCurrency(amount.currency, options);
  return format ? write(format, amount.value) : `${write(numbers(options), amount.value)} ${amount.currency}`;
}

/** What is less is noise of a float, and nothing to anybody. */
const LEAST_CENT = 0.005;

/** An expectation of the model: a float, so never more digits than it is worth. */
export function expected(value: number | null | undefined, currency: string | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const options = { notation: "compact", maximumSignificantDigits: 3 } as const;
  const format = currency ? inCurrency(currency, options) : undefined;
  return write(format ?? numbers(options), Math.abs(value) < LEAST_CENT ? 0 : value);
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? UNKNOWN
    : write(numbers({}), value);
}

export function countShort(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? UNKNOWN
    : write(numbers({ notation: "compact", maximumSignificantDigits: 3 }), value);
}

/** `1 deal`, `2 deals`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** A share from 0 to 1 as `37 %`; what is not quite nothing or all says so. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return UNKNOWN;
  if (share > 0 && share < 0.005) return "<1%";
  if (share < 1 && share > 0.995) return ">99%";
  return `${write(numbers({ maximumFractionDigits: 0 }), share * 100)}%`;
}

/** The same with a digit more where shares are small: for estimates and their intervals, `1.3%`; for axes, `0.02%`. */
export function percentFine(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return UNKNOWN;
  const value = share * 100;
  const size = Math.abs(value);
  if (size === 0 || size >= 10) return percent(share);
  return `${write(numbers({ maximumSignificantDigits: size < 0.1 ? 1 : 2 }), value)}%`;
}

/** A difference of shares in points: `+12 pts`. */
export function points(difference: number | null | undefined): string {
  if (difference === null || difference === undefined || !Number.isFinite(difference)) return UNKNOWN;
  const value = difference * 100;
  const text = write(numbers({ maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 }), Math.abs(value));
  if (text === "0") return "±0 pts";
  return `${value < 0 ? MINUS : "+"}${text} pts`;
}

/** `+€12K`, `−3 days`: the sign is always there. */
export function signed(value: number | null | undefined, of: (absolute: number) => string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const text = of(Math.abs(value));
  return `${text === of(0) ? "±" : value < 0 ? MINUS : "+"}${text}`;
}

/** `31–44%`: the interval beside a figure. */
export function interval(
  low: number | null | undefined,
  high: number | null | undefined,
  of: (value: number) => string,
): string {
  if (low === null || low === undefined || high === null || high === undefined) return UNKNOWN;
  const [from, to] = [of(low), of(high)];
  return from === to ? from : `${from} to ${to}`;
}

export function days(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  const text = write(numbers({ maximumFractionDigits: digits }), value);
  return `${text} ${text === "1" ? "day" : "days"}`;
}

/** A civil date `2026-11-26`: the day itself, in no time zone. */
export function date(day: string | null | undefined): string {
  const parts = day?.match(/^(\d{4})-(\d{2})-(\d{2})/);
  if (!parts) return UNKNOWN;
  const at = new Date(0);
  // `Date.UTC` takes the years of the first century for those of the twentieth.
  at.setUTCFullYear(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(at);
}

/** An instant, in the reader's own time zone. */
export function instant(at: string | null | undefined): string {
  const ms = Date.parse(at ?? "");
  if (Number.isNaN(ms)) return UNKNOWN;
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(ms);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** `3 days ago`, seen from `now`: give the answer's `as_of`, not the clock. */
export function ago(at: string | null | undefined, now: string | number): string {
  const [then, from] = [Date.parse(at ?? ""), typeof now === "number" ? now : Date.parse(now)];
  if (Number.isNaN(then) || Number.isNaN(from)) return UNKNOWN;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, ms] of STEPS) {
    if (Math.abs(then - from) >= ms) return relative.format(Math.round((then - from) / ms), unit);
  }
  return "just now";
}

/** `stage_moved` → `Stage moved`: a code where no better word is known. */
export const words = (code: string): string => {
  const text = code.replaceAll(/[_-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** A number of the model for sorting and drawing only; never to be shown as money. */
export const drawn = (amount: Money | null | undefined): number => (amount ? Number(amount.value) : 0);
