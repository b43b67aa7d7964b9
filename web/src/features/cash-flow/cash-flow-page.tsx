import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { cashflowQuery, ordersQuery, type Span } from "@/api/cashflow";
import { dated } from "@/shared/format/dated";
import { usePage } from "@/shared/page";
import { useAddress } from "@/shared/routing";
import { Segmented } from "@/shared/ui/chip";
import { PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Tabs } from "@/shared/ui/tabs";
import { type Address, read, SPANS } from "./address";
import { CashTab } from "./cash-tab";
import { OrdersTab } from "./orders-tab";

const FIRST = 50;

/** The money that came and that is to come, and the orders that were received. */
export default function CashFlowPage() {
  const [address, setAddress] = useAddress(read);
  const { back, ahead } = SPANS[address.by];
  const cash = useQuery(cashflowQuery(address.by, back, ahead));
  const orders = useQuery({
    ...ordersQuery(address.from, address.to, FIRST),
    enabled: address.tab === "orders",
  });
  const shown = address.tab === "orders" ? orders : cash;
  const { refetch } = shown;
  const refresh = useCallback(() => void refetch(), [refetch]);
  usePage({ title: "Cash-flow", asOf: shown.data?.as_of, refresh });
  return (
    <>
      <PageHead
        title="Cash-flow"
        sub={shown.data && dated(shown.data.rule)}
        actions={
          address.tab === "cash" && (
            <Segmented<Span>
              label="Periods"
              value={address.by}
              onChange={(by) => setAddress({ by })}
              options={[
                { value: "week", label: "Weeks" },
                { value: "month", label: "Months" },
                { value: "quarter", label: "Quarters" },
              ]}
            />
          )
        }
      />
      <Tabs
        label="Views of the money"
        value={address.tab}
        onChange={(tab) => setAddress({ tab: tab as Address["tab"] })}
        tabs={[
          {
            id: "cash",
            label: "Money in",
            content: (
              <QueryView query={cash}>
                {(data) => <CashTab data={data} by={address.by} isOld={cash.isPlaceholderData} />}
              </QueryView>
            ),
          },
          {
            id: "orders",
            label: "Orders received",
            content: (
              <QueryView query={orders}>
                {(data) => (
                  <OrdersTab
                    data={data}
                    isOld={orders.isPlaceholderData}
                    from={address.from}
                    to={address.to}
                    onSpan={(span) => setAddress(span, { replace: true })}
                  />
                )}
              </QueryView>
            ),
          },
        ]}
      />
    </>
  );
}
