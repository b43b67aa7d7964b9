import type { Origin } from "@/api/backtests";
import { AxisBottom, AxisLeft, ChartFrame, Legend } from "@/shared/charts/frame";
import { frame } from "@/shared/charts/geometry";
import { count, date } from "@/shared/format";
import { originsLayout } from "./origins";
import { dayOf } from "./reading";

const one = (value: number) => value.toFixed(1);

/** On each past day: how many wins were expected, with the 80 % interval, and how many came. */
export function OriginsChart({ origins, horizonDays }: { origins: readonly Origin[]; horizonDays: number }) {
  const inside = origins.filter(({ won, interval80: [low, high] }) => won >= low && won <= high).length;
  return (
    <ChartFrame
      title={`Wins within ${horizonDays} days: expected and seen`}
      untitled
      height={250}
      summary={`On ${inside} of ${origins.length} past days the wins that came lie in the 80% interval that was told.`}
      legend={
        <Legend
          items={[
            { label: "Expected, with 80% interval", className: "fill-accent/50" },
            { label: "Came, within it", className: "fill-good" },
            { label: "Came, outside it", className: "fill-bad" },
          ]}
        />
      }
      table={{
        columns: ["Day", "Open deals", "Expected wins", "80% interval", "Came"],
        rows: origins.map(({ at, open, expected, interval80: [low, high], won }) => [
          date(dayOf(at)),
          count(open),
          one(expected),
          `${one(low)} to ${one(high)}`,
          count(won),
        ]),
      }}
    >
      {(width, height) => {
        const box = frame(width, height, { left: 36, right: 24 });
        const drawn = originsLayout(origins, box);
        return (
          <>
            <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={count} />
            <AxisBottom
              ticks={drawn.x}
              y={height - box.bottom}
              format={(day) => date(dayOf(day)).replace(/^\d+ /, "")}
            />
            {drawn.marks.map(({ origin, x, low, high, expected, won, inside: isIn }) => (
              <g key={origin.at}>
                <title>{`${date(dayOf(origin.at))}: ${one(origin.expected)} expected, 80% interval ${one(origin.interval80[0])} to ${one(origin.interval80[1])}, ${origin.won} came`}</title>
                <rect
                  x={x - drawn.width / 2}
                  y={high}
                  width={drawn.width}
                  height={Math.max(2, low - high)}
                  rx={2}
                  className="fill-accent/25"
                />
                <rect
                  x={x - drawn.width / 2}
                  y={expected - 1}
                  width={drawn.width}
                  height={2}
                  className="fill-accent"
                />
                {isIn ? (
                  <circle cx={x} cy={won} r={4} strokeWidth={1.5} className="fill-good stroke-surface" />
                ) : (
                  <path
                    d={`M${x},${won - 5.5}l5.5,5.5l-5.5,5.5l-5.5,-5.5z`}
                    strokeWidth={1.5}
                    className="fill-bad stroke-surface"
                  />
                )}
              </g>
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
}
