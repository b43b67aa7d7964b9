import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ownersQuery } from "@/api/owners";
import { changeMember, inviteMember, type Member, rolesQuery } from "@/api/settings";
import { Combobox } from "@/shared/ui/combobox";
import { Field, Input } from "@/shared/ui/field";
import { Select } from "@/shared/ui/select";
import { toast } from "@/shared/ui/toast";
import { named } from "./find";
import { FormDialog } from "./form-dialog";
import { possibleManagers, ROLES, roleName } from "./names";

/** Invites somebody, or changes who they are here. */
export function MemberForm({
  member,
  members,
  own,
  onClose,
}: {
  member: Member | undefined;
  members: readonly Member[];
  /** It is oneself. */
  own: boolean;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const owners = useQuery(ownersQuery);
  const roles = useQuery(rolesQuery);
  const [email, setEmail] = useState("");
  const [name, setName] = useState(member?.name ?? "");
  const [role, setRole] = useState(member?.role ?? "ae");
  const [manager, setManager] = useState(member?.manager ?? "");
  const [person, setPerson] = useState<string | null>(member?.person ?? null);
  const [team, setTeam] = useState(member?.team ?? "");
  const [status, setStatus] = useState(member?.status ?? "invited");

  const choices = (owners.data ?? []).map((owner) => ({
    value: owner.id,
    label: owner.name ?? owner.email ?? owner.id,
    detail: owner.team ?? undefined,
  }));
  const save = async (key: string) => {
    const about = { name: name.trim(), role, manager: manager || null, person, team: team.trim() || null };
    if (member) {
      const changes = status === member.status ? about : { ...about, status };
      await changeMember(member.id, changes);
      toast(`${about.name} was changed.`, { tone: "good" });
    } else {
      await inviteMember({ ...about, email: email.trim() }, key);
      toast(`An invitation is on its way to ${email.trim()}.`, { tone: "good" });
    }
    await client.invalidateQueries({ queryKey: ["members"] });
    onClose();
  };
  const sees = roles.data?.find((each) => each.role === role)?.sees;
  return (
    <FormDialog
      title={member ? `Edit ${member.name}` : "Invite a member"}
      description={member ? member.email : "They get an e-mail and are members from their first sign-in on."}
      action={member ? "Save" : "Send the invitation"}
      send={save}
      onClose={onClose}
    >
      {(at) => (
        <>
          {!member && (
            <Field label="E-mail" className="sm:col-span-2" error={named(at("/email"), members)}>
              <Input
                type="email"
                required
                autoComplete="off"
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            </Field>
          )}
          <Field label="Name" className="sm:col-span-2" error={named(at("/name"), members)}>
            <Input required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label="Role" hint={sees && `Sees ${sees}.`} error={named(at("/role"), members)}>
            <Select
              value={role}
              onChange={setRole}
              options={ROLES.map((each) => ({ value: each as string, label: roleName(each) }))}
            />
          </Field>
          <Field
            label="Reports to"
            hint="Who is above sees the deals of who is below."
            error={named(at("/manager"), members)}
          >
            <Select
              value={manager}
              onChange={setManager}
              options={[
                { value: "", label: "Nobody" },
                ...possibleManagers(members, member?.id).map((each) => ({
                  value: each.id,
                  label: each.name,
                })),
              ]}
            />
          </Field>
          <Field
            label="Seller in the data"
            hint="Deals of this seller are theirs. Clear it if they sell nothing."
            error={named(at("/person"), members)}
          >
            <Combobox
              value={choices.find((choice) => choice.value === person) ?? null}
              onChange={(choice) => setPerson(choice?.value ?? null)}
              choices={choices}
              placeholder={owners.isPending ? "Loading the sellers…" : "Nobody"}
              empty="No such seller"
            />
          </Field>
          <Field label="Team" error={named(at("/team"), members)}>
            <Input maxLength={200} value={team} onChange={(event) => setTeam(event.target.value)} />
          </Field>
          {member && member.status !== "invited" && (
            <Field
              label="May sign in"
              hint="Disabled, they keep their place and cannot sign in."
              error={named(at("/status"), members)}
            >
              <Select
                value={status}
                onChange={setStatus}
                options={[
                  { value: "active", label: "Yes" },
                  { value: "disabled", label: "No, disabled" },
                ]}
              />
            </Field>
          )}
          {member && (
            <p className="text-xs text-ink-faint sm:col-span-2">
              A change of role, manager, seller or status signs {own ? "you" : "them"} out within seconds.
            </p>
          )}
        </>
      )}
    </FormDialog>
  );
}
