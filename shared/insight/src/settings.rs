//! What a tenant may decide: how many days are too many, what an order must have, which rules hold.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use model::{CanonicalStage, Currency, Date, PersonId, RateTable};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::query::Reporting;

/// Longer than any sale takes.
const MOST_DAYS: u16 = 3_650;

/// A tenant's settings for everything in [`insights`](crate::insights). Each has a default; an
/// unknown one is refused when read.
///
/// ```
/// use insight::Settings;
///
/// let settings: Settings = serde_json::from_str(r#"{"inactive_days": 21}"#)?;
/// assert!(settings.validate().is_ok());
/// assert_eq!(settings.stuck.factor, 3.0);
/// assert!(serde_json::from_str::<Settings>(r#"{"inactive": 21}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What amounts are added up in; by default the most frequent currency of the deals.
    pub reporting_currency: Option<Currency>,
    /// Rates for amounts in other currencies.
    pub rates: Option<RateTable>,
    /// The month, 1 to 12, that quarters are counted from.
    pub quarter_start_month: u8,
    /// Days after its expected close before a deal is overdue.
    pub overdue_grace_days: u16,
    /// When a deal is stuck in its stage.
    pub stuck: Stuck,
    /// Days without contact after which a deal is inactive.
    pub inactive_days: u16,
    /// From which amount a deal is of high value; by default the largest fifth of open deals.
    pub high_value: Option<Decimal>,
    /// Other numbers of days for some stages, by the source's label.
    pub stages: BTreeMap<String, StageDays>,
    /// What a won deal must have to count as an order.
    pub orders: OrderChecks,
    /// What must hold of open deals.
    pub compliance: Vec<Rule>,
    /// How customers pay.
    pub cash: CashTerms,
    /// The days on which people work.
    pub calendar: Calendar,
    /// What each seller is to win in a quarter, in the currency reported in.
    pub quotas: BTreeMap<PersonId, Decimal>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reporting_currency: None,
            rates: None,
            quarter_start_month: 1,
            overdue_grace_days: 0,
            stuck: Stuck::default(),
            inactive_days: 30,
            high_value: None,
            stages: BTreeMap::new(),
            orders: OrderChecks::default(),
            compliance: Rule::defaults(),
            cash: CashTerms::default(),
            calendar: Calendar::default(),
            quotas: BTreeMap::new(),
        }
    }
}

/// When a deal is stuck: longer in its stage than a multiple of what won deals needed there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stuck {
    /// How many times the median stay of won deals.
    pub factor: f64,
    /// But never before so many days.
    pub least_days: u16,
    /// How many days where too few won deals tell.
    pub days_without_evidence: u16,
    /// How many won stays tell.
    pub evidence: u16,
}

impl Default for Stuck {
    fn default() -> Self {
        Self {
            factor: 3.0,
            least_days: 14,
            days_without_evidence: 60,
            evidence: 10,
        }
    }
}

/// A stage's own numbers of days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StageDays {
    /// Days in the stage after which a deal is stuck.
    pub stuck_days: Option<u16>,
    /// Days without contact after which it is inactive.
    pub inactive_days: Option<u16>,
}

/// What is asked of a won deal before it counts as an order received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is switched on its own")]
pub struct OrderChecks {
    /// An amount above zero.
    pub amount: bool,
    /// The day it was closed.
    pub close_date: bool,
    /// The company that ordered.
    pub company: bool,
    /// A bill to that company, where the data hold bills at all.
    pub invoice: bool,
    /// Days after the close by which it is to be billed.
    pub invoice_within_days: u16,
    /// That the bill is paid once it is due, where the data hold payments at all.
    pub payment: bool,
}

impl Default for OrderChecks {
    fn default() -> Self {
        Self {
            amount: true,
            close_date: true,
            company: true,
            invoice: true,
            invoice_within_days: 30,
            payment: true,
        }
    }
}

/// A rule for open deals, with the name it is reported under.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What programs call it.
    pub id: String,
    /// What people call it; by default what it says.
    #[serde(default)]
    pub name: Option<String>,
    /// What must hold.
    pub check: Check,
}

/// What a rule asks of the deals it is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// These fields are filled in.
    RequiredFields {
        /// Which.
        fields: Vec<RequiredField>,
        /// From this stage on; by default in all.
        #[serde(default)]
        from_stage: Option<CanonicalStage>,
    },
    /// There was contact in the last so many days.
    MaxDaysWithoutActivity {
        /// How many.
        days: u16,
    },
    /// The expected close has not passed.
    CloseDateNotPast {},
    /// Somebody wrote down what is to be done next, or it is in the calendar.
    NextStep {
        /// From this stage on; by default in all.
        #[serde(default)]
        from_stage: Option<CanonicalStage>,
    },
    /// It is not longer in its stage than this.
    MaxDaysInStage {
        /// How many.
        days: u16,
        /// In this stage; by default in all.
        #[serde(default)]
        stage: Option<CanonicalStage>,
    },
}

/// A field a rule may ask for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredField {
    /// Its name.
    Name,
    /// What it is worth.
    Amount,
    /// Who would buy.
    Company,
    /// Who sells.
    Owner,
    /// The day it is expected to close.
    CloseDate,
    /// How the seller counts it.
    ForecastCategory,
    /// A custom field, by the source's own name.
    Custom(String),
}

impl Rule {
    fn defaults() -> Vec<Self> {
        let rule = |id: &str, check| Self {
            id: id.to_owned(),
            name: None,
            check,
        };
        vec![
            rule(
                "owner_and_close_date",
                Check::RequiredFields {
                    fields: vec![RequiredField::Owner, RequiredField::CloseDate],
                    from_stage: None,
                },
            ),
            rule(
                "amount_from_proposal",
                Check::RequiredFields {
                    fields: vec![RequiredField::Amount],
                    from_stage: Some(CanonicalStage::Proposal),
                },
            ),
            rule("close_date_not_past", Check::CloseDateNotPast {}),
            rule(
                "contact_in_30_days",
                Check::MaxDaysWithoutActivity { days: 30 },
            ),
            rule(
                "next_step_from_proposal",
                Check::NextStep {
                    from_stage: Some(CanonicalStage::Proposal),
                },
            ),
        ]
    }
}

/// When the money of a won deal comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CashTerms {
    /// The parts it is paid in.
    pub instalments: Vec<Instalment>,
}

/// A part of the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// How much of the price, in hundredths.
    pub percent: Decimal,
    /// Days after the close.
    pub after_days: u16,
}

impl Default for CashTerms {
    fn default() -> Self {
        Self {
            instalments: vec![Instalment {
                percent: Decimal::ONE_HUNDRED,
                after_days: 30,
            }],
        }
    }
}

/// The days on which people work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// Days of the week.
    pub working_days: BTreeSet<WorkDay>,
    /// Days on which nobody works all the same.
    pub holidays: BTreeSet<Date>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are the days of the week")]
pub enum WorkDay {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Default for Calendar {
    fn default() -> Self {
        use WorkDay::{Friday, Monday, Thursday, Tuesday, Wednesday};
        Self {
            working_days: [Monday, Tuesday, Wednesday, Thursday, Friday].into(),
            holidays: BTreeSet::new(),
        }
    }
}

impl Calendar {
    /// Whether people work on a day.
    pub fn works(&self, day: Date) -> bool {
        let weekday = match day.weekday() {
            Weekday::Monday => WorkDay::Monday,
            Weekday::Tuesday => WorkDay::Tuesday,
            Weekday::Wednesday => WorkDay::Wednesday,
            Weekday::Thursday => WorkDay::Thursday,
            Weekday::Friday => WorkDay::Friday,
            Weekday::Saturday => WorkDay::Saturday,
            Weekday::Sunday => WorkDay::Sunday,
        };
        self.working_days.contains(&weekday) && !self.holidays.contains(&day)
    }

    /// The last day before this one on which people worked; the day before it where that is more
    /// than a month ago.
    pub fn working_day_before(&self, day: Date) -> Date {
        let mut before = day;
        for _ in 0..31 {
            before = before.yesterday().unwrap_or(before);
            if self.works(before) {
                return before;
            }
        }
        day.yesterday().unwrap_or(day)
    }
}

impl Settings {
    /// What amounts are added up in.
    pub fn reporting(&self) -> Reporting {
        Reporting {
            currency: self.reporting_currency,
            rates: self.rates.clone(),
        }
    }

    /// Everything that is out of its range, each with its place as a JSON pointer.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, message: String, remedy: &str| {
            errors.push(FieldError::new(field, "bad_value", message, remedy));
        };
        if !(1..=12).contains(&self.quarter_start_month) {
            let month = self.quarter_start_month;
            refuse(
                "/quarter_start_month",
                format!("there is no month {month}"),
                "give 1 for January to 12 for December",
            );
        }
        let mut days = vec![
            ("/overdue_grace_days".to_owned(), 0, self.overdue_grace_days),
            ("/inactive_days".to_owned(), 1, self.inactive_days),
            ("/stuck/least_days".to_owned(), 0, self.stuck.least_days),
            (
                "/stuck/days_without_evidence".to_owned(),
                1,
                self.stuck.days_without_evidence,
            ),
            (
                "/orders/invoice_within_days".to_owned(),
                0,
                self.orders.invoice_within_days,
            ),
        ];
        for (label, stage) in &self.stages {
            let label = label.replace('~', "~0").replace('/', "~1");
            days.extend(
                stage
                    .stuck_days
                    .map(|it| (format!("/stages/{label}/stuck_days"), 1, it)),
            );
            days.extend(
                stage
                    .inactive_days
                    .map(|it| (format!("/stages/{label}/inactive_days"), 1, it)),
            );
        }
        for (n, rule) in self.compliance.iter().enumerate() {
            if let Check::MaxDaysWithoutActivity { days: it }
            | Check::MaxDaysInStage { days: it, .. } = &rule.check
            {
                days.push((format!("/compliance/{n}/check/days"), 1, *it));
            }
            if let Check::RequiredFields { fields, .. } = &rule.check
                && fields.is_empty()
            {
                refuse(
                    &format!("/compliance/{n}/check/fields"),
                    "no field is asked for".to_owned(),
                    "name one, such as amount",
                );
            }
            if rule.id.is_empty() || rule.id.len() > 60 {
                refuse(
                    &format!("/compliance/{n}/id"),
                    "an id has 1 to 60 letters".to_owned(),
                    "give one such as amount_from_proposal",
                );
            }
            if self.compliance[..n].iter().any(|other| other.id == rule.id) {
                refuse(
                    &format!("/compliance/{n}/id"),
                    format!("{:?} is the id of another rule", rule.id),
                    "give each rule its own",
                );
            }
        }
        for (n, part) in self.cash.instalments.iter().enumerate() {
            days.push((
                format!("/cash/instalments/{n}/after_days"),
                0,
                part.after_days,
            ));
            if part.percent <= Decimal::ZERO {
                refuse(
                    &format!("/cash/instalments/{n}/percent"),
                    format!("{} is no part of a price", part.percent),
                    "give more than 0",
                );
            }
        }
        for (field, least, given) in days {
            if !(least..=MOST_DAYS).contains(&given) {
                refuse(
                    &field,
                    format!("{given} days"),
                    &format!("give {least} to {MOST_DAYS}"),
                );
            }
        }
        let percent = (self.cash.instalments.iter())
            .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.percent));
        if percent != Some(Decimal::ONE_HUNDRED) {
            refuse(
                "/cash/instalments",
                "the parts are not the whole price".to_owned(),
                "let their percents add up to 100",
            );
        }
        if !(1.0..=100.0).contains(&self.stuck.factor) {
            refuse(
                "/stuck/factor",
                format!("{} times the median", self.stuck.factor),
                "give 1 to 100",
            );
        }
        if self.calendar.working_days.is_empty() {
            refuse(
                "/calendar/working_days",
                "nobody ever works".to_owned(),
                "name a day, such as monday",
            );
        }
        if self.high_value.is_some_and(|it| it < Decimal::ZERO) {
            refuse(
                "/high_value",
                "a negative amount".to_owned(),
                "give 0 or more, or null for the largest fifth",
            );
        }
        for (person, quota) in &self.quotas {
            if *quota <= Decimal::ZERO {
                refuse(
                    &format!("/quotas/{person}"),
                    format!("{quota} is no quota"),
                    "give more than 0, or leave the seller out",
                );
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }
}
