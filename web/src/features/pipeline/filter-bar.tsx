import { ChevronDown } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import type { DealAsk, Facet } from "@/api/deals";
import { count } from "@/shared/format";
import { Button } from "@/shared/ui/button";
import { Chip } from "@/shared/ui/chip";
import { Checkbox, Field, Input } from "@/shared/ui/field";
import { Popover } from "@/shared/ui/popover";
import { choose, chosen, conditions, drop, fieldName, NOBODY, toggle, valueName, without } from "./address";

export const FACETS = ["stage", "owner", "pipeline", "outcome", "forecast_category"];
const RANGES = [
  { field: "amount", type: "number" },
  { field: "days_in_stage", type: "number" },
  { field: "close_date", type: "date" },
] as const;

interface Props {
  ask: DealAsk;
  facets: readonly Facet[];
  onChange: (ask: DealAsk) => void;
}

/** What the deals are asked: by words, by value, by range; and what is asked now, each to take away. */
export function FilterBar({ ask, facets, onChange }: Props) {
  const asked = conditions(ask, facets);
  return (
    <search className="flex flex-col gap-2" aria-label="Filter the deals">
      <div className="flex flex-wrap items-center gap-1.5">
        <Words ask={ask} onChange={onChange} />
        {FACETS.map((field) => (
          <FacetButton
            key={field}
            field={field}
            facet={facets.find((each) => each.field === field)}
            {...{ ask, facets, onChange }}
          />
        ))}
        {RANGES.map((range) => (
          <RangeButton key={range.field} {...range} ask={ask} onChange={onChange} />
        ))}
      </div>
      {asked.length > 0 && (
        <ul aria-label="Conditions" className="flex flex-wrap items-center gap-1.5">
          {asked.map(({ field, text }) => (
            <li key={field} className="max-w-full">
              <Chip label={text} onRemove={() => onChange(drop(ask, field))}>
                {text}
              </Chip>
            </li>
          ))}
          {asked.length > 1 && (
            <li>
              <Button look="quiet" size="sm" onClick={() => onChange(ask.sort ? { sort: ask.sort } : {})}>
                Clear all
              </Button>
            </li>
          )}
        </ul>
      )}
    </search>
  );
}

const PAUSE_MS = 250;
/** The server takes 200 bytes; in some scripts a letter has three. */
const MOST_WORDS = 66;

/** Words, asked a moment after the last key. */
function Words({ ask, onChange }: Pick<Props, "ask" | "onChange">) {
  const [text, setText] = useState(ask.q ?? "");
  const [before, setBefore] = useState(ask.q);
  if (before !== ask.q) {
    setBefore(ask.q);
    setText(ask.q ?? "");
  }
  useEffect(() => {
    const q = text.trim();
    if (q === (ask.q ?? "")) return;
    const timer = setTimeout(() => onChange(q ? { ...ask, q } : drop(ask, "q")), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, ask, onChange]);
  return (
    <Input
      type="search"
      aria-label="Words in name, company, owner or stage"
      placeholder="Find…"
      maxLength={MOST_WORDS}
      value={text}
      onChange={(event) => setText(event.target.value)}
      className="w-full! sm:w-44!"
    />
  );
}

function FacetButton({
  field,
  facet,
  ask,
  facets,
  onChange,
}: Props & { field: string; facet: Facet | undefined }) {
  const now = chosen(ask, field);
  const [find, setFind] = useState("");
  const values = facet?.values ?? [];
  // What is chosen stays there to be taken away, also when nothing has it any more.
  const gone = now.filter((value) => value !== NOBODY && !values.some((each) => each.value === value));
  const shown = values.filter((value) =>
    valueName(field, value.value, facets).toLowerCase().includes(find.trim().toLowerCase()),
  );
  return (
    <Popover
      label={fieldName(field)}
      className="w-64"
      trigger={
        <Button size="sm" className={now.length > 0 ? "border-accent! text-accent-strong!" : ""}>
          {fieldName(field)}
          {now.length > 1 && <span>({now.length})</span>}
          <ChevronDown />
        </Button>
      }
    >
      <fieldset className="flex flex-col gap-0.5">
        <legend className="unseen">{fieldName(field)}</legend>
        {values.length > 8 && (
          <Input
            type="search"
            aria-label={`Find in ${fieldName(field)}`}
            placeholder="Find…"
            value={find}
            onChange={(event) => setFind(event.target.value)}
            className="mb-1"
          />
        )}
        {values.length === 0 && gone.length === 0 && !facet?.without && (
          <p data-autofocus tabIndex={-1} className="text-ink-faint">
            No deal has one.
          </p>
        )}
        {[...gone.map((value) => ({ value, count: 0 })), ...shown].map((value) => (
          <FacetValue
            key={value.value}
            on={now.includes(value.value)}
            label={valueName(field, value.value, facets)}
            count={value.count}
            onToggle={() => onChange(toggle(ask, field, value.value))}
          />
        ))}
        {facet && (facet.without > 0 || now.includes(NOBODY)) && (
          <FacetValue
            on={now.includes(NOBODY)}
            label="None"
            count={facet.without}
            onToggle={() =>
              onChange(now.includes(NOBODY) ? without(ask, field) : choose(ask, field, [NOBODY]))
            }
          />
        )}
        {facet && facet.more_values > 0 && (
          <p className="mt-1 text-xs text-ink-faint">
            and {count(facet.more_values)} more with {count(facet.more_deals)} deals: find them by words
          </p>
        )}
      </fieldset>
    </Popover>
  );
}

function FacetValue({
  on,
  label,
  count: deals,
  onToggle,
}: {
  on: boolean;
  label: string;
  count: number;
  onToggle: () => void;
}) {
  return (
    <div className="flex items-center justify-between gap-3 rounded-md px-1 hover:bg-sunken">
      <Checkbox label={label} checked={on} onChange={onToggle} className="min-w-0 flex-1 wrap-anywhere" />
      <span className="text-xs text-ink-faint">{count(deals)}</span>
    </div>
  );
}

function RangeButton({
  field,
  type,
  ask,
  onChange,
}: { field: string; type: "number" | "date" } & Pick<Props, "ask" | "onChange">) {
  const [low, high] = [ask[`filter[${field}][gte]`], ask[`filter[${field}][lte]`]];
  const on = low !== undefined || high !== undefined;
  const name = fieldName(field);
  return (
    <Popover
      label={name}
      className="w-56"
      trigger={
        <Button size="sm" className={on ? "border-accent! text-accent-strong!" : ""}>
          {name}
          <ChevronDown />
        </Button>
      }
    >
      {(close) => {
        const submit = (event: FormEvent<HTMLFormElement>) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget);
          const [from, to] = [String(given.get("from") ?? ""), String(given.get("to") ?? "")];
          onChange({
            ...without(ask, field),
            ...(from ? { [`filter[${field}][gte]`]: from } : {}),
            ...(to ? { [`filter[${field}][lte]`]: to } : {}),
          });
          close();
        };
        return (
          <form onSubmit={submit} className="flex flex-col gap-3">
            <Field label={`${name} from`}>
              <Input
                name="from"
                type={type}
                defaultValue={low}
                min={type === "number" ? 0 : undefined}
                step="any"
              />
            </Field>
            <Field label={`${name} to`}>
              <Input
                name="to"
                type={type}
                defaultValue={high}
                min={type === "number" ? 0 : undefined}
                step="any"
              />
            </Field>
            <Button type="submit" look="accent">
              Show
            </Button>
          </form>
        );
      }}
    </Popover>
  );
}
