import { render, screen, within } from "@testing-library/react";
import user from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, test, vi } from "vitest";
import { Problem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { type Choice, Combobox } from "@/shared/ui/combobox";
import { Field, Input } from "@/shared/ui/field";
import { Menu, MenuItem } from "@/shared/ui/menu";
import { Popover } from "@/shared/ui/popover";
import { QueryView } from "@/shared/ui/query-view";
import { type Column, DataTable } from "@/shared/ui/table";
import { Tabs } from "@/shared/ui/tabs";
import { Toasts, toast } from "@/shared/ui/toast";

const choices = ["Demo", "Proposal", "Won"].map((label) => ({ value: label.toLowerCase(), label }));

function Chosen({ onChange }: { onChange: (choice: Choice | null) => void }) {
  const [value, set] = useState<Choice | null>(null);
  return (
    <Combobox
      label="Stage"
      value={value}
      choices={choices}
      onChange={(choice) => {
        set(choice);
        onChange(choice);
      }}
    />
  );
}

function Three() {
  const [value, set] = useState("a");
  return (
    <Tabs
      label="Views"
      value={value}
      onChange={set}
      tabs={["a", "b", "c"].map((id) => ({ id, label: id.toUpperCase(), content: `content ${id}` }))}
    />
  );
}

describe("a field", () => {
  test("ties label, hint and error to its control", () => {
    render(
      <Field label="E-mail" hint="Where the code goes" error="Not an address">
        <Input />
      </Field>,
    );
    const input = screen.getByLabelText("E-mail");
    expect(input.getAttribute("aria-invalid")).toBe("true");
    const described = input.getAttribute("aria-describedby")?.split(" ") ?? [];
    expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual([
      "Where the code goes",
      "Not an address",
    ]);
  });
});

describe("a popover", () => {
  test("has its content only while it is open, and says whether it is", async () => {
    render(
      <Popover trigger={<Button>Filter</Button>} label="Filter">
        {(close) => (
          <button type="button" onClick={close}>
            Done
          </button>
        )}
      </Popover>,
    );
    const button = screen.getByRole("button", { name: "Filter" });
    expect(button.getAttribute("aria-expanded")).toBe("false");
    expect(screen.queryByText("Done")).toBeNull();
    await user.click(button);
    expect(button.getAttribute("aria-expanded")).toBe("true");
    expect(document.activeElement?.textContent).toBe("Done");
    await user.click(screen.getByText("Done"));
    expect(screen.queryByText("Done")).toBeNull();
  });
});

describe("a menu", () => {
  test("is walked by arrows, by letters and round its ends", async () => {
    const run = vi.fn();
    render(
      <Menu label="More" trigger={<Button>More</Button>}>
        <MenuItem onSelect={() => run("export")}>Export</MenuItem>
        <MenuItem onSelect={() => run("share")}>Share</MenuItem>
        <MenuItem onSelect={() => run("remove")}>Remove</MenuItem>
      </Menu>,
    );
    await user.click(screen.getByRole("button", { name: "More" }));
    const on = () => document.activeElement?.textContent;
    expect(on()).toBe("Export");
    await user.keyboard("{ArrowUp}");
    expect(on()).toBe("Remove");
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(on()).toBe("Share");
    await user.keyboard("r");
    expect(on()).toBe("Remove");
    await user.keyboard("{Home}{Enter}");
    expect(run).toHaveBeenCalledExactlyOnceWith("export");
    expect(screen.queryByRole("menuitem")).toBeNull();
  });
});

describe("a combobox", () => {
  test("finds by typing and picks by Enter", async () => {
    const onChange = vi.fn();
    render(<Chosen onChange={onChange} />);
    const input = screen.getByRole("combobox", { name: "Stage" });
    await user.click(input);
    expect(screen.getAllByRole("option")).toHaveLength(3);
    await user.keyboard("pro");
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual(["Proposal"]);
    expect(input.getAttribute("aria-activedescendant")).toBe(screen.getByRole("option").id);
    await user.keyboard("{Enter}");
    expect(onChange).toHaveBeenLastCalledWith(choices[1]);
    expect(input).toHaveProperty("value", "Proposal");
    expect(screen.queryByRole("listbox")).toBeNull();
  });
  test("Escape leaves all as it was", async () => {
    const onChange = vi.fn();
    render(<Chosen onChange={onChange} />);
    await user.click(screen.getByRole("combobox"));
    await user.keyboard("xyz");
    expect(screen.getByRole("status").textContent).toBe("Nothing found");
    await user.keyboard("{Escape}");
    expect(screen.getByRole("combobox")).toHaveProperty("value", "");
    expect(onChange).not.toHaveBeenCalled();
  });
});

describe("tabs", () => {
  test("one is shown, arrows go to the next and round", async () => {
    render(<Three />);
    await user.click(screen.getByRole("tab", { name: "A" }));
    await user.keyboard("{ArrowLeft}");
    expect(screen.getByRole("tab", { selected: true }).textContent).toBe("C");
    expect(screen.getByRole("tabpanel", { name: "C" }).textContent).toBe("content c");
    await user.keyboard("{ArrowRight}");
    expect(document.activeElement?.textContent).toBe("A");
  });
});

describe("a table", () => {
  interface Row {
    id: number;
    name: string;
  }
  const columns: Column<Row>[] = [
    { id: "name", header: "Name", width: 100, grow: true, sort: "name", cell: (row) => row.name },
    { id: "id", header: "Number", width: 80, align: "right", cell: (row) => row.id },
  ];
  const rows = (count: number): Row[] =>
    Array.from({ length: count }, (_, id) => ({ id, name: `Deal ${id}` }));
  const all = { label: "Deals", columns, rowId: (row: Row) => String(row.id) };

  test("of a hundred thousand rows draws those that are seen, and says of how many", () => {
    render(<DataTable {...all} rows={rows(100_000)} className="h-96" />);
    const table = screen.getByRole("table", { name: "Deals" });
    expect(table.getAttribute("aria-rowcount")).toBe("100001");
    expect(within(table).getAllByText(/^Deal/).length).toBeLessThan(80);
  });
  test("sorts by its headers: the largest first, then the other way", async () => {
    const onSort = vi.fn();
    const { rerender } = render(<DataTable {...all} rows={rows(2)} onSort={onSort} />);
    await user.click(screen.getByRole("button", { name: "Name" }));
    expect(onSort).toHaveBeenLastCalledWith("-name");
    rerender(<DataTable {...all} rows={rows(2)} sort="-name" onSort={onSort} />);
    expect(screen.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("descending");
    await user.click(screen.getByRole("button", { name: "Name" }));
    expect(onSort).toHaveBeenLastCalledWith("name");
    expect(screen.queryByRole("button", { name: "Number" })).toBeNull();
  });
  test("opens by press and by Enter, and takes one stop of Tab", async () => {
    const onOpen = vi.fn();
    render(<DataTable {...all} rows={rows(3)} onOpen={onOpen} />);
    await user.click(screen.getByText("Deal 1"));
    expect(onOpen).toHaveBeenLastCalledWith({ id: 1, name: "Deal 1" });
    await user.keyboard("{ArrowDown}{Enter}");
    expect(onOpen).toHaveBeenLastCalledWith({ id: 2, name: "Deal 2" });
    expect(screen.getAllByRole("row").filter((row) => row.tabIndex === 0)).toHaveLength(1);
  });
  test("asks for more before its end is seen", () => {
    const onNearEnd = vi.fn();
    const { rerender } = render(
      <DataTable {...all} rows={rows(1000)} onNearEnd={onNearEnd} className="h-96" />,
    );
    expect(onNearEnd).not.toHaveBeenCalled();
    rerender(<DataTable {...all} rows={rows(120)} onNearEnd={onNearEnd} className="h-96" />);
    expect(onNearEnd).toHaveBeenCalled();
  });
  test("of nobody has its headers", () => {
    render(<DataTable {...all} rows={[]} />);
    expect(screen.getAllByRole("columnheader")).toHaveLength(2);
  });
});

describe("what a query shows", () => {
  const of = (query: object) =>
    render(<QueryView query={query as never}>{(data: string) => <p>{data}</p>}</QueryView>);
  test("while it loads, a word for who cannot see the skeleton", () => {
    of({});
    expect(screen.getByRole("status").textContent).toBe("Loading");
  });
  test("a failure says what, why and what to do, and tries again", async () => {
    const refetch = vi.fn();
    of({
      error: new Problem({ status: 500, title: "Broken", detail: "It broke.", remedy: "Wait a minute." }),
      refetch,
    });
    expect(screen.getByRole("alert").textContent).toContain("It broke.Wait a minute.");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(refetch).toHaveBeenCalledOnce();
  });
  test("too little history is no failure", () => {
    of({
      error: new Problem({ status: 422, code: "not_enough_history", detail: "Only 12 deals are closed." }),
    });
    expect(screen.queryByRole("alert")).toBeNull();
    expect(screen.getByText("Not enough history yet")).toBeDefined();
  });
  test("data stays while a newer answer fails", () => {
    of({ data: "old", error: new Problem({ status: 500 }) });
    expect(screen.getByText("old")).toBeDefined();
  });
});

test("bad news stays until it is put away, other news goes by itself", async () => {
  vi.useFakeTimers();
  render(<Toasts />);
  const { act } = await import("react");
  act(() => {
    toast("Saved");
    toast("Not saved", { tone: "bad" });
  });
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
  act(() => void vi.advanceTimersByTime(7000));
  vi.useRealTimers();
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["Not saved"]);
  await user.click(screen.getByRole("button", { name: "Put away" }));
  expect(screen.queryByRole("listitem")).toBeNull();
});
