//! A tenant with a small team, a few deals and somebody who will want to be forgotten.

use deliver::App;
use edge::{Deadline, Failure, Function, Meta};
use embedded::Aws;
use identity::{Member, MemberId, Role, Status, TenantCtx};
use jiff::Timestamp;
use model::{
    Activity, ActivityId, ActivityKind, Change, Company, CompanyId, Deal, DealId, DealRecord,
    Entity, Money, OwnFields, Person, PersonId, Provenance, Stakeholder, StakeholderId, TenantId,
};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use store::{
    Import, ImportStatus, Job, Message, Names, Page, Queue, Run, Simulation, Store, Tenant,
    Versioned, View,
};

pub(crate) const START: Timestamp = Timestamp::constant(1_790_000_000, 0);
/// What must be nowhere once the person is erased.
const CANARIES: [&str; 2] = ["ada.canary", "ada canary"];

pub(crate) struct World {
    pub(crate) aws: Aws,
}

pub(crate) fn tenant_id() -> TenantId {
    TenantId::from_bytes([1; 16])
}

fn person(n: usize) -> PersonId {
    PersonId::derive(&tenant_id(), "crm", &format!("rep {n}"))
}

fn company(n: usize) -> CompanyId {
    CompanyId::derive(&tenant_id(), "crm", &n.to_string())
}

pub(crate) fn deal(n: usize) -> DealId {
    DealId::derive(&tenant_id(), "crm", &n.to_string())
}

pub(crate) fn never() -> Deadline {
    Deadline::at(Timestamp::MAX, Arc::new(|| START))
}

fn crm() -> Provenance {
    Provenance::new("crm", None)
}

fn entities() -> Vec<Entity> {
    let mut all = vec![Entity::Clock("crm".to_owned(), START)];
    for n in 0..3 {
        let person = Person {
            name: Some(format!("Seller Number{n}")),
            ..Person::new(person(n))
        };
        all.push(Entity::Person(person));
    }
    for n in 0..7 {
        // The last have no deal, and one of them an owner.
        let company = Company {
            name: Some(format!("Company {n}")),
            owner: (n == 6).then(|| person(0)),
            ..Company::new(company(n))
        };
        all.push(Entity::Company(Box::new(company)));
    }
    for n in 0..12 {
        let it = Deal {
            name: Some(format!("Deal {n}")),
            // One nobody owns, one opened to another.
            owner: (n != 11).then(|| person(n % 3)),
            company: Some(company(n % 5)),
            visible_to: if n == 4 { vec![person(0)] } else { Vec::new() },
            stage: Some(if n % 2 == 0 { "Proposal" } else { "Demo" }.to_owned()),
            amount: Some(Money::new(
                (1000 * (7 - n as i64 % 5)).into(),
                model::Currency::EUR,
            )),
            provenance: crm(),
            ..Deal::new(deal(n))
        };
        all.push(Entity::Deal(Box::new(DealRecord {
            deal: it,
            case: n.to_string(),
            visits: Vec::new(),
        })));
        let ada = n < 2;
        let contact = Stakeholder {
            name: Some(if ada {
                "Ada Canary".to_owned()
            } else {
                format!("Somebody Else{n}")
            }),
            email: Some(if ada {
                "Ada.Canary@quay.example".to_owned()
            } else {
                format!("else{n}@quay.example")
            }),
            title: Some("Head of Harbors".to_owned()),
            provenance: crm(),
            ..Stakeholder::new(
                StakeholderId::derive(&tenant_id(), "crm", &n.to_string()),
                deal(n),
            )
        };
        all.push(Entity::Stakeholder(Box::new(contact)));
        let activity = Activity {
            deal: (n != 3).then(|| deal(n)),
            participants: vec![
                if ada {
                    "ada.canary@quay.example"
                } else {
                    "else@quay.example"
                }
                .to_owned(),
            ],
            summary: ada.then(|| "Ada Canary wants a demo".to_owned()),
            provenance: crm(),
            ..Activity::new(
                ActivityId::derive(&tenant_id(), "crm", &n.to_string()),
                ActivityKind::Call,
                START,
            )
        };
        all.push(Entity::Activity(Box::new(activity)));
    }
    let note = OwnFields {
        note: Some("ask ADA CANARY".to_owned()),
        ..OwnFields::default()
    };
    all.push(Entity::Own(deal(5), note));
    all
}

impl World {
    pub(crate) async fn new() -> Self {
        let world = Self {
            aws: Aws::in_memory_with(embedded::Clock::manual(START)),
        };
        let store = world.store();
        store.create().await.unwrap();
        let tenant = store
            .create_tenant(tenant_id(), "Harbor Works")
            .await
            .unwrap();
        let changes: Vec<_> = entities()
            .into_iter()
            .map(|it| Versioned::new(Change::Put(it), 1))
            .collect();
        tenant
            .commit(Page {
                changes,
                ..Page::default()
            })
            .await
            .unwrap();
        for name in ["admin", "cro", "manager", "rep_0", "rep_1", "nobody"] {
            tenant.save_member(&world.member(name)).await.unwrap();
        }
        world
    }

    #[expect(clippy::unused_self, reason = "it reads as a member of this world")]
    pub(crate) fn member(&self, name: &str) -> Member {
        let id = |name: &str| MemberId::derive(&tenant_id(), name);
        Member {
            id: id(name),
            email: format!("{name}@harbor.example").parse().unwrap(),
            name: name.to_owned(),
            role: match name {
                "admin" => Role::Admin,
                "cro" => Role::Cro,
                "manager" => Role::SalesManager,
                _ => Role::Ae,
            },
            person: match name {
                "rep_0" => Some(person(0)),
                "rep_1" => Some(person(1)),
                _ => None,
            },
            manager: name.starts_with("rep").then(|| id("manager")),
            team: None,
            status: Status::Active,
            epoch: 0,
            created_at: START,
        }
    }

    pub(crate) fn store(&self) -> Store {
        let clients = store::Aws::behind(self.aws.http_client(), self.aws.endpoint_url(), false);
        let clock = self.aws.clock().clone();
        Store::with_clock(clients, Names::local(), Arc::new(move || clock.now()))
    }

    pub(crate) fn tenant(&self) -> Tenant {
        self.store()
            .tenant(&TenantCtx::system(tenant_id(), "test", "req_1"))
    }

    pub(crate) fn app(&self) -> App {
        App {
            public_url: "https://app.example".to_owned(),
            ..App::new(self.store(), Function::new("deliver", None))
        }
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.aws
            .clock()
            .advance(Duration::from_secs(days.unsigned_abs() * 86_400));
    }

    #[expect(clippy::unused_self, reason = "it reads as a message in this world")]
    pub(crate) fn message(&self, kind: &str, body: Value) -> Message {
        Message {
            v: 1,
            tenant: tenant_id(),
            request_id: "req_1".to_owned(),
            kind: kind.to_owned(),
            body,
        }
    }

    pub(crate) async fn handle(&self, message: &Message) -> Result<(), Failure> {
        self.handle_until(message, never()).await
    }

    pub(crate) async fn handle_until(
        &self,
        message: &Message,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        let meta = Meta {
            message_id: "m".to_owned(),
            receive_count: 1,
            deadline,
        };
        deliver::handle(&self.app(), message.clone(), meta).await
    }

    /// A job that a member asked for, as the API asks.
    pub(crate) async fn asked(&self, kind: &str, by: &Member, request: Value) -> (String, Message) {
        self.asked_by(kind, &by.id.to_string(), request).await
    }

    pub(crate) async fn asked_by(&self, kind: &str, by: &str, request: Value) -> (String, Message) {
        let tenant = self.tenant();
        let mut job = tenant.create_job(kind, None).await.unwrap();
        by.clone_into(&mut job.created_by);
        tenant.put_document(&job).await.unwrap();
        let json = serde_json::to_vec(&request).unwrap();
        tenant
            .put_sealed(&format!("requests/{}.json", job.id), &json)
            .await
            .unwrap();
        let message = self.message(kind, json!({ "job": job.id }));
        (job.id, message)
    }

    pub(crate) async fn ask(&self, kind: &str, by: &Member, request: Value) -> Job {
        let (job, message) = self.asked(kind, by, request).await;
        self.handle(&message).await.unwrap();
        self.tenant().document::<Job>(&job).await.unwrap().value
    }

    pub(crate) async fn export(&self, by: &Member, request: Value) -> Job {
        self.ask("export.run", by, request).await
    }

    /// The file an export made, as the API gives it out.
    pub(crate) async fn file(&self, job: &Job) -> Vec<u8> {
        let made = job
            .result
            .as_ref()
            .unwrap_or_else(|| panic!("{:?}", job.problem));
        let mut file = Vec::new();
        for part in 0..made["parts"].as_u64().unwrap() {
            let name = format!("exports/{}/{part:06}", job.id);
            file.extend(self.tenant().sealed(&name).await.unwrap().unwrap());
        }
        assert_eq!(made["bytes"], file.len());
        file
    }

    /// The ids in the first column of an exported table.
    pub(crate) async fn ids(&self, job: &Job) -> std::collections::BTreeSet<String> {
        let file = self.file(job).await;
        let mut reader = csv::Reader::from_reader(&file[..]);
        reader
            .records()
            .map(|row| row.unwrap()[0].to_owned())
            .collect()
    }

    /// What waits on this function's queue, taken off it once all of it can be seen.
    pub(crate) async fn taken(&self) -> Vec<Message> {
        self.pass(60);
        let store = self.store().create().await.unwrap();
        let received = store.receive(Queue::Deliver, 0).await.unwrap();
        let receipts: Vec<String> = received.iter().map(|it| it.receipt.clone()).collect();
        store.acknowledge(Queue::Deliver, &receipts).await.unwrap();
        received
            .iter()
            .map(|it| serde_json::from_str(&it.body).unwrap())
            .collect()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.aws.clock().advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn job(&self, id: &str) -> Job {
        self.tenant().document::<Job>(id).await.unwrap().value
    }

    /// The whole table, whoever's rows they are.
    pub(crate) async fn table(&self) -> String {
        use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.aws.http_client())
            .endpoint_url(self.aws.endpoint_url())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"));
        let table = aws_sdk_dynamodb::Client::from_conf(config.build());
        let (mut text, mut next) = (String::new(), None);
        loop {
            let scan = table.scan().table_name("pie").set_exclusive_start_key(next);
            let page = scan.send().await.unwrap();
            for item in page.items() {
                writeln!(text, "{item:?}").unwrap();
            }
            next = page.last_evaluated_key;
            if next.is_none() {
                return text;
            }
        }
    }

    pub(crate) async fn rename_deal(&self, n: usize, name: &str) {
        let tenant = self.tenant();
        let key = model::EntityKey::Deal(deal(n));
        let kept = tenant.entity(&key).await.unwrap().unwrap();
        let Some(Entity::Deal(mut record)) = kept.entity else {
            panic!("no deal")
        };
        record.deal.name = Some(name.to_owned());
        let change = Versioned::new(Change::Put(Entity::Deal(record)), kept.version + 1);
        tenant
            .commit(Page {
                changes: vec![change],
                ..Page::default()
            })
            .await
            .unwrap();
    }

    pub(crate) async fn contact(&self) -> Stakeholder {
        let book = self.tenant().book().await.unwrap().book;
        book.stakeholders
            .into_iter()
            .find(|it| it.name.as_deref() == Some("Ada Canary"))
            .unwrap()
    }

    /// The person in everything that is kept besides the rows.
    pub(crate) async fn plant_copies(&self) {
        let tenant = self.tenant();
        let import = Import {
            id: "import_1".to_owned(),
            source: "crm".to_owned(),
            status: ImportStatus::Committed,
            files: Vec::new(),
            options: Value::Null,
            mapping: None,
            created_by: "member_1".to_owned(),
            created_at: START,
            version: 1,
            job: None,
            summary: None,
            committed_at: Some(START),
            undo_blocked: None,
        };
        tenant.create_document(import.clone()).await.unwrap();
        tenant
            .put_import_part(
                "import_1",
                "contacts.csv",
                0,
                b"Ada Canary,ada.canary@quay.example",
            )
            .await
            .unwrap();
        // Of a source that told of nobody here, and that names them all the same.
        let other = Import {
            id: "import_2".to_owned(),
            source: "other".to_owned(),
            ..import
        };
        tenant.create_document(other).await.unwrap();
        tenant
            .put_import_part("import_2", "notes.csv", 0, b"met Ada Canary")
            .await
            .unwrap();
        let prior = json!({"email": "ada.canary@quay.example", "name": "Ada Canary"}).to_string();
        let image = json!({"before": null, "rows": [{"key": "x", "prior": prior}, {"key": "y", "prior": "{}"}]});
        tenant
            .put_sealed(
                "imports/import_2/undo/000000001-1.json",
                image.to_string().as_bytes(),
            )
            .await
            .unwrap();
        let view = View {
            id: "view_1".to_owned(),
            name: "Hers".to_owned(),
            query: [("q".to_owned(), "ada canary".to_owned())].into(),
            shared: true,
            owner: "member_1".to_owned(),
            created_at: START,
        };
        tenant.create_document(view).await.unwrap();
        let member = Member {
            email: "ada.canary@quay.example".parse().unwrap(),
            name: "Ada Canary".to_owned(),
            ..self.member("ada")
        };
        tenant.save_member(&member).await.unwrap();
        let run = Run {
            id: "forecast_1".to_owned(),
            as_of: START,
            seq: 1,
            created_at: START,
            created_by: "member_1".to_owned(),
        };
        tenant
            .put_blob(
                &run.blob(),
                json!({"deals": [{"owner": "Ada Canary"}]}).to_string(),
            )
            .await
            .unwrap();
        tenant.create_document(run).await.unwrap();
        let simulation = Simulation {
            id: "simulation_1".to_owned(),
            deal: deal(0),
            owner: "member_1".to_owned(),
            created_at: START,
            answer: json!({"why": "Ada Canary is a champion"}),
        };
        tenant.create_document(simulation).await.unwrap();
        let warm = tenant.book().await.unwrap();
        tenant.save_snapshot(&warm).await.unwrap();
        tenant
            .put_sealed("exports/job_0/000000", b"Ada Canary")
            .await
            .unwrap();
    }

    /// How often the person is named in what is kept: in the table, in files as they lie there, and
    /// in sealed files.
    pub(crate) async fn canaries(&self) -> usize {
        let tenant = self.tenant();
        let count = |text: &str| {
            let text = text.to_lowercase();
            CANARIES
                .iter()
                .map(|word| text.matches(word).count())
                .sum::<usize>()
        };
        let mut found = count(&self.table().await);
        for blob in tenant.blobs("").await.unwrap() {
            let bytes = tenant.blob(&blob.name).await.unwrap().unwrap();
            found += count(&String::from_utf8_lossy(&bytes));
            // Sealing and packing hide them from a look at the bytes.
            if let Ok(Some(plain)) = tenant.sealed(&blob.name).await {
                found += count(&String::from_utf8_lossy(&plain));
            }
        }
        let book = tenant.book().await.unwrap().book;
        let rows = book.entities().map(|it| it.to_json().unwrap());
        found + rows.map(|json| count(&json)).sum::<usize>()
    }
}
