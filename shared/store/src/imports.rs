//! Imports of files: what was uploaded, what was made of it, and how to take it back.

use crate::blobs::Blob;
use crate::documents::Document;
use crate::error::Error;
use crate::tenant::Tenant;
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// Files and mapping can be given.
    Open,
    /// A job reads the files.
    Validating,
    /// The files were read; the report can be looked at.
    Validated,
    /// A job writes.
    Committing,
    /// All is written.
    Committed,
    /// A job takes it back.
    Undoing,
    /// It was taken back.
    Undone,
    /// It cannot be read or written; the problem says why.
    Failed,
}

/// A file of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFile {
    /// Its name.
    pub name: String,
    /// Bytes so far.
    pub bytes: u64,
    /// All bytes, as the sender said.
    pub total_bytes: u64,
    /// Parts so far.
    pub parts: u32,
}

impl ImportFile {
    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.bytes == self.total_bytes
    }
}

/// An import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// `import_…`; later ones sort later.
    pub id: String,
    /// The name of the source: ids derive from it, so the same source again updates.
    pub source: String,
    /// How it stands.
    pub status: ImportStatus,
    /// Its files.
    pub files: Vec<ImportFile>,
    /// How to read them, as the API takes it.
    pub options: Value,
    /// What their columns mean, where it was said.
    pub mapping: Option<Value>,
    /// Who asked for it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// The version its rows are written with: microseconds since 1970.
    pub version: i64,
    /// The job that works on it, or did last.
    pub job: Option<String>,
    /// Rows and things, once they are known.
    pub summary: Option<Value>,
    /// When it was committed.
    pub committed_at: Option<Timestamp>,
    /// Why it cannot be taken back, where it cannot.
    pub undo_blocked: Option<String>,
}

impl Document for Import {
    const PARTITION: &'static str = "I";
    const WHAT: &'static str = "import";
    fn id(&self) -> String {
        self.id.clone()
    }
}

impl Tenant {
    /// Keeps a part of a file.
    pub async fn put_import_part(
        &self,
        import: &str,
        file: &str,
        part: u32,
        body: &[u8],
    ) -> Result<(), Error> {
        self.put_sealed(&part_name(import, file, part), body).await
    }

    /// The parts of a file, in order.
    pub async fn import_file(&self, import: &str, file: &ImportFile) -> Result<Vec<Bytes>, Error> {
        let mut parts = Vec::new();
        for part in 0..file.parts {
            let name = part_name(import, &file.name, part);
            let body = self.sealed(&name).await?;
            parts.push(body.ok_or(Error::NotFound {
                what: "part of a file; it may have been deleted after 30 days",
            })?);
        }
        Ok(parts)
    }

    /// Deletes what was uploaded for an import, and what undoing it would need.
    pub async fn delete_import_files(&self, import: &str) -> Result<usize, Error> {
        self.delete_blobs(&format!("imports/{import}/")).await
    }

    /// The uploads and undo images of all imports.
    pub async fn import_blobs(&self) -> Result<Vec<Blob>, Error> {
        self.blobs("imports/").await
    }
}

fn part_name(import: &str, file: &str, part: u32) -> String {
    format!("imports/{import}/files/{file}/{part:06}")
}
