import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render as draw } from "@testing-library/react";
import type { ReactElement } from "react";
import { vi } from "vitest";

/** Draws a component where pages live: with a query cache and a router at `at`. */
export function render(element: ReactElement, at = "/") {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const root = createRootRoute();
  const any = createRoute({ getParentRoute: () => root, path: "$", component: () => element });
  const index = createRoute({ getParentRoute: () => root, path: "/", component: () => element });
  const router = createRouter({
    routeTree: root.addChildren([index, any]),
    history: createMemoryHistory({ initialEntries: [at] }),
  });
  return {
    client,
    router,
    ...draw(
      <QueryClientProvider client={client}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>,
    ),
  };
}

type Reply = unknown | ((request: Request) => Response | Promise<Response>);

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { "content-type": status < 400 ? "application/json" : "application/problem+json", ...headers },
  });

export const problem = (status: number, code: string, more: object = {}): Response =>
  json(
    {
      status,
      code,
      title: "Title",
      detail: "What happened.",
      remedy: "What to do.",
      retryable: false,
      ...more,
    },
    status,
  );

/** Answers for the API by `METHOD /path`. What is asked and not here fails the test. Gives the requests that came. */
export function answers(replies: Record<string, Reply>): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    asked.push(request.clone());
    const key = `${request.method} ${new URL(request.url).pathname}`;
    if (!(key in replies)) throw new Error(`nobody answers ${key}`);
    const reply = replies[key];
    return typeof reply === "function" ? reply(request) : json(reply);
  });
  return asked;
}
