import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Compliance, complianceQuery, type RuleResult } from "@/api/owners";
import { count, counted, percent } from "@/shared/format";
import { dated } from "@/shared/format/dated";
import { Button } from "@/shared/ui/button";
import { DealRows } from "@/shared/ui/deal-rows";
import { Card, Figure, Figures } from "@/shared/ui/pieces";
import { Empty } from "@/shared/ui/states";

/** Each rule, how far it is kept, and the deals that break it. */
export function Rules({
  data,
  open,
  onOpen,
}: {
  data: Compliance;
  open: string | undefined;
  onOpen: (rule: string | undefined) => void;
}) {
  if (data.of === 0 || data.rules.length === 0) {
    return (
      <div className="panel">
        <Empty title={data.of === 0 ? "There are no open deals" : "There are no rules"}>
          {data.of === 0
            ? "Rules are asked of open deals. As soon as there are some, this page says which of them keep the rules."
            : "An admin says under Settings, Thresholds what must hold of open deals."}
        </Empty>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <Figures aria-label="All rules" className="panel">
        <Figure
          label="Open deals that keep every rule"
          value={percent(data.compliant / data.of)}
          note={`${count(data.compliant)} of ${count(data.of)}`}
        />
        <Figure label="That break one or more" value={count(data.of - data.compliant)} />
      </Figures>
      <Card title="Rule by rule" flush>
        <ul className="divide-y divide-line">
          {data.rules.map((rule) => (
            <Rule
              key={rule.id}
              rule={rule}
              open={rule.id === open}
              onOpen={() => onOpen(rule.id === open ? undefined : rule.id)}
            />
          ))}
        </ul>
      </Card>
    </div>
  );
}

function Rule({ rule, open, onOpen }: { rule: RuleResult; open: boolean; onOpen: () => void }) {
  const id = `rule-${rule.id}`;
  const kept = rule.of > 0 ? rule.passed / rule.of : undefined;
  return (
    <li>
      <div className="grid items-center gap-x-6 gap-y-2 px-4 py-3 md:grid-cols-[minmax(0,1fr)_16rem_10rem]">
        <h3 className="text-sm font-medium wrap-anywhere">
          {dated(rule.name)}
          {rule.asks !== rule.name && (
            <span className="block text-xs font-normal text-ink-faint">{dated(rule.asks)}</span>
          )}
        </h3>
        <div className="text-sm">
          {kept === undefined ? (
            <span className="text-ink-faint">No open deal it is for</span>
          ) : (
            <>
              <span className="font-medium">{percent(kept)}</span>{" "}
              <span className="text-xs text-ink-faint">
                {count(rule.passed)} of {count(rule.of)} it is for
              </span>
              <svg aria-hidden="true" width="100%" height="6" className="mt-1 block">
                <rect width="100%" height="6" rx="3" className="fill-warn/50" />
                <rect width={`${100 * kept}%`} height="6" rx="3" className="fill-good" />
              </svg>
            </>
          )}
        </div>
        <div className="md:text-right">
          {rule.failed > 0 ? (
            <Button size="sm" aria-expanded={open} aria-controls={open ? id : undefined} onClick={onOpen}>
              {open ? "Hide" : "Show"} {counted(rule.failed, "deal")}
              <span className="unseen"> that break: {rule.name}</span>
            </Button>
          ) : (
            <span className="text-sm text-good">Nothing to do</span>
          )}
        </div>
      </div>
      {open && (
        <div id={id} className="border-t border-line bg-ground/60">
          <Broken rule={rule} />
        </div>
      )}
    </li>
  );
}

const MOST = 200;

function Broken({ rule }: { rule: RuleResult }) {
  const [all, setAll] = useState(false);
  const more = useQuery({ ...complianceQuery(MOST), enabled: all });
  const deals = (all && more.data?.rules.find((each) => each.id === rule.id)?.deals) || rule.deals;
  return (
    <>
      <DealRows label={`Deals that break: ${rule.name}`} deals={deals} />
      {deals.length < rule.failed && (
        <p className="flex flex-wrap items-center justify-center gap-3 border-t border-line p-3 text-xs text-ink-faint">
          {count(deals.length)} of {count(rule.failed)} are shown, the most valuable.
          {!all && deals.length < MOST && (
            <Button size="sm" busy={more.isFetching} onClick={() => setAll(true)}>
              Show more
            </Button>
          )}
        </p>
      )}
    </>
  );
}
