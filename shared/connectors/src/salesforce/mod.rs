//! Salesforce; what is odd about it stands in `README.md`.

mod map;
#[cfg(test)]
mod tests;
mod wire;

use connector::{
    Ask, Auth, ById, Category, ClientAuth, Connector, Count, Delta, Describe, Host, Join, Limit,
    Load, OAuth, Quota, Response, Revoke, Shape, SignIn, Stream, Verdict, When,
};
use serde_json::Value;
use wire::{described, pages};

/// Salesforce, as its own documentation describes it.
pub static CONNECTOR: Connector = Connector {
    id: "salesforce",
    title: "Salesforce",
    category: Category::Crm,
    host: Host::OfToken {
        field: "instance_url",
        domains: &[".my.salesforce.com", ".salesforce.com", ".force.com"],
        otherwise: "https://login.salesforce.com",
    },
    auth: &[
        Auth::OAuth(OAUTH),
        // Sandboxes have a login of their own.
        Auth::OAuth(OAuth {
            authorize: "https://test.salesforce.com/services/oauth2/authorize",
            token: "https://test.salesforce.com/services/oauth2/token",
            revoke: Some(Revoke {
                url: "https://test.salesforce.com/services/oauth2/revoke",
                field: "token",
            }),
            sign_in: None,
            ..OAUTH
        }),
    ],
    headers: &[],
    // There is no limit by the second but one on long requests at once; this is polite.
    limits: &[Limit {
        lane: "",
        calls: 20,
        per_ms: 1_000,
    }],
    quota: Some(quota),
    verdict,
    describe: &[
        described!("Organization"),
        Describe {
            name: "organization",
            ask: pages!(ORGANIZATION by "Id"),
            optional: false,
        },
        described!("OpportunityStage"),
        Describe {
            name: "stages",
            ask: pages!(STAGE by "Id"),
            optional: false,
        },
        described!("User"),
        described!("Account"),
        described!("Contact"),
        described!("Opportunity"),
        described!("OpportunityHistory"),
        described!("OpportunityContactRole"),
        // Without the next three there are no activities, and everything else.
        Describe {
            optional: true,
            ..described!("Task")
        },
        Describe {
            optional: true,
            ..described!("Event")
        },
        Describe {
            optional: true,
            ..described!("EmailMessage")
        },
    ],
    account: map::account,
    setting: map::setting,
    streams: &[
        Stream {
            name: "users",
            // Roles move without their users noticing, and users are few.
            load: Load::Pages(pages!(USER by "Id")),
            delta: Delta::All,
            joins: &[Join {
                name: "above",
                keys: map::role_above,
                key: map::holds,
                ..beside(pages!(PEER by "UserRoleId"))
            }],
            map: map::user,
            ..changes!(USER)
        },
        Stream {
            name: "accounts",
            joins: &[more!(ACCOUNT)],
            map: map::company,
            ..changes!(ACCOUNT)
        },
        Stream {
            name: "opportunities",
            joins: &[
                Join {
                    name: "history",
                    keys: map::live,
                    key: |row| id_at(row, "OpportunityId"),
                    ..beside(pages!(HISTORY by "OpportunityId"))
                },
                Join {
                    name: "roles",
                    keys: map::live,
                    key: |row| id_at(row, "OpportunityId"),
                    ..beside(pages!(ROLE by "OpportunityId"))
                },
                more!(OPPORTUNITY),
            ],
            map: map::opportunity,
            ..changes!(OPPORTUNITY)
        },
        Stream {
            name: "contacts",
            load: Load::None,
            joins: &[Join {
                name: "roles",
                keys: map::contacts,
                key: |row| id_at(row, "ContactId"),
                ..beside(pages!(ROLE by "ContactId"))
            }],
            map: map::contact,
            ..changes!(CONTACT)
        },
        Stream {
            name: "contact_roles",
            load: Load::None,
            count: None,
            map: map::role,
            ..changes!(ROLE)
        },
        Stream {
            name: "tasks",
            map: map::task,
            ..changes!(TASK)
        },
        Stream {
            name: "events",
            map: map::event,
            ..changes!(EVENT)
        },
        Stream {
            name: "events_held",
            load: Load::None,
            // An event's stamp does not move when its time has come.
            delta: Delta::Window {
                ask: pages!(EVENT by "StartDateTime"),
                shape: SHAPE,
            },
            by_id: None,
            count: None,
            map: map::event,
            ..changes!(EVENT)
        },
        // After the tasks: an e-mail is also a task, and says more than that.
        Stream {
            name: "emails",
            map: map::email,
            ..changes!(EMAIL)
        },
        // After the others: who was merged is known by then.
        Stream {
            name: "opportunities_deleted",
            map: map::deleted_opportunity,
            ..deletions!(OPPORTUNITY)
        },
        Stream {
            name: "accounts_deleted",
            map: map::deleted_account,
            ..deletions!(ACCOUNT)
        },
        Stream {
            name: "contacts_deleted",
            map: map::deleted_contact,
            ..deletions!(CONTACT)
        },
        Stream {
            name: "tasks_deleted",
            map: map::deleted_activity,
            ..deletions!(TASK)
        },
        Stream {
            name: "events_deleted",
            map: map::deleted_activity,
            ..deletions!(EVENT)
        },
        Stream {
            name: "emails_deleted",
            map: map::deleted_activity,
            ..deletions!(EMAIL)
        },
    ],
    webhook: None,
};

const OAUTH: OAuth = OAuth {
    authorize: "https://login.salesforce.com/services/oauth2/authorize",
    token: "https://login.salesforce.com/services/oauth2/token",
    revoke: Some(Revoke {
        url: "https://login.salesforce.com/services/oauth2/revoke",
        field: "token",
    }),
    scopes: &["api", "refresh_token"],
    pkce: true,
    client: ClientAuth::Form,
    rotates: true,
    lasts_s: 7_200,
    idle_days: Some(30),
    sign_in: Some(SignIn {
        scopes: &["openid", "email"],
        who: "https://login.salesforce.com/services/oauth2/userinfo",
        email: "/email",
        account: "/organization_id",
        verified: Some("/email_verified"),
    }),
};

/// A stamp is taken when a transaction writes and seen when it ends, ten minutes later at most.
const SHAPE: Shape = Shape {
    leave_s: 10,
    settle_s: 900,
    overlap_s: 0,
    cap: None,
    longest_s: None,
    keeps_s: None,
};

/// The feed is only sure of what is a while ago, knows fifteen days, and refuses a minute or less.
const FEED: Shape = Shape {
    settle_s: 3_600,
    overlap_s: 120,
    keeps_s: Some(14 * 24 * 3_600),
    ..SHAPE
};

fn id_at(row: &Value, field: &str) -> Option<String> {
    row.get(field)?.as_str().map(str::to_owned)
}

const fn beside(ask: Ask) -> Join {
    Join {
        name: "",
        when: When::Always,
        keys: |_| Vec::new(),
        at_once: wire::AT_ONCE,
        ask,
        key: |row| id_at(row, "Id"),
        more: None,
    }
}

/// How much of the organisation's calls of the last 24 hours is left, which all its programs share.
fn quota(response: &Response) -> Option<Quota> {
    let said = response.header("sforce-limit-info")?;
    let mut parts = said.split([',', ';']).map(str::trim);
    let (used, of) = parts.find_map(|part| part.strip_prefix("api-usage=")?.split_once('/'))?;
    let (used, of): (u64, u64) = (used.parse().ok()?, of.parse().ok()?);
    Some(Quota {
        left: of.saturating_sub(used),
        of,
        resets_s: None,
    })
}

/// The daily calls come back one by one over 24 hours.
const PAUSE_S: u64 = 3_600;

/// Errors are a list of codes with messages; one code may mean opposite things.
fn verdict(response: &Response) -> Verdict {
    if response.is_success() {
        return Verdict::Good;
    }
    let code = response
        .str("/0/errorCode")
        .or_else(|| response.str("/error"));
    let said = response.str("/0/message").unwrap_or_default();
    let fail = |what: &str, remedy: &str| Verdict::Fail(what.to_owned(), remedy.to_owned());
    match code.unwrap_or_default() {
        "INVALID_SESSION_ID" => Verdict::Reauthorize("the session has expired".to_owned()),
        "invalid_grant" => {
            Verdict::Reauthorize("the consent was taken back or has expired".to_owned())
        }
        "REQUEST_LIMIT_EXCEEDED" if said.contains("TotalRequests") => {
            let why = "the calls of the organisation for these 24 hours are used up";
            Verdict::Pause(PAUSE_S, why.to_owned())
        }
        // Too many long requests at the same time.
        "REQUEST_LIMIT_EXCEEDED" => Verdict::Retry(Some(10_000)),
        "SERVER_UNAVAILABLE" | "UNABLE_TO_LOCK_ROW" => Verdict::Retry(None),
        "QUERY_TIMEOUT" | "EXCEEDED_ID_LIMIT" => Verdict::Narrow,
        "INVALID_QUERY_LOCATOR" => Verdict::Restart,
        "INVALID_FIELD" => Verdict::Describe,
        "INVALID_TYPE" | "NOT_FOUND" => {
            let what = "this object is not there, or the connected user may not read it";
            Verdict::Forbidden(what.to_owned())
        }
        code if code.starts_with("INSUFFICIENT_ACCESS") => {
            Verdict::Forbidden("the connected user may not read this".to_owned())
        }
        "INVALID_REPLICATION_DATE" => fail(
            "Salesforce no longer knows what was deleted since the last run",
            "run a full sync",
        ),
        "API_DISABLED_FOR_ORG" | "API_CURRENTLY_DISABLED" => fail(
            "the organisation has no access to the API",
            "switch the API on for the connected user, or ask for an edition that has it",
        ),
        "TXN_SECURITY_METERING_ERROR" => fail(
            "a transaction security policy of the organisation stopped the request",
            "exempt the connected user from it",
        ),
        // A job that cannot be: whoever asked for one reads pages instead.
        "EXCEEDED_QUOTA" | "LIMIT_EXCEEDED" => fail(
            "the jobs of the organisation for these 24 hours are used up",
            "wait until tomorrow",
        ),
        _ => match response.status {
            // What its edge says while an organisation is being moved.
            406 | 420 => Verdict::Retry(None),
            _ => Verdict::usual(response),
        },
    }
}

/// A stream of an object, read by the time of the change, by job where there are many.
macro_rules! changes {
    ($object:ident) => {
        Stream {
            name: "",
            load: Load::Bulk(
                pages!($object by "Id"),
                &const { wire::bulk(|asking| wire::job(asking, &wire::$object)) },
            ),
            delta: Delta::Window {
                ask: pages!($object by "SystemModstamp"),
                shape: SHAPE,
            },
            by_id: Some(ById {
                ask: pages!($object by "Id"),
                at_once: wire::AT_ONCE,
                // It may also have become invisible to the connected user.
                absent_is_gone: false,
                gone: |_, _, _| (),
            }),
            count: Some(Count {
                request: |asking| wire::count(asking, &wire::$object, "SystemModstamp"),
                at: "/totalSize",
            }),
            joins: &[],
            id: "/Id",
            map: |_, _, _| (),
        }
    };
}

/// The feed of deletions of an object.
macro_rules! deletions {
    ($object:ident) => {
        Stream {
            load: Load::None,
            delta: Delta::Window {
                ask: Ask::once(
                    |asking| wire::deleted(asking, &wire::$object),
                    "/deletedRecords",
                ),
                shape: FEED,
            },
            by_id: None,
            count: None,
            id: "/id",
            ..changes!($object)
        }
    };
}

/// The custom fields of an object that an address has no room for.
macro_rules! more {
    ($object:ident) => {
        Join {
            name: "more",
            keys: map::cut,
            at_once: 2_000,
            ..beside(Ask::once(|asking| wire::more(asking, &wire::$object), ""))
        }
    };
}

use {changes, deletions, more};
