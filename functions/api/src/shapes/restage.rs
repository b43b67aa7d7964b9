//! What another meaning of stages would change.

use crate::paging::Money;
use utoipa::ToSchema;

/// What another meaning of a pipeline's stages would change.
#[derive(ToSchema)]
#[schema(as = StagesPreview)]
pub(crate) struct Restaged {
    /// The moment the data are from.
    #[schema(format = DateTime)]
    as_of: String,
    /// How it is counted.
    rule: String,
    /// The stages that would mean something else.
    stages: Vec<StageChange>,
    /// Deals by what their stage means and would mean, where the two differ.
    moves: Vec<MeaningMove>,
    /// Deals of other pipelines that would end otherwise, because a stage of theirs has the same name.
    elsewhere: u64,
    /// All deals, as they stand.
    before: DealsStanding,
    /// And as they would.
    after: DealsStanding,
}

/// A stage that would mean something else.
#[derive(ToSchema)]
pub(crate) struct StageChange {
    /// The stage, by the source's own label.
    label: String,
    /// What it means.
    from: Option<String>,
    /// What it would mean.
    to: Option<String>,
    /// The pipeline's deals that stand in it now.
    deals: u64,
    /// What those are worth.
    amount: Option<Money>,
    /// How they count now.
    before: DealEnds,
    /// How they would count.
    after: DealEnds,
}

/// Deals whose stage would mean something else.
#[derive(ToSchema)]
pub(crate) struct MeaningMove {
    /// What it means.
    from: Option<String>,
    /// What it would mean.
    to: Option<String>,
    /// How many deals.
    count: u64,
    /// What they are worth.
    amount: Option<Money>,
}

/// Deals by how they ended.
#[derive(ToSchema)]
pub(crate) struct DealEnds {
    /// Not at all yet.
    open: u64,
    /// Won.
    won: u64,
    /// Lost.
    lost: u64,
}

/// Figures over deals.
#[derive(ToSchema)]
pub(crate) struct DealsStanding {
    /// Open deals.
    open: u64,
    /// Won ones.
    won: u64,
    /// Lost ones.
    lost: u64,
    /// What the open ones are worth.
    open_amount: Option<Money>,
    /// What the won ones are worth.
    won_amount: Option<Money>,
    /// What the lost ones are worth.
    lost_amount: Option<Money>,
}
