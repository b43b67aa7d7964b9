import { lazy, Suspense } from "react";
import type { Deal } from "@/api/deals";
import { LineWithBand } from "@/shared/charts";
import { barShares } from "@/shared/charts/geometry";
import { count, days, percentFine, words } from "@/shared/format";
import { cx } from "@/shared/ui/cx";
import { Card } from "@/shared/ui/pieces";
import { Empty, NotEnoughHistory, Skeleton } from "@/shared/ui/states";

const ChanceOverTime = lazy(() => import("./chance"));

type Forecast = NonNullable<Deal["forecast"]>;

/** What the model thinks and why; or why it thinks nothing. */
export function Overview({ deal }: { deal: Deal }) {
  if (deal.forecast) {
    return (
      <div className="grid gap-4 xl:grid-cols-2">
        <Reasons forecast={deal.forecast} />
        <ChanceAhead forecast={deal.forecast} />
        <div className="min-w-0 xl:col-span-2">
          <Past deal={deal.id} />
        </div>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <NoChance deal={deal} />
      {deal.outcome !== "open" && <Past deal={deal.id} />}
    </div>
  );
}

const Past = ({ deal }: { deal: string }) => (
  <Suspense fallback={<Skeleton className="h-80 w-full" />}>
    <ChanceOverTime deal={deal} />
  </Suspense>
);

function NoChance({ deal }: { deal: Deal }) {
  return (
    <Card title="Chance">
      {deal.no_forecast?.code === "not_enough_history" ? (
        <NotEnoughHistory>
          <p>{deal.no_forecast.detail}</p>
          <p className="mt-1">Meanwhile the chance of the source is shown, where it gives one.</p>
        </NotEnoughHistory>
      ) : (
        <Empty title={deal.outcome === "open" ? "No chance is told" : `This deal is ${deal.outcome}`}>
          {deal.no_forecast?.detail}
        </Empty>
      )}
    </Card>
  );
}

/** `0.52` → `× 0.52`: what a reason does to the odds. */
const odds = (logOdds: number): string => {
  const factor = Math.exp(logOdds);
  return `× ${count(Number(factor.toPrecision(2)))}`;
};

function Reasons({ forecast }: { forecast: Forecast }) {
  const shares = barShares(forecast.reasons.map((reason) => reason.log_odds));
  return (
    <Card title="Why this chance" aside="odds against the average deal in its stage">
      {forecast.reasons.length === 0 ? (
        <p className="text-sm text-ink-soft">Nothing sets it apart from the average deal in its stage.</p>
      ) : (
        <ul className="flex flex-col gap-2">
          {forecast.reasons.map((reason, at) => {
            const up = reason.log_odds >= 0;
            return (
              <li
                key={reason.feature}
                className="grid grid-cols-[1fr_6rem_4.5rem] items-center gap-3 text-sm"
              >
                <span className="wrap-anywhere">
                  {words(reason.feature)}
                  <span className="unseen">{up ? " raises the odds" : " lowers the odds"}</span>
                </span>
                <svg aria-hidden="true" width="96" height="10" viewBox="0 0 96 10">
                  <rect x="47.5" width="1" height="10" className="fill-line-strong" />
                  <rect
                    x={up ? 48 : 48 - (shares[at] ?? 0) * 46}
                    y="2"
                    width={(shares[at] ?? 0) * 46}
                    height="6"
                    rx="1.5"
                    className={up ? "fill-good" : "fill-bad"}
                  />
                </svg>
                <span className={cx("text-right", up ? "text-good" : "text-bad")}>
                  {odds(reason.log_odds)}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <p className="mt-3 text-xs text-ink-faint">
        Learned from closed deals: what went together, which is not always what caused it.
      </p>
    </Card>
  );
}

/** The end of the axis: at least 5 %, so that next to nothing looks like it. */
const roundUp = (share: number): number => Math.min(1, Math.max(0.05, Math.ceil(share * 10) / 10));

function ChanceAhead({ forecast }: { forecast: Forecast }) {
  const points = [{ x: 0, y: 0 }, ...forecast.by_days.map((by) => ({ x: by.days, y: by.p_win }))];
  const last = forecast.by_days.at(-1);
  return (
    <Card title="When it may be won" aside={`of ${percentFine(forecast.p_win.value)} in the end`}>
      <LineWithBand
        title="Chance to be won by then"
        untitled
        summary={
          last
            ? `${percentFine(last.p_win)} within ${days(last.days)}, ${percentFine(forecast.p_win.value)} in the end.`
            : "No horizon is told."
        }
        points={points}
        label="Chance"
        formatX={(value) => days(value)}
        formatY={percentFine}
        yDomain={[0, roundUp(Math.max(...points.map((point) => point.y)))]}
        height={190}
      />
      <ul className="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-xs text-ink-soft">
        {forecast.by_days.map((by) => (
          <li key={by.days}>
            {days(by.days)}: won {percentFine(by.p_win)}, lost {percentFine(by.p_lost)}
          </li>
        ))}
      </ul>
    </Card>
  );
}
