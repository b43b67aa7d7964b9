import type { Deal } from "@/api/deals";
import { ago, percent, words } from "@/shared/format";
import { Badge, Card, type Tone } from "@/shared/ui/pieces";
import { Empty } from "@/shared/ui/states";

const roleTones: Record<string, Tone> = {
  champion: "good",
  economic_buyer: "accent",
  decision_maker: "accent",
  blocker: "bad",
};

const mood = (sentiment: number | null | undefined): { text: string; tone: Tone } | undefined => {
  if (sentiment === null || sentiment === undefined) return undefined;
  if (sentiment >= 0.25) return { text: "positive", tone: "good" };
  if (sentiment <= -0.25) return { text: "negative", tone: "bad" };
  return { text: "neutral", tone: "plain" };
};

/** Who has a say, which part they play, how involved they are and how they feel. */
export function People({ deal }: { deal: Deal }) {
  return (
    <Card
      title="People"
      aside={deal.stakeholders.length > 0 && `${deal.stakeholders.length} with a say`}
      flush
    >
      {deal.stakeholders.length === 0 ? (
        <Empty title="Nobody is known">
          Contacts come with the deal from its source. Deals without a known champion are won less often.
        </Empty>
      ) : (
        <ul className="divide-y divide-line">
          {deal.stakeholders.map((person) => {
            const feels = mood(person.sentiment);
            return (
              <li key={person.id} className="flex flex-col gap-1 px-4 py-2.5 text-sm">
                <div className="flex flex-wrap items-center justify-between gap-2">
                  <span className="min-w-0 font-medium wrap-anywhere">
                    {person.name ?? person.email ?? person.id}
                  </span>
                  {person.role && (
                    <Badge tone={roleTones[person.role] ?? "plain"}>{words(person.role)}</Badge>
                  )}
                </div>
                {(person.title || person.email) && (
                  <p className="text-xs wrap-anywhere text-ink-faint">
                    {[person.title, person.email].filter(Boolean).join(" · ")}
                  </p>
                )}
                <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-soft">
                  <Engagement share={person.engagement} />
                  {feels && <Badge tone={feels.tone}>{feels.text}</Badge>}
                  <span>
                    {person.last_contact
                      ? `last contact ${ago(person.last_contact, deal.as_of)}`
                      : "never contacted"}
                  </span>
                </p>
                {[
                  ...(person.communication_style ? [person.communication_style] : []),
                  ...person.personality_traits,
                ].map((trait, at) => (
                  <p key={at} className="text-xs text-ink-faint wrap-anywhere">
                    {words(trait.value)}, concluded from “{trait.evidence}”
                  </p>
                ))}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

function Engagement({ share }: { share: number | null | undefined }) {
  if (share === null || share === undefined) return <span>engagement unknown</span>;
  const width = Math.max(0, Math.min(1, share)) * 48;
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg aria-hidden="true" width="48" height="6" viewBox="0 0 48 6">
        <rect width="48" height="6" rx="3" className="fill-chart-grid" />
        <rect width={width} height="6" rx="3" className="fill-accent" />
      </svg>
      {percent(share)} engaged
    </span>
  );
}
