//! The audit log: a chain in which each event seals all before it.

use crate::Principal;
use crate::secret::sha256;
use aws_lc_rs::digest;
use jiff::Timestamp;
use model::TenantId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;
use std::fmt;

/// What happened, before it has its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Principal,
    /// What, as `member.invited`.
    pub action: String,
    /// To what: an id of ours.
    pub target: String,
    /// What else is worth knowing: ids of ours, roles, counts; nobody's name or address, since an
    /// event outlives the person.
    pub detail: BTreeMap<String, String>,
    /// Under which request.
    pub request_id: String,
}

/// An event in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEvent {
    /// Its place: 1, 2, 3, …
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub target: String,
    /// What else is worth knowing.
    pub detail: BTreeMap<String, String>,
    /// Under which request.
    pub request_id: String,
    /// The hash of the event before.
    pub prev_hash: ChainHash,
    /// The hash over all of the above.
    pub hash: ChainHash,
}

/// The end of a chain: the place and hash of its last event.
///
/// Kept apart from the events, it tells when the last of them are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The place of the last event; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub hash: ChainHash,
}

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ChainHash([u8; 32]);

/// Where a chain stops holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit log does not hold at event {seq}: {fault}; compare it with the archived copy")]
pub struct Broken {
    /// The place of the first event that is not as it was written.
    pub seq: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Another event stands in its place.
    #[error("another event stands there")]
    Order,
    /// It does not follow the one before.
    #[error("it does not follow the event before it")]
    Link,
    /// Its content is not what was hashed.
    #[error("its content was changed")]
    Content,
    /// The chain ends early, or goes on past its head.
    #[error("the log does not end where its head says")]
    End,
}

/// A line that is no event exactly as [`AuditEvent::to_line`] writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the line is not an audit event as it was written; compare it with the archived copy")]
pub struct LineError;

impl Head {
    /// Before the first event of a tenant.
    pub fn genesis(tenant: TenantId) -> Self {
        Self {
            seq: 0,
            hash: ChainHash(sha256(&[b"audit log", tenant.as_bytes()])),
        }
    }

    /// The entry in the place behind this head. Keep it on condition that the place is free.
    ///
    /// ```
    /// use identity::{Entry, Head, Principal, verify_chain};
    /// use jiff::Timestamp;
    /// use model::TenantId;
    ///
    /// let start = Head::genesis(TenantId::local());
    /// let event = start.append(Entry {
    ///     at: Timestamp::UNIX_EPOCH,
    ///     actor: Principal::System("schedule"),
    ///     action: "import.committed".into(),
    ///     target: "import_1".into(),
    ///     detail: [("deals".to_owned(), "210".to_owned())].into(),
    ///     request_id: "req_1".into(),
    /// });
    /// assert_eq!(verify_chain(&start, [&event], &event.head()), Ok(()));
    /// assert!(verify_chain(&start, [], &event.head()).is_err());
    /// ```
    pub fn append(&self, entry: Entry) -> AuditEvent {
        let mut event = AuditEvent {
            seq: self.seq.saturating_add(1),
            at: entry.at,
            actor: entry.actor.to_string(),
            action: entry.action,
            target: entry.target,
            detail: entry.detail,
            request_id: entry.request_id,
            prev_hash: self.hash,
            hash: ChainHash([0; 32]),
        };
        event.hash = event.content_hash();
        event
    }
}

impl AuditEvent {
    /// The head of a chain that ends here.
    pub fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash,
        }
    }

    /// The event as one line of JSON, in the only spelling [`AuditEvent::from_line`] reads.
    pub fn to_line(&self) -> String {
        json(self)
    }

    /// The event of a line, if the line is byte for byte as it was written.
    pub fn from_line(line: &str) -> Result<Self, LineError> {
        let event: Self = serde_json::from_str(line).map_err(|_| LineError)?;
        if event.to_line() == line {
            Ok(event)
        } else {
            Err(LineError)
        }
    }

    /// SHA-256 over the event's canonical JSON without its own hash. The fields stand in the order
    /// they are declared and the details in the order of their names, so there is one spelling.
    fn content_hash(&self) -> ChainHash {
        #[derive(Serialize)]
        struct Content<'a> {
            seq: u64,
            at: Timestamp,
            actor: &'a str,
            action: &'a str,
            target: &'a str,
            detail: &'a BTreeMap<String, String>,
            request_id: &'a str,
            prev_hash: ChainHash,
        }
        let content = json(&Content {
            seq: self.seq,
            at: self.at,
            actor: &self.actor,
            action: &self.action,
            target: &self.target,
            detail: &self.detail,
            request_id: &self.request_id,
            prev_hash: self.prev_hash,
        });
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, content.as_bytes()).as_ref());
        ChainHash(hash)
    }
}

/// Whether the events are what was written, all of them and in order, from behind `start` up to
/// `end`.
pub fn verify_chain<'a>(
    start: &Head,
    events: impl IntoIterator<Item = &'a AuditEvent>,
    end: &Head,
) -> Result<(), Broken> {
    let mut head = *start;
    for event in events {
        let seq = head.seq.saturating_add(1);
        let broken = |fault| Err(Broken { seq, fault });
        if event.seq != seq {
            return broken(Fault::Order);
        }
        if event.prev_hash != head.hash {
            return broken(Fault::Link);
        }
        if event.hash != event.content_hash() {
            return broken(Fault::Content);
        }
        head = event.head();
    }
    if head == *end {
        return Ok(());
    }
    // What is missing, or one too many, stands behind the shorter of the two.
    let shorter = head.seq.min(end.seq);
    let seq = if head.seq == end.seq {
        shorter
    } else {
        shorter.saturating_add(1)
    };
    Err(Broken {
        seq,
        fault: Fault::End,
    })
}

/// Texts, numbers and maps of texts always have a JSON.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ChainHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digit = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let bytes = text.as_bytes().chunks(2).map(|pair| match pair {
            &[high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        });
        bytes
            .collect::<Option<Vec<u8>>>()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| de::Error::custom("a hash is 64 hexadecimal digits in lower case"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn start() -> Head {
        Head::genesis(TenantId::local())
    }

    fn entry(seq: u64, words: &str) -> Entry {
        Entry {
            at: Timestamp::from_second(1_800_000_000 + seq as i64).unwrap(),
            actor: Principal::System("demo"),
            action: "member.invited".into(),
            target: format!("member_{seq}"),
            detail: [
                ("role".into(), words.into()),
                ("a\"b\u{1}é".into(), "x".into()),
            ]
            .into(),
            request_id: "req_1".into(),
        }
    }

    fn chain(length: u64, words: &str) -> Vec<AuditEvent> {
        let mut head = start();
        let mut events = Vec::new();
        for seq in 0..length {
            let event = head.append(entry(seq, words));
            head = event.head();
            events.push(event);
        }
        events
    }

    fn verify(lines: &[Vec<u8>], end: &Head) -> Result<(), Broken> {
        let mut events = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let broken = Broken {
                seq: at as u64 + 1,
                fault: Fault::Content,
            };
            let line = std::str::from_utf8(line).map_err(|_| broken)?;
            events.push(AuditEvent::from_line(line).map_err(|_| broken)?);
        }
        verify_chain(&start(), &events, end)
    }

    fn lines(events: &[AuditEvent]) -> Vec<Vec<u8>> {
        events
            .iter()
            .map(|event| event.to_line().into_bytes())
            .collect()
    }

    #[test]
    fn every_flip_of_every_bit_is_detected() {
        let events = chain(3, "ae");
        let (whole, end) = (lines(&events), events[2].head());
        assert_eq!(verify(&whole, &end), Ok(()));
        for (at, line) in whole.iter().enumerate() {
            for byte in 0..line.len() {
                for bit in 0..8 {
                    let mut flipped = whole.clone();
                    flipped[at][byte] ^= 1 << bit;
                    let broken = verify(&flipped, &end);
                    assert!(broken.is_err(), "event {at}, byte {byte}, bit {bit}");
                }
            }
        }
    }

    #[test]
    fn a_change_with_a_new_hash_breaks_the_next_link_or_the_end() {
        for at in 0..3 {
            let mut events = chain(3, "ae");
            let end = events[2].head();
            "admin".clone_into(&mut events[at].action);
            events[at].hash = events[at].content_hash();
            assert!(verify_chain(&start(), &events, &end).is_err(), "{at}");
        }
    }

    #[test]
    fn a_break_is_named_and_placed() {
        let whole = chain(4, "ae");
        let end = whole[3].head();
        let check = |change: fn(&mut Vec<AuditEvent>), seq, fault| {
            let mut events = whole.clone();
            change(&mut events);
            let broken = verify_chain(&start(), &events, &end);
            assert_eq!(broken, Err(Broken { seq, fault }));
        };
        check(|events| drop(events.remove(1)), 2, Fault::Order);
        check(|events| events.swap(1, 2), 2, Fault::Order);
        check(|events| events[2].seq = 9, 3, Fault::Order);
        check(
            |events| events[2].prev_hash = ChainHash([0; 32]),
            3,
            Fault::Link,
        );
        check(
            |events| "cy".clone_into(&mut events[2].target),
            3,
            Fault::Content,
        );
        check(|events| drop(events.pop()), 4, Fault::End);
        check(Vec::clear, 1, Fault::End);
        let more = end.append(entry(4, "ae"));
        assert_eq!(
            verify_chain(&start(), whole.iter().chain([&more]), &end),
            Err(Broken {
                seq: 5,
                fault: Fault::End
            })
        );
    }

    #[test]
    fn a_chain_of_another_tenant_does_not_pass() {
        let events = chain(2, "ae");
        let other = Head::genesis(TenantId::from_bytes([9; 16]));
        let broken = verify_chain(&other, &events, &events[1].head());
        assert_eq!(
            broken,
            Err(Broken {
                seq: 1,
                fault: Fault::Link
            })
        );
    }

    #[test]
    fn the_rest_of_a_chain_verifies_from_where_the_archive_ends() {
        let events = chain(5, "ae");
        assert_eq!(
            verify_chain(&events[1].head(), &events[2..], &events[4].head()),
            Ok(())
        );
        assert_eq!(verify_chain(&start(), &[], &start()), Ok(()));
    }

    #[test]
    fn the_hash_keeps_its_value_from_release_to_release() {
        // Computed apart from this code, from the definition.
        let hash = "107b8ddc80621de5e434025e1692fa731200455a40d2737f8eb448aaf8971f11";
        assert_eq!(chain(1, "ae")[0].hash.to_string(), hash);
    }

    proptest! {
        #[test]
        fn any_part_missing_doubled_or_moved_is_detected(
            length in 1_u64..12,
            words in ".{0,12}",
            a in any::<prop::sample::Index>(),
            b in any::<prop::sample::Index>(),
        ) {
            let events = chain(length, &words);
            let end = events[events.len() - 1].head();
            prop_assert_eq!(verify(&lines(&events), &end), Ok(()));
            let (a, b) = (a.index(events.len()), b.index(events.len()));
            let mut cases = Vec::new();
            let mut dropped = events.clone();
            dropped.remove(a);
            cases.push(dropped);
            cases.push(events[..a].to_vec());
            let mut doubled = events.clone();
            doubled.insert(b, events[a].clone());
            cases.push(doubled);
            if a != b {
                let mut swapped = events.clone();
                swapped.swap(a, b);
                cases.push(swapped);
            }
            for case in cases {
                let broken = verify_chain(&start(), &case, &end);
                prop_assert!(broken.is_err_and(|broken| (1..=length + 1).contains(&broken.seq)));
            }
        }

        #[test]
        fn no_line_makes_the_reader_panic(line in ".*") {
            prop_assert!(AuditEvent::from_line(&line).is_err());
        }
    }
}
