import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { type Connector, connect, connectorsQuery } from "@/api/connections";
import { useCommandContext } from "@/shared/commands";
import { usePage } from "@/shared/page";
import { asProblem } from "@/shared/problem";
import { path, useAddress, useGo, useParam } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { Field, Input } from "@/shared/ui/field";
import { Missing } from "@/shared/ui/missing";
import { Card, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { Empty } from "@/shared/ui/states";
import { keepConsent } from "./consent";
import { KeyInput } from "./key-input";
import { mayConnect } from "./may";
import { ProblemNote } from "./problem-note";
import { Things } from "./things";
import { brings, EVERY } from "./words";

const TRAIL = [{ label: "Connections", to: "/connections" }];

const read = (search: Readonly<Record<string, unknown>>) => ({
  sandbox: search.sandbox === "1" || search.sandbox === 1,
});

/** Connects a source: where, how it is let in, what of it, how often. */
export default function ConnectPage() {
  const source = useParam("source");
  const query = useQuery(connectorsQuery);
  const connector = query.data?.find((each) => each.id === source);
  const title = connector ? `Connect ${connector.title}` : "Connect a source";
  const { who } = useCommandContext();
  usePage({ title, trail: TRAIL });
  return (
    <>
      <PageHead title={title} />
      <QueryView query={query}>
        {() =>
          !connector ? (
            <div className="panel">
              <Missing title="There is no such source" to="/connections" way="Go to the connections">
                Choose one of those that can be connected.
              </Missing>
            </div>
          ) : who && !mayConnect(who) ? (
            <div className="panel">
              <Empty title="A CRO or an admin connects sources">
                A source changes everybody’s deals. Ask one of them to connect {connector.title}.
              </Empty>
            </div>
          ) : (
            <Form key={connector.id} connector={connector} />
          )
        }
      </QueryView>
    </>
  );
}

function Form({ connector }: { connector: Connector }) {
  const client = useQueryClient();
  const go = useGo();
  const [address, setAddress] = useAddress(read);
  const things = useMemo(() => brings(connector), [connector]);
  const ways = connector.auth.map((way) => way.kind);
  // Only what works here can be chosen: consent at the source itself needs a registration.
  const hasReal = connector.registered || ways.includes("key");
  const sandbox = connector.sandbox && (address.sandbox || !hasReal);
  const open = ways.filter((kind) => kind === "key" || sandbox || connector.registered);
  const [chosen, setChosen] = useState<string>();
  const kind = open.find((way) => way === chosen) ?? open[0];
  const way = connector.auth.find((each) => each.kind === kind);
  const [every, setEvery] = useState("30");
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());

  const send = useMutation({
    mutationFn: ({ name, key }: { name: string; key: string }) =>
      connect({
        source: connector.id,
        ...(name ? { name } : {}),
        auth: kind === "key" ? { kind: "key", key } : { kind: "oauth" },
        ...(sandbox ? { sandbox: true } : {}),
        every_min: Number(every),
        streams_off: things.filter((thing) => off.has(thing.label)).flatMap((thing) => thing.streams),
      }),
    onSuccess: (begun) => {
      keepConsent(client, begun.id, begun.authorize_url);
      void client.invalidateQueries({ queryKey: ["connections", "all"] });
      go(path("/connections", begun.id));
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const text = (name: string) => String(given.get(name) ?? "").trim();
    send.mutate({ name: text("name"), key: text("key") });
  };
  const problem = send.error ? asProblem(send.error) : undefined;
  // What helps is the source's, where it was asked.
  const wasTried = problem?.errors.some(({ code }) => code === "refused" || code === "untried");
  const wrongKey = problem?.at("/auth/key") ?? problem?.at("/auth");

  return (
    <form onSubmit={submit} className="flex max-w-3xl flex-col gap-4" autoComplete="off">
      {connector.sandbox && (
        <Card title="Which account">
          <fieldset className="grid gap-2 sm:grid-cols-2">
            <legend className="unseen">Which account</legend>
            <Choice
              name="where"
              checked={!sandbox}
              disabled={!hasReal}
              onChoose={() => setAddress({ sandbox: false }, { replace: true })}
              title={`Your ${connector.title}`}
            >
              {hasReal
                ? "The account you work with."
                : `Not possible yet: whoever runs this installation registers it at ${connector.title} first.`}
            </Choice>
            <Choice
              name="where"
              checked={sandbox}
              onChoose={() => setAddress({ sandbox: true }, { replace: true })}
              title="The sandbox"
            >
              An imitation of {connector.title} on this machine with invented records, to see how it goes.
            </Choice>
          </fieldset>
        </Card>
      )}
      <Card title="How it is let in">
        <div className="flex flex-col gap-4">
          {open.length > 1 && (
            <fieldset className="grid gap-2 sm:grid-cols-2">
              <legend className="unseen">How it is let in</legend>
              {open.map((each) => (
                <Choice
                  key={each}
                  name="way"
                  checked={each === kind}
                  onChoose={() => setChosen(each)}
                  title={each === "oauth" ? "Consent in the browser" : "A key"}
                >
                  {each === "oauth"
                    ? "You go to the source, look at what is asked, and allow it."
                    : "You make a key at the source and put it here."}
                </Choice>
              ))}
            </fieldset>
          )}
          {kind === "key" ? (
            <Field
              label={`Key of ${connector.title}`}
              hint={
                <>
                  {way?.help}. It is tried at once, kept sealed, and never shown again.
                  {sandbox && " The sandbox’s key stands where pie up was started."}
                </>
              }
              error={
                wrongKey &&
                `${wrongKey.charAt(0).toUpperCase()}${wrongKey.slice(1)}.${wasTried ? ` ${problem?.remedy}` : ""}`
              }
            >
              <KeyInput />
            </Field>
          ) : (
            <div className="text-sm text-ink-soft">
              <p>
                {sandbox
                  ? `Next you go to the sandbox and press Allow, as you would at ${connector.title}.`
                  : `${way?.help}. What that person may not see does not come.`}
              </p>
              <p className="mt-2 text-ink-faint">Pie only reads. It will ask for:</p>
              <ul className="mt-1 flex flex-wrap gap-1.5">
                {way?.scopes.map((scope) => (
                  <li key={scope} className="rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-xs">
                    {scope}
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
      </Card>
      <Card title="What and how often">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name" hint={`Left empty, ${connector.title}`} error={problem?.at("/name")}>
            <Input name="name" maxLength={100} />
          </Field>
          <Field label="Sync every" error={problem?.at("/every_min")}>
            <Select value={every} onChange={setEvery} options={EVERY} />
          </Field>
        </div>
        <Things things={things} off={off} onChange={setOff} className="mt-4" />
      </Card>
      {problem && !wrongKey && <ProblemNote problem={problem} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => go("/connections")}>Cancel</Button>
        <Button type="submit" look="accent" busy={send.isPending} disabled={!kind}>
          {kind === "key"
            ? "Try the key and connect"
            : `Go on to ${sandbox ? "the sandbox" : connector.title}`}
        </Button>
      </div>
    </form>
  );
}

function Choice({
  name,
  checked,
  disabled = false,
  onChoose,
  title,
  children,
}: {
  name: string;
  checked: boolean;
  disabled?: boolean;
  onChoose: () => void;
  title: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <label className="flex items-start gap-2.5 rounded-md border border-line-strong/60 px-3 py-2.5 has-checked:border-accent has-checked:bg-accent-soft has-disabled:opacity-80">
      <input
        type="radio"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={onChoose}
        className="mt-0.5 size-4 accent-accent"
      />
      <span className="min-w-0">
        <span className="block text-sm font-medium">{title}</span>
        <span className="block text-xs text-ink-soft">{children}</span>
      </span>
    </label>
  );
}
