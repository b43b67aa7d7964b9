//! The org answers and refuses as the vendor does.

#![expect(clippy::unwrap_used, reason = "a test may")]

use super::{CLIENT_ID, CLIENT_SECRET, Salesforce, Trouble, id};
use crate::Settings;
use crate::crm::{ActivityKind, Clock, Crm, Deal, FieldKind, NewActivity, NewDeal, Object};
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

const V: &str = "/services/data/v66.0";

/// An org, a token for it, and a clock that is moved by hand.
struct Sandbox {
    org: Arc<Salesforce>,
    router: Router,
    token: String,
    now: Arc<Mutex<Timestamp>>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a refusal.
    fn refusal(&self) -> (u16, String) {
        let code = self
            .json()
            .pointer("/0/errorCode")
            .map_or(String::new(), text);
        (self.status.as_u16(), code)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn clock_at(now: &Arc<Mutex<Timestamp>>) -> Clock {
    let now = Arc::clone(now);
    Arc::new(move || *now.lock().unwrap())
}

fn start() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

impl Sandbox {
    fn with(fill: impl FnOnce(Clock) -> Crm, set: impl FnOnce(&mut Settings)) -> Sandbox {
        let now = Arc::new(Mutex::new(start()));
        let clock = clock_at(&now);
        let mut settings = Settings::new(Arc::clone(&clock));
        set(&mut settings);
        let org = Salesforce::new(fill(clock), settings);
        let token = org.oauth().grant(&["api", "refresh_token"]).access_token;
        Sandbox {
            router: org.router(),
            token,
            now,
            org,
        }
    }

    fn demo() -> Sandbox {
        let world = demo::company(7, demo::Size::Small);
        Sandbox::with(|clock| Crm::from_world(&world, id, clock), |_| ())
    }

    /// A few pipelines and users, no deal but those a test makes.
    fn small() -> Sandbox {
        Sandbox::with(|clock| Crm::scaled(3, id, clock), |_| ())
    }

    fn pass(&self, seconds: i64) {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        self.send(Method::GET, path, &[("authorization", &bearer)], "")
            .await
    }

    async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), (name, value)];
        self.send(Method::GET, path, &headers, "").await
    }

    async fn ask(&self, soql: &str) -> Answer {
        self.get(&format!("{V}/query?q={}", encoded(soql))).await
    }

    async fn ask_all(&self, soql: &str) -> Answer {
        self.get(&format!("{V}/queryAll?q={}", encoded(soql))).await
    }

    /// All records of a statement, page after page; `all` for `queryAll`.
    async fn rows_of(&self, soql: &str, all: bool) -> Vec<Value> {
        let mut answer = if all {
            self.ask_all(soql).await
        } else {
            self.ask(soql).await
        };
        let mut rows = Vec::new();
        loop {
            assert_eq!(answer.status, 200, "{soql}: {}", answer.text());
            let body = answer.json();
            rows.extend(body.get("records").unwrap().as_array().unwrap().clone());
            let Some(next) = body.get("nextRecordsUrl") else {
                assert_eq!(body.get("totalSize"), Some(&json!(rows.len())));
                return rows;
            };
            answer = self.get(next.as_str().unwrap()).await;
        }
    }

    async fn rows(&self, soql: &str) -> Vec<Value> {
        self.rows_of(soql, false).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str())];
        self.send(Method::POST, path, &headers, &body.to_string())
            .await
    }

    async fn job(&self, soql: &str) -> Answer {
        let body = json!({"operation": "queryAll", "query": soql});
        self.post(&format!("{V}/jobs/query"), &body).await
    }

    /// Makes a job, waits until it is done and gives its id with its last state.
    async fn done(&self, soql: &str) -> (String, Value) {
        let made = self.job(soql).await;
        assert_eq!(made.status, 200, "{}", made.text());
        let job = text(made.json().get("id").unwrap());
        for _ in 0..10 {
            let told = self.get(&format!("{V}/jobs/query/{job}")).await.json();
            if ["JobComplete", "Failed"].contains(&told.get("state").unwrap().as_str().unwrap()) {
                return (job, told);
            }
        }
        unreachable!("the job is never done")
    }

    fn a_deal(&self) -> String {
        let name = "Lighthouse lamps".to_owned();
        self.org.crm().create_deal(NewDeal {
            name,
            expected_close: Some(jiff::civil::date(2026, 12, 31)),
            amount: Some(Decimal::from(1_000)),
            ..NewDeal::default()
        })
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter()
        .map(|row| text(row.get("Id").unwrap()))
        .collect()
}

/// Reads CSV as the vendor writes it: everything quoted, quotes doubled.
fn csv(body: &str) -> Vec<Vec<String>> {
    let mut rows = vec![Vec::new()];
    let mut chars = body.chars().peekable();
    while let Some(first) = chars.next() {
        match first {
            '\n' => rows.push(Vec::new()),
            ',' => (),
            '"' => {
                let mut value = String::new();
                while let Some(c) = chars.next() {
                    if c != '"' {
                        value.push(c);
                    } else if chars.next_if_eq(&'"').is_some() {
                        value.push('"');
                    } else {
                        break;
                    }
                }
                rows.last_mut().unwrap().push(value);
            }
            other => unreachable!("{other} stands outside of quotes"),
        }
    }
    rows.retain(|row| !row.is_empty());
    rows
}

#[tokio::test]
async fn versions_are_told_to_anybody_and_nothing_else_is() {
    let sandbox = Sandbox::small();
    let versions = sandbox.send(Method::GET, "/services/data", &[], "").await;
    let newest = versions.json().as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        newest,
        json!({"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"})
    );
    for path in [
        "/limits",
        "/sobjects",
        "/query?q=x",
        "/jobs/query",
        "/nowhere",
    ] {
        let answer = sandbox
            .send(Method::GET, &format!("{V}{path}"), &[], "")
            .await;
        assert_eq!(
            answer.refusal(),
            (401, "INVALID_SESSION_ID".to_owned()),
            "{path}"
        );
    }
    let token = sandbox.org.oauth().grant(&["id"]).access_token;
    let signed_in_only = format!("Bearer {token}");
    let headers = [("authorization", signed_in_only.as_str())];
    let answer = sandbox
        .send(Method::GET, &format!("{V}/limits"), &headers, "")
        .await;
    assert_eq!(answer.refusal(), (401, "INVALID_SESSION_ID".to_owned()));
    sandbox.org.oauth().expire_access(&sandbox.token);
    assert_eq!(sandbox.get(&format!("{V}/limits")).await.status, 401);
}

#[tokio::test]
async fn what_there_is_not_is_not_found() {
    let sandbox = Sandbox::small();
    for path in [
        "/services/data/v99.0/limits",
        "/services/data/v66/limits",
        "/services/data/v66.0/nowhere",
        "/services/data/v66.0/sobjects/Lead/describe",
        "/services/data/v66.0/jobs/query/750QW0000000000AAA",
    ] {
        let answer = sandbox.get(path).await;
        assert_eq!(answer.refusal(), (404, "NOT_FOUND".to_owned()), "{path}");
    }
    let answer = sandbox.post(&format!("{V}/limits"), &json!({})).await;
    assert_eq!(answer.refusal(), (405, "METHOD_NOT_ALLOWED".to_owned()));
}

#[tokio::test]
async fn an_opportunity_has_the_fields_of_its_deal() {
    let sandbox = Sandbox::demo();
    let rows = sandbox
        .rows(
            "select id, name, accountid, account.name, account.owner.email, stagename, amount, probability, closedate, \
             isclosed, iswon, ownerid, createddate, systemmodstamp, lead_source__c, competitors__c, budget_confirmed__c \
             from opportunity",
        )
        .await;
    let crm = sandbox.org.crm();
    assert_eq!(rows.len(), crm.live_deals().count());
    assert_eq!(ids(&rows).len(), rows.len());
    for row in &rows {
        let field = |name: &str| row.get(name).unwrap().clone();
        let deal = crm.deals.get(&text(&field("Id"))).unwrap();
        let stage = crm.stage(&deal.stage).unwrap();
        let or_null = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        assert_eq!(field("Name"), json!(or_null(Some(&deal.name))));
        assert_eq!(field("AccountId"), json!(deal.company));
        let company = deal
            .company
            .as_ref()
            .map(|id| crm.companies.get(id).unwrap());
        match company {
            None => assert_eq!(field("Account"), Value::Null),
            Some(company) => {
                let name = json!(or_null(Some(&company.name)));
                assert_eq!(row.pointer("/Account/Name"), Some(&name));
                let owner = crm.users.get(company.owner.as_ref().unwrap()).unwrap();
                let email = json!(owner.email);
                assert_eq!(row.pointer("/Account/Owner/Email"), Some(&email));
            }
        }
        assert_eq!(field("StageName"), json!(stage.label));
        let amount = deal
            .amount
            .map(|amount| amount.to_string().parse::<f64>().unwrap());
        assert_eq!(field("Amount"), json!(amount));
        assert_eq!(field("CloseDate"), json!(deal.expected_close));
        assert_eq!(field("IsClosed"), json!(stage.is_closed));
        assert_eq!(field("IsWon"), json!(stage.is_won));
        assert_eq!(field("OwnerId"), json!(deal.owner));
        let stamp: Timestamp = text(&field("SystemModstamp")).parse().unwrap();
        assert_eq!(stamp, deal.modified_at);
        assert_eq!(
            field("Lead_Source__c"),
            deal.custom.get("lead_source").cloned().unwrap_or_default()
        );
    }
    let first = rows.first().unwrap();
    let url = format!(
        "{V}/sobjects/Opportunity/{}",
        text(first.get("Id").unwrap())
    );
    assert_eq!(
        first.get("attributes"),
        Some(&json!({"type": "Opportunity", "url": url}))
    );
    assert!(rows.iter().any(|row| {
        row.get("Competitors__c")
            .and_then(Value::as_str)
            .is_some_and(|several| several.contains(';'))
    }));
    assert!(
        rows.iter()
            .all(|row| row.get("Budget_Confirmed__c").unwrap().is_boolean())
    );
}

#[tokio::test]
async fn a_filter_finds_what_it_says() {
    let sandbox = Sandbox::demo();
    let check = async |filter: &str, holds: &dyn Fn(&Crm, &Deal) -> bool| {
        let answer = sandbox
            .ask(&format!("SELECT COUNT() FROM Opportunity WHERE {filter}"))
            .await
            .json();
        let crm = sandbox.org.crm();
        let expected = crm.live_deals().filter(|deal| holds(&crm, deal)).count();
        assert!(expected > 0, "{filter} finds nothing");
        assert_eq!(answer.get("totalSize"), Some(&json!(expected)), "{filter}");
        assert_eq!(answer.get("records"), Some(&json!([])));
    };
    let ten = Decimal::from(30_000);
    check("Amount > 30000", &|_, deal| {
        deal.amount.is_some_and(|amount| amount > ten)
    })
    .await;
    check("Amount <= 30000.00", &|_, deal| {
        deal.amount.is_some_and(|amount| amount <= ten)
    })
    .await;
    check("Amount = null", &|_, deal| deal.amount.is_none()).await;
    check("AccountId != null AND Amount != null", &|_, deal| {
        deal.company.is_some() && deal.amount.is_some()
    })
    .await;
    // Text compares without regard to case, and rows without a value are unlike every value.
    check("StageName = 'CLOSED WON'", &|crm, deal| {
        crm.stage(&deal.stage).unwrap().label == "Closed Won"
    })
    .await;
    check("Loss_Reason__c != 'Price'", &|_, deal| {
        deal.lost_reason.as_deref() != Some("Price")
    })
    .await;
    check(
        "(IsWon = true OR IsClosed = false) AND NOT StageName = 'Lead'",
        &|crm, deal| {
            let stage = crm.stage(&deal.stage).unwrap();
            (stage.is_won || !stage.is_closed) && stage.label != "Lead"
        },
    )
    .await;
    check("StageName IN ('Lead', 'Demo')", &|crm, deal| {
        ["Lead", "Demo"].contains(&crm.stage(&deal.stage).unwrap().label.as_str())
    })
    .await;
    check("StageName NOT IN ('Lead', 'Demo')", &|crm, deal| {
        !["Lead", "Demo"].contains(&crm.stage(&deal.stage).unwrap().label.as_str())
    })
    .await;
    check("Account.Name LIKE '%a%'", &|crm, deal| {
        let company = deal
            .company
            .as_ref()
            .map(|id| crm.companies.get(id).unwrap());
        company.is_some_and(|company| company.name.to_lowercase().contains('a'))
    })
    .await;
    let cut: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    for zone in ["Z", ".000Z", "+00:00", "+0000"] {
        let filter = format!("SystemModstamp >= 2026-01-01T00:00:00{zone}");
        check(&filter, &|_, deal| deal.modified_at >= cut).await;
    }
    check("CloseDate < 2026-01-01", &|_, deal| {
        deal.expected_close
            .is_some_and(|date| date < jiff::civil::date(2026, 1, 1))
    })
    .await;
    check(
        "AccountId IN (SELECT Id FROM Account WHERE NumberOfEmployees > 500)",
        &|crm, deal| {
            let company = deal
                .company
                .as_ref()
                .map(|id| crm.companies.get(id).unwrap());
            company.is_some_and(|company| company.employees.is_some_and(|count| count > 500))
        },
    )
    .await;
    check(
        "Id IN (SELECT OpportunityId FROM OpportunityContactRole WHERE Role = 'Champion')",
        &|_, deal| {
            let is_champion = |label: &Option<String>| label.as_deref() == Some("Champion");
            deal.roles.iter().any(|role| is_champion(&role.label))
        },
    )
    .await;
}

#[tokio::test]
async fn what_the_vendor_refuses_is_refused() {
    let sandbox = Sandbox::demo();
    let check = async |soql: &str, code: &str| {
        let answer = sandbox.ask(soql).await;
        assert_eq!(answer.refusal(), (400, code.to_owned()), "{soql}");
    };
    for (soql, code) in [
        (
            "SELECT Id, Renewal_Risk__c FROM Opportunity",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity WHERE Renewal_Risk__c = 'x'",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity ORDER BY Nothing",
            "INVALID_FIELD",
        ),
        ("SELECT Id, Nobody.Name FROM Opportunity", "INVALID_FIELD"),
        (
            "SELECT Id, Account.Nothing FROM Opportunity",
            "INVALID_FIELD",
        ),
        ("SELECT Id, What.Amount FROM Task", "INVALID_FIELD"),
        ("SELECT Id, IsDeleted FROM User", "INVALID_FIELD"),
        (
            "SELECT Id, CurrencyIsoCode FROM Opportunity",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity WHERE Description = 'x'",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity ORDER BY Description",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity WHERE SystemModstamp > '2026-05-01T07:25:37Z'",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-05-01",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity WHERE CloseDate > 2026-05-01T07:25:37Z",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity WHERE Amount = '5'",
            "INVALID_FIELD",
        ),
        ("SELECT Id FROM Opportunity WHERE Name = 5", "INVALID_FIELD"),
        (
            "SELECT Id FROM Opportunity WHERE IsDeleted = 'false'",
            "INVALID_FIELD",
        ),
        (
            "SELECT Id FROM Opportunity WHERE Id = 'x'",
            "INVALID_QUERY_FILTER_OPERATOR",
        ),
        (
            "SELECT Id FROM Opportunity WHERE IsWon > false",
            "INVALID_QUERY_FILTER_OPERATOR",
        ),
        (
            "SELECT Id FROM Opportunity WHERE Amount > null",
            "INVALID_QUERY_FILTER_OPERATOR",
        ),
        (
            "SELECT Id FROM Opportunity WHERE Amount LIKE 'x'",
            "INVALID_QUERY_FILTER_OPERATOR",
        ),
        (
            "SELECT Id FROM Opportunity WHERE Id IN (SELECT Name FROM Account)",
            "MALFORMED_QUERY",
        ),
        ("SELECT Id FROM Opportunities", "INVALID_TYPE"),
        ("SELECT Id FROM OpportunityLineItem", "INVALID_TYPE"),
        ("SELECT Id FROM Opportunity WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity GROUP BY Id", "MALFORMED_QUERY"),
        (
            "SELECT Id FROM Opportunity LIMIT 5 OFFSET 2001",
            "NUMBER_OUTSIDE_VALID_RANGE",
        ),
    ] {
        check(soql, code).await;
    }
    let answer = sandbox.get(&format!("{V}/query")).await;
    assert_eq!(answer.refusal(), (400, "MALFORMED_QUERY".to_owned()));
    // A plus that nobody encoded is a blank.
    let answer = sandbox
        .get(&format!(
            "{V}/query?q=SELECT+Id+FROM+Opportunity+WHERE+CreatedDate%3E2026-05-01T07:25:37+00:00"
        ))
        .await;
    assert_eq!(answer.refusal(), (400, "MALFORMED_QUERY".to_owned()));
    let message = sandbox
        .ask("SELECT Id,Renewal_Risk__c FROM Opportunity")
        .await
        .json();
    assert_eq!(
        text(message.pointer("/0/message").unwrap()),
        "\nSELECT Id,Renewal_Risk__c FROM Opportunity\n          ^\nERROR at Row:1:Column:11\n\
         No such column 'Renewal_Risk__c' on entity 'Opportunity'."
    );
}

#[tokio::test]
async fn a_statement_or_an_address_can_be_too_long() {
    let sandbox = Sandbox::small();
    let ids = vec!["'006QW0000000001AAA'"; 300].join(",");
    let long = format!("SELECT Id FROM Opportunity WHERE Id IN ({ids})");
    assert_eq!(sandbox.ask(&long).await.refusal().0, 400);
    let columns = "Name, ".repeat(3_000);
    let longer = format!("SELECT {columns} Id FROM Opportunity");
    assert_eq!(sandbox.ask(&longer).await.status, 414);
}

#[tokio::test]
async fn a_large_result_comes_in_pages() {
    let sandbox = Sandbox::with(|clock| Crm::scaled(4_312, id, clock), |_| ());
    let soql = encoded("SELECT Id, Account.Name FROM Opportunity");
    let path = format!("{V}/query?q={soql}");
    let first = sandbox.get(&path).await.json();
    assert_eq!(first.get("totalSize"), Some(&json!(4_312)));
    assert_eq!(first.get("done"), Some(&json!(false)));
    assert_eq!(
        first.get("records").unwrap().as_array().unwrap().len(),
        2_000
    );
    let next = text(first.get("nextRecordsUrl").unwrap());
    assert!(
        next.starts_with(&format!("{V}/query/0r8")) && next.ends_with("-2000"),
        "{next}"
    );
    let last = sandbox.get(&next.replace("-2000", "-4000")).await.json();
    assert_eq!(last.get("done"), Some(&json!(true)));
    assert_eq!(last.get("nextRecordsUrl"), None);
    assert_eq!(last.get("records").unwrap().as_array().unwrap().len(), 312);
    assert_eq!(
        ids(&sandbox.rows("SELECT Id FROM Opportunity").await).len(),
        4_312
    );

    for (asked, rows) in [
        ("batchSize=500", 500),
        ("batchSize=10", 200),
        ("batchSize=9000", 2_000),
    ] {
        let page = sandbox
            .get_with(&path, "Sforce-Query-Options", asked)
            .await
            .json();
        assert_eq!(
            page.get("records").unwrap().as_array().unwrap().len(),
            rows,
            "{asked}"
        );
    }
    let wide = sandbox
        .ask("SELECT Id, TextBody, HtmlBody FROM EmailMessage")
        .await;
    assert_eq!(wide.status, 200);
}

#[tokio::test]
async fn much_text_makes_pages_small() {
    let sandbox = Sandbox::small();
    let deal = sandbox.a_deal();
    for _ in 0..201 {
        sandbox.org.crm().add_activity(NewActivity {
            kind: ActivityKind::Email,
            deal: Some(deal.clone()),
            contacts: Vec::new(),
            owner: None,
            at: start(),
            subject: "Offer".to_owned(),
            body: "See inside.".to_owned(),
        });
    }
    let page = sandbox
        .ask("SELECT Id, TextBody, HtmlBody FROM EmailMessage")
        .await
        .json();
    assert_eq!(page.get("records").unwrap().as_array().unwrap().len(), 200);
    let page = sandbox
        .ask("SELECT Id, TextBody FROM EmailMessage")
        .await
        .json();
    assert_eq!(page.get("done"), Some(&json!(true)));
}

#[tokio::test]
async fn a_locator_does_not_live_for_ever() {
    let sandbox = Sandbox::with(|clock| Crm::scaled(2_001, id, clock), |_| ());
    let open = async || {
        let first = sandbox.ask("SELECT Id FROM Opportunity").await.json();
        text(first.get("nextRecordsUrl").unwrap())
    };
    let refused = (400, "INVALID_QUERY_LOCATOR".to_owned());
    let next = open().await;
    assert_eq!(sandbox.get(&next).await.status, 200);
    sandbox.org.expire_locators();
    assert_eq!(sandbox.get(&next).await.refusal(), refused);
    let next = open().await;
    sandbox.pass(47 * 3_600);
    let token = sandbox.org.oauth().grant(&["api"]).access_token;
    let sandbox = Sandbox { token, ..sandbox };
    assert_eq!(sandbox.get(&next).await.status, 200);
    sandbox.pass(3_700);
    assert_eq!(sandbox.get(&next).await.refusal(), refused);
    let oldest = sandbox.ask("SELECT Id FROM Opportunity").await.json();
    for _ in 0..10 {
        sandbox.ask("SELECT Id FROM Opportunity").await;
    }
    let oldest = text(oldest.get("nextRecordsUrl").unwrap());
    assert_eq!(sandbox.get(&oldest).await.refusal(), refused);
    for nonsense in ["0r8", "0r8-x", "-2000"] {
        let answer = sandbox.get(&format!("{V}/query/{nonsense}")).await;
        assert_eq!(answer.refusal(), refused, "{nonsense}");
    }
}

#[tokio::test]
async fn rows_come_in_the_order_asked_for() {
    let sandbox = Sandbox::demo();
    let rows = sandbox
        .rows("SELECT Id, Amount, CloseDate FROM Opportunity ORDER BY Amount DESC NULLS LAST, Id LIMIT 500")
        .await;
    let amounts: Vec<Option<f64>> = rows
        .iter()
        .map(|row| row.get("Amount").unwrap().as_f64())
        .collect();
    assert!(amounts.is_sorted_by(|one, other| match (one, other) {
        (Some(one), Some(other)) => one >= other,
        (one, None) => one.is_some() || amounts.last() == Some(&None),
        (None, Some(_)) => false,
    }));
    assert_eq!(amounts.last(), Some(&None));
    let first = sandbox
        .rows("SELECT Amount FROM Opportunity ORDER BY Amount LIMIT 1")
        .await;
    assert_eq!(first.first().unwrap().get("Amount"), Some(&Value::Null));

    let (mut last, mut found) = ("000000000000000".to_owned(), BTreeSet::new());
    loop {
        let soql = format!("SELECT Id FROM Opportunity WHERE Id > '{last}' ORDER BY Id LIMIT 90");
        let rows = sandbox.rows(&soql).await;
        let Some(row) = rows.last() else { break };
        last = text(row.get("Id").unwrap());
        found.extend(ids(&rows));
    }
    let all = ids(&sandbox.rows("SELECT Id FROM Opportunity").await);
    assert_eq!(found, all);
}

#[tokio::test]
async fn describe_tells_what_can_be_asked_for() {
    let sandbox = Sandbox::demo();
    let path = format!("{V}/sobjects/Opportunity/describe");
    let fields = async || -> BTreeMap<String, Value> {
        let body = sandbox.get(&path).await.json();
        let fields = body.get("fields").unwrap().as_array().unwrap().clone();
        fields
            .into_iter()
            .map(|field| (text(field.get("name").unwrap()), field))
            .collect()
    };
    let known = fields().await;
    let of = |field: &str, key: &str| known.get(field).unwrap().get(key).unwrap().clone();
    assert_eq!(of("Amount", "type"), "currency");
    assert_eq!(of("AccountId", "referenceTo"), json!(["Account"]));
    assert_eq!(of("AccountId", "relationshipName"), "Account");
    assert_eq!(of("AccountId", "nillable"), true);
    assert_eq!(of("Days_Open__c", "calculated"), true);
    assert_eq!(of("Days_Open__c", "custom"), true);
    assert_eq!(of("StageName", "custom"), false);
    assert_eq!(of("Competitors__c", "type"), "multipicklist");
    let stages = of("StageName", "picklistValues");
    let stages: Vec<(&str, bool)> = stages
        .as_array()
        .unwrap()
        .iter()
        .map(|value| {
            let label = value.get("value").unwrap().as_str().unwrap();
            (label, value.get("active").unwrap().as_bool().unwrap())
        })
        .collect();
    assert!(stages.contains(&("Closed Won", true)) && stages.contains(&("Verbal Yes", false)));

    // Every object can be asked for every field it describes.
    let objects = sandbox.get(&format!("{V}/sobjects")).await.json();
    for object in objects.get("sobjects").unwrap().as_array().unwrap() {
        let object = text(object.get("name").unwrap());
        let body = sandbox
            .get(&format!("{V}/sobjects/{object}/describe"))
            .await
            .json();
        let names: Vec<String> = body
            .get("fields")
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .map(|field| text(field.get("name").unwrap()))
            .collect();
        let soql = format!("SELECT {} FROM {object}", names.join(", "));
        let rows = sandbox.rows_of(&soql, true).await;
        assert!(!rows.is_empty(), "{object} has no rows");
        assert_eq!(ids(&rows).len(), rows.len(), "{object} repeats an id");
        for row in &rows {
            assert_eq!(text(row.get("Id").unwrap()).len(), 18, "{object}");
            assert_eq!(row.as_object().unwrap().len(), names.len() + 1);
        }
    }

    let changed = sandbox.get(&path).await.header("last-modified").to_owned();
    let again = sandbox.get_with(&path, "If-Modified-Since", &changed).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    sandbox.pass(5);
    sandbox.org.crm().add_field(
        Object::Deal,
        "renewal_risk",
        "Renewal risk",
        FieldKind::Choice,
    );
    let again = sandbox.get_with(&path, "If-Modified-Since", &changed).await;
    assert_eq!(again.status, 200);
    assert!(fields().await.contains_key("Renewal_Risk__c"));
}

#[tokio::test]
async fn a_hidden_field_is_as_if_it_were_not_there() {
    let sandbox = Sandbox::demo();
    sandbox.org.hide_field("Opportunity", "Amount");
    let answer = sandbox.ask("SELECT Id, Amount FROM Opportunity").await;
    assert_eq!(answer.refusal(), (400, "INVALID_FIELD".to_owned()));
    let body = sandbox
        .get(&format!("{V}/sobjects/Opportunity/describe"))
        .await;
    assert!(!body.text().contains("\"name\":\"Amount\""));
    sandbox.org.show_field("Opportunity", "Amount");
    assert_eq!(
        sandbox
            .ask("SELECT Id, Amount FROM Opportunity")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn one_record_can_be_had_by_either_length_of_its_id() {
    let sandbox = Sandbox::demo();
    let deal = sandbox.org.crm().deals.keys().next().unwrap().clone();
    let path = |id: &str| format!("{V}/sobjects/Opportunity/{id}");
    let whole = sandbox.get(&path(&deal)).await.json();
    assert_eq!(whole.get("Id"), Some(&json!(deal)));
    assert!(whole.get("StageName").unwrap().is_string());
    let short = sandbox.get(&path(deal.get(..15).unwrap())).await.json();
    assert_eq!(short, whole);
    let some = sandbox
        .get(&format!("{}?fields=Name,Amount", path(&deal)))
        .await
        .json();
    assert_eq!(some.as_object().unwrap().len(), 3);
    let check = async |path: String, status: u16, code: &str| {
        assert_eq!(
            sandbox.get(&path).await.refusal(),
            (status, code.to_owned()),
            "{path}"
        );
    };
    check(
        format!("{}?fields=Nothing", path(&deal)),
        400,
        "INVALID_FIELD",
    )
    .await;
    check(path("006QW00000000zzAAA"), 404, "NOT_FOUND").await;
    check(path("nonsense"), 404, "NOT_FOUND").await;
    sandbox.org.crm().delete(Object::Deal, &deal);
    check(path(&deal), 404, "ENTITY_IS_DELETED").await;
}

#[tokio::test]
async fn the_recycle_bin_is_seen_by_query_all_for_fifteen_days() {
    let sandbox = Sandbox::demo();
    let deal = sandbox.org.crm().deals.keys().next().unwrap().clone();
    let soql = format!("SELECT Id, IsDeleted, SystemModstamp FROM Opportunity WHERE Id = '{deal}'");
    sandbox.pass(60);
    sandbox.org.crm().delete(Object::Deal, &deal);
    assert!(sandbox.rows(&soql).await.is_empty());
    let seen = sandbox.rows_of(&soql, true).await;
    let seen = seen.first().unwrap();
    assert_eq!(seen.get("IsDeleted"), Some(&json!(true)));
    assert_eq!(
        seen.get("SystemModstamp"),
        Some(&json!("2026-11-20T08:01:00.000+0000"))
    );
    for child in ["OpportunityHistory", "OpportunityContactRole"] {
        let soql = format!("SELECT Id, IsDeleted FROM {child} WHERE OpportunityId = '{deal}'");
        assert!(sandbox.rows(&soql).await.is_empty(), "{child}");
        let rows = sandbox.rows_of(&soql, true).await;
        assert!(
            rows.iter()
                .all(|row| row.get("IsDeleted") == Some(&json!(true))),
            "{child}"
        );
    }

    sandbox.pass(60);
    sandbox.org.crm().restore(Object::Deal, &deal);
    let back = sandbox.rows(&soql).await;
    let back = back.first().unwrap();
    assert_eq!(back.get("IsDeleted"), Some(&json!(false)));
    assert_eq!(
        back.get("SystemModstamp"),
        Some(&json!("2026-11-20T08:02:00.000+0000"))
    );

    sandbox.org.crm().delete(Object::Deal, &deal);
    sandbox.pass(15 * 86_400 + 1);
    let token = sandbox.org.oauth().grant(&["api"]).access_token;
    let sandbox = Sandbox { token, ..sandbox };
    assert!(sandbox.rows_of(&soql, true).await.is_empty());
}

#[tokio::test]
async fn deleted_records_are_listed_within_their_window() {
    let sandbox = Sandbox::demo();
    let deals: Vec<String> = sandbox.org.crm().deals.keys().take(3).cloned().collect();
    let [deleted, purged, restored] = deals.as_slice() else {
        unreachable!("three were taken")
    };
    sandbox.pass(600);
    sandbox.org.crm().delete(Object::Deal, deleted);
    sandbox.org.crm().purge(Object::Deal, purged);
    sandbox.org.crm().delete(Object::Deal, restored);
    sandbox.org.crm().restore(Object::Deal, restored);
    let list = async |object: &str, start: &str, end: &str| {
        let times = format!("start={}&end={}", encoded(start), encoded(end));
        sandbox
            .get(&format!("{V}/sobjects/{object}/deleted/?{times}"))
            .await
    };
    let (start, end) = ("2026-11-20T00:00:00Z", "2026-11-20T09:00:00Z");
    // What happened this minute is not promised yet.
    let early = list("Opportunity", start, end).await.json();
    assert_eq!(early.get("deletedRecords"), Some(&json!([])));
    assert_eq!(
        early.get("latestDateCovered"),
        Some(&json!("2026-11-20T08:09:00.000+0000"))
    );
    sandbox.pass(120);
    let body = list("Opportunity", start, end).await.json();
    let found: BTreeSet<String> = body
        .get("deletedRecords")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|record| {
            assert_eq!(
                record.get("deletedDate"),
                Some(&json!("2026-11-20T08:10:00.000+0000"))
            );
            text(record.get("id").unwrap())
        })
        .collect();
    assert_eq!(found, BTreeSet::from([deleted.clone(), purged.clone()]));
    assert_eq!(
        body.get("earliestDateAvailable"),
        Some(&json!("2026-10-21T00:00:00.000+0000"))
    );
    assert_eq!(
        body.get("latestDateCovered"),
        Some(&json!("2026-11-20T08:11:00.000+0000"))
    );
    let seen = sandbox.rows_of("SELECT Id FROM Opportunity", true).await;
    assert!(ids(&seen).contains(deleted) && !ids(&seen).contains(purged));

    let refused = (400, "INVALID_REPLICATION_DATE".to_owned());
    for (start, end) in [
        ("2026-10-01T00:00:00Z", "2026-10-20T00:00:00Z"),
        ("2026-10-21T00:00:00Z", "2026-11-20T08:00:00Z"),
        (end, start),
        ("2026-11-20T08:00:10Z", "2026-11-20T08:00:50Z"),
        ("2026-11-20", end),
        ("", end),
    ] {
        assert_eq!(
            list("Opportunity", start, end).await.refusal(),
            refused,
            "{start} {end}"
        );
    }
    let answer = list("OpportunityHistory", start, end).await;
    assert_eq!(
        answer.refusal(),
        (400, "INVALID_TYPE_FOR_OPERATION".to_owned())
    );
    let changed = sandbox
        .get(&format!(
            "{V}/sobjects/Opportunity/updated?start={start}&end={end}"
        ))
        .await
        .json();
    assert_eq!(changed.get("ids"), Some(&json!([restored])));
}

#[tokio::test]
async fn a_merge_leaves_a_trace_and_moves_the_children() {
    let sandbox = Sandbox::demo();
    let (loser, winner) = {
        let crm = sandbox.org.crm();
        let mut with_deals = crm.live_deals().filter_map(|deal| deal.company.clone());
        let loser = with_deals.next().unwrap();
        let winner = with_deals.find(|id| *id != loser).unwrap();
        (loser, winner)
    };
    let of = |account: &str| {
        format!("SELECT Id, SystemModstamp FROM Opportunity WHERE AccountId = '{account}'")
    };
    let moved = ids(&sandbox.rows(&of(&loser)).await);
    let contacts = format!("SELECT Id FROM Contact WHERE AccountId = '{loser}'");
    assert!(!sandbox.rows(&contacts).await.is_empty());
    sandbox.pass(60);
    sandbox.org.crm().merge_companies(&loser, &winner);

    let gone = format!("SELECT Id, IsDeleted, MasterRecordId FROM Account WHERE Id = '{loser}'");
    assert!(sandbox.rows(&gone).await.is_empty());
    let rows = sandbox.rows_of(&gone, true).await;
    let row = rows.first().unwrap();
    assert_eq!(row.get("IsDeleted"), Some(&json!(true)));
    assert_eq!(row.get("MasterRecordId"), Some(&json!(winner)));
    assert!(sandbox.rows(&of(&loser)).await.is_empty());
    assert!(sandbox.rows(&contacts).await.is_empty());
    let children = sandbox.rows(&of(&winner)).await;
    for child in children
        .iter()
        .filter(|row| moved.contains(&text(row.get("Id").unwrap())))
    {
        assert_eq!(
            child.get("SystemModstamp"),
            Some(&json!("2026-11-20T08:01:00.000+0000"))
        );
    }
    assert!(ids(&children).is_superset(&moved));
}

#[tokio::test]
async fn history_has_a_row_for_each_change_of_four_fields() {
    let sandbox = Sandbox::small();
    let deal = sandbox.a_deal();
    let stages: Vec<String> = {
        let crm = sandbox.org.crm();
        let pipeline = crm.pipelines.first().unwrap();
        pipeline
            .stages
            .iter()
            .map(|stage| stage.id.clone())
            .collect()
    };
    let stage = |n: usize| stages.get(n).unwrap().clone();
    let history = async || {
        let soql = format!(
            "SELECT Id, StageName, Amount, CloseDate, Probability, PrevAmount, PrevCloseDate FROM OpportunityHistory \
             WHERE OpportunityId = '{deal}' ORDER BY CreatedDate, Id"
        );
        let rows = sandbox.rows(&soql).await;
        rows.into_iter()
            .map(|row| {
                let told = ["StageName", "Amount", "CloseDate", "Probability"]
                    .map(|name| row.get(name).unwrap().to_string().replace('"', ""))
                    .join(" ");
                (text(row.get("Id").unwrap()), told)
            })
            .collect::<Vec<_>>()
    };
    let mut expected = vec!["Lead 1000.0 2026-12-31 5.0"];
    let mut before: Vec<(String, String)> = Vec::new();
    for step in 0..7 {
        sandbox.pass(60);
        let mut crm = sandbox.org.crm();
        let told = match step {
            0 => "",
            1 => {
                crm.set_amount(&deal, Some(Decimal::from(2_000)));
                "Lead 2000.0 2026-12-31 5.0"
            }
            2 => {
                crm.move_deal(&deal, &stage(1));
                "Qualification 2000.0 2026-12-31 15.0"
            }
            3 => {
                let to = Some(jiff::civil::date(2027, 1, 31));
                crm.edit_deal(&deal, |deal| deal.expected_close = to);
                "Qualification 2000.0 2027-01-31 15.0"
            }
            4 => {
                crm.edit_deal(&deal, |deal| deal.probability = Some(35));
                "Qualification 2000.0 2027-01-31 35.0"
            }
            5 => {
                // One save, one row.
                let to = stage(2);
                crm.edit_deal(&deal, |deal| {
                    deal.stage = to;
                    deal.amount = None;
                    deal.probability = None;
                });
                "Discovery null 2027-01-31 30.0"
            }
            _ => {
                crm.edit_deal(&deal, |deal| deal.name.push('!'));
                ""
            }
        };
        drop(crm);
        expected.extend(Some(told).filter(|told| !told.is_empty()));
        let now = history().await;
        let told: Vec<&str> = now.iter().map(|(_, told)| told.as_str()).collect();
        assert_eq!(told, expected);
        // What was written stays as it was.
        assert_eq!(now.get(..before.len()).unwrap(), before);
        before = now;
    }
    let unique: BTreeSet<&String> = before.iter().map(|(id, _)| id).collect();
    assert_eq!(unique.len(), before.len());
}

#[tokio::test]
async fn history_reaches_back_to_the_creation() {
    let sandbox = Sandbox::demo();
    let rows = sandbox
        .rows("SELECT Id, OpportunityId, StageName, CreatedDate FROM OpportunityHistory")
        .await;
    let crm = sandbox.org.crm();
    let moves: usize = crm.live_deals().map(|deal| deal.moves.len()).sum();
    assert_eq!(rows.len(), moves);
    // A stage that is no more is still called by its name.
    assert!(
        rows.iter()
            .any(|row| row.get("StageName") == Some(&json!("Verbal Yes")))
    );
}

#[tokio::test]
async fn a_stage_keeps_its_name_whatever_it_is_called() {
    let sandbox = Sandbox::demo();
    let stage = {
        let crm = sandbox.org.crm();
        let pipeline = crm.pipelines.first().unwrap();
        pipeline.stages.get(3).unwrap().id.clone()
    };
    sandbox.org.crm().rename_stage(&stage, "Show it");
    let rows = sandbox
        .rows("SELECT ApiName, MasterLabel, IsActive, SortOrder FROM OpportunityStage ORDER BY SortOrder")
        .await;
    let told = |name: &str| {
        rows.iter()
            .find(|row| row.get("ApiName") == Some(&json!(name)))
            .unwrap()
    };
    assert_eq!(told("Demo").get("MasterLabel"), Some(&json!("Show it")));
    assert_eq!(told("Demo").get("IsActive"), Some(&json!(true)));
    assert_eq!(told("Verbal Yes").get("IsActive"), Some(&json!(false)));
    assert_eq!(rows.len(), 9);
    let deals = sandbox
        .ask("SELECT COUNT() FROM Opportunity WHERE StageName = 'Demo'")
        .await
        .json();
    assert!(deals.get("totalSize").unwrap().as_u64().unwrap() > 0);
}

#[tokio::test]
async fn a_contact_role_that_is_taken_off_is_only_among_the_deleted() {
    let sandbox = Sandbox::demo();
    let (deal, [(contact, role), (other, others)]) = {
        let crm = sandbox.org.crm();
        let deal = crm.live_deals().find(|deal| deal.roles.len() > 2).unwrap();
        let held = |n: usize| {
            let role = deal.roles.get(n).unwrap();
            (role.contact.clone(), role.id.clone())
        };
        (deal.id.clone(), [held(0), held(1)])
    };
    let deleted = async || {
        let times = "start=2026-11-20T00:00:00Z&end=2026-11-20T23:00:00Z";
        let path = format!("{V}/sobjects/OpportunityContactRole/deleted/?{times}");
        let body = sandbox.get(&path).await.json();
        let records = body
            .get("deletedRecords")
            .unwrap()
            .as_array()
            .unwrap()
            .clone();
        let pair = |record: &Value| {
            let of = |name: &str| text(record.get(name).unwrap());
            (of("id"), of("deletedDate"))
        };
        records.iter().map(pair).collect::<BTreeMap<_, _>>()
    };
    let soql = format!(
        "SELECT Id, Role, IsPrimary, Contact.Email FROM OpportunityContactRole WHERE OpportunityId = '{deal}'"
    );
    let stamp = format!("SELECT SystemModstamp FROM Opportunity WHERE Id = '{deal}'");
    let (before, stamped) = (sandbox.rows(&soql).await, sandbox.rows(&stamp).await);
    assert!(ids(&before).contains(&role));
    sandbox.pass(60);
    assert_eq!(deleted().await, BTreeMap::new());
    sandbox.org.crm().remove_role(&deal, &contact);
    let after = sandbox.rows_of(&soql, true).await;
    assert!(!ids(&after).contains(&role));
    assert_eq!(sandbox.rows(&stamp).await, stamped);

    // Somebody who has a role already gets no second one by a merge.
    sandbox.pass(60);
    let third = {
        let crm = sandbox.org.crm();
        let roles = &crm.deals.get(&deal).unwrap().roles;
        roles.last().unwrap().contact.clone()
    };
    sandbox.org.crm().merge_contacts(&other, &third);
    assert!(!ids(&sandbox.rows_of(&soql, true).await).contains(&others));
    sandbox.pass(120);
    let at = |minute: u8| format!("2026-11-20T08:0{minute}:00.000+0000");
    let mut all = BTreeMap::from([(role, at(1)), (others, at(2))]);
    assert_eq!(deleted().await, all);

    // With their opportunity they go into the recycle bin.
    sandbox.org.crm().delete(Object::Deal, &deal);
    sandbox.pass(120);
    let binned = sandbox.rows_of(&soql, true).await;
    assert_eq!(binned.len(), before.len() - 2);
    all.extend(ids(&binned).into_iter().map(|id| (id, at(4))));
    assert_eq!(deleted().await, all);
}

#[tokio::test]
async fn many_records_can_be_had_by_their_ids() {
    let sandbox = Sandbox::demo();
    let deals: Vec<String> = sandbox.org.crm().deals.keys().take(3).cloned().collect();
    let account = sandbox.org.crm().companies.keys().next().unwrap().clone();
    sandbox.org.crm().delete(Object::Deal, &deals[2]);
    let path = format!("{V}/composite/sobjects/Opportunity");
    let nowhere = id(Object::Deal, 9_999_999);
    let wanted = [
        &deals[1],
        &nowhere,
        &deals[0],
        &account,
        &deals[2],
        &"x".to_owned(),
    ];
    let body = json!({"ids": wanted, "fields": ["id", "Days_Open__c"]});
    let answer = sandbox.post(&path, &body).await.json();
    let rows = answer.as_array().unwrap();
    let found: Vec<Option<String>> = rows.iter().map(|row| row.get("Id").map(text)).collect();
    let of = |deal: &String| Some(deal.clone());
    assert_eq!(
        found,
        [of(&deals[1]), None, of(&deals[0]), None, None, None]
    );
    let first = rows[0].as_object().unwrap();
    assert_eq!(first.len(), 3);
    assert!(first["Days_Open__c"].is_number() && rows[1].is_null());
    let asked = format!("ids={},{nowhere}&fields=Id,Days_Open__c", deals[1]);
    let listed = sandbox.get(&format!("{path}?{asked}")).await.json();
    assert_eq!(listed.as_array().unwrap(), &rows[..2]);

    let many = |n: u64| (0..n).map(|n| id(Object::Deal, n)).collect::<Vec<_>>();
    let answer = sandbox
        .post(&path, &json!({"ids": many(2_000), "fields": ["Id"]}))
        .await;
    assert_eq!(answer.json().as_array().unwrap().len(), 2_000);
    for (object, body, expected) in [
        (
            "Opportunity",
            json!({"ids": many(2_001), "fields": ["Id"]}),
            "EXCEEDED_ID_LIMIT",
        ),
        (
            "Opportunity",
            json!({"ids": deals, "fields": ["Nothing__c"]}),
            "INVALID_FIELD",
        ),
        ("Opportunity", json!({"ids": deals}), "MISSING_ARGUMENT"),
        ("Opportunity", json!({"fields": ["Id"]}), "MISSING_ARGUMENT"),
        ("Opportunity", json!({"ids": 7}), "JSON_PARSER_ERROR"),
        ("Lead", json!({"ids": deals, "fields": ["Id"]}), "NOT_FOUND"),
    ] {
        let path = format!("{V}/composite/sobjects/{object}");
        assert_eq!(
            sandbox.post(&path, &body).await.refusal().1,
            expected,
            "{body}"
        );
    }
}

#[tokio::test]
async fn names_and_times_beside_a_record_can_be_asked_for_everywhere() {
    let sandbox = Sandbox::demo();
    let window =
        "SystemModstamp >= 2020-01-01T00:00:00.000Z AND SystemModstamp < 2027-01-01T00:00:00.000Z";
    let sellers = "UserType IN ('Standard', 'PowerPartner')";
    for (fields, object, term) in [
        ("DefaultCurrencyIsoCode,IsSandbox", "Organization", ""),
        ("ApiName,DefaultProbability", "OpportunityStage", ""),
        (
            "ManagerId,UserRole.Name,UserRole.ParentRoleId",
            "User",
            sellers,
        ),
        ("MasterRecordId,OwnerId", "Account", window),
        ("MasterRecordId,Title", "Contact", window),
        (
            "LastStageChangeDate,LastModifiedById",
            "Opportunity",
            window,
        ),
        (
            "OpportunityId,StageName,CreatedDate",
            "OpportunityHistory",
            window,
        ),
        (
            "IsPrimary,Contact.IsDeleted,Contact.Name,Contact.SystemModstamp",
            "OpportunityContactRole",
            window,
        ),
        (
            "TaskSubtype,CompletedDateTime,Who.Name,Owner.Name",
            "Task",
            window,
        ),
        (
            "IsChild,IsRecurrence,Who.Name,Owner.Name",
            "Event",
            "StartDateTime >= 2020-01-01T00:00:00.000Z",
        ),
        (
            "ActivityId,RelatedToId,FromAddress,CcAddress,Status",
            "EmailMessage",
            window,
        ),
    ] {
        let filter = if term.is_empty() {
            String::new()
        } else {
            format!(" WHERE {term}")
        };
        let rows = sandbox
            .rows_of(&format!("SELECT Id,{fields} FROM {object}{filter}"), true)
            .await;
        assert!(!rows.is_empty(), "{object}");
        let count = format!("SELECT COUNT() FROM {object}{filter}");
        let count = sandbox.ask_all(&count).await.json();
        assert_eq!(count.get("totalSize"), Some(&json!(rows.len())), "{object}");
    }
}

#[tokio::test]
async fn activities_are_tasks_events_and_e_mails() {
    use ActivityKind::{Call, Email, Meeting, Note, Task};
    let sandbox = Sandbox::demo();
    let count = async |soql: &str| sandbox.rows_of(soql, true).await.len();
    let of = |kinds: &[ActivityKind]| {
        let crm = sandbox.org.crm();
        crm.activities
            .values()
            .filter(|each| kinds.contains(&each.kind))
            .count()
    };
    assert_eq!(
        count("SELECT Id FROM Task").await,
        of(&[Call, Email, Task, Note])
    );
    assert_eq!(count("SELECT Id FROM Event").await, of(&[Meeting]));
    assert_eq!(count("SELECT Id FROM EmailMessage").await, of(&[Email]));
    assert_eq!(
        count("SELECT Id FROM Task WHERE TaskSubtype = 'Call'").await,
        of(&[Call])
    );
    let mails = sandbox
        .rows("SELECT Id, ActivityId, RelatedToId, RelatedTo.Type, ToAddress FROM EmailMessage LIMIT 5")
        .await;
    for mail in &mails {
        let task = text(mail.get("ActivityId").unwrap());
        assert!(task.starts_with("00T") && text(mail.get("Id").unwrap()).starts_with("02s"));
        assert_eq!(mail.pointer("/RelatedTo/Type"), Some(&json!("Opportunity")));
        assert_eq!(
            count(&format!("SELECT Id FROM Task WHERE Id = '{task}'")).await,
            1
        );
    }
    let event = sandbox
        .rows("SELECT Id, StartDateTime, EndDateTime, What.Name FROM Event LIMIT 1")
        .await;
    let event = event.first().unwrap();
    assert!(text(event.get("Id").unwrap()).starts_with("00U"));
    assert!(text(event.get("StartDateTime").unwrap()) < text(event.get("EndDateTime").unwrap()));

    let task = text(
        sandbox
            .rows("SELECT Id FROM Task LIMIT 1")
            .await
            .first()
            .unwrap()
            .get("Id")
            .unwrap(),
    );
    sandbox.org.crm().archive(Object::Activity, &task);
    let soql = format!("SELECT Id, IsArchived, IsDeleted FROM Task WHERE Id = '{task}'");
    assert!(sandbox.rows(&soql).await.is_empty());
    let rows = sandbox.rows_of(&soql, true).await;
    assert_eq!(rows.first().unwrap().get("IsArchived"), Some(&json!(true)));
    assert_eq!(rows.first().unwrap().get("IsDeleted"), Some(&json!(false)));
}

#[tokio::test]
async fn users_have_a_manager_and_a_role_under_a_role() {
    let sandbox = Sandbox::demo();
    let users = sandbox
        .rows("SELECT Id, Name, IsActive, ManagerId, Manager.Name, UserRoleId, UserRole.Name FROM User")
        .await;
    let roles = sandbox
        .rows("SELECT Id, Name, ParentRoleId FROM UserRole")
        .await;
    let roles: BTreeMap<String, Value> = roles
        .into_iter()
        .map(|role| (text(role.get("Id").unwrap()), role))
        .collect();
    let crm = sandbox.org.crm();
    assert_eq!(users.len(), crm.users.len());
    let mut heads = 0;
    for user in &users {
        let known = crm.users.get(&text(user.get("Id").unwrap())).unwrap();
        assert_eq!(user.get("ManagerId"), Some(&json!(known.manager)));
        assert_eq!(user.get("IsActive"), Some(&json!(known.active)));
        let mut role = roles.get(&text(user.get("UserRoleId").unwrap())).unwrap();
        let mut steps = 0;
        while let Some(above) = role.get("ParentRoleId").and_then(Value::as_str) {
            role = roles.get(above).unwrap();
            steps += 1;
        }
        assert!(steps <= 2);
        assert_eq!(role.get("Name"), Some(&json!("Head of Sales")));
        heads += i32::from(known.manager.is_none() && steps == 0);
    }
    assert_eq!(heads, 1);
}

#[tokio::test]
async fn a_formula_changes_and_no_stamp_tells() {
    let sandbox = Sandbox::small();
    let deal = sandbox.a_deal();
    let soql = format!("SELECT Days_Open__c, SystemModstamp FROM Opportunity WHERE Id = '{deal}'");
    let before = sandbox.rows(&soql).await;
    sandbox.pass(3 * 86_400);
    let token = sandbox.org.oauth().grant(&["api"]).access_token;
    let sandbox = Sandbox { token, ..sandbox };
    let after = sandbox.rows(&soql).await;
    let (before, after) = (before.first().unwrap(), after.first().unwrap());
    assert_eq!(before.get("Days_Open__c"), Some(&json!(0.0)));
    assert_eq!(after.get("Days_Open__c"), Some(&json!(3.0)));
    assert_eq!(before.get("SystemModstamp"), after.get("SystemModstamp"));
}

#[tokio::test]
async fn a_read_lags_behind_the_write() {
    let sandbox = Sandbox::with(
        |clock| Crm::scaled(3, id, clock),
        |settings| settings.index_lag_s = 3,
    );
    let deal = sandbox.a_deal();
    let amount = async || {
        let rows = sandbox
            .rows(&format!(
                "SELECT Amount FROM Opportunity WHERE Id = '{deal}'"
            ))
            .await;
        rows.first()
            .map(|row| row.get("Amount").unwrap().as_f64().unwrap())
    };
    assert_eq!(amount().await, None);
    sandbox.pass(2);
    sandbox.org.crm().set_amount(&deal, Some(Decimal::from(5)));
    assert_eq!(amount().await, None);
    sandbox.pass(1);
    assert_eq!(amount().await, Some(1_000.0));
    let rows = sandbox
        .rows(&format!(
            "SELECT Id FROM OpportunityHistory WHERE OpportunityId = '{deal}'"
        ))
        .await;
    assert_eq!(rows.len(), 1);
    sandbox.pass(2);
    assert_eq!(amount().await, Some(5.0));
}

#[tokio::test]
async fn calls_are_counted_and_one_too_many_is_refused() {
    let sandbox = Sandbox::with(
        |clock| Crm::scaled(3, id, clock),
        |settings| settings.rate_limits = true,
    );
    let limits = sandbox.get(&format!("{V}/limits")).await;
    assert_eq!(limits.header("sforce-limit-info"), "api-usage=1/15000");
    let body = limits.json();
    assert_eq!(body.pointer("/DailyApiRequests/Max"), Some(&json!(15_000)));
    assert_eq!(
        body.pointer("/DailyBulkV2QueryJobs/Max"),
        Some(&json!(10_000))
    );
    sandbox.org.set_daily_calls(2);
    assert_eq!(sandbox.get(&format!("{V}/limits")).await.status, 200);
    let refused = sandbox.get(&format!("{V}/limits")).await;
    assert_eq!(refused.header("sforce-limit-info"), "api-usage=2/2");
    assert_eq!(
        (refused.status.as_u16(), refused.json()),
        (
            403,
            json!([{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
        )
    );
    assert_eq!(refused.header("retry-after"), "");
    sandbox.pass(86_400);
    let token = sandbox.org.oauth().grant(&["api"]).access_token;
    let sandbox = Sandbox { token, ..sandbox };
    assert_eq!(sandbox.get(&format!("{V}/limits")).await.status, 200);
    assert_eq!(sandbox.org.calls(), 4);
}

#[tokio::test]
async fn troubles_come_when_they_are_told_to() {
    let sandbox = Sandbox::small();
    let check = async |trouble: Trouble, status: u16, code: &str, message: &str| {
        sandbox.org.trouble(trouble);
        let answer = sandbox.ask("SELECT Id FROM User").await;
        assert_eq!(answer.refusal(), (status, code.to_owned()));
        assert_eq!(answer.json().pointer("/0/message"), Some(&json!(message)));
        assert_eq!(sandbox.ask("SELECT Id FROM User").await.status, 200);
    };
    let limit = "REQUEST_LIMIT_EXCEEDED";
    check(
        Trouble::DailyLimit,
        403,
        limit,
        "TotalRequests Limit exceeded.",
    )
    .await;
    check(
        Trouble::ConcurrentLimit,
        403,
        limit,
        "ConcurrentPerOrgLongTxn Limit exceeded.",
    )
    .await;
    check(
        Trouble::Unavailable,
        503,
        "SERVER_UNAVAILABLE",
        "The server is too busy.",
    )
    .await;
    check(
        Trouble::SettingUp,
        420,
        "SERVER_UNAVAILABLE",
        "We are setting things up.",
    )
    .await;
    let slow = "Your query request was running for too long.";
    check(Trouble::QueryTimeout, 400, "QUERY_TIMEOUT", slow).await;
}

#[tokio::test]
async fn a_bulk_job_runs_while_it_is_asked_about() {
    let sandbox = Sandbox::demo();
    let soql = "SELECT Id, Name, Account.Name, Amount, CloseDate, SystemModstamp, IsDeleted, Loss_Reason__c FROM Opportunity";
    let made = sandbox.job(soql).await.json();
    assert_eq!(made.get("state"), Some(&json!("UploadComplete")));
    assert_eq!(made.get("object"), Some(&json!("Opportunity")));
    assert_eq!(made.get("apiVersion"), Some(&json!(66.0)));
    let job = text(made.get("id").unwrap());
    let path = format!("{V}/jobs/query/{job}");
    assert_eq!(
        sandbox.get(&format!("{path}/results")).await.refusal(),
        (400, "INVALIDJOBSTATE".to_owned())
    );
    let state = async || text(sandbox.get(&path).await.json().get("state").unwrap());
    assert_eq!(state().await, "InProgress");
    // What changes now is no longer in the result.
    let late = sandbox.a_deal();
    assert_eq!(state().await, "JobComplete");

    let (mut found, mut order) = (BTreeMap::new(), Vec::new());
    let mut next = String::new();
    loop {
        let answer = sandbox
            .get(&format!("{path}/results?maxRecords=100{next}"))
            .await;
        assert_eq!(answer.header("content-type"), "text/csv;charset=UTF-8");
        let mut rows = csv(&answer.text());
        let header = rows.remove(0);
        assert_eq!(
            header.join(", "),
            "Id, Name, Account.Name, Amount, CloseDate, SystemModstamp, IsDeleted, Loss_Reason__c"
        );
        assert_eq!(
            answer.header("sforce-numberofrecords"),
            rows.len().to_string()
        );
        for row in rows {
            order.push(row.first().unwrap().clone());
            found.insert(row.first().unwrap().clone(), row);
        }
        match answer.header("sforce-locator") {
            "null" => break,
            locator => next = format!("&locator={}", encoded(locator)),
        }
    }
    let told = sandbox.get(&path).await.json();
    assert_eq!(
        told.get("numberRecordsProcessed"),
        Some(&json!(found.len()))
    );
    assert!(!order.is_sorted(), "the vendor promises no order");
    assert!(!found.contains_key(&late));
    let crm = sandbox.org.crm();
    assert_eq!(found.len() + 1, crm.deals.len());
    for (id, row) in &found {
        let deal = crm.deals.get(id).unwrap();
        let company = deal
            .company
            .as_ref()
            .map_or("", |id| &crm.companies.get(id).unwrap().name);
        let amount = deal.amount.map_or(String::new(), |amount| {
            let amount = amount.normalize().to_string();
            if amount.contains('.') {
                amount
            } else {
                amount + ".0"
            }
        });
        let close = deal
            .expected_close
            .map_or(String::new(), |date| date.to_string());
        let stamp = deal
            .modified_at
            .strftime("%Y-%m-%dT%H:%M:%S.000Z")
            .to_string();
        let reason = deal.lost_reason.clone().unwrap_or_default();
        let expected = [
            id, &deal.name, company, &amount, &close, &stamp, "false", &reason,
        ];
        assert_eq!(row, &expected);
    }
    drop(crm);

    let bearer = format!("Bearer {}", sandbox.token);
    let headers = [("authorization", bearer.as_str())];
    for (maximum, code) in [
        ("0", "INVALID_FIELD"),
        ("x", "INVALID_FIELD"),
        ("5&locator=zz", "INVALID_QUERY_LOCATOR"),
    ] {
        let answer = sandbox
            .get(&format!("{path}/results?maxRecords={maximum}"))
            .await;
        assert_eq!(answer.refusal(), (400, code.to_owned()), "{maximum}");
    }
    let gone = sandbox.send(Method::DELETE, &path, &headers, "").await;
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    assert_eq!(sandbox.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_bulk_job_keeps_an_order_that_is_asked_for() {
    let sandbox = Sandbox::demo();
    let soql = "SELECT OpportunityId FROM OpportunityHistory ORDER BY OpportunityId";
    let job = text(sandbox.job(soql).await.json().get("id").unwrap());
    let path = format!("{V}/jobs/query/{job}");
    while sandbox.get(&path).await.json().get("state") != Some(&json!("JobComplete")) {}
    let rows = csv(&sandbox.get(&format!("{path}/results")).await.text());
    assert!(rows.len() > 100 && rows[1..].is_sorted());
}

#[tokio::test]
async fn a_bulk_job_may_find_nothing() {
    let sandbox = Sandbox::small();
    let (job, told) = sandbox
        .done("SELECT Id FROM Contact WHERE Email = 'nobody@nowhere.example'")
        .await;
    assert_eq!(told.get("numberRecordsProcessed"), Some(&json!(0)));
    let answer = sandbox.get(&format!("{V}/jobs/query/{job}/results")).await;
    assert_eq!(answer.text(), "\"Id\"\n");
    assert_eq!(
        (
            answer.header("sforce-locator"),
            answer.header("sforce-numberofrecords")
        ),
        ("null", "0")
    );
}

#[tokio::test]
async fn what_bulk_cannot_do_is_refused_at_once() {
    let sandbox = Sandbox::small();
    for (soql, code) in [
        ("SELECT Id FROM OpportunityStage", "INVALIDENTITY"),
        ("SELECT COUNT() FROM Opportunity", "API_ERROR"),
        ("SELECT Id, BillingAddress FROM Account", "API_ERROR"),
        ("SELECT Id FROM Opportunity LIMIT 5 OFFSET 5", "API_ERROR"),
        ("SELECT Id, Nothing FROM Opportunity", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE"),
        ("SELECT", "MALFORMED_QUERY"),
    ] {
        assert_eq!(
            sandbox.job(soql).await.refusal(),
            (400, code.to_owned()),
            "{soql}"
        );
    }
    for (body, code) in [
        (
            json!({"operation": "delete", "query": "SELECT Id FROM User"}),
            "INVALIDJOB",
        ),
        (
            json!({"operation": "query", "query": "SELECT Id FROM User", "contentType": "JSON"}),
            "INVALIDJOB",
        ),
        (
            json!({"operation": "query", "query": "SELECT Id FROM User", "lineEnding": "CR"}),
            "INVALIDJOB",
        ),
        (
            json!({"operation": "query", "query": "SELECT Id FROM User", "object": "User"}),
            "JSON_PARSER_ERROR",
        ),
        (json!({"operation": "query"}), "JSON_PARSER_ERROR"),
    ] {
        let answer = sandbox.post(&format!("{V}/jobs/query"), &body).await;
        assert_eq!(answer.refusal(), (400, code.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn bulk_jobs_fail_and_run_out() {
    let sandbox = Sandbox::small();
    let soql = "SELECT Id FROM Opportunity";
    sandbox.org.trouble(Trouble::FailedJob(
        "InvalidBatch : Failed to process query".to_owned(),
    ));
    let (job, told) = sandbox.done(soql).await;
    assert_eq!(told.get("state"), Some(&json!("Failed")));
    assert_eq!(
        told.get("errorMessage"),
        Some(&json!("InvalidBatch : Failed to process query"))
    );
    assert_eq!(
        sandbox
            .get(&format!("{V}/jobs/query/{job}/results"))
            .await
            .status,
        400
    );

    let check = async |trouble: Trouble, code: &str, message: &str| {
        sandbox.org.trouble(trouble);
        let answer = sandbox.job(soql).await;
        assert_eq!(answer.refusal(), (400, code.to_owned()));
        assert_eq!(answer.json().pointer("/0/message"), Some(&json!(message)));
    };
    let jobs = "Max bulk v2 query jobs (10000) per 24 hrs has been reached";
    check(Trouble::TooManyJobs, "EXCEEDED_QUOTA", jobs).await;
    let stored =
        "Max bulk v2 query result size stored (1000000000) kb per 24 hrs has been exceeded";
    check(Trouble::TooMuchStored, "EXCEEDED_QUOTA", stored).await;
    check(
        Trouble::BulkDisabled,
        "FeatureNotEnabled",
        "Async API not enabled",
    )
    .await;
    sandbox.org.set_daily_jobs(2);
    assert_eq!(sandbox.job(soql).await.status, 200);
    assert_eq!(
        sandbox.job(soql).await.refusal(),
        (400, "EXCEEDED_QUOTA".to_owned())
    );
}

#[tokio::test]
async fn a_job_can_be_aborted_and_then_deleted() {
    let sandbox = Sandbox::small();
    let job = text(
        sandbox
            .job("SELECT Id FROM User")
            .await
            .json()
            .get("id")
            .unwrap(),
    );
    let path = format!("{V}/jobs/query/{job}");
    let bearer = format!("Bearer {}", sandbox.token);
    let headers = [("authorization", bearer.as_str())];
    let early = sandbox.send(Method::DELETE, &path, &headers, "").await;
    assert_eq!(early.status, 400);
    let aborted = sandbox
        .send(Method::PATCH, &path, &headers, "{\"state\":\"Aborted\"}")
        .await;
    assert_eq!(aborted.json().get("state"), Some(&json!("Aborted")));
    assert_eq!(
        sandbox.get(&path).await.json().get("state"),
        Some(&json!("Aborted"))
    );
    let gone = sandbox.send(Method::DELETE, &path, &headers, "").await;
    assert_eq!(gone.status, 204);
}

#[tokio::test]
async fn answers_are_zipped_on_request_and_carry_the_servers_time() {
    use std::io::Read as _;
    let sandbox = Sandbox::demo();
    let path = format!(
        "{V}/query?q={}",
        encoded("SELECT Id, Name FROM Opportunity")
    );
    let plain = sandbox.get(&path).await;
    assert_eq!(plain.header("date"), "Fri, 20 Nov 2026 08:00:00 GMT");
    let zipped = sandbox.get_with(&path, "accept-encoding", "gzip, br").await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert!(zipped.body.len() < plain.body.len() / 2);
    let mut text = String::new();
    flate2::read::GzDecoder::new(zipped.body.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, plain.text());
}

#[tokio::test]
async fn consent_gives_tokens_that_rotate_and_say_nothing_of_their_life() {
    let sandbox = Sandbox::demo();
    let back = "https://app.pie.example/oauth/callback";
    sandbox.org.oauth().register(back);
    let verifier = "a-verifier-that-is-long-enough-to-be-one-0123456789";
    let challenge = crate::oauth::challenge_of(verifier);
    let ask = format!(
        "response_type=code&client_id={CLIENT_ID}&redirect_uri={}&state=s1&scope=api%20refresh_token%20id",
        encoded(back)
    );
    let form = ("content-type", "application/x-www-form-urlencoded");
    // No code without a challenge.
    let bare = sandbox
        .send(
            Method::GET,
            &format!("/services/oauth2/authorize?{ask}"),
            &[],
            "",
        )
        .await;
    assert!(
        bare.header("location").contains("error=invalid_request"),
        "{:?}",
        bare.headers
    );
    let ask = format!("{ask}&code_challenge={challenge}&code_challenge_method=S256");
    let page = sandbox
        .send(
            Method::GET,
            &format!("/services/oauth2/authorize?{ask}"),
            &[],
            "",
        )
        .await;
    assert_eq!(page.status, 200);
    let allowed = sandbox
        .send(
            Method::POST,
            &format!("/services/oauth2/authorize?{ask}"),
            &[form],
            &format!("{ask}&decision=allow"),
        )
        .await;
    let location = allowed.header("location").to_owned();
    assert!(
        location.contains("state=s1"),
        "{location} {}",
        allowed.text()
    );
    let code = location
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let exchange = async |more: &str| {
        let body = format!("client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&{more}");
        let headers = [form, ("host", "127.0.0.1:4010")];
        sandbox
            .send(Method::POST, "/services/oauth2/token", &headers, &body)
            .await
    };
    let body = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={}&code_verifier={verifier}",
        encoded(back)
    );
    let first = exchange(&body).await.json();
    assert_eq!(first.get("expires_in"), None);
    assert_eq!(
        first.get("instance_url"),
        Some(&json!("http://127.0.0.1:4010"))
    );
    let identity = text(first.get("id").unwrap());
    assert!(
        identity.starts_with("http://127.0.0.1:4010/id/00D"),
        "{identity}"
    );
    let old = text(first.get("refresh_token").unwrap());

    let refresh = |token: &str| format!("grant_type=refresh_token&refresh_token={token}");
    let second = exchange(&refresh(&old)).await.json();
    let new = text(second.get("refresh_token").unwrap());
    assert_ne!(new, old);
    // The old one comes back: the whole grant ends.
    let refused = exchange(&refresh(&old)).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json(),
        json!({"error": "invalid_grant", "error_description": "expired access/refresh token"})
    );
    assert_eq!(exchange(&refresh(&new)).await.status, 400);
    assert_eq!(sandbox.org.oauth().revocations(), 1);
    let token = text(second.get("access_token").unwrap());
    let sandbox = Sandbox { token, ..sandbox };
    assert_eq!(
        sandbox.get(&format!("{V}/limits")).await.refusal().1,
        "INVALID_SESSION_ID"
    );
}

#[tokio::test]
async fn user_info_says_who_the_session_belongs_to() {
    let sandbox = Sandbox::demo();
    let told = sandbox.get("/services/oauth2/userinfo").await.json();
    let user = sandbox
        .org
        .crm()
        .users
        .get(&id(Object::User, 1))
        .unwrap()
        .clone();
    assert_eq!(told.get("email"), Some(&json!(user.email)));
    assert_eq!(told.get("user_id"), Some(&json!(user.id)));
    assert!(text(told.get("organization_id").unwrap()).starts_with("00D"));
    let stranger = sandbox
        .send(Method::GET, "/services/oauth2/userinfo", &[], "")
        .await;
    assert_eq!(
        (stranger.status.as_u16(), stranger.text().as_str()),
        (403, "Bad_OAuth_Token")
    );
}

#[tokio::test]
async fn an_org_of_several_currencies_says_which() {
    let sandbox = Sandbox::small();
    let deal = sandbox.a_deal();
    sandbox
        .org
        .crm()
        .edit_deal(&deal, |deal| deal.currency = "NOK".to_owned());
    let rows = sandbox
        .rows(&format!(
            "SELECT CurrencyIsoCode FROM Opportunity WHERE Id = '{deal}'"
        ))
        .await;
    assert_eq!(
        rows.first().unwrap().get("CurrencyIsoCode"),
        Some(&json!("NOK"))
    );
}
