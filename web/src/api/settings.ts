import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api, data, idempotencyKey, type Schemas } from "./client";

export type Member = Schemas["MemberView"];
export type Invite = Schemas["Invite"];
export type ChangeMember = Schemas["ChangeMember"];
export type RoleView = Schemas["Page_RoleView"]["data"][number];
export type ApiKey = Schemas["KeyView"];
export type MakeKey = Schemas["MakeKey"];
export type AuditEvent = Schemas["Page_AuditView"]["data"][number];
export type AuditCheck = Schemas["AuditCheck"];
export type Tenant = Schemas["TenantView"];

/** Who may sign in, as far as one sees them. */
export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: async ({ signal }): Promise<Member[]> => (await data(api.GET("/v1/members", { signal }))).data,
});

export const inviteMember = (body: Invite, key: string) =>
  data(api.POST("/v1/members", { body, params: { header: { "Idempotency-Key": key } } }));

/** Sends the e-mail again to who has not come yet. */
export const inviteAgain = (id: string) =>
  data(
    api.POST("/v1/members/{id}/invitation", {
      params: { path: { id }, header: { "Idempotency-Key": idempotencyKey() } },
    }),
  );

/** Changes a member as they are now; what is left out stays, `null` clears. */
export async function changeMember(id: string, body: ChangeMember): Promise<Member> {
  const { etag } = await answer(api.GET("/v1/members/{id}", { params: { path: { id } } }));
  return data(
    api.PATCH("/v1/members/{id}", {
      params: { path: { id }, header: { "If-Match": etag ?? "*" } },
      body,
    }),
  );
}

export const removeMember = (id: string) =>
  data(api.DELETE("/v1/members/{id}", { params: { path: { id } } }));

export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  staleTime: 60 * 60_000,
  queryFn: async ({ signal }): Promise<RoleView[]> => (await data(api.GET("/v1/roles", { signal }))).data,
});

export const apiKeysQuery = queryOptions({
  queryKey: ["api-keys"],
  queryFn: ({ signal }) => data(api.GET("/v1/api-keys", { signal })),
});

export const makeApiKey = (body: MakeKey, key: string): Promise<ApiKey> =>
  data(api.POST("/v1/api-keys", { body, params: { header: { "Idempotency-Key": key } } }));

export const revokeApiKey = (id: string) =>
  data(api.DELETE("/v1/api-keys/{id}", { params: { path: { id } } }));

export const stagesQuery = (id: string) =>
  queryOptions({
    queryKey: ["pipelines", id, "stages"],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/pipelines/{id}/stages", { params: { path: { id } }, signal })),
  });

/** Says what stages mean; those not named stay as they are. */
export const putStages = (id: string, etag: string | undefined, stages: Schemas["PutStage"][]) =>
  data(
    api.PUT("/v1/pipelines/{id}/stages", {
      params: { path: { id }, header: { "If-Match": etag ?? "*" } },
      body: { stages },
    }),
  );

/** What must hold of open deals. */
export interface RuleSetting {
  readonly id: string;
  readonly name: string | null;
  readonly check: { readonly kind: string; readonly days?: number } & Readonly<Record<string, unknown>>;
}

/** The thresholds. The API's description does not type them, so it is said here; what is not edited is kept whole. */
export interface Settings {
  readonly reporting_currency: string | null;
  readonly quarter_start_month: number;
  readonly overdue_grace_days: number;
  readonly inactive_days: number;
  readonly high_value: string | null;
  readonly stuck: {
    readonly factor: number;
    readonly least_days: number;
    readonly days_without_evidence: number;
    readonly evidence: number;
  };
  readonly orders: {
    readonly amount: boolean;
    readonly close_date: boolean;
    readonly company: boolean;
    readonly invoice: boolean;
    readonly invoice_within_days: number;
    readonly payment: boolean;
  };
  readonly compliance: readonly RuleSetting[];
  readonly calendar: { readonly working_days: readonly string[]; readonly holidays: readonly string[] };
}

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: async ({ signal }) => {
    const got = await answer(api.GET("/v1/settings", { signal }));
    return { settings: got.data as unknown as Settings, etag: got.etag };
  },
});

/** Replaces the settings; what is left out goes back to its default. */
export const putSettings = (etag: string | undefined, settings: Partial<Settings>) =>
  data(
    api.PUT("/v1/settings", {
      params: { header: { "If-Match": etag ?? "*" } },
      body: settings as unknown as Record<string, never>,
    }),
  );

/** An identity provider whose tokens sign members in. */
export interface Issuer {
  readonly id: string;
  readonly issuer: {
    readonly issuer: string;
    readonly audience: string;
    readonly jwks_uri: string;
    readonly algorithm: "RS256" | "ES256";
    readonly email: "verified" | "trust_issuer";
    readonly required?: Readonly<Record<string, string>>;
    readonly roles: Readonly<Record<string, string>>;
  };
}

export const issuersQuery = queryOptions({
  queryKey: ["issuers"],
  queryFn: async ({ signal }) => {
    // The API's description says no more than that it is an object.
    const page = (await data(api.GET("/v1/issuers", { signal }))) as unknown as { data: Issuer[] };
    return page.data;
  },
});

export const putIssuer = ({ id, issuer }: Issuer) =>
  data(
    api.PUT("/v1/issuers/{id}", {
      params: { path: { id } },
      body: issuer,
    }),
  );

export const removeIssuer = (id: string) =>
  data(api.DELETE("/v1/issuers/{id}", { params: { path: { id } } }));

/** What was done, the newest first. */
export const auditPages = infiniteQueryOptions({
  queryKey: ["audit"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam, signal }) =>
    data(
      api.GET("/v1/audit-events", {
        params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      }),
    ),
  getNextPageParam: (last) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
});

export const checkAudit = () => data(api.GET("/v1/audit-events/check"));

export const tenantQuery = queryOptions({
  queryKey: ["tenant"],
  queryFn: ({ signal }) => data(api.GET("/v1/tenant", { signal })),
});

export const deleteTenant = (confirm: string) => data(api.POST("/v1/tenant/delete", { body: { confirm } }));
export const restoreTenant = () => data(api.POST("/v1/tenant/restore"));
