//! HubSpot: deals with the history of their stages, companies, contacts by their labels on deals,
//! and what was said and done. `README.md` has the quirks.

mod done;
mod map;
mod objects;
mod webhook;

use connector::Verdict::{Forbidden, Narrow, Pause, Reauthorize, Retry};
use connector::value::{self, list, text};
use connector::{
    Ask, Asking, Auth, Category, Connector, Describe, Host, Known, Limit, OAuth, Quota, Request,
    Response, Revoke, SignIn, Value, Verdict,
};

/// HubSpot, as its own documentation describes it.
pub static CONNECTOR: Connector = Connector {
    id: "hubspot",
    title: "HubSpot",
    category: Category::Crm,
    host: Host::Fixed("https://api.hubapi.com"),
    auth: &[
        Auth::OAuth(OAuth {
            revoke: Some(Revoke::token(
                "https://api.hubapi.com/oauth/2026-09/token/revoke",
            )),
            lasts_s: 1_800,
            sign_in: Some(SignIn {
                scopes: &["oauth"],
                who: "https://api.hubapi.com/oauth/v1/access-tokens/{token}",
                email: "/user",
                account: "/hub_id",
                verified: None,
            }),
            ..OAuth::usual(
                "https://app.hubspot.com/oauth/authorize",
                "https://api.hubapi.com/oauth/2026-09/token",
                &[
                    "oauth",
                    "crm.objects.deals.read",
                    "crm.objects.companies.read",
                    "crm.objects.contacts.read",
                    "crm.objects.owners.read",
                    "crm.schemas.deals.read",
                    "crm.schemas.companies.read",
                    "sales-email-read",
                ],
            )
        }),
        Auth::bearer(
            "In HubSpot: Development → Keys → Service keys; grant it the read scopes of deals, \
             companies, contacts and owners",
        ),
    ],
    headers: &[],
    // A public app has 110 in ten seconds, and search five a second for all apps together.
    limits: &[
        Limit::of(100, 10_000),
        Limit {
            lane: SEARCH,
            ..Limit::of(4, 1_000)
        },
    ],
    // The day's budget, where there is one. The other headers are of ten seconds and come and go.
    quota: Some(|response| Quota::said(response, LEFT, "x-hubspot-ratelimit-daily")),
    verdict,
    describe: &[
        // Whether the account's paths by date are there.
        Describe::may(
            DATED,
            all(|_| Request::get(format!("/crm/pipelines/{DATE}/deals"))),
        ),
        Describe::must(
            "account",
            Ask::once(|it| Request::get(account(it.known)), ""),
        ),
        Describe::must("pipelines", all(|it| of(it, "pipelines", "deals"))),
        Describe::must("deals", all(|it| of(it, "properties", "deals"))),
        Describe::may("companies", all(|it| of(it, "properties", "companies"))),
        // Those who left are listed apart, and own deals still.
        Describe::may("owners", pages(|it| owners(it, "false"))),
        Describe::may("owners_archived", pages(|it| owners(it, "true"))),
    ],
    account: |known| value::id(known.first("account")?, "portalId"),
    setting: map::setting,
    streams: objects::STREAMS,
    webhook: Some(webhook::WEBHOOK),
};

/// Where an answer says what is left of the day's budget.
const LEFT: &str = "x-hubspot-ratelimit-daily-remaining";
/// The lane of the search.
const SEARCH: &str = "search";
/// Where an answer says how to ask for the next page. The `link` beside it may lead to another
/// version.
const NEXT: &str = "/paging/next/after";
/// The question whose answer says that the account's paths by date are there.
const DATED: &str = "dated";
/// The version this was written for; good until 2028.
const DATE: &str = "2026-09";

const fn all(request: fn(&Asking) -> Request) -> Ask {
    Ask::once(request, "/results")
}

const fn pages(request: fn(&Asking) -> Request) -> Ask {
    Ask::pages(request, "/results", NEXT)
}

fn is_dated(known: &Known) -> bool {
    !known.all(DATED).is_empty()
}

/// Where the version that answers has a part of the CRM. The version before this was written for
/// answers until September 2027.
fn crm(known: &Known, part: &str) -> String {
    match part {
        _ if is_dated(known) => format!("/crm/{part}/{DATE}"),
        "associations" => "/crm/v4/associations".to_owned(),
        _ => format!("/crm/v3/{part}"),
    }
}

fn account(known: &Known) -> String {
    let version = if is_dated(known) { DATE } else { "v3" };
    format!("/account-info/{version}/details")
}

fn of(asking: &Asking, part: &str, kind: &str) -> Request {
    Request::get(format!("{}/{kind}", crm(asking.known, part)))
}

fn owners(asking: &Asking, archived: &str) -> Request {
    Request::get(crm(asking.known, "owners"))
        .query("limit", "100")
        .query("archived", archived)
        .maybe("after", asking.page)
}

fn verdict(response: &Response) -> Verdict {
    let category = response.str("/category").unwrap_or_default();
    let message = response.str("/message").unwrap_or_default();
    match response.status {
        200..=299 if is_partial(response) => Retry(None),
        // The search does not page past ten thousand, and says only this.
        400 if category == "VALIDATION_ERROR"
            && message == "There was a problem with the request." =>
        {
            Narrow
        }
        403 => refused(response, category, message),
        409 => Retry(None),
        423 => wait(response, 2_000),
        429 => match response.str("/policyName") {
            Some("DAILY") => {
                let why =
                    "HubSpot's calls of the day are used up; they come back at midnight there";
                Pause(3_600, why.to_owned())
            }
            Some("SECONDLY") => wait(response, 1_000),
            _ => wait(response, 10_000),
        },
        477 => {
            let why = "HubSpot is moving this account to another place and asks to wait";
            Pause(600, why.to_owned())
        }
        // What stands before HubSpot cannot read the token.
        530 => Reauthorize("HubSpot cannot read the token; connect it again".to_owned()),
        _ => Verdict::usual(response),
    }
}

/// What to wait where the answer does not say.
fn wait(response: &Response, otherwise_ms: u64) -> Verdict {
    let says = response.header("retry-after").is_some();
    Retry((!says).then_some(otherwise_ms))
}

/// Whether records are missing from a good answer for another reason than that they are not there.
fn is_partial(response: &Response) -> bool {
    let absent = ["OBJECT_NOT_FOUND", "VALIDATION_ERROR"];
    let is_absence = |error| text(error, "category").is_some_and(|it| absent.contains(&it));
    !list(&response.json, "errors").iter().all(is_absence)
}

/// A scope that is missing is said in six ways, half of them without the category; what else is
/// refused, a person has to look at.
fn refused(response: &Response, category: &str, message: &str) -> Verdict {
    let words = "scope|do not have permissions|requires one of|requires any of";
    if category != "MISSING_SCOPES" && !words.split('|').any(|word| message.contains(word)) {
        let remedy = "ask an administrator of the HubSpot account what it refuses to this app";
        return Verdict::fail("HubSpot refuses this", remedy);
    }
    let listed = match list(&response.json, "/errors/0/context/requiredGranularScopes") {
        [] => list(&response.json, "/context/requiredGranularScopes"),
        listed => listed,
    };
    let mut scopes: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
    if scopes.is_empty() {
        // In a sentence it stands in brackets or between quotes.
        let is_scope = |word: &&str| {
            let fits = |c: char| c.is_ascii_lowercase() || "._-".contains(c);
            word.contains(['.', '-']) && !word.ends_with('.') && word.chars().all(fits)
        };
        scopes.extend(message.split(['[', ']', '\'', ' ']).find(is_scope));
    }
    Forbidden(match scopes.join(", ").as_str() {
        "" => "a scope is missing: reconnect HubSpot and grant all it asks for".to_owned(),
        scopes => format!("the scope {scopes} is missing: reconnect HubSpot and grant it"),
    })
}
