import { useQuery } from "@tanstack/react-query";
import { lazy } from "react";
import { type Me, meQuery } from "@/api/me";
import { usePage } from "@/shared/page";
import { useAddress } from "@/shared/routing";
import { PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { type Tab, Tabs } from "@/shared/ui/tabs";

const Members = lazy(() => import("./members"));
const Roles = lazy(() => import("./roles"));
const Keys = lazy(() => import("./keys"));
const Stages = lazy(() => import("./stages"));
const Thresholds = lazy(() => import("./thresholds"));
const Issuers = lazy(() => import("./issuers"));
const Audit = lazy(() => import("./audit"));
const Account = lazy(() => import("./account"));

const read = (search: Readonly<Record<string, unknown>>): { tab: string } => ({
  tab: typeof search.tab === "string" ? search.tab : "members",
});

/** Everybody's part: who they are and what roles mean. An admin's: all of it. */
const tabsFor = (me: Me): Tab[] => {
  const admin = me.role === "admin" && me.scopes.includes("admin");
  return [
    {
      id: "members",
      label: admin ? "Members" : "You and your team",
      content: <Members me={me} admin={admin} />,
    },
    { id: "roles", label: "Roles", content: <Roles own={me.role} /> },
    ...(admin
      ? [
          { id: "keys", label: "API keys", content: <Keys /> },
          { id: "stages", label: "Stages", content: <Stages /> },
          { id: "thresholds", label: "Thresholds", content: <Thresholds /> },
          { id: "issuers", label: "Identity providers", content: <Issuers /> },
          { id: "audit", label: "Audit log", content: <Audit /> },
          { id: "account", label: "Account", content: <Account /> },
        ]
      : []),
  ];
};

export default function SettingsPage() {
  const [{ tab }, setAddress] = useAddress(read);
  const me = useQuery(meQuery);
  usePage({ title: "Settings" });
  return (
    <>
      <PageHead
        title="Settings"
        sub={me.data && me.data.role !== "admin" ? "Ask an admin for what is not here." : undefined}
      />
      <QueryView query={me}>
        {(who) => (
          <Tabs
            label="Settings"
            value={tab}
            onChange={(next) => setAddress({ tab: next })}
            tabs={tabsFor(who)}
          />
        )}
      </QueryView>
    </>
  );
}
