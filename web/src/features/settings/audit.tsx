import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { type AuditEvent, auditPages, checkAudit } from "@/api/settings";
import { count, counted, instant } from "@/shared/format";
import { who } from "@/shared/format/who";
import { asProblem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";
import { Empty, Failed, Loading } from "@/shared/ui/states";
import { toastProblem } from "@/shared/ui/toast";
import { deedWords, detailsOf, targetOf } from "./deeds";

/** What was done, by whom, and whether anything was taken out of the log. */
export default function Audit() {
  const query = useInfiniteQuery(auditPages);
  const check = useMutation({ mutationFn: checkAudit, onError: toastProblem });
  const checked = check.data;
  if (query.error && !query.data)
    return <Failed problem={asProblem(query.error)} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Loading />;
  const events = query.data.pages.flatMap((page) => page.data);
  return (
    <Card
      title="Audit log"
      flush
      aside={
        <Button size="sm" busy={check.isPending} onClick={() => check.mutate()}>
          Check that it is whole
        </Button>
      }
    >
      <p role="status" className={checked ? "border-b border-line px-4 py-3 text-sm" : "unseen"}>
        {checked &&
          (checked.whole ? (
            <span className="text-good">
              It is whole: {counted(checked.events, "event")} follow each from the one before.
            </span>
          ) : (
            <span className="font-medium text-bad">
              The chain breaks at event {checked.broken_at ?? "?"} of {count(checked.events)}. Somebody has
              changed what is stored: keep a copy of the data and ask whoever runs the storage.
            </span>
          ))}
      </p>
      {events.length === 0 ? (
        <Empty title="Nothing was done yet">
          Every change of members, keys, settings and data is written here.
        </Empty>
      ) : (
        <PlainTable<AuditEvent>
          label="Audit log"
          stacks
          rows={events}
          rowId={(event) => String(event.seq)}
          columns={[
            { id: "seq", header: "No.", align: "right", cell: (event) => count(event.seq) },
            {
              id: "at",
              header: "When",
              className: "whitespace-nowrap",
              cell: (event) => <time dateTime={event.at}>{instant(event.at)}</time>,
            },
            {
              id: "who",
              header: "Who",
              className: "min-w-32 wrap-anywhere",
              cell: (event) => (
                <span className="block first-letter:uppercase" title={event.actor}>
                  {who(event.actor, event.actor_name)}
                </span>
              ),
            },
            {
              id: "what",
              header: "What",
              names: true,
              className: "whitespace-nowrap",
              cell: (event) => <span title={event.action}>{deedWords(event.action)}</span>,
            },
            {
              id: "target",
              header: "To what",
              className: "min-w-40 wrap-anywhere",
              cell: (event) => (
                <span className="block first-letter:uppercase" title={event.target}>
                  {targetOf(event)}
                </span>
              ),
            },
            {
              id: "detail",
              header: "Details",
              className: "min-w-44 text-xs text-ink-soft wrap-anywhere",
              cell: (event) => detailsOf(event.detail),
            },
          ]}
        />
      )}
      {query.hasNextPage && (
        <p className="border-t border-line p-3 text-center">
          <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older events
          </Button>
        </p>
      )}
    </Card>
  );
}
