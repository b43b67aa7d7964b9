import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import type { Outcome } from "@/api/forecasts";
import ForecastPage from "@/features/forecast/forecast-page";
import { Comparison } from "@/features/forecast/snapshots-tab";
import { answers, problem, render } from "../render";

const quantiles = (p50: number) => ({
  expected: p50,
  p10: p50 / 2,
  p50,
  p90: p50 * 2,
  simulation_se: 1,
});
const line = (label: string, p50: number, deals = 3) => ({
  label,
  deals,
  open_amount: p50 * 3,
  revenue: quantiles(p50),
  wins: quantiles(2),
});
const forecast = (more: object = {}) => ({
  as_of: "2026-11-26T00:00:00Z",
  stale: false,
  currency: "EUR",
  confidence: "normal",
  evidence: { deals: 90, open: 3, closed: 87, won: 40, lost: 47 },
  periods: [line("2026 Q4", 1000), line("2027 Q1", 2000)],
  owners: Array.from({ length: 14 }, (_, at) => line(`Owner ${at + 1}`, 100)),
  stages: [line("Demo", 3000)],
  total: line("all periods", 3000),
  riskiest: [],
  slipping: [],
  forgotten: { count: 0, amount: 0, expected_in_90_days: 0, share: 0, examples: [] },
  effects: { all: [] },
  unknown: ["Deals that do not exist yet."],
  findings: [],
  ...more,
});
const me = { principal: "m", role: "ae", scopes: ["read", "simulate"], sees_all: false, sees_people: 1 };
const around = {
  "GET /v1/me": me,
  "GET /v1/jobs": { data: [] },
  "GET /v1/forecasts/current": forecast(),
};

describe("the forecast", () => {
  test("says of which deals it is, with its ranges, and lists every owner when asked", async () => {
    answers(around);
    render(<ForecastPage />);
    expect(await screen.findByText("Of the open deals you see.")).toBeTruthy();
    const quarters = await screen.findByRole("table", { name: "Forecast by quarter" });
    expect(within(quarters).getAllByRole("row")).toHaveLength(3);
    expect(within(quarters).getAllByText("€500 to €2k").length).toBeGreaterThan(0);
    const owners = screen.getByRole("table", { name: "Forecast by owner" });
    expect(within(owners).getAllByRole("row")).toHaveLength(10);
    await userEvent.click(screen.getByRole("button", { name: "Show all 14" }));
    expect(within(owners).getAllByRole("row")).toHaveLength(15);
  });

  test("of little history warns, of too little offers nothing false, of no deals says how they come", async () => {
    answers({ ...around, "GET /v1/forecasts/current": forecast({ confidence: "low_confidence" }) });
    const few = render(<ForecastPage />);
    expect(await screen.findByText(/There is little history: 40 deals won and 47 lost/)).toBeTruthy();
    few.unmount();
    answers({
      ...around,
      "GET /v1/forecasts/current": () => problem(422, "not_enough_history", { detail: "3 won, 20 needed." }),
    });
    const none = render(<ForecastPage />);
    expect(await screen.findByText("Not enough history yet")).toBeTruthy();
    none.unmount();
    answers({ ...around, "GET /v1/forecasts/current": forecast({ total: line("all periods", 0, 0) }) });
    render(<ForecastPage />);
    expect(await screen.findByText("No open deals")).toBeTruthy();
  });

  test("a run under way is found, watched to its end, and told", async () => {
    const job = (status: string, more: object = {}) => ({
      id: "job_1",
      kind: "forecast.run",
      status,
      progress: { phase: "forecasting", done: 0, total: null },
      cancel_requested: false,
      result: null,
      created_by: "member_2",
      created_by_name: "Ada Lund",
      ...more,
    });
    let asked = 0;
    answers({
      ...around,
      "GET /v1/jobs": { data: [job("running")] },
      "GET /v1/jobs/job_1": () => {
        asked += 1;
        return Response.json(
          asked === 1
            ? job("running")
            : job("succeeded", { result: { run: null, not_enough_history: "3 won" } }),
        );
      },
    });
    render(<ForecastPage />);
    expect(await screen.findByText("The forecast, begun by Ada Lund, is under way.")).toBeTruthy();
    expect(await screen.findByText(/Nothing was saved: 3 won/, {}, { timeout: 4000 })).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Put away" }));
    expect(screen.queryByText(/Nothing was saved/)).toBeNull();
  });
});

describe("a snapshot against the outcome", () => {
  const eur = (value: string) => ({ value, currency: "EUR" });
  const came: Outcome = {
    as_of: "2026-02-20T00:00:00Z",
    rule: "",
    from: "2026-01-01T00:00:00Z",
    days: 50,
    known: 2,
    won: 1,
    lost: 1,
    open: 0,
    gone: 1,
    expected: { value: 1, low: 0, high: 2 },
    amount: eur("100"),
    amount_expected: eur("95.00"),
    left_out: 0,
    newcomers: 3,
    newcomers_amount: eur("30"),
    periods: [
      {
        label: "2026 Jan",
        start: "2026-01-01",
        end: "2026-02-01",
        state: "ended",
        p10: 50,
        p50: 100,
        p90: 150,
        won: 1,
        amount: eur("100"),
        newcomers: 3,
        newcomers_amount: eur("30"),
        inside: true,
      },
    ],
    deals: [
      { id: "b", name: "Deal b", owner: null, said: 0.9, outcome: "lost", closed_at: null, amount: null },
      {
        id: "a",
        name: "Deal a",
        owner: null,
        said: 0.9,
        outcome: "won",
        closed_at: null,
        amount: eur("100"),
      },
    ],
  };
  test("says what was expected, what came, and what came otherwise", async () => {
    render(<Comparison outcome={came} whole />);
    expect(await screen.findByText(/1 expected by now, 80% interval 0 to 2/)).toBeTruthy();
    expect(screen.getByText("between P10 and P90")).toBeTruthy();
    expect(screen.getByText("1 win, and 3 new")).toBeTruthy();
    expect(screen.getByText(/1 deal of it is not in the data any more/)).toBeTruthy();
    expect(screen.getByRole("link", { name: /Deal b/ }).textContent).toContain("90% to win was said");
    expect(screen.queryByRole("link", { name: /Deal a/ })).toBeNull();
  });
  test("says when nothing can have come of it, and what somebody does not see", async () => {
    const fresh = { ...came, days: 0.3, won: 0, lost: 0, open: 2, gone: 0, deals: [], periods: [] };
    render(<Comparison outcome={fresh} whole={false} />);
    expect(await screen.findByText("Saved today: nothing can have come of it yet")).toBeTruthy();
    expect(screen.getByText(/Sums are told to who sees all deals/)).toBeTruthy();
  });
});
