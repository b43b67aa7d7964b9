//! A tenant on an embedded AWS, and a worker that can die.

use aws_lambda_events::sqs::SqsEvent;
use bytes::Bytes;
use edge::{Deadline, Function};
use embedded::Aws;
use identity::TenantCtx;
use jiff::{SignedDuration, Timestamp};
use model::{Change, EntityKey, TenantId};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::{Import, ImportFile, ImportStatus, Job, Message, Names, Store, Tenant};
use sync::{App, Limits};

pub(crate) const START: Timestamp = Timestamp::constant(1_790_000_000, 0);

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) tenant_id: TenantId,
    pub(crate) limits: Limits,
    /// What the test itself looks through.
    own: Store,
}

impl World {
    pub(crate) async fn new() -> Self {
        let clock = embedded::Clock::manual(START);
        let aws = Aws::in_memory_with(clock);
        let world = Self {
            own: store_on(&aws),
            aws,
            tenant_id: TenantId::from_bytes([1; 16]),
            limits: Limits::default(),
        };
        world.own.create().await.unwrap();
        world
            .own
            .create_tenant(world.tenant_id, "Harbor Works")
            .await
            .unwrap();
        world
    }

    /// A new process: nothing of an earlier one is in its memory.
    pub(crate) fn app(&self) -> App {
        App {
            limits: self.limits,
            ..App::new(store_on(&self.aws), Function::new("sync", None))
        }
    }

    pub(crate) fn tenant(&self) -> Tenant {
        self.own
            .tenant(&TenantCtx::system(self.tenant_id, "test", "req_1"))
    }

    /// Clients of a program that died hear nothing more, those of the test neither.
    pub(crate) fn renew(&mut self) {
        self.own = store_on(&self.aws);
    }

    /// The import as if it had been validated.
    pub(crate) async fn waved_through(&self, import: &str) {
        let tenant = self.tenant();
        let edited = tenant.edit_document::<Import, store::Error>(import, |import| {
            import.status = ImportStatus::Validated;
            Ok(())
        });
        edited.await.unwrap();
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.aws.clock().advance(Duration::from_secs(seconds));
    }

    /// An uploaded import that nobody has looked at yet.
    pub(crate) async fn upload(&self, source: &str, files: &[(String, Vec<u8>)]) -> String {
        self.pass(1);
        let tenant = self.tenant();
        let id = format!("import_{}", store::unique(tenant.now()));
        let mut uploaded = Vec::new();
        for (name, body) in files {
            // In two parts, as a sender may cut it.
            let (a, b) = body.split_at(body.len() / 2);
            tenant.put_import_part(&id, name, 0, a).await.unwrap();
            tenant.put_import_part(&id, name, 1, b).await.unwrap();
            uploaded.push(ImportFile {
                name: name.clone(),
                bytes: body.len() as u64,
                total_bytes: body.len() as u64,
                parts: 2,
            });
        }
        let import = Import {
            id: id.clone(),
            source: source.to_owned(),
            status: ImportStatus::Open,
            files: uploaded,
            options: Value::Null,
            mapping: None,
            created_by: "member_1".to_owned(),
            created_at: tenant.now(),
            version: tenant.now().as_microsecond(),
            job: None,
            summary: None,
            committed_at: None,
            undo_blocked: None,
        };
        tenant.create_document(import).await.unwrap();
        id
    }

    /// A job with its message, on the queue.
    pub(crate) async fn ask(&self, kind: &str, import: &str) -> (String, Message) {
        self.pass(1);
        let tenant = self.tenant();
        let job = tenant
            .create_job(kind, Some(import.to_owned()))
            .await
            .unwrap();
        let message = self.message(kind, json!({"import": import, "job": job.id}));
        tenant
            .send(&store::Outgoing::now(store::Queue::Sync, message.clone()))
            .await
            .unwrap();
        (job.id, message)
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

    /// Asks for a job and works until the queue is empty.
    pub(crate) async fn done(&self, kind: &str, import: &str) -> Job {
        let (job, _) = self.ask(kind, import).await;
        self.drain(&self.app(), never).await;
        self.job(&job).await
    }

    /// Validates and commits.
    pub(crate) async fn committed(&self, import: &str) -> Job {
        self.done("import.validate", import).await;
        self.done("import.commit", import).await
    }

    pub(crate) async fn job(&self, id: &str) -> Job {
        self.tenant().document::<Job>(id).await.unwrap().value
    }

    pub(crate) async fn import(&self, id: &str) -> Import {
        self.tenant().document::<Import>(id).await.unwrap().value
    }

    /// Works on `sync`'s queue, as its event source does, until it is empty; time passes where
    /// messages wait.
    pub(crate) async fn drain(&self, app: &App, deadline: impl Fn(&World) -> Deadline) {
        for _ in 0..200 {
            let Some(record) = self.receive("sync").await else {
                if self.waiting("sync").await == 0 {
                    return;
                }
                self.pass(31);
                continue;
            };
            let handle = record["receiptHandle"].clone();
            let event: SqsEvent = serde_json::from_value(json!({"Records": [record]})).unwrap();
            let answer = sync::batch(app, event, &deadline(self)).await;
            if answer.batch_item_failures.is_empty() {
                let _ = self
                    .sqs("DeleteMessage", "sync", json!({"ReceiptHandle": handle}))
                    .await;
            } else {
                self.pass(u64::from(store::VISIBILITY_S) + 1);
            }
        }
        unreachable!("the queue never empties");
    }

    /// Messages there are, whether they can be seen now or not.
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

    async fn receive(&self, queue: &str) -> Option<Value> {
        let answer = self
            .sqs(
                "ReceiveMessage",
                queue,
                json!({"MessageSystemAttributeNames": ["All"]}),
            )
            .await?;
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

    /// Asks the queues by hand: the event source is no part of a function. Faults meet it too.
    async fn sqs(&self, operation: &str, queue: &str, mut body: Value) -> Option<Value> {
        body["QueueUrl"] = format!("http://embedded.invalid/000000000000/pie-{queue}").into();
        let request = http::Request::post("http://embedded.invalid/")
            .header("x-amz-target", format!("AmazonSQS.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .body(Bytes::from(body.to_string()))
            .unwrap();
        let answer = self.aws.answer(request).await;
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        answer
            .status()
            .is_success()
            .then(|| serde_json::from_str(&text).unwrap_or_default())
    }

    /// Everything kept, as text.
    pub(crate) async fn kept(&self) -> BTreeMap<String, String> {
        let book = self.tenant().book().await.unwrap().book;
        let entities = book.entities();
        entities
            .map(|it| (it.key().to_string(), it.to_json().unwrap()))
            .collect()
    }

    /// Somebody else writes something that an import wrote too.
    pub(crate) async fn change(&self, key: &EntityKey, edit: impl Fn(&mut model::Entity)) {
        self.pass(1);
        let tenant = self.tenant();
        let mut entity = tenant.entity(key).await.unwrap().unwrap().entity.unwrap();
        edit(&mut entity);
        let change = store::Versioned::new(Change::Put(entity), tenant.now().as_microsecond());
        let page = store::Page {
            changes: vec![change],
            cause: "test".to_owned(),
            ..store::Page::default()
        };
        tenant.commit(page).await.unwrap();
    }
}

fn store_on(aws: &Aws) -> Store {
    let clients = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    let clock = aws.clock().clone();
    Store::with_clock(clients, Names::local(), Arc::new(move || clock.now()))
}

/// A deadline that never passes.
pub(crate) fn never(_: &World) -> Deadline {
    Deadline::at(Timestamp::MAX, Arc::new(|| START))
}

/// A deadline that passes as soon as the work has begun: a worker does a page and hands over.
pub(crate) fn at_once(_: &World) -> Deadline {
    let looks = AtomicI64::new(0);
    let clock = move || START + SignedDuration::from_secs(looks.fetch_add(1, Ordering::SeqCst));
    Deadline::at(START + SignedDuration::from_secs(1), Arc::new(clock))
}

/// A small file of deals, of which `changed` says otherwise than the others.
pub(crate) fn deals(count: usize, changed: impl Fn(usize) -> bool) -> Vec<(String, Vec<u8>)> {
    let mut text =
        "deal_id,deal_name,company,owner,amount,currency,stage,created_at,stage_entered_at\n"
            .to_owned();
    for n in 0..count {
        let (stage, amount) = if changed(n) {
            ("Negotiation", 7000)
        } else {
            ("Proposal", 5000)
        };
        let _ = writeln!(
            text,
            "D-{n},Deal number {n},Company {},Seller {},{amount},EUR,{stage},2026-0{}-01,2026-08-1{}",
            n % 5,
            n % 3,
            1 + n % 7,
            n % 9,
        );
    }
    vec![("deals.csv".to_owned(), text.into_bytes())]
}
