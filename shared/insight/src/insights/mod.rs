//! What a book says about the day: pure functions over a [`Desk`], each with the rule it follows.
//!
//! Every answer carries its `as_of`, the rule in words, and for each deal the reasons with their
//! figures. A list counts everything the viewer sees, also beyond the deals it shows; where the
//! data cannot tell, it says so in `note` instead of guessing.

mod cash;
mod changes;
mod compliance;
mod desk;
mod flow;
mod lists;
mod orders;
mod outcome;
mod owners;
mod restage;

pub use cash::{
    CashFlow, CashPeriod, Expected, LeftOut, Modelled, Step, TimedBy, Timing, cashflow,
};
pub use changes::{Changes, Flow, Move, Part, Place, changes};
pub use compliance::{Compliance, RuleResult, compliance};
pub use desk::{DealRow, Desk, Digest, Listed, Named, Reason};
pub use flow::{
    DataQuality, Funnel, FunnelStage, PipelineFunnel, PipelineMap, ProcessMap, data_quality,
    funnel, process_map,
};
pub use lists::{AttentionReason, attention, inactive, overdue, stuck, today};
pub use orders::{Orders, orders_received};
pub use outcome::{
    Came, Ended, Outcome, PeriodOutcome, PeriodState, Said, SaidPeriod, Saved, outcome,
};
pub use owners::{OwnerKpis, OwnersKpis, owner_kpis};
pub use restage::{Ends, MeaningMove, Restaged, StageChange, Standing, restage};
