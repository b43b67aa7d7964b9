import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiKey, type Member, makeApiKey, rolesQuery } from "@/api/settings";
import { Checkbox, Field, Input } from "@/shared/ui/field";
import { Select } from "@/shared/ui/select";
import { FormDialog } from "./form-dialog";
import { ROLES, roleName, SCOPES, seesPart } from "./names";

const LIVES = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "a year"],
  ["", "no end"],
] as const;

export function KeyForm({
  members,
  onClose,
  onMade,
}: {
  members: readonly Member[];
  onClose: () => void;
  onMade: (key: ApiKey) => void;
}) {
  const client = useQueryClient();
  const roles = useQuery(rolesQuery);
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>("cro");
  const [scopes, setScopes] = useState<readonly string[]>(["read"]);
  const [member, setMember] = useState("");
  const [life, setLife] = useState("90");

  // A key may no more than its role.
  const may = roles.data?.find((each) => each.role === role)?.scopes ?? ["read"];
  const chosen = scopes.filter((scope) => may.includes(scope));
  const fitting = members.filter((each) => each.role === role && each.status !== "disabled");
  const make = async (key: string) => {
    const made = await makeApiKey(
      {
        name: name.trim(),
        role,
        scopes: chosen,
        ...(seesPart(role) ? { member } : {}),
        ...(life ? { expires_at: new Date(Date.now() + Number(life) * 86_400_000).toISOString() } : {}),
      },
      key,
    );
    await client.invalidateQueries({ queryKey: ["api-keys"] });
    onMade(made);
  };
  return (
    <FormDialog
      title="Make an API key"
      description="Give it no more than the program needs; make one for each program."
      action="Make the key"
      disabled={chosen.length === 0 || (seesPart(role) && member === "")}
      send={make}
      onClose={onClose}
    >
      {(at) => (
        <>
          <Field
            label="What it is for"
            hint="Such as “nightly report”."
            className="sm:col-span-2"
            error={at("/name")}
          >
            <Input required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label="Sees as" error={at("/role")}>
            <Select
              value={role}
              onChange={(next) => {
                setRole(next);
                setMember("");
              }}
              options={ROLES.map((each) => ({ value: each as string, label: roleName(each) }))}
            />
          </Field>
          <Field label="Ends after" error={at("/expires_at")}>
            <Select
              value={life}
              onChange={setLife}
              options={LIVES.map(([value, label]) => ({ value: value as string, label }))}
            />
          </Field>
          {seesPart(role) && (
            <Field
              label="Acts as"
              hint="This role sees a part of the deals, so the key needs to know whose."
              className="sm:col-span-2"
              error={at("/member")}
            >
              <Select
                value={member}
                onChange={setMember}
                options={[
                  { value: "", label: fitting.length > 0 ? "Choose a member…" : "Nobody has this role" },
                  ...fitting.map((each) => ({ value: each.id, label: `${each.name}, ${each.email}` })),
                ]}
              />
            </Field>
          )}
          <fieldset className="flex flex-col gap-1.5 sm:col-span-2">
            <legend className="mb-1 text-sm font-medium">What it may</legend>
            {may.map((scope) => (
              <Checkbox
                key={scope}
                label={SCOPES[scope] ?? scope}
                checked={chosen.includes(scope)}
                onChange={(event) =>
                  setScopes(
                    event.target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope),
                  )
                }
              />
            ))}
            {(at("/scopes") || chosen.length === 0) && (
              <p role="alert" className="text-xs font-medium text-bad">
                {at("/scopes") ?? "Choose at least one."}
              </p>
            )}
          </fieldset>
        </>
      )}
    </FormDialog>
  );
}
