import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import {
  type Import,
  type ImportReport,
  type ImportTable,
  type Mapping,
  mappingQuery,
  putMapping,
  reportQuery,
  type TableMapping,
  validateImport,
} from "@/api/imports";
import { CANONICAL } from "@/shared/canonical";
import { counted } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";
import { controlClass, Input } from "@/shared/ui/field";
import { Badge, Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { withColumn, withStage, withTable } from "./mapping";
import { entered, enteredStage, fieldsFor, fieldWords, isEntered, SHAPES, shapeWords } from "./words";

/** What each column means: as it was recognised, and as somebody puts it right. */
export function Columns({
  it,
  canChange,
  onChecked,
}: {
  it: Import;
  canChange: boolean;
  onChecked: () => void;
}) {
  const report = useQuery(reportQuery(it.id, it.job));
  const mapping = useQuery(mappingQuery(it.id, it.job));
  return (
    <QueryView query={report}>
      {(found) => (
        <QueryView query={mapping}>
          {({ data, etag }) => (
            <Editor
              key={it.job}
              it={it}
              report={found}
              first={data.mapping}
              etag={etag}
              canChange={canChange}
              onChecked={onChecked}
            />
          )}
        </QueryView>
      )}
    </QueryView>
  );
}

function Editor({
  it,
  report,
  first,
  etag,
  canChange,
  onChecked,
}: {
  it: Import;
  report: ImportReport;
  first: Mapping;
  etag: string | undefined;
  canChange: boolean;
  onChecked: () => void;
}) {
  const client = useQueryClient();
  const [mapping, setMapping] = useState(first);
  const isChanged = JSON.stringify(mapping) !== JSON.stringify(first);
  const save = useMutation({
    mutationFn: async () => {
      await putMapping(it.id, etag, mapping);
      await validateImport(it.id);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["imports"] });
      onChecked();
    },
    // The columns may be kept already, and then have another version.
    onError: () => client.invalidateQueries({ queryKey: mappingQuery(it.id, it.job).queryKey }),
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const stages = unknownStages(report, mapping);
  const lacksStage = (mapping.tables ?? []).some((table) =>
    Object.values(table.columns).some((field) => isEntered(field) && enteredStage(field).trim() === ""),
  );
  return (
    <div className="flex flex-col gap-4">
      {report.tables.map((table) => (
        <Table
          key={`${table.file} ${table.table ?? ""}`}
          table={table}
          mapping={mapping}
          onChange={canChange ? setMapping : undefined}
        />
      ))}
      {stages.length > 0 && (
        <Card title="Stages without a meaning">
          <p className="mb-3 text-sm text-ink-soft">
            They stay stages of their own. With a meaning they count together with the same step of other
            pipelines; won and lost are read from it.
          </p>
          <div className="grid gap-3 sm:grid-cols-2">
            {stages.map((label) => (
              <div key={label} className="flex items-center gap-3">
                <span className="min-w-0 flex-1 text-sm wrap-anywhere">{label}</span>
                <Select
                  label={`What ${label} means`}
                  className="max-w-44"
                  disabled={!canChange}
                  value={mapping.stages?.[label]}
                  placeholder="No meaning"
                  onChange={(meaning) => setMapping(withStage(mapping, label, meaning))}
                  options={CANONICAL.map(({ value, label: name }) => ({
                    value: value as string,
                    label: name,
                  }))}
                />
              </div>
            ))}
          </div>
        </Card>
      )}
      {problem && (
        <div role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
          <p className="font-medium">{problem.message}</p>
          {problem.errors.map((error) => (
            <p key={error.pointer}>{error.message}</p>
          ))}
          <p>{problem.remedy}</p>
        </div>
      )}
      {canChange && (
        <div
          className={cx(
            "flex flex-wrap items-center justify-end gap-2",
            isChanged && "panel sticky bottom-3 px-4 py-3 shadow-float",
          )}
        >
          {isChanged ? (
            <>
              <p className="flex-1 basis-60 text-sm text-ink-soft">
                {lacksStage
                  ? "Say which stage the column is about."
                  : "The files are read again with these columns; still nothing is written."}
              </p>
              <Button onClick={() => setMapping(first)}>As recognised</Button>
              <Button look="accent" busy={save.isPending} disabled={lacksStage} onClick={() => save.mutate()}>
                Check again
              </Button>
            </>
          ) : (
            <Button look="accent" onClick={onChecked}>
              Go on to odd values
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** Stages that the check found no meaning for, and those that were given one since. */
function unknownStages(report: ImportReport, mapping: Mapping): string[] {
  const told = report.issues
    .filter((group) => group.code === "unknown_stage")
    .flatMap((group) => group.examples.map((issue) => issue.value ?? ""));
  return [...new Set([...told, ...Object.keys(mapping.stages ?? {})])].filter((label) => label !== "").sort();
}

const AS_FOUND = "found";

function Table({
  table,
  mapping,
  onChange,
}: {
  table: ImportTable;
  mapping: Mapping;
  onChange: ((mapping: Mapping) => void) | undefined;
}) {
  const said = mapping.tables?.find((each) => isOf(each, table));
  const shape = said?.shape ?? table.shape;
  const change = (what: Partial<TableMapping>) => onChange?.(withTable(mapping, table, what));
  return (
    <Card
      title={table.table ? `${table.file}: ${table.table}` : table.file}
      flush
      aside={
        <>
          {table.rows_not_used > 0 && (
            <Badge tone="warn">{counted(table.rows_not_used, "row")} not used</Badge>
          )}
          <span>{counted(table.rows_read, "row")}</span>
        </>
      }
    >
      <div className="grid gap-3 border-b border-line px-4 py-3 sm:grid-cols-3">
        <Labelled label="What it is about">
          <Select
            label={`What ${table.file} is about`}
            disabled={!onChange}
            value={shape}
            onChange={(next) => change({ shape: next })}
            options={SHAPES}
          />
        </Labelled>
        <Labelled label="Dates such as 3/4/2026">
          <Select
            label={`Dates of ${table.file}`}
            disabled={!onChange}
            value={said?.dates ?? AS_FOUND}
            onChange={(next) => change({ dates: next === AS_FOUND ? null : next })}
            options={[
              { value: AS_FOUND, label: "As the column tells" },
              { value: "day_first", label: "Day first" },
              { value: "month_first", label: "Month first" },
            ]}
          />
        </Labelled>
        <Labelled label="Numbers">
          <Select
            label={`Numbers of ${table.file}`}
            disabled={!onChange}
            value={said?.decimal ?? AS_FOUND}
            onChange={(next) => change({ decimal: next === AS_FOUND ? null : next })}
            options={[
              { value: AS_FOUND, label: "As the column tells" },
              { value: "point", label: "1,234.50" },
              { value: "comma", label: "1.234,50" },
            ]}
          />
        </Labelled>
      </div>
      {shape === "unknown" && (
        <p className="bg-warn-soft px-4 py-2 text-sm text-warn">
          {table.shape === "unknown"
            ? "It is not recognised what this table is about. Choose it above, or leave the table out."
            : "This table is left out."}
        </p>
      )}
      <ul aria-label={`Columns of ${table.file}`} className="divide-y divide-line">
        {table.columns.map((column) => (
          <li
            key={column.column}
            className="grid items-center gap-x-4 gap-y-1 px-4 py-1.5 text-sm sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,18rem)]"
          >
            <span className="font-medium wrap-anywhere">{column.column}</span>
            <span className="truncate text-xs text-ink-faint" title={column.example ?? undefined}>
              {column.example ? `such as ${column.example}` : "no value"}
            </span>
            <FieldSelect
              label={`What ${column.column} means`}
              shape={shape}
              value={said?.columns[column.column] ?? column.target}
              onChange={
                onChange ? (field) => onChange(withColumn(mapping, table, column.column, field)) : undefined
              }
            />
          </li>
        ))}
      </ul>
      <p className="border-t border-line px-4 py-2 text-xs text-ink-faint">
        {table.format}; recognised as {shapeWords(table.shape).toLowerCase()}
        {table.preset && table.preset !== "generic" ? ` of the export ${table.preset}` : ""}.
      </p>
    </Card>
  );
}

const isOf = (each: Pick<TableMapping, "file" | "table">, table: ImportTable) =>
  each.file === table.file && (each.table ?? null) === (table.table ?? null);

/** A heading over a control that has a name of its own. */
function Labelled({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span aria-hidden="true" className="text-xs text-ink-faint">
        {label}
      </span>
      {children}
    </div>
  );
}

/** The field of a column: first those that such a table has, then the others. */
function FieldSelect({
  label,
  shape,
  value,
  onChange,
}: {
  label: string;
  shape: string;
  value: string;
  onChange: ((field: string) => void) | undefined;
}) {
  const stage = useId();
  const { fitting, others } = fieldsFor(shape);
  if (!onChange) return <span className="text-ink-soft">{fieldWords(value)}</span>;
  const isStage = isEntered(value);
  return (
    <div className="flex min-w-0 gap-2">
      <select
        aria-label={label}
        value={isStage ? "entered" : value}
        onChange={(event) => onChange(event.target.value === "entered" ? entered("") : event.target.value)}
        className={cx(controlClass, "pr-1")}
      >
        <optgroup label={shapeWords(shape)}>
          {fitting.map((field) => (
            <option key={field.value} value={field.value}>
              {field.label}
            </option>
          ))}
          <option value="entered">When it entered the stage …</option>
        </optgroup>
        <optgroup label="Other fields">
          {others.map((field) => (
            <option key={field.value} value={field.value}>
              {field.label}
            </option>
          ))}
        </optgroup>
      </select>
      {isStage && (
        <Input
          id={stage}
          aria-label={`${label}: the stage`}
          placeholder="Stage"
          value={enteredStage(value)}
          onChange={(event) => onChange(entered(event.target.value))}
          className="max-w-28"
        />
      )}
    </div>
  );
}
