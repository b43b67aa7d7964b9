import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";

export type DataQuality = Schemas["DataQuality"];
export type Finding = Schemas["Finding"];
export type Zombie = Schemas["Zombie"];
export type ZombieRule = Schemas["ZombieRule"];
export type Leak = Schemas["Leak"];

/** What is wrong with the data, the gravest first. */
export const dataQualityQuery = queryOptions({
  queryKey: ["insights", "data-quality"],
  queryFn: ({ signal }) => data(api.GET("/v1/insights/data-quality", { signal })),
});
