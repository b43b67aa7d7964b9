import type { Feature } from "@/shared/feature";

export const signIn: Feature = {
  name: "sign-in",
  routes: [{ path: "/sign-in", title: "Sign in", open: true, page: () => import("./sign-in-page") }],
};
