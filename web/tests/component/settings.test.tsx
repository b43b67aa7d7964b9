import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import SettingsPage from "@/features/settings/settings-page";
import { answers, json, problem, render } from "../render";

vi.setConfig({ testTimeout: 30_000 });
const soon = { timeout: 10_000 };

const me = (role: string, scopes = ["read"]) => ({
  tenant: "t",
  principal: "member_a",
  member: "member_a",
  role,
  scopes,
  sees_all: false,
  sees_people: 1,
});
const admin = me("admin", ["read", "write", "import", "simulate", "export", "admin"]);
const page = (data: unknown[]) => ({ data, has_more: false, as_of: "2026-11-26T00:00:00Z" });
const ana = {
  id: "member_a",
  name: "Ana",
  email: "ana@company.example",
  role: "admin",
  status: "active",
  created_at: "2026-01-01T00:00:00Z",
};
const roles = page([
  { role: "ae", sees: "their own deals", scopes: ["read", "write"] },
  { role: "cro", sees: "every deal", scopes: ["read", "write", "export"] },
]);
const key = {
  id: "key_k",
  name: "nightly",
  prefix: "pie_live_k",
  last4: "abcd",
  scopes: ["read"],
  role: "cro",
  created_by: "member_a",
  created_at: "2026-01-01T00:00:00Z",
};

test("who is no admin sees themselves, their team and the roles, and nothing that changes anything", async () => {
  answers({ "GET /v1/me": me("sales_manager"), "GET /v1/members": page([ana]), "GET /v1/roles": roles });
  render(<SettingsPage />, "/settings?tab=keys");
  await screen.findByRole("table", { name: "Members" }, soon);
  expect(screen.getAllByRole("tab").map((tab) => tab.textContent)).toEqual(["You and your team", "Roles"]);
  expect(screen.queryByRole("button", { name: /Invite|Edit|Remove/ })).toBeNull();
  await userEvent.click(screen.getByRole("tab", { name: "Roles" }));
  await screen.findByText("Their own deals", {}, soon);
});

test("who has not come yet is invited again, also after it failed", async () => {
  const bo = { ...ana, id: "member_b", name: "Bo", email: "bo@company.example", status: "invited" };
  let times = 0;
  const asked = answers({
    "GET /v1/me": admin,
    "GET /v1/members": page([ana, bo]),
    "POST /v1/members/member_b/invitation": () => {
      times += 1;
      return times === 1 ? problem(503, "unavailable") : json(bo, 202);
    },
  });
  render(<SettingsPage />);
  const again = await screen.findByRole("button", { name: "Invite again Bo" }, soon);
  expect(screen.queryByRole("button", { name: "Invite again Ana" })).toBeNull();
  const sent = () => asked.filter((request) => request.method === "POST");
  for (const times of [1, 2]) {
    await waitFor(() => expect(again.hasAttribute("disabled")).toBe(false), soon);
    await userEvent.click(again);
    await waitFor(() => expect(sent()).toHaveLength(times), soon);
  }
  // Each press is an act of its own.
  expect(new Set(sent().map((request) => request.headers.get("idempotency-key"))).size).toBe(2);
});

test("what is wrong with an invitation stands at its field, and correcting it sends something new", async () => {
  let times = 0;
  const asked = answers({
    "GET /v1/me": admin,
    "GET /v1/members": page([ana]),
    "GET /v1/roles": roles,
    "GET /v1/owners": page([]),
    "POST /v1/members": () => {
      times += 1;
      return times === 1
        ? problem(409, "already_exists", {
            errors: [{ pointer: "/email", code: "taken", message: "is a member already" }],
          })
        : json(ana, 201);
    },
  });
  render(<SettingsPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Invite a member" }, soon));
  const dialog = screen.getByRole("dialog", { name: "Invite a member" });
  await userEvent.type(within(dialog).getByLabelText("E-mail"), "bo@company.example");
  await userEvent.type(within(dialog).getByLabelText("Name"), "Bo");
  await userEvent.click(within(dialog).getByRole("button", { name: "Send the invitation" }));
  await within(dialog).findByText("is a member already", {}, soon);
  await userEvent.click(within(dialog).getByRole("button", { name: "Send the invitation" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull(), soon);
  const sent = asked.filter((request) => request.method === "POST");
  expect(await sent[0]?.json()).toMatchObject({ email: "bo@company.example", name: "Bo", role: "ae" });
  expect(sent[0]?.headers.get("idempotency-key")).not.toBe(sent[1]?.headers.get("idempotency-key"));
});

test("a key is shown once, and Escape does not lose it before it was copied", async () => {
  const asked = answers({
    "GET /v1/me": admin,
    "GET /v1/members": page([ana]),
    "GET /v1/roles": roles,
    "GET /v1/api-keys": page([key]),
    "POST /v1/api-keys": () => json({ ...key, key: "pie_live_k_whole_abcd" }, 201),
  });
  render(<SettingsPage />, "/settings?tab=keys");
  await userEvent.click(await screen.findByRole("button", { name: "Make an API key" }, soon));
  const dialog = screen.getByRole("dialog", { name: "Make an API key" });
  await userEvent.type(within(dialog).getByLabelText("What it is for"), "nightly");
  await userEvent.click(within(dialog).getByRole("button", { name: "Make the key" }));
  const shown = await screen.findByRole("dialog", { name: "The key “nightly”" }, soon);
  within(shown).getByText("pie_live_k_whole_abcd");
  shown.dispatchEvent(new Event("cancel", { cancelable: true }));
  within(shown).getByText("pie_live_k_whole_abcd");
  await userEvent.click(within(shown).getByRole("button", { name: "I have kept it" }));
  await waitFor(() => expect(screen.queryByText("pie_live_k_whole_abcd")).toBeNull(), soon);
  const body = await asked.find((request) => request.method === "POST")?.json();
  expect(body).toMatchObject({ name: "nightly", role: "cro", scopes: ["read"] });
  expect(Date.parse(body.expires_at)).toBeGreaterThan(Date.now());
});

test("thresholds are saved against the version that was read; a newer one is told, not overwritten", async () => {
  const settings = {
    reporting_currency: null,
    quarter_start_month: 1,
    overdue_grace_days: 0,
    inactive_days: 30,
    high_value: null,
    stuck: { factor: 3, least_days: 14, days_without_evidence: 60, evidence: 10 },
    orders: {
      amount: true,
      close_date: true,
      company: true,
      invoice: true,
      invoice_within_days: 30,
      payment: true,
    },
    compliance: [],
    calendar: { working_days: ["monday"], holidays: [] },
    quotas: { person_p: "100" },
  };
  const asked = answers({
    "GET /v1/me": admin,
    "GET /v1/settings": () => json(settings, 200, { etag: '"3"' }),
    "PUT /v1/settings": () => problem(412, "precondition_failed"),
  });
  render(<SettingsPage />, "/settings?tab=thresholds");
  const days = await screen.findByLabelText("Inactive after days without contact", {}, soon);
  fireEvent.change(days, { target: { value: "21" } });
  // This DOM knows no number's validity; the browser's test presses the button.
  const form = screen.getByRole<HTMLButtonElement>("button", { name: "Save the thresholds" }).form;
  fireEvent.submit(form as HTMLFormElement);
  await screen.findByText("Somebody changed the settings meanwhile", {}, soon);
  const put = asked.find((request) => request.method === "PUT");
  expect(put?.headers.get("if-match")).toBe('"3"');
  // What the form does not show is kept.
  expect(await put?.json()).toEqual({ ...settings, inactive_days: 21 });
});

test("the account is deleted only by its name to the letter, and can be restored", async () => {
  const tenant = { id: "tenant_t", name: "Lantern & Sons", created_at: "2026-01-01T00:00:00Z" };
  answers({
    "GET /v1/me": admin,
    "GET /v1/tenant": tenant,
    "POST /v1/tenant/delete": {
      ...tenant,
      deleted_at: "2026-11-26T00:00:00Z",
      erased_from: "2026-12-26T00:00:00Z",
    },
  });
  render(<SettingsPage />, "/settings?tab=account");
  await userEvent.click(await screen.findByRole("button", { name: "Delete the account…" }, soon));
  const dialog = screen.getByRole("dialog", { name: "Delete Lantern & Sons?" });
  const act = within(dialog).getByRole("button", { name: "Delete the account" });
  const field = within(dialog).getByLabelText(/^Type the company’s name/);
  await userEvent.type(field, "lantern & sons");
  expect(act.hasAttribute("disabled")).toBe(true);
  await userEvent.clear(field);
  await userEvent.type(field, "Lantern & Sons");
  await userEvent.click(act);
  await screen.findByRole("button", { name: "Restore the account" }, soon);
});
