import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { front } from "./front";

/**
 * A whole Pie for the tests of a file: `pie up` with a demo company in a folder of its own, and a Chromium.
 *
 *     let pie: Pie;
 *     beforeAll(async () => { pie = await start(); });
 *     afterAll(() => pie.stop());
 *
 *     test("…", async () => {
 *       const page = await pie.page({ as: "cro" });
 *       await page.goto("/deals");
 *       await shoot(page, "pipeline");
 *       await accessible(page);
 *     });
 *
 * `PIE_BIN` names the binary, `PIE_CHROMIUM` the browser if it is not where it is looked for, `PIE_URL` with
 * `PIE_DATA` a `pie up` that runs already (quick while one works on a screen).
 */
export interface Pie {
  /** Where the pages are. */
  readonly url: string;
  /** Where the API is. */
  readonly api: string;
  /** The key of the demo company, with every right. */
  readonly key: string;
  /** The addresses that can sign in, by role. */
  readonly people: Readonly<Record<string, string>>;
  /** What `pie up` said, with the sandboxes' addresses. */
  readonly said: string;
  page(options?: PageOptions): Promise<Page>;
  /** A link that signs in as a role, once. */
  link(role: string): Promise<string>;
  /** The code of the newest e-mail to somebody that came after `since`, a time in ms. */
  codeFor(email: string, since: number): Promise<string>;
  /** Asks the API directly, as the demo company's key: to prepare, never instead of looking at the page. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

export interface PageOptions {
  /** A role that signs in: `admin`, `cro`, `sales_manager`, `ae`. Left out, `admin`; `null`, nobody. */
  as?: string | null;
  theme?: "light" | "dark";
  width?: number;
  height?: number;
  /** Console errors that belong to the test, such as the browser's own line about an answer of 404. */
  expectErrors?: RegExp;
}

/** How long a slow machine has for one step, in ms. What is missing is missed after that. */
const PATIENCE = 60_000;
const root = new URL("../../", import.meta.url).pathname;
const CHROMIUMS = [
  process.env.PIE_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

async function up(
  size: "small" | "medium" | "large",
): Promise<{ api: string; data: string; said: string; end: () => Promise<void> }> {
  if (process.env.PIE_URL && process.env.PIE_DATA) {
    const said = await readFile(join(process.env.PIE_DATA, "..", "up.log"), "utf8").catch(() => "");
    return { api: process.env.PIE_URL, data: process.env.PIE_DATA, said, end: async () => undefined };
  }
  const bin = process.env.PIE_BIN;
  if (!bin || !existsSync(bin))
    throw new Error("PIE_BIN must name a `pie` binary: PIE_BIN=… npm run test:browser");
  const data = await mkdtemp(join(tmpdir(), "pie-web-"));
  const web = execFileSync(bin, ["up", "--help"], { encoding: "utf8" }).includes("--web");
  const child: ChildProcess = spawn(
    bin,
    [
      "up",
      "--port",
      "0",
      "--data",
      data,
      "--size",
      size,
      "--color",
      "never",
      ...(web ? ["--web", join(root, "dist")] : []),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  const api = await new Promise<string>((found, fail) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      const at = /up at (http:\/\/\S+)/.exec(said);
      if (at?.[1] && /stops it/.test(said)) found(at[1]);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.on("exit", (status) => fail(new Error(`pie up ended (${status}):\n${said}`)));
  });
  const end = async () => {
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGINT");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(late);
    await rm(data, { recursive: true, force: true });
  };
  return { api, data, said, end };
}

/** The code of the newest e-mail to somebody that came after `since`. */
async function codeFor(data: string, email: string, since: number): Promise<string> {
  const folder = join(data, "aws", "mail");
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const files = await readdir(folder, { recursive: true }).catch(() => []);
    const dated = await Promise.all(
      files.map(async (file) => {
        const at = join(folder, file);
        const about = await stat(at);
        return { at, ms: about.mtimeMs, isFile: about.isFile() };
      }),
    );
    for (const { at } of dated
      // Beside each e-mail lies what the service was asked, where line ends are written out.
      .filter((mail) => mail.isFile && mail.at.endsWith(".eml") && mail.ms >= since)
      .sort((a, b) => b.ms - a.ms)) {
      const text = await readFile(at, "utf8");
      const code = /code to sign in to Pie is (\S+)/.exec(text);
      if (text.includes(email) && code?.[1]) return code[1];
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no code for ${email} came into ${folder}`);
}

export async function start(size: "small" | "medium" | "large" = "small"): Promise<Pie> {
  if (!existsSync(join(root, "dist/index.html"))) throw new Error("build the pages first: npm run build");
  const running = await up(size);
  const { api_key: key, members: people } = JSON.parse(
    await readFile(join(running.data, "credentials.json"), "utf8"),
  ) as { api_key: string; members: Record<string, string> };
  const serves = await fetch(running.api, { headers: { accept: "text/html" } })
    .then((answer) => answer.ok && answer.headers.get("content-type")?.startsWith("text/html"))
    .catch(() => false);
  // A `pie` that serves no pages has no sessions of browsers either: the front signs each call with the key.
  const before = serves ? undefined : await front(join(root, "dist"), running.api, key);
  const url = before?.url ?? running.api;
  const executablePath = CHROMIUMS.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("no Chromium found: name it in PIE_CHROMIUM");
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const states = new Map<string, Awaited<ReturnType<BrowserContext["storageState"]>>>();
  const troubles: string[] = [];

  async function link(role: string): Promise<string> {
    const answer = await fetch(`${running.api}/local/sign-in`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ email: people[role] }),
    });
    if (!answer.ok) throw new Error(`no link to sign in as ${role}: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { url: string }).url;
  }

  async function signedIn(role: string) {
    const kept = states.get(role);
    if (kept) return kept;
    const context = await browser.newContext({ baseURL: url });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(await link(role));
    await page.getByRole("main").getByRole("heading", { level: 1, name: "Today" }).waitFor();
    const state = await context.storageState();
    await context.close();
    states.set(role, state);
    return state;
  }

  return {
    url,
    api: running.api,
    key,
    people,
    said: running.said,
    async page({
      as = "admin",
      theme = "light",
      width = 1280,
      height = 800,
      expectErrors,
    }: PageOptions = {}) {
      const context = await browser.newContext({
        baseURL: url,
        colorScheme: theme,
        locale: "en-GB",
        reducedMotion: "reduce",
        viewport: { width, height },
        ...(as && serves ? { storageState: await signedIn(as) } : {}),
      });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      page.on("pageerror", (error) => troubles.push(`${page.url()}: ${error}`));
      page.on("console", (line) => {
        if (line.type() === "error" && !expectErrors?.test(line.text()))
          troubles.push(`${page.url()}: ${line.text()}`);
      });
      return page;
    },
    link,
    codeFor: (email, since) => codeFor(running.data, email, since),
    async call<T>(method: string, path: string, body?: unknown) {
      const answer = await fetch(new URL(path, running.api), {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return (text ? JSON.parse(text) : undefined) as T;
    },
    async stop() {
      await browser.close();
      before?.server.close();
      before?.server.closeAllConnections();
      await running.end();
      expect(troubles, "what the console complained of").toEqual([]);
    },
  };
}

/** Fails on anything axe finds. Call it in every state of a screen that a person can come into. */
export async function accessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const result = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return result.violations.map(
      (violation) =>
        `${violation.id}: ${violation.help}\n  ${violation.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`).join("\n  ")}`,
    );
  });
  expect(found, page.url()).toEqual([]);
}

/** A picture of the page as it is, in `artifacts/`. */
export async function shot(page: Page, name: string): Promise<void> {
  await mkdir(join(root, "artifacts"), { recursive: true });
  await page.screenshot({ path: join(root, "artifacts", `${name}.png`), fullPage: false });
}

/** Pictures of the page in light and dark, wide and narrow, and axe's word on each. `ready` waits for the content. */
export async function look(page: Page, name: string, ready?: () => Promise<unknown>): Promise<void> {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await ready?.();
      await shot(page, `${name}-${theme}-${width}`);
      await accessible(page);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wide, `${name} at ${width} px scrolls sideways by`).toBeLessThanOrEqual(0);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "light" });
}
