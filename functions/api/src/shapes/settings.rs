//! What a tenant may decide.

use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Every setting with its present value.
#[derive(ToSchema)]
pub(crate) struct Settings {
    /// What amounts are added up in; nothing for the most frequent currency of the deals.
    #[schema(example = "EUR")]
    reporting_currency: Option<String>,
    /// Rates for amounts in other currencies.
    rates: Option<Rates>,
    /// The month, 1 to 12, that quarters are counted from.
    #[schema(minimum = 1, maximum = 12)]
    quarter_start_month: u8,
    /// Days after its expected close before a deal is overdue.
    #[schema(maximum = 3650)]
    overdue_grace_days: u16,
    /// When a deal is stuck in its stage.
    stuck: Stuck,
    /// Days without contact after which a deal is inactive.
    #[schema(minimum = 1, maximum = 3650)]
    inactive_days: u16,
    /// From which amount a deal is of high value, as a decimal; nothing for the largest fifth.
    #[schema(example = "50000")]
    high_value: Option<String>,
    /// Other numbers of days for some stages, by the source's label.
    stages: BTreeMap<String, StageDays>,
    /// What a won deal must have to count as an order.
    orders: OrderChecks,
    /// What must hold of open deals.
    compliance: Vec<Rule>,
    /// How customers pay.
    cash: CashTerms,
    /// The days on which people work.
    calendar: Calendar,
    /// What each seller, by id, is to win in a quarter, as a decimal.
    quotas: BTreeMap<String, String>,
}

/// The settings that differ from the defaults. What is left out goes back to its default.
#[derive(ToSchema)]
pub(crate) struct NewSettings {
    /// What amounts are added up in; nothing for the most frequent currency of the deals.
    #[schema(example = "EUR")]
    reporting_currency: Option<String>,
    /// Rates for amounts in other currencies.
    rates: Option<Rates>,
    /// The month, 1 to 12, that quarters are counted from.
    #[schema(minimum = 1, maximum = 12, required = false)]
    quarter_start_month: u8,
    /// Days after its expected close before a deal is overdue.
    #[schema(maximum = 3650, required = false)]
    overdue_grace_days: u16,
    /// When a deal is stuck in its stage.
    #[schema(required = false)]
    stuck: Stuck,
    /// Days without contact after which a deal is inactive.
    #[schema(minimum = 1, maximum = 3650, required = false)]
    inactive_days: u16,
    /// From which amount a deal is of high value, as a decimal; nothing for the largest fifth.
    #[schema(example = "50000")]
    high_value: Option<String>,
    /// Other numbers of days for some stages, by the source's label.
    #[schema(required = false)]
    stages: BTreeMap<String, StageDays>,
    /// What a won deal must have to count as an order.
    #[schema(required = false)]
    orders: OrderChecks,
    /// What must hold of open deals.
    #[schema(required = false)]
    compliance: Vec<Rule>,
    /// How customers pay.
    #[schema(required = false)]
    cash: CashTerms,
    /// The days on which people work.
    #[schema(required = false)]
    calendar: Calendar,
    /// What each seller, by id, is to win in a quarter, as a decimal.
    #[schema(required = false)]
    quotas: BTreeMap<String, String>,
}

/// The rates of a day.
#[derive(ToSchema)]
pub(crate) struct Rates {
    /// The day.
    #[schema(format = Date)]
    as_of: String,
    /// The currency they are for.
    #[schema(example = "USD")]
    base: String,
    /// How many units of each currency one unit of `base` buys, as decimals.
    rates: BTreeMap<String, String>,
}

/// When a deal is stuck: longer in its stage than a multiple of what won deals needed there.
#[derive(ToSchema)]
pub(crate) struct Stuck {
    /// How many times the median stay of won deals.
    #[schema(minimum = 1.0, maximum = 100.0)]
    factor: f64,
    /// But never before so many days.
    least_days: u16,
    /// How many days where too few won deals tell.
    days_without_evidence: u16,
    /// How many won stays tell.
    evidence: u16,
}

/// A stage's own numbers of days.
#[derive(ToSchema)]
#[schema(as = StageDaysSetting)]
pub(crate) struct StageDays {
    /// Days in the stage after which a deal is stuck.
    stuck_days: Option<u16>,
    /// Days without contact after which it is inactive.
    inactive_days: Option<u16>,
}

/// What is asked of a won deal before it counts as an order received.
#[derive(ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is switched on its own")]
pub(crate) struct OrderChecks {
    /// An amount above zero.
    amount: bool,
    /// The day it was closed.
    close_date: bool,
    /// The company that ordered.
    company: bool,
    /// A bill to that company, where the data hold bills at all.
    invoice: bool,
    /// Days after the close by which it is to be billed.
    invoice_within_days: u16,
    /// That the bill is paid once it is due, where the data hold payments at all.
    payment: bool,
}

/// A rule for open deals.
#[derive(ToSchema)]
#[schema(as = ComplianceRule)]
pub(crate) struct Rule {
    /// What programs call it.
    #[schema(min_length = 1, max_length = 60)]
    id: String,
    /// What people call it; by default what it says.
    name: Option<String>,
    /// What must hold.
    check: Check,
}

/// What a rule asks.
#[derive(ToSchema)]
#[schema(as = ComplianceCheck)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Check {
    /// These fields are filled in.
    RequiredFields {
        /// Which.
        fields: Vec<RequiredField>,
        /// From this canonical stage on; by default in all.
        from_stage: Option<String>,
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
        /// From this canonical stage on; by default in all.
        from_stage: Option<String>,
    },
    /// It is not longer in its stage than this.
    MaxDaysInStage {
        /// How many.
        days: u16,
        /// In this canonical stage; by default in all.
        stage: Option<String>,
    },
}

/// A field a rule may ask for.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequiredField {
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

/// When the money of a won deal comes in.
#[derive(ToSchema)]
pub(crate) struct CashTerms {
    /// The parts it is paid in; their percents add up to 100.
    instalments: Vec<Instalment>,
}

/// A part of the price.
#[derive(ToSchema)]
pub(crate) struct Instalment {
    /// How much of the price, in hundredths, as a decimal.
    #[schema(example = "100")]
    percent: String,
    /// Days after the close.
    after_days: u16,
}

/// The days on which people work.
#[derive(ToSchema)]
pub(crate) struct Calendar {
    /// Days of the week.
    working_days: Vec<WorkDay>,
    /// Days on which nobody works all the same.
    #[schema(format = Date)]
    holidays: Vec<String>,
}

/// A day of the week.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum WorkDay {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}
