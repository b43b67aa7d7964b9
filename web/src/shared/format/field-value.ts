import { date, money, percent } from ".";

/** A value of a deal's field as people read it; the API writes sums, shares and days as texts. */
export function fieldValue(name: string, text: string | null | undefined): string {
  if (text === null || text === undefined || text === "") return "nothing";
  if (name === "close_date") return date(text);
  if (name === "probability") return percent(Number(text));
  if (name === "amount") {
    const [value, currency] = text.split(" ");
    return value && currency ? money({ value, currency }) : text;
  }
  return text;
}
