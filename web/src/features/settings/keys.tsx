import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useMemo, useState } from "react";
import { type ApiKey, apiKeysQuery, membersQuery, revokeApiKey } from "@/api/settings";
import { type Command, useCommands } from "@/shared/commands";
import { ago, date, instant } from "@/shared/format";
import { who } from "@/shared/format/who";
import { Button, CommandButton } from "@/shared/ui/button";
import { Confirm, Dialog } from "@/shared/ui/dialog";
import { Badge, Card } from "@/shared/ui/pieces";
import { PlainTable } from "@/shared/ui/plain-table";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { KeyForm } from "./key-form";
import { roleName } from "./names";
import { useAct } from "./use-act";

const KEPT = [["api-keys"]];

/** Keys for programs: made with what they may, shown once, revoked at once. */
export default function Keys() {
  const query = useQuery(apiKeysQuery);
  const members = useQuery(membersQuery);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<ApiKey>();
  const [revoked, setRevoked] = useState<ApiKey>();
  const { busy, act } = useAct(KEPT, () => setRevoked(undefined));
  const commands = useMemo<Command[]>(
    () => [
      {
        id: "settings.key",
        label: "Make an API key",
        group: "Settings",
        icon: KeyRound,
        run: () => setMaking(true),
      },
    ],
    [],
  );
  useCommands(commands);

  return (
    <QueryView query={query}>
      {({ data: keys, as_of: now }) => {
        const state = (key: ApiKey) =>
          key.revoked_at ? "revoked" : key.expires_at && key.expires_at < now ? "expired" : "in force";
        return (
          <>
            <Card
              title="API keys"
              flush
              aside={commands[0] && <CommandButton command={commands[0]} size="sm" look="accent" />}
            >
              {keys.length === 0 ? (
                <Empty title="There are no keys">
                  A key lets a program ask Pie what you let it ask. It is shown once, when it is made.
                </Empty>
              ) : (
                <PlainTable<ApiKey>
                  label="API keys"
                  stacks
                  rows={keys}
                  rowId={(key) => key.id}
                  columns={[
                    {
                      id: "name",
                      header: "Key",
                      names: true,
                      className: "min-w-40",
                      cell: (key) => (
                        <span className="flex flex-col">
                          <span className="wrap-anywhere">{key.name}</span>
                          <code className="text-xs font-normal text-ink-faint">
                            {key.prefix}…{key.last4}
                          </code>
                        </span>
                      ),
                    },
                    {
                      id: "may",
                      header: "May",
                      className: "min-w-40",
                      cell: (key) => (
                        <span className="flex flex-wrap gap-1">
                          {key.scopes.map((scope) => (
                            <Badge key={scope} tone={scope === "admin" ? "warn" : "plain"}>
                              {scope}
                            </Badge>
                          ))}
                        </span>
                      ),
                    },
                    {
                      id: "role",
                      header: "Sees as",
                      cell: (key) =>
                        key.member
                          ? (members.data?.find((member) => member.id === key.member)?.name ?? key.member)
                          : roleName(key.role),
                    },
                    {
                      id: "used",
                      header: "Last used",
                      cell: (key) =>
                        key.last_used_at ? (
                          <span title={instant(key.last_used_at)}>{ago(key.last_used_at, now)}</span>
                        ) : (
                          "never"
                        ),
                    },
                    {
                      id: "made",
                      header: "Made",
                      className: "whitespace-nowrap",
                      cell: (key) => (
                        <span className="flex flex-col">
                          {date(key.created_at)}
                          <span className="text-xs text-ink-faint">
                            by {who(key.created_by, key.created_by_name)}
                          </span>
                        </span>
                      ),
                    },
                    {
                      id: "state",
                      header: "State",
                      className: "whitespace-nowrap",
                      cell: (key) => (
                        <span className="flex flex-col items-start">
                          <Badge tone={state(key) === "in force" ? "good" : "plain"}>{state(key)}</Badge>
                          {state(key) === "in force" && (
                            <span className="text-xs text-ink-faint">
                              {key.expires_at ? `until ${date(key.expires_at)}` : "without an end"}
                            </span>
                          )}
                        </span>
                      ),
                    },
                    {
                      id: "acts",
                      header: <span className="unseen">Acts</span>,
                      align: "right",
                      cell: (key) =>
                        state(key) === "in force" && (
                          <Button size="sm" look="danger" onClick={() => setRevoked(key)}>
                            Revoke<span className="unseen"> {key.name}</span>
                          </Button>
                        ),
                    },
                  ]}
                />
              )}
            </Card>
            {making && (
              <KeyForm
                members={members.data ?? []}
                onClose={() => setMaking(false)}
                onMade={(key) => {
                  setMaking(false);
                  setMade(key);
                }}
              />
            )}
            {made && <ShownOnce made={made} onClose={() => setMade(undefined)} />}
            <Confirm
              open={revoked !== undefined}
              onOpenChange={() => setRevoked(undefined)}
              title={`Revoke “${revoked?.name ?? ""}”?`}
              action="Revoke the key"
              busy={busy}
              onConfirm={() =>
                revoked &&
                void act(() => revokeApiKey(revoked.id), `“${revoked.name}” is of no use from now on.`)
              }
            >
              <p className="text-sm">
                Programs that use it are refused within seconds. It cannot be brought back; make another one
                instead.
                {revoked?.last_used_at && ` It was last used ${ago(revoked.last_used_at, now)}.`}
              </p>
            </Confirm>
          </>
        );
      }}
    </QueryView>
  );
}

/** The key itself: nobody can show it again, so it says so and helps to take it along. */
function ShownOnce({ made, onClose }: { made: ApiKey; onClose: () => void }) {
  const [copied, setCopied] = useState<"no" | "yes" | "by hand">("no");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made.key ?? "");
      setCopied("yes");
    } catch {
      setCopied("by hand");
    }
  };
  return (
    <Dialog
      open
      // Escape or a press beside it would lose the key for good.
      onOpenChange={() => copied !== "no" && onClose()}
      title={`The key “${made.name}”`}
      description="This is the only time it is shown. Keep it where your program reads its secrets."
      actions={
        <>
          <Button look={copied === "no" ? "accent" : "plain"} onClick={() => void copy()}>
            {copied === "yes" ? "Copied" : "Copy the key"}
          </Button>
          <Button look={copied === "no" ? "plain" : "accent"} onClick={onClose}>
            I have kept it
          </Button>
        </>
      }
    >
      <code className="block rounded-md border border-line bg-sunken p-3 text-sm wrap-anywhere select-all">
        {made.key}
      </code>
      <p role="status" className="mt-2 text-xs text-ink-faint">
        {copied === "yes"
          ? "It is in the clipboard."
          : copied === "by hand"
            ? "The browser did not let us copy it: select it and copy it yourself."
            : ""}
      </p>
    </Dialog>
  );
}
