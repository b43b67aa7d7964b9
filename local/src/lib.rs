//! The `pie` command: revenue forecasting from files, on one machine.
//!
//! The folder holds what a person sees and nothing of what Pie knows: reading files is
//! `connectors::file`, the thinking is `mining` and `forecast`, and what is told of it, with the
//! numbers as people read them, is `insight`. Here is one file per command, one place that decides
//! how answers are shown, and the HTML report.

mod cli;
mod commands;
mod exit;
mod files;
mod host;
mod input;
mod instant;
mod output;
mod progress;
mod report;
mod sheet;
mod table;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use insight::{format, outlook};

use crate::cli::Cli;
use crate::exit::Exit;

/// Runs `pie` with the given arguments (the first is the program's own name) and tells how it ended.
///
/// Everything is printed on the way; the code is 0 for done, 1 for a failure, 2 for a wrong command
/// line, 4 for something that is not there, 5 for a conflict, 7 for work done in part and 130 after
/// Ctrl-C.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if commands::remote::is_meant(&args) {
        return answer(commands::remote::Cli::try_parse_from(args));
    }
    answer(Cli::try_parse_from(args))
}

/// A command line that was understood.
trait Runnable {
    fn output(&self) -> output::Output;
    /// Whether it ends by itself, tidily, after Ctrl-C.
    fn minds_interrupts(&self) -> bool;
    fn run(&self, output: &output::Output) -> Result<Exit, exit::Failure>;
}

fn answer(parsed: Result<impl Runnable, clap::Error>) -> ExitCode {
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Done.into()
            };
        }
    };
    if !cli.minds_interrupts() {
        // Without the handler Ctrl-C still stops the program, only less tidily.
        let _ = ctrlc::set_handler(|| {
            files::abandon();
            std::process::exit(Exit::Interrupted as i32);
        });
    }
    let output = cli.output();
    match cli.run(&output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}
