//! `pie openapi`: what the API is, for programs that are made from it.

use std::sync::Arc;

use crate::exit::{Exit, Failure};
use crate::host::broken;
use crate::output::Output;

/// Print the API's description: OpenAPI 3.1
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the table of errors instead, as Markdown
    #[arg(long)]
    errors: bool,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    if args.errors {
        output.data(&edge::Code::page())?;
        return Ok(Exit::Done);
    }
    let aws = embedded::Aws::in_memory();
    let aws = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    let store = store::Store::new(aws, store::Names::local());
    let config = api::Config::new(edge::Function::new("api", None), Arc::new(edge::fetch));
    let document = api::document(&api::App::new(store, config));
    let text = document.to_pretty_json().map_err(broken)?;
    output.data(&format!("{text}\n"))?;
    Ok(Exit::Done)
}
