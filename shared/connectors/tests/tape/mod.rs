//! A tape: what a source was asked and what it answered, and the machine that plays it.
//!
//! `golden/<source>/<stream>_<case>.json` is a pull of a stream; its requests must be made in that
//! order. `golden/<source>/describe.json` is what the source says about itself, for all tapes of
//! the folder. `webhook_<case>.json` is a list of deliveries, `verdicts.json` a list of answers.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![expect(unreachable_pub, reason = "two tests share this")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use connector::{
    Checkpoint, Connector, Context, Delta, Describe, Keeps, Known, Load, Method, Out, Page, Plan,
    Pull, Request, Response, Step, Stream, Verdict,
};
use model::{CanonicalStage, Layer, StageMap, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// More steps than any tape has.
const MOST_STEPS: usize = 2_000;

/// A tape as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tape {
    /// What the case shows, for the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<String>,
    /// The stream, where the file's name does not begin with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    pub now: Timestamp,
    /// The tenant's own word on its stages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, CanonicalStage>,
    /// What the source says about itself, instead of what `describe.json` has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
    pub exchanges: Vec<Exchange>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Written by `UPDATE_GOLDEN=1`; to be read before it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Asked>,
    pub response: Answered,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    pub status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
    /// A body that is not JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Asked {
    pub fn of(request: &Request) -> Self {
        Self {
            method: request.method,
            path: request.path.clone(),
            body: request.body.clone(),
            headers: request.headers.iter().cloned().collect(),
        }
    }
}

impl Answered {
    pub fn response(&self) -> Response {
        let headers = self.headers.clone().into_iter().collect();
        let json = || match &self.body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        Response::new(self.status, headers, self.text.clone().unwrap_or_else(json))
    }
}

/// Where the tapes of a source lie.
pub fn folder(connector: &Connector) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(connector.id)
}

/// The files of a source's folder whose names begin so, by name.
pub fn files(connector: &Connector) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder(connector)) else {
        return Vec::new();
    };
    let mut all: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    all.sort();
    all
}

pub fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tapes of pulls of a source, each with its stream.
pub fn tapes(connector: &'static Connector) -> Vec<(String, PathBuf, &'static Stream, Tape)> {
    let special =
        |name: &str| name == "describe" || name == "verdicts" || name.starts_with("webhook");
    let files = files(connector).into_iter();
    let pulls = files.filter(|(name, _)| !special(name));
    pulls
        .map(|(name, path)| {
            let tape: Tape = read(&path);
            let stream = stream(connector, &name, &tape);
            (name, path, stream, tape)
        })
        .collect()
}

fn stream(connector: &Connector, name: &str, tape: &Tape) -> &'static Stream {
    let named = |stream: &&Stream| match &tape.stream {
        Some(said) => stream.name == said,
        None => name == stream.name || name.starts_with(&format!("{}_", stream.name)),
    };
    let found = connector.streams.iter().filter(named);
    found
        .max_by_key(|stream| stream.name.len())
        .unwrap_or_else(|| panic!("{name}: {} has no such stream", connector.id))
}

/// A source's `describe.json`, if it has one.
pub fn described(connector: &Connector) -> Option<(PathBuf, Tape)> {
    let path = folder(connector).join("describe.json");
    path.exists().then(|| (path.clone(), read(&path)))
}

/// What a source says about itself.
pub fn known(
    connector: &'static Connector,
    now: Timestamp,
    answers: &mut dyn Answers,
    mut heard: impl FnMut(&str),
) -> Known {
    let mut known = Known::default();
    for describe in connector.describe {
        let stream: &'static Stream = Box::leak(Box::new(asks(describe)));
        let mut all = Vec::new();
        let at = Checkpoint::begin(stream, Plan::Load, now);
        let before = known.clone();
        let played = play(
            connector,
            stream,
            &before,
            at,
            now,
            answers,
            |heard_of, _| {
                match heard_of {
                    Heard::Page(page) => all.extend(page.records.into_iter().map(|it| it.main)),
                    Heard::Told(what) => heard(&format!("{}: {what}", describe.name)),
                }
                true
            },
        );
        match played {
            Ok(_) => {}
            Err(why) if describe.optional => heard(&format!("{}: without, {why}", describe.name)),
            Err(why) => panic!("{} {}: {why}", connector.id, describe.name),
        }
        known.0.insert(describe.name.to_owned(), all);
    }
    known
}

/// A question of a source about itself, asked as a stream is loaded.
fn asks(describe: &Describe) -> Stream {
    Stream {
        name: describe.name,
        load: Load::Pages(describe.ask),
        delta: Delta::None,
        by_id: None,
        count: None,
        joins: &[],
        id: "/id",
        keeps: Keeps::Nothing,
        map: |_, _, _| (),
    }
}

/// Whose records those of tapes are.
pub struct Whose {
    pub connector: &'static Connector,
    pub known: Known,
    pub space: String,
    pub stages: StageMap,
}

impl Whose {
    pub fn of(connector: &'static Connector, known: Known, tape: Option<&Tape>) -> Self {
        let known = tape.and_then(|tape| tape.known.clone()).unwrap_or(known);
        let account = (connector.account)(&known).unwrap_or_default();
        let mut stages = StageMap::vendor_defaults();
        for (label, canonical) in tape.iter().flat_map(|tape| &tape.stages) {
            stages.set(Layer::Tenant, label, *canonical);
        }
        Self {
            connector,
            known,
            space: format!("{}:{account}", connector.id),
            stages,
        }
    }

    pub fn context(&self, read_at: Timestamp) -> Context<'_> {
        Context {
            tenant: TenantId::local(),
            source: self.connector.id,
            space: &self.space,
            known: &self.known,
            stages: &self.stages,
            read_at,
        }
    }

    /// Everything that comes of a page.
    pub fn map(&self, stream: &Stream, page: &Page) -> Out {
        let cx = self.context(page.asked_at);
        let mut out = Out::default();
        for record in &page.records {
            (stream.map)(record, &cx, &mut out);
        }
        if let Some(by_id) = stream.by_id.filter(|by_id| by_id.absent_is_gone) {
            for id in &page.absent {
                (by_id.gone)(id, &cx, &mut out);
            }
        }
        out
    }
}

/// What is heard while a tape plays.
pub enum Heard {
    Page(Page),
    Told(String),
}

/// Who answers.
pub trait Answers {
    fn answer(&mut self, request: &Request) -> Result<Response, String>;
}

/// Plays a pull until it is done, or `heard` says no, or it cannot go on: then says why.
pub fn play(
    connector: &Connector,
    stream: &'static Stream,
    known: &Known,
    at: Checkpoint,
    now: Timestamp,
    answers: &mut dyn Answers,
    mut heard: impl FnMut(Heard, &Checkpoint) -> bool,
) -> Result<Checkpoint, String> {
    let mut pull = Pull::from(stream, known, at);
    for _ in 0..MOST_STEPS {
        let request = match pull.next(now) {
            Step::Done => return Ok(pull.checkpoint().clone()),
            Step::Page(page) => {
                if !heard(Heard::Page(page), pull.checkpoint()) {
                    return Ok(pull.checkpoint().clone());
                }
                continue;
            }
            Step::Wait(ms) => {
                heard(Heard::Told(format!("waits {ms} ms")), pull.checkpoint());
                pull.waited();
                continue;
            }
            Step::Send(request) => request,
        };
        assert!(request.path.starts_with('/'), "{}", request.path);
        let response = answers.answer(&request)?;
        let verdict = (connector.verdict)(&response);
        if verdict != Verdict::Good {
            heard(Heard::Told(format!("{verdict:?}")), pull.checkpoint());
        }
        let done = match verdict {
            Verdict::Good => pull.good(response),
            Verdict::Retry(_) | Verdict::Pause(..) => Ok(()),
            Verdict::Empty => {
                pull.empty();
                Ok(())
            }
            Verdict::Restart => pull.restart(),
            Verdict::Narrow => pull.narrow(),
            Verdict::Forbidden(why) if pull.refuse_join(&why) => Ok(()),
            Verdict::Forbidden(_) | Verdict::Fail(..) if pull.refuse_job() => Ok(()),
            other => return Err(format!("{other:?}")),
        };
        done.map_err(|error| error.to_string())?;
    }
    Err(format!("not done after {MOST_STEPS} steps"))
}

/// What came, one thing a line.
pub fn write(out: &Out, text: &mut String) {
    for entity in &out.entities {
        writeln!(text, "{} {}", entity.key(), entity.to_json().unwrap()).unwrap();
    }
    for gone in &out.gone {
        write!(text, "gone {}", gone.key).unwrap();
        if let Some(at) = gone.at {
            write!(text, " at {at}").unwrap();
        }
        if let Some(into) = &gone.into {
            write!(text, " into {into}").unwrap();
        }
        text.push('\n');
    }
    for lost in &out.lost {
        write!(text, "lost {:?} {}", lost.kind, lost.id).unwrap();
        if let Some(at) = lost.at {
            write!(text, " at {at}").unwrap();
        }
        text.push('\n');
    }
    for deal in &out.whole {
        writeln!(text, "whole {deal}").unwrap();
    }
    for hint in &out.hints {
        writeln!(text, "hint {} {}", hint.stream, hint.id).unwrap();
    }
    for issue in &out.issues {
        writeln!(text, "issue {:?} {issue}", issue.code.as_str()).unwrap();
    }
}
