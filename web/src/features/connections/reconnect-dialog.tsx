import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { type Connection, connectorsQuery, type Granting, reconnect } from "@/api/connections";
import { asProblem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Segmented } from "@/shared/ui/chip";
import { Dialog } from "@/shared/ui/dialog";
import { Field } from "@/shared/ui/field";
import { toast } from "@/shared/ui/toast";
import { keepConsent } from "./consent";
import { ConsentLink } from "./consent-panel";
import { KeyInput } from "./key-input";
import { ProblemNote } from "./problem-note";

/** Lets the source in anew; the connection keeps its id and all it brought. */
export function ReconnectDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const client = useQueryClient();
  const form = useId();
  const { id, title } = connection;
  const connector = useQuery(connectorsQuery).data?.find((each) => each.id === connection.source);
  const byKey = connector?.auth.find((way) => way.kind === "key");
  // By consent may become a key; a key does not become consent.
  const [kind, setKind] = useState(connection.auth);
  const [waits, setWaits] = useState(false);
  const send = useMutation({
    mutationFn: (auth: Granting | undefined) => reconnect(id, auth),
    onSuccess: (begun) => {
      void client.invalidateQueries({ queryKey: ["connections"] });
      if (begun.authorize_url) {
        keepConsent(client, id, begun.authorize_url);
        setWaits(true);
        return;
      }
      toast(`${title} is reconnected.`, { tone: "good" });
      onClose();
    },
  });
  const problem = send.error ? asProblem(send.error) : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get("key") ?? "").trim();
    send.mutate(kind === "key" ? { kind: "key", key } : undefined);
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Reconnect ${connection.name}`}
      description="It keeps its id and everything it brought. It has to be the same account."
      actions={
        waits ? (
          <Button onClick={onClose}>Close</Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={form} look="accent" busy={send.isPending}>
              {kind === "key" ? "Try the key" : `Go on to ${title}`}
            </Button>
          </>
        )
      }
    >
      {waits ? (
        <ConsentLink connection={connection} />
      ) : (
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          {connection.auth === "oauth" && byKey && (
            <Segmented
              label="How it is let in"
              value={kind}
              onChange={setKind}
              options={[
                { value: "oauth", label: "Consent in the browser" },
                { value: "key", label: "A key" },
              ]}
            />
          )}
          {kind === "key" ? (
            <Field
              label="New key"
              hint={`${byKey?.help ?? "Make it at the source"}. It is tried first; if it is no good, nothing changes.`}
              error={problem?.at("/auth/key")}
            >
              <KeyInput data-autofocus />
            </Field>
          ) : (
            <p className="text-sm text-ink-soft">
              You go to {title}, sign in to the same account as before, and allow what is asked.
            </p>
          )}
          {problem && !problem.at("/auth/key") && <ProblemNote problem={problem} />}
        </form>
      )}
    </Dialog>
  );
}
