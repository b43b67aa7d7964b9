import { useQueries } from "@tanstack/react-query";
import { type DealRow, dealsQuery } from "@/api/deals";
import type { DataQuality, Finding } from "@/api/quality";
import { count, counted, percent } from "@/shared/format";
import { dated } from "@/shared/format/dated";
import { asProblem } from "@/shared/problem";
import { Link } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { DealRows, type NamedDeal } from "@/shared/ui/deal-rows";
import { Badge } from "@/shared/ui/pieces";
import { Failed, Loading } from "@/shared/ui/states";
import { behind, findingName, severity } from "./behind";
import { Zombies } from "./zombies";

/** One kind of trouble; opened, the deals that have it. */
export function FindingRow({
  finding,
  quality,
  open,
  onOpen,
}: {
  finding: Finding;
  quality: DataQuality;
  open: boolean;
  onOpen: () => void;
}) {
  const id = `finding-${finding.kind}`;
  const grave = severity(finding.severity);
  const share = finding.of > 0 ? finding.count / finding.of : 0;
  const what = finding.kind === "leak" ? "field" : "deal";
  // The figures of the server's sentence stand beside it.
  const said = finding.what.replace(/:\s*\d+ of \d+ [a-z ]+$/, "");
  const name = findingName(finding.kind) ?? said;
  return (
    <li>
      <div className="grid items-start gap-x-6 gap-y-2 px-4 py-3 md:grid-cols-[5.5rem_minmax(0,1fr)_11rem_9rem]">
        <div>
          <Badge tone={grave.tone}>{grave.word}</Badge>
        </div>
        <div className="min-w-0">
          <h3 className="text-sm font-medium">{name}</h3>
          <p className="text-sm text-ink-soft">
            {said === name ? "" : `${said}. `}
            <span className="text-ink">{dated(finding.remedy)}.</span>
          </p>
        </div>
        <div className="text-sm">
          <span className="font-medium">{count(finding.count)}</span>{" "}
          <span className="text-xs text-ink-faint">
            of {count(finding.of)} · {percent(share)}
          </span>
          <svg aria-hidden="true" width="100%" height="6" className="mt-1 block">
            <rect width="100%" height="6" rx="3" className="fill-sunken" />
            <rect
              width={`${100 * Math.min(1, share)}%`}
              height="6"
              rx="3"
              className={
                grave.tone === "bad" ? "fill-bad" : grave.tone === "warn" ? "fill-warn" : "fill-chart-base"
              }
            />
          </svg>
        </div>
        <div className="md:text-right">
          {finding.kind !== "leak" && (
            <Button size="sm" aria-expanded={open} aria-controls={open ? id : undefined} onClick={onOpen}>
              {open ? "Hide" : "Show"} {counted(finding.count, what)}
              <span className="unseen"> with: {name}</span>
            </Button>
          )}
        </div>
      </div>
      {open && (
        <div id={id} className="border-t border-line bg-ground/60">
          {finding.kind === "zombie" ? (
            <Zombies zombies={quality.zombies} rules={quality.zombie_rules} />
          ) : (
            <Deals finding={finding} quality={quality} />
          )}
        </div>
      )}
    </li>
  );
}

const FIRST = 20;

const named = (deal: DealRow): NamedDeal => ({
  id: deal.id ?? "",
  name: deal.name ?? deal.id ?? "",
  owner: deal.owner,
  stage: deal.stage,
  amount: deal.amount,
  expected_close: deal.close_date,
});

function Deals({ finding, quality }: { finding: Finding; quality: DataQuality }) {
  const { asks, whole } = behind(finding, quality);
  const queries = useQueries({ queries: asks.map((ask) => dealsQuery(ask.search, FIRST)) });
  const failed = queries.find((query) => query.error);
  if (failed?.error)
    return (
      <Failed
        problem={asProblem(failed.error)}
        onRetry={() => {
          for (const query of queries) if (query.error) void query.refetch();
        }}
      />
    );
  if (queries.some((query) => query.data === undefined))
    return (
      <div className="p-4">
        <Loading rows={4} label="Loading the deals" />
      </div>
    );
  const counts = queries.map((query) => query.data?.totals?.count ?? 0);
  const rows = queries.flatMap((query) => query.data?.data ?? []);
  const deals = [...new Map(rows.map((deal) => [deal.id, named(deal)])).values()].slice(0, FIRST);
  return (
    <>
      <DealRows label={`Deals: ${findingName(finding.kind) ?? finding.what}`} deals={deals} />
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-3 text-xs text-ink-faint">
        {whole ? (
          <>
            {asks.map((ask, at) => (
              <Link
                key={ask.label}
                to="/deals"
                search={ask.search}
                className="font-medium text-accent-strong underline"
              >
                {ask.label}: {counted(counts[at] ?? 0, "deal")}
              </Link>
            ))}
            <span>{count(deals.length)} are shown here.</span>
          </>
        ) : (
          <span>
            {counted(deals.length, "example")} of {count(finding.count)}: the server names no more of this
            kind.
          </span>
        )}
      </p>
    </>
  );
}
