import { cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect, inject } from "vitest";
import { ARTIFACTS, type Running, type Size, up } from "./up";

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
 *       await shot(page, "pipeline");
 *       await accessible(page);
 *     });
 *
 * `PIE_BIN` names the binary, `PIE_CHROMIUM` the browser if it is not where it is looked for, `PIE_URL` with
 * `PIE_DATA` a `pie up` that runs already (quick while one works on a screen).
 */
export interface Pie {
  /** Where the pages and the API are. */
  readonly url: string;
  /** The key of the demo company, with every right. */
  readonly key: string;
  /** The addresses that can sign in, by role. */
  readonly people: Readonly<Record<string, string>>;
  /** The key of a sandbox, as `pie up` says it. */
  sandboxKey(source: string): string;
  page(options?: PageOptions): Promise<Page>;
  /** A link that signs in as a role, once. */
  link(role: string): Promise<string>;
  /** The code of the newest e-mail to somebody that came after `since`, a time in ms. */
  codeFor(email: string, since: number): Promise<string>;
  /** Asks the API directly, as the demo company's key: to prepare, never instead of looking at the page. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Waits until a job has succeeded. */
  done(job: string): Promise<void>;
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
/** How long a session is used again, well below what an access token is good for. */
const FRESH_MS = 5 * 60_000;

/** A folder of this file's own, with the demo company in it, and a `pie up` on it. */
async function running(size: Size): Promise<Running> {
  if (process.env.PIE_URL && process.env.PIE_DATA) {
    const said = await readFile(join(process.env.PIE_DATA, "..", "up.log"), "utf8").catch(() => "");
    return { api: process.env.PIE_URL, data: process.env.PIE_DATA, said, end: async () => undefined };
  }
  const data = await mkdtemp(join(tmpdir(), "pie-web-"));
  const company = inject("company");
  if (company && size === "small") await cp(company, data, { recursive: true });
  const pie = await up(data, size);
  const end = async () => {
    await pie.end();
    await rm(data, { recursive: true, force: true });
  };
  return { api: pie.api, data, said: pie.said, end };
}

/** The code of the newest e-mail to somebody that came after `since`. */
async function codeFor(data: string, email: string, since: number): Promise<string> {
  const folder = join(data, "aws", "mail");
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    // Beside each e-mail lies what the service was asked, and for a moment a file on its way to its name.
    const mails = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml"));
    const dated = await Promise.all(
      mails.map(async (name) => ({ at: join(folder, name), ms: (await stat(join(folder, name))).mtimeMs })),
    );
    for (const { at } of dated.filter(({ ms }) => ms >= since).sort((a, b) => b.ms - a.ms)) {
      const text = await readFile(at, "utf8");
      const code = /code to sign in to Pie is (\S+)/.exec(text);
      if (text.includes(email) && code?.[1]) return code[1];
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no code for ${email} came into ${folder}`);
}

/** The pages a test has open, and what their consoles complained of. `after-each.ts` closes and judges them. */
const pages: Page[] = [];
const troubles: string[] = [];

/** Ends what a test has left open: takes a picture of each page if it failed, and says what the consoles complained of. */
export async function endOfTest(failed: string | undefined): Promise<readonly string[]> {
  const [open, said] = [pages.splice(0), troubles.splice(0)];
  for (const [at, page] of open.entries()) {
    if (failed) await shot(page, `failed/${failed}-${at + 1}`).catch(() => undefined);
    await page.context().close();
  }
  return said;
}

export async function start(size: Size = "small"): Promise<Pie> {
  const own = await running(size);
  const { api_key: key, members: people } = JSON.parse(
    await readFile(join(own.data, "credentials.json"), "utf8"),
  ) as { api_key: string; members: Record<string, string> };
  const browser: Browser = await chromium.launch({
    executablePath: inject("chromium"),
    args: ["--no-sandbox"],
  });
  const states = new Map<
    string,
    { since: number; state: Awaited<ReturnType<BrowserContext["storageState"]>> }
  >();

  async function link(role: string): Promise<string> {
    const answer = await fetch(`${own.api}/local/sign-in`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ email: people[role] }),
    });
    if (!answer.ok) throw new Error(`no link to sign in as ${role}: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { url: string }).url;
  }

  async function signedIn(role: string) {
    const kept = states.get(role);
    if (kept && Date.now() - kept.since < FRESH_MS) return kept.state;
    const context = await browser.newContext({ baseURL: own.api });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(await link(role));
    await page.getByRole("main").getByRole("heading", { level: 1, name: "Today" }).waitFor();
    const state = await context.storageState();
    await context.close();
    states.set(role, { since: Date.now(), state });
    return state;
  }

  const pie: Pie = {
    url: own.api,
    key,
    people,
    sandboxKey(source) {
      const said = new RegExp(`${source}: \\S+, key (\\S+)`).exec(own.said)?.[1];
      if (!said) throw new Error(`pie up named no key of the sandbox ${source}:\n${own.said}`);
      return said;
    },
    async page({
      as = "admin",
      theme = "light",
      width = 1280,
      height = 800,
      expectErrors,
    }: PageOptions = {}) {
      const context = await browser.newContext({
        baseURL: own.api,
        colorScheme: theme,
        locale: "en-GB",
        reducedMotion: "reduce",
        viewport: { width, height },
        ...(as ? { storageState: await signedIn(as) } : {}),
      });
      const page = await context.newPage();
      pages.push(page);
      page.setDefaultTimeout(PATIENCE);
      page.on("pageerror", (error) => troubles.push(`${page.url()}: ${error}`));
      page.on("console", (line) => {
        if (line.type() === "error" && !expectErrors?.test(line.text()))
          troubles.push(`${page.url()}: ${line.text()}`);
      });
      return page;
    },
    link,
    codeFor: (email, since) => codeFor(own.data, email, since),
    async call<T>(method: string, path: string, body?: unknown) {
      const answer = await fetch(new URL(path, own.api), {
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
    async done(job) {
      for (let status = ""; status !== "succeeded"; await new Promise((later) => setTimeout(later, 100))) {
        ({ status } = await pie.call<{ status: string }>("GET", `/v1/jobs/${job}`));
        if (["failed", "cancelled"].includes(status)) throw new Error(`${job} ${status}`);
      }
    },
    async stop() {
      await browser.close();
      await own.end();
    },
  };
  return pie;
}

/** Waits for what is still on its way: its place is held by a skeleton, and what is about to be replaced is paler. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector("main .opacity-60, main .animate-pulse"));
}

/** Fails on anything axe finds. Call it in every state of a screen that a person can come into. */
export async function accessible(page: Page): Promise<void> {
  await settled(page);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
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
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`), fullPage: false });
}

/** Pictures of the page in light and dark, wide and narrow, and axe's word on each. `ready` waits for the content. */
export async function look(page: Page, name: string, ready?: () => Promise<unknown>): Promise<void> {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await ready?.();
      await settled(page);
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
