//! What Pipedrive pushes: version 2 of its webhooks.

use connector::verify::Signature;
use connector::{Delivered, Event, Hint, Value, Webhook, value};

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
    let entity = meta.get("entity")?.as_str()?;
    let stream = match entity {
        "deal" | "deal_product" => Some("deals"),
        "person" => Some("persons"),
        "organization" => Some("organizations"),
        "activity" => Some("activities"),
        "note" => Some("notes"),
        "user" => Some("users"),
        _ => None,
    };
    let deal = |of: &str| value::id(body.get(of)?, "deal_id");
    let ids = match entity {
        // What is sold with a deal has a number of its own, and is told by nothing else when it is gone.
        "deal_product" => [deal("data").or_else(|| deal("previous")), None],
        // Of two that were merged both are read: one is gone, and the other has what it had.
        _ => [text("entity_id"), text("merged_to_id")],
    };
    let ids = ids.into_iter().flatten();
    Some(Event {
        key: text("id")?.into(),
        account: text("company_id"),
        test: false,
        hints: stream.map_or_else(Vec::new, |stream| {
            ids.map(|id| Hint::new(stream, id)).collect()
        }),
    })
}
