import { useQuery } from "@tanstack/react-query";
import { type Import, type IssueGroup, reportQuery, summaryOf } from "@/api/imports";
import { count, counted, words } from "@/shared/format";
import { Button } from "@/shared/ui/button";
import { Badge, Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { placeWords, remedyWords, severityOf, timesWords } from "./words";

/** Everything odd, the gravest first: where it is, what is odd, and what helps. */
export function Odd({ it, onNext, onColumns }: { it: Import; onNext: () => void; onColumns: () => void }) {
  const query = useQuery(reportQuery(it.id, it.job));
  const { rows } = summaryOf(it);
  return (
    <QueryView query={query}>
      {({ issues }) => (
        <Card
          title="Odd values"
          flush
          aside={rows && `${count(rows.used)} of ${counted(rows.read, "row")} can be used`}
        >
          {issues.length === 0 ? (
            <Empty title="Nothing is odd" action={<Button onClick={onNext}>See what would change</Button>}>
              Every row could be read as it stands.
            </Empty>
          ) : (
            <ul aria-label="Odd values by kind" className="divide-y divide-line">
              {issues.map((group) => (
                <Group key={group.code} group={group} />
              ))}
            </ul>
          )}
          {issues.length > 0 && (
            <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-3">
              <p className="flex-1 basis-60 text-xs text-ink-faint">
                A file that is corrected can be uploaded again under the same name; a column that was taken
                for something else is put right under Columns.
              </p>
              <Button onClick={onColumns}>Change columns</Button>
              <Button look="accent" onClick={onNext}>
                See what would change
              </Button>
            </div>
          )}
        </Card>
      )}
    </QueryView>
  );
}

const OPEN_MOST = 3;

function Group({ group }: { group: IssueGroup }) {
  const { word, tone } = severityOf(group.severity);
  const [first, ...rest] = group.examples;
  const isAlike = group.examples.every((each) => each.remedy === first?.remedy);
  return (
    <li className="px-4 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={tone}>{word}</Badge>
        <h3 className="font-medium">{words(group.code)}</h3>
        <span className="text-xs text-ink-faint">{timesWords(group.count)}</span>
      </div>
      <ul className="mt-1.5 flex flex-col gap-1.5">
        {[first, ...rest.slice(0, OPEN_MOST - 1)].map((issue, at) =>
          issue ? <Example key={at} code={group.code} issue={issue} withRemedy={!isAlike} /> : null,
        )}
      </ul>
      {rest.length >= OPEN_MOST && (
        <details className="mt-1.5">
          <summary className="text-xs text-ink-soft">
            {counted(rest.length - OPEN_MOST + 1, "more place", "more places")}
            {group.count > group.examples.length && ` of ${count(group.count - OPEN_MOST)}`}
          </summary>
          <ul className="mt-1.5 flex flex-col gap-1.5">
            {rest.slice(OPEN_MOST - 1).map((issue, at) => (
              <Example key={at} code={group.code} issue={issue} withRemedy={!isAlike} />
            ))}
          </ul>
        </details>
      )}
      {first && isAlike && (
        <p className="mt-1.5 text-ink-soft">
          What helps: {remedyWords({ code: group.code, remedy: first.remedy })}.
        </p>
      )}
    </li>
  );
}

function Example({
  code,
  issue,
  withRemedy,
}: {
  code: string;
  issue: IssueGroup["examples"][number];
  withRemedy: boolean;
}) {
  const place = placeWords(issue.place);
  return (
    <li className="grid gap-x-4 sm:grid-cols-[minmax(0,16rem)_minmax(0,1fr)]">
      <span className="text-xs wrap-anywhere text-ink-faint">{place || "the import as a whole"}</span>
      <span className="min-w-0 wrap-anywhere">
        {issue.value && (
          <code className="mr-2 rounded-sm bg-sunken px-1 font-mono text-xs">{issue.value}</code>
        )}
        {issue.what}
        {withRemedy && (
          <span className="block text-ink-soft">
            What helps: {remedyWords({ code, remedy: issue.remedy })}.
          </span>
        )}
      </span>
    </li>
  );
}
