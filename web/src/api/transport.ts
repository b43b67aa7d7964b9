import { Problem } from "@/shared/problem";
import { session } from "./session";

const CHANGES = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const LONGEST_WAIT_MS = 20_000;
const MOST_WAITS = 3;

const sleep = (ms: number, signal: AbortSignal) =>
  new Promise<void>((done, stop) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        stop(signal.reason);
      },
      { once: true },
    );
  });

/** How long `Retry-After` asks to wait: seconds or a date. Without it, a second. */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 1000;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? 1000 : Math.max(0, at - now);
}

async function once(request: Request): Promise<Response> {
  const mine = new Request(request.clone(), { credentials: "same-origin" });
  if (CHANGES.has(mine.method) && session.csrf) mine.headers.set("x-csrf-token", session.csrf);
  try {
    return await fetch(mine);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw Problem.network();
  }
}

const here = (path: string, init?: RequestInit) =>
  new Request(new URL(path, window.location.origin), { credentials: "same-origin", ...init });

async function take(response: Response): Promise<boolean> {
  if (!response.ok) return false;
  const body = (await response.json().catch(() => ({}))) as { csrf?: string };
  session.began(body.csrf);
  return true;
}

/**
 * Renews the session. One at a time over all tabs: a refresh cookie is good once, and one that comes twice ends the
 * session. Who waited looks first whether another tab has done it.
 */
async function renew(): Promise<boolean> {
  const locks = globalThis.navigator?.locks;
  const goOn = () =>
    once(
      here("/v1/sessions/refresh", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      }),
    );
  const work = async () => {
    if (await take(await once(here("/v1/me")))) return true;
    const answer = await goOn();
    // Another browser window has just gone on, and the cookies are its new ones by now.
    return take(answer.status === 409 ? await goOn() : answer);
  };
  return locks ? locks.request("pie.session", work) : work();
}

let renewing: Promise<boolean> | undefined;
function renewed(): Promise<boolean> {
  renewing ??= renew().finally(() => {
    renewing = undefined;
  });
  return renewing;
}

const isCsrf = async (response: Response) =>
  response.status === 403 &&
  (
    (await response
      .clone()
      .json()
      .catch(() => ({}))) as { code?: string }
  ).code === "csrf";

/**
 * `fetch` for the API: the session's cookie and CSRF text go along, a limit is waited for, an access token that has
 * run out is renewed once, and when that does not help the session is over.
 */
export async function send(request: Request): Promise<Response> {
  const signsIn = /^\/v1\/(sign-in|sessions)/.test(new URL(request.url).pathname);
  let response = await once(request);
  for (let waits = 0; response.status === 429 && waits < MOST_WAITS; waits += 1) {
    const ms = retryAfterMs(response.headers.get("retry-after"), Date.now());
    if (ms > LONGEST_WAIT_MS) break;
    await sleep(ms, request.signal);
    response = await once(request);
  }
  if (signsIn) return response;
  if (response.status === 401) {
    if (await renewed()) response = await once(request);
    if (response.status === 401) session.ended();
  } else if (await isCsrf(response)) {
    if (await renewed()) response = await once(request);
  }
  return response;
}
