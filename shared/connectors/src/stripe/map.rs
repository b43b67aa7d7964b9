//! What Stripe's records mean.

use crate::meaning;
use connector::value::{self, Fields, ODD_RECORD, UNKNOWN_WORD};
use connector::{Context, Out, Record};
use model::{
    Company, Date, Entity, EntityKey, Invoice, InvoiceStatus, Money, Payment, PaymentKind, Period,
    Provenance, Subscription, SubscriptionStatus, Timestamp,
};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where people have addresses that say nothing of their company.
pub(super) const FREE_MAIL: &str = "aol.com gmail.com gmx.de gmx.net googlemail.com hotmail.com icloud.com \
    live.com mail.ru me.com msn.com outlook.com proton.me protonmail.com qq.com web.de yahoo.com";

pub(super) fn event(record: &Record, _: &Context, out: &mut Out) {
    if begin(record, "events", out).is_some() {
        out.hints.extend(super::webhook::hints(&record.main));
    }
}

pub(super) fn company(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "customers", out) else {
        return;
    };
    let mut company = Company::new(cx.company(&id));
    if fields.boolean("deleted") == Some(true) {
        return out.gone(EntityKey::Company(company.id), None);
    }
    let email = fields.text("email");
    company.name = fields.text("name").or_else(|| fields.text("description"));
    let domain = email.as_deref().and_then(meaning::domain);
    company.domain = domain.filter(|it| FREE_MAIL.split(' ').all(|free| free != it));
    let custom = &mut company.custom_fields;
    let own = [("email", email), ("delinquent", fields.text("delinquent"))];
    custom.extend(
        own.into_iter()
            .filter_map(|(key, it)| Some((key.to_owned(), it?))),
    );
    match (
        list(&record.main, "/subscriptions/data"),
        record.part("subscriptions"),
    ) {
        (Some(shown), []) => standing(shown, cx, custom),
        (_, []) => {}
        (_, all) => standing(all, cx, custom),
    }
    custom.extend(metadata(&record.main));
    company.external_ids = external(cx, &id);
    company.provenance = Provenance::new(cx.source, None);
    out.put(Entity::Company(Box::new(company)));
}

/// How a company stands, from the subscriptions it has now.
fn standing(now: &[Value], cx: &Context, custom: &mut BTreeMap<String, String>) {
    let is = |word: &&str| now.iter().any(|it| text(it, "/status") == Some(word));
    let words = ["unpaid", "past_due", "active", "trialing", "paused"];
    let word = words.into_iter().find(is).unwrap_or("none");
    custom.insert("billing_status".into(), word.into());
    let mut each = now.iter().map(|it| mrr(it, items(it), cx));
    let first = each.next().flatten();
    let mrr = each.fold(first, |sum, one| sum?.checked_add(&one?).ok());
    custom.extend(mrr.map(|mrr| ("mrr".into(), mrr.to_string())));
    let ends = |it: &Value| {
        let at_end = it.get("cancel_at_period_end") == Some(&Value::Bool(true));
        let ends = items(it).iter().map(|item| at(item, "/current_period_end"));
        at(it, "/cancel_at").or(ends.max().flatten().filter(|_| at_end))
    };
    let end = now.iter().filter_map(ends).min();
    custom.extend(end.map(|at| ("cancels_at".into(), at.to_string())));
    // The CRM's id is written beside what was sold as often as beside who bought it.
    custom.extend(now.iter().flat_map(metadata));
}

pub(super) fn subscription(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "subscriptions", out) else {
        return;
    };
    let said = fields.text("status").unwrap_or_default();
    let status = match said.as_str() {
        "unpaid" | "incomplete" => SubscriptionStatus::PastDue,
        "incomplete_expired" => SubscriptionStatus::Canceled,
        _ => word(&mut fields, SubscriptionStatus::Active),
    };
    let items = match record.part("items") {
        [] => items(&record.main),
        all => all,
    };
    let mut subscription = Subscription::new(cx.subscription(&id), status);
    subscription.company = reference(&mut fields, "/customer").map(|id| cx.company(&id));
    subscription.plan = plan(items, cx);
    subscription.mrr = mrr(&record.main, items, cx);
    subscription.started_at = fields.timestamp("start_date");
    // While it runs, `canceled_at` says when it was decided that it ends.
    if said == "canceled" {
        let ended = fields.timestamp("ended_at");
        subscription.canceled_at = ended.or_else(|| fields.timestamp("canceled_at"));
    }
    let why = ["reason", "feedback", "comment"];
    let why = why.map(|field| fields.text(&format!("/cancellation_details/{field}")));
    let why: Vec<String> = why.into_iter().flatten().collect();
    subscription.cancel_reason = (!why.is_empty()).then(|| why.join("; "));
    subscription.current_period = period(items, "/current_period_start", "/current_period_end");
    subscription.external_ids = external(cx, &id);
    subscription.provenance = Provenance::new(cx.source, None);
    out.put(Entity::Subscription(Box::new(subscription)));
}

/// What is sold, by the names of its products.
fn plan(items: &[Value], cx: &Context) -> Option<String> {
    let name = |item| {
        let id = text(item, "/price/product")?;
        let mut products = cx.known.all("products").iter();
        let product = products.find(|it| text(it, "/id") == Some(id));
        let name = product.and_then(|it| text(it, "/name")).or(Some(id));
        text(item, "/price/nickname").or(name)
    };
    let names: Vec<&str> = items.iter().filter_map(name).collect();
    (!names.is_empty()).then(|| names.join(" + "))
}

/// What a month brings; nothing, rather than zero, where use is metered, prices come in tiers, or
/// items or discounts are not shown whole.
pub(super) fn mrr(subscription: &Value, items: &[Value], cx: &Context) -> Option<Money> {
    let first = items.first()?;
    let shown = list(subscription, "/items/data").map_or(0, <[Value]>::len);
    let is_more = subscription.pointer("/items/has_more") == Some(&Value::Bool(true));
    if is_more && items.len() <= shown {
        return None;
    }
    let mut month = Decimal::ZERO;
    for item in items {
        let unit = decimal(item, "/price/unit_amount_decimal");
        let unit = unit.or_else(|| decimal(item, "/price/unit_amount"))?;
        let is_metered = text(item, "/price/recurring/usage_type") == Some("metered");
        if is_metered || list(item, "/discounts").is_some_and(|own| !own.is_empty()) {
            return None;
        }
        let quantity = decimal(item, "/quantity").unwrap_or(Decimal::ONE);
        month = month.checked_add(monthly(unit.checked_mul(quantity)?, item)?)?;
    }
    for discount in list(subscription, "/discounts").unwrap_or_default() {
        let coupon = discount.pointer("/source/coupon")?;
        let is_over = at(discount, "/end").is_some_and(|end| end <= cx.read_at);
        if is_over || text(coupon, "/duration")? == "once" {
            continue;
        }
        let off = match decimal(coupon, "/percent_off") {
            Some(percent) => month.checked_mul(percent.checked_div(Decimal::ONE_HUNDRED)?)?,
            None => monthly(decimal(coupon, "/amount_off")?, first)?,
        };
        month = month.checked_sub(off)?.max(Decimal::ZERO);
    }
    let currency = text(subscription, "/currency")?.parse().ok()?;
    Some(major(Money::new(month, currency))?.rounded())
}

/// What comes each interval of an item's price, as it is in a month.
fn monthly(amount: Decimal, item: &Value) -> Option<Decimal> {
    let (times, months) = match text(item, "/price/recurring/interval")? {
        "day" => (365, 12),
        "week" => (52, 12),
        "month" => (1, 1),
        "year" => (1, 12),
        _ => return None,
    };
    let count = decimal(item, "/price/recurring/interval_count").unwrap_or(Decimal::ONE);
    let months = count.checked_mul(months.into())?;
    amount.checked_mul(times.into())?.checked_div(months)
}

pub(super) fn invoice(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "invoices", out) else {
        return;
    };
    let status = word(&mut fields, InvoiceStatus::Open);
    let mut invoice = Invoice::new(cx.invoice(&id), status);
    invoice.company = reference(&mut fields, "/customer").map(|id| cx.company(&id));
    let subscription = reference(&mut fields, "/parent/subscription_details/subscription");
    invoice.subscription = subscription.map(|id| cx.subscription(&id));
    invoice.number = fields.text("number");
    invoice.total = money(&mut fields, "total");
    invoice.issued_at = fields.timestamp("/status_transitions/finalized_at");
    invoice.due = fields.timestamp("due_date").map(day);
    invoice.paid_at = fields.timestamp("/status_transitions/paid_at");
    // An invoice's own period is that of the one before; its lines say what is billed.
    let lines = list(&record.main, "/lines/data").unwrap_or_default();
    invoice.period = period(lines, "/period/start", "/period/end");
    invoice.external_ids = external(cx, &id);
    invoice.provenance = Provenance::new(cx.source, None);
    out.put(Entity::Invoice(Box::new(invoice)));
}

/// A charge, a refund or a dispute; or that no money moved.
pub(super) fn payment(record: &Record, cx: &Context, out: &mut Out) {
    let Some((id, mut fields)) = begin(record, "payments", out) else {
        return;
    };
    let (object, status) = (
        fields.text("object"),
        fields.text("status").unwrap_or_default(),
    );
    let (kind, amount, customer) = match (object.as_deref(), status.as_str()) {
        (Some("charge"), "failed") => (PaymentKind::Failed, "amount", "/customer"),
        // Money that is only set aside has not moved.
        (Some("charge"), "succeeded") if fields.boolean("captured") != Some(false) => {
            (PaymentKind::Charge, "amount_captured", "/customer")
        }
        (Some("refund"), "succeeded" | "pending") => {
            (PaymentKind::Refund, "amount", "/charge/customer")
        }
        // A question of the bank's moves no money, and what is won comes back.
        (Some("dispute"), "needs_response" | "under_review" | "lost") => {
            (PaymentKind::Chargeback, "amount", "/charge/customer")
        }
        _ => return super::no_payment(&id, cx, out),
    };
    let mut payment = Payment::new(cx.payment(&id), kind);
    payment.company = reference(&mut fields, customer).map(|id| cx.company(&id));
    payment.amount = money(&mut fields, amount);
    payment.at = fields.timestamp("created");
    payment.external_ids = external(cx, &id);
    payment.provenance = Provenance::new(cx.source, None);
    out.put(Entity::Payment(Box::new(payment)));
}

fn begin<'a>(record: &'a Record, stream: &str, out: &'a mut Out) -> Option<(String, Fields<'a>)> {
    let id = text(&record.main, "/id").filter(|id| !id.is_empty());
    let place = format!("stripe/{stream}/{}", id.unwrap_or("?"));
    let mut fields = Fields::new(&record.main, place, &mut out.issues);
    if id.is_none() {
        let remedy = "it was left out; the raw record is kept";
        fields.odd(ODD_RECORD, "id", "this record has no id", remedy, "");
    }
    Some((id?.to_owned(), fields))
}

/// What the status means: the model's words are Stripe's own.
fn word<T: DeserializeOwned>(fields: &mut Fields, otherwise: T) -> T {
    let status = fields.text("status").unwrap_or_default();
    serde_json::from_value(status.as_str().into()).unwrap_or_else(|_| {
        let remedy = "it counts as the most usual status until this one is known here";
        fields.odd(
            UNKNOWN_WORD,
            "status",
            "this status is not known",
            remedy,
            &status,
        );
        otherwise
    })
}

/// The id of another record, which may be written out in its place.
fn reference(fields: &mut Fields, field: &str) -> Option<String> {
    fields
        .text(field)
        .or_else(|| fields.text(&format!("{field}/id")))
}

fn money(fields: &mut Fields, field: &str) -> Option<Money> {
    let currency = fields.text("currency");
    major(fields.money(field, currency.as_deref())?)
}

/// A sum in whole units of its currency; Stripe counts in the smallest.
fn major(minor: Money) -> Option<Money> {
    let digits = match minor.currency.as_str() {
        // They have lost their cents, and Stripe still counts them.
        "ISK" | "UGX" => 2,
        "MGA" => 0,
        _ => minor.currency.minor_digits(),
    };
    minor.checked_mul(Decimal::new(1, digits)).ok()
}

/// The days from the earliest beginning to the latest end.
fn period(all: &[Value], start: &str, end: &str) -> Option<Period> {
    let spans = all
        .iter()
        .filter_map(|it| Some((at(it, start)?, at(it, end)?)));
    let (start, end) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    Period::new(day(start), day(end)).ok()
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn metadata(of: &Value) -> impl Iterator<Item = (String, String)> {
    let pairs = of
        .get("metadata")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    pairs.filter_map(|(key, value)| Some((format!("metadata.{key}"), meaning::custom(value)?)))
}

fn external(cx: &Context, id: &str) -> BTreeMap<String, String> {
    [(cx.source.to_owned(), id.to_owned())].into()
}

fn items(subscription: &Value) -> &[Value] {
    list(subscription, "/items/data").unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> Option<&'a [Value]> {
    value.pointer(pointer)?.as_array().map(Vec::as_slice)
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

fn decimal(of: &Value, pointer: &str) -> Option<Decimal> {
    value::decimal(&value::scalar(of.pointer(pointer)?)?)
}

fn at(of: &Value, pointer: &str) -> Option<Timestamp> {
    value::timestamp(&value::scalar(of.pointer(pointer)?)?)
}
