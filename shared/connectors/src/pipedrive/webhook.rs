//! What Pipedrive pushes: version 2 of its webhooks.

use connector::verify::Signature;
use connector::{Delivered, Event, Hint, Webhook, value};
use serde_json::Value;

/// How Pipedrive pushes: unsigned, with the user and the password that were given to it.
pub(super) const WEBHOOK: Webhook = Webhook {
    signature: Signature::Basic,
    read: |body| Delivered {
        events: event(body).into_iter().collect(),
    },
    account: None,
    help: "Pipedrive, Tools and apps, Webhooks: version 2, all actions and objects, with this user \
           and password as HTTP authentication",
};

fn event(body: &Value) -> Option<Event> {
    let meta = body.get("meta")?;
    let text = |field: &str| value::id(meta, field);
    let stream = match meta.get("entity")?.as_str()? {
        "deal" => Some("deals"),
        "person" => Some("persons"),
        "organization" => Some("organizations"),
        "activity" => Some("activities"),
        "note" => Some("notes"),
        "user" => Some("users"),
        _ => None,
    };
    // Of two that were merged both are read: one is gone, and the other has what it had.
    let ids = [text("entity_id"), text("merged_to_id")]
        .into_iter()
        .flatten();
    Some(Event {
        key: text("id")?,
        account: text("company_id"),
        test: false,
        hints: stream.map_or_else(Vec::new, |stream| {
            ids.map(|id| Hint::new(stream, id)).collect()
        }),
    })
}
