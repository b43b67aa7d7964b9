import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Columns3, Download, KanbanSquare, Table2 } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { type DealAsk, dealPages } from "@/api/deals";
import { exportDeals } from "@/api/exports";
import { type Command, useCommands } from "@/shared/commands";
import { count, counted } from "@/shared/format";
import { usePage } from "@/shared/page";
import { asProblem, type Problem } from "@/shared/problem";
import { path, useAddress, useGo } from "@/shared/routing";
import { BringDeals } from "@/shared/ui/bring-deals";
import { Button, CommandButton, Spinner } from "@/shared/ui/button";
import { Segmented } from "@/shared/ui/chip";
import { cx } from "@/shared/ui/cx";
import { Checkbox } from "@/shared/ui/field";
import { PageHead } from "@/shared/ui/pieces";
import { Popover } from "@/shared/ui/popover";
import { Empty, Failed, Loading } from "@/shared/ui/states";
import { DataTable } from "@/shared/ui/table";
import { toast, toastProblem } from "@/shared/ui/toast";
import { conditionProblem, read, replace } from "./address";
import { Board } from "./board";
import { columns } from "./columns";
import { FACETS, FilterBar } from "./filter-bar";
import { Totals } from "./totals";
import { ViewsMenu } from "./views-menu";

/** Every deal one may see: asked, counted, in a table or on a board. */
export default function PipelinePage() {
  const [{ ask, shape, group, view }, setAddress] = useAddress(read);
  const client = useQueryClient();
  const go = useGo();
  const query = useInfiniteQuery(dealPages(ask, FACETS));
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = query;
  const [hidden, setHidden] = useHiddenColumns();

  const first = query.data?.pages[0];
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  const setAsk = useCallback(
    (next: DealAsk) => setAddress(replace(ask, next) as Partial<ReturnType<typeof read>>, { replace: true }),
    [ask, setAddress],
  );
  const refresh = useCallback(() => void client.resetQueries({ queryKey: ["deals"] }), [client]);
  usePage({ title: "Pipeline", asOf: first?.as_of, refresh });

  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  const taken = useMutation({
    mutationFn: () => exportDeals(ask),
    onSuccess: (file) => {
      const link = document.createElement("a");
      link.href = file;
      link.download = "";
      link.click();
      toast("The file is on its way", { tone: "good" });
    },
    onError: toastProblem,
  });
  const { mutate: takeOut, isPending: isTaking } = taken;
  const commands = useMemo<readonly [Command, Command]>(
    () => [
      {
        id: "deals.export",
        label: "Export",
        also: "download csv deals",
        group: "Pipeline",
        keys: "e",
        icon: Download,
        when: ({ who }) => who?.scopes.includes("export") ?? false,
        run: () => takeOut(),
      },
      {
        id: "deals.shape",
        label: shape === "table" ? "Show as a board" : "Show as a table",
        group: "Pipeline",
        keys: "v",
        icon: shape === "table" ? KanbanSquare : Table2,
        run: () => setAddress({ as: shape === "table" ? "board" : "table" } as object),
      },
    ],
    [takeOut, shape, setAddress],
  );
  useCommands(commands);

  const problem = query.error ? asProblem(query.error) : undefined;
  return (
    <>
      <PageHead
        title="Pipeline"
        actions={
          <>
            <ViewsMenu
              ask={ask}
              view={view}
              onOpen={(next, id) =>
                setAddress({ ...replace(ask, next), view: id } as Partial<ReturnType<typeof read>>)
              }
            />
            <Segmented
              label="Shape"
              value={shape}
              onChange={(as) => setAddress({ as } as object)}
              options={[
                {
                  value: "table",
                  label: (
                    <>
                      <Table2 /> Table
                    </>
                  ),
                },
                {
                  value: "board",
                  label: (
                    <>
                      <KanbanSquare /> Board
                    </>
                  ),
                },
              ]}
            />
            {shape === "board" && (
              <Segmented
                label="Lanes"
                value={group}
                onChange={(next) => setAddress({ group: next } as object)}
                options={[
                  { value: "stage", label: "Stage" },
                  { value: "forecast_category", label: "Category" },
                  { value: "owner", label: "Owner" },
                ]}
              />
            )}
            {shape === "table" && (
              <Popover
                label="Columns"
                align="end"
                trigger={
                  <Button>
                    <Columns3 /> Columns
                  </Button>
                }
              >
                <fieldset className="flex flex-col">
                  <legend className="unseen">Columns</legend>
                  {columns
                    .filter((column) => column.id !== "name")
                    .map((column) => (
                      <Checkbox
                        key={column.id}
                        label={column.header}
                        checked={!hidden.includes(column.id)}
                        onChange={(event) =>
                          setHidden(
                            event.target.checked
                              ? hidden.filter((id) => id !== column.id)
                              : [...hidden, column.id],
                          )
                        }
                      />
                    ))}
                </fieldset>
              </Popover>
            )}
            <CommandButton command={commands[0]} busy={isTaking} />
          </>
        }
      />
      <div className="flex flex-col gap-3">
        <FilterBar ask={ask} facets={first?.facets ?? []} onChange={setAsk} />
        {problem && !first ? (
          <div className="panel">
            {problem.errors.length > 0 ? (
              <Unreadable problem={problem} onClear={() => setAsk({})} />
            ) : (
              <Failed problem={problem} onRetry={() => void query.refetch()} />
            )}
          </div>
        ) : !first ? (
          <div className="panel p-4">
            <Loading rows={12} label="Loading deals" />
          </div>
        ) : (
          <>
            <Totals totals={first.totals} />
            <p role="status" className="unseen">
              {query.isPlaceholderData ? "Asking…" : counted(first.totals.count, "deal")}
            </p>
            {first.totals.count === 0 ? (
              <div className="panel">
                <NoDeals ask={ask} onClear={() => setAsk({})} />
              </div>
            ) : shape === "board" ? (
              <Board ask={ask} facets={first.facets} by={group} />
            ) : (
              <div className={cx("panel overflow-hidden", query.isPlaceholderData && "opacity-60")}>
                <DataTable
                  label="Deals"
                  columns={columns}
                  rows={rows}
                  rowId={(deal) => deal.id}
                  total={first.totals.count}
                  hidden={hidden}
                  sort={ask.sort}
                  onSort={(sort) => setAsk({ ...ask, sort })}
                  onOpen={(deal) => go(path("/deals", deal.id))}
                  onNearEnd={more}
                  className="max-h-[max(24rem,calc(100dvh-19rem))]"
                  more={
                    isFetchNextPageError ? (
                      <div className="sticky left-0 flex items-center justify-center gap-3 p-3 text-sm">
                        {asProblem(query.error).message}
                        <Button size="sm" onClick={() => void fetchNextPage()}>
                          Try again
                        </Button>
                      </div>
                    ) : hasNextPage ? (
                      <p className="sticky left-0 flex items-center justify-center gap-2 p-3 text-xs text-ink-faint">
                        <Spinner /> {count(rows.length)} of {count(first.totals.count)}
                      </p>
                    ) : undefined
                  }
                />
              </div>
            )}
          </>
        )}
      </div>
    </>
  );
}

/** For an address that somebody typed or kept, and whose conditions are none. */
function Unreadable({ problem, onClear }: { problem: Problem; onClear: () => void }) {
  return (
    <Empty
      title="These conditions cannot be read"
      action={<Button onClick={onClear}>Clear all conditions</Button>}
    >
      <ul role="alert" className="flex flex-col gap-1">
        {problem.errors.map(({ pointer, message }) => (
          <li key={pointer}>{conditionProblem(pointer, message)}</li>
        ))}
      </ul>
    </Empty>
  );
}

function NoDeals({ ask, onClear }: { ask: DealAsk; onClear: () => void }) {
  const asked = Object.keys(ask).some((name) => name !== "sort");
  return asked ? (
    <Empty title="No deal fits" action={<Button onClick={onClear}>Clear all conditions</Button>}>
      Take a condition away, or look for other words.
    </Empty>
  ) : (
    <Empty title="No deals yet" action={<BringDeals />}>
      Deals come from a connected CRM or from files. With the first ones there are totals, a forecast and what
      needs attention.
    </Empty>
  );
}

const COLUMNS = "pie.deals.hidden-columns";

/** Which columns somebody does not want to see, on this machine. */
function useHiddenColumns(): [readonly string[], (hidden: readonly string[]) => void] {
  const kept = useRef<readonly string[]>(undefined);
  kept.current ??= (localStorage.getItem(COLUMNS) ?? "").split(",").filter(Boolean);
  const [hidden, set] = useState(kept.current);
  const keep = useCallback((next: readonly string[]) => {
    localStorage.setItem(COLUMNS, next.join(","));
    set(next);
  }, []);
  return [hidden, keep];
}
