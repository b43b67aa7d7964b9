import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BookmarkCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import { idempotencyKey } from "@/api/client";
import {
  type Changes,
  deleteScenario,
  type SavedScenario,
  saveScenario,
  scenariosQuery,
} from "@/api/simulations";
import { counted } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Button, IconButton } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Field, Input } from "@/shared/ui/field";
import { Popover } from "@/shared/ui/popover";
import { toast } from "@/shared/ui/toast";

const MOST_NAME = 100;

/** Keeps the changes under a name, for this and other deals. */
export function SaveDialog({
  changes,
  said,
  onClose,
}: {
  changes: Changes;
  /** The changes in words. */
  said: readonly string[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [name, setName] = useState(said.join(", ").slice(0, MOST_NAME));
  const [key] = useState(idempotencyKey);
  const save = useMutation({
    mutationFn: () => saveScenario(name.trim(), changes, key),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ["scenarios"] });
      toast(`Saved as “${saved.name}”.`, { tone: "good" });
      onClose();
    },
  });
  const problem = save.error && asProblem(save.error);
  const empty = name.trim() === "";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Save these changes"
      description="They can be tried on any deal later, by a click."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="accent" busy={save.isPending} disabled={empty} onClick={() => save.mutate()}>
            Save
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!empty && !save.isPending) save.mutate();
        }}
        className="flex flex-col gap-3"
      >
        <Field
          label="Name"
          error={problem && (problem.at("/name") ?? `${problem.message} ${problem.remedy}`)}
        >
          <Input
            autoFocus
            maxLength={MOST_NAME}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <ul className="list-disc pl-5 text-sm text-ink-soft">
          {said.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      </form>
    </Dialog>
  );
}

/** The saved scenarios: a press tries one on this deal. */
export function SavedScenarios({
  say,
  onChoose,
}: {
  say: (change: string) => string;
  onChoose: (changes: Changes) => void;
}) {
  const query = useQuery(scenariosQuery);
  const saved = query.data ?? [];
  if (saved.length === 0) return null;
  return (
    <Popover
      label="Saved scenarios"
      align="start"
      className="w-80"
      trigger={
        <Button>
          <BookmarkCheck />
          Saved
        </Button>
      }
    >
      {(close) => (
        <ul className="flex flex-col gap-1">
          {saved.map((scenario) => (
            <ScenarioRow
              key={scenario.id}
              scenario={scenario}
              say={say}
              onChoose={() => {
                onChoose(scenario.changes);
                close();
              }}
            />
          ))}
        </ul>
      )}
    </Popover>
  );
}

export function ScenarioRow({
  scenario,
  say,
  onChoose,
}: {
  scenario: SavedScenario;
  say: (change: string) => string;
  onChoose?: () => void;
}) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteScenario(scenario.id),
    onSuccess: () => {
      toast(`“${scenario.name}” is deleted.`, {
        action: {
          label: "Undo",
          run: () =>
            void saveScenario(scenario.name, scenario.changes, idempotencyKey())
              .then(() => client.invalidateQueries({ queryKey: ["scenarios"] }))
              .catch((error) => toast(asProblem(error).message, { tone: "bad" })),
        },
      });
    },
    onError: (error) => toast(asProblem(error).message, { tone: "bad" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["scenarios"] }),
  });
  const what = scenario.changes.map(say).join(", ") || counted(0, "change");
  return (
    <li className="flex items-start gap-1">
      {onChoose ? (
        <button
          type="button"
          onClick={onChoose}
          className="min-w-0 flex-1 rounded-md px-2 py-1.5 text-left hover:bg-sunken"
        >
          <span className="block truncate text-sm font-medium">{scenario.name}</span>
          <span className="block text-xs text-ink-soft">{what}</span>
        </button>
      ) : (
        <div className="min-w-0 flex-1 px-2 py-1.5">
          <span className="block text-sm font-medium wrap-anywhere">{scenario.name}</span>
          <span className="block text-xs text-ink-soft">{what}</span>
        </div>
      )}
      <IconButton
        label={`Delete ${scenario.name}`}
        size="sm"
        busy={remove.isPending}
        onClick={() => remove.mutate()}
        className="mt-1.5"
      >
        {!remove.isPending && <Trash2 />}
      </IconButton>
    </li>
  );
}
