/**
 * What is changed about a deal, as the controls hold it and as the API and the address write it: `add_champion`,
 * `accelerate(Proposal,10)`. What somebody typed into the address is read without trust.
 */
export interface Plan {
  readonly champion: boolean;
  readonly blocker: boolean;
  /** So many times as many touches; 1 is as it is. */
  readonly touches: number;
  readonly speed: { readonly stage: string; readonly days: number } | undefined;
  /** A decimal text in the book's currency. */
  readonly amount: string | undefined;
  readonly stage: string | undefined;
}

export const NOTHING: Plan = {
  champion: false,
  blocker: false,
  touches: 1,
  speed: undefined,
  amount: undefined,
  stage: undefined,
};

export const MOST_TOUCHES = 5;
export const MOST_DAYS = 90;
const MOST_STAGE = 200;
const MOST_CHANGES = 10;
const AMOUNT = /^\d{1,15}(\.\d{1,4})?$/;

const number = (text: string, least: number, most: number): number | undefined => {
  const value = Number(text);
  return text.trim() !== "" && value > least && value <= most ? value : undefined;
};

/** One change into a plan; undefined when it is none. */
function take(plan: Plan, text: string): Plan | undefined {
  const parts = /^\s*([a-z_]+)\s*(?:\((.*)\))?\s*$/s.exec(text);
  if (!parts) return undefined;
  const inside = parts[2]?.trim() ?? "";
  switch (parts[1]) {
    case "add_champion":
      return inside === "" ? { ...plan, champion: true } : undefined;
    case "remove_blocker":
      return inside === "" ? { ...plan, blocker: true } : undefined;
    case "increase_touchpoints": {
      const touches = number(inside, 0, 1000);
      return touches === undefined ? undefined : { ...plan, touches };
    }
    case "accelerate": {
      // A stage may have a comma in its name; the days have none.
      const at = inside.lastIndexOf(",");
      const stage = inside.slice(0, at).trim();
      const days = number(inside.slice(at + 1), 0, 3650);
      if (at <= 0 || stage === "" || stage.length > MOST_STAGE || days === undefined) return undefined;
      return { ...plan, speed: { stage, days } };
    }
    case "change_amount":
      return AMOUNT.test(inside) ? { ...plan, amount: inside } : undefined;
    case "set_stage":
      return inside === "" || inside.length > MOST_STAGE ? undefined : { ...plan, stage: inside };
    default:
      return undefined;
  }
}

/** The plan of some texts, and which of them are no change. Of two of a kind the later one counts. */
export function readPlan(texts: readonly string[]): { plan: Plan; unread: readonly string[] } {
  let plan = NOTHING;
  const unread: string[] = [];
  for (const text of texts) {
    const next = take(plan, text);
    if (next) plan = next;
    else unread.push(text);
  }
  return { plan, unread };
}

/** The texts of a plan, always in the same order: the same question has the same address. */
export function writePlan(plan: Plan): string[] {
  return [
    ...(plan.champion ? ["add_champion"] : []),
    ...(plan.blocker ? ["remove_blocker"] : []),
    ...(plan.touches !== 1 ? [`increase_touchpoints(${plan.touches})`] : []),
    ...(plan.speed ? [`accelerate(${plan.speed.stage},${plan.speed.days})`] : []),
    ...(plan.amount !== undefined ? [`change_amount(${plan.amount})`] : []),
    ...(plan.stage !== undefined ? [`set_stage(${plan.stage})`] : []),
  ];
}

/** `New Business: Proposal` is `Proposal` of a pipeline; the model names stages by both. */
export const bareStage = (stage: string): string => stage.slice(stage.lastIndexOf(": ") + 1).trim();

/** A change in words. `money` writes an amount. */
export function sayChange(text: string, money: (value: string) => string): string {
  const { plan, unread } = readPlan([text]);
  if (unread.length > 0) return text;
  if (plan.champion) return "Win a champion";
  if (plan.blocker) return "Settle the blocker";
  if (plan.speed)
    return `Shorten ${bareStage(plan.speed.stage)} by ${plan.speed.days} ${plan.speed.days === 1 ? "day" : "days"}`;
  if (plan.amount !== undefined) return `Change the amount to ${money(plan.amount)}`;
  if (plan.stage !== undefined) return `Move to ${bareStage(plan.stage)}`;
  return `Contact them ${plan.touches}× as often`;
}

/** Several changes as one text of an address, and back. A stage may have anything in its name. */
export const joinTexts = (texts: readonly string[]): string => texts.join(";");
export const splitTexts = (text: string): string[] =>
  text === "" ? [] : text.split(/;(?=[a-z_]+(?:\(|;|$))/).slice(0, MOST_CHANGES);

/** The controls' part of the address. */
export interface WhatIfAddress {
  /** The changes, joined. */
  readonly change: string;
  readonly runs: number;
  /** A simulation as it was answered. */
  readonly result: string | undefined;
}

export const RUNS = [2_000, 10_000, 100_000] as const;
export const USUAL_RUNS = 10_000;

export function readAddress(search: Readonly<Record<string, unknown>>): WhatIfAddress {
  const runs = Number(search.runs);
  return {
    change: typeof search.change === "string" ? search.change : "",
    runs: RUNS.find((one) => one === runs) ?? USUAL_RUNS,
    result:
      typeof search.result === "string" && /^simulation_[0-9a-z]{1,64}$/.test(search.result)
        ? search.result
        : undefined,
  };
}
