import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";

export type OwnersKpis = Schemas["OwnersKpis"];
export type OwnerKpis = Schemas["OwnerKpis"];
export type Compliance = Schemas["Compliance"];
export type RuleResult = Schemas["RuleResult"];
export type Owner = Schemas["Page_Owner"]["data"][number];

/** Key figures of the sellers; closed deals count since `since`, by default for a year. */
export const ownersKpisQuery = (since: string | undefined) =>
  queryOptions({
    queryKey: ["insights", "owners", since],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(api.GET("/v1/insights/owners/kpis", { params: { query: since ? { since } : {} }, signal })),
  });

/** How far the rules for open deals are kept, with up to `limit` deals that break each. */
export const complianceQuery = (limit: number) =>
  queryOptions({
    queryKey: ["insights", "compliance", limit],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(api.GET("/v1/insights/compliance", { params: { query: { limit } }, signal })),
  });

/** The sellers of the data. */
export const ownersQuery = queryOptions({
  queryKey: ["owners"],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }): Promise<Owner[]> => {
    const all: Owner[] = [];
    let cursor: string | undefined;
    do {
      const page = await data(
        api.GET("/v1/owners", { params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } }, signal }),
      );
      all.push(...page.data);
      cursor = page.has_more ? (page.next_cursor ?? undefined) : undefined;
    } while (cursor);
    return all;
  },
});
