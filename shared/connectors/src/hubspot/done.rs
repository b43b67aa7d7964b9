//! What was said and done.

use super::map::{contacts_of, deals_of, owners};
use super::objects::kind;
use crate::item::Item;
use crate::meaning;
use connector::value::{ODD_DATE, id, list, scalar, text};
use connector::{Hint, Kind, Record, Value};
use model::{Activity, ActivityKind, ActivityOutcome};
use std::collections::BTreeSet;

/// Something that happened, once for each deal it belongs to: `call/12` on the oldest of them and
/// `call/12/<deal>` on the others.
pub(super) fn activity<const K: usize>(record: &Record, it: &mut Item) {
    let (many, one) = (kind::<K>().many, kind::<K>().one);
    let [title, body, status, time] = kind::<K>().done;
    let title = it.text(title);
    let status = it.text(status).unwrap_or_default().to_ascii_uppercase();
    let times = [time, "hs_timestamp", "hs_createdate"];
    let Some(at) = times.into_iter().find_map(|time| it.timestamp(time)) else {
        let what = "it is not said when this was, so it was left out";
        let remedy = "enter its time in HubSpot";
        return it.odd(ODD_DATE, "hs_timestamp", what, remedy, "");
    };
    let happened = match (one, status.as_str()) {
        ("task", status) => status == "COMPLETED",
        (_, "CANCELED" | "RESCHEDULED" | "QUEUED" | "SENDING") => false,
        ("call", "COMPLETED") | ("meeting", "COMPLETED" | "NO_SHOW") | ("note", _) => true,
        _ => at <= it.cx.read_at,
    };
    let outcome = match (one, status.as_str()) {
        ("call", _) => disposition(&it.text("hs_call_disposition").unwrap_or_default()),
        ("meeting", "COMPLETED") => ActivityOutcome::Positive,
        ("meeting", "NO_SHOW") | ("email", "BOUNCED" | "FAILED") => ActivityOutcome::Negative,
        _ => ActivityOutcome::Unknown,
    };
    let what = match one {
        "call" => ActivityKind::Call,
        "email" => ActivityKind::Email,
        "meeting" => meaning::meeting(title.as_deref().unwrap_or_default()),
        "note" => ActivityKind::Internal,
        _ => ActivityKind::FollowUp,
    };
    // Only the beginning is kept, so a long text is nothing to speak of.
    let plain = |field| meaning::plain(&it.get(field).and_then(scalar).unwrap_or_default());
    let notes = plain("hs_internal_meeting_notes");
    let said = meaning::joined([title, Some(plain(body)), Some(notes)], " — ");
    let name = format!("{one}/{}", it.id);
    let id = std::mem::replace(&mut it.id, name.clone());
    let activity = Activity {
        participants: participants(record, it),
        outcome,
        summary: said.as_deref().and_then(meaning::summary),
        ..Activity::new(it.cx.activity(&name), what, at)
    };
    if !happened {
        // It may have been kept before it was called off; on the first load nothing was.
        if it.has_part("deals") {
            it.lost(Kind::Activity);
        }
        return;
    }
    let deals = deals_of(record);
    if deals.is_empty() {
        it.put(activity.clone());
    }
    for (n, deal) in deals.iter().enumerate() {
        let others = || it.cx.activity(&format!("{name}/{deal}"));
        let of_deal = Activity {
            id: if n == 0 { activity.id } else { others() },
            deal: Some(it.cx.deal(deal)),
            ..activity.clone()
        };
        it.put(of_deal);
    }
    if record
        .main
        .pointer("/associations/deals/paging/next")
        .is_some()
    {
        it.out.hints.push(Hint::new(many, id));
    }
}

/// How a call ended, by HubSpot's own endings; those an account has added say nothing to us.
fn disposition(ending: &str) -> ActivityOutcome {
    match ending {
        "f240bbac-87c9-4f6e-bf70-924b57d47db7" => ActivityOutcome::Positive,
        "a4c4c377-d246-4b32-a13b-75a56a4cd0ff" | "b2cf5968-551e-4856-9783-52b3da59a7d0" => {
            ActivityOutcome::Neutral
        }
        "9d9162e7-6cf3-4944-bf63-4dff82258764"
        | "73a0d17f-1163-4015-bdd5-ec830791da20"
        | "17b47fee-58de-441e-a44c-c6300d46f273" => ActivityOutcome::Negative,
        _ => ActivityOutcome::Unknown,
    }
}

/// Who took part: the owner, and the addresses of the e-mail or of the contacts.
fn participants(record: &Record, it: &mut Item) -> Vec<String> {
    let owner = it.text("hubspot_owner_id");
    let owner = owners(it.cx.known)
        .find(|it| owner.is_some() && id(it, "id").as_deref() == owner.as_deref());
    let headers = it.get("hs_email_headers").and_then(Value::as_str);
    let headers: Value = serde_json::from_str(headers.unwrap_or_default()).unwrap_or_default();
    let to = ["to", "cc"]
        .into_iter()
        .flat_map(|name| list(&headers, name));
    let said = owner.into_iter().chain(headers.get("from")).chain(to);
    let said = said.filter_map(|it| text(it, "email")).map(str::to_owned);
    let contacts = contacts_of(record);
    let is_here = |it: &&Value| id(it, "id").is_some_and(|id| contacts.contains(&id));
    let people = record.part("people").iter().filter(is_here);
    let person = |person| {
        let name = ["firstname", "lastname"].map(|it| of(person, it));
        of(person, "email").or_else(|| meaning::joined(name, " "))
    };
    let mut found: Vec<String> = said.chain(people.filter_map(person)).collect();
    let mut seen = BTreeSet::new();
    found.retain(|who| seen.insert(who.to_lowercase()));
    found
}

/// A property of an object.
fn of(object: &Value, name: &str) -> Option<String> {
    id(object.get("properties")?, name).map(String::from)
}
