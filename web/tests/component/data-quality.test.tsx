import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import DataQualityPage from "@/features/data-quality/data-quality-page";
import { answers, problem, render } from "../render";

const report = (more: object = {}) => ({
  as_of: "2026-11-26T00:00:00Z",
  rule: "",
  deals: 10,
  open: 4,
  won: 3,
  lost: 3,
  findings: [],
  zombies: [],
  zombie_rules: [],
  leaks: [],
  ...more,
});
const finding = (kind: string, count: number, examples: string[]) => ({
  kind,
  severity: "warning",
  count,
  of: 4,
  what: `What it is: ${count} of 4 open deals`,
  remedy: "do this",
  examples,
});
const list = (count: number, names: string[]) => ({
  as_of: "2026-11-26T00:00:00Z",
  data: names.map((name) => ({ id: `deal_${name}`, name })),
  totals: { count },
  has_more: false,
});

test("no deals: how they come", async () => {
  answers({ "GET /v1/insights/data-quality": report({ deals: 0, open: 0, won: 0, lost: 0 }) });
  render(<DataQualityPage />);
  await screen.findByText("There are no deals to check yet");
});

test("nothing wrong is said, and that no field leaks", async () => {
  answers({ "GET /v1/insights/data-quality": report() });
  render(<DataQualityPage />);
  await screen.findByText("Nothing is wrong that can be seen");
  screen.getByText(/^None\. No field/);
});

test("a finding opens to its deals, with a link to all of them", async () => {
  answers({
    "GET /v1/insights/data-quality": report({ findings: [finding("missing_amount", 2, ["OP-1"])] }),
    "POST /v1/deals/search": list(2, ["One", "Two"]),
  });
  render(<DataQualityPage />);
  await userEvent.click(await screen.findByRole("button", { name: /^Show 2 deals with: No amount$/ }));
  await screen.findByRole("link", { name: "One" });
  const all = screen.getByRole("link", { name: "See them in the pipeline: 2 deals" });
  expect(decodeURIComponent(all.getAttribute("href") ?? "")).toContain("filter[amount][exists]");
});

test("examples say that they are not all, and a failure can be tried again", async () => {
  let times = 0;
  answers({
    "GET /v1/insights/data-quality": report({ findings: [finding("duplicate_name", 3, ["OP-1"])] }),
    "POST /v1/deals/search": () => {
      times += 1;
      return times === 1 ? problem(500, "internal") : Response.json(list(1, ["One"]));
    },
  });
  render(<DataQualityPage />);
  await userEvent.click(await screen.findByRole("button", { name: /^Show 3 deals/ }));
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await screen.findByRole("link", { name: "One" });
  screen.getByText("1 example of 3: the server names no more of this kind.");
});
