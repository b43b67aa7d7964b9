//! The kinds of records HubSpot has, and one of them in hand.

use crate::crm::{self, ActivityKind, Crm, State};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How long the bin keeps a record.
const BIN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Deal,
    Company,
    Contact,
    Activity(ActivityKind),
}

const KINDS: [(Kind, &str, &str, &str); 8] = [
    (Kind::Contact, "0-1", "contacts", "contact"),
    (Kind::Company, "0-2", "companies", "company"),
    (Kind::Deal, "0-3", "deals", "deal"),
    (Kind::Activity(ActivityKind::Task), "0-27", "tasks", "task"),
    (Kind::Activity(ActivityKind::Note), "0-46", "notes", "note"),
    (
        Kind::Activity(ActivityKind::Meeting),
        "0-47",
        "meetings",
        "meeting",
    ),
    (Kind::Activity(ActivityKind::Call), "0-48", "calls", "call"),
    (
        Kind::Activity(ActivityKind::Email),
        "0-49",
        "emails",
        "email",
    ),
];

impl Kind {
    /// The kind a path names: `deals` or `0-3`.
    pub(super) fn named(path: &str) -> Option<Kind> {
        KINDS
            .iter()
            .find(|(_, id, plural, _)| *id == path || *plural == path)
            .map(|(kind, ..)| *kind)
    }

    fn row(self) -> &'static (Kind, &'static str, &'static str, &'static str) {
        const OTHER: &(Kind, &str, &str, &str) = &KINDS[2];
        KINDS
            .iter()
            .find(|(kind, ..)| *kind == self)
            .unwrap_or(OTHER)
    }

    /// `0-3`
    pub(super) fn type_id(self) -> &'static str {
        self.row().1
    }

    /// `deals`
    pub(super) fn plural(self) -> &'static str {
        self.row().2
    }

    /// `deal`
    pub(super) fn singular(self) -> &'static str {
        self.row().3
    }

    /// What a token needs to read records of this kind; engagements ride on the contacts.
    pub(super) fn scope(self) -> &'static str {
        match self {
            Kind::Deal => "crm.objects.deals.read",
            Kind::Company => "crm.objects.companies.read",
            Kind::Contact | Kind::Activity(_) => "crm.objects.contacts.read",
        }
    }

    /// The property that says when a record last changed.
    pub(super) fn stamp(self) -> &'static str {
        match self {
            Kind::Contact => "lastmodifieddate",
            _ => "hs_lastmodifieddate",
        }
    }
}

/// One record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Record<'a> {
    Deal(&'a crm::Deal),
    Company(&'a crm::Company),
    Contact(&'a crm::Contact),
    Activity(&'a crm::Activity),
}

impl<'a> Record<'a> {
    /// The record of this kind and id, whatever its state.
    pub(super) fn find(crm: &'a Crm, kind: Kind, id: &str) -> Option<Record<'a>> {
        match kind {
            Kind::Deal => crm.deals.get(id).map(Record::Deal),
            Kind::Company => crm.companies.get(id).map(Record::Company),
            Kind::Contact => crm.contacts.get(id).map(Record::Contact),
            Kind::Activity(kind) => crm
                .activities
                .get(id)
                .filter(|activity| activity.kind == kind)
                .map(Record::Activity),
        }
    }

    /// All records of a kind from this id on, in the order of their ids.
    pub(super) fn all(
        crm: &'a Crm,
        kind: Kind,
        from: u64,
    ) -> Box<dyn Iterator<Item = Record<'a>> + 'a> {
        match kind {
            Kind::Deal => Box::new(after(&crm.deals, from).map(Record::Deal)),
            Kind::Company => Box::new(after(&crm.companies, from).map(Record::Company)),
            Kind::Contact => Box::new(after(&crm.contacts, from).map(Record::Contact)),
            Kind::Activity(kind) => Box::new(
                after(&crm.activities, from)
                    .filter(move |activity| activity.kind == kind)
                    .map(Record::Activity),
            ),
        }
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            Record::Deal(_) => Kind::Deal,
            Record::Company(_) => Kind::Company,
            Record::Contact(_) => Kind::Contact,
            Record::Activity(activity) => Kind::Activity(activity.kind),
        }
    }

    pub(super) fn id(self) -> &'a str {
        match self {
            Record::Deal(deal) => &deal.id,
            Record::Company(company) => &company.id,
            Record::Contact(contact) => &contact.id,
            Record::Activity(activity) => &activity.id,
        }
    }

    pub(super) fn number(self) -> u64 {
        self.id().parse().unwrap_or_default()
    }

    fn state(self) -> &'a State {
        match self {
            Record::Deal(deal) => &deal.state,
            Record::Company(company) => &company.state,
            Record::Contact(contact) => &contact.state,
            Record::Activity(activity) => &activity.state,
        }
    }

    pub(super) fn created_at(self) -> Timestamp {
        match self {
            Record::Deal(deal) => deal.created_at,
            Record::Company(company) => company.created_at,
            Record::Contact(contact) => contact.created_at,
            Record::Activity(activity) => activity.created_at,
        }
    }

    pub(super) fn modified_at(self) -> Timestamp {
        match self {
            Record::Deal(deal) => deal.modified_at,
            Record::Company(company) => company.modified_at,
            Record::Contact(contact) => contact.modified_at,
            Record::Activity(activity) => activity.modified_at,
        }
    }

    pub(super) fn merged_from(self) -> &'a [String] {
        match self {
            Record::Deal(deal) => &deal.merged_from,
            Record::Company(company) => &company.merged_from,
            Record::Contact(contact) => &contact.merged_from,
            Record::Activity(_) => &[],
        }
    }

    pub(super) fn is_live(self) -> bool {
        self.state().is_live()
    }

    /// When it was put into the bin, if it still lies there.
    pub(super) fn archived_at(self, now: Timestamp) -> Option<Timestamp> {
        match self.state() {
            State::Archived { at } | State::Deleted { at } if now.duration_since(*at) <= BIN => {
                Some(*at)
            }
            _ => None,
        }
    }

    /// Whether it is among the archived, or among the others.
    pub(super) fn is_shown(self, archived: bool, now: Timestamp) -> bool {
        if archived {
            self.archived_at(now).is_some()
        } else {
            self.is_live()
        }
    }

    /// The one that absorbed it.
    pub(super) fn merged_into(self) -> Option<&'a str> {
        match self.state() {
            State::Merged { into, .. } => Some(into),
            _ => None,
        }
    }
}

/// The records whose id is at least this. All ids of a map have one length, so their order as text is their order.
fn after<R>(records: &BTreeMap<String, R>, from: u64) -> impl Iterator<Item = &R> {
    let width = records.keys().next().map_or(0, String::len);
    let from = format!("{from:0>width$}");
    let none = from.len() > width;
    records
        .range(from..)
        .map(|(_, record)| record)
        .filter(move |_| !none)
}
