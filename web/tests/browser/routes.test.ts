import { afterAll, beforeAll, expect, test } from "vitest";
import { features } from "@/app/routes";
import { accessible, type Pie, start } from "./harness";

let pie: Pie;
/** What stands for each part of an address. */
const values: Record<string, string> = { source: "hubspot" };
beforeAll(async () => {
  pie = await start();
  const first = async (method: string, path: string, body?: object) =>
    (await pie.call<{ data: { id: string }[] }>(method, path, body)).data[0]?.id ?? expect.fail(path);
  values.deal = await first("POST", "/v1/deals/search", {
    filter: { outcome: "open" },
    sort: "-amount",
    limit: 1,
  });
  values.import = await first("GET", "/v1/imports");
  const made = await pie.call<{ id: string }>("POST", "/v1/connections", {
    source: "stripe",
    auth: { kind: "key", key: pie.sandboxKey("stripe") },
    sandbox: true,
  });
  values.connection = made.id;
});
afterAll(() => pie.stop());

const routes = features.flatMap((feature) => feature.routes);

test.each(routes)("$path has nothing for axe to find, and a heading of its own", async ({ path, open }) => {
  const page = await pie.page({ as: open ? null : "admin", ...(open ? { expectErrors: /401/ } : {}) });
  const address = path.replaceAll(/\$(\w+)/g, (_, name: string) => values[name] ?? expect.fail(name));
  await page.goto(address);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
  expect(new URL(page.url()).pathname).toBe(address);
  expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  await accessible(page);
});

test("an address that is none says so, and leads back", async () => {
  const page = await pie.page();
  await page.goto("/nowhere");
  await page.getByText("There is nothing at this address").waitFor();
  await accessible(page);
  await page.getByRole("link", { name: "Go to today" }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
});

test("pages come under a policy that lets in no script or style but their own", async () => {
  const answer = await fetch(pie.url, { headers: { accept: "text/html" } });
  const policy = answer.headers.get("content-security-policy") ?? "";
  for (const part of ["default-src 'self'", "script-src 'self'", "style-src 'self'", "object-src 'none'"])
    expect(policy).toContain(part);
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(await answer.text()).not.toMatch(/<style|<script(?![^>]+src=)| style=/);
});
