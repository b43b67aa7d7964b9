//! Stripe: customers as companies, with what they owe and pay.

mod map;
#[cfg(test)]
mod tests;
mod webhook;

use connector::{
    Ask, Asking, Auth, ById, Category, Connector, Context, Delta, Describe, Host, Join, Limit,
    Load, Next, Out, Record, Request, Response, Shape, Stream, Verdict, When, encode,
};
use model::EntityKey::{Company, Invoice, Payment, Subscription};
use serde_json::Value;

/// Stripe, as its own documentation describes it.
pub static CONNECTOR: Connector = Connector {
    id: "stripe",
    title: "Stripe",
    category: Category::Billing,
    host: Host::Fixed("https://api.stripe.com"),
    auth: &[Auth::Key {
        header: "authorization",
        prefix: "Bearer ",
        help: "Stripe Dashboard, Developers, API keys, Create restricted key, with read access to \
               Customers, Subscriptions, Invoices, Charges and Refunds, Disputes, Products and Events",
    }],
    // Without a version an account answers as it did on the day it was opened.
    headers: &[("stripe-version", "2026-06-24.dahlia")],
    // Stripe's own figure is 25 for each endpoint; the rest is left to the account's own work.
    limits: &[Limit {
        lane: "",
        calls: 20,
        per_ms: 1_000,
    }],
    quota: None,
    verdict,
    describe: &[
        describe("account", Ask::once(|_| Request::get("/v1/account"), "")),
        describe("products", list(|it| page(it, "/v1/products"))),
    ],
    account: |known| Some(known.first("account")?.get("id")?.as_str()?.to_owned()),
    setting: |_, _, _| (),
    streams: &[
        // First, so that what changes while the others are loaded is among the events read next.
        Stream {
            delta: Delta::Window {
                ask: list(events),
                shape: Shape {
                    leave_s: 0,
                    settle_s: 300,
                    overlap_s: 300,
                    cap: None,
                    longest_s: None,
                    // Thirty days, less one for the run itself.
                    keeps_s: Some(29 * 86_400),
                },
            },
            load: Load::None,
            by_id: None,
            ..stream("events", events, map::event, |_, _, _| ())
        },
        Stream {
            joins: &[rest(
                "subscriptions",
                |it| more(it, "/subscriptions"),
                |it| of(it, "/v1/subscriptions", "customer"),
            )],
            ..stream(
                "customers",
                |it| read(it, "/v1/customers", "subscriptions"),
                map::company,
                |id, cx, out| {
                    out.gone(Company(cx.company(id)), None);
                },
            )
        },
        Stream {
            joins: &[rest(
                "items",
                |it| more(it, "/items"),
                |it| of(it, "/v1/subscription_items", "subscription"),
            )],
            ..stream(
                "subscriptions",
                subscriptions,
                map::subscription,
                |id, cx, out| {
                    out.gone(Subscription(cx.subscription(id)), None);
                },
            )
        },
        stream(
            "invoices",
            |it| read(it, "/v1/invoices", ""),
            map::invoice,
            |id, cx, out| {
                out.gone(Invoice(cx.invoice(id)), None);
            },
        ),
        stream(
            "charges",
            |it| read(it, "/v1/charges", ""),
            map::payment,
            no_payment,
        ),
        // Neither refunds nor disputes say whose they are; their charge does.
        stream(
            "refunds",
            |it| read(it, "/v1/refunds", "charge"),
            map::payment,
            no_payment,
        ),
        stream(
            "disputes",
            |it| read(it, "/v1/disputes", "charge"),
            map::payment,
            no_payment,
        ),
    ],
    webhook: Some(webhook::WEBHOOK),
};

/// A restricted key need not be allowed these.
const fn describe(name: &'static str, ask: Ask) -> Describe {
    Describe {
        name,
        ask,
        optional: true,
    }
}

/// A stream that is loaded from the newest on; what changes in it is told by events alone.
const fn stream(
    name: &'static str,
    ask: fn(&Asking) -> Request,
    map: fn(&Record, &Context, &mut Out),
    gone: fn(&str, &Context, &mut Out),
) -> Stream {
    let ask_one = Ask::once(ask, "");
    Stream {
        name,
        load: Load::Pages(list(ask)),
        delta: Delta::Hints,
        by_id: Some(ById {
            ask: ask_one,
            at_once: 1,
            absent_is_gone: true,
            gone,
        }),
        count: None,
        joins: &[],
        id: "/id",
        map,
    }
}

const fn list(request: fn(&Asking) -> Request) -> Ask {
    let next = Next::LastKey {
        key: "/id",
        more: "/has_more",
    };
    Ask {
        request,
        records: "/data",
        next,
    }
}

/// The whole of a list inside a record, which shows only its first ten.
const fn rest(
    name: &'static str,
    keys: fn(&Record) -> Vec<String>,
    ask: fn(&Asking) -> Request,
) -> Join {
    let ask = list(ask);
    Join {
        name,
        when: When::Always,
        keys,
        at_once: 1,
        ask,
        key: |_| None,
        more: None,
    }
}

fn more(record: &Record, list: &str) -> Vec<String> {
    let is_more = record.main.pointer(&format!("{list}/has_more")) == Some(&Value::Bool(true));
    let id = record
        .main
        .get("id")
        .and_then(Value::as_str)
        .filter(|_| is_more);
    id.map(str::to_owned).into_iter().collect()
}

/// A page of a list, or one record of it; in a list, what is expanded stands deeper.
fn read(asking: &Asking, path: &str, expand: &str) -> Request {
    let (request, place) = match asking.ids.first() {
        Some(id) => {
            let mut request = Request::get(format!("{path}/"));
            encode(&mut request.path, id);
            (request, "")
        }
        None => (page(asking, path), "data."),
    };
    let expand = (!expand.is_empty()).then(|| format!("{place}{expand}"));
    request.maybe("expand[]", expand)
}

fn page(asking: &Asking, path: &str) -> Request {
    Request::get(path)
        .query("limit", "100")
        .maybe("starting_after", asking.page)
}

/// A page of what belongs to one record.
fn of(asking: &Asking, path: &str, field: &str) -> Request {
    page(asking, path).maybe(field, asking.ids.first())
}

fn subscriptions(asking: &Asking) -> Request {
    // What was cancelled is left out of a list unless all are asked for.
    let all = asking.ids.is_empty().then_some("all");
    read(asking, "/v1/subscriptions", "discounts.source.coupon").maybe("status", all)
}

fn events(asking: &Asking) -> Request {
    let second = |at: model::Timestamp| at.as_second().to_string();
    page(asking, "/v1/events")
        .maybe(
            "created[gte]",
            asking.window.map(|window| second(window.from)),
        )
        .maybe("created[lt]", asking.window.map(|window| second(window.to)))
}

fn no_payment(id: &str, cx: &Context, out: &mut Out) {
    out.gone(Payment(cx.payment(id)), None);
}

fn verdict(response: &Response) -> Verdict {
    let missing = response.str("/error/code") == Some("resource_missing");
    match response.status {
        401 => Verdict::Reauthorize(
            "Stripe no longer accepts the key; make a new restricted key".into(),
        ),
        403 => Verdict::Forbidden(
            "the key may not read this; give it read access in the Dashboard".into(),
        ),
        // The record the last page ended with was deleted in between.
        400 | 404 if missing && response.str("/error/param") == Some("starting_after") => {
            Verdict::Restart
        }
        400 | 404 if missing => Verdict::Empty,
        409 => Verdict::Retry(None),
        _ if response.header("stripe-should-retry") == Some("true") => Verdict::Retry(None),
        _ => Verdict::usual(response),
    }
}
