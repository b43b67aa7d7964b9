import type { Totals as Sums } from "@/api/deals";
import { count, counted, money, moneyShort } from "@/shared/format";
import { Figure } from "@/shared/ui/pieces";

/** What the visible filter adds up to: all of it, not only the rows that are loaded. */
export function Totals({ totals }: { totals: Sums }) {
  const { weighted, reported } = totals;
  const outcomes = [
    [totals.open, "open"],
    [totals.won, "won"],
    [totals.lost, "lost"],
  ] as const;
  const whole = outcomes.filter(([n]) => n > 0);
  return (
    <section
      aria-label="Totals of this filter"
      className="panel grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-3 sm:grid-cols-4"
    >
      <Figure
        label="Deals"
        value={count(totals.count)}
        note={whole.length > 1 ? whole.map(([n, name]) => `${count(n)} ${name}`).join(", ") : undefined}
      />
      <Figure
        label="Amount"
        value={reported ? moneyShort(reported) : totals.amounts.map(moneyShort).join(" + ") || "–"}
        title={totals.amounts.map(money).join(" + ")}
        note={[
          totals.without_amount > 0 && `${counted(totals.without_amount, "deal")} without amount`,
          totals.left_out > 0 && `${counted(totals.left_out, "deal")} in a currency without rate`,
        ]
          .filter(Boolean)
          .join(", ")}
      />
      <Figure
        label="Weighted by chance"
        value={moneyShort(weighted?.amount)}
        title={money(weighted?.amount)}
        note={
          weighted &&
          [
            weighted.by_model > 0 && `${count(weighted.by_model)} by the model`,
            weighted.by_source > 0 && `${count(weighted.by_source)} by the source`,
            weighted.without_chance > 0 && `${count(weighted.without_chance)} have no chance`,
          ]
            .filter(Boolean)
            .join(", ")
        }
      />
      <Figure
        label="Average amount"
        value={average(totals)}
        note={totals.count > totals.without_amount ? "of those that have one" : undefined}
      />
    </section>
  );
}

/** In hundredths, by integers: what is shown is money. */
function average({ reported, count: deals, without_amount, left_out }: Sums): string {
  const of = deals - without_amount - left_out;
  const digits = reported && /^(-?\d+)(?:\.(\d{1,2}))?/.exec(reported.value);
  if (!reported || !digits || of <= 0) return "–";
  const hundredths = BigInt(`${digits[1]}${(digits[2] ?? "").padEnd(2, "0")}`) / BigInt(of);
  return moneyShort({ value: `${hundredths / 100n}`, currency: reported.currency });
}
