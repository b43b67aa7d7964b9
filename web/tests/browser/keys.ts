import type { Page } from "playwright-core";

/** Presses Tab until something of that name on the page has the focus: what cannot be reached by keys is not there. */
export async function reach(page: Page, name: RegExp, back = false): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    const at = await page.evaluate(() => {
      const on = document.activeElement as HTMLInputElement | null;
      // Places of the navigation have the names of what is done on them.
      if (!on?.closest("main, dialog")) return "";
      const label = on.labels?.[0]?.textContent ?? "";
      return on.getAttribute("aria-label") ?? (label || (on.textContent ?? ""));
    });
    if (name.test(at.trim())) return;
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
  }
  throw new Error(`Tab does not come to ${name}`);
}

/** Chooses files by keyboard alone. */
export async function choose(page: Page, files: string[]): Promise<void> {
  // Waited for from the start: a key is faster than the word that the chooser is to be left to the test.
  const chooser = page.waitForEvent("filechooser");
  await Promise.all([chooser.then((one) => one.setFiles(files)), press()]);
  async function press() {
    await reach(page, /^Choose files$/);
    await page.keyboard.press("Enter");
  }
}
