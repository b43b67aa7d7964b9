import { type Import, summaryOf } from "@/api/imports";
import { count, counted, date } from "@/shared/format";
import { cx } from "@/shared/ui/cx";
import { Card } from "@/shared/ui/pieces";
import { kinds } from "./words";

/** What would be written of each kind, or was; nothing else is touched. */
export function Changes({ it }: { it: Import }) {
  const { would_write, written, rows, as_of } = summaryOf(it);
  const list = kinds(written ?? would_write);
  const differs = list.filter(({ counts }) => counts.new + counts.changed > 0);
  const aside = list.reduce((sum, { counts }) => sum + counts.quarantined, 0);
  const stale = list.reduce((sum, { counts }) => sum + counts.stale, 0);
  return (
    <Card
      title={written ? "What changed" : "What would change"}
      flush
      aside={as_of && `the files stand at ${date(as_of)}`}
    >
      {list.length > 0 && (
        <div className="overflow-x-auto">
          <table className="w-full min-w-80 text-sm">
            <caption className="unseen">Records by kind</caption>
            <thead>
              <tr className="border-b border-line text-xs text-ink-faint">
                <th scope="col" className="px-4 py-2 text-left font-medium">
                  Kind
                </th>
                {["New", "Changed", "As they are"].map((name) => (
                  <th key={name} scope="col" className="px-4 py-2 text-right font-medium">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {list.map(({ kind, label, counts }) => (
                <tr key={kind}>
                  <th scope="row" className="px-4 py-2 text-left font-normal">
                    {label}
                  </th>
                  <Many value={counts.new} />
                  <Many value={counts.changed} />
                  <Many value={counts.unchanged} isQuiet />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="flex flex-col gap-1 border-t border-line px-4 py-3 text-sm text-ink-soft empty:hidden">
        {differs.length === 0 && (
          <p>{written ? "Nothing was different." : "Nothing would be different from what is here."}</p>
        )}
        {rows && rows.not_used > 0 && (
          <p className="text-warn">
            {counted(rows.not_used, "row")} of {count(rows.read)} cannot be used; under Odd values it says
            why.
          </p>
        )}
        {stale > 0 && (
          <p>
            {counted(stale, "record")} {stale === 1 ? "is" : "are"} newer here than in these files, and{" "}
            {stale === 1 ? "stays" : "stay"}.
          </p>
        )}
        {aside > 0 && <p className="text-warn">{counted(aside, "record")} could not be kept.</p>}
        {!written && (
          <p>
            Only what this source brought before is compared and changed. What people wrote here, such as
            notes and next steps, is never touched.
          </p>
        )}
      </div>
    </Card>
  );
}

function Many({ value, isQuiet = false }: { value: number; isQuiet?: boolean }) {
  return (
    <td className={cx("px-4 py-2 text-right", isQuiet || value === 0 ? "text-ink-faint" : "font-medium")}>
      {count(value)}
    </td>
  );
}
