//! Records as JSON, in the shapes of the version that was asked for.

use crate::billing::{
    Billing, Charge, Customer, Discount, Dispute, Invoice, InvoiceStatus, Item, Line, Price,
    Product, Refund, Status, Subject, Subscription,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// Rows shown of a list within a record.
const NESTED: usize = 10;

/// A dated version of the API, such as `2026-06-24.dahlia`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// The version of this name; none if there can be no such version.
    pub fn parse(word: &str) -> Option<Version> {
        let (date, train) = match word.split_once('.') {
            None => (word, None),
            Some((date, train)) => (date, Some(train)),
        };
        let valid = date.len() == 10 && date.parse::<Date>().is_ok();
        // Versions have names since the autumn of 2024.
        let named = match train {
            None => date < "2024-09-30",
            Some(train) => {
                date >= "2024-09-30" && ["acacia", "basil", "clover", "dahlia"].contains(&train)
            }
        };
        (valid && named && date >= "2011-01-01").then(|| Version(word.to_owned()))
    }

    /// As given, for words that were written here.
    pub(super) fn lenient(word: &str) -> Version {
        Version(word.to_owned())
    }

    /// The version's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether periods stand on items and an invoice's origin under `parent`.
    pub(super) fn is_basil(&self) -> bool {
        self.0.as_str() >= "2025-03-31"
    }

    /// Whether a discount names its coupon instead of showing it.
    fn is_clover(&self) -> bool {
        self.0.as_str() >= "2025-09-30"
    }
}

fn second(at: Timestamp) -> i64 {
    at.as_second()
}

fn maybe(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| at.as_second().into())
}

/// A list within a record: its first rows, and where the others are.
fn nested(url: &str, rows: Vec<Value>) -> Value {
    let has_more = rows.len() > NESTED;
    let total = rows.len();
    let data: Vec<Value> = rows.into_iter().take(NESTED).collect();
    json!({"object": "list", "url": url, "has_more": has_more, "total_count": total, "data": data})
}

pub(super) fn customer(customer: &Customer) -> Value {
    if customer.deleted_at.is_some() {
        return json!({"id": customer.id, "object": "customer", "deleted": true});
    }
    full_customer(customer)
}

fn full_customer(customer: &Customer) -> Value {
    json!({
        "id": customer.id,
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": second(customer.created),
        "currency": customer.currency,
        "default_source": null,
        "delinquent": customer.delinquent,
        "description": null,
        "email": customer.email,
        "livemode": false,
        "metadata": customer.metadata,
        "name": customer.name,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    })
}

pub(super) fn product(product: &Product) -> Value {
    json!({
        "id": product.id,
        "object": "product",
        "active": true,
        "created": second(product.created),
        "default_price": null,
        "description": null,
        "livemode": false,
        "metadata": {},
        "name": product.name,
        "type": "service",
        "updated": second(product.created),
    })
}

pub(super) fn price(price: &Price) -> Value {
    let tiered = price.unit_amount_decimal.is_none();
    json!({
        "id": price.id,
        "object": "price",
        "active": true,
        "billing_scheme": if tiered { "tiered" } else { "per_unit" },
        "created": second(price.created),
        "currency": price.currency,
        "livemode": false,
        "lookup_key": null,
        "metadata": {},
        "nickname": null,
        "product": price.product,
        "recurring": {
            "interval": price.interval.word(),
            "interval_count": price.interval_count,
            "trial_period_days": null,
            "usage_type": if price.metered { "metered" } else { "licensed" },
        },
        "tax_behavior": "unspecified",
        "tiers_mode": if tiered { Value::from("graduated") } else { Value::Null },
        "transform_quantity": null,
        "type": "recurring",
        "unit_amount": price.unit_amount,
        "unit_amount_decimal": price.unit_amount_decimal.map(|amount| amount.to_string()),
    })
}

fn price_of(id: &str, billing: &Billing) -> Value {
    billing.prices.get(id).map_or(Value::Null, price)
}

pub(super) fn item(
    item: &Item,
    subscription: &Subscription,
    billing: &Billing,
    version: &Version,
) -> Value {
    let mut value = json!({
        "id": item.id,
        "object": "subscription_item",
        "created": second(item.created),
        "metadata": {},
        "price": price_of(&item.price, billing),
        "subscription": subscription.id,
        "tax_rates": [],
    });
    if let Some(quantity) = item.quantity {
        value["quantity"] = quantity.into();
    }
    if version.is_basil() {
        value["current_period_start"] = second(item.period_start).into();
        value["current_period_end"] = second(item.period_end).into();
    }
    value
}

fn coupon(discount: &Discount) -> Value {
    json!({
        "id": discount.coupon,
        "object": "coupon",
        "amount_off": discount.amount_off,
        "created": second(discount.start),
        "currency": null,
        "duration": "forever",
        "livemode": false,
        "metadata": {},
        "name": null,
        "percent_off": discount.percent_off.and_then(|share| serde_json::from_str::<Value>(&share.to_string()).ok()),
        "valid": true,
    })
}

fn discount(discount: &Discount, subscription: &Subscription, version: &Version) -> Value {
    let mut value = json!({
        "id": discount.id,
        "object": "discount",
        "customer": subscription.customer,
        "end": maybe(discount.end),
        "invoice": null,
        "promotion_code": null,
        "start": second(discount.start),
        "subscription": subscription.id,
    });
    if version.is_clover() {
        value["source"] = json!({"type": "coupon", "coupon": discount.coupon});
    } else {
        value["coupon"] = coupon(discount);
    }
    value
}

pub(super) fn subscription(
    subscription: &Subscription,
    billing: &Billing,
    version: &Version,
) -> Value {
    let items = subscription
        .items
        .iter()
        .map(|row| item(row, subscription, billing, version))
        .collect();
    let url = format!("/v1/subscription_items?subscription={}", subscription.id);
    let discounts: Vec<&str> = subscription
        .discounts
        .iter()
        .map(|discount| discount.id.as_str())
        .collect();
    let mut value = json!({
        "id": subscription.id,
        "object": "subscription",
        "application": null,
        "automatic_tax": {"enabled": false},
        "billing_cycle_anchor": second(subscription.created),
        "cancel_at": maybe(subscription.cancel_at),
        "cancel_at_period_end": subscription.cancel_at_period_end,
        "canceled_at": maybe(subscription.canceled_at),
        "cancellation_details": {
            "comment": subscription.cancellation.comment,
            "feedback": subscription.cancellation.feedback,
            "reason": subscription.cancellation.reason,
        },
        "collection_method": "charge_automatically",
        "created": second(subscription.created),
        "currency": subscription.currency,
        "customer": subscription.customer,
        "days_until_due": null,
        "description": null,
        "discounts": discounts,
        "ended_at": maybe(subscription.ended_at),
        "items": nested(&url, items),
        "latest_invoice": subscription.latest_invoice,
        "livemode": false,
        "metadata": subscription.metadata,
        "pause_collection": null,
        "start_date": second(subscription.created),
        "status": subscription.status.word(),
        "test_clock": null,
        "trial_end": maybe(subscription.trial_end),
        "trial_start": maybe(subscription.trial_end.map(|_| subscription.created)),
    });
    if !version.is_basil() {
        value["current_period_start"] = second(subscription.period_start()).into();
        value["current_period_end"] = second(subscription.period_end()).into();
        value["discount"] = subscription
            .discounts
            .last()
            .map_or(Value::Null, |given| discount(given, subscription, version));
        if let [only] = subscription.items.as_slice() {
            value["quantity"] = only.quantity.into();
        }
    }
    value
}

pub(super) fn line(line: &Line, invoice: &Invoice, billing: &Billing, version: &Version) -> Value {
    let mut value = json!({
        "id": line.id,
        "object": "line_item",
        "amount": line.amount,
        "currency": invoice.currency,
        "description": line.description,
        "discountable": true,
        "discounts": [],
        "livemode": false,
        "metadata": {},
        "period": {"start": second(line.period_start), "end": second(line.period_end)},
        "quantity": line.quantity,
    });
    if version.is_basil() {
        let known = billing.prices.get(&line.price);
        value["invoice"] = invoice.id.as_str().into();
        value["subscription"] = invoice.subscription.clone().into();
        value["parent"] = json!({
            "type": "subscription_item_details",
            "invoice_item_details": null,
            "subscription_item_details": {
                "invoice_item": null,
                "proration": false,
                "subscription": invoice.subscription,
                "subscription_item": line.item,
            },
        });
        value["pricing"] = json!({
            "type": "price_details",
            "price_details": {"price": line.price, "product": known.map(|price| price.product.as_str())},
            "unit_amount_decimal": known.and_then(|price| price.unit_amount_decimal).map(|amount| amount.to_string()),
        });
    } else {
        value["price"] = price_of(&line.price, billing);
        value["proration"] = false.into();
        value["subscription"] = invoice.subscription.clone().into();
        value["subscription_item"] = line.item.as_str().into();
        value["type"] = "subscription".into();
    }
    value
}

pub(super) fn invoice(invoice: &Invoice, billing: &Billing, version: &Version) -> Value {
    let lines = invoice
        .lines
        .iter()
        .map(|row| line(row, invoice, billing, version))
        .collect();
    let paid = invoice.status == InvoiceStatus::Paid;
    let remaining = if invoice.status == InvoiceStatus::Void {
        0
    } else {
        invoice.total - invoice.amount_paid
    };
    let payer = billing.customers.get(&invoice.customer);
    let mut value = json!({
        "id": invoice.id,
        "object": "invoice",
        "account_country": "DE",
        "account_name": billing.account_name,
        "amount_due": invoice.total,
        "amount_paid": invoice.amount_paid,
        "amount_remaining": remaining,
        "attempt_count": invoice.attempt_count,
        "attempted": invoice.attempt_count > 0,
        "auto_advance": invoice.status == InvoiceStatus::Open,
        "billing_reason": invoice.billing_reason,
        "collection_method": "charge_automatically",
        "created": second(invoice.created),
        "currency": invoice.currency,
        "customer": invoice.customer,
        "customer_email": payer.and_then(|payer| payer.email.as_deref()),
        "customer_name": payer.and_then(|payer| payer.name.as_deref()),
        "description": null,
        "discounts": [],
        "due_date": maybe(invoice.due),
        "lines": nested(&format!("/v1/invoices/{}/lines", invoice.id), lines),
        "livemode": false,
        "metadata": {},
        "next_payment_attempt": maybe(invoice.next_payment_attempt),
        "number": invoice.number,
        "period_end": second(invoice.created),
        "period_start": second(invoice.created),
        "status": invoice.status.word(),
        "status_transitions": {
            "finalized_at": maybe(invoice.finalized_at),
            "marked_uncollectible_at": maybe(invoice.marked_uncollectible_at),
            "paid_at": maybe(invoice.paid_at),
            "voided_at": maybe(invoice.voided_at),
        },
        "subtotal": invoice.subtotal,
        "total": invoice.total,
    });
    if version.is_basil() {
        value["parent"] = invoice
            .subscription
            .as_ref()
            .map_or(Value::Null, |subscription| {
                json!({
                    "type": "subscription_details",
                    "quote_details": null,
                    "subscription_details": {"metadata": {}, "subscription": subscription},
                })
            });
    } else {
        let charge = invoice
            .charge
            .as_ref()
            .and_then(|id| billing.charges.get(id));
        value["charge"] = invoice.charge.clone().into();
        value["paid"] = paid.into();
        value["payment_intent"] = charge.map(|charge| charge.payment_intent.as_str()).into();
        value["subscription"] = invoice.subscription.clone().into();
        value["tax"] = Value::Null;
    }
    value
}

pub(super) fn invoice_payment(invoice: &Invoice, billing: &Billing) -> Value {
    let charge = invoice
        .charge
        .as_ref()
        .and_then(|id| billing.charges.get(id));
    json!({
        "id": invoice.id.replacen("in_", "inpay_", 1),
        "object": "invoice_payment",
        "amount_paid": invoice.amount_paid,
        "amount_requested": invoice.total,
        "created": second(invoice.created),
        "currency": invoice.currency,
        "invoice": invoice.id,
        "is_default": true,
        "livemode": false,
        "payment": {"type": "payment_intent", "payment_intent": charge.map(|charge| charge.payment_intent.as_str())},
        "status": if invoice.status == InvoiceStatus::Paid { "paid" } else { "open" },
        "status_transitions": {"canceled_at": null, "paid_at": maybe(invoice.paid_at)},
    })
}

pub(super) fn charge(charge: &Charge, version: &Version) -> Value {
    let paid = charge.failure.is_none();
    let mut value = json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": if paid { charge.amount } else { 0 },
        "amount_refunded": charge.amount_refunded,
        "captured": paid,
        "created": second(charge.created),
        "currency": charge.currency,
        "customer": charge.customer,
        "description": null,
        "disputed": charge.disputed,
        "failure_code": charge.failure.map(|(code, _)| code),
        "failure_message": charge.failure.map(|(_, message)| message),
        "livemode": false,
        "metadata": {},
        "outcome": {
            "network_status": if paid { "approved_by_network" } else { "declined_by_network" },
            "reason": if paid { Value::Null } else { "generic_decline".into() },
            "risk_level": "normal",
            "seller_message": if paid { "Payment complete." } else { "The bank did not return any further details with this decline." },
            "type": if paid { "authorized" } else { "issuer_declined" },
        },
        "paid": paid,
        "payment_intent": charge.payment_intent,
        "refunded": paid && charge.amount_refunded >= charge.amount && charge.amount > 0,
        "status": if paid { "succeeded" } else { "failed" },
    });
    if !version.is_basil() {
        value["invoice"] = charge.invoice.clone().into();
    }
    value
}

fn intent_of(charge: &str, billing: &Billing) -> Value {
    billing
        .charges
        .get(charge)
        .map(|charge| charge.payment_intent.as_str())
        .into()
}

pub(super) fn refund(refund: &Refund, billing: &Billing) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "charge": refund.charge,
        "created": second(refund.created),
        "currency": refund.currency,
        "metadata": {},
        "payment_intent": intent_of(&refund.charge, billing),
        "reason": refund.reason,
        "status": refund.status,
    })
}

pub(super) fn dispute(dispute: &Dispute, billing: &Billing) -> Value {
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "charge": dispute.charge,
        "created": second(dispute.created),
        "currency": dispute.currency,
        "evidence_details": {"due_by": second(dispute.created) + 7 * 86_400, "has_evidence": false, "past_due": false, "submission_count": 0},
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": intent_of(&dispute.charge, billing),
        "reason": dispute.reason,
        "status": dispute.status,
    })
}

pub(super) fn subject(subject: &Subject, billing: &Billing, version: &Version) -> Value {
    match subject {
        // The last event of a customer still shows all that was known.
        Subject::Customer(it) => full_customer(it),
        Subject::Subscription(it) => subscription(it, billing, version),
        Subject::Invoice(it) => invoice(it, billing, version),
        Subject::Upcoming(it) => {
            let mut value = invoice(it, billing, version);
            if let Value::Object(fields) = &mut value {
                fields.remove("id");
            }
            value
        }
        Subject::Charge(it) => charge(it, version),
        Subject::Refund(it) => refund(it, billing),
        Subject::Dispute(it) => dispute(it, billing),
    }
}

/// One record by the name of its list and its id.
pub(super) fn one(
    billing: &Billing,
    resource: &str,
    list: &str,
    id: &str,
    version: &Version,
) -> Option<Value> {
    match (resource, list) {
        ("subscription", "subscription_items") => {
            billing.subscriptions.values().find_map(|whole| {
                let row = whole.items.iter().find(|row| row.id == id)?;
                Some(item(row, whole, billing, version))
            })
        }
        ("customer", _) => billing.customers.get(id).map(customer),
        ("subscription", _) => billing
            .subscriptions
            .get(id)
            .map(|it| subscription(it, billing, version)),
        ("invoice", "invoices") => billing
            .invoices
            .get(id)
            .map(|it| invoice(it, billing, version)),
        ("charge", _) => billing.charges.get(id).map(|it| charge(it, version)),
        ("refund", _) => billing.refunds.get(id).map(|it| refund(it, billing)),
        ("dispute", _) => billing.disputes.get(id).map(|it| dispute(it, billing)),
        ("product", _) => billing.products.get(id).map(product),
        ("price", _) => billing.prices.get(id).map(price),
        ("event", "events") => billing.events().find(|event| event.id == id).map(|event| {
            let written = Version::lenient(super::DEFAULT_VERSION);
            super::snapshot(event, billing, &written, 0)
        }),
        _ => None,
    }
}

/// What an id stands for, where a record names another.
fn named(id: &str, billing: &Billing, version: &Version) -> Option<Value> {
    let (prefix, _) = id.split_once('_')?;
    match prefix {
        "cus" => one(billing, "customer", "customers", id, version),
        "sub" => one(billing, "subscription", "subscriptions", id, version),
        "in" => one(billing, "invoice", "invoices", id, version),
        "ch" => one(billing, "charge", "charges", id, version),
        "prod" => one(billing, "product", "products", id, version),
        "di" => billing.subscriptions.values().find_map(|whole| {
            let given = whole.discounts.iter().find(|given| given.id == id)?;
            Some(discount(given, whole, version))
        }),
        _ => None,
    }
}

/// Writes records in place of their ids along a path; an error if there is nothing to write at its end.
pub(super) fn expand(
    value: &mut Value,
    path: &[&str],
    billing: &Billing,
    version: &Version,
) -> Result<(), ()> {
    let Some((step, rest)) = path.split_first() else {
        return Ok(());
    };
    if let Value::Array(rows) = value {
        return rows
            .iter_mut()
            .try_for_each(|row| expand(row, path, billing, version));
    }
    let object = value["object"].as_str().unwrap_or("").to_owned();
    let id = value["id"].as_str().unwrap_or("").to_owned();
    let Value::Object(fields) = value else {
        return Err(());
    };
    // Of what was deleted there is nothing more to show.
    if fields.get("deleted") == Some(&true.into()) {
        return Ok(());
    }
    add_hidden(fields, &object, &id, step, billing, version);
    let coupon_of = (object.is_empty() && *step == "coupon").then(|| {
        let named = fields.get("coupon")?.as_str()?;
        billing
            .subscriptions
            .values()
            .flat_map(|whole| &whole.discounts)
            .find(|given| given.coupon == named)
            .map(coupon)
    });
    if object == "price" && *step == "tiers" {
        return Ok(());
    }
    let child = fields.get_mut(*step).ok_or(())?;
    if let Some(coupon) = coupon_of.flatten() {
        *child = coupon;
        return Ok(());
    }
    match child {
        Value::Null => Ok(()),
        Value::String(id) => {
            *child = named(id, billing, version).ok_or(())?;
            expand(child, rest, billing, version)
        }
        Value::Array(rows) => {
            for row in rows {
                if let Value::String(id) = row {
                    *row = named(id, billing, version).ok_or(())?;
                }
                expand(row, rest, billing, version)?;
            }
            Ok(())
        }
        Value::Object(_) => expand(child, rest, billing, version),
        Value::Bool(_) | Value::Number(_) => Err(()),
    }
}

/// Fields that are only there when they are asked for.
fn add_hidden(
    fields: &mut Map<String, Value>,
    object: &str,
    id: &str,
    step: &str,
    billing: &Billing,
    version: &Version,
) {
    match (object, step) {
        ("customer", "subscriptions") => {
            let url = format!("/v1/customers/{id}/subscriptions");
            let mut current: Vec<&Subscription> = billing
                .subscriptions
                .values()
                .filter(|one| one.customer == id && one.status != Status::Canceled)
                .collect();
            current.sort_unstable_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
            let rows = current
                .into_iter()
                .map(|one| subscription(one, billing, version))
                .collect();
            fields.insert("subscriptions".to_owned(), nested(&url, rows));
        }
        ("invoice", "payments") if version.is_basil() => {
            let rows = billing
                .invoices
                .get(id)
                .filter(|invoice| invoice.charge.is_some())
                .map(|invoice| invoice_payment(invoice, billing))
                .into_iter()
                .collect();
            let url = format!("/v1/invoice_payments?invoice={id}");
            fields.insert("payments".to_owned(), nested(&url, rows));
        }
        ("price", "tiers") if fields.get("tiers_mode") == Some(&"graduated".into()) => {
            let tiers = json!([
                {"up_to": 1000, "unit_amount": 5, "unit_amount_decimal": "5", "flat_amount": null},
                {"up_to": null, "unit_amount": 3, "unit_amount_decimal": "3", "flat_amount": null},
            ]);
            fields.insert("tiers".to_owned(), tiers);
        }
        _ => {}
    }
}

/// What of `before` is not so any more.
pub(super) fn previous(before: &Value, after: &Value) -> Value {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return before.clone();
    };
    let mut changed = Map::new();
    for name in before.keys().chain(after.keys()) {
        let (was, is) = (
            before.get(name).unwrap_or(&Value::Null),
            after.get(name).unwrap_or(&Value::Null),
        );
        if was == is {
            continue;
        }
        // A list is shown as it was, whole.
        let nested = was.is_object() && is.is_object() && was["object"] != "list";
        let value = if nested {
            previous(was, is)
        } else {
            was.clone()
        };
        changed.insert(name.clone(), value);
    }
    Value::Object(changed)
}
