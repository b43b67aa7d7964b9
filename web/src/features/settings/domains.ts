import { ROLES } from "./names";

/** `company.example: ae`, a line each. A sentence says what is wrong. */
export function readDomains(text: string): Record<string, string> | string {
  const roles: Record<string, string> = {};
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const [, domain, role] = /^\s*@?([^\s:@]+)\s*:\s*([a-z_]+)\s*$/.exec(line) ?? [];
    if (!domain || !role) return `“${line.trim()}” is no domain and role, such as “company.example: ae”.`;
    if (!ROLES.some((known) => known === role)) return `“${role}” is no role; they are ${ROLES.join(", ")}.`;
    roles[domain.toLowerCase()] = role;
  }
  return roles;
}

export const writeDomains = (roles: Readonly<Record<string, string>>): string =>
  Object.entries(roles)
    .map(([domain, role]) => `${domain}: ${role}`)
    .join("\n");
