import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import OwnersPage from "@/features/owners/owners-page";
import { answers, render } from "../render";

const me = (role: string) => ({
  tenant: "t",
  principal: "p",
  role,
  scopes: ["read"],
  sees_all: false,
  sees_people: 1,
});

test("who sees only their own deals is told whose page this is, and nothing is asked", async () => {
  const asked = answers({ "GET /v1/me": me("ae") });
  render(<OwnersPage />);
  await screen.findByText("This page compares sellers");
  expect(screen.getByRole("button", { name: "Go to my deals" })).toBeDefined();
  expect(asked.map((request) => new URL(request.url).pathname)).not.toContain("/v1/insights/owners/kpis");
});

test("without owners the page says how they come", async () => {
  const none = { open: 0, won: 0, lost: 0, activities_30_days: 0, overdue: 0, stuck: 0, inactive: 0 };
  answers({
    "GET /v1/me": me("cro"),
    "GET /v1/insights/owners/kpis": {
      as_of: "2026-11-26T00:00:00Z",
      rule: "",
      since: "2025-11-26",
      owners: [],
      total: none,
    },
  });
  render(<OwnersPage />);
  await screen.findByText("No deal has an owner yet");
});

test("a rule's deals open and close by its button, and the rest are asked for", async () => {
  const deal = { id: "deal_1", name: "One", outcome: "open", reasons: [{ code: "late", text: "is late" }] };
  const rule = { id: "late", name: "not late", asks: "not late", of: 3, passed: 1, failed: 2, deals: [deal] };
  const asked = answers({
    "GET /v1/me": me("sales_manager"),
    "GET /v1/insights/compliance": (request: Request) =>
      Response.json({
        as_of: "2026-11-26T00:00:00Z",
        rule: "",
        of: 3,
        compliant: 1,
        rules: [
          request.url.includes("limit=200")
            ? { ...rule, deals: [deal, { ...deal, id: "deal_2", name: "Two" }] }
            : rule,
        ],
      }),
  });
  render(<OwnersPage />, "/owners?tab=rules");
  await userEvent.click(await screen.findByRole("button", { name: /^Show 2 deals that break: not late$/ }));
  await screen.findByRole("link", { name: "One" });
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));
  await screen.findByRole("link", { name: "Two" });
  expect(asked.some((request) => request.url.includes("limit=200"))).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: /^Hide 2 deals/ }));
  expect(screen.queryByRole("link", { name: "One" })).toBeNull();
});
