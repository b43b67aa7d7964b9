//! What the store must say of a CRM, told from the CRM's own state and not by way of our mapping.

use model::Book;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use vendors::crm::{Crm, Deal};

/// A deal, as both sides know it.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    name: String,
    amount: Option<(Decimal, String)>,
    company: Option<String>,
    owner: Option<String>,
    stage: String,
    expected_close: Option<String>,
    created_s: i64,
    /// Stages entered, and when; what ends a deal is told by its outcome.
    path: Vec<(String, i64)>,
    outcome: Option<bool>,
    /// Contact, e-mail.
    people: BTreeSet<(String, Option<String>)>,
    /// Names of what is sold, and how many in all. Only Pipedrive is asked for it.
    sold: (Option<String>, Option<String>),
}

/// What a deal is about, as a person would write it down.
fn sold(deal: &Deal) -> (Option<String>, Option<String>) {
    let lines = deal.lines.iter().filter(|it| it.enabled);
    let mut names: Vec<&str> = lines.clone().map(|it| it.name.as_str()).collect();
    if names.is_empty() {
        return (None, None);
    }
    names.sort_unstable();
    names.dedup();
    let quantity: Decimal = lines.map(|it| it.quantity).sum();
    (
        Some(names.join("; ")),
        Some(quantity.normalize().to_string()),
    )
}

/// What a CRM says of its living deals.
pub(crate) fn of_crm(crm: &Crm, source: &str) -> BTreeMap<String, Told> {
    // Pipedrive ends a deal by a status and not by a stage: there the end is named as we name it.
    let ends_by_status = source == "pipedrive";
    let told = |deal: &Deal| {
        let current = |id: &str| {
            let mut stages = crm.pipelines.iter().flat_map(|it| &it.stages);
            stages.any(|it| it.id == id)
        };
        let label = |id: &str| match crm.stage(id) {
            Some(it) if ends_by_status && it.is_won => "Won".to_owned(),
            Some(it) if ends_by_status && it.is_closed => "Lost".to_owned(),
            // Only Salesforce still names a stage that was taken away.
            Some(it) if source == "salesforce" || current(id) => it.label.clone(),
            _ => id.to_owned(),
        };
        let mut path: Vec<(String, i64)> = Vec::new();
        for step in &deal.moves {
            let label = label(&step.stage);
            if path.last().is_none_or(|(last, _)| *last != label) {
                path.push((label, step.at.as_second()));
            }
        }
        let stage = crm.stage(&deal.stage);
        let people = deal.roles.iter().filter_map(|role| {
            let contact = crm.contacts.get(&role.contact)?;
            let is_live = contact.state.is_live();
            is_live.then(|| (contact.id.clone(), contact.email.clone()))
        });
        let live = |id: &&String| crm.companies.get(*id).is_some_and(|it| it.state.is_live());
        // Pipedrive's page says to take the main contact's organization where a deal has none.
        let main = deal
            .roles
            .iter()
            .find(|it| it.is_primary)
            .or(deal.roles.first());
        let of_main = main
            .filter(|_| source == "pipedrive")
            .and_then(|role| crm.contacts.get(&role.contact)?.company.as_ref());
        // HubSpot's close date is the day a closed deal closed.
        let is_open = stage.is_none_or(|it| !it.is_closed) || source != "hubspot";
        Told {
            name: deal.name.trim().to_owned(),
            // Pipedrive has a zero where there is nothing.
            amount: deal
                .amount
                .filter(|it| source != "pipedrive" || !it.is_zero())
                .map(|it| (it.normalize(), deal.currency.clone())),
            company: deal.company.as_ref().or(of_main).filter(live).cloned(),
            owner: deal.owner.clone(),
            stage: label(&deal.stage),
            expected_close: deal
                .expected_close
                .filter(|_| is_open)
                .map(|it| it.to_string()),
            created_s: deal.created_at.as_second(),
            path,
            outcome: stage.filter(|it| it.is_closed).map(|it| it.is_won),
            people: people.collect(),
            sold: if source == "pipedrive" {
                sold(deal)
            } else {
                (None, None)
            },
        }
    };
    crm.live_deals()
        .map(|deal| (deal.id.clone(), told(deal)))
        .collect()
}

/// What the book says of the deals of a source.
pub(crate) fn of_book(book: &Book, source: &str) -> BTreeMap<String, Told> {
    let id = |ids: &BTreeMap<String, String>| ids.get(source).cloned();
    let mut told = BTreeMap::new();
    for (at, deal) in book.deals.iter().enumerate() {
        let Some(deal_id) = id(&deal.external_ids) else {
            continue;
        };
        let record = book.record(at);
        let path = record.visits.iter();
        let path = path.map(|it| (it.stage.clone(), it.at_us.div_euclid(1_000_000)));
        let company = book.companies.iter().find(|it| Some(it.id) == deal.company);
        let owner = book.people.iter().find(|it| Some(it.id) == deal.owner);
        let people = book.stakeholders.iter().filter(|it| it.deal == deal.id);
        let people = people.filter_map(|it| {
            let contact = id(&it.external_ids)?;
            // A stakeholder is named `deal/contact`, or by the contact.
            let contact = contact.rsplit('/').next().unwrap_or_default().to_owned();
            Some((contact, it.email.clone()))
        });
        let outcome = deal
            .canonical_stage
            .and_then(model::CanonicalStage::outcome);
        let is_open = outcome.is_none() || source != "hubspot";
        let custom = |field: &str| deal.custom_fields.get(field).cloned();
        told.insert(
            deal_id,
            Told {
                name: deal.name.clone().unwrap_or_default(),
                amount: deal
                    .amount
                    .as_ref()
                    .map(|it| (it.amount.normalize(), it.currency.to_string())),
                company: company.and_then(|it| id(&it.external_ids)),
                owner: owner.and_then(|it| id(&it.external_ids)),
                stage: deal.stage.clone().unwrap_or_default(),
                expected_close: deal
                    .expected_close
                    .filter(|_| is_open)
                    .map(|it| it.to_string()),
                created_s: deal.created_at.map_or(0, model::Timestamp::as_second),
                path: path.collect(),
                outcome: outcome.map(|it| it == model::Outcome::Won),
                people: people.collect(),
                sold: (custom("product_name"), custom("product_quantity")),
            },
        );
    }
    told
}

/// Says how two tellings differ, a few of them.
pub(crate) fn differences<T: PartialEq + Debug>(
    expected: &BTreeMap<String, T>,
    found: &BTreeMap<String, T>,
) -> Vec<String> {
    let mut all = Vec::new();
    let keys: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    for key in keys {
        match (expected.get(key), found.get(key)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => all.push(format!("{key}:\n  source {a:?}\n  store  {b:?}")),
            (Some(a), None) => all.push(format!("{key}: missing; source {a:?}")),
            (None, Some(b)) => all.push(format!("{key}: should not be there; store {b:?}")),
            (None, None) => {}
        }
    }
    all
}

/// What a CRM says of its living companies: name and domain.
pub(crate) fn companies(crm: &Crm) -> BTreeMap<String, (String, Option<String>)> {
    let live = crm.companies.values().filter(|it| it.state.is_live());
    live.map(|it| {
        let name = it.name.trim().to_owned();
        (it.id.clone(), (name, it.domain.clone()))
    })
    .collect()
}

/// What the book says of the companies of a source.
pub(crate) fn kept_companies(
    book: &Book,
    source: &str,
) -> BTreeMap<String, (String, Option<String>)> {
    let of_source = book.companies.iter().filter_map(|it| {
        let id = it.external_ids.get(source)?;
        let name = it.name.clone().unwrap_or_default();
        Some((id.clone(), (name, it.domain.clone())))
    });
    of_source.collect()
}
