import { words } from "./format";

/** The eight words that all sources' stages are said in. */
export const CANONICAL = [
  { value: "lead", label: "Lead", about: "somebody might buy" },
  { value: "qualification", label: "Qualification", about: "we find out whether they can" },
  { value: "discovery", label: "Discovery", about: "we find out what they need" },
  { value: "demo", label: "Demo", about: "they see it" },
  { value: "proposal", label: "Proposal", about: "they have a price" },
  { value: "negotiation", label: "Negotiation", about: "we agree on terms" },
  { value: "closed_won", label: "Closed won", about: "they bought" },
  { value: "closed_lost", label: "Closed lost", about: "they did not" },
] as const;

export const canonicalWords = (canonical: string | null | undefined): string =>
  canonical
    ? (CANONICAL.find((one) => one.value === canonical)?.label ?? words(canonical))
    : "no meaning yet";
