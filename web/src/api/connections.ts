import { queryOptions } from "@tanstack/react-query";
import { answer, api, data, idempotencyKey, type Schemas } from "./client";

export type Connector = Schemas["ConnectorView"];
export type Connection = Schemas["ConnectionView"];
export type Stream = Schemas["StreamView"];
export type Granting = Schemas["Granting"];
export type SyncMode = Schemas["SyncMode"];
export type Tested = Schemas["Tested"];
export type Webhook = Schemas["WebhookView"];

/** The sources there are, and what each needs to be let in. */
export const connectorsQuery = queryOptions({
  queryKey: ["connectors"],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }) => (await data(api.GET("/v1/connectors", { signal }))).data as Connector[],
});

/** Whether it changes from one moment to the next, so that it is asked for again soon. */
export const isBusy = (connection: Connection): boolean =>
  connection.status === "pending" ||
  (connection.status === "active" &&
    (Boolean(connection.run) ||
      connection.streams.length === 0 ||
      connection.streams.some((stream) => ["queued", "running"].includes(stream.status))));

const SOON_MS = 2_000;
const LATER_MS = 30_000;

export const connectionsQuery = queryOptions({
  queryKey: ["connections", "all"],
  queryFn: ({ signal }) => data(api.GET("/v1/connections", { signal })),
  refetchInterval: (query) =>
    (query.state.data?.data as Connection[] | undefined)?.some(isBusy) ? SOON_MS : LATER_MS,
});

/** One connection, and the version it has. */
export const connectionQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", "one", id],
    queryFn: async ({ signal }) =>
      answer(api.GET("/v1/connections/{id}", { params: { path: { id } }, signal })),
    refetchInterval: (query) => (query.state.data && isBusy(query.state.data.data) ? SOON_MS : LATER_MS),
  });

export const connect = (what: Schemas["CreateConnection"]) =>
  data(
    api.POST("/v1/connections", {
      params: { header: { "Idempotency-Key": idempotencyKey() } },
      body: what,
    }),
  );

/** Changes a connection as it was read: somebody else's change in between answers 412. */
export const changeConnection = (id: string, etag: string | undefined, change: Schemas["ChangeConnection"]) =>
  answer(
    api.PATCH("/v1/connections/{id}", {
      params: { path: { id }, header: { "If-Match": etag ?? "*" } },
      body: change,
    }),
  );

const once = (id: string) => ({ path: { id }, header: { "Idempotency-Key": idempotencyKey() } });

export const syncConnection = (id: string, mode: SyncMode, streams: string[] = []) =>
  data(api.POST("/v1/connections/{id}/sync", { params: once(id), body: { mode, streams } }));

/** Makes anew what was made of the pages that are kept; the source is not asked. */
export const remapConnection = (id: string) =>
  data(api.POST("/v1/connections/{id}/remap", { params: once(id) }));

export const testConnection = (id: string) =>
  data(api.POST("/v1/connections/{id}/test", { params: { path: { id } } }));

/** Lets it in anew; it keeps its id. By consent the answer says where to go. */
export const reconnect = (id: string, auth?: Granting) =>
  data(
    api.POST("/v1/connections/{id}/reconnect", {
      params: { path: { id } },
      body: auth ? { auth } : {},
    }),
  );

/** Disconnects; with `erase` the answer is the job that takes away what it brought. */
export async function disconnect(id: string, erase: boolean): Promise<Schemas["JobView"] | undefined> {
  const job = await data(
    api.DELETE("/v1/connections/{id}", { params: { path: { id }, query: erase ? { erase } : {} } }),
  );
  return (job as Schemas["JobView"] | undefined) || undefined;
}

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", "one", id, "webhook"],
    queryFn: ({ signal }) =>
      data(api.GET("/v1/connections/{id}/webhook", { params: { path: { id } }, signal })),
  });

export const putWebhook = (id: string, body: Schemas["PutWebhook"]) =>
  data(api.PUT("/v1/connections/{id}/webhook", { params: { path: { id } }, body }));
