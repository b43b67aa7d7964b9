import createClient from "openapi-fetch";
import { Problem } from "@/shared/problem";
import type { components, paths } from "./schema";
import { send } from "./transport";

export type Schemas = components["schemas"];

/** Every operation of the API, typed from its description. Ask through {@link data} or {@link answer}. */
export const api = createClient<paths>({
  baseUrl: typeof window === "undefined" ? "http://localhost" : window.location.origin,
  fetch: send,
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function fail(error: unknown, response: Response): Problem {
  return new Problem({ ...(typeof error === "object" ? error : {}), status: response.status });
}

/** The body of a success; anything else is thrown as a {@link Problem}. */
export async function data<T>(asked: Promise<Answer<T>>): Promise<T> {
  return (await answer(asked)).data;
}

/** The body and the `ETag`, for what is changed later with `If-Match`. */
export async function answer<T>(asked: Promise<Answer<T>>): Promise<{ data: T; etag: string | undefined }> {
  const got = await asked;
  if (!got.response.ok) throw fail(got.error, got.response);
  return { data: got.data as T, etag: got.response.headers.get("etag") ?? undefined };
}

/** A key for a POST that must not happen twice: make it where the person acts, so that a retry carries the same. */
export const idempotencyKey = (): string => crypto.randomUUID();
