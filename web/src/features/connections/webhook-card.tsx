import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { type FormEvent, useState } from "react";
import { type Connection, putWebhook, type Webhook, webhookQuery } from "@/api/connections";
import { asProblem } from "@/shared/problem";
import { Button, IconButton } from "@/shared/ui/button";
import { Field, Input } from "@/shared/ui/field";
import { Badge, Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { toast } from "@/shared/ui/toast";
import { ProblemNote } from "./problem-note";

/** Whether the source tells of changes at once, and how it is made to. */
export function WebhookCard({ connection }: { connection: Connection }) {
  const query = useQuery(webhookQuery(connection.id));
  return (
    <Card
      title="Changes at once"
      aside={
        query.data &&
        query.data.kind !== "none" && (
          <Badge tone={query.data.active ? "good" : "plain"}>{query.data.active ? "On" : "Off"}</Badge>
        )
      }
    >
      <QueryView query={query}>{(webhook) => <Shown connection={connection} webhook={webhook} />}</QueryView>
    </Card>
  );
}

function Shown({ connection, webhook }: { connection: Connection; webhook: Webhook }) {
  const client = useQueryClient();
  const { id, title } = connection;
  // The address is shown once, when it is made; it is kept nowhere else than here.
  const [made, setMade] = useState<Webhook>();
  const put = useMutation({
    mutationFn: (body: Parameters<typeof putWebhook>[1]) => putWebhook(id, body),
    onSuccess: (now, body) => {
      client.setQueryData(webhookQuery(id).queryKey, now);
      void client.invalidateQueries({ queryKey: connectionKey(id) });
      if (now.url) setMade(now);
      if (body.secrets) toast(`${title} can tell of changes now.`, { tone: "good" });
    },
  });
  if (webhook.kind === "none") {
    return (
      <p className="text-sm text-ink-soft">
        {title} has no signed calls, so its changes come with each sync. {webhook.help}
      </p>
    );
  }
  if (webhook.kind === "app") {
    return <p className="text-sm text-ink-soft">{webhook.help}.</p>;
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const secrets = ["newer", "older"]
      .map((name) => String(given.get(name) ?? "").trim())
      .filter((secret) => secret !== "");
    put.mutate({ secrets });
  };
  const signs = made ? !made.user : webhook.has_address && !webhook.active;
  return (
    <div className="flex flex-col gap-3 text-sm text-ink-soft">
      <p>
        {webhook.active
          ? `${title} tells of a change within seconds. A call that is lost loses nothing: the next sync brings it.`
          : `Without this, changes come with each sync. With it ${title} tells of them within seconds.`}
      </p>
      {made && (
        <div className="flex flex-col gap-2 rounded-md border border-accent/50 bg-accent-soft p-3 text-ink">
          <p className="font-medium">Give this to {title} now: it is not shown again.</p>
          <Once label="Address" value={made.url} />
          <Once label="User" value={made.user} />
          <Once label="Password" value={made.password} />
          <p className="text-xs">{made.help}</p>
        </div>
      )}
      {signs && (
        <form onSubmit={submit} className="flex flex-col gap-3">
          <Field label="What it signs with" hint={`${title} shows it after the address was added there.`}>
            <Input name="newer" type="password" required maxLength={500} autoComplete="off" />
          </Field>
          <Field label="The one before" hint="Only while it is being changed at the source.">
            <Input name="older" type="password" maxLength={500} autoComplete="off" />
          </Field>
          <div className="flex justify-end">
            <Button type="submit" look="accent" busy={put.isPending}>
              Keep it
            </Button>
          </div>
        </form>
      )}
      {put.error && <ProblemNote problem={asProblem(put.error)} />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {webhook.has_address ? (
          <>
            <Button size="sm" busy={put.isPending} onClick={() => put.mutate({ new_address: true })}>
              Make another address
            </Button>
            <span className="text-xs text-ink-faint">The one before ends at once.</span>
          </>
        ) : (
          <Button busy={put.isPending} onClick={() => put.mutate({})}>
            Make an address
          </Button>
        )}
      </div>
    </div>
  );
}

const connectionKey = (id: string) => ["connections", "one", id];

function Once({ label, value }: { label: string; value: string | null | undefined }) {
  if (!value) return null;
  return (
    <div className="flex items-center gap-2">
      <span className="w-20 shrink-0 text-xs text-ink-soft">{label}</span>
      <code className="min-w-0 flex-1 font-mono text-xs break-all">{value}</code>
      <IconButton
        label={`Copy the ${label.toLowerCase()}`}
        size="sm"
        onClick={() =>
          void navigator.clipboard.writeText(value).then(
            () => toast(`${label} copied`),
            () => toast("The browser does not let Pie copy; select the text instead.", { tone: "bad" }),
          )
        }
      >
        <Copy />
      </IconButton>
    </div>
  );
}
