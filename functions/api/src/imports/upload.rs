//! Files of an import, whole or in parts.

use super::{FileView, Shared, edit, import_of, most_file, wrong_state};
use crate::auth::Caller;
use crate::exports::FileBytes;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use edge::{Code, Json, Path, Problem};
use http::header::CONTENT_RANGE;
use http::{HeaderMap, StatusCode};
use std::time::Duration;
use store::{Import, ImportFile, ImportStatus};

/// The most bytes of a part: what a function can be called with.
pub(super) const MOST_PART: usize = 4 * 1024 * 1024;
/// The most files of an import.
const MOST_FILES: usize = 50;
/// The most parts of a file.
const MOST_PARTS: u32 = 1_000;
/// The longest name of a file. In bytes it is bounded by what file systems take.
const MOST_NAME_CHARS: usize = 120;
const MOST_NAME_BYTES: usize = 240;

/// What files that are no data begin with, and what they are.
const OTHER_KINDS: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"Rar!", "a RAR archive"),
];

/// Upload a file, or a part of one
///
/// The body is the file as it is, up to 4 MiB, whatever its `Content-Type`. A larger one comes in
/// parts, in order, each with `Content-Range: bytes FIRST-LAST/TOTAL`. After a cut, the import's
/// files say from which byte to go on. The first part again begins the file again.
#[utoipa::path(put, path = "/v1/imports/{id}/files/{name}", tag = "imports", operation_id = "putImportFile",
    params(("id" = String, Path, description = "The import's id"),
        ("name" = String, Path, description = "The file's name, 1 to 120 characters, without a folder"),
        ("Content-Range" = Option<String>, Header, description = "Which bytes these are: bytes 0-4194303/9000000")),
    request_body(content = FileBytes, content_type = "application/octet-stream", description = "CSV, JSON, NDJSON or XES, plain or packed with gzip"),
    responses((status = 200, description = "How much of the file is there", body = FileView)))]
pub(super) async fn put_file(
    State(app): Shared,
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<FileView>, Problem> {
    import_of(&caller, &id).await?;
    check_name(&name)?;
    let part = Part::of(&headers, &read(body)?, most_file(&app))?;
    // Two writers of one file would mix their parts.
    let lease = caller
        .tenant()
        .lease(&format!("upload#{id}#{name}"))
        .await?;
    let Some(lease) = lease else {
        return Err(Problem::new(Code::Changed)
            .detail("Another upload of the same file is under way")
            .remedy("Wait for it to end, then see from which byte to go on.")
            .retry_after(Duration::from_secs(2)));
    };
    let done = take(&caller, &id, &name, &part).await;
    caller.tenant().end_lease(&lease).await?;
    done.map(Json)
}

async fn take(caller: &Caller, id: &str, name: &str, part: &Part) -> Result<FileView, Problem> {
    if part.first == 0 {
        check_kind(&part.body)?;
        // From here until its last part is in the file is not whole, so nobody reads half of it.
        edit(caller, id, |import| begin(import, name, part.total)).await?;
    }
    let before = import_of(caller, id).await?.value;
    let number = expect(&before, name, part)?.parts;
    if number >= MOST_PARTS {
        return Err(Problem::new(Code::LimitReached)
            .detail(format_args!("A file has at most {MOST_PARTS} parts"))
            .remedy("Upload it again, in larger parts."));
    }
    caller
        .tenant()
        .put_import_part(id, name, number, &part.body)
        .await?;
    let mut view = None;
    edit(caller, id, |import| {
        let file = expect(import, name, part)?;
        let (bytes, parts) = (file.bytes + part.body.len() as u64, file.parts + 1);
        for file in import.files.iter_mut().filter(|file| file.name == name) {
            (file.bytes, file.parts) = (bytes, parts);
            view = Some(FileView::from(&*file));
        }
        Ok(())
    })
    .await?;
    view.ok_or_else(|| Problem::internal("a file that was just written is not there"))
}

/// A file of which nothing has come yet, in place of what there was of that name.
fn begin(import: &mut Import, name: &str, total_bytes: u64) -> Result<(), Problem> {
    let file = ImportFile {
        name: name.to_owned(),
        bytes: 0,
        total_bytes,
        parts: 0,
    };
    if let Some(there) = import.files.iter_mut().find(|file| file.name == name) {
        *there = file;
        return Ok(());
    }
    if import.files.len() >= MOST_FILES {
        return Err(Problem::new(Code::LimitReached)
            .detail(format_args!("An import has at most {MOST_FILES} files"))
            .remedy(
                "Delete one of them, or bring the others in another import of the same source.",
            ));
    }
    import.files.push(file);
    Ok(())
}

/// The file, if this is the part that comes next.
fn expect<'a>(import: &'a Import, name: &str, part: &Part) -> Result<&'a ImportFile, Problem> {
    if !matches!(import.status, ImportStatus::Open | ImportStatus::Validated) {
        return Err(wrong_state(import, "cannot be changed"));
    }
    let problem = Problem::new(Code::WrongState);
    let Some(file) = import.files.iter().find(|file| file.name == name) else {
        return Err(problem
            .detail("Nothing of this file has come yet")
            .remedy("Begin with the part that holds byte 0."));
    };
    if file.total_bytes != part.total {
        return Err(problem
            .detail(format_args!(
                "The file was begun with {} bytes in all, not {}",
                file.total_bytes, part.total
            ))
            .remedy("Begin again with the part that holds byte 0."));
    }
    if file.bytes != part.first {
        return Err(problem
            .detail(format_args!(
                "The next part begins at byte {}, not at byte {}",
                file.bytes, part.first
            ))
            .remedy("Go on at that byte, or begin again with the part that holds byte 0."));
    }
    Ok(file)
}

/// Some bytes of a file.
#[derive(Debug)]
struct Part {
    first: u64,
    total: u64,
    body: Bytes,
}

impl Part {
    fn of(headers: &HeaderMap, body: &Bytes, most: u64) -> Result<Self, Problem> {
        let length = body.len() as u64;
        let (first, total) = match range(headers)? {
            None => (0, length),
            Some((first, last, total)) => {
                if last - first + 1 != length {
                    let words = format!(
                        "names {} bytes, and the body has {length}",
                        last - first + 1
                    );
                    return Err(bad_range(&words));
                }
                (first, total)
            }
        };
        if total > most {
            return Err(Problem::new(Code::UploadTooLarge)
                .detail(format_args!(
                    "The file has {total} bytes, more than the {most} that are taken"
                ))
                .remedy("Pack it with gzip, or split it over several files."));
        }
        if length == 0 {
            let problem = Problem::new(Code::InvalidUpload).detail("The file is empty");
            return Err(problem.remedy("Send the file itself as the body, or leave it out."));
        }
        Ok(Self {
            first,
            total,
            body: body.clone(),
        })
    }
}

fn read(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    body.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::new(Code::UploadTooLarge)
                .detail(format_args!("A part has at most {MOST_PART} bytes"))
                .remedy("Send the file in parts, each with Content-Range: bytes FIRST-LAST/TOTAL.")
        }
        _ => Problem::new(Code::InvalidUpload)
            .detail("The body ended before it was whole")
            .remedy("Send the same part again."),
    })
}

fn bad_range(words: &str) -> Problem {
    Problem::new(Code::InvalidHeader).field("Content-Range", "malformed", words)
}

/// `bytes 0-4/10` as its three numbers.
fn range(headers: &HeaderMap) -> Result<Option<(u64, u64, u64)>, Problem> {
    let mut values = headers.get_all(CONTENT_RANGE).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    // A number as RFC 9110 writes it: `parse` alone would take a sign.
    let number = |text: &str| -> Option<u64> {
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    let read = || {
        let (bytes, total) = value
            .to_str()
            .ok()?
            .strip_prefix("bytes ")?
            .split_once('/')?;
        let (first, last) = bytes.split_once('-')?;
        let (first, last, total) = (number(first)?, number(last)?, number(total)?);
        (first <= last && last < total).then_some((first, last, total))
    };
    match (read(), values.next()) {
        (Some(range), None) => Ok(Some(range)),
        _ => Err(bad_range(
            "is not of the form bytes FIRST-LAST/TOTAL, such as bytes 0-4194303/9000000",
        )),
    }
}

/// A name that is one on every machine, and leads nowhere else.
fn check_name(name: &str) -> Result<(), Problem> {
    let wrong = if name.is_empty()
        || name.chars().count() > MOST_NAME_CHARS
        || name.len() > MOST_NAME_BYTES
    {
        "is not 1 to 120 characters long"
    } else if name.contains(['/', '\\', ':']) {
        "names a folder; give the file's own name"
    } else if name.chars().any(char::is_control) {
        "holds a control character"
    } else if name.chars().all(|c| c == '.') || name.trim() != name {
        "is no plain name; one is deals.csv"
    } else {
        return Ok(());
    };
    Err(Problem::new(Code::InvalidUpload)
        .detail("The file's name cannot be used")
        .remedy("Give it a plain name such as deals.csv.")
        .field("{name}", "invalid_value", wrong))
}

/// Refuses at once what would be refused when it is read.
fn check_kind(body: &[u8]) -> Result<(), Problem> {
    match OTHER_KINDS
        .iter()
        .find(|(magic, _)| body.starts_with(magic))
    {
        None => Ok(()),
        Some((_, kind)) => Err(Problem::new(Code::InvalidUpload)
            .detail(format_args!("The file is {kind}"))
            .remedy("Save each sheet or table as CSV, or unpack the archive, and upload that.")),
    }
}

/// Delete a file
#[utoipa::path(delete, path = "/v1/imports/{id}/files/{name}", tag = "imports", operation_id = "deleteImportFile",
    params(("id" = String, Path, description = "The import's id"),
        ("name" = String, Path, description = "The file's name")),
    responses((status = 204, description = "It is no longer part of the import")))]
pub(super) async fn remove_file(
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let import = import_of(&caller, &id).await?.value;
    let there = |import: &Import| import.files.iter().any(|file| file.name == name);
    if !there(&import) {
        return Err(Problem::not_found());
    }
    edit(&caller, &id, |import| {
        if !there(import) {
            return Err(Problem::not_found());
        }
        import.files.retain(|file| file.name != name);
        Ok(())
    })
    .await?;
    caller
        .tenant()
        .delete_blobs(&format!("imports/{id}/files/{name}/"))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_it_is_written_and_no_other_way() {
        let check = |text: &str, expected: Option<(u64, u64, u64)>| {
            let headers = [(CONTENT_RANGE, text.parse().unwrap())]
                .into_iter()
                .collect();
            assert_eq!(range(&headers).ok().flatten(), expected, "{text:?}");
        };
        check("bytes 0-0/1", Some((0, 0, 1)));
        check("bytes 4-9/10", Some((4, 9, 10)));
        for bad in [
            "",
            "bytes",
            "bytes 0-1",
            "bytes 0-1/*",
            "bytes */10",
            "bytes 5-4/10",
            "bytes 0-10/10",
            "bytes -1-4/10",
            "bytes 0-+4/10",
            "bytes 0-4/10 ",
            "bytes  0-4/10",
            "items 0-4/10",
            "bytes=0-4/10",
            "bytes 0-4/18446744073709551616",
            "bytes -/",
            "bytes 0x0-4/10",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn a_name_is_plain() {
        let check = |name: &str, fits: bool| assert_eq!(check_name(name).is_ok(), fits, "{name:?}");
        for good in [
            "deals.csv",
            "Forecast 2026 (final).csv",
            "été.json",
            ".hidden",
            "a",
        ] {
            check(good, true);
        }
        check(&"a".repeat(120), true);
        check(&"a".repeat(121), false);
        check(&"ß".repeat(120), true);
        check(&"語".repeat(120), false);
        for bad in [
            "",
            ".",
            "..",
            "...",
            "a/b.csv",
            "..\\b.csv",
            "c:deals.csv",
            "a\nb",
            "a\0",
            "\u{85}",
            " a",
            "a ",
        ] {
            check(bad, false);
        }
    }
}
