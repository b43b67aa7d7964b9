import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, data, type Schemas } from "./client";

export type DealRow = Schemas["DealRow"];
export type Deal = Schemas["Deal"];
export type DealList = Schemas["DealList"];
export type DealPatch = Schemas["DealPatch"];
export type Totals = Schemas["Totals"];
export type Facet = Schemas["Facet"];

/**
 * What a list is asked, as addresses and saved views write it: `filter[stage][in]` → `Demo,Proposal`, `sort`, `q`.
 */
export type DealAsk = Readonly<Record<string, string>>;

/** The fields a row shows. */
const FIELDS = [
  "id",
  "name",
  "external_ids",
  "company",
  "owner",
  "pipeline",
  "stage",
  "outcome",
  "amount",
  "probability",
  "p_win",
  "close_date",
  "forecast_category",
  "next_step",
  "next_step_due",
  "days_in_stage",
];

const PAGE = 200;

const CONDITION = /^filter\[([^\]]+)\](?:\[([^\]]+)\])?$/;

/** The same as a body for the search: long filters do not fit an address. */
export function searchBody(ask: DealAsk, more: Partial<Schemas["Search"]>): Schemas["Search"] {
  const filter: Record<string, Record<string, string>> = {};
  for (const [name, value] of Object.entries(ask)) {
    const [, field, operator] = CONDITION.exec(name) ?? [];
    if (field) filter[field] = { ...filter[field], [operator ?? "eq"]: value };
  }
  return {
    filter,
    ...(ask.q ? { q: ask.q } : {}),
    ...(ask.sort ? { sort: ask.sort } : {}),
    ...more,
  } as Schemas["Search"];
}

const search = (ask: DealAsk, more: Partial<Schemas["Search"]>, signal: AbortSignal): Promise<DealList> =>
  data(api.POST("/v1/deals/search", { body: searchBody(ask, more), signal }));

/** The rows of a filter, page by page, with totals and facets of the whole filter on the first. */
export const dealPages = (ask: DealAsk, facets: readonly string[]) =>
  infiniteQueryOptions({
    queryKey: ["deals", "pages", ask, facets],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      search(
        ask,
        pageParam
          ? { limit: PAGE, cursor: pageParam, fields: FIELDS, facets: [] }
          : { limit: PAGE, fields: FIELDS, facets: [...facets] },
        signal,
      ),
    getNextPageParam: (last) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
    placeholderData: keepPreviousData,
    // Hundreds of pages are not fetched again because somebody came back to the window.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: 5 * 60_000,
  });

/** The first rows of a filter and its totals. */
export const dealsQuery = (ask: DealAsk, limit: number) =>
  queryOptions({
    queryKey: ["deals", "first", ask, limit],
    queryFn: ({ signal }) => search(ask, { limit, fields: FIELDS, facets: [] }, signal),
    placeholderData: keepPreviousData,
  });

/** What the palette finds. */
export const dealSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ["deals", "search", q],
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      search(
        { q },
        { limit: 8, fields: ["id", "name", "external_ids", "company", "stage", "amount"], facets: [] },
        signal,
      ),
  });

/** One deal with everything about it, and the version it has. */
export const dealQuery = (id: string) =>
  queryOptions({
    queryKey: ["deals", "one", id],
    queryFn: async ({ signal }) => answer(api.GET("/v1/deals/{id}", { params: { path: { id } }, signal })),
  });

/** What happened, the newest first. */
export const timelinePages = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["deals", "one", id, "timeline"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET("/v1/deals/{id}/timeline", {
          params: { path: { id }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (last) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
  });

/** Every move from stage to stage. */
export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ["deals", "one", id, "history"],
    queryFn: ({ signal }) => data(api.GET("/v1/deals/{id}/history", { params: { path: { id } }, signal })),
  });

export type Scores = Schemas["DealScores"];
export type Score = Schemas["DealScore"];

/** The chance over time, as today's model looks back on it. */
export const scoresQuery = (id: string) =>
  queryOptions({
    queryKey: ["deals", "one", id, "scores"],
    queryFn: ({ signal }) => data(api.GET("/v1/deals/{id}/scores", { params: { path: { id } }, signal })),
  });

/** What ties two things to each other, as `buys`, `sells`, `has_a_say` or `was_done`. */
export type Tie = Schemas["Edge"];

/** Who and what hangs on it. */
export const graphQuery = (id: string) =>
  queryOptions({
    queryKey: ["deals", "one", id, "graph"],
    queryFn: ({ signal }) => data(api.GET("/v1/deals/{id}/graph", { params: { path: { id } }, signal })),
  });

/** Changes the fields that are ours. `etag` says on which version; another one since answers 412. */
export const changeDeal = (id: string, etag: string | undefined, patch: DealPatch) =>
  answer(
    api.PATCH("/v1/deals/{id}", {
      params: { path: { id }, header: { "If-Match": etag ?? "*" } },
      body: patch,
    }),
  );

/** What a deal is called: by its name, else by its id at the source. Exports often have no names. */
export const dealName = (deal: {
  readonly id: string;
  readonly name?: string | null;
  readonly external_ids?: Readonly<Record<string, string>> | undefined;
}): string => deal.name ?? Object.values(deal.external_ids ?? {})[0] ?? deal.id;
