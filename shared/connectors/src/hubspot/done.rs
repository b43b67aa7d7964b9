//! What was said and done.

use super::map::{
    contacts_of, deals_of, external, fields, id_of, joined, list, odd_record, stamp, str,
};
use super::objects::kind;
use crate::meaning;
use connector::value::{Fields, ODD_DATE, scalar};
use connector::{Context, Hint, Kind, Out, Record};
use model::{Activity, ActivityKind, ActivityOutcome, Entity, Provenance};
use serde_json::Value;
use std::collections::BTreeSet;

/// Something that happened, once for each deal it belongs to: `call/12` on the oldest of them and
/// `call/12/<deal>` on the others.
pub(super) fn activity<const K: usize>(record: &Record, cx: &Context, out: &mut Out) {
    let main = &record.main;
    let (many, one) = (kind::<K>().many, kind::<K>().one);
    let Some(id) = id_of(main) else {
        return odd_record(many, out);
    };
    let mut fields = fields(main, many, &id, out);
    let stamp = stamp::<K>(main, &mut fields);
    let [title, body, status, time] = kind::<K>().done;
    let title = fields.text(title);
    let status = fields.text(status).unwrap_or_default().to_ascii_uppercase();
    let time = fields
        .timestamp(time)
        .or_else(|| fields.timestamp("hs_timestamp"));
    let Some(at) = time.or_else(|| fields.timestamp("hs_createdate")) else {
        let what = "it is not said when this was, so it was left out";
        return fields.odd(
            ODD_DATE,
            "hs_timestamp",
            what,
            "enter its time in HubSpot",
            "",
        );
    };
    let happened = match (one, status.as_str()) {
        ("task", status) => status == "COMPLETED",
        (_, "CANCELED" | "RESCHEDULED" | "QUEUED" | "SENDING") => false,
        ("call", "COMPLETED") | ("meeting", "COMPLETED" | "NO_SHOW") | ("note", _) => true,
        _ => at <= cx.read_at,
    };
    let outcome = match (one, status.as_str()) {
        ("call", _) => disposition(&fields.text("hs_call_disposition").unwrap_or_default()),
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
    let text = |field| meaning::plain(&fields.get(field).and_then(scalar).unwrap_or_default());
    let said = [
        title.unwrap_or_default(),
        text(body),
        text("hs_internal_meeting_notes"),
    ];
    let said = said
        .iter()
        .filter(|text| !text.is_empty())
        .map(String::as_str);
    let said = said.collect::<Vec<_>>().join(" — ");
    let name = format!("{one}/{id}");
    let activity = Activity {
        external_ids: external(cx, &name),
        participants: participants(record, &mut fields, cx),
        outcome,
        summary: meaning::summary(&said),
        provenance: Provenance::new(cx.source, stamp),
        ..Activity::new(cx.activity(&name), what, at)
    };
    if !happened {
        // It may have been kept before it was called off; on the first load nothing was.
        if record.has_part("deals") {
            out.lost(Kind::Activity, name, stamp);
        }
        return;
    }
    let deals = deals_of(record);
    let first = (activity.id, deals.first().map(|deal| cx.deal(deal)));
    let others = deals.iter().skip(1);
    let others = others.map(|deal| (cx.activity(&format!("{name}/{deal}")), Some(cx.deal(deal))));
    for (id, deal) in std::iter::once(first).chain(others) {
        let activity = Activity {
            id,
            deal,
            ..activity.clone()
        };
        out.put(Entity::Activity(Box::new(activity)));
    }
    if main.pointer("/associations/deals/paging/next").is_some() {
        out.hints.push(Hint::new(many, id));
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
fn participants(record: &Record, fields: &mut Fields, cx: &Context) -> Vec<String> {
    let owner = fields.text("hubspot_owner_id");
    let owners = cx
        .known
        .all("owners")
        .iter()
        .chain(cx.known.all("owners_archived"));
    let owner = owners
        .into_iter()
        .find(|it| owner.is_some() && id_of(it) == owner);
    let owner = owner.and_then(|owner| str(owner, "email"));
    let headers = fields.get("hs_email_headers").and_then(Value::as_str);
    let headers: Value = serde_json::from_str(headers.unwrap_or_default()).unwrap_or_default();
    let to = ["/to", "/cc"]
        .into_iter()
        .flat_map(|name| list(&headers, name));
    let addresses = headers
        .get("from")
        .into_iter()
        .chain(to)
        .filter_map(|it| str(it, "email"));
    let person = |person: &Value| {
        let field = |name: &str| scalar(person.get("properties")?.get(name)?);
        let name = || joined([field("firstname"), field("lastname")]);
        field("email")
            .filter(|email| !email.is_empty())
            .or_else(name)
    };
    let contacts = contacts_of(record);
    let people = record
        .part("people")
        .iter()
        .filter(|it| id_of(it).is_some_and(|id| contacts.contains(&id)));
    let mut found: Vec<String> = owner
        .into_iter()
        .chain(addresses)
        .map(str::to_owned)
        .collect();
    found.extend(people.filter_map(person));
    let mut seen = BTreeSet::new();
    found.retain(|who| seen.insert(who.to_lowercase()));
    found
}
