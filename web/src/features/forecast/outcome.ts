import type { Ended, Line, SaidOfDeal } from "@/api/forecasts";

const DAY_MS = 86_400_000;

/** The chance that was given to be won within so many days; undefined beyond what was said. */
export function chanceBy(deal: SaidOfDeal, days: number): number | undefined {
  let [before, said] = [0, 0];
  for (const { days: by, p_win } of [...deal.by_days].sort((a, b) => a.days - b.days)) {
    if (days <= by) return by === before ? p_win : said + ((p_win - said) * (days - before)) / (by - before);
    [before, said] = [by, p_win];
  }
  return undefined;
}

export interface Outcome {
  /** Days that have passed. */
  readonly days: number;
  readonly known: number;
  readonly won: number;
  readonly lost: number;
  readonly open: number;
  /** Wins that were expected by now, with the 80 % interval of chance alone; undefined after too long a time. */
  readonly expected: { readonly value: number; readonly low: number; readonly high: number } | undefined;
  /** Won by now, of the deals it knew; in the currency of the forecast. */
  readonly amount: number;
  readonly amountExpected: number | undefined;
  /** Won in another currency: in no sum. */
  readonly otherCurrency: number;
  /** Deals that were not known then, and are won: no forecast of open deals can hold them. */
  readonly newcomers: number;
  /** What came otherwise than it was said, the most surprising first. */
  readonly surprises: readonly Surprise[];
}

export interface Surprise {
  readonly id: string;
  readonly name: string;
  readonly won: boolean;
  readonly said: number;
}

const Z80 = 1.2816;

/** What a saved forecast said against what became of its deals. */
export function outcomeOf(
  deals: readonly SaidOfDeal[],
  closed: readonly Ended[],
  currency: string | null | undefined,
  from: string,
  to: string,
): Outcome {
  const days = Math.max(0, (Date.parse(to) - Date.parse(from)) / DAY_MS);
  const ended = new Map(closed.map((deal) => [deal.id, deal]));
  const known = new Set(deals.map((deal) => deal.id));
  let [won, lost, amount, otherCurrency, mean, variance, worth] = [0, 0, 0, 0, 0, 0, 0];
  let sayable = deals.length > 0;
  const surprises: Surprise[] = [];
  for (const deal of deals) {
    const p = chanceBy(deal, days);
    if (p === undefined) sayable = false;
    else {
      mean += p;
      variance += p * (1 - p);
      worth += p * (deal.amount ?? 0);
    }
    const end = ended.get(deal.id);
    if (!end) continue;
    const isWon = end.outcome === "won";
    if (isWon) {
      won += 1;
      if (end.amount && currency && end.amount.currency !== currency) otherCurrency += 1;
      else amount += Number(end.amount?.value ?? 0);
    } else lost += 1;
    surprises.push({
      id: deal.id,
      name: deal.name ?? deal.source_id ?? deal.id,
      won: isWon,
      said: deal.p_win.value,
    });
  }
  const sd = Math.sqrt(variance);
  return {
    days,
    known: deals.length,
    won,
    lost,
    open: deals.length - won - lost,
    expected: sayable
      ? { value: mean, low: Math.max(0, Math.floor(mean - Z80 * sd)), high: Math.ceil(mean + Z80 * sd) }
      : undefined,
    amount,
    amountExpected: sayable ? worth : undefined,
    otherCurrency,
    newcomers: closed.filter((deal) => deal.outcome === "won" && !known.has(deal.id)).length,
    surprises: surprises
      .filter(({ won: isWon, said }) => (isWon ? said < 0.5 : said > 0.5))
      .sort((a, b) => Math.abs(b.said - (b.won ? 1 : 0)) - Math.abs(a.said - (a.won ? 1 : 0)))
      .slice(0, 10),
  };
}

/** First and last day of `2026 Q4` or `2026 Nov`. */
export function daysOf(label: string): { from: string; to: string } | undefined {
  const quarter = /^(\d{4}) Q([1-4])$/.exec(label);
  const month = /^(\d{4}) ([A-Z][a-z]{2})$/.exec(label);
  const year = Number((quarter ?? month)?.[1]);
  const first = quarter
    ? (Number(quarter[2]) - 1) * 3
    : ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].indexOf(
        month?.[2] ?? "",
      );
  if (!year || first < 0) return undefined;
  const civil = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return {
    from: civil(Date.UTC(year, first, 1)),
    to: civil(Date.UTC(year, first + (quarter ? 3 : 1), 1) - DAY_MS),
  };
}

export interface PeriodOutcome {
  readonly line: Line;
  /** `ended`: it can be judged; `running`; `ahead`. */
  readonly state: "ended" | "running" | "ahead";
  /** Won in it of the deals the forecast knew. */
  readonly won: number;
  readonly wins: number;
  /** Whether that lies between P10 and P90; undefined until it has ended. */
  readonly inside: boolean | undefined;
}

/** Each period as it was told then, with what has come of it since. */
export function periodsAgainst(
  periods: readonly Line[],
  deals: readonly SaidOfDeal[],
  closed: readonly Ended[],
  now: string,
): PeriodOutcome[] {
  const known = new Set(deals.map((deal) => deal.id));
  const today = now.slice(0, 10);
  return periods.map((line) => {
    const days = daysOf(line.label);
    const in_it = closed.filter((deal) => {
      const day = deal.closed_at?.slice(0, 10) ?? "";
      return days && deal.outcome === "won" && known.has(deal.id) && day >= days.from && day <= days.to;
    });
    const won = in_it.reduce((sum, deal) => sum + Number(deal.amount?.value ?? 0), 0);
    const state = !days || today < days.from ? "ahead" : today > days.to ? "ended" : "running";
    return {
      line,
      state,
      won,
      wins: in_it.length,
      inside: state === "ended" ? won >= line.revenue.p10 && won <= line.revenue.p90 : undefined,
    };
  });
}
