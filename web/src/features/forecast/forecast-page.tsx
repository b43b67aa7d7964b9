import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Save } from "lucide-react";
import { lazy, Suspense, useCallback } from "react";
import { forecastQuery, type PeriodLength, runForecast } from "@/api/forecasts";
import { meQuery } from "@/api/me";
import { type RunPlan, useRunCommand } from "@/api/run-command";
import { usePage } from "@/shared/page";
import { useAddress } from "@/shared/routing";
import { Button, CommandButton } from "@/shared/ui/button";
import { Segmented } from "@/shared/ui/chip";
import { PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { PageRun } from "@/shared/ui/run-progress";
import { Loading, Skeleton } from "@/shared/ui/states";
import { Tabs } from "@/shared/ui/tabs";
import { PERIODS, readAddress, type Tab } from "./address";

const Outlook = lazy(() => import("./outlook"));
const ChangesTab = lazy(() => import("./changes-tab"));
const SnapshotsTab = lazy(() => import("./snapshots-tab"));

const SAVE: RunPlan<PeriodLength> = {
  kind: "forecast.run",
  begin: (by) => runForecast(by, PERIODS[by]),
  command: {
    id: "forecast.save",
    label: "Save this forecast",
    group: "Forecast",
    keys: "s",
    icon: Save,
    also: "snapshot run",
  },
};

/** What the open deals will bring, what changed in them, and what came of earlier forecasts. */
export default function ForecastPage() {
  const [address, setAddress] = useAddress(readAddress);
  const { data: me } = useQuery(meQuery);
  const client = useQueryClient();
  const { by, tab } = address;
  const query = useQuery(forecastQuery(by, PERIODS[by]));
  const refresh = useCallback(() => void client.invalidateQueries({ queryKey: ["forecasts"] }), [client]);
  usePage({ title: "Forecast", asOf: query.data?.as_of, refresh });

  const { run, command, isBusy, problem, made, tooLittle } = useRunCommand(SAVE, by, refresh);
  return (
    <>
      <PageHead
        title="Forecast"
        sub={
          me && !me.sees_all
            ? "Of the open deals you see."
            : "Of all open deals. What does not exist yet is not in it."
        }
        actions={
          <>
            {tab === "outlook" && (
              <Segmented
                label="Length of the periods"
                value={by}
                onChange={(to) => setAddress({ by: to }, { replace: true })}
                options={[
                  { value: "quarter", label: "Quarters" },
                  { value: "month", label: "Months" },
                ]}
              />
            )}
            <CommandButton command={command} busy={isBusy} />
          </>
        }
      />
      <PageRun
        run={run}
        problem={problem}
        what="The forecast"
        unit="steps"
        done={
          made ? (
            <>
              The forecast is saved.{" "}
              <Button
                size="sm"
                className="ml-1"
                onClick={() => {
                  setAddress({ tab: "snapshots", saved: made });
                  run.dismiss();
                }}
              >
                Look at it
              </Button>
            </>
          ) : (
            <>Nothing was saved: {tooLittle}.</>
          )
        }
      />
      <Tabs
        label="Forecast"
        value={tab}
        onChange={(to) => setAddress({ tab: to as Tab })}
        tabs={[
          {
            id: "outlook",
            label: "Outlook",
            content: (
              <QueryView query={query} loading={<OutlookLoading />}>
                {(forecast) => (
                  <Suspense fallback={<OutlookLoading />}>
                    <Outlook forecast={forecast} by={by} />
                  </Suspense>
                )}
              </QueryView>
            ),
          },
          {
            id: "changes",
            label: "Changes",
            content: (
              <Suspense fallback={<Loading />}>
                <ChangesTab from={address.from} to={address.to} onSpan={(span) => setAddress(span)} />
              </Suspense>
            ),
          },
          {
            id: "snapshots",
            label: "Snapshots",
            content: (
              <Suspense fallback={<Loading />}>
                <SnapshotsTab saved={address.saved} onSaved={(saved) => setAddress({ saved })} />
              </Suspense>
            ),
          },
        ]}
      />
    </>
  );
}

function OutlookLoading() {
  return (
    <div role="status" className="flex flex-col gap-4">
      <span className="unseen">Forecasting</span>
      <Skeleton className="h-28 w-full" />
      <Skeleton className="h-96 w-full" />
    </div>
  );
}
