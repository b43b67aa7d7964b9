import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type FormEvent, useCallback, useId, useState } from "react";
import {
  createImport,
  type Import,
  type ImportOptions,
  importsQuery,
  summaryOf,
  validateImport,
} from "@/api/imports";
import { meQuery } from "@/api/me";
import { uploadFiles } from "@/api/uploads";
import { useCommandContext } from "@/shared/commands";
import { ago } from "@/shared/format";
import { who } from "@/shared/format/who";
import { usePage } from "@/shared/page";
import { asProblem } from "@/shared/problem";
import { Link, path, useGo } from "@/shared/routing";
import { Button, IconButton } from "@/shared/ui/button";
import { Field, Input } from "@/shared/ui/field";
import { Badge, Card, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { Empty } from "@/shared/ui/states";
import { Drop } from "./drop";
import { MayNotImport } from "./may-not";
import { refusal, size, stateOf, summed } from "./words";

/** Takes files in, and shows what was taken in before. */
export default function ImportPage() {
  const { who } = useCommandContext();
  const may = who?.scopes.includes("import") ?? false;
  const query = useQuery({ ...importsQuery, enabled: may });
  const { refetch } = query;
  const refresh = useCallback(() => void refetch(), [refetch]);
  usePage({ title: "Import", asOf: query.data?.as_of, refresh: may ? refresh : undefined });
  return (
    <>
      <PageHead
        title="Import"
        sub="Files are checked first and nothing is written before you have seen what would change. What was imported can be undone for 30 days."
      />
      {who && !may ? (
        <MayNotImport />
      ) : (
        <div className="flex flex-col gap-6">
          <Begin earlier={(query.data?.data ?? []) as Import[]} />
          <Card title="Earlier imports" flush>
            <QueryView query={query} loading={<div className="h-32" />}>
              {({ data, as_of, has_more }) => (
                <Earlier imports={data as Import[]} asOf={as_of} hasMore={has_more} />
              )}
            </QueryView>
          </Card>
        </div>
      )}
    </>
  );
}

function Earlier({ imports, asOf, hasMore }: { imports: readonly Import[]; asOf: string; hasMore: boolean }) {
  const { data: me } = useQuery(meQuery);
  if (imports.length === 0) {
    return (
      <Empty title="Nothing was imported yet">
        Each import stays here with what it brought, and with the button that takes it back.
      </Empty>
    );
  }
  return (
    <>
      <ul aria-label="Earlier imports" className="divide-y divide-line">
        {imports.map((it) => {
          const { word, tone } = stateOf(it);
          return (
            <li
              key={it.id}
              className="relative flex flex-wrap items-start justify-between gap-x-6 gap-y-1 px-4 py-3 hover:bg-sunken/60"
            >
              <div className="min-w-0 flex-1 basis-72">
                <Link
                  to={path("/import", it.id)}
                  className="font-medium wrap-anywhere after:absolute after:inset-0 hover:text-accent-strong"
                >
                  {it.source}
                </Link>
                <p className="text-sm wrap-anywhere text-ink-soft">{summed(it, summaryOf(it))}</p>
                <p className="truncate text-xs text-ink-faint">
                  {it.files.map((file) => file.name).join(", ")}
                </p>
              </div>
              <div className="flex flex-col items-start gap-1 text-xs text-ink-faint sm:items-end">
                <Badge tone={tone}>{word}</Badge>
                <span>
                  {ago(it.committed_at ?? it.created_at, asOf)}, by{" "}
                  {who(it.created_by, it.created_by_name, me)}
                </span>
              </div>
            </li>
          );
        })}
      </ul>
      {hasMore && (
        <p className="border-t border-line px-4 py-2 text-xs text-ink-faint">The newest 50 are shown.</p>
      )}
    </>
  );
}

const AS_FOUND = "found";
const DATES = [
  { value: AS_FOUND, label: "As the file tells" },
  { value: "day_first", label: "Day first: 3/4 is 3 April" },
  { value: "month_first", label: "Month first: 3/4 is 4 March" },
];
const DELIMITERS = [
  { value: AS_FOUND, label: "As the file tells" },
  { value: ",", label: "Comma" },
  { value: ";", label: "Semicolon" },
  { value: "tab", label: "Tab" },
  { value: "|", label: "Bar: |" },
];
const DECIMAL = [
  { value: AS_FOUND, label: "As the file tells" },
  { value: "point", label: "1,234.50" },
  { value: "comma", label: "1.234,50" },
];

function Begin({ earlier }: { earlier: readonly Import[] }) {
  const client = useQueryClient();
  const go = useGo();
  const list = useId();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [refused, setRefused] = useState<readonly { name: string; why: string }[]>([]);
  const [dates, setDates] = useState(AS_FOUND);
  const [decimal, setDecimal] = useState(AS_FOUND);
  const [delimiter, setDelimiter] = useState(AS_FOUND);

  const take = useCallback((given: Iterable<File>) => {
    const all = [...given];
    const not = all.flatMap((file) => {
      const why = refusal(file);
      return why ? [{ name: file.name, why }] : [];
    });
    const good = all.filter((file) => refusal(file) === undefined);
    setRefused(not);
    // A file of the same name takes the place of the one before.
    setFiles((before) => [
      ...before.filter((file) => !good.some((other) => other.name === file.name)),
      ...good,
    ]);
  }, []);

  const begin = useMutation({
    mutationFn: ({ source, options }: { source: string; options: ImportOptions }) =>
      createImport(source, options),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["imports", "all"] });
      go(path("/import", made.id));
      void uploadFiles(made.id, files)
        .then((whole) => (whole ? validateImport(made.id) : undefined))
        // The import's own page says how it stands and offers to check again.
        .catch(() => undefined)
        .then(() => client.invalidateQueries({ queryKey: ["imports"] }));
    },
  });
  const problem = begin.error ? asProblem(begin.error) : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const text = (name: string) => String(given.get(name) ?? "").trim();
    begin.mutate({
      source: text("source"),
      options: {
        ...(dates === AS_FOUND ? {} : { dates }),
        ...(decimal === AS_FOUND ? {} : { decimal }),
        ...(delimiter === AS_FOUND ? {} : { delimiter }),
        ...(text("currency") ? { currency: text("currency").toUpperCase() } : {}),
        ...(text("as_of") ? { as_of: text("as_of") } : {}),
        ...(text("utc_offset") ? { utc_offset: text("utc_offset") } : {}),
      },
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Drop onFiles={take} />
      {refused.length > 0 && (
        <ul role="alert" className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
          {refused.map(({ name, why }) => (
            <li key={name} className="wrap-anywhere">
              <strong className="font-medium">{name}</strong> was not taken. {why}
            </li>
          ))}
        </ul>
      )}
      {files.length > 0 && (
        <Card title={files.length === 1 ? "One file" : `${files.length} files`}>
          <div className="flex flex-col gap-4">
            <ul aria-label="Chosen files" className="divide-y divide-line rounded-md border border-line">
              {files.map((file) => (
                <li key={file.name} className="flex items-center gap-3 py-1 pr-1 pl-3 text-sm">
                  <span className="min-w-0 flex-1 truncate">{file.name}</span>
                  <span className="text-xs text-ink-faint">{size(file.size)}</span>
                  <IconButton
                    label={`Leave out ${file.name}`}
                    size="sm"
                    onClick={() => setFiles(files.filter((other) => other !== file))}
                  >
                    <X />
                  </IconButton>
                </li>
              ))}
            </ul>
            <Field
              label="Where they come from"
              hint="The same name again updates what it brought before, instead of bringing it twice."
              error={problem?.at("/source")}
              className="max-w-sm"
            >
              <Input
                name="source"
                required
                maxLength={100}
                list={list}
                placeholder="crm"
                autoComplete="off"
              />
            </Field>
            <datalist id={list}>
              {[...new Set(earlier.map((it) => it.source))].map((source) => (
                <option key={source} value={source} />
              ))}
            </datalist>
            <details>
              <summary className="text-sm text-ink-soft">How to read them, where they leave a choice</summary>
              <div className="mt-3 grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
                <Field label="Currency of amounts that name none" error={problem?.at("/options/currency")}>
                  <Input name="currency" maxLength={3} placeholder="EUR" pattern="[A-Za-z]{3}" />
                </Field>
                <Field label="Dates such as 3/4/2026" error={problem?.at("/options/dates")}>
                  <Select value={dates} onChange={setDates} options={DATES} />
                </Field>
                <Field label="Numbers" error={problem?.at("/options/decimal")}>
                  <Select value={decimal} onChange={setDecimal} options={DECIMAL} />
                </Field>
                <Field label="What parts the columns" error={problem?.at("/options/delimiter")}>
                  <Select value={delimiter} onChange={setDelimiter} options={DELIMITERS} />
                </Field>
                <Field
                  label="The day they stand at"
                  hint="Left empty, their latest change."
                  error={problem?.at("/options/as_of")}
                >
                  <Input name="as_of" type="date" />
                </Field>
                <Field
                  label="Times without a zone are ahead of UTC by"
                  error={problem?.at("/options/utc_offset")}
                >
                  <Input name="utc_offset" placeholder="+02:00" maxLength={6} />
                </Field>
              </div>
            </details>
            {problem && (
              <div role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
                {problem.message} {problem.remedy}
              </div>
            )}
            <div className="flex justify-end gap-2">
              <Button onClick={() => setFiles([])}>Clear</Button>
              <Button type="submit" look="accent" busy={begin.isPending}>
                Upload and check
              </Button>
            </div>
          </div>
        </Card>
      )}
    </form>
  );
}
