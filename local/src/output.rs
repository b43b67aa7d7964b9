//! The one place that decides how an answer is shown: a page for people or JSON for programs,
//! with colour or without, talkative or quiet. Answers go to stdout, everything else to stderr.

use std::fmt::{Display, Write as _};
use std::io::{self, IsTerminal, Write as _};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use crate::table::{Table, Tone, one_line};

/// How wide prose is set where the terminal does not say.
const PROSE: usize = 96;

/// How to show answers; made once from the command line.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    pub(crate) colour: ColorChoice,
}

impl Output {
    /// Prints the answer: `value` as JSON when asked for, or else the page that `show` fills.
    pub(crate) fn answer<T: Serialize>(
        &self,
        value: &T,
        show: impl FnOnce(&mut Page),
    ) -> Result<(), Failure> {
        if self.json {
            let mut text = serde_json::to_string_pretty(value).map_err(|error| {
                Failure::new(
                    Exit::Failure,
                    format!("cannot write the answer as JSON: {error}"),
                )
            })?;
            text.push('\n');
            return self.data(&text);
        }
        let mut page = Page::new(terminal_width());
        show(&mut page);
        self.data(&page.text)
    }

    /// Prints text that is itself the answer, such as a mapping file or a completion script.
    pub(crate) fn data(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = AutoStream::new(io::stdout(), self.colour).lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            // `pie mine | head` closes the pipe early and that is fine.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::new(
                Exit::Failure,
                format!("cannot write to standard output: {error}"),
            )),
            Ok(()) => Ok(()),
        }
    }

    /// Says something worth knowing, unless `--quiet`.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.quiet {
            self.say(&Tone::Dim.paint(&one_line(&text.to_string())));
        }
    }

    /// Says something that may be wrong with the answer, unless `--quiet`.
    pub(crate) fn warn(&self, text: impl Display) {
        if !self.quiet {
            self.say(&format!(
                "{} {}",
                Tone::Warn.paint("warning:"),
                one_line(&text.to_string())
            ));
        }
    }

    /// Says why the command stopped, even with `--quiet`; as one JSON line with `--json`.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            let value = serde_json::json!({ "error": failure, "exit_code": failure.exit as u8 });
            self.say(&value.to_string());
        } else {
            self.say(&format!("{} {failure}", Tone::Bad.paint("error:")));
        }
    }

    /// A progress bar, or nothing where nobody would see it.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(!self.quiet && io::stderr().is_terminal())
    }

    fn say(&self, text: &str) {
        // Where even stderr is gone there is nobody left to tell.
        let _ = writeln!(AutoStream::new(io::stderr(), self.colour), "{text}");
    }
}

fn terminal_width() -> Option<usize> {
    io::stdout()
        .is_terminal()
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| usize::from(width.0))
}

/// An answer for people, written from top to bottom.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    width: Option<usize>,
}

impl Page {
    fn new(width: Option<usize>) -> Self {
        Self {
            text: String::new(),
            width,
        }
    }

    /// A heading, with an empty line above unless it opens the page.
    pub(crate) fn heading(&mut self, text: impl Display) {
        self.gap();
        let _ = writeln!(
            self.text,
            "{}",
            Tone::Strong.paint(&one_line(&text.to_string()))
        );
    }

    /// A paragraph, wrapped to the terminal.
    pub(crate) fn line(&mut self, text: impl Display) {
        self.wrapped(&text.to_string(), "", "", Tone::Plain);
    }

    /// A paragraph of lesser weight.
    pub(crate) fn aside(&mut self, text: impl Display) {
        self.wrapped(&text.to_string(), "", "", Tone::Dim);
    }

    /// A point in a list.
    pub(crate) fn item(&mut self, text: impl Display) {
        self.wrapped(&text.to_string(), "· ", "  ", Tone::Plain);
    }

    /// What belongs to the point above it.
    pub(crate) fn under(&mut self, text: impl Display) {
        self.wrapped(&text.to_string(), "  ", "  ", Tone::Dim);
    }

    /// A paragraph that begins with a coloured word, such as a severity.
    pub(crate) fn marked(&mut self, tone: Tone, word: &str, text: impl Display) {
        self.wrapped(
            &text.to_string(),
            &format!("{} ", tone.paint(word)),
            "  ",
            Tone::Plain,
        );
    }

    /// A name and its value, the values in one column.
    pub(crate) fn field(&mut self, name: &str, value: impl Display) {
        const NAMES: usize = 18;
        let first = format!("{name:<NAMES$}");
        self.wrapped(
            &value.to_string(),
            &Tone::Dim.paint(&first),
            &" ".repeat(NAMES),
            Tone::Plain,
        );
    }

    /// A table, cut to the terminal; nothing for a table without rows.
    pub(crate) fn table(&mut self, table: &Table) {
        if !table.is_empty() {
            self.text.push_str(&table.render(self.width));
        }
    }

    /// One empty line, never two.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn wrapped(&mut self, text: &str, first: &str, rest: &str, tone: Tone) {
        use unicode_width::UnicodeWidthStr;
        let room = self
            .width
            .unwrap_or(PROSE)
            .clamp(40, 120)
            .saturating_sub(rest.width());
        let mut line = String::new();
        let mut lead = first;
        for word in one_line(text).split_whitespace() {
            if !line.is_empty() && line.width() + 1 + word.width() > room {
                let _ = writeln!(self.text, "{lead}{}", tone.paint(&line));
                line.clear();
                lead = rest;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(
            self.text,
            "{}",
            format!("{lead}{}", tone.paint(&line)).trim_end()
        );
    }
}
