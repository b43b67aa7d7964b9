//! Tenants on an embedded AWS, and a clock to travel with.

use edge::{Function, Sink};
use embedded::Aws;
use identity::TenantCtx;
use jiff::Timestamp;
use model::{Change, Company, CompanyId, Entity, TenantId};
use schedule::{App, Ticked, tick};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{
    Import, ImportFile, ImportStatus, Job, JobStatus, Message, Names, Page, Progress, Queue, Store,
    Tenant, Versioned,
};

/// An afternoon: 14:13:20 UTC.
pub(crate) const START: Timestamp = Timestamp::constant(1_790_000_000, 0);
pub(crate) const HOUR: u64 = 3_600;
pub(crate) const DAY: u64 = 24 * HOUR;

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) aws: Aws,
}

impl World {
    pub(crate) async fn new() -> Self {
        let world = Self {
            aws: Aws::in_memory_with(embedded::Clock::manual(START)),
        };
        world.store().create().await.unwrap();
        world
    }

    /// A new process: nothing of an earlier one is in its memory.
    pub(crate) fn store(&self) -> Store {
        let aws = store::Aws::behind(self.aws.http_client(), self.aws.endpoint_url(), false);
        let clock = self.aws.clock().clone();
        Store::with_clock(aws, Names::local(), Arc::new(move || clock.now()))
    }

    pub(crate) fn app(&self) -> App {
        App::new(self.store(), Function::new("schedule", None))
    }

    /// A function whose lines of metrics can be looked at.
    pub(crate) fn watched(&self) -> (App, Arc<Mutex<Vec<Value>>>) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&lines);
        let sink: Sink = Arc::new(move |line| {
            let line = serde_json::from_str(line).unwrap();
            keep.lock().unwrap().push(line);
        });
        let app = App::new(self.store(), Function::new("schedule", Some(sink)));
        (app, lines)
    }

    pub(crate) async fn ticked(&self) -> Ticked {
        tick(&self.app()).await.unwrap()
    }

    pub(crate) fn id(n: u8) -> TenantId {
        TenantId::from_bytes([n; 16])
    }

    /// A tenant of that number with something in its book.
    pub(crate) async fn found(&self, n: u8) -> Tenant {
        self.store()
            .create_tenant(Self::id(n), "Harbor Works")
            .await
            .unwrap();
        let tenant = self.tenant(n);
        let company = Company::new(CompanyId::derive(&Self::id(n), "crm", "1"));
        let change = Change::Put(Entity::Company(Box::new(company)));
        let page = Page {
            changes: vec![Versioned::new(change, 1)],
            cause: "test".to_owned(),
            ..Page::default()
        };
        tenant.commit(page).await.unwrap();
        tenant
    }

    /// A tenant's part, for somebody who is a member there.
    pub(crate) fn tenant(&self, n: u8) -> Tenant {
        self.store()
            .tenant(&TenantCtx::system(Self::id(n), "test", "req_1"))
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.aws.clock().advance(Duration::from_secs(seconds));
    }

    /// Takes what is on a queue off it.
    pub(crate) async fn taken(&self, queue: Queue) -> Vec<Message> {
        let store = self.store().create().await.unwrap();
        let mut taken = Vec::new();
        loop {
            let received = store.receive(queue, 0).await.unwrap();
            if received.is_empty() {
                return taken;
            }
            let receipts: Vec<String> = received.iter().map(|it| it.receipt.clone()).collect();
            taken.extend(
                received
                    .iter()
                    .map(|it| serde_json::from_str::<Message>(&it.body).unwrap()),
            );
            store.acknowledge(queue, &receipts).await.unwrap();
        }
    }

    pub(crate) async fn all_taken(&self) -> Vec<Message> {
        let mut all = Vec::new();
        for queue in Queue::ALL {
            all.extend(self.taken(queue).await);
        }
        all
    }
}

/// A job that stands so.
pub(crate) fn job(
    id: &str,
    kind: &str,
    subject: Option<&str>,
    status: JobStatus,
    created_at: Timestamp,
) -> Job {
    Job {
        id: id.to_owned(),
        kind: kind.to_owned(),
        subject: subject.map(str::to_owned),
        created_by: "member_1".to_owned(),
        status,
        progress: Progress::default(),
        created_at,
        started_at: None,
        heartbeat_at: None,
        finished_at: None,
        cancel_requested: false,
        result: None,
        problem: None,
    }
}

/// An import with an upload and an undo image.
pub(crate) async fn import(tenant: &Tenant, status: ImportStatus) -> String {
    let id = format!("import_{}", store::unique(tenant.now()));
    tenant
        .put_import_part(&id, "deals.csv", 0, b"deal_id\n1\n")
        .await
        .unwrap();
    tenant
        .put_sealed(&format!("imports/{id}/undo/000000001-1.json"), b"{}")
        .await
        .unwrap();
    let import = Import {
        id: id.clone(),
        source: "crm".to_owned(),
        status,
        files: vec![ImportFile {
            name: "deals.csv".to_owned(),
            bytes: 10,
            total_bytes: 10,
            parts: 1,
        }],
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
