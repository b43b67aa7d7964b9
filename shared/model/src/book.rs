//! Everything the engines read of one tenant.

use crate::{
    Activity, CanonicalStage, Company, Deal, DealId, Invoice, Outcome, OwnFields, Payment, Person,
    Pipeline, StageLog, Stakeholder, Subscription, Timestamp, by_name, stage_map::vendor_default,
};
use std::collections::BTreeMap;

/// How many deals an ambiguous text lists.
const SHOWN: usize = 5;

/// One tenant's deals, with their history and everything around them.
///
/// Every deal is a case of the log at the same position; one without history has no visits there.
///
/// ```
/// use model::{Book, Deal, DealId, Outcome, StageLog, TenantId};
///
/// let mut rows = StageLog::builder();
/// rows.push("OP-7", "Proposal", "2026-09-01T00:00:00Z".parse()?)?;
/// rows.push("OP-7", "Closed Won", "2026-09-30T00:00:00Z".parse()?)?;
/// let deal = Deal {
///     name: Some("Harbor rollout".into()),
///     ..Deal::new(DealId::derive(&TenantId::local(), "upload:sales.csv", "OP-7"))
/// };
/// let book = Book {
///     deals: vec![deal],
///     log: rows.finish(|label| label.starts_with("Closed")),
///     as_of: "2026-10-01T00:00:00Z".parse()?,
///     ..Book::default()
/// };
///
/// let found = book.find_deal("harbor rollout")?;
/// let last = book.log.visits(found).stage[1];
/// assert_eq!(book.outcome_of_stage(last), Some(Outcome::Won));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// The deals, one per case of the log and in its order.
    pub deals: Vec<Deal>,
    /// The companies that may buy.
    pub companies: Vec<Company>,
    /// The people who sell.
    pub people: Vec<Person>,
    /// The contacts on deals.
    pub stakeholders: Vec<Stakeholder>,
    /// What happened on deals.
    pub activities: Vec<Activity>,
    /// The running contracts.
    pub subscriptions: Vec<Subscription>,
    /// The bills.
    pub invoices: Vec<Invoice>,
    /// The payments.
    pub payments: Vec<Payment>,
    /// The pipelines, declared or discovered.
    pub pipelines: Vec<Pipeline>,
    /// Every stage visit of every deal.
    pub log: StageLog,
    /// What people say of deals here rather than in a source.
    pub own: BTreeMap<DealId, OwnFields>,
    /// The instant up to which each source's data stand, where they come from several.
    pub clocks: BTreeMap<String, Timestamp>,
    /// The data's now: its latest change, unless the user says otherwise.
    pub as_of: Timestamp,
}

impl Book {
    /// How a deal ended that is in a stage of the log; `None` for an open stage, and for a code the
    /// log does not have.
    ///
    /// The pipelines say what a label means; of several that say it the first [by name](crate::by_name)
    /// counts. A label in none of them has the meaning it has with
    /// common vendors, see [`StageMap::vendor_defaults`](crate::StageMap::vendor_defaults).
    pub fn outcome_of_stage(&self, code: u16) -> Option<Outcome> {
        let label = self.log.stages().get(usize::from(code))?;
        self.meaning(label)?.outcome()
    }

    /// Where a deal is in [`deals`](Self::deals) and in the log. Looks at each deal in turn; make
    /// a map to look up many.
    pub fn deal_index(&self, id: &DealId) -> Option<usize> {
        self.deals.iter().position(|deal| deal.id == *id)
    }

    /// The deal a person means by a text: its id, an id or case name of its source, or its name.
    ///
    /// An id outweighs a name, and an exact name outweighs one in another case. A text that means
    /// several deals is an error that lists some of them.
    pub fn find_deal(&self, text: &str) -> Result<usize, FindDealError> {
        let text = text.trim();
        if let Some(index) = text.parse().ok().and_then(|id| self.deal_index(&id)) {
            return Ok(index);
        }
        let lower = text.to_lowercase();
        let fit = |index: usize, deal: &Deal| {
            let name = deal.name.as_deref();
            if deal.external_ids.values().any(|id| id == text)
                || (index < self.log.cases() && self.log.case_name(index) == text)
            {
                Some(0)
            } else if name == Some(text) {
                Some(1)
            } else {
                (name?.to_lowercase() == lower).then_some(2)
            }
        };
        let fits: Vec<(u8, usize)> = (0..)
            .zip(&self.deals)
            .filter_map(|(index, deal)| Some((fit(index, deal)?, index)))
            .collect();
        let best = fits.iter().map(|(fit, _)| *fit).min();
        let found: Vec<usize> = fits
            .into_iter()
            .filter(|(fit, _)| Some(*fit) == best)
            .map(|(_, index)| index)
            .collect();
        match *found {
            [] => Err(FindDealError::Unknown {
                text: text.to_owned(),
                deals: self.deals.len(),
            }),
            [index] => Ok(index),
            _ => {
                let ids = found
                    .iter()
                    .take(SHOWN)
                    .map(|&index| self.deals[index].id.to_string());
                let ids = ids.collect::<Vec<_>>().join(", ");
                Err(FindDealError::Ambiguous {
                    text: text.to_owned(),
                    ids,
                })
            }
        }
    }

    /// Whether a label closes a deal.
    pub(crate) fn closes(&self, label: &str) -> bool {
        self.meaning(label)
            .and_then(CanonicalStage::outcome)
            .is_some()
    }

    fn meaning(&self, label: &str) -> Option<CanonicalStage> {
        let pipelines = by_name(&self.pipelines).into_iter();
        let mut declared = pipelines
            .filter_map(|pipeline| pipeline.stage(label))
            .peekable();
        match declared.peek() {
            Some(_) => declared.find_map(|stage| stage.canonical),
            None => vendor_default(label),
        }
    }
}

/// Why a text means no deal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindDealError {
    /// No deal has that id or name.
    #[error(
        "none of the {deals} deals has the id or name {text:?}; give a whole id or a whole name"
    )]
    Unknown {
        /// What was asked for.
        text: String,
        /// How many deals there are.
        deals: usize,
    },
    /// Several deals have it.
    #[error("several deals are called {text:?}; say which by its id: {ids}")]
    Ambiguous {
        /// What was asked for.
        text: String,
        /// The ids of some of them.
        ids: String,
    },
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::{PipelineId, Stage, TenantId};

    fn deal(id: &str, name: &str) -> Deal {
        Deal {
            external_ids: [("crm".to_owned(), id.to_owned())].into(),
            name: Some(name.to_owned()),
            ..Deal::new(DealId::derive(&TenantId::local(), "crm", id))
        }
    }

    fn book(names: &[(&str, &str)], labels: &[&str]) -> Book {
        let mut rows = StageLog::builder();
        for (case, _) in names {
            for label in labels {
                rows.push(&format!("case {case}"), label, Timestamp::UNIX_EPOCH)
                    .unwrap();
            }
        }
        let deals = names.iter().map(|(id, name)| deal(id, name)).collect();
        Book {
            deals,
            log: rows.finish(|_| false),
            ..Book::default()
        }
    }

    fn pipeline(stages: &[(&str, Option<CanonicalStage>)]) -> Pipeline {
        let stage = |(order, (label, canonical)): (usize, &(&str, _))| Stage {
            label: (*label).to_owned(),
            canonical: *canonical,
            layer: None,
            order: order as u16,
            probability: None,
        };
        let id = PipelineId::derive(&TenantId::local(), "crm", &format!("{stages:?}"));
        Pipeline {
            id,
            name: "Sales".into(),
            stages: stages.iter().enumerate().map(stage).collect(),
        }
    }

    #[test]
    fn a_deal_is_found_by_whatever_identifies_it() {
        let book = book(
            &[("1", "Harbor"), ("2", "harbor"), ("3", "Quay"), ("4", "1")],
            &["Lead"],
        );
        let check = |text: &str, expected| assert_eq!(book.find_deal(text), Ok(expected), "{text}");
        check(&book.deals[2].id.to_string(), 2);
        check("3", 2);
        check(" 3 ", 2);
        check("case 3", 2);
        check("QUAY", 2);
        check("Harbor", 0);
        check("harbor", 1);
        // An id outweighs a name.
        check("1", 0);
    }

    #[test]
    fn a_text_that_means_no_single_deal_is_an_error() {
        let book = book(&[("1", "Harbor"), ("2", "harbor")], &["Lead"]);
        let error = book.find_deal("HARBOR").unwrap_err().to_string();
        let ids = [book.deals[0].id, book.deals[1].id];
        let [a, b] = ids;
        assert_eq!(
            error,
            format!("several deals are called \"HARBOR\"; say which by its id: {a}, {b}")
        );
        assert!(matches!(
            book.find_deal("Pier"),
            Err(FindDealError::Unknown { deals: 2, .. })
        ));
        assert!(Book::default().find_deal("").is_err());
    }

    #[test]
    fn a_deal_is_found_by_its_position() {
        let book = book(&[("1", "Harbor"), ("2", "Quay")], &[]);
        assert_eq!(book.deal_index(&book.deals[1].id), Some(1));
        assert_eq!(book.deal_index(&DealId::from_bytes([0; 16])), None);
    }

    #[test]
    fn the_pipelines_say_which_stages_close() {
        let won = Some(CanonicalStage::ClosedWon);
        let check = |pipelines: &[Pipeline], label: &str, expected| {
            let book = Book {
                pipelines: pipelines.to_vec(),
                ..book(&[("1", "Harbor")], &[label])
            };
            assert_eq!(book.outcome_of_stage(0), expected, "{label}");
        };
        check(&[], "Closed Lost", Some(Outcome::Lost));
        check(&[], "Proposal", None);
        check(&[], "A_ACTIVATED", None);
        check(
            &[pipeline(&[("A_ACTIVATED", won)])],
            "A_ACTIVATED",
            Some(Outcome::Won),
        );
        // The tenant's pipeline knows the label, and that it means nothing to us.
        check(&[pipeline(&[("Won", None)])], "Won", None);
        check(
            &[pipeline(&[("Done", None)]), pipeline(&[("Done", won)])],
            "Done",
            Some(Outcome::Won),
        );
        // Pipelines that differ are asked by name, whichever comes first.
        let named = |name: &str, canonical| Pipeline {
            name: name.into(),
            ..pipeline(&[("Done", Some(canonical))])
        };
        let (sales, renewal) = (
            named("Sales", CanonicalStage::ClosedWon),
            named("Renewal", CanonicalStage::ClosedLost),
        );
        let lost = Some(Outcome::Lost);
        check(&[sales.clone(), renewal.clone()], "Done", lost);
        check(&[renewal, sales], "Done", lost);
        // The pipelines do not know the label at all.
        check(&[pipeline(&[("Done", won)])], "Lost", Some(Outcome::Lost));
    }

    #[test]
    fn a_code_the_log_lacks_closes_nothing() {
        assert_eq!(Book::default().outcome_of_stage(0), None);
    }
}
