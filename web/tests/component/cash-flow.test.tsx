import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import CashFlowPage from "@/features/cash-flow/cash-flow-page";
import { answers, problem, render } from "../render";

const nothing = { pipeline: "0", won: "0", invoices: "0", overdue: "0", subscriptions: "0", total: "0" };
const left = { without_close_date: 0, past_close_date: 0, without_chance: 0, without_amount: 0, billing: 0 };
const flow = (periods: object[], more: object = {}) => ({
  as_of: "2026-11-26T00:00:00Z",
  rule: "",
  currency: "EUR",
  periods,
  left_out: left,
  ...more,
});
const may = { label: "2026 May", start: "2026-05-01", end: "2026-06-01", actual: "0", expected: nothing };
const nov = {
  label: "2026 Nov",
  start: "2026-11-01",
  end: "2026-12-01",
  actual: "0",
  expected: { ...nothing, won: "1200.50", pipeline: "300", total: "1500.50" },
};

test("without money the page says how it comes, and what was left out all the same", async () => {
  answers({
    "GET /v1/insights/cashflow": flow([may], { left_out: { ...left, past_close_date: 3 } }),
  });
  render(<CashFlowPage />);
  await screen.findByText("No money in these periods");
  expect(screen.getByRole("link", { name: "3 open deals" })).toBeDefined();
});

test("without payments the past is unknown rather than nought, and columns of nothing are left out", async () => {
  answers({ "GET /v1/insights/cashflow": flow([may, nov]) });
  render(<CashFlowPage />);
  const table = await screen.findByRole("table", { name: "Money, period by period, in EUR" });
  expect(within(table).queryByText("2026 May")).toBeNull();
  expect(within(table).queryByRole("columnheader", { name: "Bills sent" })).toBeNull();
  expect(screen.getByText("no payments in the data")).toBeDefined();
  expect(within(table).getAllByText("€1,200.50").length).toBeGreaterThan(0);
});

test("with payments they are there, and open deals as the model times them, with their interval", async () => {
  const paid = { ...may, actual: "-20" };
  const sure = {
    ...nov,
    expected: { ...nov.expected, invoices: "5", overdue: "5" },
    modelled: { pipeline: "400", total: "1600.50", p10: "1200.50", p50: "1500", p90: "2000" },
  };
  const together = { pipeline: "400", total: "1600.50", p10: "1300", p50: "1500", p90: "1900" };
  const timing = { as_of: "2026-11-26T00:00:00Z", deals: 7, left_out: 1, until: "2026-12-01", together };
  answers({
    "GET /v1/insights/cashflow": flow([paid, sure], { timing, left_out: { ...left, past_close_date: 3 } }),
  });
  render(<CashFlowPage />);
  const table = await screen.findByRole("table", { name: "Money, period by period, in EUR" });
  expect(within(table).getAllByText("−€20").length).toBeGreaterThan(0);
  expect(within(table).getAllByText("€5 past due").length).toBeGreaterThan(0);
  within(table).getByText(/^€1.2k to €2k$/i);
  expect(within(table).getAllByText("€1,600.50").length).toBeGreaterThan(0);
  screen.getByText("P10 €1.3k, P90 €1.9k");
  screen.getByText("€300 if they close on the dates they carry");
  screen.getByText(
    /1 open deal without an amount in this currency, or that the model says nothing of, is not/,
  );
  // What has no date ahead is in it: the model times it.
  expect(screen.queryByText(/whose expected close has passed/)).toBeNull();
});

test("a failure says what to do, and trying again asks again", async () => {
  let times = 0;
  answers({
    "GET /v1/insights/cashflow": () => {
      times += 1;
      return times === 1 ? problem(503, "unavailable") : Response.json(flow([nov]));
    },
  });
  render(<CashFlowPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await screen.findByRole("table", { name: "Money, period by period, in EUR" });
});
