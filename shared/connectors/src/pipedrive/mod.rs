//! Pipedrive: deals with the history of their stages and who has a say in them.

mod map;
mod webhook;

use crate::item::{gone, map as means};
use connector::Verdict::{Empty, Forbidden, Pause, Restart, Retry};
use connector::{
    Ask, Asking, Auth, ById, Category, ClientAuth, Connector, Context, Delta, Describe, Host, Join,
    Keeps, Limit, Load, Map, OAuth, Out, Quota, Record, Request, Response, Revoke, Shape, Stream,
    Text, Value, Verdict, value,
};
use model::EntityKey;

/// Pipedrive, as its own documentation describes it.
pub static CONNECTOR: Connector = Connector {
    id: "pipedrive",
    title: "Pipedrive",
    category: Category::Crm,
    host: Host::OfToken {
        field: "api_domain",
        domains: &[".pipedrive.com"],
        otherwise: "https://api.pipedrive.com",
    },
    auth: &[
        Auth::OAuth(OAuth {
            revoke: Some(Revoke::token("https://oauth.pipedrive.com/oauth/revoke")),
            pkce: false,
            client: ClientAuth::Basic,
            idle_days: Some(60),
            ..OAuth::usual(
                "https://oauth.pipedrive.com/oauth/authorize",
                "https://oauth.pipedrive.com/oauth/token",
                &[
                    "base",
                    "deals:read",
                    "contacts:read",
                    "activities:read",
                    "users:read",
                ],
            )
        }),
        Auth::Key {
            header: "x-api-token",
            prefix: "",
            help: "Pipedrive, Personal preferences, API; it sees what its user sees",
        },
    ],
    headers: &[],
    // What the smallest plan allows a personal token.
    limits: &[Limit::of(20, 2_000)],
    quota: Some(|response| Quota::said(response, LEFT, "x-daily-ratelimit-token-limit")),
    verdict,
    describe: &[
        Describe::must("me", Ask::once(|_| v1("users/me", 2), "/data")),
        Describe::must("deal_fields", pages(|it| page(it, "dealFields"))),
        Describe::must("org_fields", pages(|it| page(it, "organizationFields"))),
        Describe::must("person_fields", pages(|it| page(it, "personFields"))),
        Describe::must("pipelines", pages(|it| page(it, "pipelines"))),
        Describe::must("stages", pages(|it| page(it, "stages"))),
    ],
    account: |known| value::id(known.first("me")?, "company_id"),
    setting: map::setting,
    streams: &[
        Stream {
            by_id: Some(one(|it| old(it, "users"), gone!(Person, person))),
            keeps: Keeps::People,
            ..Stream::all("users", USERS, means!("users", map::user))
        },
        Stream {
            by_id: Some(one(|it| read(it, "organizations"), gone!(Company, company))),
            keeps: Keeps::Companies,
            ..stream!("organizations", map::organization)
        },
        Stream {
            by_id: Some(one(|it| read(it, "deals"), gone!(Deal, deal))),
            joins: OF_DEALS,
            keeps: Keeps::Deals(|deal| !map::is_archived(deal)),
            ..stream!("deals", map::deal)
        },
        // An archived deal is in no other list, and without this one it would look deleted.
        Stream {
            joins: OF_DEALS,
            keeps: Keeps::Deals(map::is_archived),
            ..changes(
                "deals_archived",
                pages(archived),
                means!("deals", map::deal),
            )
        },
        Stream {
            load: Load::None,
            delta: Delta::Window {
                ask: pages(deleted),
                // They are purged after thirty days.
                shape: Shape {
                    keeps_s: Some(29 * 86_400),
                    ..SHAPE
                },
            },
            keeps: Keeps::Nothing,
            ..changes("deals_deleted", pages(deleted), means!("deals", map::deal))
        },
        // Deals bring their persons; a change of one is a change of its stakeholders.
        Stream {
            by_id: Some(one(|it| read(it, "persons"), |_, _, _| ())),
            load: Load::None,
            joins: &[Join::each(
                "deals",
                Record::own_id,
                pages(|it| of(it, "deals", "person_id")),
            )],
            ..stream!("persons", map::person)
        },
        Stream {
            by_id: Some(one(
                |it| read(it, "activities"),
                |id, cx, out| done("activity", id, cx, out),
            )),
            joins: &[Join::many(
                100,
                |person| value::id(person, "id"),
                Join::each(
                    "persons",
                    map::took_part,
                    pages(|it| of(it, "persons", "ids")),
                ),
            )],
            keeps: Keeps::activities("activity/"),
            ..stream!("activities", map::activity)
        },
        Stream {
            by_id: Some(one(notes, |id, cx, out| done("note", id, cx, out))),
            keeps: Keeps::activities("note/"),
            ..changes("notes", NOTES, means!("notes", map::note))
        },
    ],
    webhook: Some(webhook::WEBHOOK),
};

/// Where an answer says what is left of the day's budget.
const LEFT: &str = "x-daily-ratelimit-token-remaining";

/// A record that changes while its list is read moves to the list's end and is seen there again.
const SHAPE: Shape = Shape {
    settle_s: 60,
    overlap_s: 60,
    ..Shape::EXACT
};

/// There is no history and there are no participants of many deals at once.
const OF_DEALS: &[Join] = &[
    Join::each("changelog", live, pages(changelog)),
    // The person in charge and all participants; taking part moves no deal's own stamp.
    Join::each("persons", live, pages(|it| of(it, "persons", "deal_id"))),
    // Not every account sells by them, and nobody says what the others are answered.
    Join::may(Join::many(
        100,
        |line| value::id(line, "deal_id"),
        Join::each(
            "products",
            live,
            pages(|it| of(it, "deals/products", "deal_ids")),
        ),
    )),
];

const USERS: Ask = pages(|it| old(it, "users"));
const NOTES: Ask = Ask::pages(notes, "/data", "/additional_data/pagination/next_start");

/// A stream of version 2, read by the time of the change.
macro_rules! stream {
    ($name:literal, $map:path) => {
        changes($name, pages(|it| read(it, $name)), means!($name, $map))
    };
}
use stream;

const fn changes(name: &'static str, ask: Ask, map: Map) -> Stream {
    Stream {
        delta: Delta::Window { ask, shape: SHAPE },
        ..Stream::all(name, ask, map)
    }
}

const fn pages(request: fn(&Asking) -> Request) -> Ask {
    Ask::pages(request, "/data", "/additional_data/next_cursor")
}

const fn one(request: fn(&Asking) -> Request, gone: fn(&str, &Context, &mut Out)) -> ById {
    ById::one(Ask::once(request, "/data"), gone)
}

/// Something that was done is gone, whichever deal it was about.
fn done(kind: &str, id: &str, cx: &Context, out: &mut Out) {
    let id = cx.activity(&format!("{kind}/{id}"));
    out.gone(EntityKey::Activity(None, id), None);
}

/// Nobody asks after what was deleted: each answer costs a share of the day's budget.
fn live(record: &Record) -> Vec<Text> {
    let mut own = record.own_id();
    own.retain(|_| !map::is_deleted(&record.main));
    own
}

fn page(asking: &Asking, path: &str) -> Request {
    Request::get(format!("/api/v2/{path}"))
        .query("limit", "500")
        .maybe("cursor", asking.page)
        .cost(10)
}

/// A page of what belongs to some records.
fn of(asking: &Asking, path: &str, field: &str) -> Request {
    page(asking, path).query(field, asking.ids.join(","))
}

/// A page by the time of the last change, or one record.
fn read(asking: &Asking, path: &str) -> Request {
    if let Some(id) = asking.ids.first() {
        return Request::one(&format!("/api/v2/{path}"), id);
    }
    let (from, to) = asking.between(second);
    page(asking, path)
        .query("sort_by", "update_time")
        .query("sort_direction", "asc")
        .maybe("updated_since", from)
        .maybe("updated_until", to)
}

fn archived(asking: &Asking) -> Request {
    read(asking, "deals/archived").cost(20)
}

fn deleted(asking: &Asking) -> Request {
    read(asking, "deals").query("status", "deleted")
}

/// Version 1, where version 2 has none.
fn v1(path: &str, cost: u32) -> Request {
    Request::get(format!("/api/v1/{path}")).cost(cost)
}

fn old(asking: &Asking, path: &str) -> Request {
    match asking.ids.first() {
        Some(id) => Request::one(&format!("/api/v1/{path}"), id).cost(2),
        None => v1(path, 20),
    }
}

fn changelog(asking: &Asking) -> Request {
    let deal = asking.ids.first().map(Text::as_str).unwrap_or_default();
    let mut request = Request::one("/v1/deals", deal).cost(20);
    request.path.push_str("/changelog");
    request.query("limit", "500").maybe("cursor", asking.page)
}

fn notes(asking: &Asking) -> Request {
    let notes = old(asking, "notes");
    if !asking.ids.is_empty() {
        return notes;
    }
    notes
        .query("limit", "500")
        .query("sort", "update_time ASC")
        .maybe("start", asking.page)
        .maybe("updated_since", asking.between(second).0)
}

/// Whole seconds: Pipedrive refuses every other way to write a time.
fn second(at: model::Timestamp) -> String {
    format!("{at:.0}")
}

fn verdict(response: &Response) -> Verdict {
    let error = response.str("/error").unwrap_or_default();
    let error = error.to_ascii_lowercase();
    let resets_s = response.number("x-ratelimit-reset");
    match response.status {
        // It may say so without a word, and with an empty list.
        200..=299 if response.json.get("success") == Some(&Value::Bool(false)) => Retry(None),
        400 if error.contains("cursor") => Restart,
        402 => Verdict::fail(
            "the Pipedrive account is not active",
            "renew its plan in Pipedrive, then sync again",
        ),
        // Whoever does not heed 429 is shut out for a while, with a page instead of JSON.
        403 if response.json.is_null() => {
            Pause(600, "Pipedrive shut us out for asking too often".into())
        }
        403 if error.contains("scope") => {
            Forbidden("Pipedrive did not grant this; connect it again and accept all scopes".into())
        }
        404 if error.contains("not found") => Empty,
        410 => Verdict::fail(
            "Pipedrive has taken this part of its API away",
            "install the latest release of Pie",
        ),
        // The budget is whole again at Pipedrive's own midnight, whenever that is.
        429 if response.header(LEFT) == Some("0") => {
            Pause(3_600, "today's budget of Pipedrive's API is used up".into())
        }
        429 => Retry(resets_s.map(|s| s.saturating_mul(1_000))),
        _ => Verdict::usual(response),
    }
}

#[cfg(test)]
mod tests;
