//! What people did on a deal, told so that it fits the path the deal took.

use crate::clock::Clock;
use crate::draws::Draws;
use crate::law::{Blocker, Context, OPEN};
use crate::names;
use crate::world::{Account, Activity, Contact, Owner};
use jiff::civil::Date;

/// A stay in a stage, in working days, with the context the next step was drawn in.
pub(crate) struct Stay {
    pub(crate) stage: usize,
    pub(crate) entered: f64,
    pub(crate) context: Context,
}

/// A deal whose path is known and whose story is to be told.
pub(crate) struct Told<'a> {
    pub(crate) seed: u64,
    pub(crate) number: usize,
    pub(crate) clock: Clock,
    pub(crate) now: f64,
    pub(crate) account: &'a Account,
    pub(crate) owner: &'a Owner,
    pub(crate) diligence: f64,
    pub(crate) path: &'a [Stay],
    pub(crate) dormant: bool,
    pub(crate) slowness: f64,
}

const LOST: usize = 7;
/// Most activities told of one stay.
const MOST_PER_STAY: f64 = 10.0;
/// Working days after which nobody writes to a dormant deal any more.
const FORGOTTEN_AFTER: f64 = 14.0;

/// Working days a seller thinks a deal in this stage still needs.
const BELIEVED_DAYS: [f64; OPEN] = [48.0, 40.0, 31.0, 22.0, 15.0, 8.0];
/// Activities per working day.
const PACE: [f64; OPEN] = [0.16, 0.18, 0.24, 0.28, 0.26, 0.34];

const KINDS: [&str; 5] = ["email", "call", "meeting", "follow_up", "internal"];
const KIND_WEIGHTS: [[f64; 5]; OPEN] = [
    [5.0, 3.0, 0.3, 1.0, 0.2],
    [4.0, 4.0, 1.0, 1.0, 0.3],
    [3.0, 3.0, 3.0, 1.0, 0.5],
    [3.0, 2.0, 2.0, 2.0, 0.5],
    [4.0, 2.0, 2.0, 2.0, 1.0],
    [4.0, 3.0, 2.0, 1.0, 1.5],
];

const OBJECTIONS: [&str; 8] = [
    "Security review outstanding",
    "Price above budget",
    "No integration with their planning tool",
    "Contract length",
    "Data must stay in the region",
    "Incumbent renews in spring",
    "No capacity to roll out this quarter",
    "Wants a reference in the same industry",
];
const BLOCKER_TITLES: [&str; 3] = ["Head of IT Security", "IT Director", "Enterprise Architect"];
const NEXT_STEPS: [&str; 8] = [
    "Send the summary and two dates",
    "Bring the technical lead to the next call",
    "Share the security questionnaire",
    "Walk finance through the business case",
    "Agree on the success criteria of the pilot",
    "Send the revised quote",
    "Introduce the customer's reference",
    "Confirm the signing process with legal",
];
const GOOD_NEWS: [&str; 6] = [
    "sees the saving in the first month and wants to move",
    "shared the budget line and who signs",
    "asked for a second session with the wider team",
    "confirmed the pilot met its criteria",
    "will defend the plan at the next steering round",
    "compared us with the alternative and prefers our approach",
];
const PLAIN_NEWS: [&str; 6] = [
    "went through the open questions",
    "described how the team plans today",
    "asked for more detail on the rollout",
    "will collect feedback and come back",
    "listened and took the material along",
    "moved the decision to a later meeting",
];
const BAD_NEWS: [&str; 6] = [
    "questioned whether this is the right year",
    "pointed at a freeze on new spending",
    "prefers to stay with the present tool",
    "did not see the value for a team of this size",
    "cancelled at short notice",
    "mentioned that another vendor is ahead",
];

/// Who gets a deal created on this working day: mostly the account's own seller.
pub(crate) fn seller(usual: usize, day: f64, owners: &[Owner], draws: &mut Draws) -> usize {
    let sellers = owners
        .iter()
        .filter(|owner| owner.role == "Account Executive")
        .count();
    let mut who = if draws.chance(0.85) {
        usual
    } else {
        draws.below(sellers)
    };
    while !owners[who].takes_deals_on(day) {
        who = (who + 1) % sellers;
    }
    who
}

/// Prices end in a round number, as people quote them.
pub(crate) fn round_price(dollars: f64) -> u64 {
    let step = if dollars < 20_000.0 { 250.0 } else { 1_000.0 };
    ((dollars / step).floor() * step).max(1_000.0) as u64
}

impl Told<'_> {
    fn draws(&self, tag: &str) -> Draws {
        Draws::of(self.seed, tag, self.number)
    }

    /// When the stay after this one begins, or the present.
    fn end_of(&self, stay: usize) -> f64 {
        self.path
            .get(stay + 1)
            .map_or(self.now, |next| next.entered)
    }

    fn last(&self) -> &Stay {
        &self.path[self.path.len() - 1]
    }

    pub(crate) fn product(&self, expansion: bool) -> &'static str {
        let mut draws = self.draws("product");
        if expansion {
            draws.pick(&[
                "more seats",
                "second site",
                "analytics add-on",
                "renewal and upgrade",
            ])
        } else {
            draws.pick(&[
                "route planning",
                "yard control",
                "demand forecast",
                "load builder",
                "full suite",
            ])
        }
    }

    /// The seller's belief when the stage was entered; sellers often, not always, move a date that has passed.
    pub(crate) fn expected_close(&self) -> Date {
        let mut draws = self.draws("expected");
        let last = self.last();
        if last.stage >= OPEN {
            return self.clock.at(last.entered).date();
        }
        let believed =
            last.entered + BELIEVED_DAYS[last.stage] * self.slowness * draws.between(0.6, 1.5);
        let moved = self.now + draws.between(5.0, 70.0);
        let forgets = if self.dormant { 0.7 } else { 0.3 };
        let day = if believed < self.now && !draws.chance(forgets) {
            moved
        } else {
            believed
        };
        self.clock.at(day).date()
    }

    pub(crate) fn lost_reason(&self) -> Option<&'static str> {
        let mut draws = self.draws("reason");
        let last = self.last();
        if last.stage != LOST || draws.chance(0.15) {
            return None;
        }
        let blocked = last.context.blocker == Blocker::Unresolved;
        Some(if blocked && draws.chance(0.6) {
            draws.pick(&["Blocked by security", "Blocked by IT"])
        } else {
            draws.pick(&[
                "No decision",
                "Price",
                "Chose another vendor",
                "No budget",
                "Timing",
                "Not a fit",
            ])
        })
    }

    pub(crate) fn contacts(&self) -> Vec<Contact> {
        let mut draws = self.draws("contact");
        let furthest = self
            .path
            .iter()
            .map(|stay| stay.stage)
            .filter(|stage| *stage < OPEN)
            .max()
            .unwrap_or(0);
        let start = self.path[0].entered;
        // (role, title, day added, sentiment)
        let mut cast: Vec<(&str, &str, f64, f64)> = Vec::new();
        let opener = [
            "Operations Manager",
            "Planning Lead",
            "Team Lead",
            "Head of Dispatch",
        ];
        cast.push((
            draws.pick(&["end_user", "influencer"]),
            draws.pick(&opener),
            start,
            0.1,
        ));
        let mut before = Context::NEW;
        for (n, stay) in self.path.iter().enumerate() {
            let soon =
                stay.entered + (self.end_of(n) - stay.entered).min(6.0) * draws.between(0.05, 0.35);
            if stay.context.champion && !before.champion {
                cast.push((
                    "champion",
                    draws.pick(&["Director of Operations", "Head of Supply", "VP Operations"]),
                    soon,
                    0.7,
                ));
            }
            if stay.context.blocker != Blocker::Absent && before.blocker == Blocker::Absent {
                // A role is what a contact is today: who was won over blocks no more.
                let (role, mood) = match self.last().context.blocker {
                    Blocker::Resolved => ("technical_buyer", 0.1),
                    Blocker::Absent | Blocker::Unresolved => ("blocker", -0.6),
                };
                cast.push((role, draws.pick(&BLOCKER_TITLES), soon, mood));
            }
            let joins: &[(&str, &str, f64)] = match stay.stage {
                2 => &[
                    ("technical_buyer", "Solutions Architect", 0.45),
                    ("influencer", "Business Analyst", 0.3),
                ],
                4 => &[
                    ("economic_buyer", "Chief Financial Officer", 0.6),
                    ("economic_buyer", "VP Finance", 0.2),
                ],
                5 => &[
                    ("legal", "Legal Counsel", 0.5),
                    ("procurement", "Procurement Manager", 0.5),
                ],
                _ => &[],
            };
            for (role, title, p) in joins {
                if draws.chance(*p) && !cast.iter().any(|(known, ..)| known == role) {
                    cast.push((role, title, soon, 0.0));
                }
            }
            before = stay.context;
        }
        cast.into_iter()
            .map(|(role, title, added, mood)| {
                let name = names::person(&mut draws);
                Contact {
                    email: names::email(&name, &self.account.domain),
                    name,
                    title,
                    role,
                    sentiment: (mood + draws.between(-0.25, 0.25)).clamp(-1.0, 1.0),
                    engagement: (0.2
                        + 0.08 * furthest as f64
                        + 0.4 * mood.max(0.0)
                        + draws.between(0.0, 0.25))
                    .clamp(0.0, 1.0),
                    added: self.clock.at(added.min(self.now)),
                    last_contact: None,
                }
            })
            .collect()
    }

    pub(crate) fn activities(&self, contacts: &[Contact]) -> Vec<Activity> {
        let mut draws = self.draws("activity");
        let mut told = Vec::new();
        let mut before = Context::NEW;
        let mut objection = OBJECTIONS[0];
        for (n, stay) in self
            .path
            .iter()
            .enumerate()
            .filter(|(_, stay)| stay.stage < OPEN)
        {
            let end = self.end_of(n);
            let days = end - stay.entered;
            let opening = match stay.stage {
                3 => Some("demo"),
                4 => Some("proposal"),
                5 => Some("contract"),
                _ => None,
            };
            if let Some(kind) = opening {
                told.push(self.activity(
                    kind,
                    stay,
                    stay.entered + days.min(4.0) * 0.3,
                    contacts,
                    &mut draws,
                ));
            }
            let kept_up = if self.dormant && n + 1 == self.path.len() {
                days.min(FORGOTTEN_AFTER)
            } else {
                days
            };
            let fades = self.path.get(n + 1).is_some_and(|next| next.stage == LOST);
            let wanted = kept_up
                * PACE[stay.stage]
                * self.diligence
                * if stay.context.champion { 1.3 } else { 1.0 };
            let count = (wanted + draws.unit()).min(MOST_PER_STAY) as usize;
            for _ in 0..count {
                let place = draws.unit();
                // Buyers who are about to say no answer less and less.
                let place = if fades { place * place } else { place };
                let kind = KINDS[draws.weighted(&KIND_WEIGHTS[stay.stage])];
                told.push(self.activity(
                    kind,
                    stay,
                    stay.entered + kept_up * place,
                    contacts,
                    &mut draws,
                ));
            }
            let (was, is) = (before.blocker, stay.context.blocker);
            if was == Blocker::Absent && is != Blocker::Absent {
                objection = draws.pick(&OBJECTIONS);
                told.push(self.objection(
                    objection,
                    false,
                    stay.entered + days.min(6.0) * 0.4,
                    contacts,
                ));
            }
            if was == Blocker::Unresolved && is == Blocker::Resolved {
                told.push(self.objection(
                    objection,
                    true,
                    stay.entered + days.min(4.0) * 0.2,
                    contacts,
                ));
            } else if draws.chance(0.10) {
                let small = draws.pick(&OBJECTIONS);
                let at = stay.entered + days * draws.between(0.1, 0.5);
                told.push(self.objection(small, false, at, contacts));
                told.push(self.objection(small, true, at + (end - at) * 0.4, contacts));
            }
            before = stay.context;
        }
        told.sort_by_key(|activity| activity.at);
        told
    }

    fn activity(
        &self,
        kind: &'static str,
        stay: &Stay,
        at: f64,
        contacts: &[Contact],
        draws: &mut Draws,
    ) -> Activity {
        let at = self.clock.at(at.min(self.now - 0.01));
        let known: Vec<&Contact> = contacts
            .iter()
            .filter(|contact| contact.added <= at)
            .collect();
        let buyer = known
            .get(draws.below(known.len()))
            .copied()
            .or(contacts.first());
        let champion = f64::from(u8::from(stay.context.champion));
        let blocked = f64::from(u8::from(stay.context.blocker == Blocker::Unresolved));
        let good = 0.30 + 0.18 * champion - 0.12 * blocked;
        let bad = 0.12 - 0.04 * champion + 0.15 * blocked;
        let outcome =
            ["positive", "negative", "neutral", "unknown"][draws.weighted(&[good, bad, 0.4, 0.15])];
        let buyer_name = buyer.map_or("The buyer", |buyer| buyer.name.as_str());
        let news = match outcome {
            "positive" => draws.pick(&GOOD_NEWS),
            "negative" => draws.pick(&BAD_NEWS),
            _ => draws.pick(&PLAIN_NEWS),
        };
        let internal = kind == "internal";
        let summary = match kind {
            "internal" => format!(
                "Deal review: {}",
                draws.pick(&["plan for the quarter", "who else to meet", "risk of delay"])
            ),
            "email" if draws.chance(0.5) => {
                format!(
                    "Wrote to {buyer_name} about {}",
                    draws.pick(&["next steps", "the rollout", "pricing", "the pilot"])
                )
            }
            _ => format!("{buyer_name} {news}"),
        };
        let mut participants = vec![self.owner.name.clone()];
        if !internal && let Some(buyer) = buyer {
            participants.push(buyer.name.clone());
        }
        Activity {
            kind,
            at,
            participants,
            outcome: if internal { "unknown" } else { outcome },
            summary,
            next_steps: draws.chance(0.35).then(|| draws.pick(&NEXT_STEPS)),
            objection: None,
            resolved: false,
        }
    }

    fn objection(
        &self,
        what: &'static str,
        resolved: bool,
        at: f64,
        contacts: &[Contact],
    ) -> Activity {
        let at = self.clock.at(at.min(self.now - 0.01));
        let who = contacts
            .iter()
            .find(|contact| BLOCKER_TITLES.contains(&contact.title) && contact.added <= at)
            .or(contacts.first());
        let name = who.map_or("The buyer", |who| who.name.as_str());
        let lower = what.to_lowercase();
        Activity {
            kind: if resolved { "follow_up" } else { "objection" },
            at,
            participants: vec![self.owner.name.clone(), name.to_owned()],
            outcome: if resolved { "positive" } else { "negative" },
            summary: if resolved {
                format!("{name} is satisfied: {lower} is settled")
            } else {
                format!("{name} raised: {lower}")
            },
            next_steps: None,
            objection: Some(what),
            resolved,
        }
    }
}

/// Sets when each contact was last heard from.
pub(crate) fn last_contacts(contacts: &mut [Contact], activities: &[Activity]) {
    for contact in contacts {
        let with_them = activities
            .iter()
            .rev()
            .find(|activity| activity.participants.contains(&contact.name));
        contact.last_contact = with_them
            .map(|activity| activity.at)
            .or(Some(contact.added).filter(|_| contact.role == "champion"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    #[test]
    fn prices_are_round() {
        let cases = [(12_345.6, 12_250), (48_999.0, 48_000), (10.0, 1_000)];
        for (dollars, expected) in cases {
            assert_eq!(round_price(dollars), expected);
        }
    }

    #[test]
    fn the_calendar_of_a_story_never_leaves_the_present() {
        let world = crate::company(3, crate::Size::Small);
        for deal in &world.deals {
            assert!(
                deal.activities
                    .iter()
                    .all(|activity| activity.at >= deal.created && activity.at <= world.as_of)
            );
            assert!(
                deal.visits.is_sorted_by_key(|visit| visit.entered),
                "{}",
                deal.id
            );
            assert!(world.as_of.date().saturating_add(2.years()) > deal.expected_close);
        }
    }
}
