import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crmFiles } from "./crm-files";
import { accessible, type Pie, shot, start } from "./harness";
import { choose, reach } from "./keys";

let pie: Pie;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pie-walk-"));
  pie = await start();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await pie.stop();
});

const verdict =
  /This helps|Too close to call|Sooner, not likelier|No difference|This harms|Later, not less likely/;

test("from signing in to a mapped stage in one go, without a mouse", async () => {
  const page = await pie.page({ as: null, expectErrors: /401/ });
  const keys = page.keyboard;
  const title = (name: string | RegExp) =>
    page.getByRole("main").getByRole("heading", { level: 1, name }).waitFor();
  const go = async (letters: string, name: string) => {
    for (const letter of letters) await keys.press(letter);
    await title(name);
  };

  // Signing in, with the code of an e-mail.
  await page.goto("/");
  await title("Sign in to Pie");
  const since = Date.now() - 1000;
  await keys.type(pie.people.admin ?? "");
  await keys.press("Enter");
  await page.getByLabel("Code").waitFor();
  await reach(page, /^Code/);
  await keys.type(await pie.codeFor(pie.people.admin ?? "", since));
  await keys.press("Enter");
  await title("Today");

  // Files come in.
  await go("gi", "Import");
  const { files, deals } = await crmFiles(folder);
  await choose(page, files);
  await page.getByText(`${files.length} files`).waitFor();
  await reach(page, /^Where they come from/);
  await keys.type("walk");
  await reach(page, /^Upload and check$/);
  await keys.press("Enter");
  await title("Import of walk");
  await page.getByRole("table", { name: "Records by kind" }).getByText(String(deals)).first().waitFor();
  await reach(page, /^Import$/, true);
  await keys.press("Enter");
  await page.getByRole("heading", { level: 2, name: "Imported" }).waitFor();
  await shot(page, "walk-1-imported");

  // A deal of them is found by its name.
  await keys.press("/");
  await page.getByRole("dialog", { name: "Search deals" }).waitFor();
  await keys.type("TW1005");
  // What Enter opens is what is chosen: the first, once the list is that of the whole name.
  await page.getByRole("option", { selected: true }).filter({ hasText: "TW1005" }).waitFor();
  await keys.press("Enter");
  await title("TW1005");
  await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();
  expect(await page.getByRole("main").innerText()).toContain("Tallowmere 5");

  // Two what-ifs.
  await reach(page, /^Overview$/);
  await keys.press("ArrowRight");
  await page.getByText("Nothing is changed yet").waitFor();
  await reach(page, /^Win a champion/);
  await keys.press("Space");
  const said = page.getByRole("status").filter({ hasText: verdict });
  await said.waitFor();
  await expect.poll(() => page.url()).toContain("add_champion");
  const first = await said.innerText();
  await shot(page, "walk-2-what-if");
  await reach(page, /^Win a champion/);
  await keys.press("Space");
  await page.getByText("Nothing is changed yet").waitFor();
  await reach(page, /^Contact them/);
  await keys.press("ArrowRight");
  await keys.press("ArrowRight");
  await expect.poll(() => page.url()).toContain("increase_touchpoints");
  await said.waitFor();
  await expect.poll(() => said.innerText()).not.toBe(first);

  // The forecast, and how far to trust it.
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await go("gf", "Forecast");
  const quarters = page.getByRole("table", { name: "Forecast by quarter" });
  await quarters.waitFor();
  expect(await quarters.innerText()).toMatch(/P10 to P90/);
  await shot(page, "walk-3-forecast");
  await go("gu", "Trust");
  await page.getByText("What the model does not know").waitFor();
  await page.getByText("Not tested yet").waitFor();
  await accessible(page);

  // A sandbox is connected and watched to its end.
  await go("gn", "Connections");
  await reach(page, /^Try the Stripe sandbox$/);
  await keys.press("Enter");
  await title("Connect Stripe");
  await reach(page, /^Key of Stripe/);
  await keys.type(pie.sandboxKey("stripe"));
  await keys.press("Enter");
  await page.getByRole("list", { name: "Streams" }).getByText("Invoices").waitFor();
  await page.getByText("Up to date", { exact: true }).waitFor();
  await shot(page, "walk-4-connected");

  // What a stage means is changed, and its deals follow.
  await go("gn", "Connections");
  await reach(page, /^What stages mean$/);
  await keys.press("Enter");
  await title("What stages mean");
  const own = page.getByLabel("Pipeline", { exact: true });
  await own.waitFor();
  await reach(page, /^Pipeline$/);
  await keys.type("New Business");
  const stage = page.getByLabel("What Verbal Yes means");
  await stage.waitFor();
  await reach(page, /^What Verbal Yes means$/);
  await keys.type("Nego");
  await page.getByText("No deal is in it now.").waitFor();
  await reach(page, /^Save 1 change$/);
  await keys.press("Enter");
  await page.getByText("you said so").waitFor();
  expect(await stage.inputValue()).toBe("negotiation");
  await shot(page, "walk-5-stages");
});
