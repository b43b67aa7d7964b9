import type { Member } from "@/api/settings";
import { roleName } from "./names";

/** The members in whom each of the words occurs, by name: in name, e-mail, role, team or whom they report to. */
export function findMembers(members: readonly Member[], text: string): readonly Member[] {
  const names = new Map(members.map((member) => [member.id, member.name]));
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const said = (member: Member) =>
    [member.name, member.email, roleName(member.role), member.team, names.get(member.manager ?? "")]
      .join(" ")
      .toLowerCase();
  return members
    .filter((member) => words.every((word) => said(member).includes(word)))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** What the API says of members, with their names in place of their ids. */
export const named = (text: string | undefined, members: readonly Member[]): string | undefined =>
  text?.replaceAll(/\bmember_[a-z0-9]+/g, (id) => members.find((each) => each.id === id)?.name ?? "somebody");
