//! Records of the kind real accounts have and nobody expects.

use super::{Activity, ActivityKind, Crm, Deal, Move, Object, Oddity, Stage, State, later, utc};
use rust_decimal::Decimal;

/// How many deals share one stamp.
const SAME_STAMP: usize = 30;

pub(super) fn plant(crm: &mut Crm, world: &demo::World) {
    let deals: Vec<String> = crm.deals.keys().cloned().collect();
    let nth = |n: usize| deals.get(n * deals.len() / 16).map(String::as_str);

    odd_deal(crm, "deal without a company", nth(1), |deal| {
        deal.company = None;
    });
    odd_deal(crm, "deal without an amount", nth(2), |deal| {
        deal.amount = None;
        for step in &mut deal.moves {
            step.amount = None;
        }
    });
    odd_deal(crm, "name with emoji", nth(3), |deal| {
        deal.name.push_str(" 🚀👩🏽‍🚒");
    });
    odd_deal(crm, "name written from right to left", nth(4), |deal| {
        "עסקת מסגרת – שלב ב׳".clone_into(&mut deal.name);
    });
    odd_deal(crm, "deal without an owner", nth(5), |deal| {
        deal.owner = None;
    });
    odd_deal(crm, "amount below zero", nth(6), |deal| {
        deal.amount = Some(Decimal::new(-125_050, 2));
    });
    odd_deal(crm, "deal without an expected close", nth(7), |deal| {
        deal.expected_close = None;
    });
    odd_deal(crm, "role nobody knows", nth(8), |deal| {
        if let Some(role) = deal.roles.first_mut() {
            role.label = Some("Keeper of the Gate".to_owned());
        }
    });
    odd_deal(crm, "deal with an empty name", nth(9), |deal| {
        deal.name.clear();
    });
    let move_id = crm.next_id(Object::Move);
    odd_deal(crm, "stage saved twice", nth(10), |deal| {
        if let Some(last) = deal.moves.last().cloned() {
            deal.moves.push(Move {
                at: later(last.at, 3),
                id: move_id,
                ..last
            });
        }
    });
    deleted_stage(crm, nth(11));
    let stamp = later(utc(world.as_of), -86_400);
    let many: Vec<&String> = deals.iter().rev().take(SAME_STAMP).collect();
    for id in &many {
        if let Some(deal) = crm.deals.get_mut(*id) {
            deal.modified_at = stamp;
        }
    }
    if let Some(id) = many.first() {
        crm.odd.push(Oddity {
            what: "one of thirty with the same stamp",
            object: Object::Deal,
            id: (*id).clone(),
        });
    }
    companies_and_contacts(crm);
    long_note(crm, nth(12));
}

fn odd_deal(crm: &mut Crm, what: &'static str, id: Option<&str>, edit: impl FnOnce(&mut Deal)) {
    if let Some(deal) = id.and_then(|id| crm.deals.get_mut(id)) {
        edit(deal);
        crm.odd.push(Oddity {
            what,
            object: Object::Deal,
            id: deal.id.clone(),
        });
    }
}

/// A deal that has been in a stage which no pipeline has any more.
fn deleted_stage(crm: &mut Crm, id: Option<&str>) {
    let gone = Stage {
        id: crm.next_id(Object::Stage),
        label: "Verbal Yes".to_owned(),
        order: 5,
        probability: 70,
        is_closed: false,
        is_won: false,
    };
    let move_id = crm.next_id(Object::Move);
    let stage = gone.id.clone();
    crm.retired_stages.push(gone);
    odd_deal(crm, "deleted stage in the history", id, |deal| {
        // Right after the creation, which every deal has.
        if let Some(first) = deal.moves.first().cloned() {
            let step = Move {
                id: move_id,
                stage,
                at: later(first.at, 1),
                ..first
            };
            deal.moves.insert(1, step);
        }
    });
}

fn companies_and_contacts(crm: &mut Crm) {
    let mut companies = crm.companies.values_mut();
    if let Some(company) = companies.next() {
        company.name.clear();
        let id = company.id.clone();
        crm.odd.push(Oddity {
            what: "company without a name",
            object: Object::Company,
            id,
        });
    }
    if let Some(company) = companies.next() {
        company.industry = Some("Lighthouse Keeping".to_owned());
        let id = company.id.clone();
        crm.odd.push(Oddity {
            what: "unknown industry",
            object: Object::Company,
            id,
        });
    }
    let mut contacts = crm.contacts.values_mut();
    if let Some(contact) = contacts.next() {
        contact.email = None;
        let id = contact.id.clone();
        crm.odd.push(Oddity {
            what: "contact without an e-mail",
            object: Object::Contact,
            id,
        });
    }
    if let Some(contact) = contacts.next() {
        contact.first_name = None;
        let id = contact.id.clone();
        crm.odd.push(Oddity {
            what: "contact without a first name",
            object: Object::Contact,
            id,
        });
    }
    if let Some(user) = crm.users.values().find(|user| !user.active) {
        let id = user.id.clone();
        crm.odd.push(Oddity {
            what: "owner who has left",
            object: Object::User,
            id,
        });
    }
}

/// A note of 40 kB.
fn long_note(crm: &mut Crm, deal: Option<&str>) {
    let Some(deal) = deal.and_then(|id| crm.deals.get(id)).cloned() else {
        return;
    };
    let id = crm.next_id(Object::Activity);
    let note = Activity {
        id: id.clone(),
        kind: ActivityKind::Note,
        deal: Some(deal.id),
        company: deal.company,
        contacts: Vec::new(),
        owner: deal.owner,
        at: deal.modified_at,
        done: true,
        subject: "Minutes".to_owned(),
        body: "They went through the whole contract again. ".repeat(931),
        outcome: None,
        duration_s: None,
        state: State::Live,
        created_at: deal.modified_at,
        modified_at: deal.modified_at,
    };
    crm.activities.insert(id.clone(), note);
    crm.odd.push(Oddity {
        what: "note of 40 kB",
        object: Object::Activity,
        id,
    });
}
