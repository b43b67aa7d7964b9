import { api, data, type Schemas } from "./client";

export type Job = Schemas["JobView"];

const ENDED = new Set(["succeeded", "failed", "cancelled"]);
export const isEnded = (job: Job): boolean => ENDED.has(job.status);

/** Waits until a job has ended, and tells how far it is meanwhile. */
export async function ended(job: Job, onProgress?: (job: Job) => void, everyMs = 600): Promise<Job> {
  let now = job;
  while (!isEnded(now)) {
    await new Promise((done) => setTimeout(done, everyMs));
    now = await data(api.GET("/v1/jobs/{id}", { params: { path: { id: job.id } } }));
    onProgress?.(now);
  }
  return now;
}
