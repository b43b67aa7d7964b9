import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { type Pipeline, pipelinesQuery } from "@/api/pipelines";
import { previewQuery, putStages, type Stage, stageDealsQuery, stagesQuery } from "@/api/stages";
import { CANONICAL, canonicalWords } from "@/shared/canonical";
import { useCommandContext } from "@/shared/commands";
import { count, counted, percent } from "@/shared/format";
import { usePage } from "@/shared/page";
import { asProblem } from "@/shared/problem";
import { useAddress, useGo } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { Badge, Card, PageHead, type Tone } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { isGrave, Restaged } from "@/shared/ui/restaged";
import { Select } from "@/shared/ui/select";
import { Empty, Skeleton } from "@/shared/ui/states";
import { toast } from "@/shared/ui/toast";
import { mayMapStages } from "./may";
import { ProblemNote } from "./problem-note";
import { changesOf, layerWords, type Words } from "./words";

const TRAIL = [{ label: "Connections", to: "/connections" }];

const read = (search: Readonly<Record<string, unknown>>) => ({
  pipeline:
    typeof search.pipeline === "string" && /^pipeline_\w+$/.test(search.pipeline)
      ? search.pipeline
      : undefined,
});

/** What the sources' stages mean, so that deals of several pipelines can be counted together. */
export default function StagesPage() {
  const [address, setAddress] = useAddress(read);
  const query = useQuery(pipelinesQuery);
  usePage({ title: "What stages mean", trail: TRAIL });
  const go = useGo();
  return (
    <>
      <PageHead
        title="What stages mean"
        sub="Each source has stages of its own. Said in eight words that all share, they can be counted together; by them a deal is open, won or lost."
      />
      <QueryView query={query}>
        {(pipelines) => {
          const shown = pipelines.find((each) => each.id === address.pipeline) ?? pipelines[0];
          if (!shown) {
            return (
              <div className="panel">
                <Empty
                  title="There are no pipelines yet"
                  action={<Button onClick={() => go("/connections")}>Connect a source</Button>}
                >
                  They come with the first deals, and their stages with them.
                </Empty>
              </div>
            );
          }
          return (
            <div className="flex flex-col gap-4">
              {pipelines.length > 1 && (
                <div className="max-w-sm">
                  <Select
                    label="Pipeline"
                    value={shown.id}
                    onChange={(pipeline) => setAddress({ pipeline })}
                    options={pipelines.map((each) => ({
                      value: each.id,
                      label: `${each.name}${unmapped(each) ? `: ${counted(unmapped(each), "stage")} without meaning` : ""}`,
                    }))}
                  />
                </div>
              )}
              <OfPipeline key={shown.id} pipeline={shown} />
            </div>
          );
        }}
      </QueryView>
    </>
  );
}

const unmapped = (pipeline: Pipeline): number => pipeline.stages.filter((stage) => !stage.canonical).length;

function OfPipeline({ pipeline }: { pipeline: Pipeline }) {
  const query = useQuery(stagesQuery(pipeline.id));
  return (
    <QueryView query={query}>
      {({ data, etag }) => <Mapping key={etag} pipeline={pipeline} stages={data.stages} etag={etag} />}
    </QueryView>
  );
}

const BACK = "back";

function Mapping({
  pipeline,
  stages,
  etag,
}: {
  pipeline: Pipeline;
  stages: readonly Stage[];
  etag: string | undefined;
}) {
  const client = useQueryClient();
  const { who } = useCommandContext();
  const may = mayMapStages(who);
  const deals = useQuery(stageDealsQuery(pipeline.id));
  const [said, setSaid] = useState<Words>({});
  const changes = useMemo(() => changesOf(stages, said), [stages, said]);
  const preview = useQuery(previewQuery(pipeline.id, changes));
  const without = stages.filter((stage) => !stage.canonical).length;
  const save = useMutation({
    mutationFn: () => putStages(pipeline.id, etag, changes),
    onSuccess: (saved) => {
      client.setQueryData(stagesQuery(pipeline.id).queryKey, saved);
      for (const first of ["pipelines", "deals", "insights", "forecasts"]) {
        void client.invalidateQueries({ queryKey: [first] });
      }
      toast("Saved. Forecast and insights follow at once.", { tone: "good" });
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const say = useCallback(
    (label: string, value: string) =>
      setSaid((before) => ({ ...before, [label]: value === BACK ? null : value })),
    [],
  );
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Card
        title={pipeline.name}
        flush
        aside={
          without > 0 ? (
            <Badge tone="warn">{counted(without, "stage")} without meaning</Badge>
          ) : (
            "every stage has a meaning"
          )
        }
      >
        <ul aria-label="Stages" className="divide-y divide-line">
          {stages.map((stage) => {
            const counts = deals.data?.[stage.label];
            const wanted = said[stage.label];
            return (
              <li
                key={stage.label}
                className="grid items-center gap-x-4 gap-y-1.5 px-4 py-2.5 text-sm sm:grid-cols-[minmax(0,1fr)_13rem]"
              >
                <div className="min-w-0">
                  <p className="font-medium wrap-anywhere">{stage.label}</p>
                  <p className="text-xs text-ink-faint">
                    {counts
                      ? [
                          [counts.open, "open"],
                          [counts.won, "won"],
                          [counts.lost, "lost"],
                        ]
                          .filter(([many]) => Number(many) > 0)
                          .map(([many, what]) => `${count(Number(many))} ${what}`)
                          .join(", ") || "no deals"
                      : deals.data
                        ? "no deals"
                        : " "}
                    {typeof stage.probability === "number" &&
                      ` · the source gives it ${percent(stage.probability)}`}
                  </p>
                </div>
                <div>
                  {may ? (
                    <Select
                      label={`What ${stage.label} means`}
                      value={wanted === null ? BACK : (wanted ?? stage.canonical ?? undefined)}
                      onChange={(value) => say(stage.label, value)}
                      placeholder="No meaning yet"
                      options={[
                        ...CANONICAL.map(({ value, label }) => ({ value: value as string, label })),
                        ...(stage.layer === "tenant" ? [{ value: BACK, label: "As the source says" }] : []),
                      ]}
                    />
                  ) : (
                    <p>{canonicalWords(stage.canonical)}</p>
                  )}
                  <p className="mt-0.5 text-xs text-ink-faint">
                    <Layer layer={stage.layer} />
                  </p>
                </div>
              </li>
            );
          })}
        </ul>
      </Card>
      <div className="flex flex-col gap-4 xl:sticky xl:top-4">
        <Card title="What would change">
          {changes.length === 0 ? (
            <p className="text-sm text-ink-soft">
              {may
                ? "Nothing yet. Choose another meaning for a stage, and this says what it does before you save it."
                : "What stages mean is for an admin to say, because it changes everybody’s figures."}
            </p>
          ) : (
            <div aria-live="polite">
              <QueryView query={preview} loading={<Skeleton className="h-40 w-full" />}>
                {(would) => (
                  <>
                    <Restaged preview={would} isOld={preview.isPlaceholderData} />
                    {isGrave(would) && (
                      <p className="mt-3 text-xs text-ink-faint">
                        Won and lost are counted anew at once, in totals, win rates and in what the model
                        learned from. The sources themselves are not touched, and it can be taken back here.
                      </p>
                    )}
                  </>
                )}
              </QueryView>
              {changes.some(({ canonical }) => canonical === null) && (
                <p className="mt-3 text-xs text-ink-faint">
                  Where your word is taken back, what the source says counts again from its next sync at the
                  latest; until then, what the name alone means.
                </p>
              )}
            </div>
          )}
          {problem && (
            <div className="mt-3">
              {problem.status === 412 ? (
                <div role="alert" className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
                  This pipeline was changed since you opened it. Yours is not saved.
                  <Button
                    size="sm"
                    className="ml-2"
                    onClick={() => void client.invalidateQueries({ queryKey: ["stages", pipeline.id] })}
                  >
                    Show it as it is
                  </Button>
                </div>
              ) : (
                <ProblemNote problem={problem} />
              )}
            </div>
          )}
          {may && changes.length > 0 && (
            <div className="mt-4 flex justify-end gap-2">
              <Button onClick={() => setSaid({})}>Leave it</Button>
              <Button look="accent" busy={save.isPending} onClick={() => save.mutate()}>
                Save {counted(changes.length, "change")}
              </Button>
            </div>
          )}
        </Card>
        <Card title="The eight meanings" level={3}>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
            {CANONICAL.map(({ value, label, about }) => (
              <div key={value} className="contents">
                <dt className="font-medium">{label}</dt>
                <dd className="text-ink-soft">{about}</dd>
              </div>
            ))}
          </dl>
          <p className="mt-3 text-xs text-ink-faint">
            Your own word stands above the source’s, also after the next sync; the source’s stands above what
            a name usually means.
          </p>
        </Card>
      </div>
    </div>
  );
}

const LAYER_TONES: Record<string, Tone> = { tenant: "accent", discovered: "good" };

function Layer({ layer }: { layer: string | null | undefined }) {
  if (!layer) return <Badge tone="warn">nobody said</Badge>;
  return <Badge tone={LAYER_TONES[layer] ?? "plain"}>{layerWords(layer)}</Badge>;
}
