import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowRight, FileText, Mail, MessageSquare, Phone, Users } from "lucide-react";
import type { ComponentType } from "react";
import { type Deal, timelinePages } from "@/api/deals";
import { ago, days, instant, words } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Badge, Card, type Tone } from "@/shared/ui/pieces";
import { Empty, Failed, Loading } from "@/shared/ui/states";

const icons: Record<string, ComponentType<{ className?: string }>> = {
  email: Mail,
  call: Phone,
  meeting: Users,
  demo: Users,
  proposal: FileText,
  contract: FileText,
};
const outcomeTones: Record<string, Tone> = { positive: "good", negative: "bad" };

/** Everything that happened, the newest first. */
export default function Timeline({ deal }: { deal: Deal }) {
  const query = useInfiniteQuery(timelinePages(deal.id));
  if (query.isPending) return <Loading label="Loading the timeline" />;
  if (!query.data) return <Failed problem={asProblem(query.error)} onRetry={() => void query.refetch()} />;
  const events = query.data.pages.flatMap((page) => page.data);
  if (events.length === 0) {
    return (
      <Empty title="Nothing has happened yet">
        Moves, mails, calls and meetings come with the deal from its source.
      </Empty>
    );
  }
  return (
    <Card title="Timeline" flush>
      <ol className="divide-y divide-line">
        {events.map((event, at) => (
          <li key={at} className="flex gap-3 px-4 py-2.5 text-sm">
            {event.kind === "stage" ? (
              <>
                <ArrowRight className="mt-0.5 size-4 shrink-0 text-accent" />
                <div className="min-w-0 flex-1">
                  <p className="font-medium wrap-anywhere">
                    {event.from ? `${event.from} → ${event.to}` : `Began in ${event.to}`}
                  </p>
                  {event.days_in_from != null && (
                    <p className="text-xs text-ink-faint">after {days(Math.round(event.days_in_from))}</p>
                  )}
                </div>
              </>
            ) : (
              <Activity activity={event.activity} />
            )}
            <time dateTime={event.at} title={instant(event.at)} className="shrink-0 text-xs text-ink-faint">
              {ago(event.at, deal.as_of)}
            </time>
          </li>
        ))}
      </ol>
      {query.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show earlier
          </Button>
        </div>
      )}
    </Card>
  );
}

function Activity({ activity }: { activity: Deal["activities"][number] }) {
  const Icon = icons[activity.kind] ?? MessageSquare;
  const quiet = activity.outcome === "unknown" || activity.outcome === "neutral";
  return (
    <>
      <Icon className="mt-0.5 size-4 shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{words(activity.kind)}</span>
          {!quiet && (
            <Badge tone={outcomeTones[activity.outcome] ?? "plain"}>{words(activity.outcome)}</Badge>
          )}
        </p>
        {activity.summary && <p className="wrap-anywhere whitespace-pre-wrap">{activity.summary}</p>}
        {activity.participants.length > 0 && (
          <p className="text-xs wrap-anywhere text-ink-faint">{activity.participants.join(", ")}</p>
        )}
        {activity.key_moments.map((moment, at) => (
          <blockquote
            key={at}
            className="mt-1 border-l-2 border-line pl-2 text-xs wrap-anywhere text-ink-soft"
          >
            {moment.text}
          </blockquote>
        ))}
        {activity.objections.map((said, at) => (
          <p key={at} className="mt-1 text-xs wrap-anywhere">
            <Badge tone={said.resolved ? "good" : "warn"}>
              {said.resolved ? "Objection, settled" : "Objection"}
            </Badge>{" "}
            {said.objection}
            {said.resolution && ` (${said.resolution})`}
          </p>
        ))}
        {activity.next_steps.length > 0 && (
          <p className="mt-1 text-xs wrap-anywhere">Agreed: {activity.next_steps.join("; ")}</p>
        )}
      </div>
    </>
  );
}
