import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, look, type Pie, shot, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

interface Line {
  label: string;
  deals: number;
}

test("the forecast is read by keyboard, and every figure opens its deals with the same totals", async () => {
  const page = await pie.page();
  await page.goto("/");
  await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.getByRole("heading", { level: 1, name: "Forecast" }).waitFor();
  const table = page.getByRole("table", { name: "Forecast by quarter" });
  await table.waitFor();
  expect(await table.getByRole("row").count()).toBe(5);
  await look(page, "forecast", () => table.waitFor());

  const told = await pie.call<{ owners: Line[]; stages: Line[]; total: Line }>(
    "GET",
    "/v1/forecasts/current?by=quarter&periods=4",
  );
  const pipelines: [number, string][] = [];
  for (const [name, lines] of [
    ["Forecast by owner", told.owners],
    ["Forecast by stage", told.stages],
  ] as const) {
    const line = lines[0];
    if (!line) throw new Error(`${name} has no lines`);
    const row = page.getByRole("table", { name }).getByRole("button", { name: new RegExp(`^${line.label}`) });
    await row.focus();
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: `Deals behind ${line.label}` });
    await sheet.getByText(new RegExp(`^${line.deals} deals`)).waitFor();
    const rows = await sheet.getByRole("table").getAttribute("aria-rowcount");
    expect(Number(rows) - 1, `deals of ${line.label}`).toBe(line.deals);
    await shot(page, `forecast-${name.split(" ").at(-1)}-deals`);
    await accessible(page);
    const inPipeline = await sheet
      .getByRole("link", { name: "Open them in the pipeline" })
      .getAttribute("href");
    pipelines.push([line.deals, inPipeline ?? ""]);
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    // The focus is where it was.
    expect(await row.evaluate((element) => element === document.activeElement)).toBe(true);
  }
  await page.getByRole("button", { name: "Months" }).click();
  await page.getByRole("table", { name: "Forecast by month" }).waitFor();
  expect(page.url()).toContain("by=month");
  for (const [deals, address] of pipelines) {
    await page.goto(address);
    await expect
      .poll(async () => Number(await page.getByRole("table").first().getAttribute("aria-rowcount")) - 1)
      .toBe(deals);
  }
});

test("what changed between two days adds up and opens the deals", async () => {
  const page = await pie.page();
  await page.goto("/forecast?tab=changes");
  await page.getByText("Last 30 days").click();
  const won = page.getByRole("button", { name: /^Won/ });
  await won.waitFor();
  await look(page, "forecast-changes", () => won.waitFor());
  await won.click();
  const sheet = page.getByRole("dialog", { name: /^Won: \d+ deals/ });
  const count = Number(
    /(\d+) deals/.exec((await sheet.getByRole("heading").first().textContent()) ?? "")?.[1],
  );
  expect(await sheet.getByRole("list", { name: "Won" }).getByRole("listitem").count()).toBe(count);
  await accessible(page);
  await page.keyboard.press("Escape");
  // What stood open at the start is listed as well, and is as many as its bar says.
  await page.getByRole("button", { name: /^Open .* deals$/ }).click();
  const before = page.getByRole("dialog", { name: /^Open .*: \d+ deals/ });
  const stood = Number(
    /(\d+) deals/.exec((await before.getByRole("heading").first().textContent()) ?? "")?.[1],
  );
  expect(await before.getByRole("listitem").count()).toBe(stood);
  await look(page, "forecast-changes-start");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Amount" }).click();
  await shot(page, "forecast-flow");
  // The end is the pipeline as it is.
  const end = page.getByRole("link", { name: /^Open .* deals$/ });
  const open = Number(/\d+/.exec((await end.getByText(/^\d+ deals$/).textContent()) ?? "")?.[0]);
  await end.click();
  await expect
    .poll(async () => Number(await page.getByRole("table").first().getAttribute("aria-rowcount")) - 1)
    .toBe(open);
  // An address with days the wrong way round says so and asks nothing.
  await page.goto("/forecast?tab=changes&from=2026-11-20&to=2026-11-01");
  await page.getByRole("alert").filter({ hasText: "It lies after the last day." }).waitFor();
  await accessible(page);
});

test("a forecast is saved with progress, and looked at again", async () => {
  const page = await pie.page();
  await page.goto("/forecast");
  const save = page.getByRole("button", { name: "Save this forecast" });
  await save.click();
  await page
    .getByRole("status")
    .filter({ hasText: /The forecast (waits|is under way|is saved)/ })
    .waitFor();
  await shot(page, "forecast-running");
  await page.getByRole("button", { name: "Look at it" }).click();
  await page.getByText("Saved today: nothing can have come of it yet").waitFor();
  expect(page.url()).toContain("saved=forecast_");
  await look(page, "forecast-snapshot", () => page.getByRole("table", { name: /saved forecast/ }).waitFor());
});

test("a saved forecast can be stopped before it is made", async () => {
  const page = await pie.page();
  await page.goto("/forecast");
  await page.getByRole("button", { name: "Save this forecast" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page
    .getByRole("status")
    .filter({ hasText: /was stopped|is saved/ })
    .waitFor();
});
