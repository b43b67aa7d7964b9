import { afterAll, beforeAll, expect, test } from "vitest";
import { look, type Pie, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

const table = /^Money, period by period/;

test("money by week, month and quarter, in every theme and width", async () => {
  const page = await pie.page();
  await page.goto("/cash-flow");
  await page.getByRole("table", { name: table }).waitFor();
  await look(page, "cash-flow");
  for (const by of ["Weeks", "Quarters"]) {
    await page.getByRole("button", { name: by }).click();
    const name = `Money by ${by.toLowerCase().slice(0, -1)}`;
    await page.getByRole("heading", { level: 2, name }).waitFor();
    await page.getByRole("img", { name: new RegExp(`^${name}`) }).waitFor();
  }
  await look(page, "cash-flow-quarters");
});

test("orders received, in days one chooses", async () => {
  const page = await pie.page();
  await page.goto("/cash-flow");
  await page.getByRole("table", { name: table }).waitFor();
  await page.getByRole("tab", { name: "Money in" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("heading", { level: 2, name: "Orders" }).waitFor();
  await look(page, "cash-flow-orders");
  await page.getByLabel("From").fill("2020-01-01");
  await page.getByText(/^Won from 1 Jan 2020 to [^;]*$/).waitFor();
  expect(new URL(page.url()).searchParams.get("from")).toBe("2020-01-01");
  await page.getByRole("button", { name: "This quarter" }).click();
  await page.getByText(/^Won from 1 Jan 2020 to [^;]*$/).waitFor({ state: "detached" });
});

test("what is in no period leads to as many deals", async () => {
  const page = await pie.page();
  await page.goto("/cash-flow");
  const link = page.getByRole("link", { name: /open deals?$/ }).first();
  const count = Number.parseInt((await link.textContent()) ?? "", 10);
  await link.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Pipeline" }).waitFor();
  await page
    .getByRole("region", { name: "Totals of this filter" })
    .getByText(String(count), { exact: true })
    .first()
    .waitFor();
});
