import { ChartNoAxesCombined } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const forecast: Feature = {
  name: "forecast",
  routes: [{ path: "/forecast", title: "Forecast", page: () => import("./forecast-page") }],
  nav: [
    place("/forecast", "Forecast", "g f", ChartNoAxesCombined, {
      also: "quantiles waterfall sankey changes",
    }),
  ],
};
