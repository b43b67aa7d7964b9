import { ArrowRight } from "lucide-react";
import { canonicalWords } from "@/shared/canonical";
import { count, counted, type Money, money, moneyShort } from "@/shared/format";
import { cx } from "./cx";

interface Ends {
  readonly open: number;
  readonly won: number;
  readonly lost: number;
}

interface Standing extends Ends {
  readonly open_amount?: Money | null;
  readonly won_amount?: Money | null;
  readonly lost_amount?: Money | null;
}

/** What another meaning of stages would change. */
export interface Preview {
  readonly rule: string;
  readonly stages: readonly {
    readonly label: string;
    readonly from?: string | null;
    readonly to?: string | null;
    readonly deals: number;
    readonly amount?: Money | null;
    readonly before: Ends;
    readonly after: Ends;
  }[];
  readonly elsewhere: number;
  readonly before: Standing;
  readonly after: Standing;
}

const WORDS = ["open", "won", "lost"] as const;

/** How deals would count otherwise; nothing where they count as before. */
export function turned(before: Ends, after: Ends): string[] {
  const less = WORDS.filter((word) => after[word] < before[word]);
  const more = WORDS.filter((word) => after[word] > before[word]);
  return less.flatMap((from) =>
    more.map((to) => {
      const many = more.length === 1 ? before[from] - after[from] : after[to] - before[to];
      return `${counted(many, "deal")} would count as ${to} instead of ${from}`;
    }),
  );
}

/** Whether won and lost would be counted otherwise. */
export const isGrave = ({ before, after }: Pick<Preview, "before" | "after">): boolean =>
  WORDS.some((word) => before[word] !== after[word]);

/** What saving would change: stage by stage, and all deals before and after. */
export function Restaged({ preview, isOld = false }: { preview: Preview; isOld?: boolean }) {
  const { before, after, elsewhere } = preview;
  return (
    <div className={cx("flex flex-col gap-3 text-sm", isOld && "opacity-60")}>
      <ul className="flex flex-col gap-3">
        {preview.stages.map((stage) => {
          const turns = turned(stage.before, stage.after);
          return (
            <li key={stage.label}>
              <p className="flex flex-wrap items-center gap-x-2 font-medium">
                {stage.label}:<span className="font-normal text-ink-soft">{canonicalWords(stage.from)}</span>
                <ArrowRight className="size-4 text-ink-faint" aria-label="becomes" />
                {canonicalWords(stage.to)}
              </p>
              <p className={turns.length > 0 ? "text-warn" : "text-ink-soft"}>
                {stage.deals === 0
                  ? "No deal is in it now."
                  : turns.length > 0
                    ? `${turns.join("; ")}.`
                    : `${counted(stage.deals, "deal")}${stage.amount ? `, ${moneyShort(stage.amount)},` : ""} in it ${stage.deals === 1 ? "counts" : "count"} as ${canonicalWords(stage.to).toLowerCase()} from then on, open or closed as before.`}
              </p>
            </li>
          );
        })}
      </ul>
      <table aria-label="All deals before and after" className="w-full border-collapse text-sm">
        <thead>
          <tr className="text-xs text-ink-faint">
            <th scope="col" className="border-b border-line py-1 text-left font-medium">
              All deals
            </th>
            <th scope="col" className="border-b border-line py-1 text-right font-medium">
              Now
            </th>
            <th scope="col" className="border-b border-line py-1 text-right font-medium">
              Once saved
            </th>
          </tr>
        </thead>
        <tbody>
          {WORDS.map((word) => {
            const isOther = before[word] !== after[word];
            return (
              <tr key={word}>
                <th scope="row" className="py-1 text-left font-normal text-ink-soft first-letter:uppercase">
                  {word}
                </th>
                <Cell standing={before} word={word} />
                <Cell standing={after} word={word} isOther={isOther} />
              </tr>
            );
          })}
        </tbody>
      </table>
      {elsewhere > 0 && (
        <p className="text-warn">
          {counted(elsewhere, "deal")} of other pipelines, in a stage of the same name, would count otherwise
          too.
        </p>
      )}
      <p className="text-xs text-ink-faint">{preview.rule}</p>
    </div>
  );
}

function Cell({
  standing,
  word,
  isOther = false,
}: {
  standing: Standing;
  word: (typeof WORDS)[number];
  isOther?: boolean;
}) {
  const amount = standing[`${word}_amount`];
  return (
    <td className={cx("py-1 text-right whitespace-nowrap", isOther && "font-semibold text-warn")}>
      {count(standing[word])}
      {amount && (
        <span className={cx("ml-2 text-xs font-normal", !isOther && "text-ink-faint")} title={money(amount)}>
          {moneyShort(amount)}
        </span>
      )}
    </td>
  );
}
