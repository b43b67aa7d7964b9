import type { ReactNode } from "react";
import type { AuditEvent } from "@/api/settings";
import { count, words } from "@/shared/format";
import { who } from "@/shared/format/who";
import { Link, path } from "@/shared/routing";

const DEEDS: Readonly<Record<string, string>> = {
  "api_key.make": "API key made",
  "api_key.revoke": "API key revoked",
  "connection.authorized": "Access granted by the source",
  "connection.change": "Connection changed",
  "connection.create": "Connection made",
  "connection.disconnect": "Source disconnected",
  "connection.reconnect": "Source connected again",
  "connection.remap": "Records mapped again",
  "connection.sync": "Sync begun",
  "connection.webhook": "Changes at once set up",
  "import.committed": "Files imported",
  "import.undone": "Import undone",
  "issuer.put": "Identity provider accepted",
  "issuer.remove": "Identity provider removed",
  "member.change": "Member changed",
  "member.invite": "Member invited",
  "member.remove": "Member removed",
  "person.erased": "Person erased",
  "pipeline.stages": "Stages given a meaning",
  "settings.change": "Thresholds changed",
  "tenant.delete": "Deletion of the account asked for",
  "tenant.restore": "Account restored",
};

/** What was done, as people say it. */
export const deedWords = (action: string): string => DEEDS[action] ?? words(action.replaceAll(".", " "));

const PAGES: Readonly<Record<string, readonly [string, string]>> = {
  import: ["/import", "The import"],
  connection: ["/connections", "The connection"],
};

/** To what something was done: its name, the way to its page, or its id. */
export function targetOf({
  target,
  target_name: name,
}: Pick<AuditEvent, "target" | "target_name">): ReactNode {
  const kind = target.slice(0, target.indexOf("_"));
  if (kind === "member" || kind === "key") return who(target, name);
  const page = PAGES[kind];
  if (!page) return words(target);
  return (
    <Link to={path(page[0], target)} className="text-accent-strong hover:underline">
      {page[1]}
    </Link>
  );
}

/** What else is known of it: `New: 6,627 · Changed: 0`. */
export const detailsOf = (detail: AuditEvent["detail"]): string =>
  Object.entries(detail)
    .map(([name, value]) => `${words(name)}: ${/^\d+$/.test(value) ? count(Number(value)) : value}`)
    .join(" · ");
