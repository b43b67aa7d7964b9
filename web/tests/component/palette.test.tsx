import { screen, waitFor } from "@testing-library/react";
import user from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import Palette from "@/app/palette";
import type { CommandContext } from "@/shared/commands";
import { answers, json, render } from "../render";

const deal = (id: string, name: string) => ({ id, name, external_ids: {}, stage: "Demo", amount: null });
const found = (...deals: unknown[]) =>
  json({ data: deals, as_of: "2026-11-26T00:00:00Z", totals: {}, facets: {} });

test("who types on and presses Enter at once opens a deal of the whole text, not of a part of it", async () => {
  let answer: (response: Response) => void = () => {};
  answers({
    "POST /v1/deals/search": async (request: Request) => {
      const { q } = await request.json();
      return q === "tal" ? found(deal("deal_1", "Talbot")) : new Promise((resolve) => (answer = resolve));
    },
  });
  const go = vi.fn();
  const context = { who: { role: "cro" }, go } as unknown as CommandContext;
  render(<Palette mode="search" context={context} onClose={() => {}} />);
  const input = await screen.findByRole("combobox", { name: "Search deals" });
  await user.type(input, "tal");
  await screen.findByRole("option", { name: /Talbot/ });
  await user.type(input, "low{Enter}");
  expect(go).not.toHaveBeenCalled();
  answer(found(deal("deal_2", "Tallow")));
  await waitFor(() => expect(go.mock.calls).toEqual([["/deals/deal_2"]]));
});
