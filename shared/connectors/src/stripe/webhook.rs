//! What Stripe pushes, and what its events say.

use connector::verify::Signature;
use connector::{Delivered, Event, Hint, Text, Value, Webhook};

/// How Stripe pushes. Snapshot and thin events are both taken: each says which object to read.
pub(super) const WEBHOOK: Webhook = Webhook {
    signature: Signature::Stripe,
    read: |body| Delivered {
        events: event(body).into_iter().collect(),
    },
    account: None,
    help: "Stripe Dashboard, Developers, Webhooks, Add destination: all events of customers, \
           subscriptions, invoices, charges, refunds and disputes; give its signing secret here",
};

fn event(body: &Value) -> Option<Event> {
    let text = |field: &str| body.get(field)?.as_str().map(Text::from);
    Some(Event {
        key: text("id")?.into(),
        account: text("account").or_else(|| text("context")),
        test: body.get("livemode") == Some(&Value::Bool(false)),
        hints: hints(body),
    })
}

/// Which records an event is about. Its own snapshot of them may be older than what is known.
pub(super) fn hints(event: &Value) -> Vec<Hint> {
    let object = event
        .pointer("/data/object")
        .or_else(|| event.get("related_object"));
    let text = |field: &str| {
        let value = object?.get(field)?;
        // What is expanded shows its id inside.
        value.as_str().or_else(|| value.get("id")?.as_str())
    };
    // A thin event says `type` where a snapshot's object says `object`.
    let pairs: &[(&str, &str)] = match text("object").or_else(|| text("type")) {
        Some("customer") => &[("customers", "id")],
        // How a company stands is seen from its subscriptions.
        Some("subscription") => &[("subscriptions", "id"), ("customers", "customer")],
        Some("discount") => &[("subscriptions", "subscription"), ("customers", "customer")],
        Some("invoice") => &[("invoices", "id")],
        Some("credit_note") => &[("invoices", "invoice")],
        Some("charge") => &[("charges", "id")],
        Some("refund") => &[("refunds", "id")],
        Some("dispute") => &[("disputes", "id")],
        _ => &[],
    };
    // An upcoming invoice has no id yet, and there is nothing to read.
    let hint = |(stream, field): &(&str, &str)| Some(Hint::new(*stream, text(field)?));
    pairs.iter().filter_map(hint).collect()
}
