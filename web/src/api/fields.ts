import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, data, type Schemas } from "./client";

export type Mapping = Schemas["FieldMapping"];
export type Taken = Schemas["TakenField"];
export type Candidate = Schemas["FieldCandidate"];
export type ConnectionFields = Schemas["ConnectionFields"];
export type FieldsPreview = Schemas["FieldsPreview"];

/** Which fields of deals are taken from others, what there is to choose from, and the version it has. */
export const fieldsQuery = (connection: string) =>
  queryOptions({
    queryKey: ["connections", "one", connection, "fields"],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/connections/{id}/fields", { params: { path: { id: connection } }, signal })),
  });

/** What another mapping would change. Asked anew for another; the old answer stays meanwhile. */
export const fieldsPreviewQuery = (connection: string, fields: Mapping, isOther: boolean) =>
  queryOptions({
    queryKey: ["connections", "one", connection, "fields", "preview", fields],
    enabled: isOther,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.POST("/v1/connections/{id}/fields/preview", {
          params: { path: { id: connection } },
          body: { fields },
          signal,
        }),
      ),
  });

/** Saves a mapping as it was read: somebody else's in between answers 412. The answer is the job that maps again. */
export const putFields = (connection: string, etag: string | undefined, fields: Mapping) =>
  data(
    api.PUT("/v1/connections/{id}/fields", {
      params: { path: { id: connection }, header: { "If-Match": etag ?? "*" } },
      body: { fields },
    }),
  );
