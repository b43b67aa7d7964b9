import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Issuer, issuersQuery, putIssuer, removeIssuer } from "@/api/settings";
import { Button } from "@/shared/ui/button";
import { Confirm } from "@/shared/ui/dialog";
import { Field, Input, Textarea } from "@/shared/ui/field";
import { Card } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { Empty } from "@/shared/ui/states";
import { toast } from "@/shared/ui/toast";
import { readDomains, writeDomains } from "./domains";
import { FormDialog } from "./form-dialog";
import { roleName } from "./names";
import { useAct } from "./use-act";

const KEPT = [["issuers"]];

/** Identity providers whose word signs members in. */
export default function Issuers() {
  const query = useQuery(issuersQuery);
  const [edited, setEdited] = useState<Issuer | "new">();
  const [removed, setRemoved] = useState<Issuer>();
  const { busy, act } = useAct(KEPT, () => setRemoved(undefined));
  return (
    <QueryView query={query}>
      {(issuers) => (
        <>
          <Card
            title="Identity providers"
            flush
            aside={
              <Button size="sm" look="accent" onClick={() => setEdited("new")}>
                Accept a provider
              </Button>
            }
          >
            {issuers.length === 0 ? (
              <Empty title="Members sign in with a code by e-mail">
                With a provider of your own, such as your company’s directory, they sign in with the account
                they have there. The code by e-mail keeps working.
              </Empty>
            ) : (
              <PlainTable<Issuer>
                label="Identity providers"
                stacks
                rows={issuers}
                rowId={(issuer) => issuer.id}
                columns={[
                  { id: "id", header: "Name", names: true, cell: (it) => it.id },
                  {
                    id: "issuer",
                    header: "Issuer and audience",
                    className: "min-w-56 wrap-anywhere",
                    cell: (it) => (
                      <span className="flex flex-col">
                        {it.issuer.issuer}
                        <span className="text-xs text-ink-faint">for {it.issuer.audience}</span>
                      </span>
                    ),
                  },
                  {
                    id: "email",
                    header: "An address is believed",
                    cell: (it) =>
                      it.issuer.email === "verified"
                        ? "when it was verified"
                        : "unless the token says otherwise",
                  },
                  {
                    id: "roles",
                    header: "New members",
                    className: "min-w-40",
                    cell: (it) => {
                      const domains = Object.entries(it.issuer.roles);
                      return domains.length === 0
                        ? "only who is invited"
                        : domains.map(([domain, role]) => `${domain}: ${roleName(role)}`).join(", ");
                    },
                  },
                  {
                    id: "acts",
                    header: <span className="unseen">Acts</span>,
                    align: "right",
                    className: "whitespace-nowrap",
                    cell: (it) => (
                      <span className="inline-flex gap-1">
                        <Button size="sm" onClick={() => setEdited(it)}>
                          Edit<span className="unseen"> {it.id}</span>
                        </Button>
                        <Button size="sm" look="quiet" onClick={() => setRemoved(it)}>
                          Remove<span className="unseen"> {it.id}</span>
                        </Button>
                      </span>
                    ),
                  },
                ]}
              />
            )}
          </Card>
          {edited !== undefined && (
            <IssuerForm before={edited === "new" ? undefined : edited} onClose={() => setEdited(undefined)} />
          )}
          <Confirm
            open={removed !== undefined}
            onOpenChange={() => setRemoved(undefined)}
            title={`No longer accept ${removed?.id ?? ""}?`}
            action="Remove the provider"
            busy={busy}
            onConfirm={() =>
              removed &&
              void act(() => removeIssuer(removed.id), `Tokens of ${removed.id} are refused from now on.`)
            }
          >
            <p className="text-sm">
              Its tokens are refused from now on. Members stay, and sign in with a code by e-mail instead.
            </p>
          </Confirm>
        </>
      )}
    </QueryView>
  );
}

function IssuerForm({ before, onClose }: { before: Issuer | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const [id, setId] = useState(before?.id ?? "");
  const [issuer, setIssuer] = useState(before?.issuer.issuer ?? "");
  const [audience, setAudience] = useState(before?.issuer.audience ?? "");
  const [jwks, setJwks] = useState(before?.issuer.jwks_uri ?? "");
  const [algorithm, setAlgorithm] = useState(before?.issuer.algorithm ?? "RS256");
  const [email, setEmail] = useState(before?.issuer.email ?? "verified");
  const [domains, setDomains] = useState(writeDomains(before?.issuer.roles ?? {}));
  const roles = readDomains(domains);
  const save = async () => {
    if (typeof roles === "string") return;
    await putIssuer({
      id,
      issuer: {
        issuer: issuer.trim(),
        audience: audience.trim(),
        jwks_uri: jwks.trim(),
        algorithm,
        email,
        required: before?.issuer.required ?? {},
        roles,
      },
    });
    await client.invalidateQueries({ queryKey: ["issuers"] });
    toast(`Tokens of ${id} are accepted from now on.`, { tone: "good" });
    onClose();
  };
  return (
    <FormDialog
      title={before ? `Edit ${before.id}` : "Accept an identity provider"}
      description="Any provider of OpenID Connect. The fields are on the page of the application you made for Pie there."
      action={before ? "Save" : "Accept it"}
      disabled={typeof roles === "string"}
      send={save}
      onClose={onClose}
    >
      {(at) => (
        <>
          {!before && (
            <Field
              label="Name"
              hint="Your own: letters, digits and dashes."
              className="sm:col-span-2"
              error={at("{id}")}
            >
              <Input
                required
                pattern="[A-Za-z0-9\-]{1,40}"
                value={id}
                onChange={(event) => setId(event.target.value)}
              />
            </Field>
          )}
          <Field
            label="Issuer"
            hint="The exact address in its tokens."
            className="sm:col-span-2"
            error={at("/issuer")}
          >
            <Input
              required
              type="url"
              placeholder="https://login.company.example"
              value={issuer}
              onChange={(event) => setIssuer(event.target.value)}
            />
          </Field>
          <Field label="Audience" hint="The client id you were given there." error={at("/audience")}>
            <Input required value={audience} onChange={(event) => setAudience(event.target.value)} />
          </Field>
          <Field label="How it signs" error={at("/algorithm")}>
            <Select
              value={algorithm}
              onChange={setAlgorithm}
              options={[
                { value: "RS256", label: "RS256" },
                { value: "ES256", label: "ES256" },
              ]}
            />
          </Field>
          <Field label="Address of its keys" className="sm:col-span-2" error={at("/jwks_uri")}>
            <Input
              required
              type="url"
              placeholder="https://login.company.example/keys"
              value={jwks}
              onChange={(event) => setJwks(event.target.value)}
            />
          </Field>
          <Field label="An address in a token is believed" className="sm:col-span-2">
            <Select
              value={email}
              onChange={setEmail}
              options={[
                { value: "verified", label: "when the token says it was verified" },
                { value: "trust_issuer", label: "unless the token says it was not" },
              ]}
            />
          </Field>
          <Field
            label="New members by domain"
            hint="A line each, such as “company.example: ae”. Left empty, only who is invited gets in."
            className="sm:col-span-2"
            error={typeof roles === "string" ? roles : at("/roles")}
          >
            <Textarea value={domains} onChange={(event) => setDomains(event.target.value)} />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
