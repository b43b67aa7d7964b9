//! Files written whole or not at all, so that Ctrl-C never leaves half an answer behind.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::exit::{Exit, Failure};

/// The file being written, for the interrupt handler to take away.
static PARTIAL: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Writes a file beside its place and moves it there when it is complete. A device or pipe, such as
/// `/dev/stdout`, is written to directly.
pub(crate) fn write(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let failed = |error: io::Error| cannot_write(path, &error);
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        let mut file = BufWriter::new(File::options().write(true).open(path).map_err(failed)?);
        return fill(&mut file).and_then(|()| file.flush()).map_err(failed);
    }
    let partial = partial_path(path);
    remember(Some(partial.clone()));
    let written = File::create(&partial).and_then(|file| {
        let mut file = BufWriter::new(file);
        fill(&mut file)?;
        file.flush()?;
        fs::rename(&partial, path)
    });
    remember(None);
    written.map_err(|error| {
        let _ = fs::remove_file(&partial);
        failed(error)
    })
}

/// Writes a file that only its owner can read, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let partial = partial_path(path);
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&partial)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&partial, path)
}

/// Reads a whole small file, such as a mapping.
pub(crate) fn read_to_string(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => not_found(path),
        _ => {
            Failure::new(Exit::Failure, format!("cannot read the file: {error}")).at(path.display())
        }
    })
}

/// The failure for a file that is not there.
pub(crate) fn not_found(path: &Path) -> Failure {
    Failure::new(Exit::NotFound, "there is no such file or folder")
        .at(path.display())
        .fix("check the spelling; a path is looked up from the folder you are in")
}

/// Takes away the file that was being written when the user pressed Ctrl-C.
pub(crate) fn abandon() {
    if let Ok(mut partial) = PARTIAL.lock()
        && let Some(path) = partial.take()
    {
        let _ = fs::remove_file(path);
    }
}

fn remember(path: Option<PathBuf>) {
    if let Ok(mut partial) = PARTIAL.lock() {
        *partial = path;
    }
}

fn partial_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let fix = match error.kind() {
        io::ErrorKind::NotFound => "make the folder first",
        io::ErrorKind::PermissionDenied => "choose a place where you may write",
        io::ErrorKind::StorageFull => "free some space",
        _ => "",
    };
    Failure::new(Exit::Failure, format!("cannot write the file: {error}"))
        .at(path.display())
        .fix(fix)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_half_of_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.csv");
        write(&path, |file| file.write_all(b"old")).unwrap();
        let failure = write(&path, |file| {
            file.write_all(b"new")?;
            Err(io::Error::other("the disk said no"))
        });
        assert!(failure.unwrap_err().what.contains("the disk said no"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_named_with_its_remedy() {
        let failure = write(Path::new("nowhere/at/all.csv"), |_| Ok(())).unwrap_err();
        assert_eq!(failure.fix.as_deref(), Some("make the folder first"));
    }
}
