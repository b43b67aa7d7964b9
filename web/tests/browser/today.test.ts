import { afterAll, beforeAll, expect, test } from "vitest";
import { look, type Pie, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

test("today says what needs somebody, in every theme and width", async () => {
  const page = await pie.page();
  await page.goto("/");
  await page.getByRole("list", { name: "Deals that need somebody" }).waitFor();
  await look(page, "today");
});

test("what is typed as soon as the palette is asked for arrives there", async () => {
  const page = await pie.page();
  const palette = page.waitForResponse(/\/assets\/palette-/);
  await page.goto("/");
  await page.getByRole("list", { name: "Deals that need somebody" }).waitFor();
  await palette;
  await page.waitForLoadState("networkidle");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("schools", { delay: 10 });
  const words = page.getByRole("dialog", { name: "Search and commands" }).getByRole("combobox");
  expect(await words.inputValue()).toBe("schools");
});

test("the palette, the help and the search open by their keys and close by Escape", async () => {
  const page = await pie.page();
  await page.goto("/");
  await page.getByRole("list", { name: "Deals that need somebody" }).waitFor();
  for (const [keys, name] of [
    ["Control+k", "Search and commands"],
    ["/", "Search deals"],
    ["?", "Keyboard shortcuts"],
  ] as const) {
    await page.keyboard.press(keys);
    const dialog = page.getByRole("dialog", { name });
    await dialog.waitFor();
    await look(page, `app-${name.toLowerCase().replaceAll(" ", "-")}`);
    // All of it can be read: what is too long scrolls in the dialog, not behind the edge of the screen.
    expect(await dialog.evaluate((it) => it.getBoundingClientRect().bottom)).toBeLessThanOrEqual(800);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("DIALOG");
});

test("the account menu opens and switches the theme", async () => {
  const page = await pie.page();
  await page.goto("/");
  await page.getByRole("button", { name: "Account" }).click();
  await look(page, "app-account");
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
});
