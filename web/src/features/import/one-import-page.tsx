import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import {
  commitImport,
  type Import,
  importQuery,
  isAtWork,
  summaryOf,
  undoImport,
  validateImport,
} from "@/api/imports";
import { meQuery } from "@/api/me";
import { useUpload } from "@/api/uploads";
import { useCommandContext } from "@/shared/commands";
import { ago, count, counted, instant } from "@/shared/format";
import { who } from "@/shared/format/who";
import { usePage } from "@/shared/page";
import { Link, useAddress, useParam } from "@/shared/routing";
import { Button, buttonClass } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";
import { Confirm } from "@/shared/ui/dialog";
import { Missing } from "@/shared/ui/missing";
import { Badge, Card, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { toastProblem } from "@/shared/ui/toast";
import { Changes } from "./changes";
import { Columns } from "./columns";
import { Files } from "./files";
import { MayNotImport } from "./may-not";
import { Odd } from "./odd";
import { Preview } from "./preview";
import { stateOf, wouldChange } from "./words";
import { Work } from "./work";

const TRAIL = [{ label: "Import", to: "/import" }];

const STEPS = [
  { id: "files", label: "Files" },
  { id: "columns", label: "Columns" },
  { id: "review", label: "Odd values" },
  { id: "preview", label: "What would change" },
] as const;
type Step = (typeof STEPS)[number]["id"];

const read = (search: Readonly<Record<string, unknown>>): { step: Step | undefined } => ({
  step: STEPS.find((step) => step.id === search.step)?.id,
});

/** One import on its way: its files, what their columns mean, what is odd, what would change, and back again. */
export default function OneImportPage() {
  const id = useParam("import");
  const { who: reader } = useCommandContext();
  const may = reader?.scopes.includes("import") ?? true;
  const query = useQuery({ ...importQuery(id), enabled: may });
  const { refetch } = query;
  const refresh = useCallback(() => void refetch(), [refetch]);
  usePage({
    title: query.data ? `Import of ${query.data.source}` : "Import",
    trail: TRAIL,
    asOf: query.dataUpdatedAt ? new Date(query.dataUpdatedAt).toISOString() : undefined,
    refresh,
  });
  return (
    <>
      {!query.data && <PageHead title="Import" />}
      {may ? (
        <QueryView query={query} missing={MISSING}>
          {(it) => <Shown it={it} now={query.dataUpdatedAt} />}
        </QueryView>
      ) : (
        <MayNotImport />
      )}
    </>
  );
}

const MISSING = (
  <Missing title="This import is not there" to="/import" way="Go to the imports">
    It never was, or somebody else began it and you see only your own.
  </Missing>
);

function Shown({ it, now }: { it: Import; now: number }) {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const [address, setAddress] = useAddress(read);
  const upload = useUpload(it.id);
  const { word, tone } = stateOf(it);
  const can = (what: string) => it.next.includes(what);
  const hasReport = can("report");
  const summary = summaryOf(it);
  const isOpen = it.status === "open" || it.status === "validated";

  // What was imported, and what was taken back, is in every figure.
  const over = it.status === "committed" || it.status === "undone";
  const [seen] = useState(over);
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["imports", "all"] });
    if (over && !seen)
      for (const first of ["deals", "insights", "pipelines"])
        void client.invalidateQueries({ queryKey: [first] });
  }, [over, seen, client]);

  const act = useMutation({
    mutationFn: (what: (id: string) => Promise<unknown>) => what(it.id),
    onSettled: () => client.invalidateQueries({ queryKey: ["imports"] }),
    onError: toastProblem,
  });
  const usual: Step = it.status === "open" ? "files" : summary.issues?.error ? "review" : "preview";
  const step = (hasReport ? address.step : undefined) ?? usual;
  const go = (next: Step) => setAddress({ step: next });

  return (
    <>
      <PageHead
        title={`Import of ${it.source}`}
        sub={
          <span className="flex flex-wrap items-center gap-1.5">
            {counted(it.files.length, "file")}, begun {ago(it.created_at, now)} by{" "}
            {who(it.created_by, it.created_by_name, me)}
            <Badge tone={tone}>{word}</Badge>
          </span>
        }
        actions={
          <>
            {can("commit") && (
              <Button
                look="accent"
                busy={act.isPending}
                onClick={() => (step === "preview" ? act.mutate(commitImport) : go("preview"))}
              >
                {step === "preview" ? "Import" : "See what would change"}
              </Button>
            )}
            {can("undo") && <Undo it={it} busy={act.isPending} onUndo={() => act.mutate(undoImport)} />}
          </>
        }
      />
      <div className="flex flex-col gap-4">
        {isAtWork(it) && <Work it={it} />}
        {!isAtWork(it) && <LastRun it={it} />}
        {it.status === "committed" && <Done it={it} />}
        {it.status === "undone" && summary.undone && (
          <Card title="Taken back">
            <p className="text-sm">
              {counted(summary.undone.removed, "record")} that it had brought{" "}
              {summary.undone.removed === 1 ? "is" : "are"} gone
              {summary.undone.restored > 0 &&
                `, and ${count(summary.undone.restored)} ${summary.undone.restored === 1 ? "is" : "are"} as before`}
              .
            </p>
            {summary.undone.changed_since > 0 && (
              <p className="mt-1 text-sm text-ink-soft">
                {counted(summary.undone.changed_since, "record")} had been changed by others since, and
                stayed.
              </p>
            )}
          </Card>
        )}
        {hasReport && !isAtWork(it) ? (
          <>
            <Steps step={step} it={it} onStep={go} />
            {step === "files" && <Files it={it} upload={upload} canChange={can("upload")} />}
            {step === "columns" && (
              <Columns it={it} canChange={can("mapping")} onChecked={() => go("review")} />
            )}
            {step === "review" && (
              <Odd it={it} onNext={() => go("preview")} onColumns={() => go("columns")} />
            )}
            {step === "preview" && (
              <>
                <Changes it={it} />
                <Preview it={it} />
              </>
            )}
          </>
        ) : (
          isOpen && (
            <Files
              it={it}
              upload={upload}
              canChange
              onCheck={can("validate") ? () => act.mutate(validateImport) : undefined}
              isChecking={act.isPending}
            />
          )
        )}
      </div>
    </>
  );
}

/** Where one is on the way. Each step can be gone to once the files were checked. */
function Steps({ step, it, onStep }: { step: Step; it: Import; onStep: (step: Step) => void }) {
  const { issues } = summaryOf(it);
  const odd = issues ? issues.error + issues.warning : 0;
  return (
    <nav aria-label="Steps">
      <ol className="flex flex-wrap gap-x-1 gap-y-2">
        {STEPS.map(({ id, label }, at) => {
          const done = STEPS.findIndex((each) => each.id === step) > at;
          return (
            <li key={id} className="flex items-center gap-1">
              {at > 0 && <span aria-hidden="true" className="hidden h-px w-5 bg-line-strong/60 sm:block" />}
              <button
                type="button"
                aria-current={id === step ? "step" : undefined}
                onClick={() => onStep(id)}
                className={cx(
                  "flex min-h-8 items-center gap-2 rounded-md px-2 text-sm",
                  id === step
                    ? "bg-accent-soft font-medium text-accent-strong"
                    : "text-ink-soft hover:bg-sunken",
                )}
              >
                <span
                  aria-hidden="true"
                  className={cx(
                    "flex size-5 items-center justify-center rounded-full border text-2xs [&_svg]:size-3",
                    id === step ? "border-accent" : "border-line-strong/60",
                  )}
                >
                  {done ? <Check /> : at + 1}
                </span>
                {id === "preview" && (it.status === "committed" || it.status === "undone")
                  ? "What changed"
                  : label}
                {id === "review" && odd > 0 && (
                  <Badge tone={issues?.error ? "bad" : "warn"}>{count(odd)}</Badge>
                )}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** Why the last check or run came to nothing. */
function LastRun({ it }: { it: Import }) {
  if (it.status !== "failed" && it.status !== "open") return null;
  return <Work it={it} onlyProblem />;
}

function Done({ it }: { it: Import }) {
  const { written, rows } = summaryOf(it);
  return (
    <Card title="Imported">
      <p className="text-sm">
        {rows && `${counted(rows.used, "row")} of ${count(rows.read)} were used: `}
        {wouldChange(written) || "nothing was different from what was here"}.
      </p>
      <p className="mt-1 text-sm text-ink-soft">
        Written {instant(it.committed_at)}.{" "}
        {it.undo_blocked ?? "It can be undone for 30 days; what others change in between stays."}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Link to="/deals" className={buttonClass("accent")}>
          See the deals
        </Link>
        <Link to="/connections/stages" className={buttonClass()}>
          Say what the stages mean
        </Link>
      </div>
    </Card>
  );
}

function Undo({ it, busy, onUndo }: { it: Import; busy: boolean; onUndo: () => void }) {
  const [asking, setAsking] = useState(false);
  const { written } = summaryOf(it);
  return (
    <>
      <Button look="danger" busy={busy} onClick={() => setAsking(true)}>
        Undo
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Undo the import of ${it.source}?`}
        action="Undo the import"
        onConfirm={() => {
          setAsking(false);
          onUndo();
        }}
      >
        <div className="flex flex-col gap-2 text-sm text-ink-soft">
          <p>
            Everything that is still as this import wrote it becomes what it was before
            {wouldChange(written) ? `: ${wouldChange(written)}` : ""}. What it brought anew goes, with the
            history it gave.
          </p>
          <p>What others changed since stays, and is counted. Forecast and totals follow at once.</p>
          <p>To have it again, import the same files anew.</p>
        </div>
      </Confirm>
    </>
  );
}
