import type { Member } from "@/api/settings";

export const ROLES = ["ae", "sales_manager", "cro", "admin"] as const;

const NAMES: Record<string, string> = {
  ae: "Account executive",
  sales_manager: "Sales manager",
  cro: "Head of sales",
  admin: "Admin",
};
export const roleName = (role: string): string => NAMES[role] ?? role;

/** Roles that see a part of the deals, so that a key needs to know whose. */
export const seesPart = (role: string): boolean => role === "ae" || role === "sales_manager";

export const SCOPES: Record<string, string> = {
  read: "See deals, forecasts and everything about them",
  write: "Change our own fields, views and drafts",
  import: "Import files and connect sources",
  simulate: "Ask what-ifs, forecasts and backtests",
  export: "Take data out as files",
  admin: "Members, keys, settings and the audit log",
};

/** Whoever may be the manager of somebody: not themselves, and nobody below them. */
export function possibleManagers(members: readonly Member[], of: string | undefined): Member[] {
  if (of === undefined) return [...members];
  const below = new Set([of]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const member of members) if (member.manager && below.has(member.manager)) below.add(member.id);
  }
  return members.filter((member) => !below.has(member.id));
}
