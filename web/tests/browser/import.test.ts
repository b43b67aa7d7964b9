import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crmFiles, publicCrmFiles } from "./crm-files";
import { accessible, look, type Pie, shot, start } from "./harness";
import { choose, reach } from "./keys";

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

/** The files of the import that is shown were checked. */
const ready = (page: Page) =>
  page.getByRole("button", { name: /^4?What would change$/ }).waitFor({ timeout: SLOW });

test(
  "files are chosen, checked, looked at, imported and taken back, by keyboard alone",
  async () => {
    const { files, deals } = await crmFiles(folder);
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
    await page.getByRole("heading", { level: 2, name: "Taken back", exact: true }).waitFor({ timeout: SLOW });
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

test.skipIf(!publicCrmFiles())(
  "the public CRM opportunities, where this machine has them, come in whole",
  async () => {
    const { files, deals } = publicCrmFiles() ?? expect.fail();
    const page = await pie.page();
    await page.goto("/import");
    await choose(page, files);
    await page.getByLabel("Where they come from").fill("opportunities");
    await page.getByRole("button", { name: "Upload and check" }).click();
    await ready(page);
    await page
      .getByRole("table", { name: "Records by kind" })
      .getByText(new Intl.NumberFormat("en-GB").format(deals))
      .first()
      .waitFor();
    await page.getByRole("main").getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { level: 2, name: "Imported" }).waitFor({ timeout: SLOW });
  },
  SLOW * 3,
);
