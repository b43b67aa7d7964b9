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
const fields = {
  fields: {},
  candidates: [
    { name: "ARR", filled: 132, numbers: 130, dates: 0, share_of: null, examples: ["84000", "n. a."] },
    { name: "Forecast close", filled: 40, numbers: 0, dates: 40, share_of: null, examples: ["2026-12-18"] },
    { name: "Region", filled: 400, numbers: 0, dates: 0, share_of: null, examples: ["North"] },
  ],
  currencies: ["EUR", "USD"],
  deals: 400,
  as_of: AT,
};
const all = {
  "GET /v1/connections/conn_1/fields": () => json(fields, 200, { etag: '"5"' }),
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
  test("each says by name who connected it", async () => {
    answers({ ...all, "GET /v1/connections": list([{ ...connection, created_by_name: "Ada Lund" }]) });
    as("sales_manager", <ConnectionsPage />);
    await screen.findByText("Connected by Ada Lund");
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

describe("which fields are taken from others", () => {
  const would = {
    as_of: AT,
    deals: 400,
    changed: 120,
    fields: [{ field: "amount", from: "ARR", of: 400, changed: 120, unreadable: 2, missing: 268 }],
    rows: [
      {
        deal: "deal_1",
        name: "Harbor",
        field: "amount",
        value: "84000",
        before: null,
        after: "84000.50 EUR",
      },
      {
        deal: "deal_2",
        name: "Quay",
        field: "amount",
        value: "84k",
        before: "10 EUR",
        after: "10 EUR",
        issue: "this is not a sum, and amount is taken from it; the source's own amount stays",
      },
    ],
  };
  const job = {
    id: "job_1",
    kind: "connection.remap",
    status: "running",
    progress: { phase: "", done: 0 },
    created_by: "member_2",
    created_by_name: "Ada Lund",
    created_at: AT,
  };
  const page = (more: Record<string, unknown> = {}, role = "admin") => {
    const asked = answers({
      ...all,
      "GET /v1/connections/": connection,
      "POST /v1/connections/conn_1/fields/preview": would,
      "GET /v1/jobs/job_1": job,
      ...more,
    });
    as(role, <ConnectionPage />);
    return asked;
  };
  const amount = () => screen.findByRole("combobox", { name: "Amount is taken from" });
  test("only what can be read is offered, and what would change is told before it is saved", async () => {
    const asked = page({ "PUT /v1/connections/conn_1/fields": () => json(job, 202) });
    const options = within(await amount()).getAllByRole("option");
    expect(options.map((option) => option.textContent)).toEqual([
      "HubSpot’s own amount",
      "ARR: on 132 of 400 deals, such as 84000",
    ]);
    screen.getByText("No custom field reads as a share.");
    expect(screen.queryByRole("button", { name: "Save and map again" })).toBeNull();
    await user.selectOptions(await amount(), "from ARR");
    await screen.findByText("120 deals of 400 would change.");
    screen.getByText(
      "Amount from ARR: 120 would change, 2 cannot be read, 268 have none there; there HubSpot’s own value stays.",
    );
    const table = within(screen.getByRole("table", { name: "Deals now and then" }));
    expect(table.getByRole("row", { name: /Harbor/ }).textContent).toBe("Harbornothing€84,000.50");
    expect(table.getByRole("row", { name: /Quay/ }).textContent).toContain(
      "“84k” cannot be read: this is not a sum",
    );
    // What deals without an amount are in is shown, to be corrected.
    const currency = screen.getByRole<HTMLInputElement>("textbox", { name: /Currency where neither/ });
    expect(currency.value).toBe("EUR");
    await user.clear(currency);
    await user.type(currency, "gbp");
    await user.click(screen.getByRole("button", { name: "Save and map again" }));
    await screen.findByRole("heading", { name: "Mapping again what was read" });
    const put = asked.find((request) => request.method === "PUT");
    expect(put?.headers.get("if-match")).toBe('"5"');
    expect(await put?.json()).toEqual({ fields: { amount: { from: "ARR", currency: "GBP" } } });
  });
  test("while a run is at work nothing is saved", async () => {
    page({
      "GET /v1/connections/": { ...connection, run: "job_1" },
      "GET /v1/me": { principal: "member_1", sees_all: true, scopes },
    });
    await screen.findByText(/^Begun .* by Ada Lund$/);
    screen.getByText(/^you, /);
    await user.selectOptions(await amount(), "from ARR");
    await screen.findByText(/can be saved when that is over/);
    const save = screen.getByRole<HTMLButtonElement>("button", { name: "Save and map again" });
    expect(save.disabled).toBe(true);
  });
  test("a run that began meanwhile, and somebody else's mapping, are told in words", async () => {
    let present: object = {};
    page({
      "GET /v1/connections/conn_1/fields": () => json({ ...fields, fields: present }, 200, { etag: '"5"' }),
      "PUT /v1/connections/conn_1/fields": () => problem(409, "already_running"),
    });
    await user.selectOptions(await amount(), "from ARR");
    await user.click(await screen.findByRole("button", { name: "Save and map again" }));
    await screen.findByText(/A run has begun on this connection meanwhile/);
    present = { name: { from: "Region" } };
    await user.click(screen.getByRole("button", { name: "Save and map again" }));
    await screen.findByText(/Somebody else changed these fields/);
    await user.click(screen.getByRole("button", { name: "Show theirs" }));
    const name = await screen.findByRole<HTMLSelectElement>("combobox", { name: "Name is taken from" });
    expect(name.value).toBe("from Region");
  });
  test("without deals, or without fields of one's own, it says what to do", async () => {
    page({ "GET /v1/connections/conn_1/fields": { ...fields, deals: 0, candidates: [] } });
    await screen.findByText(/No deal is here yet/);
  });
  test("without fields of one's own it says so", async () => {
    page({ "GET /v1/connections/conn_1/fields": { ...fields, candidates: [] } });
    await screen.findByText(/No deal of HubSpot has a custom field/);
  });
  test("who is no admin is told whose it is to say, and nothing is asked for", async () => {
    const asked = page({}, "cro");
    await screen.findByText(/is for an admin to\s+say/);
    expect(asked.some((request) => request.url.endsWith("/fields"))).toBe(false);
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
