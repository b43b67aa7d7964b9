import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, type Pie, shot, start } from "./harness";
import { NAUGHTY } from "./naughty";

let pie: Pie;
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const csv = (rows: readonly (readonly string[])[]) => rows.map((row) => row.map(cell).join(",")).join("\n");
const id = (at: number) => `N-${String(at).padStart(3, "0")}`;

/** A file's word for "nothing", and read as that. */
const KEPT = NAUGHTY.filter((text) => text !== "null");

/** What the names are when spaces at their ends, which a source may drop, do not count. */
const plain = (text: string) => text.replaceAll(/[\s\u200b\ufeff]+/g, " ").trim();

beforeAll(async () => {
  pie = await start();
  const at = "2026-06-01T10:00:00Z";
  const files = {
    "deals.csv": csv([
      [
        "deal_id",
        "name",
        "company",
        "amount",
        "currency",
        "pipeline",
        "stage",
        "owner",
        "created_at",
        "lead_source",
      ],
      ...KEPT.map((text, each) => [
        id(each),
        text,
        text,
        "1000",
        "USD",
        "New Business",
        "Demo",
        "naughty@lanternfold.example",
        at,
        "naughty",
      ]),
    ]),
    "contacts.csv": csv([
      ["deal_id", "name", "title", "email", "role"],
      ...KEPT.map((text, each) => [id(0), text, text, `n${each}@naughty.example`, "influencer"]),
    ]),
    "activities.csv": csv([
      [
        "activity_id",
        "deal_id",
        "type",
        "timestamp",
        "participants",
        "outcome",
        "summary",
        "next_steps",
        "objections",
      ],
      ...KEPT.map((text, each) => [
        `NA-${each}`,
        id(0),
        "call",
        at,
        text.replaceAll(";", ","),
        "negative",
        text,
        text,
        text,
      ]),
    ]),
  };
  const made = await pie.call<{ id: string }>("POST", "/v1/imports", { source: "naughty" });
  for (const [name, text] of Object.entries(files)) {
    const answer = await fetch(`${pie.url}/v1/imports/${made.id}/files/${name}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${pie.key}`, "content-type": "application/octet-stream" },
      body: text,
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  }
  for (const step of ["validate", "commit"]) {
    const job = await pie.call<{ id: string }>("POST", `/v1/imports/${made.id}/${step}`);
    await pie.done(job.id);
  }
});
afterAll(() => pie.stop());

async function unharmed(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    ran: (window as unknown as { __broken?: number }).__broken ?? 0,
    foreign: [
      ...document.querySelectorAll(
        "script:not([src]),iframe,img,object,embed,base,math,style,#root link,#root meta",
      ),
    ].map((element) => element.outerHTML.slice(0, 120)),
    handlers: [...document.querySelectorAll("*")].filter((element) =>
      [...element.attributes].some((attribute) => attribute.name.startsWith("on")),
    ).length,
    scripts: [...document.querySelectorAll<HTMLAnchorElement>("a[href]")].filter(
      (link) => !/^https?:$/.test(link.protocol),
    ).length,
  }));
  expect(found).toEqual({ ran: 0, foreign: [], handlers: 0, scripts: 0 });
  expect(new URL(page.url()).origin).toBe(pie.url);
}

test("names are text in the table, the board, the facets and the palette", async () => {
  const page = await pie.page();
  page.on("dialog", (dialog) => expect.fail(`a dialog opened: ${dialog.message()}`));
  await page.goto("/deals?filter%5Bcustom.lead_source%5D=naughty&sort=created_at");
  await page
    .getByRole("table", { name: "Deals" })
    .getByRole("link")
    .nth(KEPT.length - 1)
    .waitFor();
  const shown = (await page.getByRole("table", { name: "Deals" }).getByRole("link").allTextContents()).map(
    plain,
  );
  expect(shown.toSorted()).toEqual(KEPT.map(plain).toSorted());
  await unharmed(page);
  await accessible(page);
  await shot(page, "text-table");

  await page.goto("/deals?filter%5Bcustom.lead_source%5D=naughty&as=board");
  await page.getByRole("region", { name: "Board" }).getByRole("link").first().waitFor();
  await unharmed(page);

  await page.keyboard.press("Control+k");
  const input = page.getByRole("combobox", { name: "Search and commands" });
  await input.fill("window.__broken");
  await page.getByRole("option").filter({ hasText: "__broken" }).first().waitFor();
  await unharmed(page);
  await input.fill('"><script>alert(1)</script>');
  await unharmed(page);
});

test("a deal's name, people, calls and notes are text in each of its views", async () => {
  const page = await pie.page();
  const found = await pie.call<{ data: { id: string }[] }>("POST", "/v1/deals/search", {
    filter: { "custom.lead_source": "naughty", name: KEPT[0] },
    limit: 1,
  });
  const deal = found.data[0]?.id ?? "";
  await page.goto(`/deals/${deal}`);
  await page.getByRole("heading", { level: 1, name: KEPT[0] ?? "", exact: true }).waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  const note = KEPT.join("\n").slice(0, 9000);
  await page.getByRole("textbox", { name: "Note" }).fill(note);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Edit" }).waitFor();
  await expect
    .poll(() =>
      page
        .locator("dd")
        .allTextContents()
        .then((all) => all.some((text) => plain(text) === plain(note))),
    )
    .toBe(true);
  await unharmed(page);
  for (const tab of ["timeline", "graph", "history"]) {
    await page.goto(`/deals/${deal}?tab=${tab}`);
    await page.getByRole("tabpanel").getByRole("heading").first().waitFor();
    if (tab === "timeline") {
      await page.getByRole("button", { name: "Show earlier" }).click();
      await page.getByRole("button", { name: "Show earlier" }).waitFor({ state: "detached" });
      const said = plain((await page.getByRole("tabpanel").textContent()) ?? "");
      for (const text of KEPT) expect(said).toContain(plain(text));
    }
    await unharmed(page);
    await accessible(page);
    await shot(page, `text-deal-${tab}`);
  }
});

test("an address that somebody made up is text too", async () => {
  const page = await pie.page({ expectErrors: /40[04]|422/ });
  for (const address of [
    "/deals?q=%3Cscript%3Ewindow.__broken%3D1%3C%2Fscript%3E",
    "/deals?filter%5B%3Cimg%20src%3Dx%20onerror%3Dwindow.__broken%3D1%3E%5D=1",
    "/deals/%3Csvg%20onload%3Dwindow.__broken%3D1%3E",
    "/?list=%22%3E%3Cscript%3E&reason=%3Cscript%3E",
    "/sign-in?next=javascript:window.__broken=1",
    "/%3Cscript%3Ewindow.__broken=1%3C/script%3E",
  ]) {
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    await unharmed(page);
  }
});
