import { Users } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const owners: Feature = {
  name: "owners",
  routes: [{ path: "/owners", title: "Owners", page: () => import("./owners-page") }],
  nav: [
    place("/owners", "Owners", "g o", Users, {
      also: "sellers team key figures win rate compliance rules",
      // Who sees only their own deals has nobody to compare.
      when: ({ who }) => who !== undefined && who.role !== "ae",
    }),
  ],
};
