import { KanbanSquare } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const pipeline: Feature = {
  name: "pipeline",
  routes: [{ path: "/deals", title: "Pipeline", page: () => import("./pipeline-page") }],
  nav: [place("/deals", "Pipeline", "g d", KanbanSquare, { also: "deals table board" })],
};
