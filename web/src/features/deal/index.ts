import type { Feature } from "@/shared/feature";

export const deal: Feature = {
  name: "deal",
  routes: [{ path: "/deals/$deal", title: "Deal", page: () => import("./deal-page") }],
};
