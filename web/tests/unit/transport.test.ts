import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, data } from "@/api/client";
import { session } from "@/api/session";
import { retryAfterMs } from "@/api/transport";
import { Problem } from "@/shared/problem";
import { answers, json, problem } from "../render";

beforeEach(() => session.began("first"));
const settings = () => data(api.PUT("/v1/settings", { body: {} } as never));

test("a changing request carries the CSRF text, a reading one does not", async () => {
  const asked = answers({ "PUT /v1/settings": {}, "GET /v1/settings": {} });
  await settings();
  await data(api.GET("/v1/settings"));
  expect(asked.map((request) => request.headers.get("x-csrf-token"))).toEqual(["first", null]);
});

test("a lacking CSRF text is asked for once, and the request repeated with its body", async () => {
  let tries = 0;
  const asked = answers({
    "PUT /v1/settings": () => (++tries === 1 ? problem(403, "csrf") : json({ done: true })),
    "GET /v1/me": { csrf: "second" },
  });
  expect(await settings()).toEqual({ done: true });
  expect(asked.map((request) => request.headers.get("x-csrf-token"))).toEqual(["first", null, "second"]);
  expect(await asked[2]?.text()).toBe("{}");
});

test("an access token that has run out is renewed, once for all that wait", async () => {
  let renewals = 0;
  const fresh = () => renewals > 0;
  answers({
    "GET /v1/settings": () => (fresh() ? json({ ok: true }) : problem(401, "unauthenticated")),
    "GET /v1/me": () => (fresh() ? json({ csrf: "second" }) : problem(401, "unauthenticated")),
    "POST /v1/sessions/refresh": () => {
      renewals += 1;
      return json({ csrf: "second" });
    },
  });
  const got = await Promise.all([data(api.GET("/v1/settings")), data(api.GET("/v1/settings"))]);
  expect(got).toEqual([{ ok: true }, { ok: true }]);
  expect(renewals).toBe(1);
  expect(session.csrf).toBe("second");
});

test("when another window has just gone on, going on again takes its cookies", async () => {
  let tries = 0;
  answers({
    "GET /v1/settings": () => (tries > 1 ? json({ ok: true }) : problem(401, "unauthenticated")),
    "GET /v1/me": () => problem(401, "unauthenticated"),
    "POST /v1/sessions/refresh": () => (++tries === 1 ? problem(409, "changed") : json({ csrf: "third" })),
  });
  expect(await data(api.GET("/v1/settings"))).toEqual({ ok: true });
  expect(session.csrf).toBe("third");
});

test("when renewing does not help the session is over, and it is told", async () => {
  const gone = () => problem(401, "unauthenticated");
  answers({ "GET /v1/settings": gone, "GET /v1/me": gone, "POST /v1/sessions/refresh": gone });
  const told = vi.fn();
  const stop = session.onEnded(told);
  await expect(data(api.GET("/v1/settings"))).rejects.toMatchObject({ status: 401, code: "unauthenticated" });
  stop();
  expect(told).toHaveBeenCalledOnce();
  expect(session.csrf).toBeUndefined();
});

test("a limit is waited for as long as it asks", async () => {
  vi.useFakeTimers();
  let tries = 0;
  answers({
    "GET /v1/settings": () => (++tries < 3 ? json({}, 429, { "retry-after": "2" }) : json({ ok: true })),
  });
  const asked = data(api.GET("/v1/settings"));
  await vi.advanceTimersByTimeAsync(1900);
  expect(tries).toBe(1);
  await vi.advanceTimersByTimeAsync(2200);
  vi.useRealTimers();
  expect(await asked).toEqual({ ok: true });
  expect(tries).toBe(3);
});

describe("what is not a success is a problem", () => {
  test("with its code, place and remedy", async () => {
    answers({
      "GET /v1/settings": () =>
        problem(422, "invalid_body", { errors: [{ pointer: "/a", code: "x", message: "wrong" }] }),
    });
    const error = await data(api.GET("/v1/settings")).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({
      status: 422,
      code: "invalid_body",
      message: "What happened.",
      remedy: "What to do.",
    });
    expect(error.at("/a")).toBe("wrong");
  });
  test("an answer in nobody's words is one too", async () => {
    answers({ "GET /v1/settings": () => new Response("<h1>Bad gateway</h1>", { status: 502 }) });
    await expect(data(api.GET("/v1/settings"))).rejects.toMatchObject({ status: 502, retryable: true });
  });
  test("no answer is one too", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed to fetch")));
    await expect(data(api.GET("/v1/settings"))).rejects.toMatchObject({ code: "network", retryable: true });
  });
});

test.each([
  [null, 1000],
  ["3", 3000],
  ["0", 0],
  ["Thu, 01 Jan 1970 00:00:05 GMT", 4000],
  ["soon", 1000],
])("Retry-After %s is %i ms", (header, ms) => expect(retryAfterMs(header, 1000)).toBe(ms));
