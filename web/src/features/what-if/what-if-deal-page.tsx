import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { dealQuery } from "@/api/deals";
import { money } from "@/shared/format";
import { usePage } from "@/shared/page";
import { Link, path, useParam } from "@/shared/routing";
import { buttonClass } from "@/shared/ui/button";
import { PageHead } from "@/shared/ui/pieces";
import { Panel } from "./panel";

const trail = [{ label: "What-if", to: "/what-if" }];

/** What would change one deal. */
export default function WhatIfDealPage() {
  const id = useParam("deal");
  const { data } = useQuery(dealQuery(id));
  const client = useQueryClient();
  const deal = data?.data;
  const refresh = useCallback(() => {
    void client.invalidateQueries({ queryKey: ["simulations", "asked", id] });
    void client.invalidateQueries({ queryKey: ["deals"] });
  }, [client, id]);
  usePage({ title: deal?.name ?? "What-if", trail, asOf: deal?.as_of, refresh });
  return (
    <>
      <PageHead
        title={deal ? `What if: ${deal.name}` : "What if"}
        sub={
          deal &&
          [deal.company?.name, deal.stage, deal.amount ? money(deal.amount) : "no amount", deal.owner?.name]
            .filter(Boolean)
            .join(" · ")
        }
        actions={
          deal && (
            <Link to={path("/deals", deal.id)} className={buttonClass()}>
              Open the deal
            </Link>
          )
        }
      />
      <Panel deal={id} own />
    </>
  );
}
