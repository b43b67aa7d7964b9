import { type InfiniteData, useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { changeDeal, type DealList, type DealPatch, type DealRow, dealName, dealQuery } from "@/api/deals";
import { date, words } from "@/shared/format";
import { asProblem, Problem } from "@/shared/problem";
import { cx } from "@/shared/ui/cx";
import { toastProblem } from "@/shared/ui/toast";

export const CATEGORIES = ["commit", "best_case", "pipeline", "omitted"] as const;
type OwnField = "forecast_category" | "next_step" | "next_step_due";

/** Changes what is ours of a deal, in the list where it stands. */
export function useOwnEdit() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ deal, field, value }: { deal: DealRow; field: OwnField; value: string | null }) => {
      // A row does not know its version: the deal does, and whether the row is still what it says.
      const now = await client.fetchQuery({ ...dealQuery(deal.id), staleTime: 0 });
      if ((now.data.own[field] ?? null) !== (deal[field] ?? null)) {
        throw new Problem({
          status: 412,
          code: "changed",
          title: "Somebody else was faster",
          detail: `${deal.name ?? "The deal"} was changed in the meantime.`,
          remedy: "The list has been brought up to date; look again.",
        });
      }
      return changeDeal(deal.id, now.etag, { [field]: value } as DealPatch);
    },
    onSuccess: ({ data: changed, etag }) => {
      client.setQueryData(dealQuery(changed.id).queryKey, { data: changed, etag });
      const own = changed.own;
      const row = (each: DealRow): DealRow =>
        each.id === changed.id
          ? {
              ...each,
              forecast_category: own.forecast_category ?? null,
              next_step: own.next_step ?? null,
              next_step_due: own.next_step_due ?? null,
            }
          : each;
      client.setQueriesData<InfiniteData<DealList>>(
        { queryKey: ["deals", "pages"] },
        (pages) =>
          pages && { ...pages, pages: pages.pages.map((page) => ({ ...page, data: page.data.map(row) })) },
      );
      void client.invalidateQueries({ queryKey: ["deals", "first"] });
      void client.invalidateQueries({ queryKey: ["insights"] });
    },
    onError: (error) => {
      toastProblem(error);
      if (asProblem(error).status === 412) void client.resetQueries({ queryKey: ["deals", "pages"] });
    },
  });
}

const control = "h-7 w-full min-w-0 rounded-sm border border-line-strong/70 bg-surface px-1.5 text-sm";

/** A cell that becomes its own control when it is pressed: Enter keeps, Escape leaves. */
export function OwnCell({ deal, field }: { deal: DealRow; field: OwnField }) {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    // Whoever went elsewhere meanwhile stays there.
    const isNowhere = document.activeElement === document.body;
    if (wasEditing.current && !editing && isNowhere) button.current?.focus({ preventScroll: true });
    wasEditing.current = editing;
  }, [editing]);
  const value = deal[field] ?? "";
  const name = { forecast_category: "category", next_step: "next step", next_step_due: "due date" }[field];
  const label = `${name[0]?.toUpperCase()}${name.slice(1)} of ${dealName(deal)}`;
  if (editing) return <Editor deal={deal} field={field} label={label} onDone={() => setEditing(false)} />;
  const text = value && inWords(field, value);
  return (
    <button
      ref={button}
      type="button"
      aria-label={`${label}: ${text || "none"}. Change`}
      onClick={() => setEditing(true)}
      className="flex h-7 w-full min-w-0 items-center rounded-sm border border-transparent px-1.5 text-left hover:border-line-strong/60"
    >
      <span className={cx("truncate", !text && "text-ink-faint")}>{text || "–"}</span>
    </button>
  );
}

const inWords = (field: OwnField, value: string): string =>
  field === "forecast_category" ? words(value) : field === "next_step_due" ? date(value) : value;

function Editor({
  deal,
  field,
  label,
  onDone,
}: {
  deal: DealRow;
  field: OwnField;
  label: string;
  onDone: () => void;
}) {
  const edit = useOwnEdit();
  const value = deal[field] ?? "";
  const keep = (next: string) => {
    if (next === value) onDone();
    else edit.mutate({ deal, field, value: next === "" ? null : next }, { onSettled: onDone });
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement | HTMLSelectElement>) => {
    event.stopPropagation();
    if (event.key === "Enter" && field !== "forecast_category") {
      // The button that has the focus by then would take the same press for its own.
      event.preventDefault();
      keep(event.currentTarget.value);
    }
    if (event.key === "Escape") onDone();
  };
  if (edit.isPending) {
    const next = edit.variables.value;
    return (
      <span role="status" className="block truncate px-1.5 opacity-60">
        {next ? inWords(field, next) : "–"}
        <span className="unseen"> is being saved</span>
      </span>
    );
  }
  if (field === "forecast_category") {
    return (
      <select
        // biome-ignore lint/a11y/noAutofocus: it stands where the press was
        autoFocus
        aria-label={label}
        value={value}
        onChange={(event) => keep(event.target.value)}
        onBlur={onDone}
        onKeyDown={onKey}
        className={control}
      >
        <option value="">None</option>
        {CATEGORIES.map((category) => (
          <option key={category} value={category}>
            {words(category)}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: it stands where the press was
      autoFocus
      aria-label={label}
      type={field === "next_step_due" ? "date" : "text"}
      maxLength={500}
      defaultValue={value}
      onBlur={(event) => keep(event.target.value)}
      onKeyDown={onKey}
      className={control}
    />
  );
}
