//! What Stripe's records mean.

use crate::item::Item;
use crate::meaning;
use connector::value::{UNKNOWN_WORD, instant, is, list, number, text};
use connector::{Context, Value};
use model::{
    Company, Date, EntityKey, Invoice, InvoiceStatus, Money, Payment, PaymentKind, Period,
    Subscription, SubscriptionStatus, Timestamp,
};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

pub(super) fn event(it: &mut Item) {
    let hints = super::webhook::hints(it.main);
    it.out.hints.extend(hints);
}

pub(super) fn company(it: &mut Item) {
    let mut company = Company::new(it.cx.company(&it.id));
    if it.boolean("deleted") == Some(true) {
        return it.gone(EntityKey::Company(company.id));
    }
    company.name = it.text("name").or_else(|| it.text("description"));
    let email = it.text("email");
    company.domain = email.as_deref().and_then(meaning::company_domain);
    let custom = &mut company.custom_fields;
    let own = [("email", email), ("delinquent", it.text("delinquent"))];
    for (field, said) in own {
        custom.extend(said.map(|said| (field.to_owned(), said)));
    }
    match it.part("subscriptions") {
        [] if it.get("/subscriptions/data").is_none() => {}
        [] => standing(list(it.main, "/subscriptions/data"), it.cx, custom),
        all => standing(all, it.cx, custom),
    }
    custom.extend(metadata(it.main));
    it.put(company);
}

/// How a company stands, from the subscriptions it has now.
fn standing(now: &[Value], cx: &Context, custom: &mut BTreeMap<String, String>) {
    let has = |word: &&str| now.iter().any(|it| text(it, "status") == Some(word));
    let words = ["unpaid", "past_due", "active", "trialing", "paused"];
    let word = words.into_iter().find(has).unwrap_or("none");
    custom.insert("billing_status".into(), word.into());
    let mut each = now.iter().map(|it| mrr(it, items(it), cx));
    let first = each.next().flatten();
    let mrr = each.fold(first, |sum, one| sum?.checked_add(&one?).ok());
    custom.extend(mrr.map(|mrr| ("mrr".into(), mrr.to_string())));
    let ends = |it: &Value| {
        let each = items(it).iter();
        let end = each.filter_map(|item| instant(item, "current_period_end"));
        let is_last = is(it, "cancel_at_period_end");
        instant(it, "cancel_at").or_else(|| end.max().filter(|_| is_last))
    };
    let end = now.iter().filter_map(ends).min();
    custom.extend(end.map(|at| ("cancels_at".into(), at.to_string())));
    // The CRM's id is written beside what was sold as often as beside who bought it.
    custom.extend(now.iter().flat_map(metadata));
}

pub(super) fn subscription(it: &mut Item) {
    let said = it.text("status").unwrap_or_default();
    let status = match said.as_str() {
        "unpaid" | "incomplete" => SubscriptionStatus::PastDue,
        "incomplete_expired" => SubscriptionStatus::Canceled,
        _ => word(it, SubscriptionStatus::Active),
    };
    let items = match it.part("items") {
        [] => items(it.main),
        all => all,
    };
    let why = ["reason", "feedback", "comment"];
    let why = why.map(|field| it.text(&format!("/cancellation_details/{field}")));
    let mut subscription = Subscription {
        company: reference(it, "/customer").map(|id| it.cx.company(&id)),
        plan: plan(items, it.cx),
        mrr: mrr(it.main, items, it.cx),
        started_at: it.timestamp("start_date"),
        cancel_reason: meaning::joined(why, "; "),
        current_period: period(items, "current_period_start", "current_period_end"),
        ..Subscription::new(it.cx.subscription(&it.id), status)
    };
    // While it runs, `canceled_at` says when it was decided that it ends.
    if said == "canceled" {
        let ended = it.timestamp("ended_at");
        subscription.canceled_at = ended.or_else(|| it.timestamp("canceled_at"));
    }
    it.put(subscription);
}

/// What is sold, by the names of its products.
fn plan(items: &[Value], cx: &Context) -> Option<String> {
    let name = |item| {
        let id = text(item, "/price/product")?;
        let product = cx.known.find("products", "id", id);
        let name = product.and_then(|it| text(it, "name")).or(Some(id));
        text(item, "/price/nickname").or(name).map(str::to_owned)
    };
    meaning::joined(items.iter().map(name), " + ")
}

/// What a month brings; nothing, rather than zero, where use is metered, prices come in tiers, or
/// items or discounts are not shown whole.
pub(super) fn mrr(subscription: &Value, items: &[Value], cx: &Context) -> Option<Money> {
    let first = items.first()?;
    let shown = list(subscription, "/items/data").len();
    if is(subscription, "/items/has_more") && items.len() <= shown {
        return None;
    }
    let mut month = Decimal::ZERO;
    for item in items {
        let unit = number(item, "/price/unit_amount_decimal");
        let unit = unit.or_else(|| number(item, "/price/unit_amount"))?;
        let is_metered = text(item, "/price/recurring/usage_type") == Some("metered");
        if is_metered || !list(item, "discounts").is_empty() {
            return None;
        }
        let quantity = number(item, "quantity").unwrap_or(Decimal::ONE);
        month = month.checked_add(monthly(unit.checked_mul(quantity)?, item)?)?;
    }
    for discount in list(subscription, "discounts") {
        let coupon = discount.pointer("/source/coupon")?;
        let is_over = instant(discount, "end").is_some_and(|end| end <= cx.read_at);
        if is_over || text(coupon, "duration")? == "once" {
            continue;
        }
        let off = match number(coupon, "percent_off") {
            Some(percent) => month.checked_mul(percent.checked_div(Decimal::ONE_HUNDRED)?)?,
            None => monthly(number(coupon, "amount_off")?, first)?,
        };
        month = month.checked_sub(off)?.max(Decimal::ZERO);
    }
    let currency = text(subscription, "currency")?.parse().ok()?;
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
    let count = number(item, "/price/recurring/interval_count").unwrap_or(Decimal::ONE);
    let months = count.checked_mul(months.into())?;
    amount.checked_mul(times.into())?.checked_div(months)
}

pub(super) fn invoice(it: &mut Item) {
    let status = word(it, InvoiceStatus::Open);
    let company = reference(it, "/customer").map(|id| it.cx.company(&id));
    let subscription = reference(it, "/parent/subscription_details/subscription");
    let invoice = Invoice {
        company,
        subscription: subscription.map(|id| it.cx.subscription(&id)),
        number: it.text("number"),
        total: money(it, "total"),
        issued_at: it.timestamp("/status_transitions/finalized_at"),
        due: it.timestamp("due_date").map(day),
        paid_at: it.timestamp("/status_transitions/paid_at"),
        // An invoice's own period is that of the one before; its lines say what is billed.
        period: period(list(it.main, "/lines/data"), "/period/start", "/period/end"),
        ..Invoice::new(it.cx.invoice(&it.id), status)
    };
    it.put(invoice);
}

/// A charge, a refund or a dispute; or that no money moved.
pub(super) fn payment(it: &mut Item) {
    let (object, status) = (it.text("object"), it.text("status").unwrap_or_default());
    let (kind, amount, customer) = match (object.as_deref(), status.as_str()) {
        (Some("charge"), "failed") => (PaymentKind::Failed, "amount", "/customer"),
        // Money that is only set aside has not moved.
        (Some("charge"), "succeeded") if it.boolean("captured") != Some(false) => {
            (PaymentKind::Charge, "amount_captured", "/customer")
        }
        (Some("refund"), "succeeded" | "pending") => {
            (PaymentKind::Refund, "amount", "/charge/customer")
        }
        // A question of the bank's moves no money, and what is won comes back.
        (Some("dispute"), "needs_response" | "under_review" | "lost") => {
            (PaymentKind::Chargeback, "amount", "/charge/customer")
        }
        _ => return it.gone(EntityKey::Payment(it.cx.payment(&it.id))),
    };
    let payment = Payment {
        company: reference(it, customer).map(|id| it.cx.company(&id)),
        amount: money(it, amount),
        at: it.timestamp("created"),
        ..Payment::new(it.cx.payment(&it.id), kind)
    };
    it.put(payment);
}

/// What the status means: the model's words are Stripe's own.
fn word<T: DeserializeOwned>(it: &mut Item, otherwise: T) -> T {
    let status = it.text("status").unwrap_or_default();
    serde_json::from_value(status.as_str().into()).unwrap_or_else(|_| {
        let what = "this status is not known";
        let remedy = "it counts as the most usual status until this one is known here";
        it.odd(UNKNOWN_WORD, "status", what, remedy, &status);
        otherwise
    })
}

/// The id of another record, which may be written out in its place.
fn reference(it: &mut Item, field: &str) -> Option<String> {
    it.text(field).or_else(|| it.text(&format!("{field}/id")))
}

fn money(it: &mut Item, field: &str) -> Option<Money> {
    let currency = it.text("currency");
    major(it.money(field, currency.as_deref())?)
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
    let span = |it| Some((instant(it, start)?, instant(it, end)?));
    let spans = all.iter().filter_map(span);
    let (start, end) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    Period::new(day(start), day(end)).ok()
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn metadata(of: &Value) -> impl Iterator<Item = (String, String)> {
    let pairs = of.get("metadata").into_iter().flat_map(Value::fields);
    pairs.filter_map(|(key, value)| Some((format!("metadata.{key}"), meaning::custom(value)?)))
}

fn items(subscription: &Value) -> &[Value] {
    list(subscription, "/items/data")
}
