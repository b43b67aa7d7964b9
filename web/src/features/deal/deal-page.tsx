import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { lazy, useCallback } from "react";
import { type Deal, dealQuery, historyQuery } from "@/api/deals";
import { meQuery } from "@/api/me";
import { pipelinesQuery } from "@/api/pipelines";
import { StagePath } from "@/shared/charts";
import {
  date,
  days,
  expected,
  interval,
  money,
  moneyShort,
  percent,
  percentFine,
  words,
} from "@/shared/format";
import { usePage } from "@/shared/page";
import { useAddress, useParam } from "@/shared/routing";
import { Slot, useIsFilled } from "@/shared/slot";
import { MissingDeal } from "@/shared/ui/missing";
import { Badge, Figure, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Skeleton } from "@/shared/ui/states";
import { Tabs } from "@/shared/ui/tabs";
import { Overview } from "./overview";
import { OwnFields } from "./own-fields";
import { People } from "./people";
import { stagePath } from "./stages";
import { TakenNote, takenOf } from "./taken";

const Timeline = lazy(() => import("./timeline"));
const DealGraph = lazy(() => import("./graph"));
const History = lazy(() => import("./history"));

const TABS = ["overview", "what-if", "timeline", "graph", "history"] as const;
const read = (search: Readonly<Record<string, unknown>>): { tab: string } => ({
  tab: TABS.find((tab) => tab === search.tab) ?? "overview",
});
const TRAIL = [{ label: "Pipeline", to: "/deals" }];

/** Everything about one deal. */
export default function DealPage() {
  const id = useParam("deal");
  const query = useQuery(dealQuery(id));
  const { refetch } = query;
  const refresh = useCallback(() => void refetch(), [refetch]);
  const deal = query.data?.data;
  usePage({ title: deal?.name ?? "Deal", trail: TRAIL, asOf: deal?.as_of, refresh });
  return (
    <>
      <PageHead
        title={deal ? (deal.name ?? deal.source_id) : "Deal"}
        sub={
          deal && (
            <>
              {[deal.company?.name, deal.owner?.name ?? "nobody owns it", deal.pipeline?.name]
                .filter(Boolean)
                .join(" · ")}
              <TakenNote deal={deal} field="name" />
            </>
          )
        }
        actions={
          deal && (
            <Badge tone={tones[deal.outcome as keyof typeof tones] ?? "plain"}>{words(deal.outcome)}</Badge>
          )
        }
      />
      <QueryView query={query} loading={<Waiting />} missing={<MissingDeal />}>
        {(got) => <Shown deal={got.data} etag={got.etag} />}
      </QueryView>
    </>
  );
}

function Waiting() {
  return (
    <div role="status" className="flex flex-col gap-4">
      <span className="unseen">Loading the deal</span>
      <Skeleton className="h-24 w-full" />
      <Skeleton className="h-12 w-full" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}

const tones = { won: "good", lost: "bad", open: "accent" } as const;

function Shown({ deal, etag }: { deal: Deal; etag: string | undefined }) {
  const [{ tab }, setAddress] = useAddress(read);
  const { data: me } = useQuery(meQuery);
  const hasWhatIf = useIsFilled("deal.what-if");
  const tabs = [
    { id: "overview", label: "Overview", content: <Overview deal={deal} /> },
    ...(hasWhatIf && deal.outcome === "open"
      ? [{ id: "what-if", label: "What if", content: <Slot name="deal.what-if" deal={deal.id} /> }]
      : []),
    { id: "timeline", label: "Timeline", content: <Timeline deal={deal} /> },
    { id: "graph", label: "Around it", content: <DealGraph deal={deal} /> },
    { id: "history", label: "History and data", content: <History deal={deal} /> },
  ];
  return (
    <div className="flex flex-col gap-4">
      <Figures deal={deal} />
      <Path deal={deal} />
      <Warnings deal={deal} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem] xl:grid-cols-[minmax(0,1fr)_23rem]">
        <div className="min-w-0">
          <Tabs
            label="About this deal"
            tabs={tabs}
            value={tab}
            onChange={(next) => setAddress({ tab: next }, { replace: true })}
          />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <OwnFields key={etag} deal={deal} etag={etag} canWrite={me?.scopes.includes("write") ?? false} />
          <People deal={deal} />
        </div>
      </div>
    </div>
  );
}

function Figures({ deal }: { deal: Deal }) {
  const { forecast } = deal;
  return (
    <section
      aria-label="Figures"
      className="panel grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-3 sm:grid-cols-3 xl:grid-cols-5"
    >
      <Figure
        label="Amount"
        value={moneyShort(deal.amount)}
        title={money(deal.amount)}
        note={
          <>
            {deal.amount ? money(deal.amount) : "the source gives none"}
            <TakenNote deal={deal} field="amount" />
          </>
        }
      />
      {forecast ? (
        <Figure
          label="Chance to be won"
          value={percentFine(forecast.p_win.value)}
          interval={`80%: ${interval(forecast.p_win.low, forecast.p_win.high, percentFine)}`}
          note={[
            forecast.confidence === "low_confidence" && "little history behind it",
            forecast.stale && "newer data are being learned",
          ]
            .filter(Boolean)
            .join(", ")}
        />
      ) : (
        <Figure
          label="Chance of the source"
          value={percent(deal.probability)}
          note={
            <>
              the model says nothing
              <TakenNote deal={deal} field="probability" />
            </>
          }
        />
      )}
      {forecast && (
        <Figure
          label="Expected value"
          value={expected(forecast.expected_value, forecast.currency)}
          note={
            forecast.amount_source && forecast.amount_source !== "deal"
              ? `amount from ${words(forecast.amount_source).toLowerCase()}`
              : "amount × chance"
          }
        />
      )}
      <Figure
        label="Close date"
        value={date(deal.close_date)}
        note={
          <>
            {forecast?.expected_days_if_won != null &&
              `the model: in ${days(Math.round(forecast.expected_days_if_won))}, if won`}
            <TakenNote deal={deal} field="close_date" />
          </>
        }
      />
      <Figure
        label="In this stage"
        value={days(deal.days_in_stage == null ? undefined : Math.round(deal.days_in_stage))}
        note={
          forecast?.longest_won_stay != null
            ? `won ones left it by day ${Math.round(forecast.longest_won_stay)}`
            : undefined
        }
        {...(forecast?.zombie ? { tone: "warn" as const } : {})}
      />
    </section>
  );
}

function Path({ deal }: { deal: Deal }) {
  const history = useQuery(historyQuery(deal.id));
  const pipelines = useQuery(pipelinesQuery);
  const stages = pipelines.data?.find((each) => each.id === deal.pipeline?.id)?.stages ?? [];
  const path = stagePath(stages, history.data?.data ?? [], {
    stage: deal.stage,
    outcome: deal.outcome,
    daysInStage: deal.days_in_stage,
  });
  if (history.isPending || pipelines.isPending) return <Skeleton className="h-12 w-full" />;
  return <StagePath label="Stages" stages={path} />;
}

/** What is odd about it, with the figures. */
function Warnings({ deal }: { deal: Deal }) {
  const { forecast } = deal;
  const today = deal.as_of.slice(0, 10);
  const dated = takenOf(deal, "close_date");
  const warnings = [
    forecast?.zombie &&
      forecast.longest_won_stay != null &&
      `In ${deal.stage ?? "its stage"} for ${days(Math.round(deal.days_in_stage ?? 0))}; no deal was won that stayed longer than ${days(Math.round(forecast.longest_won_stay))}. Close it, or note what keeps it alive.`,
    deal.outcome === "open" &&
      deal.close_date &&
      deal.close_date < today &&
      `Its close date, ${date(deal.close_date)}, has passed. Set a new one at the source${dated ? `, in “${dated.from}”` : ""}.`,
    deal.outcome === "open" && !deal.own.next_step && "Nobody noted a next step.",
    deal.outcome === "open" &&
      !deal.amount &&
      "It has no amount, so totals and expected values leave it out.",
  ].filter((text) => typeof text === "string");
  if (warnings.length === 0) return null;
  return (
    <section
      aria-label="What needs attention"
      className="rounded-lg border border-warn/40 bg-warn-soft px-4 py-2.5 text-sm text-ink"
    >
      <ul className="flex flex-col gap-1">
        {warnings.map((text) => (
          <li key={text} className="flex gap-2">
            <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" />
            {text}
          </li>
        ))}
      </ul>
    </section>
  );
}
