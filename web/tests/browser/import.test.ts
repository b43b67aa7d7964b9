import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, look, type Pie, shot, start } from "./harness";

let pie: Pie;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pie-import-"));
  pie = await start();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await pie.stop();
});

const SLOW = 180_000;

/** Presses Tab until something of that name has the focus: what cannot be reached by keys is not there. */
async function reach(page: Page, name: RegExp, back = false): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    const at = await page.evaluate(() => {
      const on = document.activeElement as HTMLInputElement | null;
      const label = on?.labels?.[0]?.textContent ?? "";
      return on?.getAttribute("aria-label") ?? (label || (on?.textContent ?? ""));
    });
    if (name.test(at.trim())) return;
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
  }
  throw new Error(`Tab does not come to ${name}`);
}

/** The files of the import that is shown were checked. */
const ready = (page: Page) =>
  page.getByRole("button", { name: /^4?What would change$/ }).waitFor({ timeout: SLOW });

async function choose(page: Page, files: string[]): Promise<void> {
  // Waited for from the start: a key is faster than the word that the chooser is to be left to the test.
  const chooser = page.waitForEvent("filechooser");
  await Promise.all([chooser.then((one) => one.setFiles(files)), press()]);
  async function press() {
    await reach(page, /^Choose files$/);
    await page.keyboard.press("Enter");
  }
}

/** The public files of the issue where this machine has them; else a small export of the same shape. */
async function exported(): Promise<{ files: string[]; deals: number }> {
  const shared =
    process.env.PIE_CRM_FILES ?? join(import.meta.dirname, "../../../../shared/data/crm_opportunities");
  if (existsSync(join(shared, "sales_pipeline.csv"))) {
    const names = ["accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv"];
    return { files: names.map((name) => join(shared, name)), deals: 8800 };
  }
  const rows = Array.from(
    { length: 300 },
    (_, at) =>
      `OPP${at},Ada Nine,Widget,Firm ${at % 20},${["Prospecting", "Engaging", "Won", "Lost"][at % 4]},2025-0${1 + (at % 9)}-11,${at % 4 > 1 ? `2025-1${at % 3}-20` : ""},${at % 4 === 2 ? 900 + at : at % 4 === 3 ? 0 : ""}`,
  );
  const file = join(folder, "sales_pipeline.csv");
  const head = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value";
  await writeFile(file, [head, ...rows].join("\n"));
  return { files: [file], deals: 300 };
}

test(
  "files are chosen, checked, looked at, imported and taken back, by keyboard alone",
  async () => {
    const { files, deals } = await exported();
    const many = new Intl.NumberFormat("en-GB").format(deals);
    const page = await pie.page();
    page.setDefaultTimeout(90_000);
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await page.getByRole("heading", { level: 1, name: "Import" }).waitFor();
    await look(page, "import-empty");
    await choose(page, files);
    await page.getByText(files.length === 1 ? "One file" : `${files.length} files`).waitFor();
    await look(page, "import-chosen");
    await reach(page, /^Where they come from/);
    await page.keyboard.type("opportunities");
    await reach(page, /^Upload and check$/);
    await page.keyboard.press("Enter");

    await page.getByRole("heading", { level: 1, name: "Import of opportunities" }).waitFor();
    await shot(page, "import-checking");
    await ready(page);
    await page.getByRole("table", { name: "Records by kind" }).getByText(many).first().waitFor();
    await look(page, "import-preview");

    await reach(page, /^2?Columns$/, true);
    await page.keyboard.press("Enter");
    await page.getByRole("list", { name: "Columns of sales_pipeline.csv" }).waitFor();
    await look(page, "import-columns");
    await reach(page, /^3?Odd values\d*$/);
    await page.keyboard.press("Enter");
    await page.getByText("What helps").first().waitFor();
    await look(page, "import-odd");
    await reach(page, /^See what would change$/);
    await page.keyboard.press("Enter");
    await page.getByRole("table", { name: "Records by kind" }).waitFor();

    await reach(page, /^Import$/, true);
    // The first of that name from behind is the page's own button, not the place in the navigation.
    await page.keyboard.press("Enter");
    await page
      .getByText(/Being written|Imported/)
      .first()
      .waitFor({ timeout: SLOW });
    await shot(page, "import-writing");
    await page.getByRole("heading", { level: 2, name: "Imported" }).waitFor({ timeout: SLOW });
    await look(page, "import-done");

    await reach(page, /^Undo$/, true);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await shot(page, "import-undo");
    await accessible(page);
    await reach(page, /^Undo the import$/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 2, name: "Taken back" }).waitFor({ timeout: SLOW });
    await look(page, "import-undone");
    await page.goto("/import");
    await page.getByRole("list", { name: "Earlier imports" }).getByText("Undone").first().waitFor();
    await look(page, "import");
  },
  SLOW * 3,
);

test(
  "a column that was taken for something else is put right, odd values say where they are, and what is no table is refused",
  async () => {
    const page = await pie.page();
    page.setDefaultTimeout(90_000);
    const odd = join(folder, "odd.csv");
    await writeFile(
      odd,
      [
        "Deal Id,Deal Name,Amount,Stage,Close Date,Mood",
        "1,First <b>bold</b>,1200.50,Proposal,2026-03-04,good",
        "2,Second,lots,Waiting for the moon,2026-13-45,bad",
        "3,Third,900,Closed Won,2026-02-01,good",
      ].join("\n"),
    );
    const sheet = join(folder, "sheet.xlsx");
    await writeFile(sheet, "not a sheet");
    await page.goto("/import");
    await choose(page, [odd, sheet]);
    await page.getByRole("alert").getByText("Save the sheet as CSV first.").waitFor();
    await page.getByLabel("Where they come from").fill("odd");
    await page.getByRole("button", { name: "Upload and check" }).click();
    await ready(page);
    // What cannot be used is shown first, with what helps on a page and not on a command line.
    await page
      .getByText(/odd\.csv, line 3/)
      .first()
      .waitFor();
    expect(await page.getByRole("main").innerText()).not.toMatch(/--\w/);
    await look(page, "import-odd-values");
    await page.getByRole("button", { name: "What would change", exact: true }).click();
    await page.getByText("First <b>bold</b>").waitFor();
    await page.getByRole("button", { name: /Odd values/ }).click();
    await page.getByRole("button", { name: "Change columns" }).click();
    const mood = page.getByLabel("What Mood means", { exact: true });
    await mood.selectOption("lost_reason");
    const stage = page.getByLabel("What Waiting for the moon means");
    await stage.selectOption("discovery");
    await look(page, "import-columns-changed");
    await page.getByRole("button", { name: "Check again" }).click();
    await page.locator("[aria-current=step]", { hasText: "Odd values" }).waitFor();
    await page.getByRole("button", { name: /^2?Columns$/ }).click();
    expect(await mood.inputValue()).toBe("lost_reason");
    await page.getByRole("button", { name: "What would change", exact: true }).click();
    await page.getByRole("cell", { name: "Discovery", exact: true }).waitFor();
  },
  SLOW * 2,
);
