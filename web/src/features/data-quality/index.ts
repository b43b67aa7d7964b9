import { ShieldCheck } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const dataQuality: Feature = {
  name: "data-quality",
  routes: [{ path: "/data-quality", title: "Data quality", page: () => import("./data-quality-page") }],
  nav: [
    place("/data-quality", "Data quality", "g q", ShieldCheck, {
      group: "Data",
      also: "issues findings missing stale zombies duplicates",
    }),
  ],
};
