//! `pie`: what deals will do, from files, in a terminal.

use std::process::ExitCode;

fn main() -> ExitCode {
    local::run(std::env::args_os())
}
