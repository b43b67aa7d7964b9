//! How many records of each stream are kept: counted in the book, whoever brought or took them away, another
//! stream, a webhook, a merge or another source.
//!
//! That walks through all that a tenant has. It is done at the end of each run; what webhooks bring between runs is
//! counted once for all that come within [`WAIT_S`].

use super::links::Links;
use super::{COUNT, Error, Work};
use connector::{Asking, Connector, Count, Keeps, Known, Load, Stream, Value};
use jiff::SignedDuration;
use model::{Book, CompanyId, DealId, InvoiceId, PersonId, SubscriptionId, TenantId};
use pull::{Answer, Source, Stop};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, ConnectionStatus, Stored, StreamState};

/// Seconds after which what a webhook brought is counted.
const WAIT_S: u32 = 60;
/// Two machines' clocks differ by less.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(5);

/// Has what is kept counted soon, where nobody else has asked for that.
///
/// It is called when all is written. Whoever counts at the time that is kept in the state begins after that, so
/// what was written before then is seen.
pub(super) async fn soon(work: &Work<'_>, stream: &str) -> Result<(), Error> {
    let id = StreamState::id_of(work.id, stream);
    let state = work.tenant.find_document::<StreamState>(&id).await?;
    let now = work.tenant.now();
    let is_asked = |at| now + CLOCKS_DIFFER < at;
    if state.is_some_and(|stored| stored.value.count_at.is_some_and(is_asked)) {
        return Ok(());
    }
    // Sent before it is said, or whoever dies between leaves others waiting for it.
    work.tenant
        .send(&work.message(COUNT, json!({}), WAIT_S))
        .await?;
    let at = now + SignedDuration::from_secs(i64::from(WAIT_S));
    let edited = work.tenant.edit_stream(work.id, stream, |state| {
        state.count_at = state.count_at.max(Some(at));
    });
    edited.await?;
    Ok(())
}

/// Counts what is kept of each stream, and gives how the streams stand then.
pub(super) async fn run(
    work: &Work<'_>,
    connection: &Connection,
    is_end: bool,
) -> Result<Vec<Stored<StreamState>>, Error> {
    let mut streams = work.tenant.streams(connection.id).await?;
    let Some(connector) = connectors::find(&connection.source) else {
        return Ok(streams);
    };
    let tally = tally(work, connector, connection).await?;
    let is_moved = streams
        .iter()
        .any(|it| it.value.counts.new + it.value.counts.deleted > 0);
    let mut asked = None;
    for stored in &mut streams {
        let state = &stored.value;
        let name = state.stream.clone();
        let (Some(kept), Some(stream)) = (tally.kept.get(name.as_str()), connector.stream(&name))
        else {
            continue;
        };
        if !is_end && state.counted_to.is_none() {
            // Its first load is on its way, and counts at its end.
            continue;
        }
        let total = match total(state, stream, *kept, is_end.then_some(is_moved)) {
            Total::Known(total) => total,
            Total::Ask(count) => {
                if asked.is_none() {
                    asked = Some(asking(work, connector, connection).await?);
                }
                match &asked {
                    Some(Some((source, known))) => count_of(source, known, count).await?,
                    _ => None,
                }
            }
        };
        let (kept, to) = (*kept, Some(tally.seq));
        if (state.kept_total, state.source_total, state.counted_to) != (kept, total, to) {
            let edited = work.tenant.edit_stream(connection.id, &name, |state| {
                // Of two who count at once the one that read an older book may write last.
                if state.counted_to <= to {
                    (state.kept_total, state.source_total) = (kept, total);
                    state.counted_to = to;
                }
            });
            *stored = edited.await?;
        }
    }
    Ok(streams)
}

/// How many records a source has of a stream.
enum Total {
    Known(Option<u64>),
    /// It may be others than it said, and says how many when it is asked.
    Ask(Count),
}

/// Where what is kept is not as many as the source said, the source is asked anew at the end of a run that brought
/// or took away something (`is_moved`, nothing between runs); else, and where it does not say, that is not known
/// any more.
fn total(state: &StreamState, stream: &Stream, kept: u64, is_moved: Option<bool>) -> Total {
    let said = state.source_total;
    let is_paged = matches!(stream.load, Load::Pages(_) | Load::Bulk(..));
    match (stream.count, is_moved) {
        (Some(_), _) if !is_paged || said == Some(kept) => Total::Known(said),
        (Some(count), Some(is_moved)) if is_moved || said.is_none() => Total::Ask(count),
        (Some(_), _) if kept != state.kept_total => Total::Known(None),
        _ => Total::Known(said),
    }
}

/// What is kept of each stream, up to a change of the book.
#[derive(Default)]
struct Tally {
    seq: u64,
    kept: BTreeMap<&'static str, u64>,
}

async fn tally(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: &Connection,
) -> Result<Tally, Error> {
    let links = work.tenant.links().await?.into();
    let shelf = work.app.books.fresh(&work.tenant).await?;
    let ours = Ours {
        tenant: work.tenant.id(),
        source: connector.id,
        space: &connection.space,
        links: &links,
    };
    let tally = shelf.read(|warm| {
        let each = connector.streams.iter();
        let each = each.filter_map(|it| Some((it.name, ours.count(&warm.book, it.keeps)?)));
        Tally {
            seq: warm.seq,
            kept: each.collect(),
        }
    });
    Ok(tally.unwrap_or_default())
}

/// Who can be asked how many there are; nobody where the connection may not be read.
async fn asking(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: &Connection,
) -> Result<Option<(Source, Known)>, Error> {
    if connection.status != ConnectionStatus::Active {
        return Ok(None);
    }
    let Some(setting) = work.setting().await? else {
        return Ok(None);
    };
    let source = work.source(connector, connection.clone()).await?;
    Ok(Some((source, setting.known)))
}

/// How many there are in all, where the source says so now.
async fn count_of(source: &Source, known: &Known, count: Count) -> Result<Option<u64>, Error> {
    let asking = Asking {
        known,
        window: None,
        page: None,
        ids: &[],
    };
    let request = count.live.unwrap_or(count.request);
    match source.send(&request(&asking)).await {
        Ok(Answer::Good(response)) => {
            let said = response.json.pointer(count.at);
            Ok(said.and_then(Value::as_u64))
        }
        Err(Stop::Store(error)) => Err(error.into()),
        Ok(_) | Err(_) => Ok(None),
    }
}

/// An account's own among all that is kept.
struct Ours<'a> {
    tenant: TenantId,
    source: &'a str,
    space: &'a str,
    links: &'a Links,
}

impl Ours<'_> {
    /// How many there are of what a stream keeps, where that can be told.
    fn count(&self, book: &Book, keeps: Keeps) -> Option<u64> {
        let Self {
            tenant,
            source,
            space,
            links,
        } = *self;
        macro_rules! own {
            ($list:ident $id:ident) => {
                book.$list.iter().filter(|it| {
                    let id = it.external_ids.get(source);
                    // What is kept under another source's id is kept all the same.
                    id.is_some_and(|id| links.id($id::derive(&tenant, space, id)) == it.id)
                })
            };
        }
        let count = match keeps {
            Keeps::Untold => return None,
            Keeps::Nothing => 0,
            Keeps::People => own!(people PersonId).count(),
            Keeps::Companies => own!(companies CompanyId).count(),
            Keeps::Deals(are) => own!(deals DealId).filter(|it| are(it)).count(),
            Keeps::Subscriptions => own!(subscriptions SubscriptionId).count(),
            Keeps::Invoices => own!(invoices InvoiceId).count(),
            Keeps::Activities { part, prefix } => {
                let name = format!("{source}{part}");
                let ids = book.activities.iter();
                let ids = ids.filter_map(|it| it.external_ids.get(&name));
                // One that was about several deals is kept with each.
                let ids: BTreeSet<&String> = ids.filter(|id| id.starts_with(prefix)).collect();
                ids.len()
            }
        };
        Some(count as u64)
    }
}
