import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessible, look, type Pie, shot, start } from "./harness";
import { reach } from "./keys";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

const SLOW = 120_000;
const heading = (page: Page, name: string | RegExp) =>
  page.getByRole("main").getByRole("heading", { level: 1, name });

test("the catalogue says what each source brings and needs", async () => {
  const page = await pie.page();
  await page.goto("/connections");
  await heading(page, "Connections").waitFor();
  for (const title of ["Salesforce", "HubSpot", "Pipedrive", "Stripe"]) {
    await page.getByRole("heading", { level: 3, name: title }).waitFor();
  }
  expect(await page.getByText("Sandbox here").count()).toBe(4);
  await look(page, "connections");
});

test("a key that is no good is refused in words; a good one connects, and the sync is watched to its end", async () => {
  const page = await pie.page({ expectErrors: /status of 4\d\d/ });
  await page.goto("/connections");
  await page.getByRole("link", { name: "Try the Stripe sandbox" }).click();
  await heading(page, "Connect Stripe").waitFor();
  await look(page, "connect-key");
  await page.getByLabel("Key of Stripe").fill("rk_test_wrong");
  await page.getByLabel("Name", { exact: true }).fill("Billing");
  await page.getByRole("button", { name: "Try the key and connect" }).click();
  await page.getByRole("alert").waitFor();
  await shot(page, "connect-key-refused");
  await accessible(page);
  await page.getByLabel("Key of Stripe").fill(pie.sandboxKey("stripe"));
  await page.getByRole("button", { name: "Try the key and connect" }).click();
  await heading(page, "Billing").waitFor();
  await shot(page, "connection-first-sync");
  await page.getByText("Up to date", { exact: true }).waitFor({ timeout: SLOW });
  await page.getByRole("list", { name: "Streams" }).getByText("Invoices").waitFor();
  await look(page, "connection-stripe");

  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByText(/lets Pie in/).waitFor();

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();

  await page.getByLabel("Sync every").selectOption("60");
  await page.getByRole("checkbox", { name: "Disputes" }).uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.reload();
  expect(await page.getByLabel("Sync every").inputValue()).toBe("60");
  expect(await page.getByRole("checkbox", { name: "Disputes" }).isChecked()).toBe(false);
});

test("consent in a new tab connects the HubSpot sandbox, and this tab goes on by itself", async () => {
  const page = await pie.page();
  await page.goto("/connections/new/hubspot?sandbox=1");
  await heading(page, "Connect HubSpot").waitFor();
  await look(page, "connect-consent");
  await page.getByRole("button", { name: "Go on to the sandbox" }).click();
  const away = page.getByRole("link", { name: /Go to HubSpot/ });
  await away.waitFor();
  await look(page, "connection-pending");
  const [tab] = await Promise.all([page.context().waitForEvent("page"), away.click()]);
  await tab.getByRole("button", { name: "Allow" }).click();
  // What a program began is asked about once more; a browser comes back to the connection's page.
  await tab.waitForURL(/\/connections\/conn_/);
  await tab.getByRole("list", { name: "Streams" }).waitFor();
  await tab.close();
  const streams = page.getByRole("list", { name: "Streams" });
  await streams.getByText("Companies", { exact: true }).waitFor({ timeout: SLOW });
  await shot(page, "connection-running-light-1280");
  await accessible(page);
  await page.getByText("Up to date", { exact: true }).waitFor({ timeout: SLOW });
  await page.getByText(/^you, /).waitFor();
  await look(page, "connection-hubspot");
});

test("the amount is taken from a field of one's own: first what would change, then saved, then taken back", async () => {
  const page = await pie.page();
  await page.goto("/connections");
  await page.getByRole("main").getByRole("link", { name: "HubSpot", exact: true }).first().click();
  await heading(page, /HubSpot/).waitFor();
  const amount = page.getByLabel("Amount is taken from");
  await amount.waitFor();
  await reach(page, /^Amount is taken from$/);
  await page.keyboard.type("committed_arr");
  expect(await amount.inputValue()).toBe("from committed_arr");
  await page.getByText(/deals of \d+ would change\.|deals of [\d,]+ would change\./).waitFor();
  const would = page.getByRole("table", { name: "Deals now and then" });
  await would
    .getByText(/cannot be read/)
    .first()
    .waitFor();
  await look(page, "connection-fields", () =>
    amount.evaluate((it) => it.closest("section, .panel, li")?.scrollIntoView({ block: "start" })),
  );
  await look(page, "connection-fields-preview", () =>
    would.evaluate((it) => it.scrollIntoView({ block: "center" })),
  );
  // One of them, to be looked at afterwards.
  const row = would.getByRole("row").nth(1);
  const link = row.getByRole("link");
  const [href, name] = [await link.getAttribute("href"), await link.innerText()];
  const [now, then] = await row
    .getByRole("cell")
    .allInnerTexts()
    .then((cells) => cells.slice(-2));
  expect(then).not.toBe(now);
  await reach(page, /^Save and map again$/);
  await page.keyboard.press("Enter");
  await page.getByText("Saved. All that was read is mapped again.").waitFor();
  await page.getByText("from committed_arr", { exact: true }).waitFor();
  const note = /From the custom field “committed_arr”; HubSpot(’s own amount is| gives no amount of its own)/;
  /** Opens the deal, once it says the amount, and where it is taken from or nothing of it. */
  const shows = async (amount: string, isTaken: boolean) => {
    const mapped = page.getByRole("heading", { name: "Mapping again what was read" });
    await mapped.waitFor({ state: "detached", timeout: SLOW });
    const deal = await pie.page();
    const said = async () => {
      await deal.goto(href ?? "");
      await heading(deal, name).waitFor();
      const figures = await deal.getByRole("region", { name: "Figures" }).innerText();
      return [figures.includes(amount), note.test(figures)];
    };
    await expect.poll(said, { timeout: SLOW }).toEqual([true, isTaken]);
    return deal;
  };
  const deal = await shows(then ?? "", true);
  await look(deal, "deal-taken", () => deal.getByRole("heading", { name: "People" }).waitFor());
  await deal.getByRole("tab", { name: "History and data" }).click();
  await deal.getByRole("tabpanel").getByText(note).waitFor();
  await look(deal, "deal-taken-history", () => deal.getByRole("heading", { name: "Company" }).waitFor());
  await amount.selectOption("own");
  await page.getByText(/Amount as HubSpot says: [\d,]+ would change/).waitFor();
  await page.getByRole("button", { name: "Save and map again" }).click();
  await page.getByText("HubSpot’s own", { exact: true }).first().waitFor();
  await shows(now ?? "", false);
});

test("a run is stopped, and a disconnect says what goes and what stays", async () => {
  const page = await pie.page();
  await page.goto("/connections");
  await page.getByRole("link", { name: "Try the Pipedrive sandbox" }).click();
  await page.getByRole("radio", { name: /^A key/ }).check();
  await page.getByLabel("Key of Pipedrive").fill(pie.sandboxKey("pipedrive"));
  await page.getByLabel("Name", { exact: true }).fill("Pipedrive for a moment");
  await page.getByRole("button", { name: "Try the key and connect" }).click();
  await heading(page, "Pipedrive for a moment").waitFor();
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  await stop.click({ timeout: SLOW });
  await page
    .getByText(/Stopping|was stopped/)
    .first()
    .waitFor({ timeout: SLOW });
  await shot(page, "connection-stopping");

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Disconnect" }).click();
  const dialog = page.getByRole("dialog", { name: "Disconnect Pipedrive for a moment?" });
  await dialog.getByRole("radio", { name: /Goes as well/ }).check();
  expect(await dialog.getByRole("button", { name: "Disconnect and erase" }).isDisabled()).toBe(true);
  await look(page, "connection-disconnect");
  await dialog.getByLabel(/Type Pipedrive/).fill("Pipedrive for a moment");
  await dialog.getByRole("button", { name: "Disconnect and erase" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("Disconnected", { exact: true }).waitFor();
});

test("a stage is given a meaning: first what would change, then saved, then taken back", async () => {
  const page = await pie.page();
  await page.goto("/connections");
  await page.getByRole("link", { name: "What stages mean" }).click();
  await heading(page, "What stages mean").waitFor();
  // Other tests may have brought pipelines of their own.
  const own = page.getByLabel("Pipeline", { exact: true });
  const stage = page.getByLabel("What Verbal Yes means");
  await stage.or(own).first().waitFor();
  if (!(await stage.isVisible())) {
    const option = own.getByRole("option", { name: /^New Business: 1 stage/ }).first();
    await own.selectOption((await option.getAttribute("value")) ?? "");
  }
  const negotiation = page.getByLabel("What Negotiation means");
  await negotiation.selectOption("closed_won");
  await page.getByText(/in it count as closed won from then on/).waitFor();
  await look(page, "stages");
  await page.getByRole("button", { name: "Leave it" }).click();
  expect(await negotiation.inputValue()).toBe("negotiation");
  await stage.selectOption("negotiation");
  await page.getByText("No deal is in it now.").waitFor();
  await page.getByRole("button", { name: "Save 1 change" }).click();
  await page.getByText("you said so").waitFor();
  expect(await stage.inputValue()).toBe("negotiation");
  await stage.selectOption("back");
  await page.getByText(/your word is taken back/).waitFor();
  await page.getByRole("button", { name: "Save 1 change" }).click();
  await page.getByText("nobody said").waitFor();
});
