import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { funnelQuery, type PipelineFunnel, type PipelineMap, processMapQuery } from "@/api/process";
import { count } from "@/shared/format";
import { usePage } from "@/shared/page";
import { useAddress } from "@/shared/routing";
import { BringDeals } from "@/shared/ui/bring-deals";
import { Segmented } from "@/shared/ui/chip";
import { Figure, Figures, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { RateFigure } from "@/shared/ui/rate";
import { Select } from "@/shared/ui/select";
import { Empty } from "@/shared/ui/states";
import { Tabs } from "@/shared/ui/tabs";
import { type Address, read } from "./address";
import { MapTab } from "./map-tab";
import { ReworkTab } from "./rework-tab";
import { StagesTab } from "./stages-tab";
import { WaysTab } from "./ways-tab";

const keyOf = (pipeline: { id?: string | null; name: string }) => pipeline.id ?? pipeline.name;

/** How deals really go through the stages, and where time and wins go. */
export default function ProcessMapPage() {
  const [address, setAddress] = useAddress(read);
  const query = useQuery(processMapQuery);
  const funnel = useQuery(funnelQuery);
  const { refetch } = query;
  const { refetch: again } = funnel;
  const refresh = useCallback(() => {
    void refetch();
    void again();
  }, [refetch, again]);
  usePage({ title: "Process map", asOf: query.data?.as_of, refresh });

  const pipelines = query.data?.pipelines ?? [];
  const largest = [...pipelines].sort((a, b) => b.deals - a.deals)[0];
  const map = pipelines.find((pipeline) => keyOf(pipeline) === address.pipeline) ?? largest;
  return (
    <>
      <PageHead
        title="Process map"
        sub={query.data?.rule}
        actions={
          map && (
            <>
              {pipelines.length > 1 && (
                <Select
                  label="Pipeline"
                  className="w-52!"
                  value={keyOf(map)}
                  onChange={(pipeline) => setAddress({ pipeline, stage: undefined })}
                  options={pipelines.map((each) => ({
                    value: keyOf(each),
                    label: `${each.name} (${count(each.deals)})`,
                  }))}
                />
              )}
              <Segmented
                label="Whose ways"
                value={address.whose}
                onChange={(whose) => setAddress({ whose })}
                options={[
                  { value: "all", label: "All deals" },
                  { value: "won", label: "Won" },
                  { value: "lost", label: "Lost" },
                ]}
              />
            </>
          )
        }
      />
      <QueryView query={query}>
        {() =>
          map ? (
            <Shown
              map={map}
              funnel={funnel.data?.pipelines.find((each) => keyOf(each) === keyOf(map))}
              address={address}
              setAddress={setAddress}
            />
          ) : (
            <Nothing />
          )
        }
      </QueryView>
    </>
  );
}

function Nothing() {
  return (
    <div className="panel">
      <Empty title="No deal has a history of stages yet" action={<BringDeals />}>
        When deals come with the dates on which they entered their stages, this page shows the ways they take,
        how long they stay, and where time costs wins.
      </Empty>
    </div>
  );
}

function Shown({
  map,
  funnel,
  address,
  setAddress,
}: {
  map: PipelineMap;
  funnel: PipelineFunnel | undefined;
  address: Address;
  setAddress: (change: Partial<Address>, how?: { replace?: boolean }) => void;
}) {
  const { conforming } = map.conformance;
  const { reworked } = map.rework;
  const slow = map.bottlenecks.find((each) => each.lost_wins > 0);
  const wins = funnel?.win_rate;
  return (
    <div className="flex flex-col gap-4">
      <Figures aria-label="In short" className="panel">
        <Figure label="Deals with a history" value={count(map.deals)} note={map.name} />
        <RateFigure
          label="Won of the closed ones"
          rate={wins}
          note={wins ? `${count(wins.hits)} of ${count(wins.n)} closed` : "none is closed yet"}
        />
        <RateFigure
          label="Keep the order of stages"
          rate={conforming}
          note={map.order === "declared" ? "as the source declares it" : "as found in the history"}
        />
        <RateFigure
          label="Did something twice"
          rate={reworked}
          note={reworked ? `${count(reworked.hits)} of ${count(reworked.n)} deals` : undefined}
        />
        <Figure
          label="Time costs most in"
          value={slow?.stage ?? "–"}
          note={
            slow
              ? `about ${count(Math.round(slow.lost_wins))} wins fewer among slow deals`
              : "no stage where slow deals won less"
          }
        />
      </Figures>
      <Tabs
        label="Views of the process"
        value={address.tab}
        onChange={(tab) => setAddress({ tab: tab as Address["tab"] })}
        tabs={[
          {
            id: "map",
            label: "Map",
            content: <MapTab map={map} funnel={funnel} address={address} setAddress={setAddress} />,
          },
          { id: "stages", label: "Stages and time", content: <StagesTab map={map} funnel={funnel} /> },
          { id: "ways", label: "Ways they take", content: <WaysTab map={map} whose={address.whose} /> },
          { id: "rework", label: "Rework and order", content: <ReworkTab map={map} /> },
        ]}
      />
    </div>
  );
}
