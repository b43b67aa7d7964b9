import { Banknote } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

export const cashFlow: Feature = {
  name: "cash-flow",
  routes: [{ path: "/cash-flow", title: "Cash-flow", page: () => import("./cash-flow-page") }],
  nav: [
    place("/cash-flow", "Cash-flow", "g c", Banknote, {
      also: "cash money payments invoices bills orders received",
    }),
  ],
};
