import { Check } from "lucide-react";
import type { Connection, Stream } from "@/api/connections";
import { count, counted, instant } from "@/shared/format";
import { Badge, Card, Progress } from "@/shared/ui/pieces";
import { Empty } from "@/shared/ui/states";
import { isFollower, streamStanding, streamWords } from "./words";

/** Stream by stream: what is kept of what there is, what the last run did, and what stands in the way. */
export function Streams({ connection, now }: { connection: Connection; now: number }) {
  const { streams } = connection;
  // What only says which records are gone stands apart, as long as nothing is to be said of it.
  const isQuiet = (stream: Stream) =>
    isFollower(stream.name) &&
    stream.issues.length === 0 &&
    !stream.problem &&
    streamStanding(stream).tone === "good";
  const quiet = streams.filter(isQuiet);
  const shown = streams.filter((stream) => !isQuiet(stream));
  return (
    <Card title="What it brings" flush>
      {streams.length === 0 ? (
        <Empty title="Nothing has been read yet">
          {connection.status === "active"
            ? "The first sync is about to begin; each kind of record then has its line here."
            : "Each kind of record has its line here as soon as it is read."}
        </Empty>
      ) : (
        <>
          <ul aria-label="Streams" className="divide-y divide-line">
            {shown.map((stream) => (
              <Line key={stream.name} stream={stream} title={connection.title} now={now} />
            ))}
          </ul>
          {quiet.length > 0 && (
            <details className="border-t border-line">
              <summary className="px-4 py-2.5 text-sm text-ink-soft">
                What was deleted or archived there: {counted(quiet.length, "stream")}, up to date
              </summary>
              <ul aria-label="Streams of what is gone" className="divide-y divide-line border-t border-line">
                {quiet.map((stream) => (
                  <Line key={stream.name} stream={stream} title={connection.title} now={now} />
                ))}
              </ul>
            </details>
          )}
          {streams.every((stream) => stream.counts === null || stream.counts === undefined) && (
            <p className="border-t border-line px-4 py-2 text-xs text-ink-faint">
              How many records there are is shown to those who see every deal.
            </p>
          )}
        </>
      )}
    </Card>
  );
}

function Line({ stream, title, now }: { stream: Stream; title: string; now: number }) {
  const { word, tone } = streamStanding(stream);
  const { counts } = stream;
  const total = stream.source_total ?? undefined;
  const kept = stream.kept_total ?? undefined;
  const isAt = stream.status === "running" || stream.status === "queued";
  const waits = stream.waiting_until && Date.parse(stream.waiting_until) > now;
  const name = streamWords(stream.name);
  return (
    <li className="grid gap-x-6 gap-y-1 px-4 py-2.5 text-sm sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto]">
      <div className="flex items-start gap-2">
        <span className="min-w-0 font-medium wrap-anywhere">{name}</span>
        {tone === "good" ? (
          <Check className="mt-0.5 size-4 shrink-0 text-good" aria-label={word} />
        ) : (
          <Badge tone={tone}>{word}</Badge>
        )}
      </div>
      <div className="min-w-0">
        {kept !== undefined && (
          <p className="text-ink-soft">
            {total !== undefined
              ? `${count(kept)} of ${count(total)} kept`
              : isAt && kept === 0
                ? "none kept yet"
                : `${count(kept)} kept`}
          </p>
        )}
        {isAt && total !== undefined && <Progress label={`${name}: kept`} done={kept ?? 0} total={total} />}
        {counts && counts.read > 0 && (
          <p className="text-xs text-ink-faint">
            {isAt ? "This run" : "Last run"}: {count(counts.read)} read
            {[
              [counts.new, "new"],
              [counts.changed, "changed"],
              [counts.deleted, "deleted there"],
            ]
              .filter(([many]) => Number(many) > 0)
              .map(([many, what]) => `, ${count(Number(many))} ${what}`)
              .join("")}
            {counts.quarantined > 0 && (
              <span className="text-warn">, {count(counts.quarantined)} set aside</span>
            )}
          </p>
        )}
        {waits && (
          <p className="text-warn">
            {title} asked to wait until {instant(stream.waiting_until)}. It goes on by itself.
          </p>
        )}
        {stream.problem && (
          <p className="text-bad">
            {stream.problem.detail} <span className="text-ink-soft">{stream.problem.remedy}</span>
          </p>
        )}
        {stream.issues.length > 0 && (
          <details className="mt-1">
            <summary className="text-xs text-ink-soft">
              {counted(Math.max(counts?.issues ?? 0, stream.issues.length), "record")} with something odd
              {(counts?.issues ?? 0) > stream.issues.length ? `, the newest ${stream.issues.length}` : ""}
            </summary>
            <ul className="mt-1 flex list-disc flex-col gap-0.5 pl-5 text-xs text-ink-soft">
              {stream.issues.map((issue, at) => (
                <li key={at} className="wrap-anywhere">
                  {issue}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <p className="text-xs text-ink-faint sm:text-right">
        {stream.complete_until ? `complete until ${instant(stream.complete_until)}` : "not complete yet"}
      </p>
    </li>
  );
}
