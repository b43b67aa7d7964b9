import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { type DataQuality, dataQualityQuery } from "@/api/quality";
import { count, counted, percent } from "@/shared/format";
import { usePage } from "@/shared/page";
import { useAddress } from "@/shared/routing";
import { BringDeals } from "@/shared/ui/bring-deals";
import { Card, Figure, Figures, PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty } from "@/shared/ui/states";
import { FindingRow } from "./finding-row";
import { Leaks } from "./leaks";

const read = (search: Readonly<Record<string, unknown>>): { open: string | undefined } => ({
  open: typeof search.open === "string" && /^[a-z_]+$/.test(search.open) ? search.open : undefined,
});

/** What is wrong with the data, how much of it, what to do, and the deals behind it. */
export default function DataQualityPage() {
  const [{ open }, setAddress] = useAddress(read);
  const query = useQuery(dataQualityQuery);
  const { refetch } = query;
  const refresh = useCallback(() => void refetch(), [refetch]);
  usePage({ title: "Data quality", asOf: query.data?.as_of, refresh });
  return (
    <>
      <PageHead
        title="Data quality"
        sub="Forecasts are as good as what they learn from. What is wrong with the deals you see, the gravest first, and what to do about it."
      />
      <QueryView query={query}>
        {(quality) => (
          <Shown
            quality={quality}
            open={open}
            onOpen={(next) => setAddress({ open: next }, { replace: true })}
          />
        )}
      </QueryView>
    </>
  );
}

function Shown({
  quality,
  open,
  onOpen,
}: {
  quality: DataQuality;
  open: string | undefined;
  onOpen: (kind: string | undefined) => void;
}) {
  if (quality.deals === 0) {
    return (
      <div className="panel">
        <Empty title="There are no deals to check yet" action={<BringDeals />}>
          As soon as deals are there, each is checked for what would make its forecast worse.
        </Empty>
      </div>
    );
  }
  const warnings = quality.findings.filter((finding) => finding.severity !== "note");
  return (
    <div className="flex flex-col gap-4">
      <Figures aria-label="In short" className="panel">
        <Figure
          label="Deals checked"
          value={count(quality.deals)}
          note={`${count(quality.open)} open, ${count(quality.won)} won, ${count(quality.lost)} lost`}
        />
        <Figure
          label="Kinds of trouble"
          value={count(quality.findings.length)}
          note={`${counted(warnings.length, "is a warning", "are warnings")} or graver`}
        />
        <Figure
          label="Probably dead"
          value={count(quality.zombies.length)}
          note={
            quality.open > 0
              ? `${percent(quality.zombies.length / quality.open)} of open deals`
              : "no open deals"
          }
          {...(quality.zombies.length > 0 ? { tone: "warn" as const } : {})}
        />
      </Figures>
      {quality.findings.length === 0 ? (
        <div className="panel">
          <Empty title="Nothing is wrong that can be seen">
            All {counted(quality.deals, "deal")} have what a forecast needs.
          </Empty>
        </div>
      ) : (
        <Card title="What was found" flush>
          <ul className="divide-y divide-line">
            {quality.findings.map((finding) => (
              <FindingRow
                key={finding.kind}
                finding={finding}
                quality={quality}
                open={finding.kind === open}
                onOpen={() => onOpen(finding.kind === open ? undefined : finding.kind)}
              />
            ))}
          </ul>
        </Card>
      )}
      <Leaks leaks={quality.leaks} />
    </div>
  );
}
