import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { deleteTenant, restoreTenant, type Tenant, tenantQuery } from "@/api/settings";
import { date, instant } from "@/shared/format";
import { asProblem, type Problem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Field, Input } from "@/shared/ui/field";
import { Card, Facts } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { toast, toastProblem } from "@/shared/ui/toast";

/** The company's account: what it is, and its end. */
export default function Account() {
  const query = useQuery(tenantQuery);
  const client = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const [busy, setBusy] = useState(false);
  const restore = async () => {
    setBusy(true);
    try {
      client.setQueryData(tenantQuery.queryKey, await restoreTenant());
      await client.invalidateQueries();
      toast("The account is restored. Everything is as it was.", { tone: "good" });
    } catch (error) {
      toastProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <QueryView query={query}>
      {(tenant) => (
        <div className="flex flex-col gap-4">
          <Card title="Account">
            <Facts
              facts={[
                ["Company", tenant.name],
                ["Since", date(tenant.created_at)],
                ["Id", <code key="id">{tenant.id}</code>],
              ]}
            />
          </Card>
          {tenant.deleted_at ? (
            <Card title="This account is being deleted">
              <p className="text-sm">
                Its deletion was asked for on {instant(tenant.deleted_at)}. Until{" "}
                {tenant.erased_from ? instant(tenant.erased_from) : "the end of 30 days"} an admin can restore
                it; then everything goes, for good. Meanwhile nobody can read or change anything.
              </p>
              <Button className="mt-3" look="accent" busy={busy} onClick={() => void restore()}>
                Restore the account
              </Button>
            </Card>
          ) : (
            <Card title="Delete the account">
              <ul className="list-disc pl-5 text-sm text-ink-soft">
                <li>At once nobody can read or change anything, and connections stop.</li>
                <li>For 30 days an admin can restore it as it was.</li>
                <li>
                  After that everything is erased for good: deals, forecasts, members, keys and the audit log.
                </li>
              </ul>
              <p className="mt-2 text-sm text-ink-soft">
                To take your data along, export the deals from the pipeline first.
              </p>
              <Button className="mt-3" look="danger" onClick={() => setDeleting(true)}>
                Delete the account…
              </Button>
            </Card>
          )}
          {deleting && (
            <DeleteForm
              name={tenant.name}
              onClose={() => setDeleting(false)}
              onDone={(after) => {
                setDeleting(false);
                client.setQueryData(tenantQuery.queryKey, after);
              }}
            />
          )}
        </div>
      )}
    </QueryView>
  );
}

function DeleteForm({
  name,
  onClose,
  onDone,
}: {
  name: string;
  onClose: () => void;
  onDone: (tenant: Tenant) => void;
}) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      onDone(await deleteTenant(typed));
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Delete ${name}?`}
      description="Everybody is shut out at once. You can restore it for 30 days."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" form="delete-form" busy={busy} disabled={typed !== name}>
            Delete the account
          </Button>
        </>
      }
    >
      <form id="delete-form" onSubmit={(event) => void send(event)}>
        <Field
          label={`Type the company’s name, “${name}”, to the letter`}
          error={problem?.at("/confirm") ?? (problem && `${problem.message} ${problem.remedy}`)}
        >
          <Input value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  );
}
