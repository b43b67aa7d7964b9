import { useQuery } from "@tanstack/react-query";
import { forecastQuery } from "@/api/forecasts";
import { count, counted, words } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Badge, Card } from "@/shared/ui/pieces";
import { Loading } from "@/shared/ui/states";
import { oddsOf } from "./odds";

const names: Readonly<Record<string, string>> = {
  champion: "A champion",
  blocker: "An unresolved blocker",
  touches: "Touches in the last 14 days",
};

/** What the model does not know, and what its effects rest on. */
export function Unknowns() {
  const query = useQuery(forecastQuery("quarter", 4));
  if (query.error) {
    return (
      <Card title="What the model does not know">
        <p className="text-sm text-ink-soft">
          There is no forecast to tell it of: {asProblem(query.error).message}
        </p>
      </Card>
    );
  }
  if (!query.data) return <Loading label="Loading what is not known" />;
  const { unknown, effects, evidence } = query.data;
  return (
    <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
      <Card title="What the model does not know">
        <ul className="flex list-disc flex-col gap-1.5 pl-5 text-sm text-ink-soft">
          {unknown
            .filter((text) => !text.startsWith("How good this forecast would have been"))
            .map((text) => (
              <li key={text}>{text.replaceAll(" %", "%")}</li>
            ))}
        </ul>
        <p className="mt-3 text-xs text-ink-faint">
          Learned from {counted(evidence.closed, "closed deal")}: {count(evidence.won)} won,{" "}
          {count(evidence.lost)} lost.
        </p>
      </Card>
      <Card title="What its effects rest on" flush>
        <ul>
          {effects.all.map((effect) => {
            const odds = oddsOf(effect.log_odds, effect.sd);
            return (
              <li
                key={effect.covariate}
                className="flex flex-col items-start gap-0.5 border-b border-line px-4 py-2.5 text-sm last:border-b-0"
              >
                <span className="flex flex-wrap items-baseline gap-2 font-medium">
                  {names[effect.covariate] ?? words(effect.covariate)}
                  {effect.prior_driven ? (
                    <Badge tone="warn">an assumption</Badge>
                  ) : (
                    <Badge tone="good">learned from your data</Badge>
                  )}
                  {Number(odds.low) < 1 && Number(odds.high) > 1 && <Badge>may be none</Badge>}
                </span>
                <span className="text-ink-soft">
                  Odds of moving forward × {odds.value}, 80% interval {odds.low} to {odds.high}; had in{" "}
                  {count(effect.stays_with)} of {count(effect.stays)} stays in a stage.
                </span>
              </li>
            );
          })}
        </ul>
        <p className="border-t border-line px-4 py-2.5 text-xs text-ink-faint">
          All of these are associations, not causes: a deal may have a champion because it goes well.
        </p>
      </Card>
    </div>
  );
}
