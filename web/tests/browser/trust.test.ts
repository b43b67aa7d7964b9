import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, look, type Pie, shot, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

test("a test on the past can be stopped, and nothing is saved of it", async () => {
  const before = await pie.call<{ data: unknown[] }>("GET", "/v1/backtests");
  const page = await pie.page();
  await page.goto("/trust");
  await page.getByRole("heading", { level: 1, name: "Trust" }).waitFor();
  if (before.data.length === 0) {
    await page.getByText("Not tested yet").waitFor();
    await page.getByText("What its effects rest on").waitFor();
    await look(page, "trust-empty");
  }
  await page.getByRole("button", { name: "Test it on the past" }).first().click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/was stopped\. Nothing was saved\./).waitFor();
  await accessible(page);
  await page.getByRole("button", { name: "Put away" }).click();
  const after = await pie.call<{ data: unknown[] }>("GET", "/v1/backtests");
  expect(after.data.length).toBe(before.data.length);
}, 120_000);

test("a test on the past shows how far it is, is found again after a reload, and is read by keyboard", async () => {
  const page = await pie.page();
  await page.goto("/");
  await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await page.getByRole("heading", { level: 1, name: "Trust" }).waitFor();
  await page.getByRole("button", { name: "Test it on the past" }).first().waitFor();
  await page.keyboard.press("t");
  const status = page.getByRole("status").filter({ hasText: "The test on the past" });
  await status.waitFor();
  await page.reload();
  await page
    .getByRole("status")
    .filter({ hasText: /The test on the past (waits|is under way)/ })
    .waitFor();
  await shot(page, "trust-running");
  await accessible(page);
  await page.getByText("The test is done: this is what it says.").waitFor({ timeout: 500_000 });
  await page.getByRole("button", { name: "Put away" }).click();
  const compared = page.getByRole("table", { name: "Methods compared" });
  await compared.waitFor();
  await page.getByText("It knows more than one number for all").waitFor();
  await page.getByText("What its effects rest on").waitFor();
  await look(page, "trust", () => compared.waitFor());

  // What is told is what the test said, not something made for the page.
  const { data } = await pie.call<{ data: { id: string }[] }>("GET", "/v1/backtests");
  const { says } = await pie.call<{
    says: { predictions: number; deals: number; origins: { won: number; interval80: number[] }[] };
  }>("GET", `/v1/backtests/${data[0]?.id}`);
  const tested = page.getByRole("region", { name: "What was tested" });
  const number = (value: number) => value.toLocaleString("en-GB");
  expect(await tested.textContent()).toContain(number(says.predictions));
  expect(await tested.textContent()).toContain(`${number(says.deals)} deals`);
  const inside = says.origins.filter(
    ({ won, interval80: [low = 0, high = 0] }) => won >= low && won <= high,
  ).length;
  await page.getByText(`80% intervals held on ${inside} of ${says.origins.length} days`).waitFor();
}, 600_000);
