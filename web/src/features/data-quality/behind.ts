import type { DataQuality, Finding } from "@/api/quality";

/** A question to the pipeline, and what it is of. */
export interface Ask {
  readonly label: string;
  readonly search: Readonly<Record<string, string>>;
}

/** What lies behind a finding: questions whose deals are exactly its deals, or names to look up. */
export interface Behind {
  readonly asks: readonly Ask[];
  /** The finding's deals are all in what is asked. */
  readonly whole: boolean;
}

const STALE_DAYS = 30;

function daysBefore(asOf: string, days: number): string {
  const at = Date.parse(asOf);
  return Number.isNaN(at) ? "" : new Date(at - days * 86_400_000).toISOString().slice(0, 10);
}

/** How the deals of a finding can be asked for; kinds that no filter tells are looked up by their examples. */
export function behind(finding: Finding, quality: Pick<DataQuality, "as_of">): Behind {
  const open = { "filter[outcome]": "open", sort: "-amount" };
  const day = quality.as_of.slice(0, 10);
  const whole = (...asks: Ask[]): Behind => ({ asks, whole: true });
  const all = "See them in the pipeline";
  switch (finding.kind) {
    case "past_close_date":
      return whole({ label: all, search: { ...open, "filter[close_date][lt]": day } });
    case "missing_amount":
      return whole({ label: all, search: { ...open, "filter[amount][exists]": "false" } });
    case "missing_close_date":
      return whole({ label: all, search: { ...open, "filter[close_date][exists]": "false" } });
    case "missing_owner":
      return whole({ label: all, search: { ...open, "filter[owner][exists]": "false" } });
    case "unmapped_stage":
      return whole({
        label: all,
        search: {
          "filter[canonical_stage][exists]": "false",
          "filter[stage][exists]": "true",
          sort: "-amount",
        },
      });
    case "negative_amount":
      return whole({ label: all, search: { "filter[amount][lt]": "0", sort: "amount" } });
    case "won_for_nothing":
      return whole({
        label: all,
        search: { "filter[outcome]": "won", "filter[amount]": "0", sort: "-close_date" },
      });
    case "stale":
      return whole(
        {
          label: `No contact since ${STALE_DAYS} days`,
          search: {
            "filter[outcome]": "open",
            "filter[last_activity_at][lt]": daysBefore(quality.as_of, STALE_DAYS),
            sort: "last_activity_at",
          },
        },
        { label: "Never any contact", search: { ...open, "filter[last_activity_at][exists]": "false" } },
      );
    default:
      return {
        asks: finding.examples.map((name) => ({ label: name, search: { q: name, sort: "-amount" } })),
        whole: finding.examples.length >= finding.count,
      };
  }
}

const NAMES: Record<string, string> = {
  zombie: "Probably dead",
  leak: "Tells the outcome",
  missing_history: "No history of stages",
  future_date: "Dated in the future",
  closed_before_created: "Closed before created",
  stage_disagrees: "Stage and history disagree",
  unmapped_stage: "Stage without a meaning",
  missing_amount: "No amount",
  negative_amount: "Negative amount",
  won_for_nothing: "Won for nothing",
  past_close_date: "Expected close has passed",
  missing_close_date: "No expected close",
  missing_owner: "No owner",
  orphan_owner: "Owner is unknown",
  stale: "No contact lately",
  duplicate_name: "Perhaps there twice",
};

export const findingName = (kind: string): string | undefined => NAMES[kind];

export interface Severity {
  readonly word: string;
  readonly tone: "bad" | "warn" | "plain";
}

export function severity(code: string): Severity {
  if (code === "error") return { word: "Error", tone: "bad" };
  return code === "warning" ? { word: "Warning", tone: "warn" } : { word: "Note", tone: "plain" };
}
