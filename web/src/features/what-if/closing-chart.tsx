import type { Simulation } from "@/api/simulations";
import { AxisBottom, AxisLeft, ChartFrame, Legend } from "@/shared/charts/frame";
import { frame } from "@/shared/charts/geometry";
import { date, days, percent } from "@/shared/format";
import { closing, closingPaths, dayAfter, months, type View } from "./closing";

const looks = [
  { area: "fill-chart-base/25", line: "stroke-chart-base", fill: "fill-chart-base" },
  { area: "fill-accent/25", line: "stroke-accent", fill: "fill-accent" },
] as const;

const titles: Record<View, string> = {
  won: "When it is won",
  closed: "When it is over, won or lost",
  by: "Chance to be won by a day",
};

const share = (value: number) => (value > 0 && value < 0.1 ? `${(value * 100).toFixed(1)}%` : percent(value));
const tickShare = (value: number) =>
  Math.abs(value * 100 - Math.round(value * 100)) < 1e-9 ? `${Math.round(value * 100)}%` : share(value);

const monthName = (day: string, narrow: boolean) => {
  const at = new Date(`${day}T00:00:00Z`);
  const january = at.getUTCMonth() === 0;
  return at.toLocaleDateString(undefined, {
    timeZone: "UTC",
    month: "short",
    ...(january || narrow ? { year: "2-digit" } : {}),
  });
};

/** Both arms over each other by the day they close; below them P10, P50 and P90 of each. */
export function ClosingChart({ simulation, view }: { simulation: Simulation; view: View }) {
  const { as_of, simulation: pair, scenarios } = simulation;
  const shown = closing(pair, view);
  const arms = [
    { name: "As it is", shares: shown.baseline, later: shown.later.baseline, of: pair.baseline },
    { name: "With the changes", shares: shown.modified, later: shown.later.modified, of: pair.modified },
  ].slice(0, scenarios.length === 0 ? 1 : 2);
  const quantiles = arms.map(({ of }) => (view === "closed" ? of.days : of.days_if_won)?.quantiles);
  const end = shown.width * shown.baseline.length;
  const day = (at: number) => date(dayAfter(as_of, at));
  const won = arms.map(({ name, of }) => `${name}: ${percent(of.p_win.value)} won`).join("; ");
  const span = quantiles[quantiles.length - 1];
  const summary = `${won}.${span ? ` Half of what is ${view === "closed" ? "over" : "won"} ${scenarios.length === 0 ? "" : "with the changes "}is so by ${day(span.p50)}, P10 ${day(span.p10)}, P90 ${day(span.p90)}.` : ""}`;
  return (
    <>
      <ChartFrame
        title={titles[view]}
        untitled
        summary={summary}
        height={268}
        legend={
          <Legend items={arms.map(({ name }, at) => ({ label: name, className: looks[at]?.fill ?? "" }))} />
        }
        table={{
          columns: [view === "by" ? "By" : "Between", ...arms.map(({ name }) => name)],
          rows: [
            ...shown.baseline.map((_, at) => [
              view === "by"
                ? day((at + 1) * shown.width)
                : `${day(at * shown.width)} and ${day((at + 1) * shown.width)}`,
              ...arms.map(({ shares }) => share(shares[at] ?? 0)),
            ]),
            ["later", ...arms.map(({ later }) => share(later))],
          ],
        }}
      >
        {(width, height) => {
          const box = frame(width, height, { bottom: 26 + 18 * arms.length, left: 40, right: 16 });
          const drawn = closingPaths(shown, view, box);
          const most = Math.max(2, Math.floor(width / 90));
          const ticks = months(as_of, drawn.days, most);
          const foot = height - box.bottom;
          return (
            <>
              <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={tickShare} />
              <AxisBottom
                ticks={ticks.map(({ at }) => ({ at: drawn.x(at), value: at }))}
                y={foot}
                format={(at) => {
                  const tick = ticks.find((one) => one.at === at);
                  return tick ? monthName(tick.day, ticks.length < 5) : "";
                }}
              />
              {ticks.map(({ at }) => (
                <line
                  key={at}
                  x1={drawn.x(at)}
                  x2={drawn.x(at)}
                  y1={foot}
                  y2={foot + 4}
                  className="stroke-chart-base"
                />
              ))}
              {arms.map(({ name }, at) => {
                const path = at === 0 ? drawn.baseline : drawn.modified;
                return (
                  <g key={name}>
                    <path d={path.area} className={looks[at]?.area ?? ""} />
                    <path
                      d={path.line}
                      strokeWidth={1.75}
                      className={`fill-transparent ${looks[at]?.line ?? ""}`}
                    />
                  </g>
                );
              })}
              {arms.map(({ name }, at) => {
                const q = quantiles[at];
                const y = foot + 34 + at * 16;
                if (!q) return null;
                return (
                  <g key={name}>
                    <title>{`${name}: P10 ${day(q.p10)}, P50 ${day(q.p50)}, P90 ${day(q.p90)}`}</title>
                    <line
                      x1={drawn.x(q.p10)}
                      x2={drawn.x(q.p90)}
                      y1={y}
                      y2={y}
                      strokeWidth={5}
                      strokeLinecap="round"
                      className={looks[at]?.line ?? ""}
                      opacity={0.4}
                    />
                    <circle
                      cx={drawn.x(q.p50)}
                      cy={y}
                      r={4.5}
                      className={`${looks[at]?.fill ?? ""} stroke-surface`}
                      strokeWidth={1.5}
                    />
                    <text
                      x={box.left - 6}
                      y={y}
                      dy="0.32em"
                      textAnchor="end"
                      className="fill-ink-faint text-2xs"
                    >
                      {at === 0 ? "now" : "then"}
                    </text>
                  </g>
                );
              })}
            </>
          );
        }}
      </ChartFrame>
      <p className="mt-1 text-xs text-ink-faint">
        Heights are shares of all runs
        {shown.later.baseline + shown.later.modified > 0.0005 &&
          `; after ${day(end)} come another ${arms.map(({ later }) => share(later)).join(" and ")}`}
        . The line below runs from P10 to P90, the dot is P50.
      </p>
      <Quantiles
        rows={arms.map(({ name }, at) => ({ name, q: quantiles[at] }))}
        what={view === "closed" ? "Over by" : "If won, won by"}
        day={day}
      />
    </>
  );
}

type Q = NonNullable<Simulation["simulation"]["baseline"]["days"]>["quantiles"];

function Quantiles({
  rows,
  what,
  day,
}: {
  rows: readonly { name: string; q: Q | undefined }[];
  what: string;
  day: (at: number) => string;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section aria-label={`${what}: P10, P50 and P90`} tabIndex={0} className="mt-3 overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="text-left text-xs text-ink-faint">
            <th scope="col" className="border-b border-line py-1 pr-3 font-medium">
              {what}
            </th>
            {["P10", "P50", "P90"].map((name) => (
              <th key={name} scope="col" className="border-b border-line py-1 pr-3 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, q }) => (
            <tr key={name}>
              <th scope="row" className="py-1 pr-3 text-left align-top font-normal text-ink-soft">
                {name}
              </th>
              {[q?.p10, q?.p50, q?.p90].map((at, index) => (
                <td key={index} className="py-1 pr-3 align-top whitespace-nowrap">
                  {at === undefined ? (
                    "–"
                  ) : (
                    <>
                      {day(at)}{" "}
                      <span className="block text-xs text-ink-faint @md:inline">
                        in {days(Math.round(at))}
                      </span>
                    </>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
