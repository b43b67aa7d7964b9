//! Rules for open deals, and which deals keep them.

use model::{CanonicalStage, Timestamp};
use serde::Serialize;

use super::desk::{DealRow, Desk, Found, Say, Why};
use crate::format;
use crate::query::{Column, NEVER, NOTHING, Row};
use crate::settings::{Check, RequiredField, Rule};

/// Which open deals keep the tenant's rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compliance {
    /// The moment asked about.
    pub as_of: Timestamp,
    /// What is counted.
    pub rule: String,
    /// Open deals.
    pub of: u64,
    /// Open deals that keep every rule that is for them.
    pub compliant: u64,
    /// Rule by rule.
    pub rules: Vec<RuleResult>,
}

/// Which deals keep one rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleResult {
    /// The rule's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it asks, in words.
    pub asks: String,
    /// Deals it is for.
    pub of: u64,
    /// Deals that keep it.
    pub passed: u64,
    /// Deals that break it.
    pub failed: u64,
    /// Of those the most valuable, each with what is wrong.
    pub deals: Vec<DealRow>,
}

/// Checks every open deal against every rule; each rule names at most `limit` deals.
pub fn compliance(desk: &Desk<'_>, limit: usize) -> Compliance {
    let rules = &desk.settings.compliance;
    let mut results: Vec<(u64, Vec<Found>)> = rules.iter().map(|_| (0, Vec::new())).collect();
    let (mut of, mut compliant) = (0, 0);
    for (index, row) in desk.open() {
        of += 1;
        let mut kept = true;
        for (rule, (applies, broken)) in rules.iter().zip(&mut results) {
            let Some(wrong) = check(desk, rule, index, row) else {
                continue;
            };
            *applies += 1;
            if !wrong.is_empty() {
                kept = false;
                broken.push(Found {
                    row: index,
                    urgency: 0,
                    reasons: wrong,
                });
            }
        }
        compliant += u64::from(kept);
    }
    Compliance {
        as_of: desk.as_of,
        rule: "Each rule is asked of the open deals it is for.".to_owned(),
        of,
        compliant,
        rules: rules
            .iter()
            .zip(results)
            .map(|(rule, (of, broken))| {
                let asks = words(&rule.check);
                let listed = desk.listed(asks.clone(), of, broken, limit);
                RuleResult {
                    id: rule.id.clone(),
                    name: rule.name.clone().unwrap_or_else(|| asks.clone()),
                    asks,
                    of,
                    passed: of - listed.count,
                    failed: listed.count,
                    deals: listed.deals,
                }
            })
            .collect(),
    }
}

/// What a deal does wrong; `None` when the rule is not for it.
fn check(desk: &Desk<'_>, rule: &Rule, index: usize, row: &Row) -> Option<Vec<Why>> {
    let stage = || desk.canonical(row);
    let wrong = |yes: bool, code, say| yes.then(|| Why::new(code, say)).into_iter().collect();
    match &rule.check {
        Check::RequiredFields {
            fields,
            from_stage: from,
        } => from_stage(*from, stage).then(|| {
            let missing = fields.iter().filter(|field| !has(desk, field, index, row));
            let text = |field| Say::Text(format!("no {}", name(field)));
            missing
                .map(|field| Why::new("missing_field", text(field)))
                .collect()
        }),
        Check::MaxDaysWithoutActivity { days } => {
            let silent = desk.silent_days(row).filter(|it| *it > f64::from(*days));
            let silent = silent.filter(|_| row.ahead_us == NEVER);
            let text = |it| Say::Text(format!("no contact for {}", format::days(it)));
            Some(
                silent
                    .map(|it| Why::new("inactive", text(it)))
                    .into_iter()
                    .collect(),
            )
        }
        Check::CloseDateNotPast {} => (row.close_day != NEVER)
            .then(|| wrong(desk.is_overdue(row), "past_close_date", Say::Overdue)),
        Check::NextStep { from_stage: from } => from_stage(*from, stage).then(|| {
            let planned = row.planned || row.ahead_us != NEVER;
            let text = Say::Fixed("nothing says what is to be done next");
            wrong(!planned, "no_next_step", text)
        }),
        Check::MaxDaysInStage { days, stage: only } => {
            if only.is_some() && *only != stage() {
                return None;
            }
            let there = desk.days_in_stage(row)?;
            Some(wrong(there > f64::from(*days), "stuck", Say::DaysInStage))
        }
    }
}

/// Whether a deal's stage is this one or later.
fn from_stage(from: Option<CanonicalStage>, of: impl Fn() -> Option<CanonicalStage>) -> bool {
    from.is_none_or(|from| of().is_some_and(|of| of >= from))
}

fn has(desk: &Desk<'_>, field: &RequiredField, index: usize, row: &Row) -> bool {
    match field {
        RequiredField::Name => desk.deal(index).name.is_some(),
        RequiredField::Amount => row.has_amount(),
        RequiredField::Company => row.code(Column::Company) != NOTHING,
        RequiredField::Owner => row.code(Column::Owner) != NOTHING,
        RequiredField::CloseDate => row.close_day != NEVER,
        RequiredField::ForecastCategory => row.code(Column::ForecastCategory) != NOTHING,
        RequiredField::Custom(name) => {
            let value = desk.deal(index).custom_fields.get(name);
            value.is_some_and(|it| !it.trim().is_empty())
        }
    }
}

fn name(field: &RequiredField) -> &str {
    match field {
        RequiredField::Name => "name",
        RequiredField::Amount => "amount",
        RequiredField::Company => "company",
        RequiredField::Owner => "owner",
        RequiredField::CloseDate => "expected close",
        RequiredField::ForecastCategory => "forecast category",
        RequiredField::Custom(name) => name,
    }
}

fn words(check: &Check) -> String {
    let from = |stage: &Option<CanonicalStage>| match stage {
        Some(stage) => format!(" from {stage} on"),
        None => String::new(),
    };
    match check {
        Check::RequiredFields { fields, from_stage } => {
            let fields: Vec<&str> = fields.iter().map(name).collect();
            format!("{} filled in{}", fields.join(", "), from(from_stage))
        }
        Check::MaxDaysWithoutActivity { days } => {
            format!("contact in the last {days} days, or planned")
        }
        Check::CloseDateNotPast {} => "an expected close that has not passed".to_owned(),
        Check::NextStep { from_stage } => format!("a next step{}", from(from_stage)),
        Check::MaxDaysInStage { days, stage } => match stage {
            Some(stage) => format!("at most {days} days in {stage}"),
            None => format!("at most {days} days in a stage"),
        },
    }
}
