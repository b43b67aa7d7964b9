//! Single records, because somebody said that they are worth a look.

use super::mapped::{Mapped, Raw};
use super::write::Writer;
use super::{Error, Work, context};
use connector::{Checkpoint, Connector, Hint, Plan, Stream};
use jiff::Timestamp;
use pull::{Read, Reader, Stop};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, Outgoing, Page};

/// Hints may lead to hints, and these to others; so far and no further.
const DEEPEST: u8 = 3;
/// Markers of one transaction.
const MARKERS: usize = 80;
/// Ids of one message.
const HINTS: usize = 50;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    hints: BTreeSet<Hint>,
    /// What is the same whenever the event comes again.
    #[serde(default)]
    markers: Vec<String>,
    /// Where the hints lie, when they were too many for a message.
    #[serde(default)]
    blob: Option<String>,
    #[serde(default)]
    depth: u8,
}

pub(super) async fn run(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: Connection,
) -> Result<(), Error> {
    let mut asked: Asked = serde_json::from_value(work.message.body.clone())?;
    if let Some(blob) = &asked.blob {
        let Some(kept) = work.tenant.sealed(blob).await? else {
            return Ok(());
        };
        let lying: Asked = serde_json::from_slice(&kept)?;
        asked.hints.extend(lying.hints);
        asked.markers.extend(lying.markers);
    }
    if !asked.markers.is_empty() && work.tenant.is_done(&asked.markers).await? {
        // It came before, and its records were asked for after it happened.
        return done(work, &asked).await;
    }
    let Some(setting) = work.setting().await? else {
        // Nothing was read yet: the first load brings these records, too.
        return Ok(());
    };
    let mut of_stream: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for hint in &asked.hints {
        of_stream
            .entry(hint.stream.clone())
            .or_default()
            .push(hint.id.clone());
    }
    let source = work.source(connector, connection.clone()).await?;
    let stages = setting.stages();
    let links = work.tenant.links().await?.into();
    let writer = Writer {
        tenant: &work.tenant,
        source: connector.id,
        links: &links,
        books: &work.app.books,
        is_load: false,
    };
    for (name, ids) in of_stream {
        let Some(stream) = connector.stream(&name) else {
            continue;
        };
        if connection.streams_off.contains(&name) {
            continue;
        }
        let at = Checkpoint::begin(stream, Plan::Ids(ids), work.tenant.now());
        let mut reader = Reader::new(&source, stream, &setting.known, at);
        loop {
            let page = match reader.read().await {
                Ok(Read::Page(page)) => page,
                Ok(Read::Done | Read::Working(_) | Read::Describe) => break,
                Err(Stop::Later { after_s, .. }) => {
                    // The same again, later; what is written already does no harm twice.
                    let delay = u32::try_from(after_s).unwrap_or(u32::MAX).max(1);
                    let again = work.message(super::HINT, work.message.body.clone(), delay);
                    work.tenant.send(&again).await?;
                    return Ok(());
                }
                Err(Stop::Store(error)) => return Err(error.into()),
                Err(stop) => {
                    // The next sync meets the same and says so.
                    tracing::info!(connection.id = %work.id, stream = name, "{stop}");
                    break;
                }
            };
            let raw = Raw::new(stream, page);
            keep(work, stream, &raw).await?;
            let cx = context(
                &work.tenant,
                connector,
                &connection,
                &setting.known,
                &stages,
                raw.asked_at,
            );
            let mapped = Mapped::of(stream, &raw, &cx, &connection.fields);
            let more = follow(work, &mapped, &asked);
            write_all(work, &writer, &mapped, raw.asked_at, more, Vec::new()).await?;
        }
    }
    // Whoever comes twice finds nothing new, and asks all the same: the first may have ended before that.
    if let Some(hint) = asked.hints.first() {
        super::count::soon(work, &hint.stream).await?;
    }
    if is_mapped_otherwise(work, &connection).await? {
        let again = work.message(super::HINT, work.message.body.clone(), 1);
        return Ok(work.tenant.send(&again).await?);
    }
    for some in asked.markers.chunks(MARKERS) {
        let none = Mapped::default();
        let now = work.tenant.now();
        write_all(work, &writer, &none, now, Vec::new(), some.to_vec()).await?;
    }
    done(work, &asked).await
}

/// Whether somebody has said meanwhile that fields are taken from others. What maps again all that is
/// kept may have come by before this page was kept, so nobody else would make up for it.
async fn is_mapped_otherwise(work: &Work<'_>, before: &Connection) -> Result<bool, Error> {
    let id = before.id.to_string();
    let now = work.tenant.find_document::<Connection>(&id).await?;
    Ok(now.is_some_and(|now| now.value.fields != before.fields))
}

/// What the message left lying is of no more use.
async fn done(work: &Work<'_>, asked: &Asked) -> Result<(), Error> {
    if let Some(blob) = &asked.blob {
        work.tenant.delete_blobs(blob).await?;
    }
    Ok(())
}

/// Keeps the page, as those of streams are kept.
async fn keep(work: &Work<'_>, stream: &Stream, raw: &Raw) -> Result<(), Error> {
    let text = serde_json::to_vec(raw)?;
    let unique = work.tenant.unique();
    let name = format!("{}/{}/job_{unique}/hint", work.id, stream.name);
    Ok(work.tenant.put_raw(&name, &text).await?)
}

fn follow(work: &Work<'_>, mapped: &Mapped, asked: &Asked) -> Vec<Outgoing> {
    if asked.depth >= DEEPEST {
        return Vec::new();
    }
    let new = mapped
        .hints
        .iter()
        .filter(|hint| !asked.hints.contains(hint));
    let new: Vec<&Hint> = new.collect();
    let parts = new.chunks(HINTS);
    let message = |hints: &[&Hint]| {
        let body = json!({"hints": hints, "depth": asked.depth + 1});
        work.message(super::HINT, body, 0)
    };
    parts.map(message).collect()
}

/// Writes what a page means, without a lease: what others write meanwhile is looked at again.
pub(super) async fn write_all(
    work: &Work<'_>,
    writer: &Writer<'_>,
    mapped: &Mapped,
    asked_at: Timestamp,
    mut messages: Vec<Outgoing>,
    markers: Vec<String>,
) -> Result<(), Error> {
    let mut next = 0;
    loop {
        let ready = writer.prepare(mapped, next, asked_at).await?;
        let is_last = ready.next >= mapped.items.len();
        writer.note(&ready).await?;
        let after = ready.next;
        let page = Page {
            changes: ready.changes,
            messages: if is_last {
                std::mem::take(&mut messages)
            } else {
                Vec::new()
            },
            markers: if is_last { markers.clone() } else { Vec::new() },
            cause: work.id.to_string(),
            all_or_none: true,
            ..Page::default()
        };
        let again = page.messages.clone();
        let committed = work.tenant.commit(page).await?;
        if committed.duplicate {
            return Ok(());
        }
        if committed.stale.is_empty() {
            if is_last {
                return Ok(());
            }
            next = after;
        } else {
            messages = again;
        }
    }
}
