import { Waypoints } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const processMap: Feature = {
  name: "process-map",
  routes: [{ path: "/process", title: "Process map", page: () => import("./process-map-page") }],
  nav: [
    place("/process", "Process map", "g p", Waypoints, {
      also: "funnel bottlenecks variants rework dwell time",
    }),
  ],
};
