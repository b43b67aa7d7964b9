//! The `pie` command: revenue forecasting from files, on one machine.
//!
//! The folder holds what a person sees and nothing of what Pie knows: reading files is
//! `connectors::file`, the thinking is `mining` and `forecast`. Here is one file per command, one
//! place that decides how answers are shown, one for how numbers are written, and the HTML report.

mod attributes;
mod cli;
mod commands;
mod exit;
mod files;
mod format;
mod input;
mod instant;
mod outlook;
mod output;
mod progress;
mod report;
mod sheet;
mod table;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::exit::Exit;

/// Runs `pie` with the given arguments (the first is the program's own name) and tells how it ended.
///
/// Everything is printed on the way; the code is 0 for done, 1 for a failure, 2 for a wrong command
/// line, 4 for something that is not there, 5 for a conflict, 7 for work done in part and 130 after
/// Ctrl-C.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    // Without the handler Ctrl-C still stops the program, only less tidily.
    let _ = ctrlc::set_handler(|| {
        files::abandon();
        std::process::exit(Exit::Interrupted as i32);
    });
    let cli = match Cli::try_parse_from(args) {
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
    let output = cli.shared.output();
    match cli.command.run(&output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}
