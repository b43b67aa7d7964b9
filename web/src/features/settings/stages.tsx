import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type Pipeline, pipelinesQuery } from "@/api/pipelines";
import { putStages, stagesQuery } from "@/api/settings";
import { previewQuery } from "@/api/stages";
import { counted, percent, words } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Badge, Card } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";
import { QueryView } from "@/shared/ui/query-view";
import { Restaged } from "@/shared/ui/restaged";
import { Select } from "@/shared/ui/select";
import { Empty, Skeleton } from "@/shared/ui/states";
import { toast } from "@/shared/ui/toast";

const MEANINGS = [
  "lead",
  "qualification",
  "discovery",
  "demo",
  "proposal",
  "negotiation",
  "closed_won",
  "closed_lost",
] as const;

const LAYERS: Record<string, string> = {
  tenant: "you",
  vendor_default: "by its name",
  discovered: "the source",
};

/** What the sources' stages mean: forecasts and insights speak of these. */
export default function Stages() {
  const query = useQuery(pipelinesQuery);
  return (
    <QueryView query={query}>
      {(pipelines) =>
        pipelines.length === 0 ? (
          <div className="panel">
            <Empty title="There are no pipelines yet">They come with the first import or connection.</Empty>
          </div>
        ) : (
          <div className="flex flex-col gap-4">
            <p className="text-sm text-ink-soft">
              Each stage of a source means one of eight stages that all pipelines share. What you say here
              stands above what the source says, also after it is imported again; forecast and insights follow
              at once.
            </p>
            {pipelines.map((pipeline) => (
              <OnePipeline key={pipeline.id} id={pipeline.id} name={pipeline.name} />
            ))}
          </div>
        )
      }
    </QueryView>
  );
}

type Stage = Pipeline["stages"][number];
/** Takes our own word back. */
const SOURCE = "";

function OnePipeline({ id, name }: { id: string; name: string }) {
  const client = useQueryClient();
  const query = useQuery(stagesQuery(id));
  const [changes, setChanges] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const said = useMemo(
    () =>
      Object.entries(changes).map(([label, meaning]) => ({
        label,
        canonical: meaning === SOURCE ? null : meaning,
      })),
    [changes],
  );
  const preview = useQuery(previewQuery(id, said));
  const count = said.length;

  const save = async () => {
    setBusy(true);
    try {
      await putStages(id, query.data?.etag, said);
      setChanges({});
      toast(`${counted(count, "stage")} of ${name} changed. Forecast and insights follow.`, { tone: "good" });
      await Promise.all(
        [["pipelines"], ["insights"], ["deals"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 412) await query.refetch();
      toast(
        problem.status === 412
          ? "Somebody changed these stages meanwhile. They are shown as they are now: look, and save again."
          : `${problem.message} ${problem.remedy}`,
        { tone: "bad" },
      );
    } finally {
      setBusy(false);
    }
  };

  return (
    <Card
      title={name}
      flush
      aside={
        count > 0 && (
          <>
            <Button size="sm" onClick={() => setChanges({})}>
              Discard
            </Button>
            <Button size="sm" look="accent" busy={busy} onClick={() => void save()}>
              Save {counted(count, "change")}
            </Button>
          </>
        )
      }
    >
      <QueryView query={query} loading={<div className="h-40" />}>
        {({ data: pipeline }) => (
          <PlainTable<Stage>
            label={`Stages of ${name}`}
            stacks
            rows={pipeline.stages}
            rowId={(stage) => stage.label}
            isOn={(stage) => stage.label in changes}
            columns={[
              {
                id: "label",
                header: "In the source",
                names: true,
                className: "align-middle!",
                cell: (stage) => stage.label,
              },
              {
                id: "means",
                header: "Means",
                className: "min-w-52",
                cell: (stage) => (
                  <Select
                    label={`What ${stage.label} means`}
                    value={changes[stage.label] ?? stage.canonical ?? SOURCE}
                    onChange={(meaning) => {
                      const { [stage.label]: _, ...rest } = changes;
                      setChanges(
                        meaning === (stage.canonical ?? SOURCE) ? rest : { ...rest, [stage.label]: meaning },
                      );
                    }}
                    options={[
                      { value: SOURCE, label: stage.canonical ? "As the source says" : "Not known" },
                      ...MEANINGS.map((meaning) => ({ value: meaning as string, label: words(meaning) })),
                    ]}
                  />
                ),
              },
              {
                id: "who",
                header: "Said by",
                className: "align-middle! whitespace-nowrap",
                cell: (stage) =>
                  stage.label in changes ? (
                    <Badge tone="accent">not saved yet</Badge>
                  ) : stage.layer ? (
                    (LAYERS[stage.layer] ?? words(stage.layer))
                  ) : (
                    <Badge tone="warn">nobody</Badge>
                  ),
              },
              {
                id: "probability",
                header: "Chance in the source",
                align: "right",
                className: "align-middle!",
                cell: (stage) => percent(stage.probability),
              },
            ]}
          />
        )}
      </QueryView>
      {count > 0 && (
        <section aria-label={`What would change in ${name}`} className="border-t border-line px-4 py-3">
          <h3 className="mb-2 text-sm font-medium">What would change</h3>
          <QueryView query={preview} loading={<Skeleton className="h-40 w-full" />}>
            {(would) => <Restaged preview={would} isOld={preview.isPlaceholderData} />}
          </QueryView>
        </section>
      )}
    </Card>
  );
}
