import type { PipelineMap } from "@/api/process";

/** The pipeline screen's question for the open deals of a stage. */
export const openIn = (map: PipelineMap, stage: string): Record<string, string> => ({
  "filter[outcome]": "open",
  ...(map.id ? { "filter[pipeline]": map.id } : {}),
  "filter[stage]": stage,
  sort: "-days_in_stage",
});
