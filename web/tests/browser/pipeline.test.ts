import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessible, look, type Pie, shot, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

const ready = (page: Page) => page.getByRole("table", { name: "Deals" }).getByRole("row").nth(3).waitFor();
const figure = async (page: Page, label: string) =>
  page
    .getByRole("region", { name: "Totals of this filter" })
    .getByText(label, { exact: true })
    .locator("xpath=following-sibling::*[1]")
    .innerText();
interface Found {
  totals: { count: number; amounts: { value: string; currency: string }[] };
  data: { id: string; name: string }[];
}
const search = (body: object) => pie.call<Found>("POST", "/v1/deals/search", body);

describe("the table", () => {
  test("shows the open deals, the largest first, with the totals of all of them", async () => {
    const page = await pie.page();
    await page.goto("/deals");
    await ready(page);
    const said = await search({ filter: { outcome: "open" }, sort: "-amount", limit: 1 });
    expect(await figure(page, "Deals")).toBe(String(said.totals.count));
    expect(await page.getByRole("row").nth(1).innerText()).toContain(said.data[0]?.name);
    await look(page, "pipeline-table", () => ready(page));
  });

  test("counts what a facet says when its value is chosen, and the address keeps it", async () => {
    const page = await pie.page();
    await page.goto("/deals");
    await ready(page);
    await page.getByRole("button", { name: "Stage", exact: true }).first().click();
    const panel = page.getByRole("dialog", { name: "Stage" });
    await panel.waitFor();
    await accessible(page);
    await shot(page, "pipeline-facet");
    await panel.getByRole("checkbox", { name: "Demo" }).check();
    await panel.getByRole("checkbox", { name: "Proposal" }).check();
    await page.keyboard.press("Escape");
    const said = await search({ filter: { outcome: "open", stage: { in: ["Demo", "Proposal"] } }, limit: 1 });
    await expect.poll(() => figure(page, "Deals")).toBe(String(said.totals.count));
    expect(new URL(page.url()).searchParams.get("filter[stage][in]")).toBe("Demo,Proposal");
    await page.reload();
    await ready(page);
    expect(await figure(page, "Deals")).toBe(String(said.totals.count));
    await page.getByRole("button", { name: "Remove Stage: Demo, Proposal" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.has("filter[stage][in]")).toBe(false);
  });

  test("sorts by a header, and says when nothing fits", async () => {
    const page = await pie.page();
    await page.goto("/deals");
    await ready(page);
    await page.getByRole("button", { name: "Deal", exact: true }).click();
    await page.getByRole("button", { name: "Deal", exact: true }).click();
    await expect
      .poll(() => page.getByRole("columnheader", { name: "Deal", exact: true }).getAttribute("aria-sort"))
      .toBe("ascending");
    await page.getByRole("searchbox", { name: /Words/ }).fill("zzzz no such deal");
    await page.getByText("No deal fits").waitFor();
    await accessible(page);
    await shot(page, "pipeline-none");
    await page.getByRole("button", { name: "Clear all conditions" }).click();
    await ready(page);
  });

  test("keeps a next step and a category where they stand, and the deal has them", async () => {
    const page = await pie.page();
    const patches: string[] = [];
    page.on("request", (request) => request.method() === "PATCH" && patches.push(request.postData() ?? ""));
    await page.goto("/deals?sort=-amount&filter%5Boutcome%5D=open");
    await ready(page);
    const row = page.getByRole("row").nth(2);
    // Other values than last time, where the company is kept from one run to the next.
    const step = `Call the buyer, ${Date.now()}`;
    const isCommit = await row.getByRole("button", { name: /^Category of .*: Commit/ }).count();
    const [category, word] = isCommit
      ? (["omitted", /: Omitted/] as const)
      : (["commit", /: Commit/] as const);
    await row.getByRole("button", { name: /^Next step of/ }).click();
    await row.getByRole("textbox", { name: /^Next step of/ }).fill(step);
    await page.keyboard.press("Enter");
    await row.getByRole("button", { name: step }).waitFor();
    await row.getByRole("button", { name: /^Category of/ }).click();
    await row.getByRole("combobox", { name: /^Category of/ }).selectOption(category);
    await row.getByRole("button", { name: word }).waitFor();
    await accessible(page);
    const id = (await row.getByRole("link").getAttribute("href"))?.split("/").at(-1);
    const kept = () => pie.call<{ own: object }>("GET", `/v1/deals/${id}`).then((deal) => deal.own);
    await expect.poll(kept).toMatchObject({ next_step: step, forecast_category: category });
    // Enter takes the input away, and that is no second change.
    await row.getByRole("button", { name: /^Due date of/ }).click();
    await page.keyboard.press("Escape");
    expect(patches).toHaveLength(2);
  });

  test("is walked and opened by keys alone", async () => {
    const page = await pie.page();
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await ready(page);
    const row = (at: number) => page.getByRole("row").nth(at);
    const isAt = (at: number) =>
      expect.poll(() => row(at).evaluate((one) => one === document.activeElement)).toBe(true);
    await row(1).focus();
    await page.keyboard.press("j");
    await isAt(2);
    await page.keyboard.press("ArrowDown");
    await isAt(3);
    const name = await row(3).getByRole("link").innerText();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name }).waitFor();
  });

  test("of all deals scrolls to its end without a blank row", async () => {
    const page = await pie.page();
    await page.goto("/deals?sort=name");
    await ready(page);
    const { totals } = await search({ limit: 1 });
    const blank = await page.evaluate(async (count) => {
      const scroller = document.querySelector("[role=table]")?.parentElement as HTMLElement;
      const frame = () => new Promise(requestAnimationFrame);
      let worst = 0;
      for (let at = 0; at < 2000; at += 1) {
        scroller.scrollTop += 400;
        await frame();
        await frame();
        // Where rows should be seen, is there one? A gap under the pointer is a row that is not drawn.
        const box = scroller.getBoundingClientRect();
        for (const y of [0.3, 0.6, 0.9]) {
          const hit = document
            .elementFromPoint(box.left + 60, box.top + box.height * y)
            ?.closest("[role=row][data-index]");
          if (!hit) worst += 1;
        }
        const last = [...scroller.querySelectorAll("[role=row][data-index]")].at(-1);
        if (
          Number(last?.getAttribute("aria-rowindex")) === count + 1 &&
          scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2
        )
          return { worst, end: true };
      }
      return { worst, end: false };
    }, totals.count);
    expect(blank).toEqual({ worst: 0, end: true });
  });
});

describe("the board", () => {
  test("has a lane a stage, each with its own totals that add up to the filter's", async () => {
    const page = await pie.page();
    await page.goto("/deals?as=board&filter%5Boutcome%5D=open");
    const lanes = page.getByRole("region", { name: "Board" }).getByRole("heading", { level: 2 });
    await lanes.first().waitFor();
    await expect
      .poll(async () => (await page.getByText(/^[\d,]+ deals?, /).allInnerTexts()).length)
      .toBe(await lanes.count());
    const each = await page.getByText(/^[\d,]+ deals?, /).allInnerTexts();
    const sum = each.reduce((all, text) => all + Number(text.split(" ")[0]?.replaceAll(",", "")), 0);
    expect(String(sum)).toBe((await figure(page, "Deals")).replaceAll(",", ""));
    await look(page, "pipeline-board");
  });

  test("by category takes a deal from lane to lane", async () => {
    const page = await pie.page();
    await page.goto("/deals?as=board&group=forecast_category&filter%5Boutcome%5D=open&sort=-amount");
    const none = page.getByRole("region", { name: "None", exact: true });
    const name = await none.getByRole("link").first().innerText();
    await none.getByRole("combobox", { name: `Category of ${name}` }).selectOption("best_case");
    await page.getByRole("region", { name: "Best case" }).getByRole("link", { name }).waitFor();
    await accessible(page);
  });
});

describe("saved views", () => {
  test("are saved, opened, changed and removed", async () => {
    const page = await pie.page();
    await page.goto("/deals?sort=-amount&filter%5Bstage%5D=Demo");
    await ready(page);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("menuitem", { name: "Save as a view…" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Demos");
    await shot(page, "pipeline-save-view");
    await accessible(page);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Demos", exact: true }).waitFor();
    await page.getByRole("button", { name: "Remove Stage: Demo" }).click();
    await page.getByRole("button", { name: "Demos (changed)" }).click();
    await page.getByRole("menuitem", { name: "Demos", exact: true }).click();
    await page.getByRole("button", { name: "Remove Stage: Demo" }).waitFor();
    await page.getByRole("button", { name: "Demos", exact: true }).click();
    await page.getByRole("menuitem", { name: "Remove “Demos”…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove the view" }).click();
    await page.getByRole("button", { name: "Views", exact: true }).waitFor();
  });
});

test("the deals of the filter are taken out as a file", async () => {
  const page = await pie.page();
  await page.goto("/deals?sort=-amount&filter%5Bstage%5D=Demo");
  await ready(page);
  const waiting = page.waitForEvent("download");
  await page.keyboard.press("e");
  const file = await (await waiting).createReadStream();
  let text = "";
  for await (const chunk of file) text += chunk;
  const rows = Number(await figure(page, "Deals").then((said) => said.replaceAll(",", "")));
  expect(text.trim().split("\n").length).toBe(rows + 1);
});
