//! Connections: what a source has, brought here and kept in step.
//!
//! A run asks the source about itself ([`run`]), then pulls each stream under a lease of its own
//! ([`stream`]), page by page: a page is kept as the source sent it, mapped, weighed against what
//! is kept here ([`weigh`]) and written with the stream's cursor in one transaction ([`write`]).
//! Hints, from webhooks or from a source's own events, pull single records the same way
//! ([`hint`]). When all streams are done, what two sources know of one thing is linked
//! ([`finish`]).

mod count;
mod cursor;
mod erase;
mod finish;
mod hint;
mod links;
mod mapped;
mod run;
mod stream;
mod weigh;
mod write;

use crate::App;
use connector::{Connector, Context, Known};
use edge::{Deadline, Failure, Meta};
use identity::TenantCtx;
use jiff::Timestamp;
use model::{CanonicalStage, ConnectionId, Layer, StageMap};
use pull::{Apps, Settings, Source, Stop};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{
    Connection, ConnectionStatus, Disposition, JobProblem, Message, Outgoing, Queue, Tenant,
    TenantInfo,
};

/// Who works here, for feed and audit.
const FUNCTION: &str = "sync";

/// Begins a run that reads what changed.
pub(crate) const SYNC: &str = "connection.sync";
/// Begins a run that reads everything anew.
pub(crate) const LOAD: &str = "connection.load";
/// Begins a run that reads everything and looks for what is missing.
pub(crate) const RECONCILE: &str = "connection.reconcile";
/// Uses the grant, so that it does not end while nothing is read.
pub(crate) const REFRESH: &str = "connection.refresh";
/// Pulls one stream of a run.
pub(crate) const STREAM: &str = "connection.stream";
/// Pulls single records.
pub(crate) const HINT: &str = "connection.hint";
/// Counts what is kept.
pub(crate) const COUNT: &str = "connection.count";
/// Ends a run.
pub(crate) const FINISH: &str = "connection.finish";
/// Makes anew what was made of the pages that are kept.
pub(crate) const REMAP: &str = "connection.remap";
/// Takes away what a connection brought.
pub(crate) const ERASE: &str = "connection.erase";

const KINDS: [&str; 10] = [
    SYNC, LOAD, RECONCILE, REFRESH, STREAM, HINT, COUNT, FINISH, REMAP, ERASE,
];

/// A message about a connection, at work.
pub(crate) struct Work<'a> {
    app: &'a App,
    tenant: Tenant,
    deadline: Deadline,
    message: Message,
    id: ConnectionId,
}

#[derive(Deserialize)]
struct Body {
    connection: ConnectionId,
    #[serde(default)]
    job: String,
    #[serde(default)]
    stream: String,
}

/// Why work on a message ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Stop(Stop),
    #[error("what was kept of the sync cannot be read")]
    Kept(#[from] serde_json::Error),
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Store(error) => Self::Store(error),
            stop => Self::Stop(stop),
        }
    }
}

/// Does what a message about a connection asks.
pub(crate) async fn handle(app: &App, message: Message, meta: Meta) -> Result<(), Failure> {
    if !KINDS.contains(&message.kind.as_str()) {
        return Err(Failure::retry(
            "sync does no work of this kind; deploy the newer one",
        ));
    }
    // Serde's own words could quote the body.
    let body: Body = serde_json::from_value(message.body.clone())
        .map_err(|_| Failure::retry("the message names no connection"))?;
    let ctx = TenantCtx::system(message.tenant, FUNCTION, &message.request_id);
    let work = Work {
        app,
        tenant: app.store.tenant(&ctx),
        deadline: meta.deadline,
        id: body.connection,
        message,
    };
    match Box::pin(work.run(&body)).await {
        Ok(()) => Ok(()),
        Err(Error::Store(error)) => match error.disposition() {
            Disposition::Yield => Err(Failure::drop(error)),
            _ => Err(error.into()),
        },
        Err(Error::Kept(error)) => Err(Failure::retry(error)),
        Err(Error::Stop(stop)) => Err(Failure::retry(stop)),
    }
}

/// What a run knows of its source; kept once, for all its workers.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Setting {
    known: Known,
    /// What the tenant says that stages mean.
    said: BTreeMap<String, CanonicalStage>,
}

impl Setting {
    fn stages(&self) -> StageMap {
        let mut stages = StageMap::vendor_defaults();
        for (label, canonical) in &self.said {
            stages.set(Layer::Tenant, label, *canonical);
        }
        stages
    }
}

impl Work<'_> {
    async fn run(&self, body: &Body) -> Result<(), Error> {
        let info = self.tenant.find_document::<TenantInfo>("A").await?;
        if info.is_none_or(|info| info.value.deleted_at.is_some()) {
            return Err(store::Error::TenantDeleted.into());
        }
        let found = self
            .tenant
            .find_document::<Connection>(&self.id.to_string())
            .await?;
        let Some(connection) = found.map(|stored| stored.value) else {
            // It was taken away; nothing is left to do.
            return Ok(());
        };
        let Some(connector) = connectors::find(&connection.source) else {
            return self.fail_job(&body.job, unknown_source(&connection)).await;
        };
        match self.message.kind.as_str() {
            ERASE => return erase::run(self, connector, &connection, &body.job).await,
            REMAP => return stream::remap(self, connector, connection, &body.job).await,
            FINISH => return finish::run(self, &connection, &body.job).await,
            COUNT => return count::run(self, &connection, false).await.map(drop),
            REFRESH => return self.refresh(connector, connection).await,
            _ => {}
        }
        if connection.status != ConnectionStatus::Active {
            return self.not_active(&connection, body).await;
        }
        match self.message.kind.as_str() {
            HINT => hint::run(self, connector, connection).await,
            STREAM => stream::run(self, connector, connection, body).await,
            _ => run::begin(self, connector, connection, &body.job).await,
        }
    }

    /// A run of a connection that nobody may read now ends, with the reason.
    async fn not_active(&self, connection: &Connection, body: &Body) -> Result<(), Error> {
        let problem = needs_reauth(
            connection
                .reason
                .as_deref()
                .unwrap_or("the connection is not active"),
        );
        if self.message.kind == STREAM {
            return stream::stopped(self, body, &problem).await;
        }
        self.fail_job(&body.job, problem.clone()).await?;
        // Its streams may be queued, and their messages never sent.
        run::unqueue(self, &body.job, 0, Some(&problem)).await
    }

    async fn refresh(
        &self,
        connector: &'static Connector,
        connection: Connection,
    ) -> Result<(), Error> {
        let Some(kept) = self.tenant.credential(connection.id).await? else {
            return Ok(());
        };
        let source = self.source(connector, connection).await?;
        match source.renew(kept.version).await {
            Ok(_) => Ok(()),
            Err(Stop::Store(error)) => Err(error.into()),
            Err(stop) => {
                // What a person has to do is said where the connection is shown.
                tracing::warn!(connection.id = %self.id, "A grant was not used: {stop}");
                Ok(())
            }
        }
    }

    async fn fail_job(&self, job: &str, problem: JobProblem) -> Result<(), Error> {
        if job.is_empty() {
            return Ok(());
        }
        let ended = self
            .tenant
            .end_job(job, store::JobStatus::Failed, None, Some(problem));
        match ended.await {
            Ok(_) | Err(store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn source(
        &self,
        connector: &'static Connector,
        connection: Connection,
    ) -> Result<Source, Error> {
        let text = self.app.store.source_apps().await?;
        let text = text.as_ref().map(secrecy::ExposeSecret::expose_secret);
        let apps = Apps::read(text).map_err(|error| {
            let remedy = "whoever runs Pie has to correct it";
            Error::Stop(Stop::Fail {
                what: error.to_string(),
                remedy: remedy.to_owned(),
            })
        })?;
        let settings = Settings {
            transport: self.app.sources.transport.clone(),
            apps,
            local: self.app.sources.local,
            limited: self.app.sources.limited,
        };
        Ok(Source::new(
            connector,
            connection,
            self.tenant.clone(),
            settings,
        ))
    }

    /// A message of this connection, to be sent after some seconds.
    fn message(&self, kind: &str, mut body: Value, delay_s: u32) -> Outgoing {
        body["connection"] = self.id.to_string().into();
        let message = Message {
            kind: kind.to_owned(),
            body,
            ..self.message.clone()
        };
        Outgoing {
            queue: Queue::Sync,
            delay_s: delay_s.min(store::MOST_DELAY_S),
            message,
        }
    }

    /// The message that pulls a stream, or goes on with it.
    fn stream_message(&self, stream: &str, job: &str, delay_s: u32) -> Outgoing {
        self.message(STREAM, json!({"stream": stream, "job": job}), delay_s)
    }

    fn setting_name(&self) -> String {
        format!("{}/setting.json", self.id)
    }

    async fn setting(&self) -> Result<Option<Setting>, Error> {
        let kept = self.tenant.raw(&self.setting_name()).await?;
        Ok(kept.map(|kept| serde_json::from_slice(&kept)).transpose()?)
    }
}

fn context<'a>(
    tenant: &Tenant,
    connector: &Connector,
    connection: &'a Connection,
    known: &'a Known,
    stages: &'a StageMap,
    read_at: Timestamp,
) -> Context<'a> {
    Context {
        tenant: tenant.id(),
        source: connector.id,
        space: &connection.space,
        known,
        stages,
        read_at,
    }
}

/// Whether the work is still ours.
fn ours(is_ours: bool, lease: &str) -> Result<(), Error> {
    if is_ours {
        return Ok(());
    }
    let name = lease.to_owned();
    Err(store::Error::LostLease { name }.into())
}

fn problem(code: &str, detail: impl Into<String>, remedy: impl Into<String>) -> JobProblem {
    JobProblem {
        code: code.to_owned(),
        detail: detail.into(),
        remedy: remedy.into(),
    }
}

fn needs_reauth(why: &str) -> JobProblem {
    problem(
        "needs_reauth",
        why,
        "reconnect it: the connection keeps its id and all it brought",
    )
}

fn unknown_source(connection: &Connection) -> JobProblem {
    problem(
        "unknown_source",
        format!("{} is no source this version knows", connection.source),
        "update Pie, or disconnect the source",
    )
}
