import { useState } from "react";
import type { Zombie, ZombieRule } from "@/api/quality";
import { count, days } from "@/shared/format";
import { Link, path } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { PlainTable } from "@/shared/ui/plain-table";

const FIRST = 20;

/** Open deals that have been in their stage longer than won ones were, the longest first. */
export function Zombies({ zombies, rules }: { zombies: readonly Zombie[]; rules: readonly ZombieRule[] }) {
  const [all, setAll] = useState(false);
  const [why, setWhy] = useState(false);
  const sorted = [...zombies].sort((a, b) => b.days / b.limit_days - a.days / a.limit_days);
  const shown = all ? sorted : sorted.slice(0, FIRST);
  return (
    <>
      <PlainTable<Zombie>
        label="Deals that are probably dead"
        rows={shown}
        rowId={(zombie) => zombie.deal}
        columns={[
          {
            id: "deal",
            header: "Deal",
            names: true,
            className: "min-w-28",
            cell: (zombie) => (
              <Link
                to={path("/deals", zombie.deal)}
                className="wrap-anywhere hover:text-accent-strong hover:underline"
              >
                {zombie.name}
              </Link>
            ),
          },
          { id: "stage", header: "Stage", cell: (zombie) => zombie.stage },
          {
            id: "days",
            header: "In it for",
            className: "whitespace-nowrap",
            align: "right",
            cell: (zombie) => days(Math.round(zombie.days)),
          },
          {
            id: "limit",
            header: "Won deals at most",
            className: "whitespace-nowrap",
            align: "right",
            cell: (zombie) => days(Math.round(zombie.limit_days)),
          },
          {
            id: "times",
            header: "That is",
            className: "whitespace-nowrap",
            align: "right",
            cell: (zombie) =>
              zombie.limit_days > 0 ? `${count(Math.round(zombie.days / zombie.limit_days))} times` : "–",
          },
        ]}
      />
      <p className="flex flex-wrap items-center justify-center gap-3 border-t border-line p-3 text-xs text-ink-faint">
        {count(shown.length)} of {count(zombies.length)} are shown, those first that are furthest beyond.
        {zombies.length > FIRST && (
          <Button size="sm" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show fewer" : "Show all"}
          </Button>
        )}
        <Button size="sm" look="quiet" aria-expanded={why} onClick={() => setWhy(!why)}>
          How long is too long?
        </Button>
      </p>
      {why && (
        <div className="border-t border-line">
          <p className="px-4 py-3 text-sm text-ink-soft">
            Longer than 99 of 100 deals that were won later, and than three times the median stay. A stage
            with fewer than 20 such deals is judged by its whole pipeline.
          </p>
          <PlainTable<ZombieRule>
            label="How long is too long"
            rows={rules}
            rowId={(rule) => `${rule.pipeline} ${rule.stage ?? ""}`}
            columns={[
              {
                id: "where",
                header: "Stage",
                names: true,
                cell: (rule) => (rule.stage ? rule.stage : `Whole pipeline ${rule.pipeline}`),
              },
              { id: "pipeline", header: "Pipeline", cell: (rule) => rule.pipeline },
              {
                id: "limit",
                header: "Too long beyond",
                align: "right",
                cell: (rule) => days(Math.round(rule.limit_days)),
              },
              {
                id: "p99",
                header: "99% of won within",
                align: "right",
                cell: (rule) => days(Math.round(rule.won_p99_days)),
              },
              {
                id: "median",
                header: "Median stay",
                align: "right",
                cell: (rule) => days(Math.round(rule.median_days)),
              },
              { id: "won", header: "Won deals", align: "right", cell: (rule) => count(rule.won) },
            ]}
          />
        </div>
      )}
    </>
  );
}
