import { afterAll, beforeAll, expect, test } from "vitest";
import { look, type Pie, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

test("the process map shows ways, stages, variants and rework, in every theme and width", async () => {
  const page = await pie.page({ height: 1100 });
  await page.goto("/process");
  await page.getByRole("heading", { level: 2, name: "How deals really move" }).waitFor();
  await look(page, "process-map");
  for (const [tab, heading] of [
    ["Stages and time", "Stages"],
    ["Ways they take", /ways? of closed deals/],
    ["Rework and order", "Where the order is left"],
  ] as const) {
    await page.getByRole("tab", { name: tab }).click();
    await page.getByRole("heading", { level: 2, name: heading, exact: true }).waitFor();
    await look(page, `process-map-${tab.toLowerCase().replaceAll(" ", "-")}`);
  }
});

test("by keyboard: to the map, to a stage, to the won deals' ways, and to the open deals behind a figure", async () => {
  const page = await pie.page();
  await page.goto("/");
  await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await page.getByRole("heading", { level: 1, name: "Process map" }).waitFor();

  const stage = page.getByRole("button", { name: /^Proposal / });
  await stage.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "Proposal" }).waitFor();
  expect(new URL(page.url()).searchParams.get("stage")).toBe("Proposal");

  await page.getByRole("button", { name: "Won", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("img", { name: /^Ways of the won deals/ }).waitFor();

  // The count and the list behind it are the same deals.
  const open = page.getByRole("link", { name: /open deals?$/ });
  const count = Number.parseInt((await open.textContent()) ?? "", 10);
  await open.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Pipeline" }).waitFor();
  expect(count).toBeGreaterThan(0);
  await page
    .getByRole("region", { name: "Totals of this filter" })
    .getByText(String(count), { exact: true })
    .first()
    .waitFor();
});
