//! How a command ends: an exit code a script can branch on, and an error a person can act on.

use std::fmt;
use std::process::ExitCode;

use serde::Serialize;

/// The exit codes of `pie`. Clap itself answers 2 for a wrong command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// The command could not be done.
    Failure = 1,
    /// The command line, or a value in it, does not make sense.
    Usage = 2,
    /// The server does not know who asks, or they may not.
    Auth = 3,
    /// A file, deal or column that was named does not exist.
    NotFound = 4,
    /// Something is in the way, such as a file that would be overwritten.
    Conflict = 5,
    /// Too many calls to the server.
    Limited = 6,
    /// Done for a part of the input; the report says which part was not.
    Partial = 7,
    /// Stopped with Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command stopped: what happened, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    #[serde(skip)]
    pub(crate) exit: Exit,
    /// One sentence without a full stop.
    pub(crate) what: String,
    /// The file, row and column, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// What the user can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fix: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, what: impl fmt::Display) -> Self {
        Self {
            exit,
            what: what.to_string(),
            place: None,
            fix: None,
        }
    }

    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = Some(place.to_string()).filter(|place| !place.is_empty());
        self
    }

    pub(crate) fn fix(mut self, fix: impl fmt::Display) -> Self {
        self.fix = Some(fix.to_string()).filter(|fix| !fix.is_empty());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if let Some(place) = &self.place {
            write!(f, "\n  at {place}")?;
        }
        if let Some(fix) = &self.fix {
            write!(f, "\n  fix: {fix}")?;
        }
        Ok(())
    }
}
