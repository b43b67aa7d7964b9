//! What members save: views, scenarios, simulations; and what is computed and kept.

use crate::documents::Document;
use jiff::Timestamp;
use model::DealId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// How long a simulation can be looked at again.
const SIMULATION_DAYS: i64 = 90;
/// How long forecasts and backtests are kept: two years, to compare quarters with.
const RUN_DAYS: i64 = 730;

/// A saved way to look at deals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// `view_…`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The conditions, as the list takes them: `filter[stage]` → `Proposal`.
    pub query: BTreeMap<String, String>,
    /// Whether everybody of the tenant sees it.
    pub shared: bool,
    /// Who saved it.
    pub owner: String,
    /// When.
    pub created_at: Timestamp,
}

impl Document for View {
    const PARTITION: &'static str = "V";
    const WHAT: &'static str = "view";
    fn id(&self) -> String {
        self.id.clone()
    }
}

/// Changes to a deal under a name, to ask "what if" again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedScenario {
    /// `scenario_…`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The changes, each as `add_champion` or `accelerate(Proposal,10)`.
    pub changes: Vec<String>,
    /// Who saved it.
    pub owner: String,
    /// When.
    pub created_at: Timestamp,
}

impl Document for SavedScenario {
    const PARTITION: &'static str = "S";
    const WHAT: &'static str = "scenario";
    fn id(&self) -> String {
        self.id.clone()
    }
}

/// An answer to "what if", as it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Simulation {
    /// `simulation_…`.
    pub id: String,
    /// Of which deal; who sees the deal sees this.
    pub deal: DealId,
    /// Who asked.
    pub owner: String,
    /// When.
    pub created_at: Timestamp,
    /// The answer.
    pub answer: Value,
}

impl Document for Simulation {
    const PARTITION: &'static str = "U";
    const WHAT: &'static str = "simulation";
    fn id(&self) -> String {
        self.id.clone()
    }
    fn ttl(&self) -> Option<i64> {
        Some(self.created_at.as_second() + SIMULATION_DAYS * 86_400)
    }
}

/// A forecast or a backtest that a job made; what it says lies in a file of the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// `forecast_…` or `backtest_…`.
    pub id: String,
    /// The instant of the data it looks from.
    pub as_of: Timestamp,
    /// The page of the feed it knew.
    pub seq: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who asked for it.
    pub created_by: String,
}

impl Run {
    /// The file with what it says.
    pub fn blob(&self) -> String {
        format!("runs/{}.json", self.id)
    }
}

impl Document for Run {
    const PARTITION: &'static str = "O";
    const WHAT: &'static str = "run";
    fn id(&self) -> String {
        self.id.clone()
    }
    fn ttl(&self) -> Option<i64> {
        Some(self.created_at.as_second() + RUN_DAYS * 86_400)
    }
}

/// A tenant's settings, as the API takes them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedSettings {
    /// What differs from the defaults.
    pub settings: Value,
}

impl Document for SavedSettings {
    const PARTITION: &'static str = "G";
    const WHAT: &'static str = "settings";
    fn id(&self) -> String {
        "A".to_owned()
    }
}
