import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { meQuery } from "@/api/me";
import { complianceQuery, ownersKpisQuery } from "@/api/owners";
import { date } from "@/shared/format";
import { dated } from "@/shared/format/dated";
import { usePage } from "@/shared/page";
import { useAddress, useGo } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { Empty } from "@/shared/ui/states";
import { Tabs } from "@/shared/ui/tabs";
import { type Address, read } from "./address";
import { KeyFigures } from "./figures";
import { daysBefore } from "./kpis";
import { Rules } from "./rules";

const SPANS = [
  [30, "30 days"],
  [90, "90 days"],
  [182, "half a year"],
  [730, "two years"],
] as const;

/** Sellers side by side, and how the rules for open deals are kept. */
export default function OwnersPage() {
  const me = useQuery(meQuery);
  return <QueryView query={me}>{(who) => (who.role === "ae" ? <NotYours /> : <Owners />)}</QueryView>;
}

function NotYours() {
  const go = useGo();
  usePage({ title: "Owners" });
  return (
    <>
      <PageHead title="Owners" />
      <div className="panel">
        <Empty
          title="This page compares sellers"
          action={<Button onClick={() => go("/deals")}>Go to my deals</Button>}
        >
          Managers see it, each with their own team. You see your own deals in the pipeline.
        </Empty>
      </div>
    </>
  );
}

function Owners() {
  const [address, setAddress] = useAddress(read);
  const figures = useQuery(ownersKpisQuery(address.since));
  const rules = useQuery({ ...complianceQuery(50), enabled: address.tab === "rules" });
  const shown = address.tab === "rules" ? rules : figures;
  const { refetch } = shown;
  const refresh = useCallback(() => void refetch(), [refetch]);
  const asOf = shown.data?.as_of;
  usePage({ title: "Owners", asOf, refresh });

  const spans = asOf ? SPANS.map(([days, label]) => ({ value: daysBefore(asOf, days), label })) : [];
  const known = spans.some((span) => span.value === address.since);
  return (
    <>
      <PageHead
        title="Owners"
        sub={shown.data && dated(shown.data.rule)}
        actions={
          address.tab === "figures" && (
            <label htmlFor="since" className="flex items-center gap-2 text-sm text-ink-soft">
              Closed deals of the last
              <Select
                id="since"
                className="w-36!"
                value={address.since ?? "year"}
                onChange={(since) => setAddress({ since: since === "year" ? undefined : since })}
                options={[
                  ...spans.slice(0, 3),
                  { value: "year", label: "year" },
                  ...spans.slice(3),
                  ...(address.since && !known
                    ? [{ value: address.since, label: `since ${date(address.since)}` }]
                    : []),
                ]}
              />
            </label>
          )
        }
      />
      <Tabs
        label="Views of the owners"
        value={address.tab}
        onChange={(tab) => setAddress({ tab: tab as Address["tab"] })}
        tabs={[
          {
            id: "figures",
            label: "Key figures",
            content: (
              <QueryView query={figures}>
                {(data) => (
                  <KeyFigures
                    data={data}
                    isOld={figures.isPlaceholderData}
                    sort={address.sort}
                    onSort={(sort) => setAddress({ sort }, { replace: true })}
                  />
                )}
              </QueryView>
            ),
          },
          {
            id: "rules",
            label: "Rules",
            content: (
              <QueryView query={rules}>
                {(data) => (
                  <Rules
                    data={data}
                    open={address.rule}
                    onOpen={(rule) => setAddress({ rule }, { replace: true })}
                  />
                )}
              </QueryView>
            ),
          },
        ]}
      />
    </>
  );
}
