import { Plug } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";
import { mayConnect, maySee } from "./may";

export const connections: Feature = {
  name: "connections",
  routes: [
    { path: "/connections", title: "Connections", page: () => import("./connections-page") },
    { path: "/connections/stages", title: "What stages mean", page: () => import("./stages-page") },
    { path: "/connections/new/$source", title: "Connect a source", page: () => import("./connect-page") },
    { path: "/connections/$connection", title: "Connection", page: () => import("./connection-page") },
  ],
  nav: [
    place("/connections", "Connections", "g n", Plug, {
      group: "Data",
      also: "sources sync salesforce hubspot pipedrive stripe",
      when: ({ who }) => maySee(who),
    }),
  ],
  commands: [
    {
      id: "connections.connect",
      label: "Connect a source",
      group: "Connections",
      icon: Plug,
      also: "salesforce hubspot pipedrive stripe crm",
      when: ({ who }) => mayConnect(who),
      run: ({ go }) => go("/connections"),
    },
    {
      id: "connections.stages",
      label: "Say what stages mean",
      group: "Connections",
      also: "stage mapping taxonomy canonical",
      run: ({ go }) => go("/connections/stages"),
    },
  ],
};
