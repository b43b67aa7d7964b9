import type { QueryClient } from "@tanstack/react-query";

const GOOD_MS = 10 * 60_000;
const key = (id: string) => ["connections", "consent", id];

interface Kept {
  readonly url: string;
  readonly at: number;
}

/** Keeps where to send the person: it is good for ten minutes, once, in this browser. */
export function keepConsent(client: QueryClient, id: string, url: string | null | undefined): void {
  if (!url || !isWeb(url)) return;
  client.setQueryDefaults(key(id), { gcTime: GOOD_MS });
  client.setQueryData<Kept>(key(id), { url, at: Date.now() });
}

/** The address, while it is good. */
export function consentOf(client: QueryClient, id: string, now: number): string | undefined {
  const kept = client.getQueryData<Kept>(key(id));
  return kept && now - kept.at < GOOD_MS ? kept.url : undefined;
}

export const forgetConsent = (client: QueryClient, id: string): void =>
  client.removeQueries({ queryKey: key(id) });

/** An address that a link may lead to: whatever a source says, it is no script. */
export const isWeb = (url: string): boolean => {
  try {
    return ["https:", "http:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
};
