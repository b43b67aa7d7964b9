import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, data, type Schemas } from "./client";

export type DealRow = Schemas["DealRow"];
export type Deal = Schemas["Deal"];
export type DealList = Schemas["DealList"];
export type DealPatch = Schemas["DealPatch"];
export type Totals = Schemas["Totals"];
export type Facet = Schemas["Facet"];

/** What a list is asked: conditions by field, words, order. */
export interface DealAsk {
  readonly filter: Readonly<Record<string, Condition>>;
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
}
export type Scalar = string | number | boolean;
export type Condition = Scalar | Readonly<Record<string, Scalar | readonly Scalar[]>>;

const PAGE = 200;

const body = (ask: DealAsk, more: Partial<Schemas["Search"]>): Schemas["Search"] =>
  ({
    filter: ask.filter,
    ...(ask.q ? { q: ask.q } : {}),
    ...(ask.sort ? { sort: ask.sort } : {}),
    ...more,
  }) as Schemas["Search"];

/** The rows of a filter, page by page, with totals and facets of the whole filter on the first. */
export const dealPages = (ask: DealAsk, facets: readonly string[]) =>
  infiniteQueryOptions({
    queryKey: ["deals", "pages", ask, facets],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      data(
        api.POST("/v1/deals/search", {
          body: body(
            ask,
            pageParam ? { limit: PAGE, cursor: pageParam, facets: [] } : { limit: PAGE, facets: [...facets] },
          ),
          signal,
        }),
      ),
    getNextPageParam: (last) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
    placeholderData: keepPreviousData,
  });

/** The first rows of a filter and its totals. */
export const dealsQuery = (ask: DealAsk, limit: number) =>
  queryOptions({
    queryKey: ["deals", "first", ask, limit],
    queryFn: ({ signal }) =>
      data(api.POST("/v1/deals/search", { body: body(ask, { limit, facets: [] }), signal })),
  });

/** What the palette finds. */
export const dealSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ["deals", "search", q],
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.POST("/v1/deals/search", {
          body: {
            q,
            limit: 8,
            fields: ["name", "company", "stage", "amount"],
            facets: [],
          } as unknown as Schemas["Search"],
          signal,
        }),
      ),
  });

/** One deal with everything about it, and the version it has. */
export const dealQuery = (id: string) =>
  queryOptions({
    queryKey: ["deals", "one", id],
    queryFn: async ({ signal }) => answer(api.GET("/v1/deals/{id}", { params: { path: { id } }, signal })),
  });

/** Changes the fields that are ours. `etag` says on which version; another one since answers 412. */
export const changeDeal = (id: string, etag: string | undefined, patch: DealPatch) =>
  answer(
    api.PATCH("/v1/deals/{id}", {
      params: { path: { id }, header: { "If-Match": etag ?? "*" } },
      body: patch,
    }),
  );
