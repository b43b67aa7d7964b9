import { configure, screen, waitFor } from "@testing-library/react";
import user from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { uploadFiles } from "@/api/uploads";
import ImportPage from "@/features/import/import-page";
import OneImportPage from "@/features/import/one-import-page";
import { CommandContextProvider } from "@/shared/commands";
import { answers, json, problem, render } from "../render";

// Machines are slow at times; what is waited for comes all the same.
configure({ asyncUtilTimeout: 8_000 });

const AT = "2026-11-26T03:00:00Z";
const none = { data: [], has_more: false, as_of: AT };
const counts = { new: 2, changed: 1, unchanged: 5, stale: 0, quarantined: 0 };
const it_ = {
  id: "",
  source: "crm",
  status: "validated",
  files: [{ name: "deals.csv", bytes: 10, total_bytes: 10, is_whole: true }],
  options: {},
  has_mapping: false,
  created_by: "member_1",
  created_at: AT,
  job: "job_1",
  summary: {
    rows: { read: 9, used: 8, not_used: 1 },
    issues: { error: 1, warning: 0, note: 0 },
    as_of: "2026-11-20T00:00:00Z",
    would_write: { deals: counts },
  },
  next: ["report", "commit", "upload", "mapping", "validate"],
};
const report = {
  tables: [],
  issues: [
    {
      code: "bad_amount",
      severity: "error",
      count: 1,
      examples: [
        {
          code: "bad_amount",
          severity: "error",
          place: { file: "deals.csv", row: 3, column: "Amount" },
          what: "this is no amount",
          remedy: "write it as a number",
          value: "lots",
        },
      ],
    },
  ],
  preview: [],
};

function as(scopes: string[], page: React.ReactElement) {
  return render(
    <CommandContextProvider value={{ go: () => undefined, who: { role: "ae", scopes } }}>
      {page}
    </CommandContextProvider>,
  );
}

test("who may not import is told so, and nothing is asked for", async () => {
  const asked = answers({});
  as(["read"], <ImportPage />);
  await screen.findByText("This access may not import");
  expect(asked).toEqual([]);
});

test("files that cannot be read are left out with what helps; the others stay", async () => {
  answers({ "GET /v1/imports": none });
  as(["import"], <ImportPage />);
  await screen.findByText("Nothing was imported yet");
  const input = screen.getByLabelText("Choose files", { selector: "input" });
  await user.upload(input, [new File(["a"], "deals.csv"), new File([], "empty.csv")]);
  expect(screen.getByRole("alert").textContent).toBe("empty.csv was not taken. It is empty.");
  expect(screen.getByRole("button", { name: "Leave out deals.csv" })).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Leave out deals.csv" }));
  expect(screen.queryByRole("button", { name: "Upload and check" })).toBeNull();
});

test("who may not import is told so at one import's address too, and nothing is asked for", async () => {
  const asked = answers({});
  as(["read"], <OneImportPage />);
  await screen.findByText("This access may not import");
  screen.getByRole("heading", { level: 1, name: "Import" });
  expect(asked).toEqual([]);
});

test("an import that is not there leads to those that are", async () => {
  answers({ "GET /v1/imports/": () => problem(404, "not_found") });
  as(["import"], <OneImportPage />);
  await screen.findByText("This import is not there");
  expect(screen.getByRole("link", { name: "Go to the imports" }).getAttribute("href")).toBe("/import");
});

describe("one import", () => {
  const job = { id: "job_1", kind: "import.validate", status: "succeeded", progress: { phase: "", done: 0 } };
  const replies = {
    "GET /v1/imports/": it_,
    "GET /v1/imports": none,
    "GET /v1/imports//report": report,
    "GET /v1/jobs/job_1": job,
  };
  test("with rows that cannot be used begins with them: place, value and what helps", async () => {
    answers(replies);
    as(["import"], <OneImportPage />);
    await screen.findByText("deals.csv, line 3, column Amount");
    expect(screen.getByText("lots")).toBeDefined();
    expect(screen.getByText("What helps: write it as a number.")).toBeDefined();
  });
  test("is written only after what would change was seen", async () => {
    const asked = answers({
      ...replies,
      "POST /v1/imports//commit": () => json({ ...job, id: "job_2" }, 202),
    });
    as(["import"], <OneImportPage />);
    const [first] = await screen.findAllByRole("button", { name: "See what would change" });
    if (first) await user.click(first);
    await screen.findByRole("table", { name: "Records by kind" });
    await screen.findByText(/1 row of 9 cannot be used/);
    expect(asked.some((request) => request.method === "POST")).toBe(false);
    await user.click(screen.getByRole("button", { name: "Import" }));
    await waitFor(() => expect(asked.some((request) => request.url.endsWith("/commit"))).toBe(true));
  });
  test("that failed says why and offers to take back what it wrote", async () => {
    answers({
      ...replies,
      "GET /v1/imports/": { ...it_, status: "failed", next: ["undo"] },
      "GET /v1/jobs/job_1": {
        ...job,
        status: "failed",
        problem: { code: "store", detail: "The store did not answer.", remedy: "Undo it and import again." },
      },
    });
    as(["import"], <OneImportPage />);
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("Undo it and import again."));
    expect(screen.getByRole("button", { name: "Undo" })).toBeDefined();
  });
});

describe("an upload", () => {
  test("goes on where it broke off", async () => {
    const ranges: (string | null)[] = [];
    let fails = true;
    answers({
      "PUT /v1/imports/import_1/files/deals.csv": (request: Request) => {
        ranges.push(request.headers.get("content-range"));
        return fails
          ? problem(413, "too_large")
          : json({ name: "deals.csv", bytes: 10, total_bytes: 10, is_whole: true });
      },
    });
    const file = new File(["0123456789"], "deals.csv");
    expect(await uploadFiles("import_1", [file])).toBe(false);
    fails = false;
    const there = [{ name: "deals.csv", bytes: 4, total_bytes: 10 }];
    expect(await uploadFiles("import_1", [file], there)).toBe(true);
    expect(ranges).toEqual(["bytes 0-9/10", "bytes 4-9/10"]);
  });
});
