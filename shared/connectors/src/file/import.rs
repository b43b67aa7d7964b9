//! The import: find the files, look at each, take each in, link what they say.

use std::cell::Cell;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;
use model::{Book, CanonicalStage, Currency, Issue, Layer, RateTable, StageMap, TenantId};

use super::assemble;
use super::drafts::{Drafts, Repeats};
use super::issues::{Issues, Level};
use super::mapping::{Mapping, Shape, Target};
use super::profile::{self, Profile};
use super::read::{self, Format, Record, Rows, Sniffed, Source, Step, Unreadable};
use super::report::{ColumnReport, Report, TableReport};
use super::rows::{Counts, Fate, Taker};
use super::value::{DateOrder, DecimalMark};

/// A pipe is read into memory up to here; a file on disk has no limit.
const MAX_PIPE: u64 = 1 << 30;
/// Rows between two signs of life.
const PULSE: u64 = 1 << 14;

/// What the files do not say themselves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose data this is: ids are derived from it.
    pub tenant: TenantId,
    /// The name of the source: ids are derived from it, and entities carry it.
    pub source: String,
    /// The instant the data stand at. Without it, their latest change.
    pub as_of: Option<Timestamp>,
    /// The caller's clock: changes after it are in the future and are said to be odd.
    pub now: Option<Timestamp>,
    /// Leave out every event at or after this instant.
    pub before: Option<Timestamp>,
    /// How dates such as 3/4/2026 are written.
    pub dates: Option<DateOrder>,
    /// How numbers such as 1,234 are written.
    pub decimal: Option<DecimalMark>,
    /// The currency of sums that name none. Without it, US dollars, and a note says so.
    pub currency: Option<Currency>,
    /// Seconds ahead of UTC of times without a zone. Without it, UTC, and a note says so.
    pub utc_offset_s: Option<i32>,
    /// What parts the cells of delimited text.
    pub delimiter: Option<u8>,
    /// Stage labels that mean won, beside the known ones.
    pub won: Vec<String>,
    /// Stage labels that mean lost.
    pub lost: Vec<String>,
    /// What every table is about, where their columns do not tell.
    pub shape: Option<Shape>,
    /// Single columns and the fields they fill, over everything else.
    pub overrides: Vec<(String, Target)>,
    /// A mapping written down before.
    pub mapping: Option<Mapping>,
    /// Rates for the value of deals in US dollars.
    pub rates: Option<RateTable>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tenant: TenantId::local(),
            source: "file".to_owned(),
            as_of: None,
            now: None,
            before: None,
            dates: None,
            decimal: None,
            currency: None,
            utc_offset_s: None,
            delimiter: None,
            won: Vec::new(),
            lost: Vec::new(),
            shape: None,
            overrides: Vec::new(),
            mapping: None,
            rates: None,
        }
    }
}

impl Options {
    /// The meaning of stage labels: the known ones, then the mapping's, then these options'.
    pub fn stage_map(&self) -> Result<StageMap, ImportError> {
        let mut map = StageMap::vendor_defaults();
        // Results are often said this way, and mean nothing else.
        map.set(Layer::Discovered, "Win", CanonicalStage::ClosedWon);
        map.set(Layer::Discovered, "Loss", CanonicalStage::ClosedLost);
        let given = self.mapping.as_ref();
        for (label, stage) in given.map(|m| &m.stages).into_iter().flatten() {
            let canonical = stage.parse().map_err(|_| ImportError::Stage {
                label: label.clone(),
                stage: stage.clone(),
            })?;
            map.set(Layer::Tenant, label, canonical);
        }
        let label_of = |own: &[String], written: Option<&Vec<String>>| -> Vec<String> {
            let both = written.into_iter().flatten().chain(own);
            both.map(|label| label.trim().to_lowercase()).collect()
        };
        let won = label_of(&self.won, given.map(|m| &m.won));
        let lost = label_of(&self.lost, given.map(|m| &m.lost));
        if let Some(label) = won.into_iter().find(|label| lost.contains(label)) {
            return Err(ImportError::WonAndLost { label });
        }
        let sides = [
            (&self.won, given.map(|m| &m.won), CanonicalStage::ClosedWon),
            (
                &self.lost,
                given.map(|m| &m.lost),
                CanonicalStage::ClosedLost,
            ),
        ];
        for (own, written, canonical) in sides {
            for label in written.into_iter().flatten().chain(own) {
                map.set(Layer::Tenant, label, canonical);
            }
        }
        Ok(map)
    }
}

/// Reads `+02:00`, `-0530` or `UTC` as seconds ahead of UTC.
pub fn parse_utc_offset(text: &str) -> Option<i32> {
    super::value::offset(text.trim().as_bytes()).ok().flatten()
}

/// What happens while an import runs, for whoever watches.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// Rows of a file have been read.
    Rows {
        /// The file.
        file: &'a str,
        /// Rows so far.
        rows: u64,
        /// Bytes of the file so far.
        bytes: u64,
        /// All its bytes, when they can be known.
        total_bytes: Option<u64>,
    },
    /// Something odd was met. Every issue passes here, also those the report only counts.
    Issue(&'a Issue),
}

/// What an import gives.
#[derive(Debug)]
pub struct Import {
    /// All that the files say, linked.
    pub book: Book,
    /// What was read, and what was odd.
    pub report: Report,
}

/// Nothing could be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A path leads nowhere.
    #[error("cannot open {}", path.display())]
    Open {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder has no data files.
    #[error("{} holds no .csv, .tsv, .txt, .json, .ndjson, .jsonl or .xes file", path.display())]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A mapping names a stage we do not have.
    #[error(
        "the mapping says {label:?} is {stage:?}; it can be lead, qualification, discovery, demo, proposal, negotiation, closed_won or closed_lost"
    )]
    Stage {
        /// The label.
        label: String,
        /// What it should stand for.
        stage: String,
    },
    /// A label is said to mean both ends.
    #[error("{label:?} cannot mean both won and lost; give it to one of them")]
    WonAndLost {
        /// The label, in lower case.
        label: String,
    },
    /// Every file was looked at, and not one row could be used.
    #[error("nothing in these files could be used{}", first_issue(report))]
    NothingUsable {
        /// Why, file by file.
        report: Box<Report>,
    },
    /// The history cannot be held.
    #[error("the stage history cannot be built")]
    History(#[from] model::HistoryError),
}

fn first_issue(report: &Report) -> String {
    let first = report.issues.first().and_then(|g| g.examples.first());
    first.map(|issue| format!(": {issue}")).unwrap_or_default()
}

/// Imports files, and the files of folders, as one book.
///
/// Odd rows do not stop it: they are in the report, each with its place and a remedy. It fails
/// only when nothing at all could be used.
///
/// ```no_run
/// use connectors::file::{Options, import};
///
/// let imported = import(&["deals.csv".into()], &Options::default(), &mut |_| {})?;
/// println!("{} deals\n{}", imported.book.deals.len(), imported.report);
/// # Ok::<(), connectors::file::ImportError>(())
/// ```
pub fn import(
    paths: &[PathBuf],
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Import, ImportError> {
    let mut issues = Issues::new(Some(progress));
    let files = find(paths, &mut issues)?;
    run(&files, options, issues)
}

/// One file to import.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) source: Source,
}

/// A table of a file that has been looked at.
struct Plan {
    input: usize,
    sniffed: Sniffed,
    profiles: Vec<Profile>,
}

pub(super) fn run(
    inputs: &[Input],
    options: &Options,
    mut issues: Issues,
) -> Result<Import, ImportError> {
    let stages = options.stage_map()?;
    let mut plans = Vec::new();
    for (n, input) in inputs.iter().enumerate() {
        issues.about(Some(&input.name));
        if let Some((sniffed, profiles)) = look(input, options, &mut issues) {
            plans.push(Plan {
                input: n,
                sniffed,
                profiles,
            });
        }
    }
    // Names must be known before what refers to them: deals before their events.
    plans.sort_by_key(|plan| plan.profiles.iter().map(|p| rank(p.mapping.shape)).min());
    let mut drafts = Drafts {
        repeats: Repeats::across(with_moves(plans.iter().map(|plan| &plan.profiles[..]))),
        ..Drafts::default()
    };
    let mut report = Report::default();
    for plan in &mut plans {
        let input = &inputs[plan.input];
        issues.about(Some(&input.name));
        let tables = take(input, plan, options, &mut drafts, &mut issues)?;
        report.tables.extend(tables);
    }
    let names: Vec<&str> = inputs.iter().map(|i| i.name.as_str()).collect();
    let used = report.rows_used();
    let book = assemble::book(drafts, &stages, options, &names, &mut issues)?;
    report.take_issues(issues);
    if used == 0 {
        return Err(ImportError::NothingUsable {
            report: Box::new(report),
        });
    }
    Ok(Import { book, report })
}

/// How many files tell of moves.
pub(super) fn with_moves<'p>(files: impl Iterator<Item = &'p [Profile]>) -> usize {
    let moves = |profile: &Profile| profile.mapping.shape == Shape::StageEvents;
    files.filter(|profiles| profiles.iter().any(moves)).count()
}

fn rank(shape: Shape) -> u8 {
    match shape {
        Shape::Team => 0,
        Shape::Products => 1,
        Shape::Accounts => 2,
        Shape::Deals => 3,
        Shape::StageEvents => 4,
        Shape::Contacts => 5,
        Shape::Activities => 6,
        Shape::Unknown => 7,
    }
}

/// The first look: what kind of file, which tables, what their columns mean. `None` when it
/// cannot be read at all; an issue says why.
pub(super) fn look(
    input: &Input,
    options: &Options,
    issues: &mut Issues,
) -> Option<(Sniffed, Vec<Profile>)> {
    let found =
        read::sniff(&input.source, Path::new(&input.name), options.delimiter).and_then(|sniffed| {
            let profiles = profile::profile(&input.name, &input.source, &sniffed, options, issues)
                .map_err(|e| Unreadable {
                    code: "unreadable",
                    what: format!("the file cannot be read: {e}"),
                    remedy: "check that it is there, whole, and that you may read it".into(),
                })?;
            Ok((sniffed, profiles))
        });
    match found {
        Ok((sniffed, profiles)) => {
            let mut headless = false;
            if let Format::Csv(layout) = &sniffed.format {
                headless = !layout.has_header;
                for name in &layout.repeated {
                    issues.raise(
                        "repeated_column",
                        Level::Warning,
                        0,
                        Some(name),
                        None,
                        || {
                            (
                                "several columns have this name; the later ones were numbered"
                                    .into(),
                                "give each column a name of its own".into(),
                            )
                        },
                    );
                }
            }
            if sniffed.unmarked {
                issues.raise("unmarked_utf16", Level::Note, 0, None, None, || {
                    (
                        "the file looks like UTF-16 without its mark and was read so".into(),
                        "nothing to do if its letters look right; else save it as UTF-8".into(),
                    )
                });
            }
            for profile in &profiles {
                profile::raise_unknown(profile, headless, issues);
            }
            Some((sniffed, profiles))
        }
        Err(unreadable) => {
            issues.raise(unreadable.code, Level::Error, 0, None, None, || {
                (unreadable.what, unreadable.remedy)
            });
            None
        }
    }
}

/// Takes the rows of one file in.
fn take(
    input: &Input,
    plan: &mut Plan,
    options: &Options,
    drafts: &mut Drafts,
    issues: &mut Issues,
) -> Result<Vec<TableReport>, ImportError> {
    let profiles = std::mem::take(&mut plan.profiles);
    each_row(
        input,
        plan.input as u32,
        &plan.sniffed,
        profiles,
        options,
        issues,
        |taker, record, issues| taker.take(record, drafts, issues),
    )
}

/// Hands every readable row of a file to `fate`, which says what came of it.
pub(super) fn each_row(
    input: &Input,
    number: u32,
    sniffed: &Sniffed,
    profiles: Vec<Profile>,
    options: &Options,
    issues: &mut Issues,
    mut fate: impl FnMut(&Taker, &Record, &mut Issues) -> Fate,
) -> Result<Vec<TableReport>, ImportError> {
    let open = |source: io::Error| ImportError::Open {
        path: PathBuf::from(&input.name),
        source,
    };
    let read_bytes = Rc::new(Cell::new(0));
    let total_bytes = match &input.source {
        Source::Path(path) => fs::metadata(path).ok().map(|m| m.len()),
        Source::Bytes(bytes) => Some(bytes.len() as u64),
    };
    let stream = Counting {
        inner: input.source.open().map_err(open)?,
        bytes: Rc::clone(&read_bytes),
    };
    let mut rows = Rows::over(Box::new(stream), sniffed, issues).map_err(open)?;
    let mut takers: Vec<Taker> = profiles
        .into_iter()
        .map(|p| Taker::new(p, number, options))
        .collect();
    let mut record = Record::default();
    let mut seen = 0;
    let mut recoded = false;
    loop {
        let before = issues.total();
        let step = rows.next(&mut record, issues);
        if step == Step::End {
            break;
        }
        let table = record.table;
        let columns = rows.tables.0.get(table).map_or(&[][..], |t| &t.columns);
        while takers.len() <= table {
            let name = rows
                .tables
                .0
                .get(takers.len())
                .and_then(|t| t.name.as_deref());
            takers.push(Taker::new(
                Profile::bare(&input.name, name),
                number,
                options,
            ));
        }
        let taker = &mut takers[table];
        taker.widen(columns);
        if record.recoded && !recoded {
            recoded = true;
            issues.raise("not_utf8", Level::Warning, record.row, None, None, || {
                (
                    "the text is not UTF-8 and was read as Windows-1252".into(),
                    "check letters such as é and €; save the file as UTF-8 if they are wrong"
                        .into(),
                )
            });
        }
        let came = if step == Step::Record {
            fate(taker, &record, issues)
        } else {
            Fate::Unusable
        };
        taker.counts.add(came, issues.total() > before);
        seen += 1;
        if seen % PULSE == 0 {
            issues.tell(Progress::Rows {
                file: &input.name,
                rows: seen,
                bytes: read_bytes.get(),
                total_bytes,
            });
        }
    }
    issues.tell(Progress::Rows {
        file: &input.name,
        rows: seen,
        bytes: read_bytes.get(),
        total_bytes,
    });
    if seen == 0 {
        issues.raise("no_rows", Level::Warning, 0, None, None, || {
            (
                "the file holds no rows of data".into(),
                "check the filter of the export".into(),
            )
        });
    }
    let format = describe(sniffed);
    Ok(takers
        .into_iter()
        .map(|taker| {
            taker.finish(issues);
            table_report(&input.name, &format, &taker.profile, taker.counts)
        })
        .collect())
}

fn table_report(file: &str, format: &str, profile: &Profile, counts: Counts) -> TableReport {
    TableReport {
        file: file.to_owned(),
        table: profile.mapping.table.clone(),
        format: format.to_owned(),
        shape: profile.mapping.shape,
        preset: profile.mapping.preset.clone(),
        rows_read: counts.read,
        rows_used: counts.used,
        rows_not_used: counts.read - counts.used,
        rows_left_out: counts.left_out,
        rows_odd: counts.odd,
        columns: profile
            .mapping
            .columns
            .0
            .iter()
            .zip(&profile.columns)
            .map(|((column, target), style)| ColumnReport {
                column: column.clone(),
                target: target.clone(),
                dates: style.dates,
                decimal: style.decimal,
                example: style.example.clone(),
            })
            .collect(),
    }
}

fn describe(sniffed: &Sniffed) -> String {
    let mut out = match &sniffed.format {
        Format::Csv(layout) => {
            let mark = match layout.delimiter {
                b'\t' => "tab".to_owned(),
                other => format!("{:?}", char::from(other).to_string()),
            };
            format!("CSV, separator {mark}")
        }
        Format::Json => "JSON".to_owned(),
        Format::Ndjson => "NDJSON".to_owned(),
        Format::Xes => "XES".to_owned(),
    };
    out.push_str(", ");
    out.push_str(sniffed.encoding);
    if sniffed.gzip {
        out.push_str(", gzip");
    }
    out
}

/// Counts the bytes that pass.
struct Counting {
    inner: Box<dyn Read>,
    bytes: Rc<Cell<u64>>,
}

impl Read for Counting {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.bytes.set(self.bytes.get() + n as u64);
        Ok(n)
    }
}

/// The files to read: those given, and the data files of the folders given, in order of name.
pub(super) fn find(paths: &[PathBuf], issues: &mut Issues) -> Result<Vec<Input>, ImportError> {
    let mut inputs = Vec::new();
    for path in paths {
        let open = |source: io::Error| ImportError::Open {
            path: path.clone(),
            source,
        };
        let kind = fs::metadata(path).map_err(open)?;
        if kind.is_dir() {
            let mut entries: Vec<PathBuf> = fs::read_dir(path)
                .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
                .map_err(open)?;
            entries.sort();
            let before = inputs.len();
            for entry in entries.into_iter().filter(|e| e.is_file()) {
                let name = name_of(&entry);
                if name.starts_with('.') {
                    continue;
                }
                if is_data(&entry) {
                    inputs.push(Input {
                        name,
                        source: Source::Path(entry),
                    });
                } else {
                    issues.about(Some(&name));
                    issues.raise("passed_over", Level::Note, 0, None, None, || {
                        (
                            "the name does not end like a data file, so it was passed over".into(),
                            "name it on the command line to have it read".into(),
                        )
                    });
                }
            }
            if inputs.len() == before {
                return Err(ImportError::EmptyFolder { path: path.clone() });
            }
        } else {
            let source = if kind.is_file() {
                Source::Path(path.clone())
            } else {
                Source::Bytes(slurp(path).map_err(open)?)
            };
            inputs.push(Input {
                name: name_of(path),
                source,
            });
        }
    }
    Ok(inputs)
}

/// A pipe cannot be read twice, so its bytes are kept.
fn slurp(path: &Path) -> io::Result<Arc<[u8]>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(MAX_PIPE + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_PIPE {
        return Err(io::Error::other(
            "more than 1 GiB came through the pipe; save it to a file first",
        ));
    }
    Ok(bytes.into())
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn is_data(path: &Path) -> bool {
    let name = name_of(path).to_ascii_lowercase();
    let stem = name.strip_suffix(".gz").unwrap_or(&name);
    let known = [".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl", ".xes"];
    // Workbooks and archives are looked at to say what to do about them.
    let mistaken = [".xlsx", ".xls", ".zip"];
    known.iter().any(|end| stem.ends_with(end)) || mistaken.iter().any(|end| name.ends_with(end))
}
