import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render, screen, within } from "@testing-library/react";
import user from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { makeQueryClient } from "@/api/query-client";
import { makeRouter } from "@/app/router";
import { answers, json, problem } from "../render";

const me = {
  tenant: "t",
  principal: "p",
  role: "ae",
  scopes: ["read", "write"],
  sees_all: false,
  sees_people: 1,
  csrf: "x",
};
const row = (at: number, more: object = {}) => ({
  id: `deal_${at}`,
  name: `Deal ${at}`,
  company: { id: "company_1", name: "Fjord Stores" },
  owner: { id: "person_1", name: "Ada" },
  stage: "Demo",
  outcome: "open",
  amount: { value: "1234.50", currency: "EUR" },
  p_win: 0.4,
  probability: 0.8,
  close_date: "2026-12-01",
  days_in_stage: 3,
  forecast_category: null,
  next_step: null,
  next_step_due: null,
  ...more,
});
const totals = (count: number, more: object = {}) => ({
  count,
  open: count,
  won: 0,
  lost: 0,
  amounts: [{ value: "2469.00", currency: "EUR" }],
  reported: { value: "2469.00", currency: "EUR" },
  left_out: 0,
  without_amount: 0,
  weighted: { amount: { value: "987.6", currency: "EUR" }, by_model: count, by_source: 0, without_chance: 0 },
  ...more,
});
const list = (rows: object[], more: object = {}) => ({
  data: rows,
  has_more: false,
  next_cursor: null,
  as_of: "2026-11-26T00:00:00Z",
  totals: totals(rows.length),
  facets: [
    {
      field: "stage",
      values: [{ value: "Demo", label: "Demo", count: 2 }],
      without: 1,
      more_values: 0,
      more_deals: 0,
    },
  ],
  ...more,
});

beforeEach(() => localStorage.clear());

function open(at: string, replies: Record<string, unknown>) {
  const asked = answers({
    "GET /v1/me": me,
    "GET /v1/views": { data: [] },
    "GET /v1/pipelines": { data: [] },
    ...replies,
  });
  const client = makeQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } });
  const router = makeRouter(client, createMemoryHistory({ initialEntries: [at] }));
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  const bodies = () =>
    Promise.all(
      asked.filter((request) => request.url.endsWith("/search")).map((request) => request.clone().json()),
    );
  return { router, asked, bodies };
}
const figures = () => screen.findByRole("region", { name: "Totals of this filter" });

describe("the pipeline", () => {
  test("asks for the open deals, the largest first, and shows what the server counted", async () => {
    const { bodies } = open("/deals", {
      "POST /v1/deals/search": list([row(1), row(2)], {
        totals: totals(1234, { won: 3, without_amount: 4 }),
      }),
    });
    const shown = await figures();
    expect(within(shown).getByText("1,234")).toBeDefined();
    expect(within(shown).getByText("4 deals without amount")).toBeDefined();
    expect((await bodies())[0]).toMatchObject({
      filter: { outcome: { eq: "open" } },
      sort: "-amount",
      limit: 200,
    });
    expect(within(screen.getByRole("table", { name: "Deals" })).getAllByText("€1,234.50")).toHaveLength(2);
    expect(screen.getByText("26 Nov 2026, 00:00", { exact: false })).toBeDefined();
  });

  test("names whose chance it is", async () => {
    open("/deals", {
      "POST /v1/deals/search": list([
        row(1),
        row(2, { p_win: null }),
        row(3, { p_win: null, probability: null }),
      ]),
    });
    const rows = within(await screen.findByRole("table", { name: "Deals" })).getAllByRole("row");
    expect(rows.slice(1).map((each) => within(each).getAllByRole("cell")[5]?.textContent)).toEqual([
      "40%",
      "80% source",
      "–",
    ]);
  });

  test("that cannot be reached says so, and asks again", async () => {
    let tries = 0;
    open("/deals", {
      "POST /v1/deals/search": () =>
        ++tries === 1 ? problem(500, "internal", { detail: "It broke." }) : json(list([row(1)])),
    });
    expect((await screen.findByRole("alert")).textContent).toContain("It broke.");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Deal 1")).toBeDefined();
  });

  test("keeps its rows when the next page fails, and goes on when asked", async () => {
    let tries = 0;
    open("/deals", {
      "POST /v1/deals/search": async (request: Request) => {
        const { cursor } = (await request.json()) as { cursor?: string };
        if (!cursor) return json(list([row(1)], { has_more: true, next_cursor: "next", totals: totals(2) }));
        tries += 1;
        return tries === 1 ? problem(503, "unavailable", { detail: "Not now." }) : json(list([row(2)]));
      },
    });
    expect(await screen.findByText("Not now.")).toBeDefined();
    expect(screen.getByText("Deal 1")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Deal 2")).toBeDefined();
    expect(screen.getByText("Deal 1")).toBeDefined();
  });

  test("of a filter that fits nothing offers to clear it; of no deals at all, to bring some in", async () => {
    open("/deals", { "POST /v1/deals/search": list([]) });
    expect(await screen.findByText("No deal fits")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Clear all conditions" }));
    expect(await screen.findByText("No deals yet")).toBeDefined();
    expect(screen.getByRole("button", { name: "Connect a source" })).toBeDefined();
  });

  test("of conditions that are none says which, and offers to clear them", async () => {
    const errors = [
      { pointer: "/filter/amount/gte", code: "bad_value", message: '"abc" is no number; use 10000' },
    ];
    const { router } = open("/deals?filter%5Bamount%5D%5Bgte%5D=abc", {
      "POST /v1/deals/search": async (request: Request) =>
        Object.keys(((await request.json()) as { filter: object }).filter).length > 0
          ? problem(422, "invalid_body", { errors })
          : json(list([row(1)])),
    });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe('Amount: "abc" is no number.');
    await user.click(screen.getByRole("button", { name: "Clear all conditions" }));
    await screen.findByText("Deal 1");
    expect(router.state.location.searchStr).not.toContain("amount]");
  });
  test("offers no export to who may not", async () => {
    open("/deals", { "POST /v1/deals/search": list([row(1)]) });
    await screen.findByText("Deal 1");
    expect(screen.queryByRole("button", { name: "Export" })).toBeNull();
  });

  test("asks what a facet is pressed for, and tells it in the address", async () => {
    const { router, bodies } = open("/deals", { "POST /v1/deals/search": list([row(1)]) });
    await user.click(await screen.findByRole("button", { name: "Stage" }));
    await user.click(await screen.findByRole("checkbox", { name: "Demo" }));
    await screen.findByRole("button", { name: "Remove Stage: Demo" });
    expect((await bodies()).at(-1)).toMatchObject({
      filter: { stage: { eq: "Demo" }, outcome: { eq: "open" } },
    });
    expect(router.state.location.searchStr).toContain("filter%5Bstage%5D=Demo");
    await user.click(screen.getByRole("checkbox", { name: "None" }));
    await screen.findByRole("button", { name: "Remove Stage: none" });
    expect((await bodies()).at(-1)).toMatchObject({ filter: { stage: { exists: "false" } } });
  });

  test("changes a next step against the version that was read", async () => {
    const own = { forecast_category: null, next_step: null, next_step_due: null, note: null, visible_to: [] };
    const deal = { id: "deal_1", own };
    const { asked } = open("/deals", {
      "POST /v1/deals/search": list([row(1)]),
      "GET /v1/deals/deal_1": () => json(deal, 200, { etag: '"7-x"' }),
      "PATCH /v1/deals/deal_1": () =>
        json({ ...deal, own: { ...own, next_step: "Call" } }, 200, { etag: '"8-x"' }),
    });
    await user.click(await screen.findByRole("button", { name: "Next step of Deal 1: none. Change" }));
    await user.type(screen.getByRole("textbox", { name: "Next step of Deal 1" }), "Call{Enter}");
    const cell = await screen.findByRole("button", { name: "Next step of Deal 1: Call. Change" });
    expect(document.activeElement).toBe(cell);
    const patches = asked.filter((request) => request.method === "PATCH");
    expect(patches).toHaveLength(1);
    expect(patches[0]?.headers.get("if-match")).toBe('"7-x"');
    expect(patches[0]?.headers.get("x-csrf-token")).toBe("x");
    expect(await patches[0]?.json()).toEqual({ next_step: "Call" });
  });

  test("does not write over what somebody else wrote meanwhile", async () => {
    const own = {
      forecast_category: null,
      next_step: "Theirs",
      next_step_due: null,
      note: null,
      visible_to: [],
    };
    const { asked } = open("/deals", {
      "POST /v1/deals/search": list([row(1)]),
      "GET /v1/deals/deal_1": () => json({ id: "deal_1", own }, 200, { etag: '"8-x"' }),
    });
    await user.click(await screen.findByRole("button", { name: "Next step of Deal 1: none. Change" }));
    await user.type(screen.getByRole("textbox", { name: "Next step of Deal 1" }), "Mine{Enter}");
    expect(await screen.findByText(/was changed in the meantime/)).toBeDefined();
    expect(asked.filter((request) => request.method === "PATCH")).toHaveLength(0);
  });

  test("leaves a cell by Enter that says the same", async () => {
    open("/deals", { "POST /v1/deals/search": list([row(1, { next_step: "Call" })]) });
    const name = "Next step of Deal 1: Call. Change";
    await user.click(await screen.findByRole("button", { name }));
    await user.keyboard("{Enter}");
    expect(document.activeElement).toBe(await screen.findByRole("button", { name }));
    expect(screen.queryByRole("textbox", { name: "Next step of Deal 1" })).toBeNull();
  });

  test("leaves a cell by Escape as it was", async () => {
    const { asked } = open("/deals", { "POST /v1/deals/search": list([row(1)]) });
    await user.click(await screen.findByRole("button", { name: "Next step of Deal 1: none. Change" }));
    await user.type(screen.getByRole("textbox", { name: "Next step of Deal 1" }), "Mine{Escape}");
    const cell = await screen.findByRole("button", { name: "Next step of Deal 1: none. Change" });
    expect(document.activeElement).toBe(cell);
    expect(asked.filter((request) => request.url.includes("/v1/deals/deal_1"))).toHaveLength(0);
  });
});

describe("today", () => {
  const deal = (at: number, code: string) => ({
    id: `deal_${at}`,
    name: `Deal ${at}`,
    company: null,
    owner: null,
    stage: "Demo",
    outcome: "open",
    amount: null,
    expected_close: null,
    days_in_stage: 2,
    last_activity_at: null,
    chance: null,
    reasons: [{ code, text: `because of ${code}` }],
  });
  const listed = (more: object = {}) => ({
    as_of: "2026-11-26T00:00:00Z",
    rule: "The rule.",
    note: null,
    count: 2,
    of: 9,
    amount: { value: "10", currency: "EUR" },
    reasons: { stuck: 1, moved: 1 },
    deals: [deal(1, "stuck"), deal(2, "moved")],
    ...more,
  });

  test("shows one reason, with the count of that reason and no sum that is not of it", async () => {
    open("/", { "GET /v1/insights/today": listed() });
    await user.click(await screen.findByRole("button", { name: "Stuck 1" }));
    expect(screen.queryByText("Deal 2")).toBeNull();
    const shown = screen.getByRole("region", { name: "Totals" });
    expect(within(shown).getByText("1", { selector: "div" })).toBeDefined();
    expect(within(shown).queryByText("Amount")).toBeNull();
    expect(screen.getByText("nobody owns it · Demo")).toBeDefined();
  });

  test("of nothing says so; of no deals at all, how to bring some in", async () => {
    open("/", { "GET /v1/insights/today": listed({ count: 0, deals: [], reasons: {} }) });
    expect(await screen.findByText("Nothing needs you")).toBeDefined();
  });

  test("of no deals at all says how to bring some in", async () => {
    open("/", { "GET /v1/insights/today": listed({ count: 0, of: 0, deals: [], reasons: {} }) });
    expect(await screen.findByText("There are no deals yet")).toBeDefined();
    expect(screen.getByRole("button", { name: "Import files" })).toBeDefined();
  });

  test("asks the server for the reason on the list of all that needs attention", async () => {
    const { asked } = open("/?list=attention", { "GET /v1/insights/attention": listed() });
    await user.click(await screen.findByRole("button", { name: "Stuck 1" }));
    await screen.findByRole("button", { name: "Stuck 1", pressed: true });
    expect(asked.map((request) => new URL(request.url).searchParams.get("reason"))).toContain("stuck");
  });
});
