import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { todayQuery } from "@/api/insights";
import { counted } from "@/shared/format";
import { usePage } from "@/shared/page";
import { PageHead } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";

export default function TodayPage() {
  const query = useQuery(todayQuery());
  const { refetch } = query;
  const refresh = useCallback(() => void refetch(), [refetch]);
  usePage({ title: "Today", asOf: query.data?.as_of, refresh });
  return (
    <>
      <PageHead title="Today" sub={query.data?.rule} />
      <QueryView query={query}>
        {(today) => (
          <ul>
            {today.deals.map((deal) => (
              <li key={deal.id}>{deal.name}</li>
            ))}
            <li>{counted(today.count, "deal")}</li>
          </ul>
        )}
      </QueryView>
    </>
  );
}
