import { Problem } from "@/shared/problem";
import { api, data, idempotencyKey } from "./client";
import { ended, type Job } from "./jobs";

/** Takes the deals of a filter out as a CSV file; answers with the address to fetch it from. */
export async function exportDeals(
  query: Record<string, string>,
  onProgress?: (job: Job) => void,
): Promise<string> {
  const asked = await data(
    api.POST("/v1/exports", {
      params: { header: { "Idempotency-Key": idempotencyKey() } },
      body: { kind: "deals", query },
    }),
  );
  const job = await ended(asked, onProgress);
  if (job.status !== "succeeded") {
    throw new Problem({
      status: 0,
      code: job.problem?.code ?? job.status,
      title: "The export was not made",
      detail: job.problem?.detail ?? `It ended as ${job.status}.`,
      remedy: job.problem?.remedy ?? "Export again.",
      retryable: true,
    });
  }
  return `/v1/exports/${encodeURIComponent(job.id)}/file`;
}
