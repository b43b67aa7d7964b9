import { useQuery } from "@tanstack/react-query";
import { Bookmark, Link2, RotateCcw } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { type Deal, dealQuery } from "@/api/deals";
import { meQuery } from "@/api/me";
import { pipelinesQuery } from "@/api/pipelines";
import { dealOutlookQuery, keptSimulationQuery, type Simulation, simulationQuery } from "@/api/simulations";
import { type Command, useCommands } from "@/shared/commands";
import { count, instant, money, percent, points } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { useAddress } from "@/shared/routing";
import { Button, CommandButton, Spinner } from "@/shared/ui/button";
import { Chip } from "@/shared/ui/chip";
import { MissingDeal } from "@/shared/ui/missing";
import { Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { Empty, Failed, Loading, NotEnoughHistory, Skeleton } from "@/shared/ui/states";
import {
  joinTexts,
  NOTHING,
  type Plan,
  RUNS,
  readAddress,
  readPlan,
  sayChange,
  splitTexts,
  writePlan,
} from "./changes";
import type { View } from "./closing";
import { Controls } from "./controls";
import { Recommendations } from "./recommendations";
import { Distribution, Figures, RestsOn, Verdict } from "./results";
import { SaveDialog, SavedScenarios } from "./saving";
import { Share, shareAddress, useCopy } from "./sharing";
import { isTooClose } from "./verdict";

/** "What if" of one deal: on its page, and on a page of its own, where it has keys. */
export function Panel({ deal: id, own = false }: { deal: string; own?: boolean }) {
  const query = useQuery(dealQuery(id));
  return (
    <QueryView query={query} loading={<PanelLoading />} missing={<MissingDeal />}>
      {({ data: deal }) => {
        if (deal.outcome !== "open") {
          return (
            <Empty title={`This deal is ${deal.outcome}`}>
              What is over cannot go another way. Pick an open deal to ask what would change it.
            </Empty>
          );
        }
        if (deal.no_forecast) {
          return <NotEnoughHistory>{deal.no_forecast.detail}</NotEnoughHistory>;
        }
        return <Asking key={deal.id} deal={deal} own={own} />;
      }}
    </QueryView>
  );
}

function PanelLoading() {
  return (
    <div className="grid gap-4 lg:grid-cols-[18rem_minmax(0,1fr)]">
      <Loading label="Loading the deal" rows={9} />
      <Skeleton className="h-96 w-full" />
    </div>
  );
}

function Asking({ deal, own }: { deal: Deal; own: boolean }) {
  const [address, setAddress] = useAddress(readAddress);
  const { data: me } = useQuery(meQuery);
  const may = me?.scopes.includes("simulate") ?? true;
  const { data: outlook } = useQuery(dealOutlookQuery(deal.id));
  const { data: pipelines } = useQuery(pipelinesQuery);
  const kept = useQuery(keptSimulationQuery(address.result));
  const isKept = address.result !== undefined && kept.data?.deal === deal.id;
  const keptTexts = isKept ? kept.data?.scenarios : undefined;
  const { plan, unread } = useMemo(
    () => readPlan(keptTexts ?? splitTexts(address.change)),
    [keptTexts, address.change],
  );
  const changes = useMemo(() => writePlan(plan), [plan]);
  const asked = useQuery(
    simulationQuery(deal.id, changes, address.runs, may && address.result === undefined),
  );
  const query = address.result === undefined ? asked : kept;
  const simulation = address.result === undefined ? asked.data : isKept ? kept.data : undefined;

  const [view, setView] = useState<View>("won");
  const [saves, setSaves] = useState(false);
  const [copy, copying] = useCopy();

  const set = useCallback(
    (next: Plan) => setAddress({ change: joinTexts(writePlan(next)), result: undefined }, { replace: true }),
    [setAddress],
  );
  const say = useCallback(
    (change: string) =>
      sayChange(change, (value) =>
        money(deal.amount ? { value, currency: deal.amount.currency } : null).replace("–", value),
      ),
    [deal.amount],
  );
  const said = changes.map(say);
  const stages = useMemo(
    () =>
      (pipelines?.find((pipeline) => pipeline.id === deal.pipeline?.id)?.stages ?? [])
        .filter((stage) => stage.canonical !== "closed_won" && stage.canonical !== "closed_lost")
        .map((stage) => ({ label: stage.label, order: stage.order })),
    [pipelines, deal.pipeline],
  );
  const champions = deal.stakeholders
    .filter((one) => one.role === "champion")
    .map((one) => one.name ?? "Somebody");

  const isChanged = changes.length > 0;
  const share = useCallback(
    (result?: string) =>
      shareAddress(window.location.origin, deal.id, { change: changes, runs: address.runs, result }),
    [deal.id, changes, address.runs],
  );
  const copyChanges = useCallback(
    () => copy(share(), "The link is copied: it runs anew when opened."),
    [copy, share],
  );
  const commands = useMemo<readonly Command[]>(() => {
    const when = () => isChanged;
    return [
      {
        id: "what-if.save",
        label: "Save these changes",
        group: "What-if",
        keys: own ? "s" : undefined,
        icon: Bookmark,
        when,
        run: () => setSaves(true),
      },
      {
        id: "what-if.reset",
        label: "Take all changes back",
        group: "What-if",
        keys: own ? "r" : undefined,
        icon: RotateCcw,
        when,
        run: () => set(NOTHING),
      },
      {
        id: "what-if.link",
        label: "Copy a link to these changes",
        group: "What-if",
        keys: own ? "l" : undefined,
        icon: Link2,
        also: "share",
        run: copyChanges,
      },
    ];
  }, [own, isChanged, set, copyChanges]);
  useCommands(commands);

  if (!may) {
    return (
      <Empty title="Your key may read, but not simulate">
        Ask an admin for the right “simulate” to try changes on deals.
      </Empty>
    );
  }
  const [save, reset] = commands;
  return (
    <div className="@container">
      <div className="grid grid-cols-1 gap-4 @xl:grid-cols-[15rem_minmax(0,1fr)] @3xl:grid-cols-[18rem_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="What would help most">
            <Recommendations
              deal={deal.id}
              chosen={changes}
              onChoose={(change) => {
                const [text] = writePlan(readPlan([change]).plan);
                // A second press takes it back.
                set(
                  text !== undefined && changes.includes(text)
                    ? readPlan(changes.filter((other) => other !== text)).plan
                    : readPlan([...changes, change]).plan,
                );
              }}
            />
          </Card>
          {simulation && isChanged && <InSight simulation={simulation} />}
          <Card
            title="What if"
            aside={<SavedScenarios say={say} onChoose={(texts) => set(readPlan([...texts]).plan)} />}
          >
            <Controls
              plan={plan}
              onChange={set}
              stages={stages}
              stage={deal.stage ?? ""}
              amount={deal.amount ?? null}
              champions={champions}
            />
          </Card>
          {simulation && isChanged && <InSight simulation={simulation} />}
        </div>
        <div id={ANSWER} className="@container flex min-w-0 scroll-mt-14 flex-col gap-4">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <Chosen
              changes={changes}
              say={say}
              onDrop={(gone) => set(readPlan(changes.filter((change) => change !== gone)).plan)}
            />
            <div className="ml-auto flex flex-wrap items-center gap-2">
              {reset && <CommandButton command={reset} look="quiet" />}
              {save && <CommandButton command={save} />}
              <Share
                onChanges={copyChanges}
                onResult={
                  // Not while what is shown answers the question before.
                  simulation?.id && !query.isPlaceholderData
                    ? () =>
                        copy(
                          share(simulation.id ?? undefined),
                          "The link is copied: it shows these figures for 90 days.",
                        )
                    : undefined
                }
              />
            </div>
          </div>
          {unread.length > 0 && (
            <Note>The link held what is no change and is left out: {unread.join(", ")}.</Note>
          )}
          {isKept && simulation && (
            <Note>
              As it was answered on {instant(simulation.created_at)}
              {simulation.created_by === me?.principal ? " to you" : ""}, from the data of{" "}
              {instant(simulation.as_of)}.{" "}
              <Button
                size="sm"
                onClick={() => setAddress({ result: undefined, change: joinTexts(simulation.scenarios) })}
              >
                Run it on today's data
              </Button>
            </Note>
          )}
          {address.result !== undefined && kept.isSuccess && !isKept && (
            <Note>The link holds a result of another deal. Change something to ask about this one.</Note>
          )}
          {query.error && !simulation && (
            <Gone
              error={query.error}
              isKept={address.result !== undefined}
              onAnew={() => setAddress({ result: undefined })}
              onRetry={() => void query.refetch()}
            />
          )}
          {!simulation && query.isPending && <ResultLoading />}
          {simulation && (
            <div
              aria-busy={query.isFetching}
              className={query.isPlaceholderData ? "opacity-60 transition-opacity" : "transition-opacity"}
            >
              <Result
                simulation={simulation}
                now={outlook?.p_win}
                view={view}
                onView={setView}
                runs={address.runs}
                onRuns={(runs) => setAddress({ runs, result: undefined }, { replace: true })}
                busy={query.isFetching}
              />
            </div>
          )}
        </div>
      </div>
      {saves && <SaveDialog changes={changes} said={said} onClose={() => setSaves(false)} />}
      {copying}
    </div>
  );
}

const ANSWER = "what-if-answer";

/** Where the answer lies far below the controls, its gist is beside them. It covers nothing. */
function InSight({ simulation }: { simulation: Simulation }) {
  const { baseline, modified, delta } = simulation;
  return (
    <button
      type="button"
      onClick={() => document.getElementById(ANSWER)?.scrollIntoView({ block: "start" })}
      className="flex min-h-9 items-baseline justify-between gap-3 rounded-md border border-accent bg-surface px-3 py-2 text-sm @xl:hidden"
    >
      <span className="font-semibold">
        {percent(baseline.p_win)} <span aria-hidden="true">→</span>
        <span className="unseen">becomes</span> {percent(modified.p_win)}
      </span>
      <span className="text-ink-soft">
        {isTooClose(delta.p_win) ? "too close to call" : points(delta.p_win.value)}
      </span>
      <span className="text-accent-strong underline">Show why</span>
    </button>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <div className="rounded-md border border-line bg-sunken px-3 py-2 text-sm text-ink-soft">{children}</div>
  );
}

function Gone({
  error,
  isKept,
  onAnew,
  onRetry,
}: {
  error: Error;
  isKept: boolean;
  onAnew: () => void;
  onRetry: () => void;
}) {
  const problem = asProblem(error);
  if (isKept && problem.status === 404) {
    return (
      <Empty
        title="This result is no longer there"
        action={
          <Button look="accent" onClick={onAnew}>
            Run it on today's data
          </Button>
        }
      >
        Results are kept for 90 days, and shown to who sees the deal.
      </Empty>
    );
  }
  if (problem.code === "not_enough_history") {
    return <NotEnoughHistory>{problem.message}</NotEnoughHistory>;
  }
  const said = problem.errors.map((one) => one.message).join(" ");
  if (problem.code === "invalid_body" && said !== "") {
    return (
      <Empty title="One of the changes does not fit this deal">
        <p>{said.charAt(0).toUpperCase() + said.slice(1)}.</p>
        <p className="mt-1">Take it out or change it in the controls.</p>
      </Empty>
    );
  }
  return <Failed problem={problem} onRetry={onRetry} />;
}

function Chosen({
  changes,
  say,
  onDrop,
}: {
  changes: readonly string[];
  say: (change: string) => string;
  onDrop: (change: string) => void;
}) {
  if (changes.length === 0) return <p className="text-sm text-ink-faint">No changes yet.</p>;
  return (
    <ul aria-label="Changes made" className="flex min-w-0 flex-wrap gap-1.5">
      {changes.map((change) => (
        <li key={change} className="min-w-0">
          <Chip label={say(change)} onRemove={() => onDrop(change)}>
            {say(change)}
          </Chip>
        </li>
      ))}
    </ul>
  );
}

function ResultLoading() {
  return (
    <div role="status" className="flex flex-col gap-4">
      <span className="unseen">Simulating</span>
      <Skeleton className="h-16 w-full" />
      <Skeleton className="h-24 w-full" />
      <Skeleton className="h-80 w-full" />
    </div>
  );
}

function Result({
  simulation,
  now,
  view,
  onView,
  runs,
  onRuns,
  busy,
}: {
  simulation: Simulation;
  now: { readonly low: number; readonly high: number } | undefined;
  view: View;
  onView: (view: View) => void;
  runs: number;
  onRuns: (runs: number) => void;
  busy: boolean;
}) {
  return (
    <div className="flex flex-col gap-4">
      <Verdict simulation={simulation} />
      <section className="panel @container p-4" aria-label="What the changes do">
        <Figures simulation={simulation} now={now} />
      </section>
      <Card
        title="How it is spread"
        aside={
          <>
            <span className="inline-flex w-4">{busy && <Spinner />}</span>
            <Select
              label="Runs"
              value={String(runs)}
              onChange={(value) => onRuns(Number(value))}
              options={RUNS.map((one) => ({ value: String(one), label: `${count(one)} runs` }))}
              className="h-7! w-32! text-xs"
            />
          </>
        }
      >
        <Distribution simulation={simulation} view={view} onView={onView} />
      </Card>
      <Card title="What it rests on">
        <RestsOn simulation={simulation} />
      </Card>
      {simulation.stale && (
        <p className="text-xs text-ink-faint">
          The data have changed since the model learned; it catches up within minutes.
        </p>
      )}
    </div>
  );
}
