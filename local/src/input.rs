//! Reading the user's files: the options every reading command shares, and how trouble is told.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use connectors::file::{
    self, DateOrder, DecimalMark, Import, ImportError, Mapping, Options, Progress, Report, Shape,
};
use jiff::Timestamp;
use model::{Currency, RateTable, Severity};

use crate::exit::{Exit, Failure};
use crate::files;
use crate::format;
use crate::instant;
use crate::output::Output;

/// Which files, and how to read what they do not say themselves.
#[derive(Debug, clap::Args)]
pub(crate) struct Reading {
    /// Files or folders: CSV, JSON, NDJSON or XES, also with .gz; what is given together is linked
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) how: How,
}

/// How to read files where they leave a choice.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct How {
    /// A mapping file that `pie map` wrote, or one column: "Deal Value=amount"
    #[arg(long = "map", value_name = "FILE|COLUMN=FIELD")]
    mappings: Vec<String>,
    /// The instant the data stand at [default: their latest change]
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    as_of: Option<Timestamp>,
    /// How dates such as 3/4/2026 are written
    #[arg(long, value_enum, value_name = "ORDER")]
    dates: Option<Dates>,
    /// How numbers such as 1,234 are written
    #[arg(long, value_enum, value_name = "MARK")]
    decimal: Option<Decimal>,
    /// The currency of amounts that name none [default: USD]
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// How far times without a zone are ahead of UTC, such as +02:00 [default: UTC]
    #[arg(long, value_name = "OFFSET", value_parser = offset, allow_hyphen_values = true)]
    utc_offset: Option<i32>,
    /// What parts the cells: a single character, or `tab`
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// A stage that means won, beside the usual names
    #[arg(long, value_name = "LABEL")]
    won: Vec<String>,
    /// A stage that means lost
    #[arg(long, value_name = "LABEL")]
    lost: Vec<String>,
    /// Exchange rates for amounts in other currencies, as a TOML file: `as_of`, base, `[rates]`
    #[arg(long, value_name = "FILE")]
    rates: Option<PathBuf>,
    /// What the tables are about, where their columns do not tell
    #[arg(long, value_name = "SHAPE", value_parser = shape)]
    shape: Option<Shape>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Dates {
    /// 31/12/2026
    Dmy,
    /// 12/31/2026
    Mdy,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Decimal {
    /// 1,234.50
    Point,
    /// 1.234,50
    Comma,
}

fn currency(text: &str) -> Result<Currency, String> {
    text.trim()
        .to_uppercase()
        .parse()
        .map_err(|_| "write three letters such as EUR".to_owned())
}

fn offset(text: &str) -> Result<i32, String> {
    file::parse_utc_offset(text).ok_or_else(|| "write an offset such as +02:00".to_owned())
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" => Ok(b'\t'),
        [one] if !one.is_ascii_alphanumeric() && !matches!(one, b'"' | b'\n' | b'\r') => Ok(*one),
        _ => Err("write one character such as ; or the word tab".to_owned()),
    }
}

fn shape(text: &str) -> Result<Shape, String> {
    text.parse()
        .map_err(|error: file::MappingError| error.to_string())
}

impl Reading {
    /// Reads the files, with a progress bar and a word on what was odd.
    pub(crate) fn import(&self, output: &Output) -> Result<Import, Failure> {
        let import = self.import_quietly(output)?;
        tell(&import.report, output);
        Ok(import)
    }

    /// Reads the files and says nothing of their oddities: for commands that print the report.
    pub(crate) fn import_quietly(&self, output: &Output) -> Result<Import, Failure> {
        let options = self.how.options()?;
        self.import_with(&options, output, &mut |_| {})
            .map_err(|error| refused(&error))
    }

    /// Reads the files and hands every issue to `each`, also those beyond what the report keeps.
    pub(crate) fn import_with(
        &self,
        options: &Options,
        output: &Output,
        each: &mut dyn FnMut(&model::Issue),
    ) -> Result<Import, ImportError> {
        let progress = output.progress();
        file::import(&self.paths, options, &mut |event| match event {
            Progress::Rows {
                file,
                bytes,
                total_bytes,
                ..
            } => progress.bytes(file, bytes, total_bytes),
            Progress::Issue(issue) => each(issue),
        })
    }
}

impl How {
    /// Labels that mean won, as given.
    pub(crate) fn won(&self) -> &[String] {
        &self.won
    }

    /// Labels that mean lost, as given.
    pub(crate) fn lost(&self) -> &[String] {
        &self.lost
    }

    /// The exchange rates given.
    pub(crate) fn rates(&self) -> Result<Option<RateTable>, Failure> {
        let Some(path) = &self.rates else {
            return Ok(None);
        };
        let rates = toml::from_str(&files::read_to_string(path)?).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("cannot read the exchange rates: {}", error.message()),
            )
            .at(path.display())
            .fix("write as_of = \"2026-09-30\", base = \"EUR\" and, under [rates], USD = \"1.25\"")
        })?;
        Ok(Some(rates))
    }

    /// The same as the importer wants it.
    pub(crate) fn options(&self) -> Result<Options, Failure> {
        let mut options = Options {
            as_of: self.as_of,
            now: Some(Timestamp::now()),
            dates: self.dates.map(|order| match order {
                Dates::Dmy => DateOrder::DayFirst,
                Dates::Mdy => DateOrder::MonthFirst,
            }),
            decimal: self.decimal.map(|mark| match mark {
                Decimal::Point => DecimalMark::Point,
                Decimal::Comma => DecimalMark::Comma,
            }),
            currency: self.currency,
            utc_offset_s: self.utc_offset,
            delimiter: self.delimiter,
            won: self.won.clone(),
            lost: self.lost.clone(),
            shape: self.shape,
            rates: self.rates()?,
            ..Options::default()
        };
        for given in &self.mappings {
            let path = Path::new(given);
            if path.is_file()
                || path
                    .extension()
                    .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
            {
                let mapping: Mapping = files::read_to_string(path)?
                    .parse()
                    .map_err(|error| wrong_mapping(&error).at(given))?;
                options.mapping = Some(mapping);
            } else {
                options
                    .overrides
                    .push(file::parse_override(given).map_err(|error| wrong_mapping(&error))?);
            }
        }
        Ok(options)
    }
}

fn wrong_mapping(error: &file::MappingError) -> Failure {
    Failure::new(Exit::Usage, chain(error))
        .fix("write --map \"Column=field\", or name a mapping file as `pie map` writes it")
}

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(error.to_string().trim_end());
        cause = error.source();
    }
    text
}

/// Why nothing could be read, with the place and the remedy of the first cause.
pub(crate) fn refused(error: &ImportError) -> Failure {
    match error {
        ImportError::Open { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
            files::not_found(path)
        }
        ImportError::Open { path, source } => {
            Failure::new(Exit::Failure, format!("cannot read it: {source}"))
                .at(path.display())
                .fix("check that you may read it")
        }
        ImportError::EmptyFolder { path } => Failure::new(Exit::NotFound, error)
            .at(path.display())
            .fix("name a folder with exported files, or the files themselves"),
        ImportError::Stage { .. } => {
            Failure::new(Exit::Usage, error).fix("correct the stage in the mapping file")
        }
        ImportError::NothingUsable { report } => nothing_usable(report),
        _ => Failure::new(Exit::Failure, chain(error)),
    }
}

fn nothing_usable(report: &Report) -> Failure {
    let failure = Failure::new(Exit::Failure, "nothing in these files could be used");
    let Some(issue) = report
        .issues
        .first()
        .and_then(|group| group.examples.first())
    else {
        return failure.fix("see what was made of the columns with `pie map`");
    };
    let quoted = issue
        .value
        .as_ref()
        .map_or_else(String::new, |value| format!(" ({value:?})"));
    Failure::new(
        Exit::Failure,
        format!(
            "nothing in these files could be used: {}{quoted}",
            issue.what
        ),
    )
    .at(&issue.place)
    .fix(&issue.remedy)
}

/// One line on stderr about what a reader of the answer should know of its input.
pub(crate) fn tell(report: &Report, output: &Output) {
    let not_used = report.rows_read() - report.rows_used();
    if not_used > 0 {
        output.warn(format!(
            "{} of {} could not be used; see them with `pie check`",
            format::counted(not_used as usize, "row"),
            format::count(report.rows_read() as usize)
        ));
    }
    for group in report
        .issues
        .iter()
        .filter(|group| group.severity == Severity::Error)
        .take(5)
    {
        if let Some(issue) = group.examples.first() {
            let more = if group.count > 1 {
                format!(" (and {} more)", format::count(group.count as usize - 1))
            } else {
                String::new()
            };
            output.warn(format!("{issue}{more}"));
        }
    }
}
