//! Files that are whole or not there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// How much a write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The process may be killed at any moment; nothing acknowledged is lost. The last moments may be lost when the
    /// machine loses power. `SQLite` runs with `synchronous=NORMAL`, files are not synced.
    #[default]
    Process,
    /// The machine may lose power. Every write waits for the disk: `synchronous=FULL`, files and folders are synced.
    Power,
}

/// Writes `bytes` beside `path` and renames: a reader sees the old file or the new one.
pub(crate) fn replace(
    path: &Path,
    chunks: &[&[u8]],
    private: bool,
    durability: Durability,
) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = create(&beside, private)?;
    for chunk in chunks {
        file.write_all(chunk)?;
    }
    if durability == Durability::Power {
        file.sync_all()?;
    }
    drop(file);
    fs::rename(&beside, path)?;
    sync_folder_of(path, durability)
}

pub(crate) fn sync_folder_of(path: &Path, durability: Durability) -> io::Result<()> {
    match path.parent() {
        Some(folder) if durability == Durability::Power => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// A new empty file; a private one only its owner can read.
pub(crate) fn create(path: &Path, private: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt as _;
        // The mode counts at creation only, so a file left by a killed process goes first.
        drop(fs::remove_file(path));
        options.mode(0o600);
    }
    options.open(path)
}
