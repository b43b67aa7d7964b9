import { readFile } from "node:fs/promises";
import { request as ask, createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** As strict as it will be where the pages are served for good. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Stands before a `pie up` that does not serve the pages itself: gives them from `dist` under the policy, and passes
 * everything else on. With a key it signs every call, so that screens can be worked on before there are cookies.
 */
export async function front(
  dist: string,
  api: string,
  key: string | undefined,
): Promise<{ url: string; server: Server }> {
  const target = new URL(api);
  const server = createServer(async (incoming, outgoing) => {
    const path = new URL(incoming.url ?? "/", "http://localhost").pathname;
    if (/^\/(v1|api|docs|version|openapi\.json|healthz|readyz)(\/|$)/.test(path)) {
      const headers = {
        ...incoming.headers,
        host: target.host,
        ...(key ? { authorization: `Bearer ${key}` } : {}),
      };
      if (incoming.headers.origin) headers.origin = target.origin;
      const passed = ask(
        { host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      passed.on("error", () => outgoing.destroy());
      incoming.pipe(passed);
      return;
    }
    const file = join(dist, normalize(path));
    const found = file.startsWith(dist) ? await readFile(file).catch(() => undefined) : undefined;
    const body =
      found ?? (path.startsWith("/assets/") ? undefined : await readFile(join(dist, "index.html")));
    if (!body) {
      outgoing.writeHead(404).end();
      return;
    }
    outgoing.writeHead(200, {
      "content-type": found
        ? (TYPES[extname(path)] ?? "application/octet-stream")
        : "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
    });
    outgoing.end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the front has no port");
  return { url: `http://127.0.0.1:${address.port}`, server };
}
