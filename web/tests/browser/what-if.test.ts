import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, look, type Pie, shot, start } from "./harness";

let pie: Pie;
/** An open deal with a fair chance and no champion yet. */
let deal: { id: string; name: string };

interface Found {
  data: { id: string; name: string }[];
}

beforeAll(async () => {
  pie = await start();
  const found = await pie.call<Found>("POST", "/v1/deals/search", {
    filter: { outcome: "open", stage: "Demo", days_in_stage: { lte: 30 } },
    sort: "-amount",
    limit: 20,
    facets: [],
  });
  for (const one of found.data) {
    const help = await pie.call<{ data: { scenario: string }[] }>(
      "GET",
      `/v1/deals/${one.id}/recommendations`,
    );
    if (help.data.some(({ scenario }) => scenario === "add_champion")) {
      deal = one;
      return;
    }
  }
  throw new Error("no open deal without a champion in the demo company");
});
afterAll(() => pie.stop());

/** Names that read as markup are text. */
const SAVED = `Champion & a quick demo <b> ${Date.now()}`;
const verdict =
  /This helps|Too close to call|Sooner, not likelier|No difference|This harms|Later, not less likely/;

test("a deal is found, and two what-ifs are asked, by keyboard alone", async () => {
  const page = await pie.page();
  await page.goto("/");
  await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("w");
  await page.getByRole("heading", { level: 1, name: "What-if" }).waitFor();
  await look(page, "what-if-empty");
  // Tab until the field of the deal has the focus: nothing traps it on the way.
  const field = page.getByRole("combobox", { name: "Deal" });
  for (let tabs = 0; tabs < 40; tabs += 1) {
    if (await field.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type(deal.name);
  await page.getByRole("option", { name: deal.name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: `What if: ${deal.name}` }).waitFor();
  await page.getByText("Nothing is changed yet").waitFor();
  await look(page, "what-if-as-it-is", () => page.getByText("P10").first().waitFor());

  const recommended = page.getByRole("button", { name: /Win a champion/ });
  await recommended.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: verdict }).waitFor();
  await expect.poll(() => page.url()).toContain("add_champion");
  expect(await page.getByRole("checkbox", { name: "Win a champion" }).isChecked()).toBe(true);
  await look(page, "what-if-champion");

  // The second: twice as many touches, with the arrows of a slider. What the history cannot tell is said so.
  const touches = page.getByRole("slider", { name: "Contact them" });
  await touches.focus();
  for (let presses = 0; presses < 2; presses += 1) await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.url()).toContain("increase_touchpoints");
  await page.keyboard.press("r");
  await page.getByText("No changes yet.").waitFor();
  await touches.focus();
  for (let presses = 0; presses < 2; presses += 1) await page.keyboard.press("ArrowRight");
  await page.getByRole("status").filter({ hasText: "Too close to call" }).waitFor();
  await page.getByText("mostly an assumption, not your data").waitFor();
  await look(page, "what-if-too-close");
});

test("a link holds the changes, another the result; a saved scenario is a click on another deal", async () => {
  const page = await pie.page();
  await page.goto(`/what-if/${deal.id}?change=add_champion;accelerate(Demo,10)&runs=2000`);
  await page.getByRole("status").filter({ hasText: verdict }).waitFor();
  expect(await page.getByRole("checkbox", { name: "Win a champion" }).isChecked()).toBe(true);
  expect(await page.getByRole("slider", { name: "By" }).inputValue()).toBe("10");
  expect(await page.getByRole("combobox", { name: "Runs" }).inputValue()).toBe("2000");

  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Share" }).click();
  await accessible(page);
  await page.getByRole("menuitem", { name: /Link to this result/ }).click();
  await page.getByText(/The link is copied/).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/what-if\/deal_.*change=add_champion.*result=simulation_/);
  await page.goto(link);
  await page.getByText(/As it was answered on/).waitFor();
  await shot(page, "what-if-result");
  await accessible(page);
  await page.getByRole("button", { name: "Run it on today's data" }).click();
  await expect.poll(() => page.url()).not.toContain("result=");

  await page.getByRole("button", { name: "Save these changes" }).click();
  const dialog = page.getByRole("dialog", { name: "Save these changes" });
  await dialog.getByLabel("Name").fill(SAVED);
  await accessible(page);
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await page.goto(`/what-if/${deal.id}`);
  await page.getByText("Nothing is changed yet").waitFor();
  await page.getByRole("button", { name: "Saved" }).click();
  await shot(page, "what-if-saved");
  await page.getByRole("button", { name: new RegExp(`^${SAVED}`) }).click();
  await expect.poll(() => page.url()).toContain("add_champion");
  await page.goto("/what-if");
  await page.getByRole("button", { name: `Delete ${SAVED}` }).waitFor();
  await page
    .getByRole("link", { name: new RegExp(deal.name.slice(0, 12)) })
    .first()
    .waitFor();
  await look(page, "what-if");
  await page.getByRole("button", { name: `Delete ${SAVED}` }).click();
  await page.getByText(/is deleted/).waitFor();
});

test("on the deal's own page it is a tab, with its changes in the address too", async () => {
  const page = await pie.page();
  await page.goto(`/deals/${deal.id}?tab=what-if`);
  await page.getByText("Nothing is changed yet").waitFor();
  await page.getByRole("button", { name: /Win a champion/ }).click();
  const said = page.getByRole("status").filter({ hasText: verdict });
  await said.waitFor();
  await expect.poll(() => page.url()).toContain("change=add_champion");
  expect(page.url()).toContain("tab=what-if");
  await look(page, "deal-what-if", () => said.waitFor());
});

test("what cannot be asked says why", async () => {
  const page = await pie.page({ expectErrors: /404|409|422/ });
  const won = await pie.call<Found>("POST", "/v1/deals/search", {
    filter: { outcome: "won" },
    limit: 1,
    facets: [],
  });
  await page.goto(`/what-if/${won.data[0]?.id}`);
  await page.getByText("This deal is won").waitFor();
  await accessible(page);
  await page.goto(`/what-if/${deal.id}?change=set_stage(Nowhere);hack(1)`);
  await page.getByText("One of the changes does not fit this deal").waitFor();
  await page.getByText(/The link held what is no change/).waitFor();
  await shot(page, "what-if-misfit");
  await accessible(page);
  await page.goto(`/what-if/${deal.id}?result=simulation_nothere`);
  await page.getByText("This result is no longer there").waitFor();
  await page.goto("/what-if/deal_nothere");
  await page.getByText("This deal is not there").waitFor();
  await accessible(page);
});
