//! The command line: what can be asked, and the options every command understands.

use anstream::ColorChoice;
use clap::{Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::exit::{Exit, Failure};
use crate::output::Output;

const ABOUT: &str = "\
Says what your open deals will do, how sure that is, and what would change it: from files, or as a service.

Answers go to standard output, messages to standard error.";

const MORE: &str = "\
Start here:
  pie demo --out demo            make a company to play with
  pie check demo                 what was read, and what is odd in it
  pie forecast demo --html report.html
  pie up                         the whole product on this machine: web app and API
  pie --api URL --help           ask a server instead of reading files

Exit codes: 0 done, 1 failure, 2 wrong command line, 4 not found, 5 conflict,
7 done in part, 130 interrupted.";

/// Pie: a revenue forecast from your own history
#[derive(Debug, Parser)]
#[command(name = "pie", version, about = "Says what open deals will do, how sure that is, and what would change it", long_about = ABOUT, after_help = MORE, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Shared {
    /// Answer as JSON
    #[arg(long, global = true)]
    json: bool,
    /// No progress, notes or warnings; errors are still told
    #[arg(long, short, global = true)]
    quiet: bool,
    /// When to use colour; auto also minds `NO_COLOR`
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
}

impl Shared {
    pub(crate) fn output(&self) -> Output {
        let colour = match self.color {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::AlwaysAnsi,
            Colour::Never => ColorChoice::Never,
        };
        Output {
            json: self.json,
            quiet: self.quiet,
            colour,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Import(commands::import::Args),
    Map(commands::map::Args),
    Check(commands::check::Args),
    Mine(commands::mine::Args),
    Forecast(commands::forecast::Args),
    Deal(commands::deal::Args),
    Simulate(commands::simulate::Args),
    Backtest(commands::backtest::Args),
    Predict(commands::predict::Args),
    Score(commands::score::Args),
    Demo(commands::demo::Args),
    Up(commands::up::Args),
    Vendors(commands::vendors::Args),
    Key(commands::key::Args),
    Tenant(commands::tenant::Args),
    SignIn(commands::sign_in::Args),
    Doctor(commands::doctor::Args),
    Openapi(commands::openapi::Args),
    Completions(commands::completions::Args),
}

impl Command {
    pub(crate) fn run(&self, output: &Output) -> Result<Exit, Failure> {
        match self {
            Self::Import(args) => commands::import::run(args, output),
            Self::Map(args) => commands::map::run(args, output),
            Self::Check(args) => commands::check::run(args, output),
            Self::Mine(args) => commands::mine::run(args, output),
            Self::Forecast(args) => commands::forecast::run(args, output),
            Self::Deal(args) => commands::deal::run(args, output),
            Self::Simulate(args) => commands::simulate::run(args, output),
            Self::Backtest(args) => commands::backtest::run(args, output),
            Self::Predict(args) => commands::predict::run(args, output),
            Self::Score(args) => commands::score::run(args, output),
            Self::Demo(args) => commands::demo::run(args, output),
            Self::Up(args) => commands::up::run(args, output),
            Self::Vendors(args) => commands::vendors::run(args, output),
            Self::Key(args) => commands::key::run(args, output),
            Self::Tenant(args) => commands::tenant::run(args, output),
            Self::SignIn(args) => commands::sign_in::run(args, output),
            Self::Doctor(args) => commands::doctor::run(args, output),
            Self::Openapi(args) => commands::openapi::run(args, output),
            Self::Completions(args) => commands::completions::run(args, output),
        }
    }
}

impl crate::Runnable for Cli {
    fn output(&self) -> Output {
        self.shared.output()
    }

    fn minds_interrupts(&self) -> bool {
        matches!(self.command, Command::Up(_) | Command::Vendors(_))
    }

    fn run(&self, output: &Output) -> Result<Exit, Failure> {
        self.command.run(output)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }
}
