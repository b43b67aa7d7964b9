import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { chromium } from "../../scripts/chromium.mjs";
import { root, up } from "./up";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of a `pie up` that has made the demo company and was stopped: each file begins with a copy of it. */
    company: string | undefined;
    /** The browser. */
    chromium: string;
  }
}

/** Once for all files: what a run needs is there, and the demo company is made. */
export default async function prepare(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const browser = chromium();
  if (!browser) throw new Error("no Chromium found: install one, or name it in PIE_CHROMIUM");
  project.provide("chromium", browser);
  if (process.env.PIE_URL && process.env.PIE_DATA) {
    project.provide("company", undefined);
    return undefined;
  }
  if (!existsSync(join(root, "dist/index.html"))) throw new Error("build the pages first: npm run build");
  if (!process.env.PIE_BIN || !existsSync(process.env.PIE_BIN))
    throw new Error("PIE_BIN must name a `pie` binary: PIE_BIN=… npm run test:browser");
  const company = await mkdtemp(join(tmpdir(), "pie-web-company-"));
  if (!process.env.PIE_SPEED) await (await up(company, "small")).end();
  project.provide("company", company);
  return () => rm(company, { recursive: true, force: true });
}
