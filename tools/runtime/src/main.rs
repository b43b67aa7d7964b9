//! `cargo run -p runtime -- measure`: what the built functions weigh, how fast they start, what an event costs.

use runtime::{World, measure};
use std::io::Write as _;
use std::process::ExitCode;

const USAGE: &str = "\
usage: runtime measure [FUNCTION..]   a table of the binaries in PIE_BINARIES, or beside this program
       runtime aws FUNCTION           an AWS for `cargo lambda watch`: prints what to set, and runs until it is stopped";

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout();
    match arguments
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    {
        Some(("measure", names)) => {
            let measured = measure::measure(names).await?;
            writeln!(out, "{}", measure::HEAD)?;
            for row in measured {
                writeln!(out, "{row}")?;
            }
        }
        Some(("aws", [function])) => {
            let world = World::start().await?;
            for (name, value) in world.environment(function)? {
                // What Lambda sets, `cargo lambda` sets too.
                if !name.starts_with("AWS_LAMBDA_")
                    || name == "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH"
                {
                    writeln!(out, "{name}={value}")?;
                }
            }
            writeln!(out, "# authorization: {}", world.bearer())?;
            out.flush()?;
            std::future::pending::<()>().await;
        }
        _ => {
            writeln!(std::io::stderr(), "{USAGE}")?;
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
