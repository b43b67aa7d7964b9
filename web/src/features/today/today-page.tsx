import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { attentionQuery, type Listed, todayQuery } from "@/api/insights";
import { count, counted, money, moneyShort, words } from "@/shared/format";
import { dated } from "@/shared/format/dated";
import { usePage } from "@/shared/page";
import { useAddress } from "@/shared/routing";
import { BringDeals } from "@/shared/ui/bring-deals";
import { Button } from "@/shared/ui/button";
import { Segmented, Toggle } from "@/shared/ui/chip";
import { cx } from "@/shared/ui/cx";
import { Figure, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { DealList } from "./deal-list";

const LISTS = ["today", "attention"] as const;
type List = (typeof LISTS)[number];

const read = (search: Readonly<Record<string, unknown>>): { list: List; reason: string | undefined } => ({
  list: LISTS.find((list) => list === search.list) ?? "today",
  reason: typeof search.reason === "string" && /^[a-z_]+$/.test(search.reason) ? search.reason : undefined,
});

const FIRST = 50;
const MOST = 200;

/** What needs somebody, and why. */
export default function TodayPage() {
  const [{ list, reason }, setAddress] = useAddress(read);
  const [limit, setLimit] = useState(FIRST);
  // The list of today comes whole and is small; of the other one the server gives the reason's deals.
  const ofToday = useQuery({ ...todayQuery(reason ? MOST : limit), enabled: list === "today" });
  const ofAttention = useQuery({ ...attentionQuery(reason, limit), enabled: list === "attention" });
  const query = list === "today" ? ofToday : ofAttention;
  const { refetch } = query;
  const refresh = useCallback(() => void refetch(), [refetch]);
  usePage({ title: "Today", asOf: query.data?.as_of, refresh });

  return (
    <>
      <PageHead
        title="Today"
        sub={query.data && dated(query.data.rule)}
        actions={
          <Segmented
            label="List"
            value={list}
            onChange={(next) => {
              setLimit(FIRST);
              setAddress({ list: next, reason: undefined });
            }}
            options={[
              { value: "today", label: "Today" },
              { value: "attention", label: "All that needs attention" },
            ]}
          />
        }
      />
      <QueryView query={query}>
        {(listed) => (
          <Shown
            listed={listed}
            reason={reason}
            filteredHere={list === "today"}
            isOld={query.isPlaceholderData}
            onReason={(next) => {
              setLimit(FIRST);
              setAddress({ reason: next }, { replace: true });
            }}
            onMore={limit < MOST ? () => setLimit(MOST) : undefined}
          />
        )}
      </QueryView>
    </>
  );
}

function Shown({
  listed,
  reason,
  filteredHere,
  isOld,
  onReason,
  onMore,
}: {
  listed: Listed;
  reason: string | undefined;
  filteredHere: boolean;
  isOld: boolean;
  onReason: (reason: string | undefined) => void;
  onMore: (() => void) | undefined;
}) {
  const reasons = Object.entries(listed.reasons as Record<string, number>).sort((a, b) => b[1] - a[1]);
  const deals =
    reason && filteredHere
      ? listed.deals.filter((deal) => deal.reasons.some((each) => each.code === reason))
      : listed.deals;
  const whole =
    reason && filteredHere ? ((listed.reasons as Record<string, number>)[reason] ?? 0) : listed.count;
  if (listed.count === 0 && !reason) {
    return (
      <div className="panel">
        {listed.of === 0 ? (
          <Empty title="There are no deals yet" action={<BringDeals />}>
            With the first deals this page says every morning which of them need you, and why.
          </Empty>
        ) : (
          <Empty title="Nothing needs you">
            {listed.note ?? `None of ${counted(listed.of, "deal")} meets the rule above.`}
          </Empty>
        )}
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <section aria-label="Totals" className="panel flex flex-wrap items-center gap-x-8 gap-y-3 px-4 py-3">
        <Figure label="Deals" value={count(whole)} note={`of ${count(listed.of)} you see`} />
        {!(reason && filteredHere) && (
          <Figure
            label="Amount"
            value={moneyShort(listed.amount)}
            title={money(listed.amount)}
            note={money(listed.amount)}
          />
        )}
        <fieldset className="flex min-w-0 flex-1 basis-72 flex-wrap gap-1.5">
          <legend className="unseen">Show one reason</legend>
          {reasons.map(([code, deals]) => (
            <Toggle key={code} on={reason === code} onChange={(on) => onReason(on ? code : undefined)}>
              {words(code)} <span className="font-normal">{count(deals)}</span>
            </Toggle>
          ))}
        </fieldset>
      </section>
      <section aria-label="Deals" className={cx("panel", isOld && "opacity-60")}>
        <DealList label="Deals that need somebody" deals={deals} asOf={listed.as_of} />
        {deals.length < whole && (
          <p className="flex flex-wrap items-center justify-center gap-3 border-t border-line p-3 text-xs text-ink-faint">
            {count(deals.length)} of {count(whole)} are shown, the first by amount × chance.
            {onMore && (
              <Button size="sm" onClick={onMore}>
                Show more
              </Button>
            )}
          </p>
        )}
      </section>
      <p role="status" className="unseen">
        {counted(whole, "deal")}
      </p>
    </div>
  );
}
