//! What HubSpot pushes: where to look.

use connector::value::id;
use connector::verify::Signature;
use connector::{Delivered, Event, Hint, Text, Value, Webhook};

pub(super) const WEBHOOK: Webhook = Webhook {
    signature: Signature::HubSpotV3,
    read: |delivery| Delivered {
        events: each(delivery).filter_map(event).collect(),
    },
    account: Some(|delivery| each(delivery).find_map(|event| id(event, "portalId"))),
    help: "The app's webhook subscriptions send to one address for all accounts; nothing is to be set up in yours",
};

/// A delivery is a list of up to a hundred events.
fn each(delivery: &Value) -> impl Iterator<Item = &Value> {
    let list = delivery.as_array().map(Vec::as_slice);
    list.unwrap_or(std::slice::from_ref(delivery)).iter()
}

fn event(event: &Value) -> Option<Event> {
    let text = |name: &str| id(event, name).unwrap_or_default();
    let said = id(event, "subscriptionType")?;
    let (kind, what) = said.split_once('.')?;
    // Ids of events come twice; only all of this together does not.
    let key = [
        "portalId",
        "subscriptionType",
        "objectTypeId",
        "objectId",
        "propertyName",
        "fromObjectId",
        "toObjectId",
        "occurredAt",
        "eventId",
    ];
    let stream = if kind == "object" {
        stream(&text("objectTypeId"))
    } else {
        stream(kind)
    };
    let hints = match what {
        "associationChange" => associated(event),
        // Those that were merged away live on in this one, which names them.
        "merge" => {
            let new = id(event, "newObjectId").or_else(|| id(event, "primaryObjectId"));
            hint(stream, new.or_else(|| id(event, "objectId")))
        }
        _ => hint(stream, id(event, "objectId")),
    };
    Some(Event {
        key: key.map(text).join("/"),
        account: id(event, "portalId"),
        test: false,
        hints,
    })
}

/// The stream of a kind of object, by its name or by its number.
fn stream(kind: &str) -> Option<&'static str> {
    Some(match kind.to_ascii_lowercase().as_str() {
        "contact" | "0-1" => "contacts",
        "company" | "0-2" => "companies",
        "deal" | "0-3" => "deals",
        "task" | "0-27" => "tasks",
        "note" | "0-46" => "notes",
        "meeting" | "meeting_event" | "0-47" => "meetings",
        "call" | "0-48" => "calls",
        "email" | "0-49" => "emails",
        _ => return None,
    })
}

fn hint(stream: Option<&str>, id: Option<Text>) -> Vec<Hint> {
    stream
        .zip(id)
        .map(|(stream, id)| Hint::new(stream, id))
        .into_iter()
        .collect()
}

/// An association is read with its deal, or with what was done on the deal.
fn associated(event: &Value) -> Vec<Hint> {
    let kinds = id(event, "associationType").unwrap_or_default();
    let (from, to) = kinds.split_once("_TO_").unwrap_or_default();
    let end = |kind: &str, type_id: &str, field: &str| {
        let kind = kind.trim_end_matches("_UNLABELED");
        let stream = stream(kind).or_else(|| stream(&id(event, type_id)?));
        (stream, id(event, field))
    };
    let ends = [
        end(from, "fromObjectTypeId", "fromObjectId"),
        end(to, "toObjectTypeId", "toObjectId"),
    ];
    let is_deal = |(stream, _): &&(Option<&str>, _)| *stream == Some("deals");
    let is_done = |(stream, _): &&(Option<&str>, _)| {
        !matches!(stream, None | Some("deals" | "contacts" | "companies"))
    };
    // Whether a call belongs to a deal, the call is asked.
    let found = ends
        .iter()
        .find(is_done)
        .or_else(|| ends.iter().find(is_deal));
    found.map_or_else(Vec::new, |(stream, id)| hint(*stream, id.clone()))
}
