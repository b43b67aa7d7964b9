import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, look, type Pie, shot, start } from "./harness";

let pie: Pie;
interface Row {
  id: string;
  name: string;
}
let open: Row;
let won: Row;

beforeAll(async () => {
  pie = await start();
  const first = async (outcome: string) =>
    (
      await pie.call<{ data: Row[] }>("POST", "/v1/deals/search", {
        filter: { outcome },
        sort: "-amount",
        limit: 1,
      })
    ).data[0] as Row;
  [open, won] = [await first("open"), await first("won")];
});
afterAll(() => pie.stop());

const ready = (page: Page, deal: Row) => page.getByRole("heading", { level: 1, name: deal.name }).waitFor();

test("a deal says what it is worth, how likely it is and why", async () => {
  const page = await pie.page();
  await page.goto(`/deals/${open.id}`);
  await ready(page, open);
  await page.getByRole("heading", { name: "Why this chance" }).waitFor();
  await page.getByRole("list", { name: "Stages" }).getByRole("listitem").first().waitFor();
  const told = await pie.call<{ forecast: { reasons: { feature: string }[] } }>(
    "GET",
    `/v1/deals/${open.id}`,
  );
  for (const { feature } of told.forecast.reasons) {
    expect((await page.getByRole("tabpanel").innerText()).toLowerCase()).toContain(feature);
  }
  await look(page, "deal-overview", () => page.getByRole("heading", { name: "People" }).waitFor());
});

test("each view of a deal has its address and is whole", async () => {
  const page = await pie.page();
  for (const [tab, text] of [
    ["timeline", "Timeline"],
    ["graph", "Around this deal"],
    ["history", "From the sources"],
  ] as const) {
    await page.goto(`/deals/${open.id}?tab=${tab}`);
    await page.getByRole("tabpanel").getByRole("heading", { name: text }).waitFor();
    await look(page, `deal-${tab}`);
  }
});

test("tabs go by arrows, and the address follows", async () => {
  const page = await pie.page();
  await page.goto(`/deals/${open.id}`);
  await ready(page, open);
  await page.getByRole("tab", { name: "Overview" }).focus();
  await page.keyboard.press("End");
  await expect.poll(() => new URL(page.url()).searchParams.get("tab")).toBe("history");
  expect(await page.getByRole("tab", { selected: true }).textContent()).toBe("History and data");
});

test("our own fields are changed, and who comes too late is told", async () => {
  const [mine, theirs] = [await pie.page(), await pie.page({ expectErrors: /412/ })];
  for (const page of [mine, theirs]) {
    await page.goto(`/deals/${open.id}`);
    await ready(page, open);
    await page.getByRole("button", { name: "Edit" }).click();
  }
  await mine.getByRole("combobox", { name: "Category" }).selectOption("best_case");
  await mine.getByRole("textbox", { name: "Next step" }).fill("Send the contract");
  await mine.getByRole("textbox", { name: "Note" }).fill("First line\nsecond line");
  await accessible(mine);
  await mine.getByRole("button", { name: "Save" }).click();
  await mine.getByText("Send the contract").waitFor();
  await theirs.getByRole("textbox", { name: "Next step" }).fill("Something else");
  await theirs.getByRole("button", { name: "Save" }).click();
  await theirs.getByRole("alert").getByText("Somebody else changed these fields").waitFor();
  await accessible(theirs);
  await shot(theirs, "deal-too-late");
  await theirs.getByRole("button", { name: "Show theirs" }).click();
  await theirs.getByText("Send the contract").waitFor();
});

test("a won deal has no chance any more and says so", async () => {
  const page = await pie.page();
  await page.goto(`/deals/${won.id}`);
  await ready(page, won);
  await page.getByText("This deal is won").waitFor();
  await look(page, "deal-won");
});

test("a deal that is not there leads back", async () => {
  const page = await pie.page({ expectErrors: /404/ });
  await page.goto("/deals/deal_00000000000000000000000000");
  await page.getByText("This deal is not there").waitFor();
  await accessible(page);
  await shot(page, "deal-missing");
});
