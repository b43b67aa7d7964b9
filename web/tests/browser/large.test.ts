import { afterAll, beforeAll, expect, test } from "vitest";
import { type Pie, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

const COUNT = 100_000;

test("a hundred thousand rows scroll to the end, page by page, without a blank row", {
  timeout: 300_000,
}, async () => {
  const page = await pie.page();
  const row = (at: number) => ({
    id: `deal_${at}`,
    name: `Deal number ${at}`,
    company: { id: "company_1", name: "Some company" },
    owner: { id: "person_1", name: "Somebody" },
    stage: "Demo",
    outcome: "open",
    amount: { value: String(at), currency: "EUR" },
    p_win: 0.5,
    close_date: "2026-12-01",
    days_in_stage: 3,
  });
  let pages = 0;
  // Only the size is made up: no demo company has so many. The answers have the API's shape and its pages.
  await page.route("**/v1/deals/search", async (route) => {
    const asked = route.request().postDataJSON() as { cursor?: string; limit: number };
    const from = Number(asked.cursor ?? 0);
    const next = from + asked.limit;
    pages += 1;
    await route.fulfill({
      json: {
        data: Array.from({ length: Math.min(asked.limit, COUNT - from) }, (_, at) => row(from + at)),
        has_more: next < COUNT,
        next_cursor: next < COUNT ? String(next) : null,
        as_of: "2026-11-26T00:00:00Z",
        totals: {
          count: COUNT,
          open: COUNT,
          won: 0,
          lost: 0,
          amounts: [],
          reported: null,
          left_out: 0,
          without_amount: 0,
          weighted: null,
        },
        facets: [],
      },
    });
  });
  await page.goto("/deals");
  await page.getByRole("table", { name: "Deals" }).getByRole("row").nth(3).waitFor();
  const seen = await page.evaluate(async (count) => {
    const scroller = document.querySelector("table")?.parentElement as HTMLElement;
    const frame = () => new Promise<number>(requestAnimationFrame);
    let [blank, frames, slow] = [0, 0, 0];
    const started = performance.now();
    while (performance.now() - started < 240_000) {
      const before = performance.now();
      // Faster than a wheel can be flung: a hundred rows a frame.
      scroller.scrollTop += 3400;
      await frame();
      frames += 1;
      if (performance.now() - before > 100) slow += 1;
      const box = scroller.getBoundingClientRect();
      for (const y of [0.2, 0.5, 0.8]) {
        const hit = document.elementFromPoint(box.left + 60, box.top + box.height * y)?.closest("tr");
        if (hit?.getAttribute("aria-hidden") === "true") blank += 1;
      }
      const last = [...scroller.querySelectorAll("tbody tr[aria-rowindex]")].at(-1);
      if (last?.getAttribute("aria-rowindex") === String(count + 1))
        return { blank, frames, slow, end: true, drawn: scroller.querySelectorAll("tbody tr").length };
    }
    return { blank, frames, slow, end: false, drawn: 0 };
  }, COUNT);
  console.log(
    `${pages} pages, ${seen.frames} frames, ${seen.slow} of them over 100 ms, ${seen.drawn} rows drawn`,
  );
  expect(seen.end).toBe(true);
  expect(seen.blank).toBe(0);
  expect(seen.drawn).toBeLessThan(120);
  expect(pages).toBe(COUNT / 200);
});
