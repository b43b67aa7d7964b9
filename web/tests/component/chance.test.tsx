import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import ChanceOverTime from "@/features/deal/chance";
import { answers, problem, render } from "../render";

const score = (at: string, value: number | null, more: object = {}) => ({
  at: `${at}T00:00:00Z`,
  stage: "Demo",
  outcome: "open",
  entered: false,
  p_win: value === null ? null : { value, low: value - 0.1, high: value + 0.1 },
  ...more,
});
const scores = (data: object[], more: object = {}) => ({
  deal: "deal_1",
  as_of: "2026-03-01T00:00:00Z",
  model_seq: 1,
  stale: false,
  confidence: "normal",
  rule: "The model looks back.",
  learned_from_it: false,
  data,
  ...more,
});
const show = (answer: Parameters<typeof answers>[0][string]) => {
  answers({ "GET /v1/deals/deal_1/scores": answer });
  render(<ChanceOverTime deal="deal_1" />);
};

test("the line is told in a sentence, as a table, and whose it is", async () => {
  show(
    scores([
      score("2026-01-01", 0.2, { entered: true }),
      score("2026-02-01", 0.4),
      score("2026-02-10", null, { outcome: "won", stage: null, entered: true }),
    ]),
  );
  const drawing = await screen.findByRole("img", {
    name: /20% on 1 Jan 2026, 40% on 1 Feb 2026; won 10 Feb 2026/,
  });
  expect(drawing).toBeTruthy();
  screen.getByText("The model looks back.");
  screen.getByText("today’s model, looking back");
  screen.getByText("1 Jan 2026, entered");
  expect(screen.getByText(/40%, 80%: 30/)).toBeTruthy();
});

test("a deal that began today has no line yet", async () => {
  show(scores([score("2026-03-01", 0.2, { entered: true })]));
  await screen.findByText("It is too young for a line");
});

test("too little history is said as such, and a failure can be tried again", async () => {
  show(() => problem(422, "not_enough_history"));
  await screen.findByText(/The moves it made are under/);
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});
