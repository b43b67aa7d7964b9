//! Where a person is named besides the book: in documents and files.

use crate::words::Words;
use crate::work::{Error, Work};
use flate2::read::MultiGzDecoder;
use identity::ApiKey;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use store::{Document, Import, Job, SavedScenario, SavedSettings, Simulation, Stored, View};

/// Bytes of a packed file that are searched.
const MOST_UNPACKED: u64 = 256 << 20;
/// Bytes of one excerpt.
const MOST_EXCERPT: usize = 20_000;
/// Gzip begins so.
const PACKED: [u8; 2] = [0x1f, 0x8b];
/// Zip begins so, and with it workbooks.
const ZIPPED: &[u8] = b"PK\x03\x04";

/// A document that names the person.
#[derive(Debug, Serialize)]
pub(crate) struct InDocument {
    what: &'static str,
    id: String,
    texts: Vec<String>,
}

/// A file that names the person.
#[derive(Debug, Serialize)]
pub(crate) struct InFile {
    file: String,
    texts: Vec<String>,
    /// Why it could not be searched, where it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<&'static str>,
}

pub(crate) async fn in_documents(work: &Work, words: &Words) -> Result<Vec<InDocument>, Error> {
    let mut found = Vec::new();
    of_kind::<View>(work, words, &mut found).await?;
    of_kind::<SavedScenario>(work, words, &mut found).await?;
    of_kind::<SavedSettings>(work, words, &mut found).await?;
    of_kind::<Simulation>(work, words, &mut found).await?;
    of_kind::<Import>(work, words, &mut found).await?;
    of_kind::<Job>(work, words, &mut found).await?;
    of_kind::<ApiKey>(work, words, &mut found).await?;
    Ok(found)
}

async fn of_kind<T: Document>(
    work: &Work,
    words: &Words,
    found: &mut Vec<InDocument>,
) -> Result<(), Error> {
    for Stored { value, .. } in work.tenant.documents::<T>().await? {
        let mut texts = Vec::new();
        in_value(&serde_json::to_value(&value)?, words, &mut texts);
        if !texts.is_empty() {
            found.push(InDocument {
                what: T::WHAT,
                id: value.id(),
                texts,
            });
        }
    }
    Ok(())
}

/// The folders whose files are sealed, and the one whose are not.
const SEALED: [&str; 2] = ["imports/", "exports/"];
const PLAIN: &str = "runs/";

/// The uploads, undo images, exports and runs that name the person, with the lines that do. What is
/// being made now is left out.
pub(crate) async fn in_files(work: &mut Work, words: &Words) -> Result<Vec<InFile>, Error> {
    let own = format!("exports/{}/", work.job.id);
    let mut found = Vec::new();
    for folder in SEALED.into_iter().chain([PLAIN]) {
        // A file lies in parts that are numbered; what is no number is a file of its own.
        let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for blob in work.tenant.blobs(folder).await? {
            let file = match blob.name.rsplit_once('/') {
                Some((file, part)) if part.bytes().all(|byte| byte.is_ascii_digit()) => {
                    file.to_owned()
                }
                _ => blob.name.clone(),
            };
            if !blob.name.starts_with(&own) {
                files.entry(file).or_default().push(blob.name);
            }
        }
        let total = files.len() as u64;
        for (at, (file, parts)) in files.into_iter().enumerate() {
            work.go_on("searching files", at as u64, Some(total))
                .await?;
            let mut search = Search::new(words);
            for part in parts {
                let bytes = match folder {
                    PLAIN => work.tenant.blob(&part).await?,
                    _ => work.tenant.sealed(&part).await?,
                };
                search.take(&bytes.unwrap_or_default());
            }
            let (texts, unread) = search.end();
            if !texts.is_empty() || unread.is_some() {
                found.push(InFile {
                    file,
                    texts,
                    unread,
                });
            }
        }
    }
    Ok(found)
}

/// A search through a file that comes in parts.
struct Search<'a> {
    words: &'a Words,
    /// What no line has ended yet; of a packed file, or one of JSON, all of it.
    rest: Vec<u8>,
    is_whole: bool,
    begun: bool,
    texts: Vec<String>,
}

impl<'a> Search<'a> {
    fn new(words: &'a Words) -> Self {
        Self {
            words,
            rest: Vec::new(),
            is_whole: false,
            begun: false,
            texts: Vec::new(),
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if !self.begun {
            self.begun = true;
            let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
            self.is_whole = bytes.starts_with(&PACKED)
                || bytes.starts_with(ZIPPED)
                || matches!(first, Some(b'{' | b'['));
        }
        self.rest.extend_from_slice(bytes);
        if self.is_whole {
            return;
        }
        if let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.rest.split_off(end + 1);
            let lines = std::mem::replace(&mut self.rest, rest);
            self.lines(&lines);
        }
    }

    fn lines(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let named = text.lines().filter(|line| self.words.are_in(line));
        self.texts.extend(named.map(excerpt));
    }

    fn end(mut self) -> (Vec<String>, Option<&'static str>) {
        let rest = std::mem::take(&mut self.rest);
        if rest.starts_with(ZIPPED) {
            return (
                self.texts,
                Some("it is packed; open it to see whom it names"),
            );
        }
        if rest.starts_with(&PACKED) {
            let mut plain = Vec::new();
            let read = MultiGzDecoder::new(&rest[..])
                .take(MOST_UNPACKED)
                .read_to_end(&mut plain);
            self.json_or_lines(&plain);
            let unread = read.is_err() || plain.len() as u64 == MOST_UNPACKED;
            return (
                self.texts,
                unread.then_some("not all of it could be unpacked"),
            );
        }
        self.json_or_lines(&rest);
        (self.texts, None)
    }

    fn json_or_lines(&mut self, bytes: &[u8]) {
        match serde_json::from_slice::<Value>(bytes) {
            Ok(value) => in_value(&value, self.words, &mut self.texts),
            Err(_) => self.lines(bytes),
        }
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(MOST_EXCERPT).collect()
}

/// The texts of a value that name the person: of a longer value nothing else, for it may tell of
/// others.
fn in_value(value: &Value, words: &Words, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if words.are_in(text) => texts.push(excerpt(text)),
        Value::Array(all) => all.iter().for_each(|value| in_value(value, words, texts)),
        Value::Object(all) => all.values().for_each(|value| in_value(value, words, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test may")]
    fn a_person_is_found_in_a_file_however_it_is_cut() {
        let words = Words::of(["ada@quay.example"]);
        let packed = |text: &str| {
            let mut packed = GzEncoder::new(Vec::new(), Compression::default());
            packed.write_all(text.as_bytes()).unwrap();
            packed.finish().unwrap()
        };
        let csv = "name,email\nBo,bo@quay.example\nAda,Ada@quay.example\nCy,";
        let json = r#"{"rows":[{"prior":"{\"email\":\"ada@quay.example\"}"},{"prior":"bo"}]}"#;
        let line = "Ada,Ada@quay.example";
        let cases: [(&[u8], &[&str]); 6] = [
            (csv.as_bytes(), &[line]),
            (&packed(csv), &[line]),
            (json.as_bytes(), &[r#"{"email":"ada@quay.example"}"#]),
            (b"[broken ada@quay.example", &["[broken ada@quay.example"]),
            (b"", &[]),
            (b"bo@quay.example", &[]),
        ];
        for (bytes, expected) in cases {
            for cut in 0..=bytes.len() {
                let mut search = Search::new(&words);
                search.take(&bytes[..cut]);
                search.take(&bytes[cut..]);
                let (texts, unread) = search.end();
                // A beginning of one byte says nothing of what follows.
                if cut > 4 || cut == 0 {
                    assert_eq!(
                        (texts, unread),
                        (expected.iter().map(|&it| it.to_owned()).collect(), None),
                        "{cut}"
                    );
                }
            }
        }
    }
}
