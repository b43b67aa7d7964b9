import { Split } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const whatIf: Feature = {
  name: "what-if",
  routes: [
    { path: "/what-if", title: "What-if", page: () => import("./what-if-page") },
    { path: "/what-if/$deal", title: "What-if", page: () => import("./what-if-deal-page") },
  ],
  nav: [place("/what-if", "What-if", "g w", Split, { also: "simulate scenario" })],
  slots: { "deal.what-if": () => import("./what-if-slot") },
};
