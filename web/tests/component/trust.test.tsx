import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import TrustPage from "@/features/trust/trust-page";
import { answers, problem, render } from "../render";

const scores = (brier: number, behind: [number, number, number]) => ({
  measures: {
    rows: 200,
    brier,
    log_loss: 0.3,
    auc: 0.9,
    ece: 0.01,
    reliability: [
      { count: 100, forecast: 0.1, observed: 0.1 },
      { count: 100, forecast: 0.6, observed: 0.3 },
    ],
  },
  brier: { value: brier, low: brier - 0.01, high: brier + 0.01 },
  crps_days: 3,
  count_error: 0.2,
  count_bias: -0.1,
  amount_error: null,
  behind_model: { value: behind[0], low: behind[1], high: behind[2] },
});
const whole = {
  horizon_days: 30,
  predictions: 200,
  deals: 60,
  origins: [{ at: 20_000, open: 100, won: 20, expected: 18, interval80: [14, 22], interval95: [12, 25] }],
  model: scores(0.07, [0, 0, 0]),
  base_rate: scores(0.08, [0.01, -0.01, 0.02]),
  stage_rate: scores(0.06, [-0.01, -0.02, -0.005]),
  markov: scores(0.1, [0.03, 0.01, 0.04]),
  coverage80: 1,
  coverage95: 1,
  width80: 0.5,
  skill: false,
  verdict: "No skill over the base rate.",
};
const run = {
  id: "backtest_1",
  as_of: "2026-11-26T00:00:00Z",
  created_at: "2026-11-26T08:00:00Z",
  created_by: "m",
};
const around = {
  "GET /v1/me": { principal: "m", role: "cro", scopes: ["read", "simulate"], sees_all: true },
  "GET /v1/jobs": { data: [] },
  "GET /v1/backtests": { data: [run] },
  "GET /v1/backtests/backtest_1": { ...run, whole: true, says: whole },
  "GET /v1/forecasts/current": () => problem(422, "not_enough_history"),
};

test("a model without skill is told so, and no method is called better than its interval says", async () => {
  answers(around);
  render(<TrustPage />);
  expect(await screen.findByText("It knows no more than one number for all")).toBeTruthy();
  const table = screen.getByRole("table", { name: "Methods compared" });
  const row = (name: string) => within(table).getByRole("row", { name: new RegExp(name) }).textContent;
  expect(row("The base rate")).toContain("cannot be told apart");
  expect(row("The stage's rate")).toContain("−17%");
  expect(row("A Markov chain")).toContain("30%");
  expect(screen.getByText("10% too few")).toBeTruthy();
  expect(screen.getByText(/1 of 2 dots touch the line/)).toBeTruthy();
});

test("who does not see all deals gets the verdict, and why there is no more", async () => {
  const { horizon_days, verdict, skill, coverage80, coverage95 } = whole;
  const says = { horizon_days, verdict, skill, coverage80, coverage95 };
  answers({ ...around, "GET /v1/backtests/backtest_1": { ...run, whole: false, says } });
  render(<TrustPage />);
  expect(await screen.findByText(/shown to those who see all deals/)).toBeTruthy();
  expect(screen.queryByRole("table")).toBeNull();
});

test("before the first test it says what one is, and begins it; too little history is an answer", async () => {
  const job = (status: string, result: object | null = null) => ({
    id: "job_1",
    kind: "backtest.run",
    status,
    progress: { phase: "", done: 0, total: null },
    cancel_requested: false,
    created_by: "m",
    result,
  });
  const asked = answers({
    ...around,
    "GET /v1/backtests": { data: [] },
    "POST /v1/backtests": job("queued"),
    "GET /v1/jobs/job_1": job("succeeded", { run: null, not_enough_history: "The history spans 40 days." }),
  });
  render(<TrustPage />);
  expect(await screen.findByText("Not tested yet")).toBeTruthy();
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "How far to look ahead" }), "60");
  const [button] = await screen.findAllByRole("button", { name: "Test it on the past" });
  if (!button) throw new Error("no button");
  await userEvent.click(button);
  expect(await screen.findByText("The history spans 40 days.", {}, { timeout: 4000 })).toBeTruthy();
  const posted = asked.find((one) => one.method === "POST");
  expect(await posted?.json()).toEqual({ horizon_days: 60 });
});

test("a test under way says how far it is, and is stopped by a press", async () => {
  const job = (more: object) => ({
    id: "job_1",
    kind: "backtest.run",
    status: "running",
    progress: { phase: "testing on the past", done: 3, total: 24 },
    eta: new Date(Date.now() + 120_000).toISOString(),
    cancel_requested: false,
    created_by: "m",
    result: null,
    ...more,
  });
  // It goes on until it is told to stop, and for one more look.
  let left = 2;
  let told = false;
  const requests = answers({
    ...around,
    "GET /v1/jobs": { data: [job({})] },
    "GET /v1/jobs/job_1": () => {
      if (told) left -= 1;
      return Response.json(job(left > 0 ? { cancel_requested: told } : { status: "cancelled" }));
    },
    "POST /v1/jobs/job_1/cancel": () => {
      told = true;
      return Response.json(job({ cancel_requested: true }));
    },
  });
  render(<TrustPage />);
  expect(
    await screen.findByText("The test on the past is under way: 3 of 24 past days, done in 2 minutes."),
  ).toBeTruthy();
  const far = screen.getByRole<HTMLProgressElement>("progressbar", { name: "The test on the past" });
  expect(far.getAttribute("value")).toBe("0.125");
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(await screen.findByText("The test on the past is being stopped…")).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Cancel" }).disabled).toBe(true);
  expect(await screen.findByText(/was stopped. Nothing was saved/, {}, { timeout: 4000 })).toBeTruthy();
  expect(requests.filter((one) => one.method === "POST")).toHaveLength(1);
});

test("who may not begin one is not offered it", async () => {
  answers({ ...around, "GET /v1/me": { principal: "m", role: "ae", scopes: ["read"], sees_all: false } });
  render(<TrustPage />);
  await screen.findByRole("table", { name: "Methods compared" });
  expect(screen.queryByRole("button", { name: "Test it on the past" })).toBeNull();
});
