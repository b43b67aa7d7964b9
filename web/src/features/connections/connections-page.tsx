import { useQuery } from "@tanstack/react-query";
import { KeyRound, MousePointerClick, Zap } from "lucide-react";
import { useCallback } from "react";
import { type Connection, type Connector, connectionsQuery, connectorsQuery } from "@/api/connections";
import { meQuery } from "@/api/me";
import { useCommandContext } from "@/shared/commands";
import { ago, counted, words } from "@/shared/format";
import { who } from "@/shared/format/who";
import { usePage } from "@/shared/page";
import { Link, path } from "@/shared/routing";
import { buttonClass } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";
import { Badge, Card, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { mayConnect, maySee } from "./may";
import { brings, everyWords, listed, saysHow, standing } from "./words";

/** The sources that are kept in step, and those that could be. */
export default function ConnectionsPage() {
  const { who: reader } = useCommandContext();
  const sees = maySee(reader);
  const query = useQuery({ ...connectionsQuery, enabled: sees });
  const catalogue = useQuery(connectorsQuery);
  const { refetch } = query;
  const refresh = useCallback(() => void refetch(), [refetch]);
  usePage({ title: "Connections", asOf: query.data?.as_of, refresh: sees ? refresh : undefined });
  const may = mayConnect(reader);
  return (
    <>
      <PageHead
        title="Connections"
        sub="Deals, companies, people and activities come in once, with their history; from then on every change follows."
        actions={
          <Link to="/connections/stages" className={buttonClass()}>
            What stages mean
          </Link>
        }
      />
      <div className="flex flex-col gap-6">
        {sees && (
          <QueryView query={query}>
            {({ data, as_of }) => <Connected connections={data as Connection[]} asOf={as_of} may={may} />}
          </QueryView>
        )}
        {reader && !may && (
          <p className="panel px-4 py-3 text-sm text-ink-soft">
            {sees
              ? "You see how the connections stand. Connecting and changing them is for a CRO or an admin, because a source changes everybody’s deals."
              : "Your CRO or an admin looks after the connections, because a source changes everybody’s deals. If something you have in your CRM is missing here, tell them."}
          </p>
        )}
        <section aria-labelledby="catalogue">
          <h2 id="catalogue" className="mb-2 text-base font-semibold">
            What can be connected
          </h2>
          <QueryView query={catalogue}>
            {(connectors) => (
              <ul className="grid gap-3 lg:grid-cols-2">
                {connectors.map((connector) => (
                  <li key={connector.id}>
                    <Source connector={connector} may={may} />
                  </li>
                ))}
              </ul>
            )}
          </QueryView>
          {reader?.scopes.includes("import") && (
            <p className="mt-3 text-sm text-ink-soft">
              Another system, or a history that lies in files?{" "}
              <Link to="/import" className="text-accent-strong underline">
                Import files
              </Link>
              .
            </p>
          )}
        </section>
      </div>
    </>
  );
}

function Connected({
  connections,
  asOf,
  may,
}: {
  connections: readonly Connection[];
  asOf: string;
  may: boolean;
}) {
  const live = connections.filter((connection) => connection.status !== "disabled");
  const ended = connections.filter((connection) => connection.status === "disabled");
  return (
    <>
      <Card title="Connected" flush>
        {live.length === 0 ? (
          <Empty title="Nothing is connected yet">
            {may
              ? "Choose a source below. With it come your deals and their whole history, and what happens there from now on."
              : "As soon as a source is connected, this says how complete it is and when it was last read."}
          </Empty>
        ) : (
          <ul className="divide-y divide-line">
            {live.map((connection) => (
              <Row key={connection.id} connection={connection} asOf={asOf} />
            ))}
          </ul>
        )}
      </Card>
      {ended.length > 0 && (
        <details className="panel">
          <summary className="px-4 py-2.5 text-sm font-medium">
            {counted(ended.length, "disconnected source")}
          </summary>
          <ul className="divide-y divide-line border-t border-line">
            {ended.map((connection) => (
              <Row key={connection.id} connection={connection} asOf={asOf} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Row({ connection, asOf }: { connection: Connection; asOf: string }) {
  const { word, tone } = standing(connection);
  const { data: me } = useQuery(meQuery);
  return (
    <li className="relative flex flex-wrap items-start justify-between gap-x-6 gap-y-1 px-4 py-3 hover:bg-sunken/60">
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-2">
          <Link
            to={path("/connections", connection.id)}
            className="font-medium wrap-anywhere after:absolute after:inset-0 hover:text-accent-strong"
          >
            {connection.name}
          </Link>
          {connection.name !== connection.title && (
            <span className="text-xs text-ink-faint">{connection.title}</span>
          )}
          {connection.sandbox && <Badge>Sandbox</Badge>}
        </div>
        <p
          className={cx(
            "text-sm wrap-anywhere",
            connection.status === "needs_reauth" ? "text-bad" : "text-ink-soft",
          )}
        >
          {saysHow(connection)}
        </p>
      </div>
      <div className="flex flex-col items-start gap-1 text-xs text-ink-faint sm:items-end">
        <Badge tone={tone}>{word}</Badge>
        <span>Connected by {who(connection.created_by, connection.created_by_name, me)}</span>
        {connection.last_sync_at && <span>Last synced {ago(connection.last_sync_at, asOf)}</span>}
        {connection.status === "active" && <span>Syncs {everyWords(connection.every_min)}</span>}
      </div>
    </li>
  );
}

function Source({ connector, may }: { connector: Connector; may: boolean }) {
  const ways = connector.auth.map((way) => way.kind);
  const isOpen = connector.registered || connector.sandbox || ways.includes("key");
  return (
    <Card
      level={3}
      title={connector.title}
      aside={
        <>
          {connector.sandbox && <Badge tone="accent">Sandbox here</Badge>}
          <Badge>{connector.category === "crm" ? "CRM" : words(connector.category)}</Badge>
        </>
      }
      className="flex h-full flex-col [&>div]:flex [&>div]:flex-1 [&>div]:flex-col"
    >
      <p className="text-sm text-ink-soft">
        Brings {listed(brings(connector).map((each) => each.label))}; what is changed, deleted or merged there
        follows.
      </p>
      <ul className="mt-3 flex flex-col gap-1 text-xs text-ink-faint [&_svg]:mt-px [&_svg]:size-4 [&_svg]:shrink-0">
        {ways.includes("oauth") && (
          <li className="flex gap-2">
            <MousePointerClick aria-hidden="true" />
            {connector.registered
              ? "Let in by consent in your browser"
              : connector.sandbox
                ? "Let in by consent; here for the sandbox only, because this installation is not registered at the source"
                : "Consent needs this installation to be registered at the source"}
          </li>
        )}
        {ways.includes("key") && (
          <li className="flex gap-2">
            <KeyRound aria-hidden="true" />
            {ways.includes("oauth")
              ? "or with a key that you make there"
              : "Let in with a key that you make there"}
          </li>
        )}
        <li className="flex gap-2">
          <Zap aria-hidden="true" />
          {connector.webhook ? "Changes can come within seconds" : "Changes come with each sync"}
        </li>
      </ul>
      {may && (
        <div className="mt-auto flex flex-wrap gap-2 pt-4">
          {isOpen ? (
            <>
              {(connector.registered || ways.includes("key")) && (
                <Link to={path("/connections/new", connector.id)} className={buttonClass("accent")}>
                  Connect {connector.title}
                </Link>
              )}
              {connector.sandbox && (
                <Link
                  to={path("/connections/new", connector.id)}
                  search={{ sandbox: "1" }}
                  className={buttonClass()}
                >
                  Try the {connector.title} sandbox
                </Link>
              )}
            </>
          ) : (
            <p className="text-sm text-ink-soft">
              Whoever runs this installation registers it at {connector.title} first.
            </p>
          )}
        </div>
      )}
    </Card>
  );
}
