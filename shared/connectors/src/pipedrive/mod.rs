//! Pipedrive: deals with the history of their stages and who has a say in them.

mod map;
mod webhook;

use connector::{
    Ask, Asking, Auth, ById, Category, ClientAuth, Connector, Context, Delta, Describe, Host, Join,
    Limit, Load, OAuth, Out, Quota, Record, Request, Response, Revoke, Shape, Stream, Verdict,
    When, encode,
};
use model::{EntityKey, Timestamp};
use serde_json::Value;

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
            authorize: "https://oauth.pipedrive.com/oauth/authorize",
            token: "https://oauth.pipedrive.com/oauth/token",
            revoke: Some(Revoke {
                url: "https://oauth.pipedrive.com/oauth/revoke",
                field: "token",
            }),
            scopes: &[
                "base",
                "deals:read",
                "contacts:read",
                "activities:read",
                "users:read",
            ],
            pkce: false,
            client: ClientAuth::Basic,
            rotates: false,
            lasts_s: 3_600,
            idle_days: Some(60),
            sign_in: None,
        }),
        Auth::Key {
            header: "x-api-token",
            prefix: "",
            help: "Pipedrive, Personal preferences, API; it sees what its user sees",
        },
    ],
    headers: &[],
    // What the smallest plan allows a personal token.
    limits: &[Limit {
        lane: "",
        calls: 20,
        per_ms: 2_000,
    }],
    quota: Some(|response| {
        let count = |name: &str| response.header(name)?.parse().ok();
        let left = count("x-daily-ratelimit-token-remaining")?;
        let of = count("x-daily-ratelimit-token-limit")?;
        Some(Quota {
            left,
            of,
            resets_s: None,
        })
    }),
    verdict,
    describe: &[
        describe("me", |_| Request::get("/api/v1/users/me").cost(2)),
        describe("deal_fields", |it| page(it, "/api/v2/dealFields")),
        describe("org_fields", |it| page(it, "/api/v2/organizationFields")),
        describe("person_fields", |it| page(it, "/api/v2/personFields")),
        describe("pipelines", |it| page(it, "/api/v2/pipelines")),
        describe("stages", |it| page(it, "/api/v2/stages")),
    ],
    account: |known| map::id(known.first("me")?.get("company_id")),
    setting: map::setting,
    streams: &[
        Stream {
            delta: Delta::All,
            ..stream(
                "users",
                |it| old(it, "/api/v1/users"),
                map::user,
                |id, cx, out| {
                    out.gone(EntityKey::Person(cx.person(id)), None);
                },
            )
        },
        stream(
            "organizations",
            |it| read(it, "/api/v2/organizations"),
            map::organization,
            |id, cx, out| {
                out.gone(EntityKey::Company(cx.company(id)), None);
            },
        ),
        Stream {
            joins: OF_DEALS,
            ..stream(
                "deals",
                |it| read(it, "/api/v2/deals"),
                map::deal,
                |id, cx, out| {
                    out.gone(EntityKey::Deal(cx.deal(id)), None);
                },
            )
        },
        // An archived deal is in no other list, and without this one it would look deleted.
        Stream {
            by_id: None,
            joins: OF_DEALS,
            ..stream(
                "deals_archived",
                |it| read(it, "/api/v2/deals/archived").cost(20),
                map::deal,
                none,
            )
        },
        Stream {
            load: Load::None,
            by_id: None,
            delta: Delta::Window {
                ask: pages(deleted),
                // They are purged after thirty days.
                shape: Shape {
                    keeps_s: Some(29 * 86_400),
                    ..SHAPE
                },
            },
            ..stream("deals_deleted", deleted, map::deal, none)
        },
        // Deals bring their persons; a change of one is a change of its stakeholders.
        Stream {
            load: Load::None,
            joins: &[join("deals", id_of, |it| {
                of(it, "/api/v2/deals", "person_id")
            })],
            ..stream(
                "persons",
                |it| read(it, "/api/v2/persons"),
                map::person,
                none,
            )
        },
        Stream {
            joins: &[Join {
                at_once: 100,
                key: |person| map::id(person.get("id")),
                ..join("persons", map::took_part, |it| {
                    of(it, "/api/v2/persons", "ids")
                })
            }],
            ..stream(
                "activities",
                |it| read(it, "/api/v2/activities"),
                map::activity,
                |id, cx, out| {
                    out.gone(map::activity_key("activity", id, cx), None);
                },
            )
        },
        Stream {
            load: Load::Pages(NOTES),
            delta: Delta::Window {
                ask: NOTES,
                shape: SHAPE,
            },
            ..stream("notes", notes, map::note, |id, cx, out| {
                out.gone(map::activity_key("note", id, cx), None);
            })
        },
    ],
    webhook: Some(webhook::WEBHOOK),
};

/// A record that changes while its list is read moves to the list's end and is seen there again.
const SHAPE: Shape = Shape {
    leave_s: 0,
    settle_s: 60,
    overlap_s: 60,
    cap: None,
    longest_s: None,
    keeps_s: None,
};

/// There is no history and there are no participants of many deals at once.
const OF_DEALS: &[Join] = &[
    join("changelog", live, |it| {
        let id = it.ids.first().map(String::as_str).unwrap_or_default();
        let mut request = Request::get("/v1/deals/").cost(20);
        encode(&mut request.path, id);
        request.path.push_str("/changelog");
        request.query("limit", "500").maybe("cursor", it.page)
    }),
    // The person in charge and all participants; taking part moves no deal's own stamp.
    join("persons", live, |it| of(it, "/api/v2/persons", "deal_id")),
];

const NOTES: Ask = Ask::pages(notes, "/data", "/additional_data/pagination/next_start");

const fn describe(name: &'static str, request: fn(&Asking) -> Request) -> Describe {
    let ask = pages(request);
    Describe {
        name,
        ask,
        optional: false,
    }
}

const fn pages(request: fn(&Asking) -> Request) -> Ask {
    Ask::pages(request, "/data", "/additional_data/next_cursor")
}

const fn join(
    name: &'static str,
    keys: fn(&Record) -> Vec<String>,
    ask: fn(&Asking) -> Request,
) -> Join {
    let ask = pages(ask);
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

const fn stream(
    name: &'static str,
    ask: fn(&Asking) -> Request,
    map: fn(&Record, &Context, &mut Out),
    gone: fn(&str, &Context, &mut Out),
) -> Stream {
    let by_id = ById {
        ask: Ask::once(ask, "/data"),
        at_once: 1,
        absent_is_gone: true,
        gone,
    };
    Stream {
        name,
        load: Load::Pages(pages(ask)),
        delta: Delta::Window {
            ask: pages(ask),
            shape: SHAPE,
        },
        by_id: Some(by_id),
        count: None,
        joins: &[],
        id: "/id",
        map,
    }
}

/// What is gone is no entity of its own.
fn none(_: &str, _: &Context, _: &mut Out) {}

fn id_of(record: &Record) -> Vec<String> {
    map::id(record.main.get("id")).into_iter().collect()
}

/// Nobody asks after what was deleted: each answer costs a share of the day's budget.
fn live(record: &Record) -> Vec<String> {
    if map::is_deleted(&record.main) {
        return Vec::new();
    }
    id_of(record)
}

fn page(asking: &Asking, path: &str) -> Request {
    Request::get(path)
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
    if let Some(one) = one(asking, path) {
        return one.cost(1);
    }
    page(asking, path)
        .query("sort_by", "update_time")
        .query("sort_direction", "asc")
        .maybe(
            "updated_since",
            asking.window.map(|window| second(window.from)),
        )
        .maybe(
            "updated_until",
            asking.window.map(|window| second(window.to)),
        )
}

fn one(asking: &Asking, path: &str) -> Option<Request> {
    let mut one = Request::get(format!("{path}/"));
    encode(&mut one.path, asking.ids.first()?);
    Some(one)
}

/// Of version 1, where version 2 has none.
fn old(asking: &Asking, path: &str) -> Request {
    let one = one(asking, path).map(|one| one.cost(2));
    one.unwrap_or_else(|| Request::get(path).cost(20))
}

fn deleted(asking: &Asking) -> Request {
    read(asking, "/api/v2/deals").query("status", "deleted")
}

fn notes(asking: &Asking) -> Request {
    let notes = old(asking, "/api/v1/notes");
    if !asking.ids.is_empty() {
        return notes;
    }
    notes
        .query("limit", "500")
        .query("sort", "update_time ASC")
        .maybe("start", asking.page)
        .maybe(
            "updated_since",
            asking.window.map(|window| second(window.from)),
        )
}

/// Whole seconds: Pipedrive refuses every other way to write a time.
fn second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second())
        .unwrap_or_default()
        .to_string()
}

fn verdict(response: &Response) -> Verdict {
    let error = response
        .str("/error")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let spent = response.header("x-daily-ratelimit-token-remaining") == Some("0");
    let reset_s = response
        .header("x-ratelimit-reset")
        .and_then(|s| s.parse::<u64>().ok());
    match response.status {
        // It may say so without a word, and with an empty list.
        200..=299 if response.json.get("success") == Some(&Value::Bool(false)) => {
            Verdict::Retry(None)
        }
        400 if error.contains("cursor") => Verdict::Restart,
        402 => Verdict::Fail(
            "the Pipedrive account is not active".into(),
            "renew its plan in Pipedrive, then sync again".into(),
        ),
        // Whoever does not heed 429 is shut out for a while, with a page instead of JSON.
        403 if response.json.is_null() => {
            Verdict::Pause(600, "Pipedrive shut us out for asking too often".into())
        }
        403 => Verdict::Forbidden(
            "Pipedrive did not grant this; connect it again and accept all scopes".into(),
        ),
        404 if error.contains("not found") => Verdict::Empty,
        410 => Verdict::Fail(
            "Pipedrive has taken this part of its API away".into(),
            "install the latest release of Pie".into(),
        ),
        // The budget is whole again at Pipedrive's own midnight, whenever that is.
        429 if spent => {
            Verdict::Pause(3_600, "today's budget of Pipedrive's API is used up".into())
        }
        429 => Verdict::Retry(reset_s.map(|s| s.saturating_mul(1_000))),
        _ => Verdict::usual(response),
    }
}
