import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Connection } from "@/api/connections";
import {
  type ConnectionFields,
  type FieldsPreview,
  fieldsPreviewQuery,
  fieldsQuery,
  type Mapping,
  putFields,
  type Taken,
} from "@/api/fields";
import { count, counted } from "@/shared/format";
import { fieldValue } from "@/shared/format/field-value";
import { asProblem, Problem } from "@/shared/problem";
import { Link, path } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";
import { Field, Input } from "@/shared/ui/field";
import { Card } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { Skeleton } from "@/shared/ui/states";
import { toast } from "@/shared/ui/toast";
import {
  candidateWords,
  changedFields,
  chosen,
  FIELDS,
  type FieldName,
  fieldLabel,
  fits,
  mappingOf,
  type Said,
} from "./fields";
import { ProblemNote } from "./problem-note";

/** Which fields of deals are taken from others of the source, and what another choice would change. */
export function FieldsCard({
  connection,
  may,
  isAtWork,
  onBegun,
}: {
  connection: Connection;
  may: boolean;
  /** A run goes on: nothing is saved beside it. */
  isAtWork: boolean;
  onBegun: (job: string) => void;
}) {
  const query = useQuery({ ...fieldsQuery(connection.id), enabled: may });
  if (!may) {
    return (
      <Card title="Fields">
        <p className="text-sm text-ink-soft">
          Which field of {connection.title} a deal’s amount or expected close is taken from is for an admin to
          say, because it changes everybody’s figures.
        </p>
      </Card>
    );
  }
  return (
    <Card title="Fields" flush>
      <QueryView query={query} loading={<Skeleton className="m-4 h-56" />}>
        {({ data }) => (
          <Choices connection={connection} fields={data} isAtWork={isAtWork} onBegun={onBegun} />
        )}
      </QueryView>
    </Card>
  );
}

const OWN = "own";

function Choices({
  connection,
  fields,
  isAtWork,
  onBegun,
}: {
  connection: Connection;
  fields: ConnectionFields;
  isAtWork: boolean;
  onBegun: (job: string) => void;
}) {
  const client = useQueryClient();
  const { id, title } = connection;
  const [said, setSaid] = useState<Said>({});
  const present = fields.fields;
  const wanted = useMemo(() => mappingOf(present, said), [present, said]);
  const changed = useMemo(() => changedFields(present, wanted), [present, wanted]);
  const preview = useQuery(fieldsPreviewQuery(id, wanted, changed.length > 0));
  const save = useMutation({
    mutationFn: async (began: Mapping) => {
      // A sync makes versions of its own in between, which are no matter here; another mapping is.
      const { data: now, etag } = await client.fetchQuery({ ...fieldsQuery(id), staleTime: 0 });
      if (changedFields(now.fields, began).length > 0) {
        throw new Problem({ status: 412, code: "precondition_failed" });
      }
      return putFields(id, etag, wanted);
    },
    onSuccess: (job) => {
      setSaid({});
      onBegun(job.id);
      void client.invalidateQueries({ queryKey: ["connections"] });
      toast("Saved. All that was read is mapped again.", { tone: "good" });
    },
  });
  const say = (name: FieldName, taken: Taken | null) => {
    save.reset();
    setSaid((before) => ({ ...before, [name]: taken }));
  };
  const problem = save.error ? asProblem(save.error) : undefined;

  if (fields.deals === 0) {
    return (
      <p className="p-4 text-sm text-ink-soft">
        No deal is here yet. Once the first sync has brought some, a deal’s amount or expected close can be
        taken from a field of your own.
      </p>
    );
  }
  if (fields.candidates.length === 0 && changedFields(present, {}).length === 0) {
    return (
      <p className="p-4 text-sm text-ink-soft">
        No deal of {title} has a custom field, so every field says what {title} itself says. A field that is
        added there can be chosen here after the next sync.
      </p>
    );
  }
  return (
    <>
      <p className="max-w-3xl px-4 py-3 text-sm text-ink-soft">
        Where your company keeps what counts in a field of its own, take it from there. On a deal where that
        field is empty or cannot be read, {title}’s own value stays.
      </p>
      <ul aria-label="Fields of deals" className="divide-y divide-line border-t border-line">
        {FIELDS.map(({ name, label }) => (
          <Choice
            key={name}
            name={name}
            label={label}
            title={title}
            fields={fields}
            taken={wanted[name] ?? undefined}
            onSay={say}
          />
        ))}
      </ul>
      {changed.length > 0 && (
        <div className="border-t border-line">
          <div aria-live="polite">
            <QueryView query={preview} loading={<Skeleton className="m-4 h-40" />}>
              {(would) => <Would preview={would} title={title} isOld={preview.isPlaceholderData} />}
            </QueryView>
          </div>
          <div className="flex flex-col gap-3 p-4">
            {problem?.status === 412 && (
              <div role="alert" className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
                Somebody else changed these fields since you opened them. Yours are not saved.
                <Button
                  size="sm"
                  className="ml-2"
                  onClick={() => {
                    setSaid({});
                    save.reset();
                  }}
                >
                  Show theirs
                </Button>
              </div>
            )}
            {problem?.code === "already_running" && (
              <p role="alert" className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
                A run has begun on this connection meanwhile. Save again when it is over.
              </p>
            )}
            {problem && problem.status !== 412 && problem.code !== "already_running" && (
              <ProblemNote problem={problem} />
            )}
            <div className="flex flex-wrap items-center justify-end gap-2">
              {isAtWork && (
                <p className="mr-auto text-sm text-ink-soft">
                  A run is at work. It can be saved when that is over.
                </p>
              )}
              <Button onClick={() => setSaid({})}>Leave it</Button>
              <Button
                look="accent"
                busy={save.isPending}
                disabled={isAtWork}
                onClick={() => save.mutate(present)}
              >
                Save and map again
              </Button>
            </div>
          </div>
        </div>
      )}
    </>
  );
}

function Choice({
  name,
  label,
  title,
  fields,
  taken,
  onSay,
}: {
  name: FieldName;
  label: string;
  title: string;
  fields: ConnectionFields;
  taken: Taken | undefined;
  onSay: (name: FieldName, taken: Taken | null) => void;
}) {
  const fitting = fields.candidates.filter((candidate) => fits(name, candidate));
  const options = fitting.map((candidate) => ({
    value: `from ${candidate.name}`,
    label: candidateWords(candidate, fields.deals),
  }));
  const present = fields.fields[name];
  for (const kept of [taken, present]) {
    if (kept && !options.some((option) => option.value === `from ${kept.from}`)) {
      options.push({ value: `from ${kept.from}`, label: kept.from });
    }
  }
  return (
    <li className="grid gap-x-4 gap-y-2 px-4 py-2.5 text-sm md:grid-cols-[10rem_minmax(0,34rem)]">
      <div className="min-w-0">
        <p className="font-medium">{label}</p>
        <p className="text-xs text-ink-faint">{present ? `from ${present.from}` : `${title}’s own`}</p>
      </div>
      <div className="flex min-w-0 flex-col gap-2">
        {options.length === 0 ? (
          <p className="text-ink-soft">
            No custom field reads as {FIELDS.find((field) => field.name === name)?.reads}.
          </p>
        ) : (
          <Select
            label={`${label} is taken from`}
            value={taken ? `from ${taken.from}` : OWN}
            onChange={(value) =>
              onSay(name, value === OWN ? null : chosen(name, value.slice("from ".length), fields))
            }
            options={[{ value: OWN, label: `${title}’s own ${label.toLowerCase()}` }, ...options]}
          />
        )}
        {name === "amount" && taken && (
          <Field
            label="Currency where neither the field nor the deal says one"
            hint="Three letters, such as EUR. Left empty, such values are left out."
          >
            <Input
              className="max-w-24 uppercase"
              maxLength={3}
              defaultValue={taken.currency ?? ""}
              key={taken.from}
              onChange={(event) => {
                const text = event.target.value.trim().toUpperCase();
                if (text !== "" && !/^[A-Z]{3}$/.test(text)) return;
                onSay(name, { from: taken.from, ...(text ? { currency: text } : {}) });
              }}
            />
          </Field>
        )}
        {name === "probability" && taken && (
          <Field label="What is certain is written as">
            <Select
              className="max-w-24"
              value={String(taken.share_of ?? 100)}
              onChange={(of) => onSay(name, { from: taken.from, share_of: Number(of) })}
              options={[
                { value: "100", label: "100" },
                { value: "1", label: "1" },
              ]}
            />
          </Field>
        )}
      </div>
    </li>
  );
}

type Row = FieldsPreview["rows"][number];

/** A look at some deals, short enough to leave what is done about them in sight. */
const MOVES_SHOWN = 8;
const ODD_SHOWN = 4;

function Would({ preview, title, isOld }: { preview: FieldsPreview; title: string; isOld: boolean }) {
  const rows = [
    ...preview.rows.filter((row) => !row.issue).slice(0, MOVES_SHOWN),
    ...preview.rows.filter((row) => row.issue).slice(0, ODD_SHOWN),
  ];
  const all = preview.fields.reduce((sum, field) => sum + field.changed + field.unreadable, 0);
  const isOneField = new Set(rows.map((row) => row.field)).size === 1;
  return (
    <div className={cx("text-sm", isOld && "opacity-60")}>
      <div className="px-4 py-3">
        <p className="font-medium">
          {preview.changed === 0
            ? "No deal would change."
            : `${counted(preview.changed, "deal")} of ${count(preview.deals)} would change.`}
        </p>
        <ul className="mt-1 flex flex-col gap-0.5 text-ink-soft">
          {preview.fields.map((field) => (
            <li key={field.field}>
              {fieldLabel(field.field)}
              {field.from ? ` from ${field.from}` : ` as ${title} says`}:{" "}
              {[
                `${count(field.changed)} would change`,
                ...(field.unreadable > 0 ? [`${count(field.unreadable)} cannot be read`] : []),
                ...(field.missing > 0 ? [`${count(field.missing)} have none there`] : []),
              ].join(", ")}
              {field.unreadable + field.missing > 0 && `; there ${title}’s own value stays`}.
            </li>
          ))}
        </ul>
      </div>
      {rows.length > 0 && (
        <PlainTable<Row>
          label="Deals now and then"
          rows={rows}
          rowId={(row) => `${row.deal} ${row.field}`}
          columns={[
            {
              id: "deal",
              header: "Deal",
              names: true,
              className: "min-w-32",
              cell: (row) => (
                <Link
                  to={path("/deals", row.deal)}
                  className="wrap-anywhere hover:text-accent-strong hover:underline"
                >
                  {row.name ?? "without a name"}
                </Link>
              ),
            },
            ...(isOneField
              ? []
              : [{ id: "field", header: "Field", cell: (row: Row) => fieldLabel(row.field) }]),
            { id: "now", header: "Now", align: "right", cell: (row) => fieldValue(row.field, row.before) },
            {
              id: "then",
              header: "Then",
              align: "right",
              cell: (row) =>
                row.issue ? (
                  <span className="text-warn">
                    “{row.value}” cannot be read: {row.issue.split(",")[0]}
                  </span>
                ) : (
                  <span className="font-medium">{fieldValue(row.field, row.after)}</span>
                ),
            },
          ]}
        />
      )}
      {rows.length < all && (
        <p className="px-4 pt-2 text-xs text-ink-faint">
          {count(rows.length)} of {count(all)} are shown.
        </p>
      )}
    </div>
  );
}
