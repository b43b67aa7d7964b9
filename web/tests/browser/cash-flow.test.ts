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

test("every open deal is timed, or said to be left out", async () => {
  const page = await pie.page();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes("/v1/insights/cashflow")),
    page.goto("/cash-flow"),
  ]);
  const { timing } = (await answer.json()) as { timing: { deals: number; left_out: number } };
  const open = await pie.call<{ totals: { count: number } }>("POST", "/v1/deals/search", {
    filter: { outcome: "open" },
    limit: 1,
  });
  expect(timing.deals + timing.left_out).toBe(open.totals.count);
  await page.getByText(`each of ${timing.deals} deals`).waitFor();
});
