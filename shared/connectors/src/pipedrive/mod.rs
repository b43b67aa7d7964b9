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
        describe(
            "me",
            Ask::once(|_| Request::get("/api/v1/users/me").cost(2), "/data"),
        ),
        describe("dealFields", pages(|it| some(it, "/api/v2/dealFields", 5))),
        describe(
            "organizationFields",
            pages(|it| some(it, "/api/v2/organizationFields", 5)),
        ),
        describe(
            "personFields",
            pages(|it| some(it, "/api/v2/personFields", 5)),
        ),
        describe("pipelines", pages(|it| some(it, "/api/v2/pipelines", 5))),
        describe("stages", pages(|it| some(it, "/api/v2/stages", 5))),
    ],
    account: |known| map::id(known.first("me")?.get("company_id")),
    setting: map::setting,
    streams: &[
        Stream {
            load: Load::Pages(Ask::once(
                |_| Request::get("/api/v1/users").cost(20),
                "/data",
            )),
            delta: Delta::All,
            ..stream(
                "users",
                |_| Request::get("/api/v1/users"),
                |it| one(it, "/api/v1/users", 2),
                map::user,
                |id, cx, out| {
                    out.gone(EntityKey::Person(cx.person(id)), None);
                },
            )
        },
        stream(
            "organizations",
            |it| list(it, "/api/v2/organizations", 10),
            |it| one(it, "/api/v2/organizations", 1),
            map::organization,
            |id, cx, out| out.gone(EntityKey::Company(cx.company(id)), None),
        ),
        Stream {
            joins: OF_DEALS,
            ..stream(
                "deals",
                |it| list(it, "/api/v2/deals", 10),
                |it| one(it, "/api/v2/deals", 1),
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
                |it| list(it, "/api/v2/deals/archived", 20),
                |it| one(it, "/api/v2/deals", 1),
                map::deal,
                |_, _, _| (),
            )
        },
        Stream {
            load: Load::None,
            by_id: None,
            delta: Delta::Window {
                ask: pages(deleted),
                shape: Shape {
                    keeps_s: Some(29 * 86_400),
                    ..SHAPE
                },
            },
            ..stream(
                "deals_deleted",
                deleted,
                deleted,
                map::deleted_deal,
                |_, _, _| (),
            )
        },
        // Deals bring their persons; a change of one is a change of its stakeholders.
        Stream {
            load: Load::None,
            joins: &[join("deals", id_of, |it| {
                some(it, "/api/v2/deals", 10).maybe("person_id", it.ids.first())
            })],
            ..stream(
                "persons",
                |it| list(it, "/api/v2/persons", 10),
                |it| one(it, "/api/v2/persons", 1),
                map::person,
                |_, _, _| (),
            )
        },
        Stream {
            joins: &[Join {
                at_once: 100,
                key: |person| map::id(person.get("id")),
                ..join("persons", map::took_part, |it| {
                    some(it, "/api/v2/persons", 10).query("ids", it.ids.join(","))
                })
            }],
            ..stream(
                "activities",
                |it| list(it, "/api/v2/activities", 10),
                |it| one(it, "/api/v2/activities", 1),
                map::activity,
                |id, cx, out| {
                    out.gone(
                        EntityKey::Activity(None, cx.activity(&format!("activity/{id}"))),
                        None,
                    );
                },
            )
        },
        Stream {
            load: Load::Pages(NOTES),
            delta: Delta::Window {
                ask: NOTES,
                shape: SHAPE,
            },
            ..stream(
                "notes",
                notes,
                |it| one(it, "/api/v1/notes", 2),
                map::note,
                |id, cx, out| {
                    out.gone(
                        EntityKey::Activity(None, cx.activity(&format!("note/{id}"))),
                        None,
                    );
                },
            )
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
    join("changelog", id_of, |it| {
        let deal = it.ids.first().map(String::as_str).unwrap_or_default();
        let path = format!("/v1/deals/{deal}/changelog");
        Request::get(path)
            .query("limit", "500")
            .maybe("cursor", it.page)
            .cost(20)
    }),
    // The person in charge and all participants; taking part moves no deal's own stamp.
    join("persons", id_of, |it| {
        some(it, "/api/v2/persons", 10).maybe("deal_id", it.ids.first())
    }),
];

const NOTES: Ask = Ask::pages(notes, "/data", "/additional_data/pagination/next_start");

const fn describe(name: &'static str, ask: Ask) -> Describe {
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
    all: fn(&Asking) -> Request,
    one: fn(&Asking) -> Request,
    map: fn(&Record, &Context, &mut Out),
    gone: fn(&str, &Context, &mut Out),
) -> Stream {
    let ask = Ask::once(one, "/data");
    Stream {
        name,
        load: Load::Pages(pages(all)),
        delta: Delta::Window {
            ask: pages(all),
            shape: SHAPE,
        },
        by_id: Some(ById {
            ask,
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

fn id_of(record: &Record) -> Vec<String> {
    map::id(record.main.get("id")).into_iter().collect()
}

fn some(asking: &Asking, path: &str, cost: u32) -> Request {
    Request::get(path)
        .query("limit", "500")
        .maybe("cursor", asking.page)
        .cost(cost)
}

fn list(asking: &Asking, path: &str, cost: u32) -> Request {
    some(asking, path, cost)
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

fn deleted(asking: &Asking) -> Request {
    list(asking, "/api/v2/deals", 10).query("status", "deleted")
}

fn notes(asking: &Asking) -> Request {
    Request::get("/api/v1/notes")
        .query("limit", "500")
        .query("sort", "update_time ASC")
        .maybe("start", asking.page)
        .maybe(
            "updated_since",
            asking.window.map(|window| second(window.from)),
        )
        .cost(20)
}

fn one(asking: &Asking, path: &str, cost: u32) -> Request {
    let mut request = Request::get(format!("{path}/")).cost(cost);
    encode(
        &mut request.path,
        asking.ids.first().map(String::as_str).unwrap_or_default(),
    );
    request
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
