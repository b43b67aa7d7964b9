import { afterAll, beforeAll, expect, test } from "vitest";
import { look, type Pie, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

const TABS = [
  ["members", "Members"],
  ["roles", "What each role sees and may"],
  ["keys", "API keys"],
  ["stages", "New Business"],
  ["thresholds", "When a deal needs attention"],
  ["issuers", "Identity providers"],
  ["audit", "Audit log"],
  ["account", "Account"],
] as const;

test.each(TABS)(
  "settings, %s, in every theme and width",
  async (tab, heading) => {
    const page = await pie.page();
    await page.goto(`/settings?tab=${tab}`);
    await page.getByRole("heading", { level: 2, name: heading, exact: true }).waitFor();
    await look(page, `settings-${tab}`);
    // On a telephone nothing of a table is cut, and one sees which part of the settings it is.
    await page.setViewportSize({ width: 390, height: 844 });
    const cut = await page
      .locator("main section[tabindex]")
      .evaluateAll((tables) => tables.filter((table) => table.scrollWidth > table.clientWidth).length);
    expect(cut).toBe(0);
    await expect
      .poll(() =>
        page.getByRole("tab", { selected: true }).evaluate((chosen) => chosen.getBoundingClientRect().right),
      )
      .toBeLessThanOrEqual(390);
  },
  240_000,
);

test("a key is made by keyboard, shown once, and revoked", async () => {
  const page = await pie.page();
  await page.goto("/settings?tab=keys");
  await page.getByRole("button", { name: "Make an API key" }).press("Enter");
  await page.getByLabel("What it is for").fill("a test's");
  await page.getByLabel("What it is for").press("Enter");
  await page.getByRole("dialog", { name: "The key “a test's”" }).waitFor();
  await look(page, "settings-key-shown");
  await page.getByRole("button", { name: "I have kept it" }).press("Enter");
  await page.getByRole("button", { name: "Revoke a test's" }).first().press("Enter");
  await page.getByRole("button", { name: "Revoke the key" }).press("Enter");
  await page
    .getByRole("row", { name: /a test's .*revoked/ })
    .first()
    .waitFor();
}, 240_000);

test("the audit log says that it is whole", async () => {
  const page = await pie.page();
  await page.goto("/settings?tab=audit");
  await page.getByRole("button", { name: "Check that it is whole" }).press("Enter");
  await page.getByText(/^It is whole: \d/).waitFor();
  expect(await page.getByRole("table", { name: "Audit log" }).getByRole("row").count()).toBeGreaterThan(1);
}, 120_000);

test("a threshold is saved and still there after a reload", async () => {
  const page = await pie.page();
  await page.goto("/settings?tab=thresholds");
  const days = page.getByLabel("Inactive after days without contact");
  const before = await days.inputValue();
  const next = before === "21" ? "22" : "21";
  await days.fill(next);
  await page.getByRole("button", { name: "Save the thresholds" }).press("Enter");
  await page.getByText("Saved. Lists and figures follow at once.").waitFor();
  await page.reload();
  expect(await days.inputValue()).toBe(next);
}, 120_000);
