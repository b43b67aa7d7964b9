import { Fragment } from "react";
import type { PipelineMap } from "@/api/process";
import { count, counted, days, percent } from "@/shared/format";
import { Card } from "@/shared/ui/pieces";
import { Rate } from "@/shared/ui/rate";
import { Empty } from "@/shared/ui/states";
import { Examples } from "./examples";
import { variantsOf, type Whose } from "./flow";

const names = { all: "closed", won: "won", lost: "lost" } as const;

/** The ways of closed deals from the first stage to the last. */
export function WaysTab({ map, whose }: { map: PipelineMap; whose: Whose }) {
  const { variants } = map;
  const ways = variantsOf(variants.top, whose);
  const most = ways[0]?.deals ?? 1;
  if (ways.length === 0) {
    return (
      <Card>
        <Empty title={`No deal of this pipeline is ${names[whose]} yet`}>
          A way is known when its deal is closed: {counted(variants.open, "open deal")} may show one later.
        </Empty>
      </Card>
    );
  }
  return (
    <Card
      title={`${counted(ways.length, "way")} of ${names[whose]} deals`}
      flush
      aside={`${counted(variants.distinct, "way")} in all; those shown cover ${percent(variants.covered)} of ${counted(variants.deals, "closed deal")}`}
    >
      <ol className="divide-y divide-line">
        {ways.map(({ variant, deals, share }) => (
          <li
            key={variant.path.join("\u0000")}
            className="grid gap-x-6 gap-y-2 px-4 py-3 md:grid-cols-[minmax(0,1fr)_12rem_11rem]"
          >
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-1 gap-y-1 text-sm">
                {variant.path.map((stage, at) => (
                  <Fragment key={at}>
                    {at > 0 && (
                      <span aria-hidden="true" className="text-ink-faint">
                        →
                      </span>
                    )}
                    <span className="rounded-sm bg-sunken px-1.5 py-0.5 wrap-anywhere">{stage}</span>
                  </Fragment>
                ))}
              </p>
              <Examples names={variant.examples} />
            </div>
            <div className="text-sm">
              <p>
                <span className="font-medium">{counted(deals, "deal")}</span>{" "}
                <span className="text-ink-faint">{percent(share)}</span>
              </p>
              <svg aria-hidden="true" width="100%" height="6" className="mt-1 block">
                <rect width="100%" height="6" rx="3" className="fill-sunken" />
                <rect width={`${(100 * deals) / most}%`} height="6" rx="3" className="fill-accent" />
              </svg>
              <p className="mt-1 text-xs text-ink-faint">median {days(variant.median_days)} to the end</p>
            </div>
            <div className="flex flex-col text-sm md:items-end">
              <span className="text-xs text-ink-faint">Won of those that took it</span>
              <Rate rate={variant.win_rate} />
            </div>
          </li>
        ))}
      </ol>
      <p className="border-t border-line px-4 py-3 text-xs text-ink-faint">
        {count(variants.open)} open {variants.open === 1 ? "deal has" : "deals have"} no whole way yet and are
        left out.
      </p>
    </Card>
  );
}
