import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, idempotencyKey, type Schemas } from "./client";

export type Simulation = Schemas["Simulation"];
export type Recommendation = Schemas["Recommendation"];
export type Delta = Schemas["Delta"];
export type SavedScenario = Schemas["SavedScenario"];
export type SimulationRow = Schemas["Page_SimulationRow"]["data"][number];

/** Changes as texts: `add_champion`, `accelerate(Proposal,10)`. */
export type Changes = readonly string[];

/**
 * What a deal would do with these changes; without any, what it does as it is. Asking is a POST that makes an answer
 * with an address; the same question again is answered from here.
 */
export const simulationQuery = (deal: string, changes: Changes, runs: number, enabled = true) =>
  queryOptions({
    queryKey: ["simulations", "asked", deal, changes, runs],
    enabled,
    staleTime: 5 * 60_000,
    // Coming back to the window asks nothing: each answer is kept under an address of its own.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (await data(
        api.POST("/v1/simulations", {
          body: { deal, scenarios: [...changes], runs } as Schemas["SimulationRequest"],
          headers: { "idempotency-key": idempotencyKey() },
          signal,
        }),
      )) as Simulation,
  });

/** A simulation as it was answered: for 90 days it says the same. */
export const keptSimulationQuery = (id: string | undefined) =>
  queryOptions({
    queryKey: ["simulations", "kept", id],
    enabled: id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) =>
      (await data(
        api.GET("/v1/simulations/{id}", { params: { path: { id: id ?? "" } }, signal }),
      )) as Simulation,
  });

export const recentSimulationsQuery = (limit = 100) =>
  queryOptions({
    queryKey: ["simulations", "recent", limit],
    queryFn: ({ signal }) => data(api.GET("/v1/simulations", { params: { query: { limit } }, signal })),
  });

/** What would help a deal most, the best first. */
export const recommendationsQuery = (deal: string, enabled = true) =>
  queryOptions({
    queryKey: ["deals", "recommendations", deal],
    enabled,
    queryFn: ({ signal }) =>
      data(api.GET("/v1/deals/{id}/recommendations", { params: { path: { id: deal } }, signal })),
  });

/** What a deal is expected to do, with the model's own interval. */
export const dealOutlookQuery = (deal: string, enabled = true) =>
  queryOptions({
    queryKey: ["deals", "forecast", deal],
    enabled,
    queryFn: ({ signal }) =>
      data(api.GET("/v1/deals/{id}/forecast", { params: { path: { id: deal } }, signal })),
  });

export const scenariosQuery = queryOptions({
  queryKey: ["scenarios"],
  queryFn: async ({ signal }) =>
    (await data(api.GET("/v1/scenarios", { params: { query: { limit: 200 } }, signal })))
      .data as SavedScenario[],
});

export const saveScenario = (name: string, changes: Changes, key: string) =>
  data(
    api.POST("/v1/scenarios", {
      body: { name, changes: [...changes] } as Schemas["NewScenario"],
      headers: { "idempotency-key": key },
    }),
  );

export const deleteScenario = (id: string) =>
  data(api.DELETE("/v1/scenarios/{id}", { params: { path: { id } } }));

/** Open deals by words of their name, company or owner; without words the largest. */
export const openDealsQuery = (q: string) =>
  queryOptions({
    queryKey: ["deals", "open", q],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.POST("/v1/deals/search", {
          body: {
            filter: { outcome: "open" },
            sort: "-amount",
            limit: 20,
            facets: [],
            ...(q ? { q } : {}),
          } as unknown as Schemas["Search"],
          signal,
        }),
      ),
  });

/** What deals are called. Those that are not seen are not in it. */
export const dealNamesQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ["deals", "names", ids],
    enabled: ids.length > 0,
    queryFn: async ({ signal }) => {
      const page = await data(
        api.POST("/v1/deals/search", {
          body: {
            filter: { id: { in: [...ids] } },
            limit: 200,
            fields: ["name", "company", "stage"],
            facets: [],
          } as unknown as Schemas["Search"],
          signal,
        }),
      );
      return new Map(page.data.map((deal) => [deal.id, deal]));
    },
  });
