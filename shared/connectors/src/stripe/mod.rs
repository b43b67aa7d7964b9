//! Stripe: customers as companies, with what they owe and pay.

mod map;
#[cfg(test)]
mod tests;
mod webhook;

use crate::item::{gone, map as means};
use connector::Verdict::{Empty, Forbidden, Reauthorize, Restart, Retry};
use connector::{
    Ask, Asking, Auth, ById, Category, Connector, Delta, Describe, Host, Join, Keeps, Limit, Load,
    Next, Record, Request, Response, Shape, Stream, Text, Verdict, value,
};

/// Stripe, as its own documentation describes it.
pub static CONNECTOR: Connector = Connector {
    id: "stripe",
    title: "Stripe",
    category: Category::Billing,
    host: Host::Fixed("https://api.stripe.com"),
    auth: &[Auth::bearer(
        "Stripe Dashboard, Developers, API keys, Create restricted key, with read access to \
         Customers, Subscriptions, Invoices, Charges and Refunds, Disputes, Products and Events",
    )],
    // Without a version an account answers as it did on the day it was opened.
    headers: &[("stripe-version", "2026-06-24.dahlia")],
    // Stripe's own figure is 25 for each endpoint; the rest is left to the account's own work.
    limits: &[Limit::of(20, 1_000)],
    quota: None,
    verdict,
    // A restricted key need not be allowed these.
    describe: &[
        Describe::may("account", Ask::once(|_| Request::get("/v1/account"), "")),
        Describe::may("products", list(|it| page(it, "products"))),
    ],
    account: |known| value::id(known.first("account")?, "id"),
    setting: |_, _, _| (),
    streams: &[
        // First, so that what changes while the others are loaded is among the events read next.
        Stream {
            load: Load::None,
            delta: Delta::Window {
                ask: list(events),
                shape: Shape {
                    settle_s: 300,
                    overlap_s: 300,
                    // Thirty days, less one for the run itself.
                    keeps_s: Some(29 * 86_400),
                    ..Shape::EXACT
                },
            },
            keeps: Keeps::Nothing,
            ..Stream::all("events", list(events), means!("events", map::event))
        },
        Stream {
            joins: &[Join::each(
                "subscriptions",
                |it| more(it, "subscriptions"),
                list(|it| of(it, "customer", "subscriptions")),
            )],
            keeps: Keeps::Companies,
            ..stream!("customers", "subscriptions", company, Company)
        },
        Stream {
            joins: &[Join::each(
                "items",
                |it| more(it, "items"),
                list(|it| of(it, "subscription", "subscription_items")),
            )],
            // What was cancelled is left out of a list unless all are asked for.
            load: Load::Pages(list(|it| subscriptions(it).query("status", "all"))),
            keeps: Keeps::Subscriptions,
            ..stream!("subscriptions", DISCOUNTS, subscription, Subscription)
        },
        Stream {
            keeps: Keeps::Invoices,
            ..stream!("invoices", "", invoice, Invoice)
        },
        stream!("charges", "", payment, Payment),
        // Neither refunds nor disputes say whose they are; their charge does.
        stream!("refunds", "charge", payment, Payment),
        stream!("disputes", "charge", payment, Payment),
    ],
    webhook: Some(webhook::WEBHOOK),
};

const DISCOUNTS: &str = "discounts.source.coupon";

/// A stream that is loaded from the newest on; what changes in it is told by events alone.
macro_rules! stream {
    ($name:literal, $expand:expr, $one:ident, $kind:ident) => {
        Stream {
            delta: Delta::Hints,
            by_id: Some(ById::one(
                Ask::once(|it| read(it, $name, $expand), ""),
                gone!($kind, $one),
            )),
            ..Stream::all(
                $name,
                list(|it| read(it, $name, $expand)),
                means!($name, map::$one),
            )
        }
    };
}
use stream;

const fn list(request: fn(&Asking) -> Request) -> Ask {
    let (key, more) = ("/id", "/has_more");
    Ask {
        request,
        records: "/data",
        next: Next::LastKey { key, more },
    }
}

/// Whose list inside a record, which shows only its first ten, is asked for whole.
fn more(record: &Record, list: &str) -> Vec<Text> {
    let mut own = record.own_id();
    own.retain(|_| value::is(&record.main, &format!("/{list}/has_more")));
    own
}

/// A page of a list, or one record of it; in a list, what is expanded stands deeper.
fn read(asking: &Asking, path: &str, expand: &str) -> Request {
    let (request, place) = match asking.ids.first() {
        Some(id) => (Request::one(&format!("/v1/{path}"), id), ""),
        None => (page(asking, path), "data."),
    };
    let expand = (!expand.is_empty()).then(|| format!("{place}{expand}"));
    request.maybe("expand[]", expand)
}

fn page(asking: &Asking, path: &str) -> Request {
    Request::get(format!("/v1/{path}"))
        .query("limit", "100")
        .maybe("starting_after", asking.page)
}

/// A page of what belongs to one record.
fn of(asking: &Asking, field: &str, path: &str) -> Request {
    page(asking, path).maybe(field, asking.ids.first())
}

fn subscriptions(asking: &Asking) -> Request {
    read(asking, "subscriptions", DISCOUNTS)
}

fn events(asking: &Asking) -> Request {
    let (from, to) = asking.between(|at| at.as_second().to_string());
    page(asking, "events")
        .maybe("created[gte]", from)
        .maybe("created[lt]", to)
}

fn verdict(response: &Response) -> Verdict {
    let missing = response.str("/error/code") == Some("resource_missing");
    let of_page = response.str("/error/param") == Some("starting_after");
    match response.status {
        401 => Reauthorize("Stripe no longer accepts the key; make a new restricted key".into()),
        403 => Forbidden("the key may not read this; give it read access in the Dashboard".into()),
        // The record the last page ended with was deleted in between.
        400 | 404 if missing && of_page => Restart,
        400 | 404 if missing => Empty,
        409 => Retry(None),
        _ if response.header("stripe-should-retry") == Some("true") => Retry(None),
        _ => Verdict::usual(response),
    }
}
