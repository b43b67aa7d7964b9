import { queryOptions } from "@tanstack/react-query";
import { answer, api, data, idempotencyKey, type Schemas } from "./client";

export type Import = Schemas["ImportView"];
export type ImportOptions = Schemas["ImportOptions"];
export type ImportReport = Schemas["ReportView"];
export type ImportTable = Schemas["ImportTable"];
export type IssueGroup = Schemas["ImportIssueGroup"];
export type Mapping = Schemas["Mapping"];
export type TableMapping = Schemas["TableMapping"];
export type PreviewDeal = Schemas["PreviewDeal"];

/** What became of one kind of record, or would. */
export interface Counts {
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly stale: number;
  readonly quarantined: number;
}

/** What is known of an import, as far as it has come. */
export interface Summary {
  readonly rows?: { readonly read: number; readonly used: number; readonly not_used: number };
  readonly issues?: { readonly error: number; readonly warning: number; readonly note: number };
  readonly as_of?: string;
  readonly would_write?: Readonly<Record<string, Counts>>;
  readonly written?: Readonly<Record<string, Counts>>;
  readonly undone?: {
    readonly restored: number;
    readonly removed: number;
    readonly changed_since: number;
  };
}

export const summaryOf = (it: { summary?: unknown }): Summary => (it.summary ?? {}) as Summary;

const AT_WORK = new Set(["validating", "committing", "undoing"]);
export const isAtWork = (it: Import): boolean => AT_WORK.has(it.status);

const SOON_MS = 1_000;

/** The imports, the newest first. */
export const importsQuery = queryOptions({
  queryKey: ["imports", "all"],
  queryFn: ({ signal }) => data(api.GET("/v1/imports", { params: { query: { limit: 50 } }, signal })),
  refetchInterval: (query) =>
    (query.state.data?.data as Import[] | undefined)?.some(isAtWork) ? SOON_MS * 3 : false,
});

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ["imports", "one", id],
    queryFn: ({ signal }) => data(api.GET("/v1/imports/{id}", { params: { path: { id } }, signal })),
    refetchInterval: (query) => (query.state.data && isAtWork(query.state.data) ? SOON_MS : false),
  });

/**
 * What a validation found. `job` is the validation's: a later one finds something else. It is no part of what changes
 * with the import, since it is not to be had while the files are looked at anew.
 */
export const reportQuery = (id: string, job: string | null | undefined) =>
  queryOptions({
    queryKey: ["import-report", id, job],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/imports/{id}/report", {
          params: { path: { id }, query: { examples: 20 } },
          signal,
        }),
      ),
  });

/** What the columns mean, and the version it has. */
export const mappingQuery = (id: string, job: string | null | undefined) =>
  queryOptions({
    queryKey: ["import-mapping", id, job],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/imports/{id}/mapping", { params: { path: { id } }, signal })),
  });

export const createImport = (source: string, options: ImportOptions) =>
  data(
    api.POST("/v1/imports", {
      params: { header: { "Idempotency-Key": idempotencyKey() } },
      body: { source, options },
    }),
  );

export const putMapping = (id: string, etag: string | undefined, mapping: Mapping) =>
  data(
    api.PUT("/v1/imports/{id}/mapping", {
      params: { path: { id }, header: etag ? { "If-Match": etag } : {} },
      body: mapping,
    }),
  );

const once = (id: string) => ({ path: { id }, header: { "Idempotency-Key": idempotencyKey() } });

export const validateImport = (id: string) =>
  data(api.POST("/v1/imports/{id}/validate", { params: once(id) }));
export const commitImport = (id: string) => data(api.POST("/v1/imports/{id}/commit", { params: once(id) }));
export const undoImport = (id: string) => data(api.POST("/v1/imports/{id}/undo", { params: once(id) }));

export const deleteFile = (id: string, name: string) =>
  data(api.DELETE("/v1/imports/{id}/files/{name}", { params: { path: { id, name } } }));
