import { afterAll, beforeAll, expect, test } from "vitest";
import { look, type Pie, settled, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

test("owners are compared, with intervals, in every theme and width", async () => {
  const page = await pie.page();
  await page.goto("/owners");
  await page.getByRole("table", { name: "Key figures of the owners" }).waitFor();
  await look(page, "owners");
  await page.getByRole("tab", { name: "Rules" }).click();
  await page
    .getByRole("button", { name: /^Show \d+ deals?/ })
    .first()
    .click();
  await page.getByRole("table", { name: /^Deals that break/ }).waitFor();
  await look(page, "owners-rules");
});

test("by keyboard: another order, another span, and the deals behind an owner", async () => {
  const page = await pie.page();
  await page.goto("/");
  await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  const table = page.getByRole("table", { name: "Key figures of the owners" });
  await table.waitFor();
  await table.getByRole("button", { name: "Win rate" }).focus();
  await page.keyboard.press("Enter");
  await table.getByRole("columnheader", { name: "Win rate" }).waitFor();
  expect(await table.getByRole("columnheader", { name: "Win rate" }).getAttribute("aria-sort")).toBe(
    "descending",
  );
  expect(new URL(page.url()).searchParams.get("sort")).toBe("-win_rate");

  await page.getByLabel("Closed deals of the last").selectOption({ label: "90 days" });
  await page.getByText(/deals closed since/i).waitFor();
  // The owners of the other span stand in another order.
  await settled(page);
  expect(new URL(page.url()).searchParams.get("since")).toMatch(/^\d{4}-\d{2}-\d{2}$/);

  // What stands beside an owner is what the pipeline shows of them.
  const first = table.getByRole("row").nth(1);
  const open = Number.parseInt(
    (await first
      .getByText(/^\d+ deals?$/)
      .first()
      .textContent()) ?? "",
    10,
  );
  await first.getByRole("link").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Pipeline" }).waitFor();
  await page
    .getByRole("region", { name: "Totals of this filter" })
    .getByText(String(open), { exact: true })
    .first()
    .waitFor();
});
