import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import user from "@testing-library/user-event";
import { expect, test } from "vitest";
import { makeQueryClient } from "@/api/query-client";
import { makeRouter } from "@/app/router";
import { ownPath } from "@/shared/routing";
import { answers, problem } from "../render";

const me = {
  tenant: "t",
  principal: "p",
  role: "cro",
  scopes: ["read"],
  sees_all: true,
  sees_people: 9,
  csrf: "x",
};
const today = { as_of: "2026-11-26T00:00:00Z", rule: "The rule.", count: 1, of: 9, reasons: {}, deals: [] };

function open(at: string) {
  const client = makeQueryClient();
  const router = makeRouter(client, createMemoryHistory({ initialEntries: [at] }));
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return router;
}

test("who is not signed in comes to the sign-in page, and back to where they were going", async () => {
  let signedIn = false;
  const asked = answers({
    "GET /v1/me": () => (signedIn ? Response.json(me) : problem(401, "unauthenticated")),
    "POST /v1/sessions/refresh": () => problem(401, "unauthenticated"),
    "POST /v1/sign-in": () => Response.json({ detail: "A code is on its way." }, { status: 202 }),
    "POST /v1/sessions": () => {
      signedIn = true;
      return Response.json({ member: "member_1", csrf: "x" }, { status: 201 });
    },
    "GET /v1/insights/today": today,
  });
  const router = open("/?from=mail");
  await user.type(await screen.findByLabelText("E-mail"), "ada@lanternfold.example{Enter}");
  expect(await screen.findByText("A code is on its way.")).toBeDefined();
  await user.type(await screen.findByLabelText("Code"), "ab12-cd34{Enter}");
  await screen.findByRole("heading", { level: 1, name: "Today" });
  expect(router.state.location.href).toBe("/?from=mail");
  const begun = asked.find((request) => new URL(request.url).pathname === "/v1/sessions");
  expect(await begun?.json()).toEqual({
    grant: "code",
    email: "ada@lanternfold.example",
    code: "ab12-cd34",
    keep: "cookie",
  });
});

test("a link's ticket signs in once, and leaves the address before it is used", async () => {
  let signedIn = false;
  window.location.hash = "#ticket=abc%2Bdef";
  const asked = answers({
    "GET /v1/me": () => (signedIn ? Response.json(me) : problem(401, "unauthenticated")),
    "POST /v1/sessions/refresh": () => problem(401, "unauthenticated"),
    "POST /v1/sessions": () => {
      signedIn = true;
      expect(window.location.hash).toBe("");
      return Response.json({ member: "member_1", csrf: "x" }, { status: 201 });
    },
    "GET /v1/insights/today": today,
  });
  open("/sign-in");
  await screen.findByRole("heading", { level: 1, name: "Today" });
  const begun = asked.filter((request) => new URL(request.url).pathname === "/v1/sessions");
  expect(begun).toHaveLength(1);
  expect(await begun[0]?.json()).toEqual({ grant: "ticket", ticket: "abc+def", keep: "cookie" });
});

test("a ticket that is not good any more leaves the other way", async () => {
  window.location.hash = "#ticket=old";
  answers({
    "POST /v1/sessions": () => problem(401, "unauthenticated", { detail: "The ticket is used up." }),
  });
  open("/sign-in");
  expect((await screen.findByRole("alert")).textContent).toContain("The ticket is used up.");
  expect(screen.getByRole("button", { name: "Send me a code" })).toHaveProperty("disabled", false);
});

test("a session that ends leaves nothing of the one before", async () => {
  answers({
    "GET /v1/me": me,
    "GET /v1/insights/today": today,
    "POST /v1/sessions/end": () => new Response(null, { status: 204 }),
  });
  open("/");
  await screen.findByRole("heading", { level: 1, name: "Today" });
  await user.click(screen.getByRole("button", { name: "Account" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  expect(await screen.findByLabelText("E-mail")).toBeDefined();
  expect(screen.queryByRole("heading", { level: 1, name: "Today" })).toBeNull();
});

test("keys open what they say, but not while one types", async () => {
  answers({ "GET /v1/me": me, "GET /v1/insights/today": today });
  open("/");
  await screen.findByRole("heading", { level: 1, name: "Today" });
  await user.keyboard("?");
  expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Close" }));
  await user.keyboard("{Control>}k{/Control}");
  const input = await screen.findByRole("combobox", { name: "Search and commands" });
  await user.type(input, "?light");
  expect(screen.queryByRole("dialog", { name: "Keyboard shortcuts" })).toBeNull();
});

test.each([
  ["/deals/deal_1?tab=people", "/deals/deal_1?tab=people"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  [undefined, "/"],
])("after signing in %s leads to %s", (next, to) => expect(ownPath(next)).toBe(to));
