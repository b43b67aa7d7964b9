import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { Panel } from "@/features/what-if/panel";
import { answers, problem, render } from "../render";

const DEAL = "deal_1";
const deal = {
  id: DEAL,
  name: "Northwind",
  outcome: "open",
  stage: "Demo",
  pipeline: { id: "pipeline_1", name: "New" },
  amount: { value: "1000", currency: "EUR" },
  stakeholders: [{ id: "s", role: "champion", name: "Ada" }],
  as_of: "2026-11-26T00:00:00Z",
  no_forecast: null,
};
const runs = (won: number) => ({
  runs: 100,
  won,
  lost: 100 - won,
  capped: 0,
  p_win: { value: won / 100, se: 0.01, low: won / 100 - 0.02, high: won / 100 + 0.02 },
  days: null,
  days_if_won: null,
  histogram: { width_days: 10, won: [won, 0, 0], lost: [100 - won, 0, 0] },
  best: null,
  worst: null,
  typical: [],
});
const simulation = (scenarios: string[], delta: [number, number, number], more: object = {}) => ({
  id: "simulation_1",
  deal: DEAL,
  as_of: "2026-11-26T00:00:00Z",
  stale: false,
  currency: "EUR",
  runs: 100,
  seed: 1,
  stages: ["Demo"],
  created_by: "member_1",
  created_at: "2026-11-26T08:00:00Z",
  scenarios,
  baseline: { p_win: 0.3, expected_days: 50, p_win_90_days: 0.1, amount: 1000, expected_value: 300 },
  modified: {
    p_win: 0.3 + delta[0],
    expected_days: 50,
    p_win_90_days: 0.1,
    amount: 1000,
    expected_value: 300,
  },
  delta: {
    p_win: { value: delta[0], low: delta[1], high: delta[2] },
    p_win_90_days: 0,
    expected_days: 0,
    expected_value: null,
  },
  simulation: {
    baseline: runs(30),
    modified: runs(30),
    p_win: { value: 0, se: 0, low: 0, high: 0 },
    days: { value: 0, se: 0, low: 0, high: 0 },
    gained: 0,
    forgone: 0,
  },
  evidence: [],
  ...more,
});
const me = {
  principal: "member_1",
  role: "ae",
  scopes: ["read", "simulate"],
  sees_all: false,
  sees_people: 1,
  tenant: "t",
};
const around = {
  "GET /v1/me": me,
  [`GET /v1/deals/${DEAL}`]: deal,
  [`GET /v1/deals/${DEAL}/forecast`]: { p_win: { value: 0.3, low: 0.2, high: 0.4 } },
  [`GET /v1/deals/${DEAL}/recommendations`]: {
    currency: "EUR",
    data: [
      {
        scenario: "increase_touchpoints(2)",
        delta: simulation([], [0.02, -0.05, 0.1]).delta,
        gain: 20,
        evidence: [],
      },
    ],
  },
  "GET /v1/pipelines": {
    data: [
      {
        id: "pipeline_1",
        name: "New",
        stages: [
          { label: "Demo", canonical: "demo", order: 0 },
          { label: "Closed Won", canonical: "closed_won", order: 1 },
        ],
      },
    ],
  },
  "GET /v1/scenarios": { data: [] },
};
const simulates = async (request: Request) => {
  const { scenarios } = (await request.json()) as { scenarios: string[] };
  return Response.json(
    scenarios.length === 0 ? simulation([], [0, 0, 0]) : simulation(scenarios, [0.02, -0.05, 0.1]),
  );
};

describe("what-if on a deal", () => {
  test("a recommendation is one click away, and what is too close says so", async () => {
    const asked = answers({ ...around, "POST /v1/simulations": simulates });
    const { router } = render(<Panel deal={DEAL} />);
    await screen.findByText(/Nothing is changed yet/);
    await userEvent.click(await screen.findByRole("button", { name: /Contact them 2× as often/ }));
    expect(await screen.findByText("Too close to call")).toBeTruthy();
    expect(screen.getByText(/80% interval runs from −5 to \+10 pts/)).toBeTruthy();
    expect(router.state.location.search).toMatchObject({ change: "increase_touchpoints(2)" });
    expect(screen.getByRole<HTMLInputElement>("slider", { name: "Contact them" }).value).toBe("2");
    const bodies = await Promise.all(asked.filter((one) => one.method === "POST").map((one) => one.json()));
    expect(bodies.map((body) => body.scenarios)).toEqual([[], ["increase_touchpoints(2)"]]);
    expect(
      asked.filter((one) => one.method === "POST").every((one) => one.headers.get("idempotency-key")),
    ).toBe(true);
    // A second press takes it back, and the first answer is still there.
    await userEvent.click(screen.getByRole("button", { name: /Contact them 2× as often/, pressed: true }));
    await screen.findByText(/Nothing is changed yet/);
  });

  test("who is a champion already is told, and closed stages are none to move to", async () => {
    answers({ ...around, "POST /v1/simulations": simulates });
    render(<Panel deal={DEAL} />);
    expect(await screen.findByText(/Ada is one already/)).toBeTruthy();
    const moves = screen.getByRole("combobox", { name: "Move it to" });
    await waitFor(() => expect(moves.textContent).toBe("where it is: Demo"));
  });

  test("a wrong amount is said, and not asked about", async () => {
    const asked = answers({ ...around, "POST /v1/simulations": simulates });
    render(<Panel deal={DEAL} />);
    await userEvent.type(await screen.findByLabelText("Another amount (EUR)"), "12k");
    expect(screen.getByRole("alert").textContent).toContain("Write a number");
    expect(asked.filter((one) => one.method === "POST")).toHaveLength(1);
  });

  test("a kept result says when it is from and runs anew when asked", async () => {
    const asked = answers({
      ...around,
      "POST /v1/simulations": simulates,
      "GET /v1/simulations/simulation_1": simulation(["add_champion"], [0.1, 0.05, 0.2]),
    });
    render(<Panel deal={DEAL} />, "/?result=simulation_1");
    expect(await screen.findByText("This helps")).toBeTruthy();
    expect(screen.getByText(/As it was answered on/).textContent).toContain("to you");
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Win a champion" }).checked).toBe(true);
    expect(asked.filter((one) => one.method === "POST")).toHaveLength(0);
    await userEvent.click(screen.getByRole("button", { name: "Run it on today's data" }));
    expect(await screen.findByText("Too close to call")).toBeTruthy();
  });

  test("a result that is gone offers to run it anew", async () => {
    answers({
      ...around,
      "POST /v1/simulations": simulates,
      "GET /v1/simulations/simulation_1": () => problem(404, "not_found"),
    });
    render(<Panel deal={DEAL} />, "/?result=simulation_1&change=add_champion");
    await userEvent.click(await screen.findByRole("button", { name: "Run it on today's data" }));
    expect(await screen.findByText("Too close to call")).toBeTruthy();
  });

  test("a deal that is over, and one without history, say why", async () => {
    answers({ ...around, [`GET /v1/deals/${DEAL}`]: { ...deal, outcome: "lost" } });
    const over = render(<Panel deal={DEAL} />);
    expect(await screen.findByText("This deal is lost")).toBeTruthy();
    over.unmount();
    answers({
      ...around,
      [`GET /v1/deals/${DEAL}`]: {
        ...deal,
        no_forecast: { code: "not_enough_history", detail: "12 closed deals are too few." },
      },
    });
    render(<Panel deal={DEAL} />);
    expect(await screen.findByText("Not enough history yet")).toBeTruthy();
    expect(screen.getByText("12 closed deals are too few.")).toBeTruthy();
  });

  test("who may not simulate is told what to ask for", async () => {
    answers({ ...around, "GET /v1/me": { ...me, scopes: ["read"] } });
    render(<Panel deal={DEAL} />);
    expect(await screen.findByText(/may read, but not simulate/)).toBeTruthy();
  });
});
