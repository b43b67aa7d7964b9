import { Sun } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const today: Feature = {
  name: "today",
  routes: [{ path: "/", title: "Today", page: () => import("./today-page") }],
  nav: [place("/", "Today", "g t", Sun)],
};
