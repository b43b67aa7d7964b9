import { ShieldCheck } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const trust: Feature = {
  name: "trust",
  routes: [{ path: "/trust", title: "Trust", page: () => import("./trust-page") }],
  nav: [place("/trust", "Trust", "g u", ShieldCheck, { also: "backtest calibration reliability" })],
};
