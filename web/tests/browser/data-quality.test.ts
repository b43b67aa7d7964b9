import { afterAll, beforeAll, expect, test } from "vitest";
import { look, type Pie, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

interface Quality {
  findings: { kind: string; count: number }[];
}

test("what was found, in every theme and width", async () => {
  const page = await pie.page();
  await page.goto("/data-quality");
  await page.getByRole("heading", { level: 2, name: "What was found" }).waitFor();
  await look(page, "data-quality");
  await page.getByRole("button", { name: /with: Probably dead$/ }).click();
  await page.getByRole("button", { name: "How long is too long?" }).click();
  await page.getByRole("table", { name: "How long is too long" }).waitFor();
  await look(page, "data-quality-dead");
}, 240_000);

test("every finding opens by keyboard, and what is linked is as many deals as it counts", async () => {
  const { findings } = await pie.call<Quality>("GET", "/v1/insights/data-quality");
  const page = await pie.page();
  await page.goto("/data-quality");
  const buttons = page.getByRole("button", { name: /^Show \d/ });
  await buttons.first().waitFor();
  expect(await buttons.count()).toBe(findings.filter((finding) => finding.kind !== "leak").length);
  for (const finding of findings.filter(({ kind }) => kind !== "leak" && kind !== "zombie")) {
    await page.goto(`/data-quality?open=${finding.kind}`);
    const opened = page.locator(`#finding-${finding.kind}`);
    await opened.getByRole("table").waitFor();
    const links = await opened.getByRole("link", { name: /: \d[\d,]* deals?$/ }).allTextContents();
    const linked = links.map((text) => Number(/: ([\d,]+) deals?$/.exec(text)?.[1]?.replace(",", "")));
    if (linked.length > 0)
      expect([finding.kind, linked.reduce((a, b) => a + b, 0)]).toEqual([finding.kind, finding.count]);
  }
});
