//! What changed between two moments, read off the history of stages.

use std::collections::{BTreeMap, HashMap};

use model::{CanonicalStage, DealId, Outcome, Pipeline, Timestamp};
use rust_decimal::Decimal;
use serde::Serialize;

use super::desk::{DealRow, Desk, Found, Say, Why};
use crate::query::{NEVER, Row};
use crate::sight::stage_outcomes;
use crate::{Amount, FieldError};

/// What changed in the open pipeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changes {
    /// The moment asked about.
    pub as_of: Timestamp,
    /// How it is counted.
    pub rule: String,
    /// The earlier moment.
    pub from: Timestamp,
    /// The later one.
    pub to: Timestamp,
    /// The open pipeline at the earlier moment, what came and went, and the open pipeline at the
    /// later one: the first parts add up to the last.
    pub waterfall: Vec<Part>,
    /// Deals open at both moments in different stages, the most frequent way first.
    pub moves: Vec<Move>,
    /// Where every deal of the waterfall was and is, in the order of stages: what stands open at the
    /// start, came, stayed, moved and went. They add up to the waterfall.
    pub flows: Vec<Flow>,
    /// Deals seen whose amount is not in the currency reported in: they count, their amount does not.
    pub without_amount: u64,
    /// Deals of which nothing says when they began: they count as if they had always been there.
    pub undated: u64,
}

/// A part of the waterfall.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// `start`, `opened`, `reopened`, `increased`, `decreased`, `won`, `lost` or `end`.
    pub kind: &'static str,
    /// How many deals.
    pub count: u64,
    /// What they add, or take where it is negative.
    pub amount: Option<Amount>,
    /// The largest of them.
    pub deals: Vec<DealRow>,
}

/// A way deals moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Move {
    /// The stage at the earlier moment.
    pub from: String,
    /// The stage at the later one.
    pub to: String,
    /// Whether that is a later stage.
    pub forward: bool,
    /// How many deals.
    pub count: u64,
    /// What they are worth at the later moment.
    pub amount: Option<Amount>,
}

/// Deals that went from one place to another, or stayed where they were.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flow {
    /// Where they were at the earlier moment.
    pub from: Place,
    /// Where they are at the later one.
    pub to: Place,
    /// How many deals.
    pub count: u64,
    /// What they are worth at the later moment.
    pub amount: Option<Amount>,
    /// By how much that is more than at the earlier one; nothing for those that came in between.
    pub changed: Option<Amount>,
}

/// Where a deal stands at one of the two moments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// `open`, `won` or `lost`; at the earlier moment also `opened` or `reopened`, for what came after.
    pub kind: &'static str,
    /// The stage of what is open; none where nothing says.
    pub stage: Option<String>,
    /// Its place among all that the flows name, in the order of stages, from 0.
    pub order: usize,
}

/// The same by code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Open(Option<u16>),
    Opened,
    Reopened,
    Won,
    Lost,
}

impl Spot {
    fn kind(self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Opened => "opened",
            Self::Reopened => "reopened",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    NotYet,
    Open(Option<u16>),
    Closed(Outcome),
}

const KINDS: [&str; 8] = [
    "start",
    "opened",
    "reopened",
    "increased",
    "decreased",
    "won",
    "lost",
    "end",
];

/// What changed between two moments. `earlier` and `later` are amounts known from forecasts saved
/// then, in the currency reported in; a deal in neither counts at its present amount at both.
pub fn changes(
    desk: &Desk<'_>,
    from: Timestamp,
    to: Timestamp,
    earlier: &BTreeMap<DealId, Decimal>,
    later: &BTreeMap<DealId, Decimal>,
    limit: usize,
) -> Result<Changes, FieldError> {
    if from >= to {
        return Err(FieldError::new(
            "from",
            "bad_value",
            format!("{from} is not before {to}"),
            "give the earlier moment first",
        ));
    }
    let outcomes = stage_outcomes(desk.book);
    let mut parts: Vec<(Decimal, Vec<Found>)> = KINDS.map(|_| (Decimal::ZERO, Vec::new())).into();
    let mut moves: BTreeMap<(u16, u16), (u64, Decimal)> = BTreeMap::new();
    let mut flows: BTreeMap<(Spot, Spot), (u64, Decimal, Decimal)> = BTreeMap::new();
    let (mut without_amount, mut undated) = (0, 0);
    for (index, row) in desk.rows() {
        let id = desk.table.ids[index];
        without_amount += u64::from(row.amount.is_nan());
        undated += u64::from(began(desk, index, row).is_none());
        let [before, after] =
            [from, to].map(|at| state(desk, &outcomes, index, row, at.as_microsecond()));
        let now = earlier_or(later, id, row.reported);
        let then = earlier_or(earlier, id, now);
        let mut add = |kind: usize, amount: Decimal, say: Option<Say>| {
            let (sum, deals) = &mut parts[kind];
            // Amounts of up to 28 digits were added before: the sum is out of reach of real ones.
            *sum = sum.checked_add(amount).unwrap_or(*sum);
            deals.push(Found {
                row: index,
                urgency: 0,
                reasons: say
                    .map(|say| Why::new(KINDS[kind], say))
                    .into_iter()
                    .collect(),
            });
        };
        let changed = match (before, after) {
            (State::NotYet, State::NotYet)
            | (State::Closed(_), State::Closed(_) | State::NotYet) => continue,
            (State::NotYet, _) => {
                add(1, now, Some(Say::Fixed("it began")));
                Decimal::ZERO
            }
            (State::Closed(_), State::Open(_)) => {
                add(2, now, Some(Say::Fixed("it was closed and is open again")));
                Decimal::ZERO
            }
            (State::Open(_), _) => {
                // What stands open at an end is there for no reason of its own.
                add(0, then, None);
                now - then
            }
        };
        let revalued = Say::Revalued {
            from: then,
            to: now,
        };
        if changed > Decimal::ZERO {
            add(3, changed, Some(revalued));
        } else if changed < Decimal::ZERO {
            add(4, changed, Some(revalued));
        }
        match after {
            State::Closed(Outcome::Won) => add(5, -now, Some(Say::Fixed("it was won"))),
            State::Closed(Outcome::Lost) => add(6, -now, Some(Say::Fixed("it was lost"))),
            State::Open(_) => add(7, now, None),
            State::NotYet => {}
        }
        let was = match before {
            State::NotYet => Spot::Opened,
            State::Open(stage) => Spot::Open(stage),
            State::Closed(_) => Spot::Reopened,
        };
        let is = match after {
            State::Closed(Outcome::Won) => Some(Spot::Won),
            State::Closed(Outcome::Lost) => Some(Spot::Lost),
            State::Open(stage) => Some(Spot::Open(stage)),
            State::NotYet => None,
        };
        if let Some(is) = is {
            let cell = flows.entry((was, is)).or_default();
            cell.0 += 1;
            cell.1 = cell.1.checked_add(now).unwrap_or(cell.1);
            cell.2 = cell.2.checked_add(changed).unwrap_or(cell.2);
        }
        if let (State::Open(Some(a)), State::Open(Some(b))) = (before, after)
            && a != b
        {
            let cell = moves.entry((a, b)).or_default();
            cell.0 += 1;
            cell.1 = cell.1.checked_add(now).unwrap_or(cell.1);
        }
    }
    let amount = |value: Decimal| {
        let currency = desk.currency()?;
        Some(Amount { value, currency })
    };
    let waterfall = KINDS
        .into_iter()
        .zip(parts)
        .map(|(kind, (sum, found))| {
            let listed = desk.listed(String::new(), 0, found, limit);
            Part {
                kind,
                count: listed.count,
                amount: amount(sum),
                deals: listed.deals,
            }
        })
        .collect();
    let stages = desk.book.log.stages();
    let places = places(&desk.book.pipelines);
    // Stages that no pipeline declares come behind, in the order of the log.
    let place = |code: u16| {
        let label = stages.get(usize::from(code)).map(String::as_str);
        let declared = label.and_then(|label| places.get(label));
        declared.copied().unwrap_or((usize::MAX, code))
    };
    let along = |spot: Spot| match spot {
        Spot::Open(Some(code)) => (0, place(code)),
        Spot::Open(None) => (1, (0, 0)),
        other => (
            2 + usize::from(other == Spot::Lost),
            (usize::from(other == Spot::Reopened), 0),
        ),
    };
    let mut spots: Vec<Spot> = flows.keys().flat_map(|(from, to)| [*from, *to]).collect();
    spots.sort_by_key(|spot| (along(*spot), *spot));
    spots.dedup();
    let mut flows: Vec<_> = flows.into_iter().collect();
    flows.sort_by_key(|((from, to), _)| (along(*from), along(*to)));
    let told = |spot: Spot| Place {
        kind: spot.kind(),
        stage: match spot {
            Spot::Open(Some(code)) => stages.get(usize::from(code)).cloned(),
            _ => None,
        },
        order: spots.iter().position(|it| *it == spot).unwrap_or_default(),
    };
    let flows = flows
        .into_iter()
        .map(|((from, to), (count, sum, changed))| Flow {
            from: told(from),
            to: told(to),
            count,
            amount: amount(sum),
            changed: amount(changed),
        })
        .collect();
    let mut moves: Vec<Move> = moves
        .into_iter()
        .filter_map(|((from, to), (count, sum))| {
            let label = |code: u16| stages.get(usize::from(code)).cloned();
            let forward = place(to) > place(from);
            let (from, to) = (label(from)?, label(to)?);
            Some(Move {
                forward,
                amount: amount(sum),
                count,
                from,
                to,
            })
        })
        .collect();
    moves.sort_by(|a, b| {
        b.count
            .cmp(&a.count)
            .then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to)))
    });
    Ok(Changes {
        as_of: desk.as_of,
        rule: "A deal is open from its creation or first stage until a closing stage, by its \
               history. Amounts are those of the saved forecasts where there are any, else the \
               present ones. The start and all that came and went add up to the end."
            .to_owned(),
        from,
        to,
        waterfall,
        moves,
        flows,
        without_amount,
        undated,
    })
}

/// Where each stage comes, by its label: by what it means, and where it means nothing with the stage
/// before it; of one meaning in the order of its pipeline. The order alone would not do, for a label
/// may stand third in one pipeline and first in another.
fn places(pipelines: &[Pipeline]) -> HashMap<&str, (usize, u16)> {
    let mut places: HashMap<&str, (usize, u16)> = HashMap::new();
    for pipeline in pipelines {
        let mut stages: Vec<_> = pipeline.stages.iter().collect();
        stages.sort_by_key(|stage| stage.order);
        let mut reached = 0;
        for stage in stages {
            let rank = |canonical| CanonicalStage::ALL.iter().position(|it| *it == canonical);
            reached = stage.canonical.and_then(rank).unwrap_or(reached);
            let here = (reached, stage.order);
            let known = places.entry(&stage.label).or_insert(here);
            *known = here.min(*known);
        }
    }
    places
}

fn earlier_or(known: &BTreeMap<DealId, Decimal>, id: DealId, present: Decimal) -> Decimal {
    known.get(&id).copied().unwrap_or(present)
}

/// When a deal began, in microseconds since 1970.
fn began(desk: &Desk<'_>, index: usize, row: &Row) -> Option<i64> {
    let visits = desk.book.log.visits(desk.table.places[index]);
    let first = visits.at_us.first().copied();
    let created = (row.created_us != NEVER).then_some(row.created_us);
    first.into_iter().chain(created).min()
}

fn state(
    desk: &Desk<'_>,
    outcomes: &[Option<Outcome>],
    index: usize,
    row: &Row,
    at_us: i64,
) -> State {
    if began(desk, index, row).is_some_and(|began| began > at_us) {
        return State::NotYet;
    }
    let visits = desk.book.log.visits(desk.table.places[index]);
    let known = visits.at_us.partition_point(|&at| at <= at_us);
    if let Some(last) = known.checked_sub(1) {
        let code = visits.stage[last];
        return match outcomes.get(usize::from(code)).copied().flatten() {
            Some(outcome) => State::Closed(outcome),
            None => State::Open(Some(code)),
        };
    }
    // Without a stage at that moment only the close itself can tell.
    let ended = if visits.is_empty() {
        desk.canonical(row).and_then(CanonicalStage::outcome)
    } else {
        None
    };
    match ended {
        Some(outcome) if row.closed_us == NEVER || row.closed_us <= at_us => State::Closed(outcome),
        _ => State::Open(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{PipelineId, Stage, TenantId};

    #[test]
    fn stages_of_several_pipelines_stand_in_the_order_of_what_they_mean() {
        use CanonicalStage::{Demo, Discovery, Lead, Negotiation, Proposal, Qualification};
        let pipeline = |name: &str, stages: &[(&str, Option<CanonicalStage>)]| Pipeline {
            id: PipelineId::derive(&TenantId::local(), "crm", name),
            name: name.to_owned(),
            stages: (0..)
                .zip(stages)
                .map(|(order, (label, canonical))| Stage {
                    label: (*label).to_owned(),
                    canonical: *canonical,
                    layer: None,
                    order,
                    probability: None,
                })
                .collect(),
        };
        let check = |pipelines: &[Pipeline], expected: &[&str]| {
            let places = places(pipelines);
            let mut labels: Vec<&str> = places.keys().copied().collect();
            labels.sort_by_key(|label| places[label]);
            assert_eq!(labels, expected);
        };
        let long = pipeline(
            "New",
            &[
                ("Lead", Some(Lead)),
                ("Qualified", Some(Qualification)),
                ("Discovery", Some(Discovery)),
                ("Demo", Some(Demo)),
                ("Offer", Some(Proposal)),
                ("Talks", Some(Negotiation)),
                ("Verbal", None),
            ],
        );
        let short = pipeline(
            "More",
            &[("Discovery", Some(Discovery)), ("Talks", Some(Negotiation))],
        );
        let order = [
            "Lead",
            "Qualified",
            "Discovery",
            "Demo",
            "Offer",
            "Talks",
            "Verbal",
        ];
        check(&[long.clone(), short.clone()], &order);
        check(&[short, long], &order);
        check(
            &[pipeline("Plain", &[("C", None), ("A", None)])],
            &["C", "A"],
        );
        check(&[], &[]);
    }
}
