import type { InsightDeal } from "@/api/insights";
import { ago, date, money, percent, words } from "@/shared/format";
import { dated } from "@/shared/format/dated";
import { Link, path } from "@/shared/routing";
import { Badge, type Tone } from "@/shared/ui/pieces";

const tones: Record<string, Tone> = {
  past_close_date: "warn",
  stuck: "warn",
  stuck_high_value: "bad",
  inactive: "warn",
  new_email: "accent",
  moved: "good",
  meeting_today: "accent",
  next_step_due: "accent",
};

/** Deals with the reasons they are here, in words and figures. */
export function DealList({
  label,
  deals,
  asOf,
}: {
  label: string;
  deals: readonly InsightDeal[];
  asOf: string;
}) {
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {deals.map((deal) => (
        <li
          key={deal.id}
          className="grid gap-x-6 gap-y-1.5 px-4 py-3 md:grid-cols-[minmax(0,17rem)_minmax(0,1fr)_auto]"
        >
          <div className="min-w-0">
            <Link
              to={path("/deals", deal.id)}
              className="font-medium wrap-anywhere hover:text-accent-strong hover:underline"
            >
              {deal.name}
            </Link>
            <p className="text-xs wrap-anywhere text-ink-faint">
              {[deal.owner?.name ?? "nobody owns it", deal.stage].filter(Boolean).join(" · ")}
            </p>
          </div>
          <ul className="flex min-w-0 flex-col gap-1 text-sm">
            {deal.reasons.map((reason) => (
              <li key={reason.code} className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
                <Badge tone={tones[reason.code] ?? "plain"}>{words(reason.code)}</Badge>
                <span className="min-w-0 flex-1 basis-48 wrap-anywhere text-ink-soft">
                  {dated(reason.text)}
                </span>
              </li>
            ))}
          </ul>
          <dl className="flex flex-wrap gap-x-4 text-xs text-ink-faint md:w-44 md:flex-col md:items-end">
            <div>
              <dt className="unseen">Amount</dt>
              <dd className="text-sm font-medium text-ink">{money(deal.amount)}</dd>
            </div>
            <div className="flex gap-1">
              <dt>Chance</dt>
              <dd>{percent(deal.chance)}</dd>
            </div>
            <div className="flex gap-1">
              <dt>Closes</dt>
              <dd>{date(deal.expected_close)}</dd>
            </div>
            <div className="flex gap-1">
              <dt>Last contact</dt>
              <dd>{deal.last_activity_at ? ago(deal.last_activity_at, asOf) : "none"}</dd>
            </div>
          </dl>
        </li>
      ))}
    </ul>
  );
}
