//! Salesforce; what is odd about it stands in `README.md`.

mod map;
#[cfg(test)]
mod tests;
mod wire;

use connector::Verdict::{Forbidden, Good, Narrow, Pause, Reauthorize, Restart, Retry};
use connector::{
    Ask, Auth, ById, Category, Connector, Count, Delta, Describe, Host, Join, Keeps, Limit, Load,
    OAuth, Quota, Response, Revoke, Shape, SignIn, Stream, Verdict, value,
};
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
    auth: &[Auth::OAuth(OAUTH)],
    headers: &[],
    // There is no limit by the second but one on long requests at once; this is polite.
    limits: &[Limit::of(20, 1_000)],
    quota: Some(quota),
    verdict,
    describe: &[
        described!(must "Organization"),
        Describe::must("organization", pages!(ORGANIZATION by "Id")),
        described!(must "OpportunityStage"),
        Describe::must("stages", pages!(STAGE by "Id")),
        described!(must "User"),
        described!(must "Account"),
        described!(must "Contact"),
        described!(must "Opportunity"),
        described!(must "OpportunityHistory"),
        described!(must "OpportunityContactRole"),
        // Without the next three there are no activities, and everything else.
        described!(may "Task"),
        described!(may "Event"),
        described!(may "EmailMessage"),
    ],
    account: |known| value::id(known.first("organization")?, "Id"),
    setting: map::setting,
    streams: &[
        Stream {
            // Roles move without their users noticing, and users are few.
            load: Load::Pages(pages!(USER by "Id")),
            delta: Delta::All,
            keeps: Keeps::People,
            joins: &[Join::many(
                wire::AT_ONCE,
                map::holds,
                Join::each("above", map::role_above, pages!(PEER by "UserRoleId")),
            )],
            ..changes!("users", USER, map::user)
        },
        Stream {
            joins: &[more!(ACCOUNT)],
            keeps: Keeps::Companies,
            ..changes!("accounts", ACCOUNT, map::company)
        },
        Stream {
            // In order, so that jobs for what belongs to them go along.
            load: Load::Bulk(
                pages!(OPPORTUNITY by "Id"),
                &const { wire::bulk(|asking| wire::job(asking, &wire::OPPORTUNITY, "Id")) },
            ),
            joins: &[
                beside!("history", map::live, HISTORY by "OpportunityId"),
                beside!("roles", map::live, ROLE by "OpportunityId"),
                more!(OPPORTUNITY),
            ],
            keeps: Keeps::DEALS,
            ..changes!("opportunities", OPPORTUNITY, map::opportunity)
        },
        Stream {
            load: Load::None,
            joins: &[beside!("roles", map::contacts, ROLE by "ContactId")],
            ..changes!("contacts", CONTACT, map::contact)
        },
        Stream {
            load: Load::None,
            count: None,
            keeps: Keeps::Nothing,
            ..changes!("contact_roles", ROLE, map::role)
        },
        // What is of an object is told by how its ids begin.
        Stream {
            keeps: Keeps::activities("00T"),
            ..changes!("tasks", TASK, map::task)
        },
        Stream {
            keeps: Keeps::activities("00U"),
            ..changes!("events", EVENT, map::event)
        },
        Stream {
            load: Load::None,
            // An event's stamp does not move when its time has come.
            delta: Delta::Window {
                ask: pages!(EVENT by "StartDateTime"),
                shape: SHAPE,
            },
            by_id: None,
            count: None,
            keeps: Keeps::Nothing,
            ..changes!("events_held", EVENT, map::event)
        },
        // After the tasks: an e-mail is also a task, and says more than that.
        Stream {
            keeps: Keeps::Activities {
                part: map::EMAIL,
                prefix: "",
            },
            ..changes!("emails", EMAIL, map::email)
        },
        // After the others: who was merged is known by then.
        deletions!("opportunities_deleted", OPPORTUNITY),
        deletions!("accounts_deleted", ACCOUNT),
        deletions!("contacts_deleted", CONTACT),
        deletions!("contact_roles_deleted", ROLE),
        deletions!("tasks_deleted", TASK),
        deletions!("events_deleted", EVENT),
        deletions!("emails_deleted", EMAIL),
    ],
    webhook: None,
};

const OAUTH: OAuth = OAuth {
    // Sandboxes have a login of their own, and so has everybody with a domain of theirs.
    hosts: &[
        "login.salesforce.com",
        "test.salesforce.com",
        ".my.salesforce.com",
    ],
    revoke: Some(Revoke::token(
        "https://login.salesforce.com/services/oauth2/revoke",
    )),
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
    ..OAuth::usual(
        "https://login.salesforce.com/services/oauth2/authorize",
        "https://login.salesforce.com/services/oauth2/token",
        &["api", "refresh_token"],
    )
};

/// A stamp is taken when a transaction writes and seen when it ends, ten minutes later at most.
const SHAPE: Shape = Shape {
    leave_s: 10,
    settle_s: 900,
    ..Shape::EXACT
};

/// The feed is only sure of what is a while ago, knows fifteen days, and refuses a minute or less.
const FEED: Shape = Shape {
    settle_s: 3_600,
    overlap_s: 120,
    keeps_s: Some(14 * 24 * 3_600),
    ..SHAPE
};

/// A stream of an object, read by the time of the change, by job where there are many.
macro_rules! changes {
    ($name:literal, $object:ident, $map:path) => {
        Stream {
            load: Load::Bulk(
                pages!($object by "Id"),
                &const { wire::bulk(|asking| wire::job(asking, &wire::$object, "")) },
            ),
            delta: Delta::Window {
                ask: pages!($object by "SystemModstamp"),
                shape: SHAPE,
            },
            by_id: Some(ById {
                at_once: wire::AT_ONCE,
                // It may also have become invisible to the connected user.
                absent_is_gone: false,
                ..ById::one(pages!($object by "Id"), |_, _, _| ())
            }),
            count: Some(Count {
                request: |asking| wire::count(asking, &wire::$object, "SystemModstamp"),
                live: Some(|asking| wire::live(asking, &wire::$object)),
                at: "/totalSize",
            }),
            id: "/Id",
            ..Stream::all($name, pages!($object by "Id"), |record, cx, out| {
                if let Some(mut it) = map::open(record, wire::$object.name, cx, out) {
                    $map(&mut it);
                }
            })
        }
    };
}

/// The feed of deletions of an object: what was emptied out of the bin is seen nowhere else.
macro_rules! deletions {
    ($name:literal, $object:ident) => {
        Stream {
            load: Load::None,
            delta: Delta::Window {
                ask: feed!($object),
                shape: FEED,
            },
            keeps: Keeps::Nothing,
            ..Stream::all($name, feed!($object), |record, cx, out| {
                if let Some(mut it) = map::open(record, "deleted", cx, out) {
                    map::deleted(&mut it);
                }
            })
        }
    };
}

macro_rules! feed {
    ($object:ident) => {
        Ask::once(
            |asking| wire::deleted(asking, &wire::$object),
            "/deletedRecords",
        )
    };
}

/// What belongs to records, by the field that names them.
macro_rules! beside {
    ($name:literal, $keys:path, $object:ident by $field:literal) => {
        Join {
            scan: Some(|asking| wire::job(asking, &wire::$object, $field)),
            ..Join::many(
                wire::AT_ONCE,
                |row| value::id(row, $field),
                Join::each($name, $keys, pages!($object by $field)),
            )
        }
    };
}

/// The custom fields of an object that an address has no room for.
macro_rules! more {
    ($object:ident) => {
        Join::many(
            2_000,
            |row| value::id(row, "Id"),
            Join::each(
                "more",
                map::cut,
                Ask::once(|asking| wire::more(asking, &wire::$object), ""),
            ),
        )
    };
}

use {beside, changes, deletions, feed, more};

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

/// Errors are a list of codes with messages; one code may mean opposite things.
fn verdict(response: &Response) -> Verdict {
    if response.is_success() {
        return Good;
    }
    let code = response.str("/0/errorCode");
    let code = code.or_else(|| response.str("/error"));
    let said = response.str("/0/message").unwrap_or_default();
    match code.unwrap_or_default() {
        "INVALID_SESSION_ID" => Reauthorize("the session has expired".to_owned()),
        "invalid_grant" => Reauthorize("the consent was taken back or has expired".to_owned()),
        // The daily calls come back one by one over 24 hours.
        "REQUEST_LIMIT_EXCEEDED" if said.contains("TotalRequests") => {
            let why = "the calls of the organisation for these 24 hours are used up";
            Pause(3_600, why.to_owned())
        }
        // Too many long requests at the same time.
        "REQUEST_LIMIT_EXCEEDED" => Retry(Some(10_000)),
        "SERVER_UNAVAILABLE" | "UNABLE_TO_LOCK_ROW" => Retry(None),
        "QUERY_TIMEOUT" | "EXCEEDED_ID_LIMIT" => Narrow,
        "INVALID_QUERY_LOCATOR" => Restart,
        "INVALID_FIELD" => Verdict::Describe,
        "INVALID_TYPE" | "NOT_FOUND" => {
            let what = "this object is not there, or the connected user may not read it";
            Forbidden(what.to_owned())
        }
        code if code.starts_with("INSUFFICIENT_ACCESS") => {
            Forbidden("the connected user may not read this".to_owned())
        }
        "INVALID_REPLICATION_DATE" => Verdict::fail(
            "Salesforce no longer knows what was deleted since the last run",
            "run a full sync",
        ),
        "API_DISABLED_FOR_ORG" | "API_CURRENTLY_DISABLED" => Verdict::fail(
            "the organisation has no access to the API",
            "switch the API on for the connected user, or ask for an edition that has it",
        ),
        "TXN_SECURITY_METERING_ERROR" => Verdict::fail(
            "a transaction security policy of the organisation stopped the request",
            "exempt the connected user from it",
        ),
        // A job that cannot be: whoever asked for one reads pages instead.
        "EXCEEDED_QUOTA" | "LIMIT_EXCEEDED" => Verdict::fail(
            "the jobs of the organisation for these 24 hours are used up",
            "wait until tomorrow",
        ),
        // What its edge says while an organisation is being moved.
        _ if [406, 420].contains(&response.status) => Retry(None),
        _ => Verdict::usual(response),
    }
}
