import { configure, screen, waitFor, within } from "@testing-library/react";
import user from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import ConnectPage from "@/features/connections/connect-page";
import ConnectionPage from "@/features/connections/connection-page";
import ConnectionsPage from "@/features/connections/connections-page";
import StagesPage from "@/features/connections/stages-page";
import { CommandContextProvider } from "@/shared/commands";
import { Toasts } from "@/shared/ui/toast";
import { answers, json, problem, render } from "../render";

// Machines are slow at times; what is waited for comes all the same.
configure({ asyncUtilTimeout: 8_000 });

const AT = "2026-11-26T03:00:00Z";
const connector = {
  id: "hubspot",
  title: "HubSpot",
  category: "crm",
  auth: [
    { kind: "oauth", help: "Somebody consents", scopes: ["crm.objects.deals.read"] },
    { kind: "key", help: "Service keys", scopes: [] },
  ],
  streams: ["companies", "deals", "deals_archived"],
  webhook: { kind: "app", url: "https://pie.example/v1/webhooks/hubspot", help: "Nothing is to be set up" },
  registered: false,
  sandbox: false,
  signs_in: true,
};
const stream = {
  name: "deals",
  status: "idle",
  mode: "load",
  counts: { read: 40, new: 40, changed: 0, unchanged: 0, deleted: 0, quarantined: 2, issues: 1 },
  source_total: 400,
  kept_total: 398,
  complete_until: AT,
  last_finished_at: AT,
  issues: ["deal 7: the amount is no number"],
};
const connection = {
  id: "conn_1",
  source: "hubspot",
  title: "HubSpot",
  name: "Our HubSpot",
  status: "active",
  sentence: "Up to date.",
  auth: "key",
  sandbox: false,
  every_min: 30,
  streams_off: [],
  webhook: false,
  created_by: "member_1",
  created_at: AT,
  last_sync_at: AT,
  complete_until: AT,
  streams: [stream],
};
const list = (data: unknown[]) => ({ data, has_more: false, as_of: AT });
const webhook = {
  kind: "app",
  has_address: false,
  secrets: 0,
  active: true,
  help: "Nothing is to be set up",
};
const all = {
  "GET /v1/connectors": list([connector]),
  "GET /v1/connections": list([connection]),
  "GET /v1/connections/conn_1": connection,
  "GET /v1/connections/conn_1/webhook": webhook,
};
const scopes = ["read", "write", "import", "admin"];

/** A page as somebody with a role sees it; parameters of the address come from the router's own pattern. */
function as(role: string, page: React.ReactElement, at = "/") {
  return render(
    <CommandContextProvider value={{ go: () => undefined, who: { role, scopes } }}>
      {page}
      <Toasts />
    </CommandContextProvider>,
    at,
  );
}

describe("the list of connections", () => {
  test("a seller is told whom to ask, and nothing that they may not see is asked for", async () => {
    const asked = answers({ "GET /v1/connectors": list([connector]) });
    as("ae", <ConnectionsPage />);
    await screen.findByText(/Your CRO or an admin looks after the connections/);
    await screen.findByRole("heading", { name: "HubSpot" });
    expect(screen.queryByRole("link", { name: /Connect HubSpot/ })).toBeNull();
    expect(asked.map((request) => new URL(request.url).pathname)).toEqual(["/v1/connectors"]);
  });
  test("a manager sees how they stand and cannot change them", async () => {
    answers(all);
    as("sales_manager", <ConnectionsPage />);
    await screen.findByRole("link", { name: "Our HubSpot" });
    expect(screen.queryByRole("link", { name: /Connect HubSpot/ })).toBeNull();
  });
  test("without any, it says what to do and what comes of it", async () => {
    answers({ ...all, "GET /v1/connections": list([]) });
    as("cro", <ConnectionsPage />);
    await screen.findByText("Nothing is connected yet");
    // A key works without a registration; consent does not.
    expect(await screen.findByRole("link", { name: "Connect HubSpot" })).toBeDefined();
    expect(screen.getByText(/needs this installation to be registered/)).toBeDefined();
  });
});

describe("one connection", () => {
  const page = (change: object, role = "admin", more: Record<string, unknown> = {}) => {
    const asked = answers({
      ...all,
      "GET /v1/connections/": { ...connection, ...change },
      "GET /v1/connections//webhook": webhook,
      ...more,
    });
    as(role, <ConnectionPage />);
    return asked;
  };
  test("a grant that ended says why, what stays, and how to go on", async () => {
    page({ status: "needs_reauth", reason: "The key was deleted at HubSpot; make a new one." });
    await screen.findByRole("heading", { name: "HubSpot no longer lets Pie in" });
    expect(screen.getByText("The key was deleted at HubSpot; make a new one.")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Reconnect HubSpot" }));
    const dialog = await screen.findByRole("dialog", { name: "Reconnect Our HubSpot" });
    expect(within(dialog).getByLabelText("New key")).toBeDefined();
    // A key does not become consent.
    expect(within(dialog).queryByRole("button", { name: "Consent in the browser" })).toBeNull();
  });
  test("streams say what is kept of what there is, what was set aside, and what stopped them", async () => {
    page({
      streams: [
        stream,
        {
          ...stream,
          name: "notes",
          status: "failed",
          issues: [],
          problem: { code: "scope", detail: "HubSpot forbids notes.", remedy: "Grant the scope." },
        },
        { ...stream, name: "calls", status: "waiting", issues: [], waiting_until: "2999-01-01T00:00:00Z" },
      ],
    });
    const streams = await screen.findByRole("list", { name: "Streams" });
    expect(within(streams).getAllByText("398 of 400 kept")).toHaveLength(3);
    expect(within(streams).getAllByText(/2 set aside/)).toHaveLength(3);
    expect(within(streams).getByText(/HubSpot forbids notes/).textContent).toContain("Grant the scope.");
    expect(within(streams).getByText(/asked to wait until/).textContent).toContain("It goes on by itself.");
    expect(within(streams).getByText("deal 7: the amount is no number")).toBeDefined();
  });
  test("who does not see every deal sees no counts, and why", async () => {
    page(
      { streams: [{ ...stream, counts: null, kept_total: null, source_total: null, issues: [] }] },
      "sales_manager",
    );
    await screen.findByText(/shown to those who see every deal/);
    expect(screen.queryByRole("button", { name: "Sync now" })).toBeNull();
    expect(screen.queryByRole("heading", { name: "Settings" })).toBeNull();
  });
  test("a second run is not begun, and says so in words", async () => {
    page({}, "admin", {
      "POST /v1/connections/conn_1/sync": () => problem(409, "already_running"),
    });
    await user.click(await screen.findByRole("button", { name: "Sync now" }));
    await screen.findByText(/A run is at work on this connection already/);
  });
  test("settings that somebody else changed meanwhile are not written over", async () => {
    const asked = page({}, "admin", {
      "GET /v1/connections/conn_1": () => json({ ...connection, every_min: 60 }, 200, { etag: '"7"' }),
    });
    await user.click(await screen.findByRole("button", { name: "Save" }));
    await screen.findByText(/Somebody else changed these settings/);
    expect(asked.some((request) => request.method === "PATCH")).toBe(false);
  });
});

test("a key that is refused stays in its field, with what helps", async () => {
  answers({
    "GET /v1/connectors": list([{ ...connector, id: "" }]),
    "POST /v1/connections": () =>
      problem(422, "invalid_body", {
        errors: [{ pointer: "/auth/key", code: "refused", message: "HubSpot does not accept the key" }],
      }),
  });
  as("admin", <ConnectPage />);
  await user.type(await screen.findByLabelText("Key of HubSpot"), "pat-wrong");
  await user.click(screen.getByRole("button", { name: "Try the key and connect" }));
  await waitFor(() =>
    expect(screen.getByRole("alert").textContent).toBe("HubSpot does not accept the key. What to do."),
  );
  expect(screen.getByLabelText("Key of HubSpot").getAttribute("aria-invalid")).toBe("true");
});

describe("what stages mean", () => {
  const stages = [
    { label: "Talks", canonical: null, layer: null, order: 0 },
    { label: "Signed", canonical: "closed_won", layer: "tenant", order: 1 },
  ];
  const pipeline = { id: "pipeline_1", name: "Sales", stages };
  const found = {
    data: [],
    totals: {},
    facets: [{ field: "stage", values: [{ value: "Talks", label: "Talks", count: 4 }] }],
  };
  const ends = (open: number, won: number, lost: number) => ({ open, won, lost });
  const would = {
    as_of: "2026-11-26T00:00:00Z",
    rule: "As the stage it entered last says.",
    stages: [
      {
        label: "Talks",
        from: null,
        to: "closed_lost",
        deals: 4,
        amount: { value: "4000", currency: "EUR" },
        before: ends(4, 0, 0),
        after: ends(0, 0, 4),
      },
    ],
    moves: [],
    elsewhere: 2,
    before: { ...ends(4, 7, 0), open_amount: { value: "4000", currency: "EUR" } },
    after: { ...ends(0, 7, 4), lost_amount: { value: "4000", currency: "EUR" } },
  };
  const replies = {
    "GET /v1/pipelines": list([pipeline]),
    "POST /v1/pipelines/pipeline_1/stages/preview": would,
    "GET /v1/pipelines/pipeline_1/stages": () => json(pipeline, 200, { etag: '"3"' }),
    "POST /v1/deals/search": async (request: Request) =>
      json((await request.json()).filter.outcome === "open" ? found : { ...found, facets: [] }),
  };
  test("only an admin says it; the others read it", async () => {
    answers(replies);
    as("cro", <StagesPage />);
    await screen.findByText(/for an admin to say/);
    expect(screen.queryByRole("combobox", { name: "What Talks means" })).toBeNull();
  });
  test("saving sends what changed, with the version that was read", async () => {
    const asked = answers({ ...replies, "PUT /v1/pipelines/pipeline_1/stages": () => json(pipeline) });
    as("admin", <StagesPage />);
    await user.selectOptions(
      await screen.findByRole("combobox", { name: "What Talks means" }),
      "closed_lost",
    );
    await screen.findByText("4 deals would count as lost instead of open.");
    const table = within(screen.getByRole("table", { name: "All deals before and after" }));
    expect(table.getByRole("row", { name: /^lost/i }).textContent).toBe("lost04€4k");
    screen.getByText(/2 deals of other pipelines/);
    await user.selectOptions(screen.getByRole("combobox", { name: "What Signed means" }), "back");
    await user.click(screen.getByRole("button", { name: "Save 2 changes" }));
    await waitFor(() => expect(asked.some((request) => request.method === "PUT")).toBe(true));
    const put = asked.find((request) => request.method === "PUT");
    expect(put?.headers.get("if-match")).toBe('"3"');
    expect(await put?.json()).toEqual({
      stages: [
        { label: "Talks", canonical: "closed_lost" },
        { label: "Signed", canonical: null },
      ],
    });
  });
  test("a change in between is told and not written over", async () => {
    answers({ ...replies, "PUT /v1/pipelines/pipeline_1/stages": () => problem(412, "precondition_failed") });
    as("admin", <StagesPage />);
    await user.selectOptions(await screen.findByRole("combobox", { name: "What Talks means" }), "demo");
    await user.click(await screen.findByRole("button", { name: "Save 1 change" }));
    await screen.findByText(/changed since you opened it/);
  });
});
