import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Connection, disconnect } from "@/api/connections";
import { asProblem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Field, Input } from "@/shared/ui/field";
import { toast } from "@/shared/ui/toast";
import { ProblemNote } from "./problem-note";

/** Says what goes and what stays before a connection is ended for good. */
export function DisconnectDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const client = useQueryClient();
  const { id, title, name } = connection;
  const [erase, setErase] = useState(false);
  const [typed, setTyped] = useState("");
  const send = useMutation({
    mutationFn: () => disconnect(id, erase),
    onSuccess: (job) => {
      void client.invalidateQueries({ queryKey: ["connections"] });
      if (job) void client.invalidateQueries({ queryKey: ["deals"] });
      toast(
        job
          ? `${name} is disconnected. What it brought is being taken away.`
          : `${name} is disconnected. What it brought stays.`,
      );
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Disconnect ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="danger"
            busy={send.isPending}
            disabled={erase && typed.trim() !== name}
            onClick={() => send.mutate()}
          >
            {erase ? "Disconnect and erase" : "Disconnect"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        <ul className="list-disc pl-5 text-ink-soft">
          <li>Nothing is read from {title} any more; a run that is at work stops.</li>
          <li>
            {connection.auth === "oauth"
              ? `The grant is given back to ${title} where it takes it, and every secret kept here is deleted.`
              : `The key kept here is deleted. Delete it at ${title} as well.`}
          </li>
          <li>This connection stays ended. To go on later, connect {title} anew.</li>
        </ul>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 font-medium">What it brought</legend>
          <label className="flex items-start gap-2">
            <input
              type="radio"
              name="erase"
              checked={!erase}
              onChange={() => setErase(false)}
              className="mt-0.5 size-4 accent-accent"
            />
            <span>
              Stays as it is now. Deals no longer change; connected anew, the same account finds them again.
            </span>
          </label>
          <label className="flex items-start gap-2">
            <input
              type="radio"
              name="erase"
              checked={erase}
              onChange={() => setErase(true)}
              className="mt-0.5 size-4 accent-accent"
            />
            <span>
              Goes as well: its deals with their history, companies, people and activities, and the pages that
              were kept. Forecast and totals change at once. This cannot be taken back.
            </span>
          </label>
        </fieldset>
        {erase && (
          <Field label={`Type ${name} to erase what it brought`}>
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
          </Field>
        )}
        {send.error && <ProblemNote problem={asProblem(send.error)} />}
      </div>
    </Dialog>
  );
}
