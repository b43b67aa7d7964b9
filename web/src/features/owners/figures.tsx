import type { OwnerKpis, OwnersKpis } from "@/api/owners";
import { count, counted, date, days, money, moneyShort, percent } from "@/shared/format";
import { Link } from "@/shared/routing";
import { cx } from "@/shared/ui/cx";
import { Figure, Figures } from "@/shared/ui/pieces";
import { type PlainColumn, PlainTable } from "@/shared/ui/plain-table";
import { Rate, RateFigure } from "@/shared/ui/rate";
import { Empty } from "@/shared/ui/states";
import { orderOf, sortOf } from "./address";
import { ordered, standsOut } from "./kpis";

/** A figure and what belongs to it, one under the other. */
function Two({ first, second }: { first: React.ReactNode; second: React.ReactNode }) {
  return (
    <span className="inline-flex flex-col items-end whitespace-nowrap">
      <span className="font-medium">{first}</span>
      <span className="text-xs text-ink-faint">{second}</span>
    </span>
  );
}

/** The owner, a link to what they have open, and whether their win rate is another than that of all. */
function Who({ owner, all }: { owner: OwnerKpis; all: OwnerKpis }) {
  const out = standsOut(owner.win_rate, all.win_rate);
  return (
    <span className="flex flex-col">
      <Link
        to="/deals"
        search={{
          "filter[outcome]": "open",
          ...(owner.owner ? { "filter[owner]": owner.owner.id } : { "filter[owner][exists]": "false" }),
          sort: "-amount",
        }}
        className="wrap-anywhere hover:text-accent-strong hover:underline"
      >
        {owner.owner ? (owner.owner.name ?? owner.owner.id) : "Nobody"}
      </Link>
      {out && (
        <span className={cx("text-xs font-normal", out === "above" ? "text-good" : "text-warn")}>
          wins {out === "above" ? "more" : "less"} often than all
        </span>
      )}
    </span>
  );
}

export function KeyFigures({
  data,
  isOld,
  sort,
  onSort,
}: {
  data: OwnersKpis;
  isOld: boolean;
  sort: string;
  onSort: (sort: string) => void;
}) {
  const { total } = data;
  const withQuota = data.owners.some((owner) => owner.quota);
  const outstanding = data.owners.filter((owner) => standsOut(owner.win_rate, total.win_rate)).length;
  if (data.owners.length === 0) {
    return (
      <div className="panel">
        <Empty title="No deal has an owner yet">
          When deals come with the people who sell them, each has a line here: what is open, what was won and
          how long it took.
        </Empty>
      </div>
    );
  }
  const columns: PlainColumn<OwnerKpis>[] = [
    {
      id: "owner",
      header: "Owner",
      names: true,
      sorts: true,
      className: "min-w-36",
      cell: (owner) =>
        owner === total ? `All ${counted(data.owners.length, "owner")}` : <Who owner={owner} all={total} />,
    },
    {
      id: "open",
      header: "Open",
      sorts: true,
      align: "right",
      cell: (owner) => (
        <Two
          first={<span title={money(owner.open_amount)}>{moneyShort(owner.open_amount)}</span>}
          second={counted(owner.open, "deal")}
        />
      ),
    },
    {
      id: "weighted",
      header: "Weighted by chance",
      sorts: true,
      align: "right",
      cell: (owner) => <span title={money(owner.weighted)}>{moneyShort(owner.weighted)}</span>,
    },
    {
      id: "won",
      header: "Won",
      sorts: true,
      align: "right",
      cell: (owner) => (
        <Two
          first={<span title={money(owner.won_amount)}>{moneyShort(owner.won_amount)}</span>}
          second={counted(owner.won, "deal")}
        />
      ),
    },
    {
      id: "win_rate",
      header: "Win rate",
      sorts: true,
      align: "right",
      cell: (owner) => <Rate rate={owner.win_rate} />,
    },
    {
      id: "cycle",
      header: "Days to win",
      sorts: true,
      align: "right",
      cell: (owner) =>
        owner.cycle ? (
          <Two
            first={days(Math.round(owner.cycle.median_days))}
            second={`90% within ${days(Math.round(owner.cycle.p90_days))}`}
          />
        ) : (
          "–"
        ),
    },
    {
      id: "average",
      header: "Average won",
      sorts: true,
      align: "right",
      cell: (owner) => <span title={money(owner.average_deal)}>{moneyShort(owner.average_deal)}</span>,
    },
    {
      id: "contacts",
      header: "Contacts in 30 days",
      sorts: true,
      align: "right",
      cell: (owner) => count(owner.activities_30_days),
    },
    {
      id: "attention",
      header: "Overdue · stuck · silent",
      sorts: true,
      align: "right",
      className: "whitespace-nowrap",
      cell: (owner) => `${count(owner.overdue)} · ${count(owner.stuck)} · ${count(owner.inactive)}`,
    },
    ...(withQuota
      ? [
          {
            id: "quota",
            header: "Quota this quarter",
            sorts: true,
            align: "right" as const,
            cell: (owner: OwnerKpis) =>
              owner.quota ? (
                <Two
                  first={percent(owner.quota.attained)}
                  second={`${moneyShort(owner.quota.won)} of ${moneyShort(owner.quota.target)}`}
                />
              ) : (
                "–"
              ),
          },
        ]
      : []),
  ];
  return (
    <div className={cx("flex flex-col gap-4", isOld && "opacity-60")}>
      <Figures aria-label="All together" className="panel">
        <Figure
          label="Open"
          value={moneyShort(total.open_amount)}
          title={money(total.open_amount)}
          note={counted(total.open, "deal")}
        />
        <Figure
          label="Weighted by chance"
          value={moneyShort(total.weighted)}
          title={money(total.weighted)}
          note="amount × chance"
        />
        <Figure
          label={`Won since ${date(data.since)}`}
          value={moneyShort(total.won_amount)}
          title={money(total.won_amount)}
          note={counted(total.won, "deal")}
        />
        <RateFigure
          label="Win rate"
          rate={total.win_rate}
          note={
            total.win_rate ? `${count(total.win_rate.hits)} of ${count(total.win_rate.n)}` : "none closed"
          }
        />
        <Figure
          label="Median time to win"
          value={total.cycle ? days(Math.round(total.cycle.median_days)) : "–"}
          note={total.cycle && `90% within ${days(Math.round(total.cycle.p90_days))}`}
        />
        <Figure
          label="Average won"
          value={moneyShort(total.average_deal)}
          title={money(total.average_deal)}
        />
      </Figures>
      <section aria-label="Owner by owner" className="panel">
        <PlainTable
          label="Key figures of the owners"
          columns={columns}
          rows={ordered(data.owners, orderOf(sort))}
          rowId={(owner) => owner.owner?.id ?? "nobody"}
          foot={total}
          order={orderOf(sort)}
          onOrder={(order) => onSort(sortOf(order))}
        />
        <p className="border-t border-line px-4 py-3 text-xs text-ink-faint">
          Bars of the win rate are 95% intervals: two that overlap may be the same.{" "}
          {outstanding > 0
            ? `${counted(outstanding, "owner")} ${outstanding === 1 ? "stands" : "stand"} out from all together; about one in twenty would by chance alone.`
            : "Nobody stands out from all together by more than chance."}
        </p>
      </section>
    </div>
  );
}
