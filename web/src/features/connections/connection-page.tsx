import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Pause, Play, RefreshCw } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import {
  type Connection,
  changeConnection,
  connectionQuery,
  connectorsQuery,
  isBusy,
  remapConnection,
  type SyncMode,
  syncConnection,
  testConnection,
} from "@/api/connections";
import { jobQuery } from "@/api/job";
import { isEnded } from "@/api/jobs";
import { meQuery } from "@/api/me";
import { useCommandContext, useCommands } from "@/shared/commands";
import { ago, date, instant } from "@/shared/format";
import { who } from "@/shared/format/who";
import { usePage } from "@/shared/page";
import { asProblem } from "@/shared/problem";
import { useParam } from "@/shared/routing";
import { Button, CommandButton, IconButton } from "@/shared/ui/button";
import { Menu, MenuGroup, MenuItem } from "@/shared/ui/menu";
import { Missing } from "@/shared/ui/missing";
import { Badge, Card, Facts, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { toast, toastProblem } from "@/shared/ui/toast";
import { Consent } from "./consent-panel";
import { DisconnectDialog } from "./disconnect-dialog";
import { FieldsCard } from "./fields-card";
import { mayConnect, mayMapFields, maySee } from "./may";
import { ReconnectDialog } from "./reconnect-dialog";
import { Run } from "./run";
import { SettingsCard } from "./settings-card";
import { Streams } from "./streams";
import { WebhookCard } from "./webhook-card";
import { everyWords, saysHow, standing } from "./words";

const TRAIL = [{ label: "Connections", to: "/connections" }];

/** One source: how complete it is, what it is doing, and what a person can do about it. */
export default function ConnectionPage() {
  const id = useParam("connection");
  const { who: reader } = useCommandContext();
  const query = useQuery({ ...connectionQuery(id), enabled: maySee(reader) });
  const { refetch } = query;
  const refresh = useCallback(() => void refetch(), [refetch]);
  const connection = query.data?.data;
  usePage({
    title: connection?.name ?? "Connection",
    trail: TRAIL,
    asOf: query.dataUpdatedAt ? new Date(query.dataUpdatedAt).toISOString() : undefined,
    refresh,
  });
  if (reader && !maySee(reader)) {
    return (
      <>
        <PageHead title="Connection" />
        <div className="panel">
          <Empty title="Connections are looked after by others">
            Your CRO or an admin connects sources. If something of your CRM is missing here, tell them.
          </Empty>
        </div>
      </>
    );
  }
  return (
    <>
      {!connection && <PageHead title="Connection" />}
      <QueryView query={query} missing={MISSING}>
        {({ data }) => (
          <Shown
            connection={data}
            now={query.dataUpdatedAt}
            may={mayConnect(reader)}
            mayFields={mayMapFields(reader)}
          />
        )}
      </QueryView>
    </>
  );
}

const MISSING = (
  <Missing title="This connection is not there" to="/connections" way="Go to the connections">
    Nothing was ever connected under this address. One that was disconnected stays in the list.
  </Missing>
);

type Asking = "disconnect" | "reconnect" | undefined;

function Shown({
  connection,
  now,
  may,
  mayFields,
}: {
  connection: Connection;
  now: number;
  may: boolean;
  mayFields: boolean;
}) {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const { id, status, title } = connection;
  const [asking, setAsking] = useState<Asking>();
  const [started, setStarted] = useState<string>();
  const { word, tone } = standing(connection);
  const isLive = status !== "disabled";
  const { tested, test } = useTest(id);
  const hasDeals =
    useQuery(connectorsQuery).data?.find((each) => each.id === connection.source)?.category === "crm";
  const job = useQuery(jobQuery(connection.run ?? started)).data;
  const isAtWork = isBusy(connection) || (job !== undefined && !isEnded(job));

  const done = () => client.invalidateQueries({ queryKey: ["connections"] });
  const failed = (error: unknown) => {
    const problem = asProblem(error);
    const said =
      problem.code === "already_running"
        ? "A run is at work on this connection already; it is shown on this page."
        : `${problem.message} ${problem.remedy}`;
    toast(said, { tone: "bad" });
    void done();
  };
  const sync = useMutation({
    mutationFn: (mode: SyncMode) => syncConnection(id, mode),
    onSuccess: (job) => {
      setStarted(job.id);
      void done();
    },
    onError: failed,
  });
  const remap = useMutation({
    mutationFn: () => remapConnection(id),
    onSuccess: (job) => {
      setStarted(job.id);
      void done();
    },
    onError: failed,
  });
  const pause = useMutation({
    mutationFn: (paused: boolean) => changeConnection(id, undefined, { paused }),
    onSuccess: (changed) => {
      client.setQueryData(connectionQuery(id).queryKey, changed);
      void done();
    },
    onError: failed,
  });

  const { mutate: begin } = sync;
  const commands = useMemo(
    () => [
      {
        id: "connections.sync",
        label: "Sync now",
        group: "Connections",
        keys: "s",
        icon: RefreshCw,
        when: () => may && status === "active",
        run: () => begin("changes"),
      },
    ],
    [may, status, begin],
  );
  useCommands(commands);

  return (
    <>
      <PageHead
        title={connection.name}
        sub={
          <span className="flex flex-wrap items-center gap-1.5">
            {title}
            {connection.sandbox && <Badge>Sandbox</Badge>}
            <Badge tone={tone}>{word}</Badge>
          </span>
        }
        actions={
          may &&
          isLive && (
            <>
              {commands[0] && (
                <CommandButton
                  command={commands[0]}
                  look="accent"
                  busy={sync.isPending}
                  disabled={isBusy(connection)}
                />
              )}
              {status === "active" && (
                <Button onClick={() => pause.mutate(true)} busy={pause.isPending}>
                  <Pause />
                  Pause
                </Button>
              )}
              {status === "paused" && (
                <Button look="accent" onClick={() => pause.mutate(false)} busy={pause.isPending}>
                  <Play />
                  Resume
                </Button>
              )}
              {status !== "pending" && (
                <Button onClick={() => test.mutate()} busy={test.isPending}>
                  Test
                </Button>
              )}
              <Menu
                label="More"
                trigger={
                  <IconButton label="More" look="plain">
                    <Ellipsis />
                  </IconButton>
                }
              >
                {status === "active" && (
                  <MenuGroup label="Read again">
                    <MenuItem onSelect={() => sync.mutate("full")}>Everything</MenuItem>
                    <MenuItem onSelect={() => sync.mutate("reconcile")}>
                      Everything, and ask after what is missing
                    </MenuItem>
                  </MenuGroup>
                )}
                <MenuGroup label="Without asking the source">
                  <MenuItem disabled={status === "pending"} onSelect={() => remap.mutate()}>
                    Map again what was read
                  </MenuItem>
                </MenuGroup>
                <MenuGroup label="Access">
                  <MenuItem onSelect={() => setAsking("reconnect")}>Reconnect</MenuItem>
                  <MenuItem danger onSelect={() => setAsking("disconnect")}>
                    Disconnect
                  </MenuItem>
                </MenuGroup>
              </Menu>
            </>
          )
        }
      />
      <div className="flex flex-col gap-4">
        {status === "pending" && <Consent connection={connection} may={may} />}
        {status === "needs_reauth" && (
          <Card title={`${title} no longer lets Pie in`} className="border-bad/60">
            <p className="text-sm">{connection.reason ?? "The grant has ended or was taken back."}</p>
            <p className="mt-1 text-sm text-ink-soft">
              What was brought stays, and so does this connection. Nothing new comes until it is reconnected,
              with the same account.
            </p>
            {may ? (
              <Button look="accent" className="mt-3" onClick={() => setAsking("reconnect")}>
                Reconnect {title}
              </Button>
            ) : (
              <p className="mt-2 text-sm">A CRO or an admin can reconnect it.</p>
            )}
          </Card>
        )}
        {tested && (
          <p
            role="status"
            className={
              tested.ok
                ? "rounded-md bg-good-soft px-3 py-2 text-sm text-good"
                : "rounded-md bg-bad-soft px-3 py-2 text-sm text-bad"
            }
          >
            {tested.ok
              ? `${title} lets Pie in${tested.account ? `, to account ${tested.account}` : ""}. Nothing was read.`
              : `${tested.problem?.detail ?? `${title} does not let Pie in.`} ${tested.problem?.remedy ?? ""}`}
          </p>
        )}
        {status !== "pending" && (
          <Run job={connection.run ?? started} may={may} title={title} isFirst={!connection.last_sync_at} />
        )}
        {status !== "pending" && (
          <Card title="How complete it is">
            <p role="status" className="mb-3 text-sm">
              {saysHow(connection)}
            </p>
            <div className="grid items-start gap-x-8 gap-y-1.5 lg:grid-cols-2">
              <Facts
                facts={[
                  ["Complete until", instant(connection.complete_until)],
                  [
                    "Last synced",
                    connection.last_sync_at
                      ? `${ago(connection.last_sync_at, now)} (${instant(connection.last_sync_at)})`
                      : "not yet",
                  ],
                  [
                    "Next sync",
                    status === "active" && connection.next_sync_at
                      ? `${ago(connection.next_sync_at, now)}, ${everyWords(connection.every_min)}`
                      : "none",
                  ],
                ]}
              />
              <Facts
                facts={[
                  [
                    "Compared with the source",
                    connection.last_reconciled_at
                      ? `${ago(connection.last_reconciled_at, now)}, weekly`
                      : "not yet",
                  ],
                  ["Account", connection.account ?? "the source does not say"],
                  ["Let in by", connection.auth === "key" ? "a key" : "consent"],
                  [
                    "Connected by",
                    `${who(connection.created_by, connection.created_by_name, me)}, ${date(connection.created_at)}`,
                  ],
                ]}
              />
            </div>
          </Card>
        )}
        {status !== "pending" && <Streams connection={connection} now={now} />}
        {may && isLive && status !== "pending" && hasDeals && (
          <FieldsCard connection={connection} may={mayFields} isAtWork={isAtWork} onBegun={setStarted} />
        )}
        {may && isLive && status !== "pending" && (
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <SettingsCard connection={connection} />
            <WebhookCard connection={connection} />
          </div>
        )}
      </div>
      {asking === "disconnect" && (
        <DisconnectDialog connection={connection} onClose={() => setAsking(undefined)} />
      )}
      {asking === "reconnect" && (
        <ReconnectDialog connection={connection} onClose={() => setAsking(undefined)} />
      )}
    </>
  );
}

/** Asks the source whether it lets us in. */
function useTest(id: string) {
  const test = useMutation({
    mutationFn: () => testConnection(id),
    onError: toastProblem,
  });
  return { test, tested: test.isPending ? undefined : test.data };
}
