import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useMemo, useState } from "react";
import type { Me } from "@/api/me";
import { changeMember, inviteAgain, type Member, membersQuery, removeMember } from "@/api/settings";
import { type Command, useCommands } from "@/shared/commands";
import { count, counted, date } from "@/shared/format";
import { Button, CommandButton } from "@/shared/ui/button";
import { Confirm } from "@/shared/ui/dialog";
import { Input } from "@/shared/ui/field";
import { Badge, Card } from "@/shared/ui/pieces";
import { type PlainColumn, PlainTable } from "@/shared/ui/plain-table";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { findMembers } from "./find";
import { MemberForm } from "./member-form";
import { roleName } from "./names";
import { useAct } from "./use-act";

const KEPT = [["members"]];
/** So many are found by looking. */
const AT_A_GLANCE = 12;
const tones = { active: "good", invited: "accent", disabled: "plain" } as const;

/** Who may sign in, with what role and under whom. */
export default function Members({ me, admin }: { me: Me; admin: boolean }) {
  const query = useQuery(membersQuery);
  const [edited, setEdited] = useState<Member | "new">();
  const [removed, setRemoved] = useState<Member>();
  const [find, setFind] = useState("");
  const { busy, act } = useAct(KEPT, () => setRemoved(undefined));
  const commands = useMemo<Command[]>(
    () => [
      {
        id: "settings.invite",
        label: "Invite a member",
        group: "Settings",
        icon: UserPlus,
        when: () => admin,
        run: () => setEdited("new"),
      },
    ],
    [admin],
  );
  useCommands(commands);

  return (
    <QueryView query={query}>
      {(members) => {
        const found = findMembers(members, find);
        const byId = new Map(members.map((member) => [member.id, member]));
        const columns: PlainColumn<Member>[] = [
          {
            id: "name",
            header: "Name",
            names: true,
            className: "min-w-44",
            cell: (member) => (
              <span className="flex flex-col">
                <span>
                  {member.name} {member.id === me.member && <Badge tone="accent">you</Badge>}
                </span>
                <span className="text-xs font-normal wrap-anywhere text-ink-faint">{member.email}</span>
              </span>
            ),
          },
          { id: "role", header: "Role", className: "whitespace-nowrap", cell: (m) => roleName(m.role) },
          {
            id: "manager",
            header: "Reports to",
            cell: (m) => (m.manager ? (byId.get(m.manager)?.name ?? "somebody above") : "–"),
          },
          { id: "team", header: "Team", cell: (m) => m.team ?? "–" },
          {
            id: "person",
            header: "Sees",
            cell: (m) =>
              m.role === "cro" || m.role === "admin" ? (
                "every deal"
              ) : m.role === "sales_manager" ? (
                "their team's"
              ) : m.person ? (
                "their own"
              ) : (
                <span className="text-warn">none: not tied to a seller</span>
              ),
          },
          {
            id: "status",
            header: "Status",
            cell: (m) => (
              <span className="flex flex-col items-start">
                <Badge tone={tones[m.status as keyof typeof tones] ?? "plain"}>{m.status}</Badge>
                {m.status === "invited" && (
                  <span className="text-xs text-ink-faint">since {date(m.created_at)}</span>
                )}
              </span>
            ),
          },
        ];
        if (admin)
          columns.push({
            id: "acts",
            header: <span className="unseen">Acts</span>,
            align: "right",
            className: "whitespace-nowrap",
            cell: (m) => (
              <span className="inline-flex gap-1">
                <Button size="sm" onClick={() => setEdited(m)}>
                  Edit<span className="unseen"> {m.name}</span>
                </Button>
                {m.status === "invited" && (
                  <Button
                    size="sm"
                    disabled={busy}
                    onClick={() =>
                      void act(() => inviteAgain(m.id), `The invitation was sent to ${m.email} again.`)
                    }
                  >
                    Invite again<span className="unseen"> {m.name}</span>
                  </Button>
                )}
                {m.status === "disabled" ? (
                  <Button
                    size="sm"
                    disabled={busy}
                    onClick={() =>
                      void act(() => changeMember(m.id, { status: "active" }), `${m.name} may sign in again.`)
                    }
                  >
                    Enable<span className="unseen"> {m.name}</span>
                  </Button>
                ) : null}
                <Button size="sm" look="quiet" onClick={() => setRemoved(m)}>
                  Remove<span className="unseen"> {m.name}</span>
                </Button>
              </span>
            ),
          });
        return (
          <>
            <Card
              title={admin ? "Members" : "You and who reports to you"}
              flush
              aside={admin && commands[0] && <CommandButton command={commands[0]} size="sm" look="accent" />}
            >
              {members.length > AT_A_GLANCE && (
                <search className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
                  <Input
                    type="search"
                    aria-label="Find members by name, e-mail, role, team or manager"
                    placeholder="Find…"
                    value={find}
                    onChange={(event) => setFind(event.target.value)}
                    className="max-w-64"
                  />
                  <p role="status" className="text-xs text-ink-faint">
                    {found.length === members.length
                      ? counted(members.length, "member")
                      : `${count(found.length)} of ${counted(members.length, "member")}`}
                  </p>
                </search>
              )}
              {found.length === 0 ? (
                <Empty
                  title="Nobody fits"
                  action={<Button onClick={() => setFind("")}>Show everybody</Button>}
                >
                  Look for a part of a name, an e-mail, a role or a team.
                </Empty>
              ) : (
                <PlainTable label="Members" stacks rows={found} rowId={(m) => m.id} columns={columns} />
              )}
            </Card>
            {edited !== undefined && (
              <MemberForm
                member={edited === "new" ? undefined : edited}
                members={members}
                own={edited !== "new" && edited.id === me.member}
                onClose={() => setEdited(undefined)}
              />
            )}
            <Confirm
              open={removed !== undefined}
              onOpenChange={() => setRemoved(undefined)}
              title={`Remove ${removed?.name ?? ""}?`}
              action="Remove the member"
              busy={busy}
              onConfirm={() =>
                removed && void act(() => removeMember(removed.id), `${removed.name} was removed.`)
              }
            >
              <p className="text-sm">
                They are signed out within seconds, and the keys that act as them end. Their deals stay. To
                let them back in, invite them again; to keep their place, disable them instead (Edit).
              </p>
            </Confirm>
          </>
        );
      }}
    </QueryView>
  );
}
