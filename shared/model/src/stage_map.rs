//! What a label means, by layers.

use crate::{CanonicalStage, Layer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The stages of Salesforce, HubSpot and Pipedrive as they come out of the box, and words that
/// mean the same everywhere; as [`key`]s.
const VENDOR_DEFAULTS: &[(CanonicalStage, &[&str])] = &[
    (
        CanonicalStage::Lead,
        &[
            "lead",
            "leadin",
            "newlead",
            "new",
            "prospect",
            "prospecting",
            "inbound",
            "outreach",
        ],
    ),
    (
        CanonicalStage::Qualification,
        &[
            "qualification",
            "qualifying",
            "qualified",
            "qualify",
            "qualifiedlead",
            "qualifiedtobuy",
            "appointmentscheduled",
            "contacted",
            "contactmade",
        ],
    ),
    (
        CanonicalStage::Discovery,
        &[
            "discovery",
            "discoverycall",
            "engaging",
            "engaged",
            "needsanalysis",
            "needsdefined",
            "needsassessment",
            "valueproposition",
            "iddecisionmakers",
            "identifydecisionmakers",
            "perceptionanalysis",
        ],
    ),
    (
        CanonicalStage::Demo,
        &[
            "demo",
            "demoscheduled",
            "demonstration",
            "presentation",
            "presentationscheduled",
            "evaluation",
            "trial",
            "proofofconcept",
            "poc",
        ],
    ),
    (
        CanonicalStage::Proposal,
        &[
            "proposal",
            "proposalmade",
            "proposalsent",
            "proposalpricequote",
            "quote",
            "quotesent",
            "decisionmakerboughtin",
        ],
    ),
    (
        CanonicalStage::Negotiation,
        &[
            "negotiation",
            "negotiating",
            "negotiationreview",
            "negotiationsstarted",
            "contract",
            "contractsent",
        ],
    ),
    (
        CanonicalStage::ClosedWon,
        &["closedwon", "closewon", "won", "dealwon", "signed"],
    ),
    (
        CanonicalStage::ClosedLost,
        &["closedlost", "closelost", "lost", "deallost"],
    ),
];

/// What the labels of a tenant's stages mean, and who said so.
///
/// Three [`Layer`]s lie over each other; the latest that knows a label answers. Case, spaces and
/// punctuation do not matter, everything else does: a label matches as a whole or not at all, and
/// an unknown label stays unknown.
///
/// ```
/// use model::{CanonicalStage, Layer, StageMap};
///
/// let mut stages = StageMap::vendor_defaults();
/// let known = Some((CanonicalStage::ClosedWon, Layer::VendorDefault));
/// assert_eq!(stages.get("Closed Won"), known);
/// assert_eq!(stages.get("closed_won"), known);
/// assert_eq!(stages.get("Almost won"), None);
///
/// stages.set(Layer::Tenant, "Almost won", CanonicalStage::Negotiation);
/// assert_eq!(stages.get("almost won"), Some((CanonicalStage::Negotiation, Layer::Tenant)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Layers", into = "Layers")]
pub struct StageMap {
    layers: Layers,
}

/// Layer → key of a label → meaning.
type Layers = BTreeMap<Layer, BTreeMap<String, CanonicalStage>>;

impl StageMap {
    /// A map that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A map that knows the stages common CRMs come with, and plain words such as *Won*.
    pub fn vendor_defaults() -> Self {
        let mut map = Self::new();
        for (canonical, labels) in VENDOR_DEFAULTS {
            for label in *labels {
                map.set(Layer::VendorDefault, label, *canonical);
            }
        }
        map
    }

    /// What a label means and who said so; `None` for a label nobody explained.
    pub fn get(&self, label: &str) -> Option<(CanonicalStage, Layer)> {
        let key = key(label);
        self.layers
            .iter()
            .rev()
            .find_map(|(&layer, known)| Some((*known.get(&key)?, layer)))
    }

    /// Says what a label means, and returns what the same layer said before.
    pub fn set(
        &mut self,
        layer: Layer,
        label: &str,
        canonical: CanonicalStage,
    ) -> Option<CanonicalStage> {
        self.layers
            .entry(layer)
            .or_default()
            .insert(key(label), canonical)
    }

    /// Takes back what a layer said of a label; an earlier layer answers again.
    pub fn unset(&mut self, layer: Layer, label: &str) -> Option<CanonicalStage> {
        let known = self.layers.get_mut(&layer)?;
        let said = known.remove(&key(label));
        if known.is_empty() {
            self.layers.remove(&layer);
        }
        said
    }

    /// Takes back everything a layer said.
    pub fn clear(&mut self, layer: Layer) {
        self.layers.remove(&layer);
    }
}

impl From<Layers> for StageMap {
    fn from(layers: Layers) -> Self {
        let mut map = Self::new();
        for (layer, known) in layers {
            for (label, canonical) in known {
                map.set(layer, &label, canonical);
            }
        }
        map
    }
}

impl From<StageMap> for Layers {
    fn from(map: StageMap) -> Self {
        map.layers
    }
}

/// What a label means out of the box, without a map.
pub(crate) fn vendor_default(label: &str) -> Option<CanonicalStage> {
    let key = key(label);
    VENDOR_DEFAULTS
        .iter()
        .find_map(|(canonical, labels)| labels.contains(&key.as_str()).then_some(*canonical))
}

/// A label without case, spaces and punctuation; a label of nothing but those is kept whole.
fn key(label: &str) -> String {
    let bare: String = label
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if bare.is_empty() {
        label.trim().to_owned()
    } else {
        bare
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stages_of_common_vendors_are_known() {
        let check = |labels: &[&str], canonical| {
            let known = StageMap::vendor_defaults();
            for label in labels {
                assert_eq!(
                    known.get(label),
                    Some((canonical, Layer::VendorDefault)),
                    "{label}"
                );
                assert_eq!(vendor_default(label), Some(canonical), "{label}");
            }
        };
        check(
            &["Prospecting", "Lead In", "prospecting "],
            CanonicalStage::Lead,
        );
        check(
            &[
                "Qualification",
                "Qualified",
                "Contact Made",
                "qualifiedtobuy",
                "Qualified To Buy",
            ],
            CanonicalStage::Qualification,
        );
        check(
            &[
                "Needs Analysis",
                "Value Proposition",
                "Id. Decision Makers",
                "Perception Analysis",
                "Engaging",
                "Needs Defined",
            ],
            CanonicalStage::Discovery,
        );
        check(
            &["Demo Scheduled", "presentationscheduled"],
            CanonicalStage::Demo,
        );
        check(
            &[
                "Proposal/Price Quote",
                "Proposal Made",
                "Decision Maker Bought-In",
            ],
            CanonicalStage::Proposal,
        );
        check(
            &["Negotiation/Review", "Negotiations Started", "contractsent"],
            CanonicalStage::Negotiation,
        );
        check(
            &["Closed Won", "closedwon", "won", "WON", "Closed - Won"],
            CanonicalStage::ClosedWon,
        );
        check(
            &["Closed Lost", "closedlost", "lost", "Closed/Lost"],
            CanonicalStage::ClosedLost,
        );
    }

    #[test]
    fn a_label_is_never_guessed_from_a_part() {
        for label in [
            "",
            " ",
            "?",
            "Won back",
            "Not won",
            "Lost contact",
            "Closed",
            "wo",
            "Demo Booth",
        ] {
            assert_eq!(StageMap::vendor_defaults().get(label), None, "{label}");
        }
    }

    #[test]
    fn every_default_is_written_as_its_key_and_said_once() {
        let all: Vec<&str> = VENDOR_DEFAULTS
            .iter()
            .flat_map(|(_, labels)| *labels)
            .copied()
            .collect();
        for label in &all {
            assert_eq!(key(label), *label);
            assert_eq!(
                all.iter().filter(|other| other == &label).count(),
                1,
                "{label}"
            );
        }
    }

    #[test]
    fn labels_of_signs_alone_are_told_apart() {
        let mut map = StageMap::new();
        map.set(Layer::Tenant, "★", CanonicalStage::Lead);
        assert_eq!(map.get("★★"), None);
        assert_eq!(map.get(" ★"), Some((CanonicalStage::Lead, Layer::Tenant)));
    }

    fn layer() -> impl Strategy<Value = Layer> {
        prop::sample::select(vec![Layer::VendorDefault, Layer::Discovered, Layer::Tenant])
    }

    fn canonical() -> impl Strategy<Value = CanonicalStage> {
        prop::sample::select(CanonicalStage::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn the_latest_layer_that_knows_a_label_answers(
            said in prop::collection::vec((layer(), "[abAB ]{1,3}", canonical()), 0..20),
            asked in "[abAB ]{1,3}",
        ) {
            let mut map = StageMap::new();
            for (layer, label, canonical) in &said {
                map.set(*layer, label, *canonical);
            }
            // The last word of the highest layer, found the slow way.
            let expected = said
                .iter()
                .filter(|(_, label, _)| key(label) == key(&asked))
                .map(|(layer, _, canonical)| (*canonical, *layer))
                .max_by_key(|(_, layer)| *layer);
            prop_assert_eq!(map.get(&asked), expected);
            let json = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(serde_json::from_str::<StageMap>(&json).unwrap(), map);
        }

        #[test]
        fn taking_a_word_back_restores_what_was_said_below(
            below in prop::collection::vec(("[ab]{1,2}", canonical()), 0..5),
            label in "[ab]{1,2}",
            canonical in canonical(),
        ) {
            let mut map = StageMap::vendor_defaults();
            for (label, canonical) in &below {
                map.set(Layer::Discovered, label, *canonical);
            }
            let before = map.clone();
            map.set(Layer::Tenant, &label, canonical);
            prop_assert_eq!(map.get(&label), Some((canonical, Layer::Tenant)));
            let mut cleared = map.clone();
            cleared.clear(Layer::Tenant);
            prop_assert_eq!(map.unset(Layer::Tenant, &label), Some(canonical));
            prop_assert_eq!(&map, &before);
            prop_assert_eq!(cleared, before);
        }

        #[test]
        fn an_unknown_label_stays_unknown(label in "\\PC{0,20}", other in "x[a-z]{5,10}z") {
            let mut map = StageMap::new();
            prop_assert_eq!(map.get(&label), None);
            prop_assume!(key(&label) != key(&other));
            map.set(Layer::Tenant, &other, CanonicalStage::Lead);
            prop_assert_eq!(map.get(&label), None);
        }
    }
}
