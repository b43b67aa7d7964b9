import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changeDeal, type Deal, type DealPatch, dealQuery } from "@/api/deals";
import { date, words } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Field, Input, Textarea } from "@/shared/ui/field";
import { Card, Facts } from "@/shared/ui/pieces";
import { Select } from "@/shared/ui/select";
import { toast } from "@/shared/ui/toast";

const CATEGORIES = [
  { value: "none", label: "None" },
  { value: "commit", label: "Commit" },
  { value: "best_case", label: "Best case" },
  { value: "pipeline", label: "Pipeline" },
  { value: "omitted", label: "Omitted" },
];

/** What people say of a deal here; no import touches it. */
export function OwnFields({
  deal,
  etag,
  canWrite,
}: {
  deal: Deal;
  etag: string | undefined;
  canWrite: boolean;
}) {
  const [editing, setEditing] = useState(false);
  const { own } = deal;
  return (
    <Card
      title="Ours"
      aside={
        canWrite &&
        !editing && (
          <Button size="sm" onClick={() => setEditing(true)}>
            Edit
          </Button>
        )
      }
    >
      {editing ? (
        <Form deal={deal} etag={etag} onDone={() => setEditing(false)} />
      ) : (
        <Facts
          facts={[
            ["Category", own.forecast_category ? words(own.forecast_category) : "–"],
            ["Next step", own.next_step ?? "–"],
            ["Due", date(own.next_step_due)],
            ["Note", own.note ?? "–"],
          ]}
        />
      )}
    </Card>
  );
}

function Form({ deal, etag, onDone }: { deal: Deal; etag: string | undefined; onDone: () => void }) {
  const client = useQueryClient();
  const [category, setCategory] = useState(deal.own.forecast_category ?? "none");
  const save = useMutation({
    mutationFn: (patch: DealPatch) => changeDeal(deal.id, etag, patch),
    onSuccess: (changed) => {
      client.setQueryData(dealQuery(deal.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["deals", "pages"] });
      void client.invalidateQueries({ queryKey: ["deals", "first"] });
      void client.invalidateQueries({ queryKey: ["insights"] });
      toast("Saved", { tone: "good" });
      onDone();
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const text = (name: string) => String(given.get(name) ?? "").trim() || null;
    save.mutate({
      forecast_category: category === "none" ? null : category,
      next_step: text("next_step"),
      next_step_due: text("next_step_due"),
      note: text("note"),
    } as DealPatch);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label="Category">
        <Select value={category} onChange={setCategory} options={CATEGORIES} />
      </Field>
      <Field label="Next step" error={problem?.at("/next_step")}>
        <Input name="next_step" maxLength={500} defaultValue={deal.own.next_step ?? ""} />
      </Field>
      <Field label="Due" error={problem?.at("/next_step_due")}>
        <Input name="next_step_due" type="date" defaultValue={deal.own.next_step_due ?? ""} />
      </Field>
      <Field label="Note" error={problem?.at("/note")}>
        <Textarea name="note" maxLength={10_000} defaultValue={deal.own.note ?? ""} />
      </Field>
      {problem && problem.errors.length === 0 && (
        <div role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
          {problem.status === 412
            ? "Somebody else changed these fields since you opened them. Yours are not saved."
            : `${problem.message} ${problem.remedy}`}
          {problem.status === 412 && (
            <Button
              size="sm"
              className="ml-2"
              onClick={() =>
                void client.invalidateQueries({ queryKey: dealQuery(deal.id).queryKey }).then(onDone)
              }
            >
              Show theirs
            </Button>
          )}
        </div>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="accent" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
