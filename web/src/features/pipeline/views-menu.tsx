import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bookmark, Check } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { DealAsk } from "@/api/deals";
import { changeView, removeView, saveView, type View, viewsQuery } from "@/api/views";
import { asProblem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Confirm, Dialog } from "@/shared/ui/dialog";
import { Checkbox, Field, Input } from "@/shared/ui/field";
import { Menu, MenuGroup, MenuItem } from "@/shared/ui/menu";
import { toast, toastProblem } from "@/shared/ui/toast";
import { isSame, USUAL } from "./address";

/** Ways to look at the deals that somebody gave a name. */
export function ViewsMenu({
  ask,
  view: current,
  onOpen,
}: {
  ask: DealAsk;
  view: string | undefined;
  onOpen: (ask: DealAsk, view: string | undefined) => void;
}) {
  const client = useQueryClient();
  const views = useQuery(viewsQuery);
  const [asking, setAsking] = useState<"name" | "remove">();
  const view = views.data?.find((each) => each.id === current);
  const isChanged = view !== undefined && !isSame(view.query, ask);
  const done = () => client.invalidateQueries({ queryKey: viewsQuery.queryKey });
  const failed = (error: unknown) => {
    toastProblem(error);
    void done();
  };
  const change = useMutation({
    mutationFn: (what: Partial<Pick<View, "query" | "shared">>) => changeView(view?.id ?? "", what),
    onSuccess: (changed) => {
      toast(`Saved “${changed.name}”`, { tone: "good" });
      void done();
    },
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: () => removeView(view?.id ?? ""),
    onSuccess: () => {
      setAsking(undefined);
      onOpen(ask, undefined);
      void done();
    },
    onError: failed,
  });
  const mine = views.data?.filter((each) => !each.shared) ?? [];
  const shared = views.data?.filter((each) => each.shared) ?? [];
  const item = (each: View) => (
    <MenuItem key={each.id} onSelect={() => onOpen(each.query, each.id)}>
      <span className="size-4">{each.id === current && <Check className="text-accent" />}</span>
      <span className="max-w-64 truncate">{each.name}</span>
    </MenuItem>
  );
  return (
    <>
      <Menu
        label="Views"
        trigger={
          <Button>
            <Bookmark />
            <span className="max-w-40 truncate">
              {view ? `${view.name}${isChanged ? " (changed)" : ""}` : "Views"}
            </span>
          </Button>
        }
      >
        <MenuItem onSelect={() => onOpen(USUAL, undefined)}>
          <span className="size-4" />
          All open deals
        </MenuItem>
        {mine.length > 0 && <MenuGroup label="Mine">{mine.map(item)}</MenuGroup>}
        {shared.length > 0 && <MenuGroup label="Shared">{shared.map(item)}</MenuGroup>}
        <MenuGroup label="What is shown now">
          <MenuItem onSelect={() => setAsking("name")}>Save as a view…</MenuItem>
          {view?.can_change && (
            <>
              <MenuItem disabled={!isChanged} onSelect={() => change.mutate({ query: { ...ask } })}>
                Save changes to “{view.name}”
              </MenuItem>
              <MenuItem onSelect={() => change.mutate({ shared: !view.shared })}>
                {view.shared ? "Keep to myself" : "Share with everybody"}
              </MenuItem>
              <MenuItem danger onSelect={() => setAsking("remove")}>
                Remove “{view.name}”…
              </MenuItem>
            </>
          )}
        </MenuGroup>
      </Menu>
      {asking === "name" && (
        <SaveView
          ask={ask}
          onClose={() => setAsking(undefined)}
          onSaved={(saved) => {
            setAsking(undefined);
            onOpen(saved.query, saved.id);
            void done();
          }}
        />
      )}
      <Confirm
        open={asking === "remove"}
        onOpenChange={() => setAsking(undefined)}
        title={`Remove “${view?.name ?? ""}”?`}
        action="Remove the view"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        <p>{view?.shared ? "Everybody loses it. " : ""}The deals stay as they are.</p>
      </Confirm>
    </>
  );
}

function SaveView({
  ask,
  onClose,
  onSaved,
}: {
  ask: DealAsk;
  onClose: () => void;
  onSaved: (view: View) => void;
}) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () => saveView({ name: name.trim(), query: { ...ask }, shared }),
    onSuccess: onSaved,
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Save as a view"
      description="Conditions and order, under a name. What people see in it is up to who they are."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="accent" type="submit" form="save-view" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="save-view" onSubmit={submit} className="flex flex-col gap-3">
        <Field
          label="Name"
          error={problem && (problem.at("/name") ?? `${problem.message} ${problem.remedy}`)}
        >
          <Input
            autoFocus
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Checkbox
          label="Share with everybody"
          checked={shared}
          onChange={(event) => setShared(event.target.checked)}
        />
      </form>
    </Dialog>
  );
}
