import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, data, type Schemas } from "./client";

export type Stage = Schemas["StageView"];

/** The stages of a pipeline with what they mean, and the version they have. */
export const stagesQuery = (pipeline: string) =>
  queryOptions({
    queryKey: ["stages", pipeline],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/pipelines/{id}/stages", { params: { path: { id: pipeline } }, signal })),
  });

/** Says what stages mean, as they were read: somebody else's word in between answers 412. */
export const putStages = (pipeline: string, etag: string | undefined, stages: Schemas["PutStage"][]) =>
  answer(
    api.PUT("/v1/pipelines/{id}/stages", {
      params: { path: { id: pipeline }, header: { "If-Match": etag ?? "*" } },
      body: { stages },
    }),
  );

/** What that would change, before it is said. Asked anew for other words; the old answer stays meanwhile. */
export const previewQuery = (pipeline: string, stages: Schemas["PutStage"][]) =>
  queryOptions({
    queryKey: ["stages", pipeline, "preview", stages],
    enabled: stages.length > 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.POST("/v1/pipelines/{id}/stages/preview", {
          params: { path: { id: pipeline } },
          body: { stages },
          signal,
        }),
      ),
  });

export const OUTCOMES = ["open", "won", "lost"] as const;
export type Outcome = (typeof OUTCOMES)[number];
/** How many deals of each stage stand open, won and lost. */
export type StageDeals = Readonly<Record<string, Readonly<Record<Outcome, number>>>>;

/** Counts the deals of a pipeline by stage and how they stand. */
export const stageDealsQuery = (pipeline: string) =>
  queryOptions({
    queryKey: ["deals", "stages", pipeline],
    queryFn: async ({ signal }): Promise<StageDeals> => {
      const found = await Promise.all(
        OUTCOMES.map((outcome) =>
          data(
            api.POST("/v1/deals/search", {
              body: { filter: { pipeline, outcome }, limit: 1, fields: ["id"], facets: ["stage"] },
              signal,
            }),
          ),
        ),
      );
      const counts: Record<string, Record<Outcome, number>> = {};
      found.forEach((list, at) => {
        const outcome = OUTCOMES[at];
        const facets = (list as { facets?: Schemas["Facet"][] | null }).facets ?? [];
        for (const { value, count } of facets.find((facet) => facet.field === "stage")?.values ?? []) {
          const stage = counts[value] ?? { open: 0, won: 0, lost: 0 };
          counts[value] = stage;
          if (outcome) stage[outcome] = count;
        }
      });
      return counts;
    },
  });
