//! How a connection and its streams stand, as the API shows it, and in a sentence.

use crate::auth::Caller;
use crate::jobs::JobProblemView;
use crate::people::name_of;
use connector::Connector;
use edge::Problem;
use jiff::Timestamp;
use model::ConnectionId;
use serde::Serialize;
use std::collections::BTreeSet;
use store::{
    AuthKind, Connection, ConnectionStatus, StreamCounts, StreamMode, StreamState, StreamStatus,
};
use utoipa::ToSchema;

/// A connection to a source.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionView {
    /// Its id.
    #[schema(value_type = String)]
    id: ConnectionId,
    /// The source: `hubspot`.
    source: String,
    /// The source's name as people write it.
    title: String,
    /// What people call it.
    name: String,
    /// `pending`, `active`, `needs_reauth`, `paused` or `disabled`.
    #[schema(value_type = String, example = "active")]
    status: ConnectionStatus,
    /// How it stands, in a sentence.
    sentence: String,
    /// What a person can do, where it needs one.
    reason: Option<String>,
    /// `oauth` or `key`.
    #[schema(value_type = String, example = "oauth")]
    auth: AuthKind,
    /// The source's id of the account, once it is known.
    account: Option<String>,
    /// The account's own address at the source, where it has one.
    instance_url: Option<String>,
    /// Where people sign in at the source, if not where most do.
    login_host: Option<String>,
    /// Whether it is a place to try things.
    sandbox: bool,
    /// Minutes between two syncs.
    every_min: u32,
    /// Streams that nobody wants.
    streams_off: BTreeSet<String>,
    /// Whether the source tells of changes at once.
    webhook: bool,
    /// Who made it.
    created_by: String,
    /// What they are called; null where they have left, and for whom the caller does not see.
    created_by_name: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The job of the run that is at work, while one is.
    run: Option<String>,
    /// When it was last brought up to date.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sync_at: Option<Timestamp>,
    /// When it is to be synced next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_sync_at: Option<Timestamp>,
    /// When what is kept was last held against the source.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_reconciled_at: Option<Timestamp>,
    /// Up to when all changes of all its streams are in.
    #[schema(value_type = Option<String>, format = DateTime)]
    complete_until: Option<Timestamp>,
    /// How its streams stand, in the order they are read.
    streams: Vec<StreamView>,
}

/// How a stream of a connection stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct StreamView {
    /// Its name: `deals`.
    name: String,
    /// `idle`, `queued`, `running`, `waiting`, `failed` or `off`.
    #[schema(value_type = String, example = "idle")]
    status: StreamStatus,
    /// What the present or last run is for: `load`, `changes` or `reconcile`.
    #[schema(value_type = String, example = "changes")]
    mode: StreamMode,
    /// What became of that run's records; for those who see every deal.
    counts: Option<CountsView>,
    /// How many records the source says it has; for those who see every deal.
    source_total: Option<u64>,
    /// How many of them are kept; for those who see every deal.
    kept_total: Option<u64>,
    /// Up to when all of the source's changes are in.
    #[schema(value_type = Option<String>, format = DateTime)]
    complete_until: Option<Timestamp>,
    /// Until when the source asked to wait.
    #[schema(value_type = Option<String>, format = DateTime)]
    waiting_until: Option<Timestamp>,
    /// When a run last began.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_started_at: Option<Timestamp>,
    /// When a run last came to its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_finished_at: Option<Timestamp>,
    /// Why it stopped, or what it is up to date without.
    problem: Option<JobProblemView>,
    /// The newest things to say about its records; for those who see every deal.
    issues: Vec<String>,
}

/// What became of the records of a run.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountsView {
    /// Records read.
    read: u64,
    /// Of them new.
    new: u64,
    /// Of them changed.
    changed: u64,
    /// Of them as they were.
    unchanged: u64,
    /// Deleted at the source.
    deleted: u64,
    /// Set aside because they could not be kept.
    quarantined: u64,
    /// Things to say about them.
    issues: u64,
}

impl From<StreamCounts> for CountsView {
    fn from(counts: StreamCounts) -> Self {
        Self {
            read: counts.read,
            new: counts.new,
            changed: counts.changed,
            unchanged: counts.unchanged,
            deleted: counts.deleted,
            quarantined: counts.quarantined,
            issues: counts.issues,
        }
    }
}

/// A connection that somebody lets in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Begun {
    /// The connection.
    #[serde(flatten)]
    pub(super) connection: ConnectionView,
    /// Where to send the person, within ten minutes and in the same browser.
    pub(super) authorize_url: Option<String>,
    /// The job of the first sync.
    pub(super) job: Option<String>,
}

/// The streams of a connection that were ever begun.
pub(super) async fn streams_of(
    caller: &Caller,
    id: ConnectionId,
) -> Result<Vec<StreamState>, Problem> {
    let streams = caller.tenant().streams(id).await?;
    Ok(streams.into_iter().map(|stored| stored.value).collect())
}

impl ConnectionView {
    /// A connection as the caller may see it. How many records there are, and what is odd about
    /// single ones, is for those who see every deal.
    pub(super) fn of(caller: &Caller, it: Connection, mut streams: Vec<StreamState>) -> Self {
        let connector = connectors::find(&it.source);
        let place = |state: &StreamState| {
            let all = connector.map_or(&[][..], |connector| connector.streams);
            all.iter().position(|stream| stream.name == state.stream)
        };
        streams.sort_by_key(|state| place(state).unwrap_or(usize::MAX));
        for state in &mut streams {
            if it.streams_off.contains(&state.stream) {
                state.status = StreamStatus::Off;
            }
        }
        let sees_all = caller.viewer().sees_all;
        Self {
            title: title(connector, &it),
            sentence: sentence(connector, &it, &streams),
            complete_until: complete_until(&streams),
            webhook: it.webhook.as_ref().is_some_and(|webhook| webhook.active),
            id: it.id,
            source: it.source,
            name: it.name,
            status: it.status,
            reason: it.reason,
            auth: it.auth,
            account: it.account,
            instance_url: it.instance_url,
            login_host: it.login_host,
            sandbox: it.sandbox,
            every_min: it.every_min,
            streams_off: it.streams_off,
            created_by_name: name_of(caller, &it.created_by),
            created_by: it.created_by,
            created_at: it.created_at,
            run: it.run,
            last_sync_at: it.last_sync_at,
            next_sync_at: it.next_sync_at,
            last_reconciled_at: it.last_reconciled_at,
            streams: streams
                .into_iter()
                .map(|state| StreamView::of(state, sees_all))
                .collect(),
        }
    }
}

impl StreamView {
    fn of(state: StreamState, sees_all: bool) -> Self {
        Self {
            name: state.stream,
            status: state.status,
            mode: state.mode,
            counts: sees_all.then(|| state.counts.into()),
            source_total: state.source_total.filter(|_| sees_all),
            kept_total: sees_all.then_some(state.kept_total),
            complete_until: state.complete_until,
            waiting_until: state.waiting_until,
            last_started_at: state.last_started_at,
            last_finished_at: state.last_finished_at,
            problem: state.problem.map(JobProblemView::from),
            issues: if sees_all { state.issues } else { Vec::new() },
        }
    }
}

fn title(connector: Option<&Connector>, connection: &Connection) -> String {
    connector
        .map_or(&*connection.source, |it| it.title)
        .to_owned()
}

/// Up to when all changes of all wanted streams are in: nothing, as long as one was never read whole.
fn complete_until(streams: &[StreamState]) -> Option<Timestamp> {
    let wanted = streams.iter().filter(|it| it.status != StreamStatus::Off);
    wanted.map(|it| it.complete_until).min().flatten()
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// How a connection stands, for people.
fn sentence(
    connector: Option<&Connector>,
    connection: &Connection,
    streams: &[StreamState],
) -> String {
    let title = title(connector, connection);
    match connection.status {
        ConnectionStatus::Pending => format!("{title} waits for somebody to grant access."),
        ConnectionStatus::Paused => "Paused: nothing is read until it is resumed.".to_owned(),
        ConnectionStatus::Disabled => "Disconnected: nothing is read any more.".to_owned(),
        ConnectionStatus::NeedsReauth => {
            let why = connection.reason.as_deref();
            let why = why.unwrap_or("it no longer lets us in");
            format!(
                "{title} has to be reconnected: {}.",
                why.trim_end_matches('.')
            )
        }
        ConnectionStatus::Active => active(&title, streams, connection.run.is_some()),
    }
}

fn active(title: &str, streams: &[StreamState], is_at_work: bool) -> String {
    let of = |status: StreamStatus| -> Vec<&StreamState> {
        streams.iter().filter(|it| it.status == status).collect()
    };
    let names = |states: &[&StreamState]| {
        let names: Vec<&str> = states.iter().map(|it| it.stream.as_str()).collect();
        names.join(", ")
    };
    let running = of(StreamStatus::Running);
    if !running.is_empty() {
        return format!("Reading {}.", names(&running));
    }
    let waiting = of(StreamStatus::Waiting);
    if let Some(until) = waiting.iter().filter_map(|it| it.waiting_until).min() {
        let until = minute(until);
        return format!(
            "{title} asked to wait with {} until {until}.",
            names(&waiting)
        );
    }
    if !of(StreamStatus::Queued).is_empty() {
        return "A sync is about to begin.".to_owned();
    }
    if is_at_work {
        // What several sources know of one thing is still to be brought together.
        return "Everything is read; the sync is about to end.".to_owned();
    }
    let failed = of(StreamStatus::Failed);
    if !failed.is_empty() {
        let wanted = streams.len() - of(StreamStatus::Off).len();
        let many = format!("{} of {wanted}", failed.len());
        return format!("{many} streams are not up to date: {}.", names(&failed));
    }
    let partly = streams.iter().filter(|it| it.problem.is_some());
    let partly: Vec<&StreamState> = partly.filter(|it| it.status != StreamStatus::Off).collect();
    match complete_until(streams) {
        Some(until) if !partly.is_empty() => format!(
            "Up to date, all changes until {} are in, but for what {title} does not let us read of {}.",
            minute(until),
            names(&partly)
        ),
        Some(until) => format!("Up to date: all changes until {} are in.", minute(until)),
        None if streams.is_empty() => "The first sync is about to begin.".to_owned(),
        None => "Not everything was read yet; the next sync goes on from there.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::constant(1_790_000_000, 0);

    fn stream(name: &str, status: StreamStatus) -> StreamState {
        StreamState {
            status,
            ..StreamState::new(ConnectionId::from_bytes([1; 16]), name)
        }
    }

    #[test]
    fn a_sentence_says_how_a_connection_stands() {
        use ConnectionStatus::{Active, Disabled, NeedsReauth, Paused, Pending};
        use StreamStatus::{Failed, Idle, Off, Queued, Running, Waiting};
        let check = |status, reason: Option<&str>, streams: &[StreamState], expected: &str| {
            let id = ConnectionId::from_bytes([1; 16]);
            let connection = Connection {
                status,
                reason: reason.map(str::to_owned),
                ..Connection::new(id, "hubspot", AuthKind::Oauth, "test", AT)
            };
            let said = sentence(connectors::find("hubspot"), &connection, streams);
            assert_eq!(said, expected);
        };
        check(
            Pending,
            None,
            &[],
            "HubSpot waits for somebody to grant access.",
        );
        check(
            Paused,
            None,
            &[],
            "Paused: nothing is read until it is resumed.",
        );
        check(
            Disabled,
            None,
            &[],
            "Disconnected: nothing is read any more.",
        );
        check(
            NeedsReauth,
            Some("the grant has ended; connect again."),
            &[],
            "HubSpot has to be reconnected: the grant has ended; connect again.",
        );
        check(Active, None, &[], "The first sync is about to begin.");
        check(
            Active,
            None,
            &[stream("deals", Queued), stream("owners", Idle)],
            "A sync is about to begin.",
        );
        let waiting = StreamState {
            waiting_until: Some(AT),
            ..stream("calls", Waiting)
        };
        check(
            Active,
            None,
            &[
                waiting.clone(),
                stream("deals", Running),
                stream("notes", Running),
            ],
            "Reading deals, notes.",
        );
        check(
            Active,
            None,
            &[waiting],
            "HubSpot asked to wait with calls until 2026-09-21 14:13 UTC.",
        );
        check(
            Active,
            None,
            &[
                stream("deals", Failed),
                stream("notes", Off),
                stream("calls", Idle),
            ],
            "1 of 2 streams are not up to date: deals.",
        );
        let run = Connection {
            status: Active,
            run: Some("job_1".to_owned()),
            ..Connection::new(
                ConnectionId::from_bytes([1; 16]),
                "hubspot",
                AuthKind::Oauth,
                "test",
                AT,
            )
        };
        let states = [stream("deals", Idle), stream("calls", Failed)];
        let said = sentence(connectors::find("hubspot"), &run, &states);
        assert_eq!(said, "Everything is read; the sync is about to end.");
        let until = |name, seconds| StreamState {
            complete_until: Timestamp::from_second(AT.as_second() + seconds).ok(),
            ..stream(name, Idle)
        };
        check(
            Active,
            None,
            &[until("deals", 60), until("calls", 0), stream("emails", Off)],
            "Up to date: all changes until 2026-09-21 14:13 UTC are in.",
        );
        let lacking = StreamState {
            problem: Some(store::JobProblem {
                code: "partly_forbidden".to_owned(),
                detail: "deals come without their products".to_owned(),
                remedy: "run a full sync".to_owned(),
            }),
            ..until("deals", 60)
        };
        check(
            Active,
            None,
            &[lacking, until("calls", 0)],
            "Up to date, all changes until 2026-09-21 14:13 UTC are in, but for what HubSpot does not \
             let us read of deals.",
        );
        check(
            Active,
            None,
            &[until("deals", 60), stream("emails", Idle)],
            "Not everything was read yet; the next sync goes on from there.",
        );
    }
}
