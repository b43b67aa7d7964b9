import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { type Connection, changeConnection, connectionQuery, connectorsQuery } from "@/api/connections";
import { asProblem, Problem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Field, Input } from "@/shared/ui/field";
import { Card } from "@/shared/ui/pieces";
import { Select } from "@/shared/ui/select";
import { toast } from "@/shared/ui/toast";
import { ProblemNote } from "./problem-note";
import { Things } from "./things";
import { brings, everyOptions } from "./words";

/** Name, interval, and what of the source is wanted. */
export function SettingsCard({ connection }: { connection: Connection }) {
  const [at, setAt] = useState(0);
  return <Form key={at} connection={connection} onReload={() => setAt(at + 1)} />;
}

const settings = ({ name, every_min, streams_off }: Connection): string =>
  JSON.stringify([name, every_min, [...streams_off].sort()]);

function Form({ connection, onReload }: { connection: Connection; onReload: () => void }) {
  const client = useQueryClient();
  const connector = useQuery(connectorsQuery).data?.find((each) => each.id === connection.source);
  const things = useMemo(() => (connector ? brings(connector) : []), [connector]);
  // What somebody began from; a sync makes versions of its own in between, which are no matter here.
  const [began, setBegan] = useState(() => settings(connection));
  const [every, setEvery] = useState(String(connection.every_min));
  const [changed, setChanged] = useState<ReadonlySet<string>>();
  const kept = useMemo(
    () =>
      new Set(
        things
          .filter((thing) => thing.streams.every((name) => connection.streams_off.includes(name)))
          .map((thing) => thing.label),
      ),
    [things, connection.streams_off],
  );
  const off = changed ?? kept;
  const options = useMemo(() => everyOptions(connection.every_min), [connection.every_min]);
  const save = useMutation({
    mutationFn: async (name: string) => {
      const { data: now, etag } = await client.fetchQuery({
        ...connectionQuery(connection.id),
        staleTime: 0,
      });
      if (settings(now) !== began) throw new Problem({ status: 412, code: "precondition_failed" });
      return changeConnection(connection.id, etag, {
        name,
        every_min: Number(every),
        // Of what is not offered here, what was off stays off.
        ...(connector
          ? {
              streams_off: [
                ...now.streams_off.filter(
                  (stream) => !things.some((thing) => thing.streams.includes(stream)),
                ),
                ...things.filter((thing) => off.has(thing.label)).flatMap((thing) => thing.streams),
              ],
            }
          : {}),
      });
    },
    onSuccess: (saved) => {
      client.setQueryData(connectionQuery(connection.id).queryKey, saved);
      setBegan(settings(saved.data));
      setChanged(undefined);
      void client.invalidateQueries({ queryKey: ["connections", "all"] });
      toast("Saved", { tone: "good" });
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(String(new FormData(event.currentTarget).get("name") ?? "").trim());
  };
  return (
    <Card title="Settings">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" error={problem?.at("/name")}>
          <Input name="name" required maxLength={100} defaultValue={connection.name} />
        </Field>
        <Field label="Sync every" error={problem?.at("/every_min")}>
          <Select value={every} onChange={setEvery} options={options} />
        </Field>
        {things.length > 0 && <Things things={things} off={off} onChange={setChanged} />}
        <p className="text-xs text-ink-faint">
          What is no longer read stays as it is; switched on again, it is brought up to date.
        </p>
        {problem && problem.status === 412 && (
          <div role="alert" className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
            Somebody else changed these settings since you opened them. Yours are not saved.
            <Button size="sm" className="ml-2" onClick={onReload}>
              Show theirs
            </Button>
          </div>
        )}
        {problem && problem.status !== 412 && problem.errors.length === 0 && (
          <ProblemNote problem={problem} />
        )}
        <div className="flex justify-end">
          <Button type="submit" busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}
