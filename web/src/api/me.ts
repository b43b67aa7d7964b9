import { queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";
import { session } from "./session";

export type Me = Schemas["WhoAmI"];

/** Who asks, and what they may. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  staleTime: 5 * 60_000,
  retry: false,
  queryFn: async ({ signal }): Promise<Me> => {
    const me = await data(api.GET("/v1/me", { signal }));
    // Only a call by cookie is told the text; with a key from the development proxy there is none.
    if (me.csrf) session.began(me.csrf);
    return me;
  },
});

/** Sends a code by e-mail. */
export const sendCode = (email: string) => data(api.POST("/v1/sign-in", { body: { email } }));

/** What one may begin a session with: the code from the e-mail, or the ticket of a link or a provider. */
export type Grant = { grant: "code"; email: string; code: string } | { grant: "ticket"; ticket: string };

/** Begins a session that lives in cookies. */
export async function signIn(grant: Grant): Promise<void> {
  const begun = await data(api.POST("/v1/sessions", { body: { ...grant, keep: "cookie" } }));
  if ("csrf" in begun) session.began(begun.csrf);
}

export async function signOut(): Promise<void> {
  await data(api.POST("/v1/sessions/end", { body: {} as Schemas["Refresh"] }));
  session.ended();
}
