//! Tenants with members, keys and a book, the same every time: what tests of the API stand on.
//!
//! Every tenant has the same seven members, two managers deep:
//!
//! ```text
//! admin   cro   head (sales_manager) ── boss (sales_manager) ── ana (ae), ben (ae)
//!                                    └─ cy (ae)
//! ```
//!
//! `head` and `boss` sell as well. Deals go round among all five sellers; every tenth has no owner.
//! Every text of a row holds the tenant's and the owner's word, such as `T1.ana`, so that a row that
//! is shown to the wrong eyes gives itself away.
//!
//! Each answer is held against the document of the API: its status must be there, and its body must
//! fit its schema with nothing left over.

mod schema;

use api::{App, Config, router};
use axum::Router;
use axum::body::Body;
use edge::Function;
use embedded::Aws as Embedded;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use identity::{
    ApiKey, Limit, Member, MemberId, NewApiKey, RateClass, Role, Scopes, Status, TenantCtx,
};
use jiff::{SignedDuration, Timestamp};
use model::{
    Activity, ActivityId, ActivityKind, CanonicalStage, Change, Company, CompanyId, Currency, Deal,
    DealId, DealRecord, Entity, ForecastCategory, Invoice, InvoiceId, InvoiceStatus, Money,
    OwnFields, Person, PersonId, Pipeline, PipelineId, Stage, StageVisit, Stakeholder,
    StakeholderId, StakeholderRole, TenantId,
};
use schema::Document;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Aws, MOST_CHANGES, Names, Page, Store, Tenant, Versioned};
use tower::ServiceExt;

/// The moment the data are from; the clock of the store stands here, too.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);

/// The members: what they are called, their role, whom they report to, and whether they sell.
pub(crate) const MEMBERS: [(&str, Role, Option<&str>, bool); 7] = [
    ("admin", Role::Admin, None, false),
    ("cro", Role::Cro, None, false),
    ("head", Role::SalesManager, None, true),
    ("boss", Role::SalesManager, Some("head"), true),
    ("ana", Role::Ae, Some("boss"), true),
    ("ben", Role::Ae, Some("boss"), true),
    ("cy", Role::Ae, Some("head"), true),
];

/// Those who sell, in the order deals go round.
pub(crate) const SELLERS: [&str; 5] = ["head", "boss", "ana", "ben", "cy"];

/// The sellers whose deals a member sees; `None` for those who see all.
pub(crate) fn seen_by(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "admin" | "cro" => None,
        "head" => Some(&["head", "boss", "ana", "ben", "cy"]),
        "boss" => Some(&["boss", "ana", "ben"]),
        "ana" => Some(&["ana"]),
        "ben" => Some(&["ben"]),
        _ => Some(&["cy"]),
    }
}

/// The open stages in order.
pub(crate) const STAGES: [(&str, CanonicalStage); 4] = [
    ("Qualify", CanonicalStage::Qualification),
    ("Demo", CanonicalStage::Demo),
    ("Proposal", CanonicalStage::Proposal),
    ("Negotiation", CanonicalStage::Negotiation),
];

/// The API over a store in memory, at a time that only the test moves.
pub(crate) struct World {
    pub(crate) aws: Embedded,
    pub(crate) store: Store,
    pub(crate) app: App,
    router: Router,
    document: Document,
    now_s: Arc<AtomicI64>,
    keys: BTreeMap<(u8, String), String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Value,
}

impl Answer {
    /// The answer, which must have this status.
    #[track_caller]
    pub(crate) fn ok(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        self
    }

    /// The problem, which must have this status and code.
    #[track_caller]
    pub(crate) fn is(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert!(
            self.body["remedy"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        self
    }

    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.body
            .pointer(pointer)
            .unwrap_or_else(|| panic!("nothing at {pointer} of {}", self.body))
    }

    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        self.at(pointer)
            .as_str()
            .unwrap_or_else(|| panic!("no text at {pointer}"))
            .to_owned()
    }

    #[track_caller]
    pub(crate) fn number(&self, pointer: &str) -> f64 {
        self.at(pointer)
            .as_f64()
            .unwrap_or_else(|| panic!("no number at {pointer}"))
    }

    #[track_caller]
    pub(crate) fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer)
            .as_array()
            .unwrap_or_else(|| panic!("no list at {pointer}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// The ids and texts of one tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Of(pub(crate) u8);

impl Of {
    pub(crate) fn tenant(self) -> TenantId {
        TenantId::from_bytes([self.0; 16])
    }

    pub(crate) fn person(self, name: &str) -> PersonId {
        PersonId::derive(&self.tenant(), "crm", name)
    }

    pub(crate) fn deal(self, n: usize) -> DealId {
        DealId::derive(&self.tenant(), "crm", &n.to_string())
    }

    pub(crate) fn company(self, n: usize) -> CompanyId {
        CompanyId::derive(&self.tenant(), "crm", &n.to_string())
    }

    pub(crate) fn contact(self, n: usize) -> StakeholderId {
        StakeholderId::derive(&self.tenant(), "crm", &n.to_string())
    }

    pub(crate) fn activity(self, n: usize) -> ActivityId {
        ActivityId::derive(&self.tenant(), "crm", &n.to_string())
    }

    pub(crate) fn pipeline(self) -> PipelineId {
        PipelineId::derive(&self.tenant(), "crm", "sales")
    }

    pub(crate) fn member(self, name: &str) -> MemberId {
        MemberId::derive(&self.tenant(), name)
    }

    /// Who sells a deal.
    #[expect(clippy::unused_self, reason = "it is the same in every tenant")]
    pub(crate) fn owner(self, n: usize) -> Option<&'static str> {
        (!n.is_multiple_of(10)).then(|| SELLERS[n % SELLERS.len()])
    }

    /// The word that is in every text of a deal's rows.
    pub(crate) fn word(self, n: usize) -> String {
        format!("T{}.{}", self.0, self.owner(n).unwrap_or("nobody"))
    }
}

/// Luck that is the same every time.
fn luck(n: usize, what: u64) -> u64 {
    let mut x =
        (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ what.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

const DAY_US: i64 = 86_400_000_000;

fn before(days: i64) -> Timestamp {
    NOW - SignedDuration::from_hours(24 * days)
}

/// The way a deal took: begun up to 150 days ago, it moves every week or two, and ends or stands.
fn record(of: Of, n: usize) -> DealRecord {
    let word = of.word(n);
    let begun = 5 + (luck(n, 1) % 150) as i64;
    let mut at_us = before(begun).as_microsecond();
    let mut visits = Vec::new();
    let mut ended = None;
    for (step, (stage, _)) in STAGES.iter().enumerate() {
        visits.push(StageVisit {
            stage: (*stage).to_owned(),
            at_us,
        });
        at_us += (3 + (luck(n, 10 + step as u64) % 18) as i64) * DAY_US;
        let lost = luck(n, 20 + step as u64) % 100 < 16;
        let won = step == 3;
        if at_us > NOW.as_microsecond() {
            break;
        }
        if lost || won {
            let stage = if lost { "Closed Lost" } else { "Closed Won" };
            visits.push(StageVisit {
                stage: stage.to_owned(),
                at_us,
            });
            ended = Some(stage);
            break;
        }
    }
    let last = visits.last().unwrap();
    let stage = last.stage.clone();
    let canonical = match ended {
        Some("Closed Won") => CanonicalStage::ClosedWon,
        Some(_) => CanonicalStage::ClosedLost,
        None => STAGES.iter().find(|(label, _)| *label == stage).unwrap().1,
    };
    let closed_at = ended.map(|_| Timestamp::from_microsecond(last.at_us).unwrap());
    let currency = if n.is_multiple_of(7) {
        Currency::USD
    } else {
        Currency::EUR
    };
    let cents = (1_000 + luck(n, 2) % 90_000) * 100;
    let deal = Deal {
        external_ids: [("crm".to_owned(), format!("OP-{}-{n}", of.0))].into(),
        name: Some(format!("{word} deal {n}")),
        company: Some(of.company(n / 4)),
        amount: (!n.is_multiple_of(13))
            .then(|| Money::new(rust_decimal::Decimal::new(cents as i64, 2), currency)),
        pipeline: Some(of.pipeline()),
        stage: Some(stage),
        canonical_stage: Some(canonical),
        probability: Some((luck(n, 3) % 100) as f64 / 100.0),
        expected_close: Some(
            before(30 - (luck(n, 4) % 120) as i64)
                .to_zoned(jiff::tz::TimeZone::UTC)
                .date(),
        ),
        owner: of.owner(n).map(|name| of.person(name)),
        created_at: Some(before(begun)),
        updated_at: Some(before((luck(n, 5) % 20) as i64)),
        closed_at,
        lost_reason: (ended == Some("Closed Lost")).then(|| format!("{word} reason")),
        custom_fields: [("region".to_owned(), format!("{word} region"))].into(),
        ..Deal::new(of.deal(n))
    };
    DealRecord {
        deal,
        case: format!("OP-{}-{n}", of.0),
        visits,
    }
}

/// Everything around a tenant's deals, and the deals.
pub(crate) fn entities(of: Of, deals: usize) -> Vec<Entity> {
    let mut all = vec![Entity::Clock("crm".to_owned(), NOW)];
    for (name, role, manager, sells) in MEMBERS {
        if sells {
            all.push(Entity::Person(Person {
                name: Some(format!("T{}.{name} seller", of.0)),
                email: Some(format!("{name}@T{}.example", of.0)),
                manager: manager.map(|manager| of.person(manager)),
                role: Some(role.to_string()),
                ..Person::new(of.person(name))
            }));
        }
    }
    let closing = [
        ("Closed Won", CanonicalStage::ClosedWon),
        ("Closed Lost", CanonicalStage::ClosedLost),
    ];
    let stages =
        STAGES
            .into_iter()
            .chain(closing)
            .enumerate()
            .map(|(order, (label, canonical))| Stage {
                label: label.to_owned(),
                canonical: Some(canonical),
                layer: None,
                order: order as u16,
                probability: None,
            });
    all.push(Entity::Pipeline(Pipeline {
        id: of.pipeline(),
        name: format!("T{}. sales", of.0),
        stages: stages.collect(),
    }));
    for n in 0..deals.div_ceil(4) {
        all.push(Entity::Company(Box::new(Company {
            name: Some(format!("T{}. company {n}", of.0)),
            domain: Some(format!("c{n}.T{}.example", of.0)),
            industry: Some(if n % 2 == 0 { "Shipping" } else { "Energy" }.to_owned()),
            ..Company::new(of.company(n))
        })));
    }
    for n in 0..deals {
        let word = of.word(n);
        all.push(Entity::Deal(Box::new(record(of, n))));
        all.push(Entity::Stakeholder(Box::new(Stakeholder {
            name: Some(format!("{word} contact {n}")),
            email: Some(format!("contact{n}@{word}.example")),
            role: Some(if n % 3 == 0 {
                StakeholderRole::Champion
            } else {
                StakeholderRole::Influencer
            }),
            added_at: Some(before(10 + (luck(n, 6) % 100) as i64)),
            ..Stakeholder::new(of.contact(n), of.deal(n))
        })));
        for k in 0..2 {
            let number = 2 * n + k;
            let kind = [
                ActivityKind::Call,
                ActivityKind::Email,
                ActivityKind::Meeting,
            ][number % 3];
            let at = before((luck(number, 7) % 60) as i64);
            all.push(Entity::Activity(Box::new(Activity {
                deal: Some(of.deal(n)),
                participants: vec![format!("{word} participant")],
                summary: Some(format!("{word} talk {number}")),
                ..Activity::new(of.activity(number), kind, at)
            })));
        }
        if n % 6 == 0 {
            all.push(Entity::Own(
                of.deal(n),
                OwnFields {
                    forecast_category: Some(ForecastCategory::Commit),
                    next_step: Some(format!("{word} step")),
                    ..OwnFields::default()
                },
            ));
        }
        if n % 9 == 0 {
            all.push(Entity::Invoice(Box::new(Invoice {
                company: Some(of.company(n / 4)),
                ..Invoice::new(
                    InvoiceId::derive(&of.tenant(), "crm", &n.to_string()),
                    InvoiceStatus::Open,
                )
            })));
        }
    }
    // An activity of no deal, which only those who see all see.
    all.push(Entity::Activity(Box::new(Activity {
        summary: Some(format!("T{}.nobody lunch", of.0)),
        ..Activity::new(of.activity(1_000_000), ActivityKind::Internal, before(3))
    })));
    all
}

impl World {
    /// A world of so many tenants (numbered from 1) of so many deals.
    pub(crate) async fn new(tenants: u8, deals: usize) -> Self {
        Self::with(Embedded::in_memory(), tenants, deals, |_| {}).await
    }

    /// The same over an AWS of the test's own, with an API that is run otherwise.
    pub(crate) async fn with(
        aws: Embedded,
        tenants: u8,
        deals: usize,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let now_s = Arc::new(AtomicI64::new(NOW.as_second()));
        let clock = Arc::clone(&now_s);
        let clock = move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
        let client = Aws::behind(aws.http_client(), aws.endpoint_url(), false);
        let store = Store::with_clock(client, Names::local(), Arc::new(clock));
        store.create().await.unwrap();
        let fetch: api::Fetch = Arc::new(|_| Box::pin(async { Err("no network".to_owned()) }));
        let mut config = Config::new(Function::new("api", None), fetch);
        let plenty = Limit::constant(1_000_000, 1_000_000, 1);
        config.limits = RateClass::ALL
            .into_iter()
            .map(|class| (class, plenty))
            .collect();
        // No test asks a source unless it says what that answers.
        config.transport = Arc::new(|request: Request<bytes::Bytes>| {
            let host = request.uri().host().unwrap_or_default().to_owned();
            Box::pin(async { Err(pull::Failed::TooSlow { host }) })
        });
        change(&mut config);
        let app = App::new(store.clone(), config);
        let mut world = Self {
            aws,
            document: Document::of(&app),
            router: router(app.clone()),
            store,
            app,
            now_s,
            keys: BTreeMap::new(),
        };
        for n in 1..=tenants {
            world.settle(Of(n), deals).await;
        }
        world
    }

    async fn settle(&mut self, of: Of, deals: usize) {
        let ctx = TenantCtx::system(of.tenant(), "test", "req_test");
        let tenant = self
            .store
            .create_tenant(of.tenant(), &format!("T{}. tenant", of.0))
            .await
            .unwrap();
        let keys = self.store.keys().await.unwrap();
        for (at, (name, role, manager, sells)) in (0..).zip(MEMBERS) {
            let member = Member {
                id: of.member(name),
                email: format!("{name}@t{}.example", of.0).parse().unwrap(),
                name: format!("T{}.{name} member", of.0),
                role,
                person: sells.then(|| of.person(name)),
                manager: manager.map(|manager| of.member(manager)),
                team: None,
                status: Status::Active,
                epoch: 0,
                created_at: NOW,
            };
            tenant.save_member(&member).await.unwrap();
            let new = NewApiKey {
                name: format!("T{}.{name} key", of.0),
                scopes: Scopes::of(role),
                role,
                member: Some(member.id),
                expires_at: None,
            };
            let (id, secret) = (
                [of.0.wrapping_mul(16) + at; 16],
                [of.0.wrapping_mul(16) + at; 32],
            );
            let minted = ApiKey::mint(&new, &ctx, id, secret, &keys.pepper, NOW);
            let (row, text) = minted.unwrap();
            tenant.save_api_key(row).await.unwrap();
            self.keys
                .insert((of.0, name.to_owned()), text.expose_secret().to_owned());
        }
        self.put(of, entities(of, deals)).await;
    }

    /// Keeps entities, as an import would.
    pub(crate) async fn put(&self, of: Of, entities: Vec<Entity>) {
        let tenant = self.tenant(of);
        let version = self.store.now().as_microsecond();
        let changes: Vec<Versioned> = entities
            .into_iter()
            .map(|it| Versioned::new(Change::Put(it), version))
            .collect();
        for changes in changes.chunks(MOST_CHANGES) {
            let page = Page {
                changes: changes.to_vec(),
                cause: "test".to_owned(),
                ..Page::default()
            };
            tenant.commit(page).await.unwrap();
        }
    }

    pub(crate) fn tenant(&self, of: Of) -> Tenant {
        self.store
            .tenant(&TenantCtx::system(of.tenant(), "test", "req_test"))
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.now_s.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The API key of a member.
    pub(crate) fn key(&self, of: Of, name: &str) -> &str {
        &self.keys[&(of.0, name.to_owned())]
    }

    /// A call as a member of a tenant: `GET /v1/deals`.
    pub(crate) async fn call(
        &self,
        who: (Of, &str),
        line: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.key(who.0, who.1));
        self.call_as(&bearer, line, headers, body).await
    }

    /// A call with whatever stands for who calls; nothing at all where that is empty.
    pub(crate) async fn call_as(
        &self,
        authorization: &str,
        line: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let (method, target) = line.split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(target)
            .header("x-request-id", "req_test");
        if !authorization.is_empty() {
            request = request.header(AUTHORIZATION, authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let answer = Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        };
        let path = target.split('?').next().unwrap();
        if let Err(wrong) = self.document.check(method, path, &answer) {
            panic!(
                "{line} answers {} otherwise than the document says: {wrong}\n{}",
                answer.status, answer.body
            );
        }
        answer
    }

    pub(crate) async fn get(&self, who: (Of, &str), target: &str) -> Answer {
        self.call(who, &format!("GET {target}"), &[], None).await
    }

    pub(crate) async fn post(&self, who: (Of, &str), target: &str, body: Value) -> Answer {
        self.call(who, &format!("POST {target}"), &[], Some(body))
            .await
    }
}
