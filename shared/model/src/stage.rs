//! Stages: a source's own labels, what they mean to us, and who said so.

use crate::PipelineId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a stage means, whatever a source calls it; in the order a deal goes.
///
/// ```
/// use model::{CanonicalStage, Outcome};
///
/// assert!(CanonicalStage::Demo < CanonicalStage::Proposal);
/// assert_eq!(CanonicalStage::ClosedWon.outcome(), Some(Outcome::Won));
/// assert_eq!("closed_won".parse(), Ok(CanonicalStage::ClosedWon));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanonicalStage {
    /// Somebody might buy.
    Lead,
    /// We find out whether they can.
    Qualification,
    /// We find out what they need.
    Discovery,
    /// They see it.
    Demo,
    /// They have a price.
    Proposal,
    /// We agree on terms.
    Negotiation,
    /// They bought.
    ClosedWon,
    /// They did not.
    ClosedLost,
}

impl CanonicalStage {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Lead,
        Self::Qualification,
        Self::Discovery,
        Self::Demo,
        Self::Proposal,
        Self::Negotiation,
        Self::ClosedWon,
        Self::ClosedLost,
    ];

    /// How a deal ended that is here; `None` while it is open.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::ClosedWon => Some(Outcome::Won),
            Self::ClosedLost => Some(Outcome::Lost),
            _ => None,
        }
    }

    /// Its name in files and answers, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Qualification => "qualification",
            Self::Discovery => "discovery",
            Self::Demo => "demo",
            Self::Proposal => "proposal",
            Self::Negotiation => "negotiation",
            Self::ClosedWon => "closed_won",
            Self::ClosedLost => "closed_lost",
        }
    }
}

impl fmt::Display for CanonicalStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no canonical stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a canonical stage; use lead, qualification, discovery, demo, proposal, \
     negotiation, closed_won or closed_lost"
)]
pub struct StageError {
    text: String,
}

impl FromStr for CanonicalStage {
    type Err = StageError;

    fn from_str(text: &str) -> Result<Self, StageError> {
        let error = || StageError {
            text: text.chars().take(40).collect(),
        };
        Self::ALL
            .into_iter()
            .find(|stage| stage.as_str() == text)
            .ok_or_else(error)
    }
}

/// How a deal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// They bought.
    Won,
    /// They did not.
    Lost,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Won => "won",
            Self::Lost => "lost",
        })
    }
}

/// Who said what a label means; a later one outweighs an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The vendor's own stages, as they come out of the box.
    VendorDefault,
    /// Found in the source's settings or in the data.
    Discovered,
    /// The tenant said so.
    Tenant,
}

/// One stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// What the source calls it.
    pub label: String,
    /// What it means; `None` until somebody says.
    pub canonical: Option<CanonicalStage>,
    /// Who said what it means.
    pub layer: Option<Layer>,
    /// Its place in the pipeline.
    pub order: u16,
    /// The chance of winning the source assigns to it, 0 to 1.
    #[serde(default, deserialize_with = "crate::range::unit")]
    pub probability: Option<f64>,
}

/// A pipeline with its stages.
///
/// ```
/// use model::{CanonicalStage, Layer, Pipeline, PipelineId, Stage, TenantId};
///
/// let pipeline = Pipeline {
///     id: PipelineId::derive(&TenantId::local(), "hubspot", "default"),
///     name: "Sales".into(),
///     stages: vec![Stage {
///         label: "Contract Sent".into(),
///         canonical: Some(CanonicalStage::Negotiation),
///         layer: Some(Layer::VendorDefault),
///         order: 0,
///         probability: Some(0.9),
///     }],
/// };
/// assert!(pipeline.stage("Contract Sent").is_some());
/// assert!(pipeline.stage("contract sent").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its id.
    pub id: PipelineId,
    /// What the source calls it.
    pub name: String,
    /// Its stages, in the order the source declares or the data show.
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// A stage by the source's own label, exactly.
    pub fn stage(&self, label: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.label == label)
    }
}

/// Pipelines in the order in which they have a say where they differ: by name, which is a fact. A store
/// keeps them by id.
pub fn by_name(pipelines: &[Pipeline]) -> Vec<&Pipeline> {
    let mut order: Vec<&Pipeline> = pipelines.iter().collect();
    order.sort_by(|a, b| a.name.cmp(&b.name));
    order
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_written_everywhere_as_it_is_read() {
        for stage in CanonicalStage::ALL {
            assert_eq!(stage.as_str().parse(), Ok(stage));
            assert_eq!(
                serde_json::to_string(&stage).unwrap(),
                format!("\"{stage}\"")
            );
        }
        let error = "Won".parse::<CanonicalStage>().unwrap_err().to_string();
        assert!(error.contains("closed_won"), "{error}");
    }

    #[test]
    fn only_the_closing_stages_have_an_outcome() {
        let closing: Vec<_> = CanonicalStage::ALL
            .into_iter()
            .filter_map(CanonicalStage::outcome)
            .collect();
        assert_eq!(closing, [Outcome::Won, Outcome::Lost]);
    }

    #[test]
    fn a_probability_outside_its_range_is_refused() {
        let read = |probability: &str| {
            serde_json::from_str::<Stage>(&format!(
                r#"{{"label":"Demo","canonical":"demo","layer":"tenant","order":3,"probability":{probability}}}"#
            ))
        };
        assert_eq!(read("0.4").unwrap().probability, Some(0.4));
        assert_eq!(read("null").unwrap().probability, None);
        let error = read("40").unwrap_err().to_string();
        assert!(error.starts_with("40 is outside 0 to 1"), "{error}");
    }
}
