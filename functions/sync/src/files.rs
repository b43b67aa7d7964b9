//! The files of an import, read as one book.

use crate::Limits;
use crate::work::{Error, Watch, Work, refused};
use connectors::file::{self, ImportError, ImportOptions, Mapping, Options};
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use model::{Book, CanonicalStage, Entity, EntityKey, Layer};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Goon, Import};

/// How often a sign of life is given while the files are read.
const PULSE: Duration = Duration::from_secs(2);
const CHUNK: usize = 1 << 16;

/// The files as one book; or why nothing in them can be used, with the report.
pub(crate) async fn read(
    work: &Work,
    import: &Import,
    watch: &mut Watch<'_>,
) -> Result<Result<file::Import, Box<file::Report>>, Error> {
    let mut options = options(work, import)?;
    let folder = tempfile::tempdir().map_err(|e| disk(&e))?;
    let paths = fetch(work, import, folder.path()).await?;
    let read = parse(paths.clone(), options.clone(), watch).await?;
    let Ok(read) = read else {
        return Ok(read);
    };
    let said = stages_said(work, &read.book).await?;
    let given = options.mapping.clone().unwrap_or_default();
    let said: BTreeMap<String, String> = said
        .into_iter()
        .filter(|(label, _)| !given.stages.contains_key(label))
        .map(|(label, stage)| (label, stage.to_string()))
        .collect();
    if said.is_empty() {
        return Ok(Ok(read));
    }
    // The tenant has said here what stages mean, otherwise than the files alone would have it.
    let mut mapping = given;
    mapping.stages.extend(said);
    options.mapping = Some(mapping);
    parse(paths, options, watch).await
}

fn options(work: &Work, import: &Import) -> Result<Options, Error> {
    let said = if import.options.is_null() {
        ImportOptions::default()
    } else {
        serde_json::from_value(import.options.clone()).map_err(|e| {
            refused(
                "bad_options",
                format!("the options cannot be used: {e}"),
                "correct the options of the import",
            )
        })?
    };
    let mapping: Option<Mapping> = match &import.mapping {
        None | Some(serde_json::Value::Null) => None,
        Some(mapping) => Some(serde_json::from_value(mapping.clone()).map_err(|e| {
            refused(
                "bad_mapping",
                format!("the mapping cannot be used: {e}"),
                "correct the mapping of the import",
            )
        })?),
    };
    let options = said
        .options(work.tenant.id(), &import.source, mapping)
        .map_err(|odd| {
            let odd: Vec<String> = odd.iter().map(ToString::to_string).collect();
            refused(
                "bad_options",
                odd.join("; "),
                "correct the options of the import",
            )
        })?;
    Ok(Options {
        // The same instant each time, so that whoever reads the files again reads the same.
        now: Timestamp::from_microsecond(import.version).ok(),
        ..options
    })
}

/// Writes the files to a folder of their own, unpacked no further than they came.
async fn fetch(work: &Work, import: &Import, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if import.files.is_empty() {
        return Err(refused(
            "no_files",
            "the import has no files",
            "upload at least one file",
        ));
    }
    let mut paths = Vec::new();
    let limits = work.limits;
    let mut room = Gauge {
        bytes: limits.unpacked_bytes,
        rows: limits.rows,
    };
    for file in &import.files {
        let name = &file.name;
        if Path::new(name).file_name().and_then(|it| it.to_str()) != Some(name) {
            return Err(refused(
                "bad_file_name",
                format!("{name:?} is no name of a file"),
                "upload it under a plain name such as deals.csv",
            ));
        }
        if !file.is_whole() {
            let detail = format!(
                "of {name:?} only {} of {} bytes have come",
                file.bytes, file.total_bytes
            );
            return Err(refused(
                "file_incomplete",
                detail,
                "upload the rest of it, or the whole file again",
            ));
        }
        let parts =
            work.tenant
                .import_file(&work.import, file)
                .await
                .map_err(|error| match error {
                    store::Error::NotFound { .. } => refused(
                        "file_gone",
                        format!(
                            "a part of {name:?} is no longer there; uploads are kept for 30 days"
                        ),
                        "start a new import of the same files",
                    ),
                    error => error.into(),
                })?;
        let path = folder.join(name);
        let to = path.clone();
        let written = tokio::task::spawn_blocking(move || {
            let mut file = File::create(&to)?;
            for part in &parts {
                file.write_all(part)?;
            }
            file.sync_data().ok();
            drop(file);
            room.measure(&to)
        });
        room = written.await.map_err(|e| disk(&io::Error::other(e)))?.map_err(|e| disk(&e))?.ok_or_else(|| {
            let Limits { unpacked_bytes, rows, .. } = limits;
            refused(
                "too_large",
                format!("with {name:?} the files hold more than {unpacked_bytes} bytes unpacked, or more than {rows} rows"),
                "split them over several imports of the same source",
            )
        })?;
        paths.push(path);
    }
    Ok(paths)
}

/// How much more may come.
#[derive(Clone, Copy)]
struct Gauge {
    bytes: u64,
    rows: u64,
}

impl Gauge {
    /// What is left of it after a file, read once through without keeping it; `None` when it is
    /// used up. A small packed file can hold very many rows, so they are bounded before any is
    /// kept: by lines, or by the brackets that open a record.
    fn measure(mut self, path: &Path) -> io::Result<Option<Self>> {
        let mut file = BufReader::with_capacity(CHUNK, File::open(path)?);
        let packed = io::BufRead::fill_buf(&mut file)?.starts_with(&[0x1f, 0x8b]);
        let mut stream: Box<dyn Read> = if packed {
            Box::new(MultiGzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let mut chunk = vec![0; CHUNK];
        let mut mark = None;
        loop {
            let read = match stream.read(&mut chunk) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // A broken archive is told of, with its place, by whoever reads the rows.
                Err(_) if packed => return Ok(Some(self)),
                Err(error) => return Err(error),
            };
            if read == 0 {
                return Ok(Some(self));
            }
            let bytes = &chunk[..read];
            let mark = *mark.get_or_insert_with(|| match bytes.trim_ascii_start().first() {
                Some(b'{' | b'[') => b'{',
                Some(b'<') => b'<',
                _ => b'\n',
            });
            let count = |mark: u8| memchr::memchr_iter(mark, bytes).count() as u64;
            let rows = match mark {
                // A line may end in either.
                b'\n' => count(b'\n').max(count(b'\r')),
                // An event of XES is itself an element and holds others.
                b'<' => count(b'<') / 4,
                mark => count(mark),
            };
            let left = self
                .bytes
                .checked_sub(read as u64)
                .zip(self.rows.checked_sub(rows));
            let Some((bytes, rows)) = left else {
                return Ok(None);
            };
            self = Self { bytes, rows };
        }
    }
}

/// Reads the files beside the runtime, with signs of life.
async fn parse(
    paths: Vec<PathBuf>,
    options: Options,
    watch: &mut Watch<'_>,
) -> Result<Result<file::Import, Box<file::Report>>, Error> {
    let rows = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&rows);
    let mut reading = tokio::task::spawn_blocking(move || {
        let mut before = 0;
        file::import(&paths, &options, &mut |progress| {
            if let file::Progress::Rows { rows, .. } = progress {
                if rows < before {
                    before = 0;
                }
                seen.fetch_add(rows - before, Ordering::Relaxed);
                before = rows;
            }
        })
    });
    let read = loop {
        tokio::select! {
            read = &mut reading => break read,
            () = tokio::time::sleep(PULSE) => {
                let rows = rows.load(Ordering::Relaxed);
                if watch.tell("reading files", rows, None).await? == Goon::Cancelled {
                    return Err(Error::Cancelled);
                }
            }
        }
    };
    match read.map_err(|e| disk(&io::Error::other(e)))? {
        Ok(read) => Ok(Ok(read)),
        Err(ImportError::NothingUsable { report }) => Ok(Err(report)),
        Err(error @ (ImportError::Stage { .. } | ImportError::WonAndLost { .. })) => Err(refused(
            "bad_mapping",
            error.to_string(),
            "correct the mapping of the import",
        )),
        Err(error) => Err(refused(
            "unreadable_files",
            error.to_string(),
            "check the files and upload them again",
        )),
    }
}

/// What the tenant has said here that labels of the book's pipelines mean, where the files alone
/// would have them mean something else.
async fn stages_said(work: &Work, book: &Book) -> Result<Vec<(String, CanonicalStage)>, Error> {
    let keys: Vec<EntityKey> = book
        .pipelines
        .iter()
        .map(|it| EntityKey::Pipeline(it.id))
        .collect();
    let mut said = Vec::new();
    for kept in work.tenant.entities(&keys).await? {
        let Some(Entity::Pipeline(kept)) = kept.entity else {
            continue;
        };
        let read = book.pipelines.iter().find(|it| it.id == kept.id);
        for stage in kept
            .stages
            .iter()
            .filter(|stage| stage.layer == Some(Layer::Tenant))
        {
            let read = read.and_then(|pipeline| pipeline.stage(&stage.label));
            if let (Some(read), Some(canonical)) = (read, stage.canonical)
                && read.layer != Some(Layer::Tenant)
                && read.canonical != Some(canonical)
            {
                said.push((stage.label.clone(), canonical));
            }
        }
    }
    Ok(said)
}

/// The function's own disk is full or broken: another machine may do better.
fn disk(error: &io::Error) -> Error {
    store::Error::Call {
        operation: "writing to the function's disk",
        source: error.to_string().into(),
    }
    .into()
}
