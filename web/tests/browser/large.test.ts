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
    const scroller = document.querySelector("[role=table]")?.parentElement as HTMLElement;
    const frame = () => new Promise<number>(requestAnimationFrame);
    const rows = () => [...scroller.querySelectorAll("[role=row][data-index]")];
    const blanks = () => {
      const box = scroller.getBoundingClientRect();
      return [0.2, 0.5, 0.8].filter(
        (y) =>
          !document
            .elementFromPoint(box.left + 60, box.top + box.height * y)
            ?.closest("[role=row][data-index]"),
      ).length;
    };
    const reached = () => Number(rows().at(-1)?.getAttribute("data-index") ?? 0) + 1;
    let [blank, frames, slow, most] = [0, 0, 0, 0];
    // Thirty rows a frame, which no wheel does, through the first rows; then from end to end until there is no more.
    while (reached() < count && frames < 20_000) {
      const before = performance.now();
      const flung = reached() < 20_000;
      scroller.scrollTop = flung ? scroller.scrollTop + 1000 : scroller.scrollHeight;
      await frame();
      if (!flung) await frame();
      frames += 1;
      if (performance.now() - before > (flung ? 100 : 200)) slow += 1;
      blank += blanks();
      most = Math.max(most, rows().length);
    }
    return { blank, frames, slow, most, reached: reached() };
  }, COUNT);
  console.log(
    `${pages} pages, ${seen.frames} frames, ${seen.slow} of them slow, at most ${seen.most} rows drawn`,
  );
  expect(seen.reached).toBe(COUNT);
  expect(seen.blank).toBe(0);
  expect(seen.most).toBeLessThan(120);
  expect(pages).toBe(COUNT / 200);
});
