//! A tenant on an embedded AWS beside four vendors, all by one clock.

use crate::luck::Luck;
use aws_lambda_events::sqs::SqsEvent;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge::{Deadline, Function};
use embedded::Aws;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use identity::TenantCtx;
use jiff::{SignedDuration, Timestamp};
use model::{Book, ConnectionId, TenantId};
use pull::{Failed, Transport};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::book::Books;
use store::{
    AuthKind, Connection, ConnectionStatus, Job, Message, Names, Outgoing, Queue, Secrets, Store,
    StreamState, Tenant,
};
use sync::{App, Sources};
use tower::ServiceExt;
use vendors::Settings;
use vendors::billing::Billing;
use vendors::crm::{Clock, Crm};
use vendors::faults::Faults;
use vendors::hubspot::{self, HubSpot};
use vendors::pipedrive::{self, Pipedrive};
use vendors::salesforce::{self, Salesforce};
use vendors::stripe::{self, Stripe};

pub(crate) const START: Timestamp = Timestamp::constant(1_790_000_000, 0);

/// What is asked for in one page while it is rough, so that little data make many pages.
const FEW: u64 = 2;

/// What goes wrong between a program and its vendors, besides their [`Faults`]: answers take their
/// time, some of them longer than a lease lasts, and pages are small.
#[derive(Debug)]
pub(crate) struct Way {
    luck: Mutex<Luck>,
    /// One answer in so many is under way for so long that who asked is taken for dead; none at 0.
    pub(crate) late_in: AtomicU64,
    /// How many were.
    pub(crate) late: AtomicU64,
}

impl Way {
    fn new(seed: u64) -> Self {
        Self {
            luck: Mutex::new(Luck::of(seed, 1)),
            late_in: AtomicU64::new(0),
            late: AtomicU64::new(0),
        }
    }

    /// How long a request is under way, and how long its answer.
    fn times(&self) -> (Duration, Duration) {
        let mut luck = self.luck.lock().unwrap();
        let there = luck.ms(1, 40);
        let late_in = self.late_in.load(Ordering::SeqCst);
        if late_in > 0 && luck.one_in(late_in) {
            self.late.fetch_add(1, Ordering::SeqCst);
            return (there, luck.ms(125_000, 900_000));
        }
        (there, luck.ms(1, 60))
    }
}

/// Pages of a stream are asked for a few records at a time.
fn small(request: http::Request<Bytes>) -> http::Request<Bytes> {
    const LISTS: [&str; 9] = [
        "/deals",
        "/companies",
        "/contacts",
        "/organizations",
        "/customers",
        "/subscriptions",
        "/invoices",
        "/events",
        "/search",
    ];
    let path = request.uri().path().to_owned();
    let of_account = ["pipelines", "properties"]
        .iter()
        .any(|it| path.contains(it));
    if of_account || !LISTS.iter().any(|it| path.contains(it)) || path.contains("changelog") {
        return request;
    }
    let (mut parts, mut body) = request.into_parts();
    if let Some(query) = parts.uri.query() {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some(("limit", _)) => format!("limit={FEW}"),
            _ => pair.to_owned(),
        });
        let query = pairs.collect::<Vec<_>>().join("&");
        let host = parts.uri.host().unwrap_or_default();
        parts.uri = format!("http://{host}{path}?{query}").parse().unwrap();
    }
    if path.ends_with("/search") {
        let mut asked: Value = serde_json::from_slice(&body).unwrap();
        asked["limit"] = FEW.into();
        body = Bytes::from(asked.to_string());
    }
    http::Request::from_parts(parts, body)
}

/// What happens once, while a vendor is asked for a path with these words.
type Meanwhile = Arc<Mutex<Option<(&'static str, BoxFuture<'static, ()>)>>>;

pub(crate) struct Bed {
    pub(crate) aws: Aws,
    pub(crate) tenant_id: TenantId,
    pub(crate) salesforce: Arc<Salesforce>,
    pub(crate) hubspot: Arc<HubSpot>,
    pub(crate) pipedrive: Arc<Pipedrive>,
    pub(crate) stripe: Arc<Stripe>,
    /// What goes wrong on the way to the vendors.
    pub(crate) faults: Arc<Faults>,
    /// Whether it does.
    pub(crate) is_rough: Arc<AtomicBool>,
    /// Until when, in seconds since 1970, vendors ask everybody to wait.
    pub(crate) busy_until: Arc<AtomicI64>,
    /// Whether the vendors' limits are kept; each request is counted then.
    pub(crate) is_limited: bool,
    /// What else goes wrong there.
    pub(crate) way: Arc<Way>,
    meanwhile: Meanwhile,
    routers: BTreeMap<String, Router>,
    own: Store,
    books: Books<()>,
    luck: store::Luck,
}

/// What vendors have.
pub(crate) struct Accounts {
    pub(crate) salesforce: Crm,
    pub(crate) hubspot: Crm,
    pub(crate) pipedrive: Crm,
    pub(crate) billing: Billing,
}

impl Accounts {
    /// The same company at all of them.
    pub(crate) fn of(world: &demo::World, clock: &Clock) -> Self {
        let crm = |ids| Crm::from_world(world, ids, Arc::clone(clock));
        let salesforce = crm(salesforce::id);
        let accounts: BTreeMap<String, String> = salesforce
            .companies
            .values()
            .filter_map(|it| Some((it.domain.clone()?, it.id.clone())))
            .collect();
        let of_account = |account: &demo::Account| accounts.get(&account.domain).cloned();
        Self {
            billing: Billing::from_world(world, &of_account, Arc::clone(clock)),
            salesforce,
            hubspot: crm(hubspot::id),
            pipedrive: crm(pipedrive::id),
        }
    }

    /// A handful of deals and customers, at one of them.
    pub(crate) fn tiny(source: &str, clock: &Clock) -> Self {
        let crm = |name: &str, ids| {
            let deals = if name == source { 6 } else { 0 };
            let mut crm = Crm::scaled(deals, ids, Arc::clone(clock));
            // Other streams would bring these.
            crm.deals.values_mut().for_each(|it| {
                it.company = None;
                it.owner = None;
            });
            crm.contacts.values_mut().for_each(|it| it.company = None);
            crm
        };
        let customers = if source == "stripe" { 5 } else { 0 };
        Self {
            salesforce: crm("salesforce", salesforce::id),
            hubspot: crm("hubspot", hubspot::id),
            pipedrive: crm("pipedrive", pipedrive::id),
            billing: Billing::scaled(customers, Arc::clone(clock)),
        }
    }
}

impl Bed {
    pub(crate) async fn new(world: &demo::World) -> Self {
        Self::with(0, Faults::none(), |clock| Accounts::of(world, clock)).await
    }

    /// One on which requests to vendors go wrong while `is_rough`. The same seed goes the same way.
    pub(crate) async fn with(
        seed: u64,
        faults: Arc<Faults>,
        accounts: impl FnOnce(&Clock) -> Accounts,
    ) -> Self {
        // Whoever sleeps lets the one clock go on.
        let aws = Aws::in_memory_with(embedded::Clock::paced(START));
        let ticking = aws.clock().clone();
        let clock: Clock = Arc::new(move || ticking.now());
        let settings = || Settings::new(Arc::clone(&clock));
        let accounts = accounts(&clock);
        let salesforce = Salesforce::new(accounts.salesforce, settings());
        let hubspot = HubSpot::new(accounts.hubspot, settings());
        let pipedrive = Pipedrive::new(accounts.pipedrive, settings());
        let stripe = Stripe::new(accounts.billing, settings());
        let routers = BTreeMap::from([
            ("salesforce".to_owned(), salesforce.router()),
            ("hubspot".to_owned(), hubspot.router()),
            ("pipedrive".to_owned(), pipedrive.router()),
            ("stripe".to_owned(), stripe.router()),
        ]);
        let luck = Mutex::new(Luck::of(seed, 2));
        let luck: store::Luck = Arc::new(move |bytes| luck.lock().unwrap().fill(bytes));
        let own = store_on(&aws, &luck);
        own.create().await.unwrap();
        let tenant_id = TenantId::from_bytes([1; 16]);
        own.create_tenant(tenant_id, "Harbor Works").await.unwrap();
        let apps = json!({
            "sandbox:salesforce": {"client_id": salesforce::CLIENT_ID, "client_secret": salesforce::CLIENT_SECRET},
            "sandbox:hubspot": {"client_id": hubspot::CLIENT_ID, "client_secret": hubspot::CLIENT_SECRET},
            "sandbox:pipedrive": {"client_id": pipedrive::CLIENT_ID, "client_secret": pipedrive::CLIENT_SECRET},
        });
        own.put_source_apps(&SecretString::from(apps.to_string()))
            .await
            .unwrap();
        Self {
            aws,
            tenant_id,
            salesforce,
            hubspot,
            pipedrive,
            stripe,
            faults,
            is_rough: Arc::default(),
            busy_until: Arc::default(),
            is_limited: true,
            way: Arc::new(Way::new(seed)),
            meanwhile: Arc::default(),
            routers,
            own,
            books: Books::new(1),
            luck,
        }
    }

    /// Something happens once, while a vendor is asked for a path with these words.
    pub(crate) fn when_asked(
        &self,
        words: &'static str,
        happens: impl Future<Output = ()> + Send + 'static,
    ) {
        *self.meanwhile.lock().unwrap() = Some((words, Box::pin(happens)));
    }

    /// What other functions are told.
    pub(crate) async fn aws_messages(&self, queue: Queue) -> Vec<String> {
        let received = self.own.receive(queue, 0).await.unwrap();
        received.into_iter().map(|it| it.body).collect()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.aws.clock().advance(Duration::from_secs(seconds));
    }

    pub(crate) fn tenant(&self) -> Tenant {
        self.own
            .tenant(&TenantCtx::system(self.tenant_id, "test", "req_1"))
    }

    /// Clients of a program that died hear nothing more, those of the test neither.
    pub(crate) fn renew(&mut self) {
        self.own = store_on(&self.aws, &self.luck);
    }

    /// Requests go to the vendors' routers in this process.
    pub(crate) fn transport(&self) -> Transport {
        let routers = self.routers.clone();
        let (faults, is_rough) = (Arc::clone(&self.faults), Arc::clone(&self.is_rough));
        let way = Arc::clone(&self.way);
        let meanwhile = Arc::clone(&self.meanwhile);
        let (clock, busy_until) = (self.aws.clock().clone(), Arc::clone(&self.busy_until));
        Arc::new(move |request| {
            let is_busy = clock.now().as_second() < busy_until.load(Ordering::SeqCst);
            let faults = is_rough.load(Ordering::SeqCst).then(|| Arc::clone(&faults));
            let way = Arc::clone(&way);
            let path = request.uri().path();
            let happens = meanwhile
                .lock()
                .unwrap()
                .take_if(|(words, _)| path.contains(*words));
            let host = request.uri().host().unwrap_or_default().to_owned();
            let source = host.split('.').next().unwrap_or_default().to_owned();
            let router = routers.get(&source).cloned();
            Box::pin(async move {
                if let Some((_, happens)) = happens {
                    happens.await;
                }
                let broken = |why: &str| Failed::NoAnswer {
                    host: host.clone(),
                    source: why.to_owned().into(),
                };
                if is_busy {
                    let answer = http::Response::builder().status(429);
                    let answer = answer.header("retry-after", "47").body(Bytes::new());
                    return Ok(answer.unwrap());
                }
                let Some(router) = router else {
                    return Err(broken("nobody is there"));
                };
                let is_rough = faults.is_some();
                let request = if is_rough { small(request) } else { request };
                let (there, back) = if is_rough {
                    way.times()
                } else {
                    (Duration::ZERO, Duration::ZERO)
                };
                if is_rough {
                    tokio::time::sleep(there).await;
                }
                let (mut parts, body) = request.into_parts();
                parts.headers.insert("host", host.parse().unwrap());
                let request = http::Request::from_parts(parts, Body::from(body));
                let answer = match faults {
                    Some(faults) => faults.call(router, request).await,
                    None => match router.oneshot(request).await {
                        Ok(answer) => Ok(answer),
                        Err(never) => match never {},
                    },
                };
                let Ok(answer) = answer else {
                    return Err(broken("the connection broke"));
                };
                if is_rough {
                    tokio::time::sleep(back).await;
                }
                let (parts, body) = answer.into_parts();
                let Ok(body) = body.collect().await else {
                    return Err(broken("the answer broke off"));
                };
                let mut body: Bytes = body.to_bytes();
                let packed = parts.headers.get("content-encoding");
                if packed.is_some_and(|it| it == "gzip") {
                    body = pull::unpack(&body, &host)?;
                }
                Ok(http::Response::from_parts(parts, body))
            })
        })
    }

    /// A new process: nothing of an earlier one is in its memory.
    pub(crate) fn app(&self) -> App {
        App {
            sources: Sources {
                transport: self.transport(),
                local: true,
                limited: self.is_limited,
            },
            ..App::new(store_on(&self.aws, &self.luck), Function::new("sync", None))
        }
    }

    /// A connection to which access was granted.
    pub(crate) async fn connect(&self, source: &str) -> ConnectionId {
        let tenant = self.tenant();
        let id = ConnectionId::derive(&self.tenant_id, "test", source);
        let auth = if source == "stripe" {
            AuthKind::Key
        } else {
            AuthKind::Oauth
        };
        let mut connection = Connection::new(id, source, auth, "test", tenant.now());
        connection.status = ConnectionStatus::Active;
        connection.sandbox = true;
        connection.base_url = Some(format!("http://{source}.sandbox"));
        tenant.create_document(connection).await.unwrap();
        self.grant(id, source).await;
        id
    }

    /// A person grants access, anew where it was granted before.
    pub(crate) async fn grant(&self, id: ConnectionId, source: &str) {
        let tenant = self.tenant();
        let issued = match source {
            "salesforce" => Some(self.salesforce.oauth().grant(&["api", "refresh_token"])),
            "hubspot" => Some(self.hubspot.oauth().grant(&hubspot::SCOPES)),
            "pipedrive" => {
                let scopes = pull::oauth_of(connectors::find(source).unwrap())
                    .unwrap()
                    .scopes;
                Some(self.pipedrive.oauth().grant(scopes))
            }
            _ => None,
        };
        let now = tenant.now();
        let secrets = Secrets {
            access: match &issued {
                Some(issued) => issued.access_token.clone().into(),
                None => stripe::RESTRICTED_KEY.to_owned().into(),
            },
            refresh: issued
                .as_ref()
                .and_then(|it| it.refresh_token.clone())
                .map(SecretString::from),
            expires_at: issued
                .as_ref()
                .map(|it| now + SignedDuration::from_secs(i64::from(it.expires_in))),
            issued_at: now,
            scope: None,
            extra: BTreeMap::new(),
        };
        tenant.put_credential(id, secrets).await.unwrap();
        tenant
            .edit_document::<Connection, store::Error>(&id.to_string(), |connection| {
                connection.status = ConnectionStatus::Active;
                connection.reason = None;
                Ok(())
            })
            .await
            .unwrap();
    }

    pub(crate) fn message(&self, kind: &str, body: Value) -> Message {
        Message {
            v: 1,
            tenant: self.tenant_id,
            request_id: "req_1".to_owned(),
            kind: kind.to_owned(),
            body,
        }
    }

    /// Asks for a run: the job.
    pub(crate) async fn ask(&self, id: ConnectionId, kind: &str) -> String {
        let tenant = self.tenant();
        let job = tenant.create_job(kind, Some(id.to_string())).await.unwrap();
        let message = self.message(kind, json!({"connection": id, "job": job.id}));
        tenant
            .send(&Outgoing::now(Queue::Sync, message))
            .await
            .unwrap();
        job.id
    }

    /// Puts dead letters back, as whoever runs the product does when the alarm says that there are
    /// some; gives their number.
    pub(crate) async fn redrive(&self) -> u64 {
        let dead = self.waiting("sync-dlq").await;
        if dead > 0 {
            let source = "arn:aws:sqs:us-east-1:000000000000:pie-sync-dlq";
            let asked = self.sqs("StartMessageMoveTask", "sync", json!({"SourceArn": source}));
            asked.await.unwrap();
            self.pass(1);
        }
        dead
    }

    /// The same message again, as for a job that stands still.
    pub(crate) async fn again(&self, id: ConnectionId, job: &str) -> Result<(), store::Error> {
        let message = self.message("connection.sync", json!({"connection": id, "job": job}));
        let tenant = self.tenant();
        tenant.send(&Outgoing::now(Queue::Sync, message)).await
    }

    /// A run, to its end.
    pub(crate) async fn run(&self, id: ConnectionId, kind: &str) -> Job {
        self.pass(1);
        let job = self.ask(id, kind).await;
        self.drain(&self.app()).await;
        self.job(&job).await
    }

    pub(crate) async fn job(&self, id: &str) -> Job {
        self.tenant().document::<Job>(id).await.unwrap().value
    }

    pub(crate) async fn streams(&self, id: ConnectionId) -> Vec<StreamState> {
        let streams = self.tenant().streams(id).await.unwrap();
        streams.into_iter().map(|it| it.value).collect()
    }

    pub(crate) async fn book(&self) -> Book {
        let shelf = self.books.fresh(&self.tenant()).await.unwrap();
        shelf.read(|warm| warm.book.clone()).unwrap()
    }

    /// Works on the queue, as its event source does, until it is empty; time passes where messages
    /// wait.
    pub(crate) async fn drain(&self, app: &App) {
        for _ in 0..5_000 {
            if !self.one(app).await {
                if self.waiting("sync").await == 0 {
                    return;
                }
                self.pass(10);
            }
        }
        unreachable!("the queue never empties");
    }

    /// Does as [`Bed::drain`] does, for so many seconds; says whether the queue is empty.
    pub(crate) async fn drain_for(&self, app: &App, seconds: i64) -> bool {
        let end = self.aws.clock().now().as_second() + seconds;
        while self.aws.clock().now().as_second() < end {
            if !self.one(app).await {
                if self.waiting("sync").await == 0 {
                    return true;
                }
                self.pass(10);
            }
        }
        false
    }

    /// Works on one message; says whether there was one.
    pub(crate) async fn one(&self, app: &App) -> bool {
        let Some(record) = self.receive().await else {
            return false;
        };
        let handle = record["receiptHandle"].clone();
        let event: SqsEvent = serde_json::from_value(json!({"Records": [record]})).unwrap();
        let never = Deadline::at(Timestamp::MAX, Arc::new(|| START));
        let answer = sync::batch(app, event, &never).await;
        if answer.batch_item_failures.is_empty() {
            let _ = self
                .sqs("DeleteMessage", "sync", json!({"ReceiptHandle": handle}))
                .await;
        } else {
            self.pass(u64::from(store::VISIBILITY_S) + 1);
        }
        true
    }

    /// Several workers do this at a time, until the queue is empty and nobody fills it any more. Some
    /// messages are handed out to two of them, and some are not taken away when they are done.
    pub(crate) async fn drain_roughly(
        &self,
        app: &App,
        luck: &mut Luck,
        is_over: impl Fn() -> bool,
    ) {
        loop {
            let Some(record) = self.receive_within(20).await else {
                if is_over() && self.waiting("sync").await == 0 {
                    return;
                }
                tokio::time::sleep(luck.ms(1, 2_000)).await;
                continue;
            };
            let handle = record["receiptHandle"].clone();
            if luck.one_in(6) {
                let again = json!({"ReceiptHandle": handle, "VisibilityTimeout": luck.below(3)});
                self.sqs("ChangeMessageVisibility", "sync", again).await;
            }
            let event: SqsEvent = serde_json::from_value(json!({"Records": [record]})).unwrap();
            let clock = self.aws.clock().clone();
            // Some have little time, and hand the rest over.
            let seconds = if luck.one_in(3) { 20 } else { 90_000 };
            let at = clock.now() + SignedDuration::from_secs(seconds);
            let deadline = Deadline::at(at, Arc::new(move || clock.now()));
            let answer = sync::batch(app, event, &deadline).await;
            if answer.batch_item_failures.is_empty() {
                if !luck.one_in(9) {
                    self.sqs("DeleteMessage", "sync", json!({"ReceiptHandle": handle}))
                        .await;
                }
            } else {
                let soon = json!({"ReceiptHandle": handle, "VisibilityTimeout": luck.below(60)});
                self.sqs("ChangeMessageVisibility", "sync", soon).await;
            }
        }
    }

    pub(crate) async fn waiting(&self, queue: &str) -> u64 {
        let answer = loop {
            let asked = self.sqs(
                "GetQueueAttributes",
                queue,
                json!({"AttributeNames": ["All"]}),
            );
            if let Some(answer) = asked.await {
                break answer;
            }
        };
        let attributes = &answer["Attributes"];
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ];
        let number = |name: &&str| attributes[*name].as_str().unwrap().parse::<u64>().unwrap();
        names.iter().map(number).sum()
    }

    /// A message, in the order of turns.
    pub(crate) async fn take_one(&self) -> Option<Message> {
        let record = self.receive().await?;
        let handle = record["receiptHandle"].clone();
        self.sqs("DeleteMessage", "sync", json!({"ReceiptHandle": handle}))
            .await?;
        serde_json::from_str(record["body"].as_str()?).ok()
    }

    /// The part of another tenant.
    pub(crate) fn tenant_of(&self, id: TenantId) -> Tenant {
        self.own.tenant(&TenantCtx::system(id, "test", "req_1"))
    }

    async fn receive(&self) -> Option<Value> {
        self.receive_within(0).await
    }

    async fn receive_within(&self, seconds: u64) -> Option<Value> {
        let names = json!({"MessageSystemAttributeNames": ["All"], "WaitTimeSeconds": seconds});
        let answer = self.sqs("ReceiveMessage", "sync", names).await?;
        let message = answer["Messages"].get(0)?;
        Some(json!({
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:pie-sync",
            "awsRegion": "us-east-1",
        }))
    }

    /// Asks the queue by hand: the event source is no part of a function. Faults meet it too.
    async fn sqs(&self, operation: &str, queue: &str, mut body: Value) -> Option<Value> {
        body["QueueUrl"] = format!("http://embedded.invalid/000000000000/pie-{queue}").into();
        let request = http::Request::post("http://embedded.invalid/")
            .header("x-amz-target", format!("AmazonSQS.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .body(Bytes::from(body.to_string()))
            .unwrap();
        let answer = self.aws.answer(request).await;
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        let is_good = answer.status().is_success();
        is_good.then(|| serde_json::from_str(&text).unwrap_or_default())
    }
}

fn store_on(aws: &Aws, luck: &store::Luck) -> Store {
    let clients = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    let clock = aws.clock().clone();
    let clock = Arc::new(move || clock.now());
    Store::with_luck(clients, Names::local(), clock, Arc::clone(luck))
}
