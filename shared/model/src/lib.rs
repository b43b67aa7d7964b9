//! The unified model: what a deal, a company, a stage or an amount of money is, whatever source it
//! came from.
//!
//! Every type is parsed at the border, so the inside need not ask again: [`Money`] has a
//! currency, a close date is a [`Date`], a change is a [`Timestamp`], a quarter is a [`Period`], an
//! id says what it is the id of. The data of one tenant is a [`Book`].
//!
//! The crate is pure: no clock, no files, no environment.

mod activity;
mod billing;
mod book;
mod change;
mod company;
mod deal;
mod deal_field;
mod history;
mod id;
mod issue;
mod merge;
mod money;
mod person;
mod provenance;
mod range;
mod stage;
mod stage_map;
mod stakeholder;
mod time;
mod visibility;

pub use activity::{Activity, ActivityKind, ActivityOutcome, KeyMoment, Objection};
pub use billing::{Invoice, InvoiceStatus, Payment, PaymentKind, Subscription, SubscriptionStatus};
pub use book::{Book, FindDealError};
pub use change::{
    Change, DealRecord, Entity, EntityKey, EntityKeyError, ForecastCategory, OwnFields, StageVisit,
};
pub use company::Company;
pub use deal::{Deal, StageTransition};
pub use deal_field::{DealField, FieldMap, TakenFrom};
pub use history::{HistoryError, StageLog, StageLogBuilder, Visits};
pub use id::{
    ActivityId, CompanyId, ConnectionId, DealId, IdError, InvoiceId, PaymentId, PersonId,
    PipelineId, StakeholderId, SubscriptionId, TenantId, TransitionId,
};
pub use issue::{Issue, IssueCode, Place, Severity};
pub use jiff::{Timestamp, civil::Date};
pub use merge::{Merge, Precedence, merge};
pub use money::{Converted, Currency, Money, MoneyError, RateTable};
pub use person::Person;
pub use provenance::{Origin, Provenance, Source};
pub use stage::{CanonicalStage, Layer, Outcome, Pipeline, Stage, StageError, by_name};
pub use stage_map::StageMap;
pub use stakeholder::{Inferred, Stakeholder, StakeholderRole};
pub use time::{Period, PeriodError};
pub use visibility::{Role, RoleError, Viewer, visible};
