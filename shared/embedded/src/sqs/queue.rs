//! One queue: its messages, whose turn it is, and the log it is rebuilt from.

use crate::disk::{self, Durability};
use crate::wire::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Notify;

/// A log this long is rewritten when most of it is history.
const COMPACT_ABOVE_BYTES: u64 = 256 * 1024;

/// About what a message's log line holds beside its body.
const LINE_OVERHEAD_BYTES: u64 = 300;

/// A message as it is kept. It has no `Debug`: bodies are people's data.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) seq: u64,
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) body_md5: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, Attribute>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
    pub(crate) sent_ms: i64,
    /// Hidden until then: by a delay, or because somebody works on it.
    pub(crate) until_ms: i64,
    #[serde(default)]
    pub(crate) received: u32,
    #[serde(default)]
    pub(crate) first_received_ms: i64,
    /// The queue it died in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) died_in: Option<String>,
}

/// A message attribute, as it was sent. Like the body, it cannot be printed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    /// In base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
}

/// What happened. The log is a line of JSON for each; applying them in order gives the queue.
#[derive(Serialize, Deserialize)]
pub(crate) enum Event {
    #[serde(rename = "queue")]
    Configured {
        settings: BTreeMap<String, String>,
        created_ms: i64,
    },
    #[serde(rename = "sent")]
    Sent(Box<Message>),
    #[serde(rename = "taken")]
    Taken { seq: u64, at_ms: i64, until_ms: i64 },
    #[serde(rename = "hidden")]
    Hidden { seq: u64, until_ms: i64 },
    /// Whoever took it is no more, and it is as if they had not.
    #[serde(rename = "returned")]
    Returned { seq: u64 },
    #[serde(rename = "gone")]
    Gone { seq: u64 },
    #[serde(rename = "purged")]
    Purged,
}

#[derive(Default)]
pub(crate) struct Queue {
    pub(crate) name: String,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) created_ms: i64,
    pub(crate) messages: BTreeMap<u64, Message>,
    next_seq: u64,
    /// What can be received, by group, the oldest first.
    ready: HashMap<String, BTreeSet<u64>>,
    /// The groups with something ready, in the order of their turns.
    turns: VecDeque<String>,
    /// What is hidden, by when it shows again.
    hidden: BTreeSet<(i64, u64)>,
    live_bytes: u64,
    log: Option<Log>,
    /// Wakes those who wait for a message.
    pub(crate) arrival: Arc<Notify>,
}

struct Log {
    path: PathBuf,
    file: File,
    bytes: u64,
    durability: Durability,
}

impl Queue {
    pub(crate) fn in_memory(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            next_seq: 1,
            ..Self::default()
        }
    }

    /// Rebuilds a queue from its log, or begins one. What a killed process was writing when it died was never
    /// acknowledged and is cut off.
    pub(crate) fn on_disk(name: &str, path: &Path, durability: Durability) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let mut queue = Self::in_memory(name);
        let mut reader = BufReader::new(&file);
        let (mut line, mut bytes) = (Vec::new(), 0);
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)? as u64;
            if length == 0 || line.last() != Some(&b'\n') {
                break;
            }
            let event = serde_json::from_slice(&line).map_err(|error| {
                let message = format!("the queue's log is damaged at byte {bytes}: {error}");
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?;
            queue.apply(event);
            bytes += length;
        }
        drop(reader);
        file.set_len(bytes)?;
        file.seek(SeekFrom::End(0))?;
        disk::sync_folder_of(path, durability)?;
        queue.log = Some(Log {
            path: path.to_owned(),
            file,
            bytes,
            durability,
        });
        Ok(queue)
    }

    pub(crate) fn log_path(&self) -> Option<&Path> {
        self.log.as_ref().map(|log| log.path.as_path())
    }

    /// Writes what happened to the log, then lets it happen.
    pub(crate) fn commit(&mut self, events: Vec<Event>) -> Result<(), Refusal> {
        if events.is_empty() {
            return Ok(());
        }
        if let Some(log) = &mut self.log {
            log.append(&events).map_err(Refusal::internal)?;
        }
        for event in events {
            self.apply(event);
        }
        self.compact_when_long().map_err(Refusal::internal)
    }

    pub(crate) fn take_seq(&mut self) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    /// What was hidden and shows again by `now_ms` may be received; what is too old goes.
    pub(crate) fn settle(&mut self, now_ms: i64) -> Result<(), Refusal> {
        while let Some(&(until_ms, seq)) = self.hidden.first() {
            if until_ms > now_ms {
                break;
            }
            self.hidden.pop_first();
            self.show(seq);
        }
        let oldest_ms = now_ms - self.seconds("MessageRetentionPeriod") * 1000;
        let old = self
            .messages
            .values()
            .take_while(|message| message.sent_ms < oldest_ms);
        let old = old
            .map(|message| Event::Gone { seq: message.seq })
            .collect();
        self.commit(old)
    }

    /// Gives back what was taken and not deleted.
    pub(crate) fn give_back(&mut self) -> Result<(), Refusal> {
        let taken = |seq: &u64| {
            self.messages
                .get(seq)
                .is_some_and(|message| message.received > 0)
        };
        let seqs = self.hidden.iter().map(|(_, seq)| *seq).filter(taken);
        let returned = seqs.map(|seq| Event::Returned { seq }).collect();
        self.commit(returned)
    }

    /// The next message whose turn it is: the groups take turns, so a long line of one does not hold up the others.
    pub(crate) fn next_ready(&mut self) -> Option<u64> {
        let group = self.turns.pop_front()?;
        let seqs = self.ready.get_mut(&group)?;
        let seq = seqs.pop_first();
        if seqs.is_empty() {
            self.ready.remove(&group);
        } else {
            self.turns.push_back(group);
        }
        seq
    }

    /// When the next hidden message shows.
    pub(crate) fn next_shows_ms(&self) -> Option<i64> {
        self.hidden.first().map(|&(until_ms, _)| until_ms)
    }

    pub(crate) fn seconds(&self, setting: &str) -> i64 {
        self.settings
            .get(setting)
            .and_then(|value| value.parse().ok())
            .unwrap_or(0)
    }

    /// How many can be received, are being worked on, and are delayed.
    pub(crate) fn counts(&self, now_ms: i64) -> (usize, usize, usize) {
        let hidden = self
            .hidden
            .iter()
            .filter(|(until_ms, _)| *until_ms > now_ms);
        let (mut taken, mut delayed) = (0, 0);
        for (_, seq) in hidden {
            match self.messages.get(seq) {
                Some(message) if message.received > 0 => taken += 1,
                _ => delayed += 1,
            }
        }
        (self.messages.len() - taken - delayed, taken, delayed)
    }

    pub(crate) fn being_worked_on(&self) -> usize {
        self.hidden.len()
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Configured {
                settings,
                created_ms,
            } => (self.settings, self.created_ms) = (settings, created_ms),
            Event::Sent(message) => {
                self.next_seq = self.next_seq.max(message.seq + 1);
                self.live_bytes += message.body.len() as u64 + LINE_OVERHEAD_BYTES;
                let (seq, until_ms) = (message.seq, message.until_ms);
                self.messages.insert(seq, *message);
                self.hide(seq, until_ms);
            }
            Event::Taken {
                seq,
                at_ms,
                until_ms,
            } => {
                if let Some(message) = self.messages.get_mut(&seq) {
                    if message.received == 0 {
                        message.first_received_ms = at_ms;
                    }
                    message.received += 1;
                    self.hide(seq, until_ms);
                }
            }
            Event::Hidden { seq, until_ms } => self.hide(seq, until_ms),
            Event::Returned { seq } => {
                self.hide(seq, 0);
                if let Some(message) = self.messages.get_mut(&seq) {
                    message.received = message.received.saturating_sub(1);
                }
            }
            Event::Gone { seq } => {
                self.unlist(seq);
                if let Some(message) = self.messages.remove(&seq) {
                    self.live_bytes -= message.body.len() as u64 + LINE_OVERHEAD_BYTES;
                }
            }
            Event::Purged => {
                self.messages.clear();
                self.ready.clear();
                self.turns.clear();
                self.hidden.clear();
                self.live_bytes = 0;
            }
        }
    }

    /// Puts a message among the hidden; the next `settle` shows it when its time has come.
    fn hide(&mut self, seq: u64, until_ms: i64) {
        self.unlist(seq);
        if let Some(message) = self.messages.get_mut(&seq) {
            message.until_ms = until_ms;
            self.hidden.insert((until_ms, seq));
        }
    }

    pub(crate) fn show(&mut self, seq: u64) {
        let Some(message) = self.messages.get(&seq) else {
            return;
        };
        let group = message.group.clone().unwrap_or_default();
        let seqs = self.ready.entry(group.clone()).or_default();
        if seqs.is_empty() {
            self.turns.push_back(group);
        }
        seqs.insert(seq);
    }

    fn unlist(&mut self, seq: u64) {
        let Some(message) = self.messages.get(&seq) else {
            return;
        };
        if self.hidden.remove(&(message.until_ms, seq)) {
            return;
        }
        let group = message.group.as_deref().unwrap_or_default();
        if let Some(seqs) = self.ready.get_mut(group)
            && seqs.remove(&seq)
            && seqs.is_empty()
        {
            self.ready.remove(group);
            self.turns.retain(|known| known != group);
        }
    }

    fn compact_when_long(&mut self) -> io::Result<()> {
        let Some(log) = &mut self.log else {
            return Ok(());
        };
        if log.bytes < COMPACT_ABOVE_BYTES || log.bytes < self.live_bytes * 4 {
            return Ok(());
        }
        let mut lines = Vec::new();
        let settings = self.settings.clone();
        write_line(
            &mut lines,
            &Event::Configured {
                settings,
                created_ms: self.created_ms,
            },
        )?;
        for message in self.messages.values() {
            write_line(&mut lines, &Event::Sent(Box::new(message.clone())))?;
        }
        disk::replace(&log.path, &[&lines], false, log.durability)?;
        log.file = OpenOptions::new().append(true).open(&log.path)?;
        log.bytes = lines.len() as u64;
        Ok(())
    }
}

impl Log {
    /// All the lines in one write. One that fails is taken back, so that what follows does not continue half a line.
    fn append(&mut self, events: &[Event]) -> io::Result<()> {
        let mut lines = Vec::new();
        for event in events {
            write_line(&mut lines, event)?;
        }
        let written = self
            .file
            .write_all(&lines)
            .and_then(|()| match self.durability {
                Durability::Power => self.file.sync_data(),
                Durability::Process => Ok(()),
            });
        if let Err(error) = written {
            self.file.set_len(self.bytes)?;
            return Err(error);
        }
        self.bytes += lines.len() as u64;
        Ok(())
    }
}

fn write_line(lines: &mut Vec<u8>, event: &Event) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, event)?;
    lines.push(b'\n');
    Ok(())
}
