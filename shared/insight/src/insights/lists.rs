//! Deals that want something done: today's, those that need attention, overdue, stuck, inactive.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use model::ActivityKind;
use serde::{Deserialize, Serialize};

use super::desk::{Desk, Found, Limits, Listed, Say, Why, instant, is_open, span_us};
use crate::FieldError;
use crate::format;
use crate::query::{Column, NEVER, NOTHING, Row, day_us};

/// What to do today: meetings and next steps first, then what is overdue, new mail, valuable deals
/// that are stuck, and what moved since the working day before.
///
/// A deal with several reasons stands where its most urgent one puts it; deals equally urgent come
/// by what is at stake.
pub fn today(desk: &Desk<'_>, limit: usize) -> Listed {
    let today = desk.today();
    let since = desk.settings.calendar.working_day_before(today);
    let (since_us, now_us) = (day_us(since), desk.as_of.as_microsecond());
    let mut done: HashMap<usize, Vec<(i64, Why)>> = HashMap::new();
    let (_, end_us) = span_us(today, today);
    for it in desk.digest.done(since_us, end_us) {
        let what = match it.kind {
            ActivityKind::Meeting => "a meeting",
            ActivityKind::Demo => "a demo",
            ActivityKind::Call => "a call",
            ActivityKind::Email => "an e-mail",
            _ => continue,
        };
        let Some(at) = instant(it.at_us) else {
            continue;
        };
        let news = if it.kind == ActivityKind::Email {
            let when = at.strftime("%Y-%m-%d %H:%M");
            let why = Why::new("new_email", Say::Text(format!("{what} of {when} UTC")));
            (it.at_us <= now_us).then_some((3, why))
        } else {
            let when = at.strftime("%H:%M");
            let why = Why::new(
                "meeting_today",
                Say::Text(format!("{what} today at {when} UTC")),
            );
            (it.at_us >= day_us(today)).then_some((0, why))
        };
        done.entry(it.row).or_default().extend(news);
    }
    let high = high_value(desk);
    let limits = desk.limits();
    let today_number = desk.today_number();
    let mut of = 0;
    let mut found = Vec::new();
    for (index, row) in desk.rows() {
        of += 1;
        let mut reasons = done.remove(&index).unwrap_or_default();
        if is_open(desk.table, row) {
            if row.due_day != NEVER && row.due_day <= today_number {
                reasons.push((1, Why::new("next_step_due", Say::NextStep)));
            }
            if desk.is_overdue(row) {
                reasons.push((2, Why::new("past_close_date", Say::Overdue)));
            }
            if row.amount >= high && desk.is_stuck(&limits, row) {
                reasons.push((4, Why::new("stuck_high_value", Say::StuckAndValuable)));
            }
        }
        if (since_us..=now_us).contains(&row.entered_us) {
            reasons.push((5, Why::new("moved", Say::Moved)));
        }
        // One mail is news; ten are the same news.
        reasons.sort_by_key(|(urgency, _)| *urgency);
        reasons.dedup_by_key(|(_, why)| why.code);
        if let Some((urgency, _)) = reasons.first() {
            found.push(Found {
                row: index,
                urgency: *urgency,
                reasons: reasons.into_iter().map(|(_, why)| why).collect(),
            });
        }
    }
    let high = high.is_finite().then(|| format::whole(high));
    let worth = match (high, desk.currency()) {
        (Some(high), Some(currency)) => format!("worth {currency} {high} or more"),
        (Some(high), None) => format!("worth {high} or more"),
        (None, _) => "of high value".to_owned(),
    };
    let rule = format!(
        "Meetings today, next steps due, deals past their expected close, mail since {since}, stuck \
         deals {worth}, and deals moved since {since}; in this order, and by amount × \
         chance."
    );
    desk.listed(rule, of, found, limit)
}

/// From which amount a deal is of high value.
fn high_value(desk: &Desk<'_>) -> f64 {
    use rust_decimal::prelude::ToPrimitive;
    if let Some(high) = desk.settings.high_value.and_then(|it| it.to_f64()) {
        return high;
    }
    let mut amounts: Vec<f64> = desk
        .open()
        .map(|(_, row)| row.amount)
        .filter(|amount| !amount.is_nan())
        .collect();
    let place = amounts.len() * 4 / 5;
    if place >= amounts.len() {
        return f64::INFINITY;
    }
    let (_, high, _) = amounts.select_nth_unstable_by(place, f64::total_cmp);
    *high
}

/// Deals past the day they were expected to close, the longest overdue first.
pub fn overdue(desk: &Desk<'_>, limit: usize) -> Listed {
    let mut of = 0;
    let mut dated = 0;
    let mut found = Vec::new();
    for (row, of_row) in desk.open() {
        of += 1;
        dated += u64::from(of_row.close_day != NEVER);
        if desk.is_overdue(of_row) {
            found.push(Found {
                row,
                urgency: of_row.close_day,
                reasons: vec![Why::new("past_close_date", Say::Overdue)],
            });
        }
    }
    let grace = desk.settings.overdue_grace_days;
    let rule = format!(
        "Open, and expected to close more than {} before {}.",
        format::counted(usize::from(grace), "day"),
        desk.today()
    );
    let note = (of > 0 && dated == 0).then(|| "no open deal has an expected close".to_owned());
    Listed {
        note,
        ..desk.listed(rule, of, found, limit)
    }
}

/// Deals longer in their stage than deals that were won ever needed, the most valuable first.
pub fn stuck(desk: &Desk<'_>, limit: usize) -> Listed {
    let limits = desk.limits();
    let mut of = 0;
    let mut found = Vec::new();
    for (row, of_row) in desk.open() {
        of += 1;
        if desk.is_stuck(&limits, of_row) {
            found.push(Found {
                row,
                urgency: 0,
                reasons: vec![Why::new("stuck", Say::Stuck)],
            });
        }
    }
    let by = &desk.settings.stuck;
    let rule = format!(
        "Open, and longer in the stage than {} × the median stay of deals that were won, at least \
         {}; {} where fewer than {} won stays tell; or than the limit set for the stage.",
        by.factor,
        format::days(f64::from(by.least_days)),
        format::days(f64::from(by.days_without_evidence)),
        by.evidence
    );
    desk.listed(rule, of, found, limit)
}

/// Deals without contact for too long and with nothing in the calendar, the most valuable first.
pub fn inactive(desk: &Desk<'_>, limit: usize) -> Listed {
    let limits = desk.limits();
    let known = knows_contacts(desk);
    let mut of = 0;
    let mut found = Vec::new();
    for (row, of_row) in desk.open() {
        of += 1;
        if known && desk.is_inactive(&limits, of_row) {
            found.push(Found {
                row,
                urgency: 0,
                reasons: vec![Why::new("inactive", Say::Inactive)],
            });
        }
    }
    let rule = format!(
        "Open, no contact with the customer for {} or the days set for the stage, and none planned; \
         what is done among ourselves is no contact.",
        format::counted(usize::from(desk.settings.inactive_days), "day")
    );
    Listed {
        note: (!known).then(|| "no deal has an activity, so nothing tells".to_owned()),
        ..desk.listed(rule, of, found, limit)
    }
}

/// Whether the deals seen have activities at all.
fn knows_contacts(desk: &Desk<'_>) -> bool {
    desk.rows()
        .any(|(_, row)| row.contact_us != NEVER || row.ahead_us != NEVER)
}

/// Why a deal needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionReason {
    /// Its expected close has passed.
    PastCloseDate,
    /// Too long in its stage.
    Stuck,
    /// No contact for too long.
    Inactive,
    /// Nothing is planned.
    NoNextStep,
    /// Nobody owns it.
    MissingOwner,
    /// Its owner is not among the people.
    OrphanOwner,
    /// No amount, where other deals have one.
    MissingAmount,
    /// No expected close, where other deals have one.
    MissingCloseDate,
    /// No company, where other deals have one.
    MissingCompany,
    /// No dated stage, so it cannot be forecast.
    NoHistory,
}

impl AttentionReason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::PastCloseDate,
        Self::Stuck,
        Self::Inactive,
        Self::NoNextStep,
        Self::MissingOwner,
        Self::OrphanOwner,
        Self::MissingAmount,
        Self::MissingCloseDate,
        Self::MissingCompany,
        Self::NoHistory,
    ];

    /// Its name in questions and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PastCloseDate => "past_close_date",
            Self::Stuck => "stuck",
            Self::Inactive => "inactive",
            Self::NoNextStep => "no_next_step",
            Self::MissingOwner => "missing_owner",
            Self::OrphanOwner => "orphan_owner",
            Self::MissingAmount => "missing_amount",
            Self::MissingCloseDate => "missing_close_date",
            Self::MissingCompany => "missing_company",
            Self::NoHistory => "no_history",
        }
    }
}

impl FromStr for AttentionReason {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            FieldError::new(
                "reason",
                "bad_value",
                format!("{shown:?} is no reason for attention"),
                format!("use one of {}", Self::ALL.map(Self::as_str).join(", ")),
            )
        })
    }
}

/// Which fields the deals seen have at all: where none has an amount, its absence says nothing.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of its own")]
struct Used {
    owner: bool,
    amount: bool,
    close_date: bool,
    company: bool,
    contacts: bool,
    plans: bool,
    history: bool,
}

/// Open deals with something amiss, those with the most reasons first; `reason` keeps those with
/// that one. `reasons` counts all of them either way.
pub fn attention(desk: &Desk<'_>, reason: Option<AttentionReason>, limit: usize) -> Listed {
    let mut used = Used::default();
    for (_, row) in desk.rows() {
        used.owner |= row.code(Column::Owner) != NOTHING;
        used.amount |= row.has_amount();
        used.close_date |= row.close_day != NEVER;
        used.company |= row.code(Column::Company) != NOTHING;
        used.contacts |= row.contact_us != NEVER || row.ahead_us != NEVER;
        used.plans |= row.planned || row.ahead_us != NEVER;
        used.history |= row.entered_us != NEVER;
    }
    let limits = desk.limits();
    let mut of = 0;
    let mut all = Vec::new();
    for (index, row) in desk.open() {
        of += 1;
        let reasons = amiss(desk, &limits, &used, row);
        if !reasons.is_empty() {
            all.push(Found {
                row: index,
                urgency: -(reasons.len() as i64),
                reasons,
            });
        }
    }
    let mut counts = BTreeMap::new();
    for reason in all.iter().flat_map(|found| &found.reasons) {
        *counts.entry(reason.code).or_default() += 1;
    }
    if let Some(wanted) = reason {
        all.retain(|found| found.reasons.iter().any(|it| it.code == wanted.as_str()));
    }
    let rule = "Open deals that are overdue, stuck, inactive, without a next step, owner, amount, \
                expected close, company or history; a field counts as missing where other deals have \
                it.";
    Listed {
        reasons: counts,
        ..desk.listed(rule.to_owned(), of, all, limit)
    }
}

fn amiss(desk: &Desk<'_>, limits: &Limits, used: &Used, row: &Row) -> Vec<Why> {
    let mut reasons = Vec::new();
    let mut note = |yes: bool, reason: AttentionReason, say: Say| {
        if yes {
            reasons.push(Why::new(reason.as_str(), say));
        }
    };
    let nothing = |column| row.code(column) == NOTHING;
    note(
        desk.is_overdue(row),
        AttentionReason::PastCloseDate,
        Say::Overdue,
    );
    note(
        desk.is_stuck(limits, row),
        AttentionReason::Stuck,
        Say::Stuck,
    );
    note(
        used.contacts && desk.is_inactive(limits, row),
        AttentionReason::Inactive,
        Say::Inactive,
    );
    note(
        used.plans && !row.planned && row.ahead_us == NEVER,
        AttentionReason::NoNextStep,
        Say::Fixed("nobody wrote down what is to be done next"),
    );
    note(
        used.owner && nothing(Column::Owner),
        AttentionReason::MissingOwner,
        Say::Fixed("nobody owns it"),
    );
    let orphan =
        !desk.book.people.is_empty() && desk.owner(row).is_some_and(|id| !desk.table.knows(id));
    note(
        orphan,
        AttentionReason::OrphanOwner,
        Say::Fixed("its owner is not among the people"),
    );
    note(
        used.amount && !row.has_amount(),
        AttentionReason::MissingAmount,
        Say::Fixed("it has no amount"),
    );
    note(
        used.close_date && row.close_day == NEVER,
        AttentionReason::MissingCloseDate,
        Say::Fixed("it has no expected close"),
    );
    note(
        used.company && nothing(Column::Company),
        AttentionReason::MissingCompany,
        Say::Fixed("it has no company"),
    );
    note(
        used.history && row.entered_us == NEVER,
        AttentionReason::NoHistory,
        Say::Fixed("it has no dated stage, so it cannot be forecast"),
    );
    reasons
}
