import { useState } from "react";
import type { Line } from "@/api/forecasts";
import { IntervalBar } from "@/shared/charts/interval-bar";
import { count, expected } from "@/shared/format";
import { Button } from "@/shared/ui/button";

/** Lines of a forecast with their quantiles; a name opens the deals behind it. */
export function RangeTable({
  label,
  first,
  lines,
  currency,
  onOpen,
  few = Number.POSITIVE_INFINITY,
}: {
  /** What the table is of. */
  label: string;
  /** What the lines are: `Owner`. */
  first: string;
  lines: readonly Line[];
  currency: string | null | undefined;
  onOpen: (line: Line) => void;
  /** So many lines at first; the others when somebody asks. */
  few?: number;
}) {
  const [all, setAll] = useState(false);
  // One more line takes no more room than saying that there is one.
  const shown = all || lines.length <= few + 1 ? lines : lines.slice(0, few);
  const most = Math.max(0, ...lines.map((line) => line.revenue.p90));
  const money = (value: number) => expected(value, currency);
  const head = "border-b border-line px-3 py-1.5 font-medium";
  return (
    <div className="@container">
      <table aria-label={label} className="w-full border-collapse text-sm">
        <thead>
          <tr className="text-xs text-ink-faint">
            <th scope="col" className={`${head} text-left`}>
              {first}
            </th>
            <th scope="col" className={`${head} hidden text-right @md:table-cell`}>
              Open deals
            </th>
            <th scope="col" className={`${head} hidden text-right @2xl:table-cell`}>
              Open amount
            </th>
            <th scope="col" className={`${head} text-right`}>
              Revenue, P50
            </th>
            <th scope="col" className={`${head} hidden text-left @lg:table-cell`}>
              P10 to P90
            </th>
            <th scope="col" className={`${head} hidden text-right @2xl:table-cell`}>
              Expected
            </th>
            <th scope="col" className={`${head} text-right`}>
              Wins
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((line) => {
            const { p10, p50, p90 } = line.revenue;
            const range = `${money(p10)} to ${money(p90)}`;
            return (
              <tr
                key={JSON.stringify(line.of ?? line.label) + line.label}
                className="align-top [&>*]:border-b [&>*]:border-line last:[&>*]:border-b-0"
              >
                <th scope="row" className="px-3 py-2 text-left font-normal">
                  <button
                    type="button"
                    onClick={() => onOpen(line)}
                    className="min-h-6 text-left font-medium wrap-anywhere text-accent-strong hover:underline"
                  >
                    {line.label}
                    <span className="unseen">: the deals behind it</span>
                  </button>
                </th>
                <td className="hidden px-3 py-2 text-right @md:table-cell">{count(line.deals)}</td>
                <td className="hidden px-3 py-2 text-right @2xl:table-cell">{money(line.open_amount)}</td>
                <td className="px-3 py-2 text-right font-semibold whitespace-nowrap">
                  {money(p50)}
                  <span className="block text-xs font-normal text-ink-soft @lg:hidden">{range}</span>
                </td>
                <td className="hidden px-3 py-2 @lg:table-cell">
                  <IntervalBar
                    low={p10}
                    mid={p50}
                    high={p90}
                    scale={[0, most]}
                    text={`${line.label}: P10 ${money(p10)}, P50 ${money(p50)}, P90 ${money(p90)}`}
                  />
                  <span className="block text-xs whitespace-nowrap text-ink-soft">{range}</span>
                </td>
                <td className="hidden px-3 py-2 text-right @2xl:table-cell">
                  {money(line.revenue.expected)}
                </td>
                <td className="px-3 py-2 text-right whitespace-nowrap">
                  {count(Math.round(line.wins.p50))}
                  <span className="block text-xs text-ink-soft">
                    {count(Math.round(line.wins.p10))} to {count(Math.round(line.wins.p90))}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {shown.length < lines.length && (
        <div className="px-3 py-2">
          <Button size="sm" look="quiet" onClick={() => setAll(true)}>
            Show all {count(lines.length)}
          </Button>
        </div>
      )}
    </div>
  );
}
