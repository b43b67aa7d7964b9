import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Orders, ordersQuery } from "@/api/cashflow";
import { count, counted, date, money, moneyShort, words } from "@/shared/format";
import { Button } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";
import { DealRows } from "@/shared/ui/deal-rows";
import { Field, Input } from "@/shared/ui/field";
import { Badge, Card, Figure, Figures } from "@/shared/ui/pieces";
import { Empty } from "@/shared/ui/states";

interface Days {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const MOST = 200;

/** Deals won in a span, and what each lacks to count as an order. */
export function OrdersTab({
  data,
  isOld,
  from,
  to,
  onSpan,
}: {
  data: Orders;
  isOld: boolean;
  onSpan: (span: Days) => void;
} & Days) {
  const [all, setAll] = useState(false);
  const more = useQuery({ ...ordersQuery(from, to, MOST), enabled: all });
  const deals = (all && more.data?.deals) || data.deals;
  const reasons = Object.entries(data.reasons).sort((a, b) => b[1] - a[1]);
  return (
    <div className={cx("flex flex-col gap-4", isOld && "opacity-60")}>
      <div className="flex flex-wrap items-end gap-3">
        <Field label="From" className="w-40">
          <Input
            type="date"
            value={data.from}
            max={data.to}
            onChange={(event) => event.target.value && onSpan({ from: event.target.value, to })}
          />
        </Field>
        <Field label="To" className="w-40">
          <Input
            type="date"
            value={data.to}
            min={data.from}
            onChange={(event) => event.target.value && onSpan({ from, to: event.target.value })}
          />
        </Field>
        {(from || to) && (
          <Button look="quiet" onClick={() => onSpan({ from: undefined, to: undefined })}>
            This quarter
          </Button>
        )}
      </div>
      <Figures aria-label="In short" className="panel">
        <Figure
          label={`Won from ${date(data.from)} to ${date(data.to)}`}
          value={moneyShort(data.amount)}
          title={money(data.amount)}
          note={counted(data.count, "deal")}
        />
        <Figure
          label="Complete orders"
          value={moneyShort(data.complete_amount)}
          title={money(data.complete_amount)}
          note={`${count(data.complete)} of ${counted(data.count, "deal")}`}
        />
        <Figure
          label="Lack something"
          value={count(data.count - data.complete)}
          {...(data.count > data.complete ? { tone: "warn" as const } : {})}
        />
        {reasons.length > 0 && (
          <ul aria-label="What they lack" className="flex flex-wrap items-center gap-1.5">
            {reasons.map(([reason, deals]) => (
              <li key={reason}>
                <Badge tone="warn">
                  {words(reason)} {count(deals)}
                </Badge>
              </li>
            ))}
          </ul>
        )}
      </Figures>
      <Card title="Orders" flush aside="those that lack most first">
        {data.count === 0 ? (
          <Empty title="No deal was won in this span">{data.note ?? "Choose other days above."}</Empty>
        ) : (
          <>
            <DealRows label="Orders received" deals={deals} />
            {deals.length < data.count && (
              <p className="flex flex-wrap items-center justify-center gap-3 border-t border-line p-3 text-xs text-ink-faint">
                {count(deals.length)} of {count(data.count)} are shown.
                {!all && deals.length < MOST && (
                  <Button size="sm" busy={more.isFetching} onClick={() => setAll(true)}>
                    Show more
                  </Button>
                )}
              </p>
            )}
          </>
        )}
      </Card>
    </div>
  );
}
