//! `pie key`: the API key of the demo company on this machine.

use std::path::PathBuf;

use crate::exit::{Exit, Failure};
use crate::host::Credentials;
use crate::output::Output;

/// Print the API key that `pie up` made, for scripts
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder `pie up` keeps everything in
    #[arg(long, default_value = ".pie", value_name = "FOLDER")]
    data: PathBuf,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let known = Credentials::read(&args.data).ok_or_else(|| {
        Failure::new(Exit::NotFound, "there is no key yet")
            .at(Credentials::file(&args.data).display())
            .fix("start `pie up` once, or name its folder with --data")
    })?;
    if output.json {
        output.answer(
            &serde_json::json!({"api_key": known.api_key, "url": known.url}),
            |_| {},
        )?;
    } else {
        output.data(&format!("{}\n", known.api_key))?;
    }
    Ok(Exit::Done)
}
