import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "./client";

export type CashFlow = Schemas["CashFlow"];
export type CashPeriod = Schemas["CashPeriod"];
export type Orders = Schemas["Orders"];
export type Span = "week" | "month" | "quarter";

/** What came in and what is expected, period by period. */
export const cashflowQuery = (by: Span, back: number, ahead: number) =>
  queryOptions({
    queryKey: ["insights", "cashflow", by, back, ahead],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(api.GET("/v1/insights/cashflow", { params: { query: { by, back, ahead } }, signal })),
  });

/** Deals won in a span of days, and what each lacks to be an order. By default in the running quarter. */
export const ordersQuery = (from: string | undefined, to: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ["insights", "orders", from, to, limit],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/insights/orders-received", {
          params: { query: { limit, ...(from ? { from } : {}), ...(to ? { to } : {}) } },
          signal,
        }),
      ),
  });
