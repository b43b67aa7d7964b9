//! HubSpot: deals with the history of their stages, companies, contacts by their labels on deals,
//! and what was said and done. `README.md` has the quirks.

mod done;
mod map;
mod objects;
mod webhook;

use connector::{
    Ask, Asking, Auth, Category, ClientAuth, Connector, Describe, Host, Known, Limit, OAuth, Quota,
    Request, Response, Revoke, SignIn, Verdict,
};
use serde_json::Value;

/// HubSpot, as its own documentation describes it.
pub static CONNECTOR: Connector = Connector {
    id: "hubspot",
    title: "HubSpot",
    category: Category::Crm,
    host: Host::Fixed("https://api.hubapi.com"),
    auth: &[
        Auth::OAuth(OAuth {
            authorize: "https://app.hubspot.com/oauth/authorize",
            token: "https://api.hubapi.com/oauth/2026-09/token",
            revoke: Some(Revoke {
                url: "https://api.hubapi.com/oauth/2026-09/token/revoke",
                field: "token",
            }),
            scopes: &[
                "oauth",
                "crm.objects.deals.read",
                "crm.objects.companies.read",
                "crm.objects.contacts.read",
                "crm.objects.owners.read",
                "crm.schemas.deals.read",
                "crm.schemas.companies.read",
                "sales-email-read",
            ],
            pkce: true,
            client: ClientAuth::Form,
            rotates: false,
            lasts_s: 1_800,
            idle_days: None,
            sign_in: Some(SignIn {
                scopes: &["oauth"],
                who: "https://api.hubapi.com/oauth/v1/access-tokens/{token}",
                email: "/user",
                account: "/hub_id",
                verified: None,
            }),
        }),
        Auth::Key {
            header: "authorization",
            prefix: "Bearer ",
            help: "In HubSpot: Development → Keys → Service keys; grant it the read scopes of deals, companies, contacts and owners",
        },
    ],
    headers: &[],
    // A public app has 110 in ten seconds, and search five a second for all apps together.
    limits: &[
        Limit {
            lane: "",
            calls: 100,
            per_ms: 10_000,
        },
        Limit {
            lane: SEARCH,
            calls: 4,
            per_ms: 1_000,
        },
    ],
    quota: Some(quota),
    verdict,
    describe: &[
        Describe {
            name: DATED,
            ask: Ask::once(
                |_| Request::get(format!("{}/deals", DATED_API.pipelines)),
                "/results",
            ),
            optional: true,
        },
        Describe {
            name: "account",
            ask: Ask::once(|asking| Request::get(api(asking.known).account), ""),
            optional: false,
        },
        Describe {
            name: "pipelines",
            ask: Ask::once(
                |asking| Request::get(format!("{}/deals", api(asking.known).pipelines)),
                "/results",
            ),
            optional: false,
        },
        Describe {
            name: "deals",
            ask: Ask::once(|asking| properties(asking, "deals"), "/results"),
            optional: false,
        },
        Describe {
            name: "companies",
            ask: Ask::once(|asking| properties(asking, "companies"), "/results"),
            optional: true,
        },
        Describe {
            name: "owners",
            ask: Ask::pages(|asking| owners(asking, "false"), "/results", NEXT),
            optional: true,
        },
        Describe {
            name: "owners_archived",
            ask: Ask::pages(|asking| owners(asking, "true"), "/results", NEXT),
            optional: true,
        },
    ],
    account: |known| {
        let account = known.first("account")?;
        connector::value::scalar(account.get("portalId")?)
    },
    setting: map::setting,
    streams: objects::STREAMS,
    webhook: Some(webhook::WEBHOOK),
};

/// The lane of the search.
const SEARCH: &str = "search";
/// Where an answer says how to ask for the next page. The `link` beside it may lead to another
/// version.
const NEXT: &str = "/paging/next/after";
/// The question whose answer says that the account's paths by date are there.
const DATED: &str = "dated";

/// Where one version of the API has its things.
struct Api {
    objects: &'static str,
    associations: &'static str,
    properties: &'static str,
    pipelines: &'static str,
    owners: &'static str,
    account: &'static str,
}

/// The version this was written for; good until 2028.
const DATED_API: Api = Api {
    objects: "/crm/objects/2026-09",
    associations: "/crm/associations/2026-09",
    properties: "/crm/properties/2026-09",
    pipelines: "/crm/pipelines/2026-09",
    owners: "/crm/owners/2026-09",
    account: "/account-info/2026-09/details",
};

/// The version before, which answers until September 2027.
const NUMBERED_API: Api = Api {
    objects: "/crm/v3/objects",
    associations: "/crm/v4/associations",
    properties: "/crm/v3/properties",
    pipelines: "/crm/v3/pipelines",
    owners: "/crm/v3/owners",
    account: "/account-info/v3/details",
};

/// The version that answers.
fn api(known: &Known) -> &'static Api {
    if known.all(DATED).is_empty() {
        &NUMBERED_API
    } else {
        &DATED_API
    }
}

fn properties(asking: &Asking, of: &str) -> Request {
    Request::get(format!("{}/{of}", api(asking.known).properties))
}

/// Those who left are listed apart, and own deals still.
fn owners(asking: &Asking, archived: &str) -> Request {
    Request::get(api(asking.known).owners)
        .query("limit", "100")
        .query("archived", archived)
        .maybe("after", asking.page)
}

/// The day's budget, where there is one. The other headers are of ten seconds and come and go.
fn quota(response: &Response) -> Option<Quota> {
    let number = |name| response.header(name)?.trim().parse().ok();
    Some(Quota {
        left: number("x-hubspot-ratelimit-daily-remaining")?,
        of: number("x-hubspot-ratelimit-daily")?,
        resets_s: None,
    })
}

fn verdict(response: &Response) -> Verdict {
    let category = response.str("/category").unwrap_or_default();
    let message = response.str("/message").unwrap_or_default();
    match response.status {
        200..=299 if is_partial(response) => Verdict::Retry(None),
        // The search does not page past ten thousand, and says only this.
        400 if category == "VALIDATION_ERROR"
            && message == "There was a problem with the request." =>
        {
            Verdict::Narrow
        }
        403 => refused(response, category, message),
        409 => Verdict::Retry(None),
        423 => wait(response, 2_000),
        429 => match response.str("/policyName") {
            Some("DAILY") => Verdict::Pause(
                3_600,
                "HubSpot's calls of the day are used up; they come back at midnight there"
                    .to_owned(),
            ),
            Some("SECONDLY") => wait(response, 1_000),
            _ => wait(response, 10_000),
        },
        477 => Verdict::Pause(
            600,
            "HubSpot is moving this account to another place and asks to wait".to_owned(),
        ),
        // What stands before HubSpot cannot read the token.
        530 => Verdict::Reauthorize("HubSpot cannot read the token; connect it again".to_owned()),
        _ => Verdict::usual(response),
    }
}

/// What to wait where the answer does not say.
fn wait(response: &Response, otherwise_ms: u64) -> Verdict {
    let says = response.header("retry-after").is_some();
    Verdict::Retry((!says).then_some(otherwise_ms))
}

/// Whether records are missing from a good answer for another reason than that they are not there.
fn is_partial(response: &Response) -> bool {
    let is_absence = |error: &Value| {
        let category = error.get("category").and_then(Value::as_str);
        matches!(category, Some("OBJECT_NOT_FOUND" | "VALIDATION_ERROR"))
    };
    let errors = response.json.get("errors").and_then(Value::as_array);
    errors.is_some_and(|errors| !errors.iter().all(is_absence))
}

/// A scope that is missing is said in six ways, half of them without the category; what else is
/// refused, a person has to look at.
fn refused(response: &Response, category: &str, message: &str) -> Verdict {
    let says = |word: &&str| message.contains(*word);
    let words = [
        "scope",
        "do not have permissions",
        "requires one of",
        "requires any of",
    ];
    if category != "MISSING_SCOPES" && !words.iter().any(says) {
        let remedy = "ask an administrator of the HubSpot account what it refuses to this app";
        return Verdict::Fail("HubSpot refuses this".to_owned(), remedy.to_owned());
    }
    let places = [
        "/errors/0/context/requiredGranularScopes",
        "/context/requiredGranularScopes",
    ];
    let listed = places
        .iter()
        .find_map(|place| response.json.pointer(place)?.as_array());
    let listed = listed.into_iter().flatten().filter_map(Value::as_str);
    let mut scopes = listed.collect::<Vec<_>>().join(", ");
    if scopes.is_empty() {
        // In a sentence it stands in brackets or between quotes.
        let is_scope = |word: &&str| {
            let fits = |c: char| c.is_ascii_lowercase() || "._-".contains(c);
            word.contains(['.', '-']) && !word.ends_with('.') && word.chars().all(fits)
        };
        let found = message.split(['[', ']', '\'', ' ']).find(is_scope);
        found.unwrap_or_default().clone_into(&mut scopes);
    }
    Verdict::Forbidden(if scopes.is_empty() {
        "a scope is missing: reconnect HubSpot and grant all it asks for".to_owned()
    } else {
        format!("the scope {scopes} is missing: reconnect HubSpot and grant it")
    })
}
