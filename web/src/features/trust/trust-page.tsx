import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useCallback, useState } from "react";
import { backtestQuery, backtestsQuery, runBacktest } from "@/api/backtests";
import type { Run } from "@/api/forecasts";
import { meQuery } from "@/api/me";
import { type RunPlan, useRunCommand } from "@/api/run-command";
import { instant } from "@/shared/format";
import { who } from "@/shared/format/who";
import { usePage } from "@/shared/page";
import { useAddress } from "@/shared/routing";
import { CommandButton } from "@/shared/ui/button";
import { Field } from "@/shared/ui/field";
import { PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { PageRun } from "@/shared/ui/run-progress";
import { Select } from "@/shared/ui/select";
import { Empty, NotEnoughHistory, Skeleton } from "@/shared/ui/states";
import { InShort, Report } from "./report";
import { Unknowns } from "./unknowns";

const HORIZONS = [30, 60, 90] as const;

const readAddress = (search: Readonly<Record<string, unknown>>) => ({
  test:
    typeof search.test === "string" && /^backtest_[0-9a-z]{1,64}$/.test(search.test)
      ? search.test
      : undefined,
});

const TEST: RunPlan<number> = {
  kind: "backtest.run",
  begin: runBacktest,
  command: {
    id: "trust.test",
    label: "Test it on the past",
    group: "Trust",
    keys: "t",
    icon: FlaskConical,
    also: "backtest calibration",
  },
};

/** How right it would have been on the customer's own past. */
export default function TrustPage() {
  const [address, setAddress] = useAddress(readAddress);
  const { data: me } = useQuery(meQuery);
  const client = useQueryClient();
  const [horizon, setHorizon] = useState<number>(30);
  const list = useQuery(backtestsQuery);
  const runs = (list.data?.data ?? []) as readonly Run[];
  const id = address.test ?? runs[0]?.id;
  const test = useQuery(backtestQuery(id));
  const refresh = useCallback(() => void client.invalidateQueries({ queryKey: ["backtests"] }), [client]);
  usePage({ title: "Trust", asOf: test.data?.as_of, refresh });

  const { run, command, may, isBusy, problem, tooLittle } = useRunCommand(TEST, horizon, () => {
    refresh();
    // The new one is the newest.
    setAddress({ test: undefined }, { replace: true });
  });
  return (
    <>
      <PageHead
        title="Trust"
        sub="How right the forecast would have been on your own past."
        actions={
          may && (
            <>
              <Select
                label="How far to look ahead"
                value={String(horizon)}
                onChange={(value) => setHorizon(Number(value))}
                options={HORIZONS.map((days) => ({ value: String(days), label: `${days} days ahead` }))}
                className="w-36!"
              />
              <CommandButton command={command} look="accent" />
            </>
          )
        }
      />
      <PageRun
        run={run}
        problem={problem}
        what="The test on the past"
        unit="past days"
        done={tooLittle ? "The test ended without a result." : "The test is done: this is what it says."}
      />
      <div className="flex flex-col gap-4">
        {tooLittle && (
          <div className="panel">
            <NotEnoughHistory>
              <p className="first-letter:uppercase">{tooLittle}</p>
              <p className="mt-1">
                Meanwhile forecasts lean on the history as a whole, and say so with wider ranges.
              </p>
            </NotEnoughHistory>
          </div>
        )}
        <QueryView query={list} loading={<TestLoading />}>
          {() =>
            id === undefined ? (
              tooLittle || isBusy ? null : (
                <div className="panel">
                  <Empty title="Not tested yet" action=<CommandButton command={command} look="accent" />>
                    On each of up to 24 past days everything is learned anew from what was known then, and
                    compared with what came. It takes a minute or two, and says how far chances and ranges can
                    be taken at their word.
                  </Empty>
                </div>
              )
            ) : (
              <>
                {(runs.length > 1 || address.test) && (
                  <Field label="Test" className="max-w-md">
                    <Select
                      value={id}
                      onChange={(next) => setAddress({ test: next })}
                      options={[
                        ...runs.map((one) => ({
                          value: one.id,
                          label: `${instant(one.created_at)}, by ${who(one.created_by, one.created_by_name, me)}`,
                        })),
                        ...(runs.some((one) => one.id === id)
                          ? []
                          : [{ value: id, label: "the one of the link" }]),
                      ]}
                    />
                  </Field>
                )}
                <QueryView query={test} loading={<TestLoading />}>
                  {(got) => (got.all ? <Report test={got.all} /> : <InShort skill={got.skill} />)}
                </QueryView>
              </>
            )
          }
        </QueryView>
        <Unknowns />
      </div>
    </>
  );
}

function TestLoading() {
  return (
    <div role="status" className="flex flex-col gap-4">
      <span className="unseen">Loading the test</span>
      <Skeleton className="h-16 w-full" />
      <Skeleton className="h-28 w-full" />
      <Skeleton className="h-96 w-full" />
    </div>
  );
}
