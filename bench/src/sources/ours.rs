//! Our side, in a process of its own: the driver as workers run it, over HTTP, with the real
//! connectors.

use super::vendor::{Place, say};
use super::{Answer, Done, Of, Stage, limit, usage};
use anyhow::Context as _;
use connector::value::id;
use connector::{Checkpoint, Connector, Context, Out, Plan, Record, Value};
use identity::TenantCtx;
use jiff::Timestamp;
use model::{ConnectionId, Entity, StageMap, TenantId};
use pull::{Apps, Read, Reader, Settings, Source, Transport, https};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use store::{AuthKind, Aws, Connection, ConnectionStatus, Names, Secrets, Store};

/// How far our side goes with what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Depth {
    /// Pages are read, joined and dropped.
    Pull,
    /// Their records are mapped, too.
    Map,
    /// What they were mapped to is written to a file as lines of JSON, too.
    Write,
    /// The answers are taken and split, and nothing is made of them.
    Limit,
}

impl Of {
    fn connector(self) -> &'static Connector {
        match self {
            Of::Hubspot => &connectors::hubspot::CONNECTOR,
            Of::Salesforce => &connectors::salesforce::CONNECTOR,
        }
    }

    /// What is read, in this order.
    fn streams(self) -> &'static [&'static str] {
        match self {
            Of::Hubspot => &["companies", "deals"],
            Of::Salesforce => &["users", "accounts", "opportunities"],
        }
    }

    /// The stream of deals.
    fn deals(self) -> &'static str {
        match self {
            Of::Hubspot => "deals",
            Of::Salesforce => "opportunities",
        }
    }

    fn count(self, record: &Record, answer: &mut Answer) {
        answer.deals += 1;
        let list = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
        match self {
            Of::Hubspot => {
                let main = &record.main;
                answer.history += list(main.pointer("/propertiesWithHistory/dealstage"));
                // A company stands there once for each of its labels.
                let companies = main.pointer("/associations/companies/results");
                let companies = companies.and_then(Value::as_array);
                let companies: BTreeSet<_> = companies
                    .into_iter()
                    .flatten()
                    .filter_map(|one| id(one, "id"))
                    .collect();
                answer.associations += companies.len();
                let contacts = record.part("contacts").iter();
                answer.associations += contacts.map(|one| list(one.get("to"))).sum::<usize>();
            }
            Of::Salesforce => {
                answer.history += record.part("history").len();
                answer.associations += record.part("roles").len();
                let company = record.main.get("AccountId").and_then(Value::as_str);
                answer.associations += usize::from(company.is_some());
            }
        }
    }
}

/// Reads a vendor once and says what it took.
pub(crate) fn run(of: Of, place: Place, depth: Depth) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(async {
        if depth == Depth::Limit {
            return limit::measure(of, place).await;
        }
        read(of, &connect(of, place, https()).await?, depth).await
    });
    say(&done?)
}

/// Does the job.
pub(super) async fn read(of: Of, source: &Source, depth: Depth) -> anyhow::Result<Done> {
    let mut file = BufWriter::new(tempfile::tempfile().context("cannot make a file")?);
    let mut answer = Answer::default();
    let stretch = usage::Stretch::begin();

    let known = source.describe().await?;
    let stages = StageMap::vendor_defaults();
    let connector = of.connector();
    let space = &source.connection.space;
    let cx = |read_at, known| Context {
        tenant: source.tenant().id(),
        source: connector.id,
        space,
        known,
        stages: &stages,
        read_at,
    };
    let mut keep = |out: Out| -> anyhow::Result<usize> {
        for entity in out.entities.iter().filter(|_| depth == Depth::Write) {
            write(entity, &mut file)?;
        }
        Ok(out.entities.len())
    };
    if depth != Depth::Pull {
        let mut out = Out::default();
        (connector.setting)(&known, &cx(source.tenant().now(), &known), &mut out);
        answer.entities += keep(out)?;
    }
    for name in of.streams() {
        let stream = connector
            .stream(name)
            .with_context(|| format!("no stream {name}"))?;
        let from = Checkpoint::begin(stream, Plan::Load, source.tenant().now());
        let mut reader = Reader::new(source, stream, &known, from);
        loop {
            let page = match reader.read().await? {
                Read::Page(page) => page,
                Read::Done => break,
                Read::Working(_) | Read::Describe => {
                    anyhow::bail!("the vendor does not let {name} be read in one go")
                }
            };
            if *name == of.deals() {
                for record in &page.records {
                    of.count(record, &mut answer);
                }
            }
            if depth == Depth::Pull {
                continue;
            }
            let mut out = Out::default();
            let cx = cx(page.asked_at, &known);
            for record in &page.records {
                (stream.map)(record, &cx, &mut out);
            }
            answer.entities += keep(out)?;
        }
    }
    file.flush()?;

    Ok(Done {
        stages: vec![Stage::of(&stretch)],
        peak_mib: usage::peak_mib(),
        answer,
        versions: BTreeMap::new(),
        rounds: 1,
    })
}

/// An entity as a line of JSON: those that come of what is read here.
fn write(entity: &Entity, file: &mut impl Write) -> anyhow::Result<()> {
    match entity {
        Entity::Deal(it) => serde_json::to_writer(&mut *file, it)?,
        Entity::Company(it) => serde_json::to_writer(&mut *file, it)?,
        Entity::Person(it) => serde_json::to_writer(&mut *file, it)?,
        Entity::Stakeholder(it) => serde_json::to_writer(&mut *file, it)?,
        Entity::Pipeline(it) => serde_json::to_writer(&mut *file, it)?,
        other => anyhow::bail!("nobody asked for {}", other.key()),
    }
    Ok(file.write_all(b"\n")?)
}

/// The vendor as a connection of a tenant whose store is in this process. Limits are not kept.
pub(super) async fn connect(of: Of, place: Place, transport: Transport) -> anyhow::Result<Source> {
    let aws = embedded::Aws::in_memory();
    let clients = Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    let store = Store::new(clients, Names::local());
    store.create().await?;
    let id = TenantId::local();
    store.create_tenant(id, "bench").await?;
    let tenant = store.tenant(&TenantCtx::system(id, "bench", "bench"));

    let source = of.connector().id;
    let auth = match of {
        Of::Hubspot => AuthKind::Key,
        Of::Salesforce => AuthKind::Oauth,
    };
    let now = Timestamp::now();
    let connection = ConnectionId::derive(&id, "bench", source);
    let mut connection = Connection::new(connection, source, auth, "bench", now);
    connection.status = ConnectionStatus::Active;
    connection.base_url = Some(place.url);
    let secrets = Secrets {
        access: place.token.into(),
        refresh: None,
        expires_at: None,
        issued_at: now,
        scope: None,
        extra: BTreeMap::new(),
    };
    tenant.create_document(connection.clone()).await?;
    tenant.put_credential(connection.id, secrets).await?;
    let settings = Settings {
        transport,
        apps: Apps::default(),
        local: true,
        limited: false,
    };
    Ok(Source::new(of.connector(), connection, tenant, settings))
}
