import type { QueryClient } from "@tanstack/react-query";
import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import { meQuery } from "@/api/me";
import { Problem } from "@/shared/problem";
import { Loading } from "@/shared/ui/states";
import { Broken, NotFound, Nowhere } from "./error-boundary";
import { features } from "./routes";
import { Shell } from "./shell";

/** The routes of all features. Those behind the shell ask first who is there. */
export function makeRouter(client: QueryClient, history?: RouterHistory) {
  const root = createRootRoute({ component: Outlet, notFoundComponent: Nowhere, errorComponent: Broken });
  const shell = createRoute({
    getParentRoute: () => root,
    id: "shell",
    component: Shell,
    beforeLoad: async ({ location }) => {
      try {
        await client.ensureQueryData(meQuery);
      } catch (error) {
        if (error instanceof Problem && error.status === 401) {
          throw redirect({ to: "/sign-in", search: { next: location.href } } as unknown as Parameters<
            typeof redirect
          >[0]);
        }
        throw error;
      }
    },
  });
  const routes = features.flatMap((feature) => feature.routes);
  const make = (parent: AnyRoute) => (route: (typeof routes)[number]) =>
    createRoute({
      getParentRoute: () => parent,
      path: route.path,
      component: lazyRouteComponent(route.page),
      staticData: { title: route.title },
    } as Parameters<typeof createRoute>[0]) as AnyRoute;
  return createRouter({
    routeTree: root.addChildren([
      shell.addChildren(routes.filter((route) => !route.open).map(make(shell))),
      ...routes.filter((route) => route.open).map(make(root)),
    ]),
    ...(history ? { history } : {}),
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
      return kept.length > 0
        ? `?${new URLSearchParams(kept.map(([name, value]) => [name, String(value)]))}`
        : "";
    },
    defaultPreload: "intent",
    defaultPendingMs: 120,
    defaultPendingMinMs: 0,
    defaultPendingComponent: Loading,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}
