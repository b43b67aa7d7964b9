import { useQuery } from "@tanstack/react-query";
import { type Changes, recommendationsQuery } from "@/api/simulations";
import { expected, money, points, signed } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Skeleton } from "@/shared/ui/states";
import { readPlan, sayChange, writePlan } from "./changes";
import { isTooClose, pointsRange } from "./verdict";

/** Less than this is no gain worth a word, in units of the currency. */
const LEAST = 0.5;

/** What would help most: a press puts it into the controls. */
export function Recommendations({
  deal,
  chosen,
  onChoose,
}: {
  deal: string;
  chosen: Changes;
  onChoose: (change: string) => void;
}) {
  const query = useQuery(recommendationsQuery(deal));
  if (query.error)
    return <p className="text-sm text-ink-soft">No recommendations: {asProblem(query.error).message}</p>;
  if (!query.data) return <Skeleton className="h-36 w-full" />;
  const { data, currency } = query.data;
  if (data.length === 0) {
    return (
      <p className="text-sm text-ink-soft">
        Nothing the model knows of would clearly help this deal. Try changes of your own below.
      </p>
    );
  }
  return (
    <ul className="flex flex-col gap-1.5">
      {data.map(({ scenario, delta, gain }) => {
        const [text] = writePlan(readPlan([scenario]).plan);
        const on = text !== undefined && chosen.includes(text);
        const p = delta.p_win;
        return (
          <li key={scenario}>
            <button
              type="button"
              aria-pressed={on}
              onClick={() => onChoose(scenario)}
              className={`flex w-full flex-col rounded-md border px-3 py-2 text-left ${
                on ? "border-accent bg-accent-soft" : "border-line-strong/60 bg-surface hover:bg-sunken"
              }`}
            >
              <span className="flex w-full items-baseline justify-between gap-3">
                <span className="text-sm font-medium">
                  {sayChange(scenario, (value) => (currency ? money({ value, currency }) : value))}
                </span>
                <span className="text-sm font-semibold whitespace-nowrap">
                  {p.low === p.high ? "sooner" : points(p.value)}
                </span>
              </span>
              <span className="text-xs text-ink-soft">
                {p.low === p.high
                  ? `${points(delta.p_win_90_days)} within 90 days`
                  : isTooClose(p)
                    ? `${pointsRange(p.low, p.high)}: too close to call`
                    : `80% interval ${pointsRange(p.low, p.high)}`}
                {delta.expected_value && currency && Math.abs(gain) >= LEAST
                  ? `; ${signed(delta.expected_value.value, (value) => expected(value, currency))} expected`
                  : ""}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
