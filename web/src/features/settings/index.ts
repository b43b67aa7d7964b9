import { Settings } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const settings: Feature = {
  name: "settings",
  routes: [{ path: "/settings", title: "Settings", page: () => import("./settings-page") }],
  nav: [
    place("/settings", "Settings", "g s", Settings, {
      group: "Admin",
      also: "members roles invite api keys stages thresholds audit log identity account",
    }),
  ],
};
