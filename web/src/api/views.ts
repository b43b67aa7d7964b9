import { queryOptions } from "@tanstack/react-query";
import { answer, api, data, idempotencyKey, type Schemas } from "./client";

export type View = Schemas["ViewView"];

/** Saved ways to look at deals: one's own and those that are shared. */
export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: async ({ signal }) =>
    (await data(api.GET("/v1/views", { params: { query: { limit: 200 } }, signal }))).data as View[],
});

export const saveView = (view: { name: string; query: Record<string, string>; shared: boolean }) =>
  data(api.POST("/v1/views", { params: { header: { "Idempotency-Key": idempotencyKey() } }, body: view }));

/** Changes a view as it is now: somebody else's change in between answers 412. */
export async function changeView(
  id: string,
  change: Partial<Pick<View, "name" | "query" | "shared">>,
): Promise<View> {
  const { etag } = await answer(api.GET("/v1/views/{id}", { params: { path: { id } } }));
  return data(
    api.PATCH("/v1/views/{id}", {
      params: { path: { id }, header: { "If-Match": etag ?? "*" } },
      body: change,
    }),
  );
}

export async function removeView(id: string): Promise<void> {
  const { etag } = await answer(api.GET("/v1/views/{id}", { params: { path: { id } } }));
  await data(api.DELETE("/v1/views/{id}", { params: { path: { id }, header: { "If-Match": etag ?? "*" } } }));
}
