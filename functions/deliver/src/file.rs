//! The file of an export, kept in sealed parts.

use crate::work::{Error, Work};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::io::Write;

/// Bytes of a part.
const PART: usize = 4 << 20;
/// How long the file can be fetched.
const OPEN_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What the file is.
pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) packed: bool,
}

/// A file that is being written.
pub(crate) struct File {
    form: Form,
    plain: Vec<u8>,
    packed: Option<GzEncoder<Vec<u8>>>,
    bytes: u64,
    parts: u32,
}

impl File {
    /// Begins the file of a job anew.
    pub(crate) async fn begin(work: &Work, form: Form) -> Result<Self, Error> {
        work.tenant
            .delete_blobs(&format!("exports/{}/", work.job.id))
            .await?;
        let packed = form
            .packed
            .then(|| GzEncoder::new(Vec::new(), Compression::default()));
        Ok(Self {
            form,
            plain: Vec::new(),
            packed,
            bytes: 0,
            parts: 0,
        })
    }

    pub(crate) async fn write(&mut self, work: &Work, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.packed {
            Some(packed) => {
                packed
                    .write_all(bytes)
                    .map_err(|error| unwritable(&error))?;
                self.plain.append(packed.get_mut());
            }
            None => self.plain.extend_from_slice(bytes),
        }
        while self.plain.len() >= PART {
            let rest = self.plain.split_off(PART);
            let part = std::mem::replace(&mut self.plain, rest);
            self.keep(work, &part).await?;
        }
        Ok(())
    }

    async fn keep(&mut self, work: &Work, part: &[u8]) -> Result<(), Error> {
        let name = format!("exports/{}/{:06}", work.job.id, self.parts);
        work.tenant.put_sealed(&name, part).await?;
        self.bytes += part.len() as u64;
        self.parts += 1;
        Ok(())
    }

    /// Ends the file; says what was made.
    pub(crate) async fn end(mut self, work: &Work, rows: u64) -> Result<Value, Error> {
        if let Some(packed) = self.packed.take() {
            self.plain
                .append(&mut packed.finish().map_err(|error| unwritable(&error))?);
        }
        let last = std::mem::take(&mut self.plain);
        // There is always a first part, of an empty file too.
        if !last.is_empty() || self.parts == 0 {
            self.keep(work, &last).await?;
        }
        let expires_at = work
            .tenant
            .now()
            .saturating_add(OPEN_FOR)
            .unwrap_or_default();
        Ok(json!({
            "file_name": self.form.name,
            "content_type": self.form.content_type,
            "bytes": self.bytes,
            "parts": self.parts,
            "rows": rows,
            "expires_at": expires_at,
        }))
    }
}

fn unwritable(error: &std::io::Error) -> Error {
    store::Error::Call {
        operation: "packing an export",
        source: error.to_string().into(),
    }
    .into()
}
