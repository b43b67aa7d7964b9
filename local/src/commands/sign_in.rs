//! `pie sign-in`: a link that signs somebody in to the web app of this machine.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::host::{Credentials, SIGN_IN, broken};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  pie sign-in                                    as the demo company's administrator
  pie sign-in --as ae                            as a seller: ae, sales_manager, cro or admin
  pie sign-in --as ana@lanternfold.example       as any member";

/// Print a link that signs in to the web app of this machine, once and within ten minutes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// As whom: a role, or a member's address
    #[arg(long = "as", default_value = "admin", value_name = "ROLE|EMAIL")]
    who: String,
    /// The folder `pie up` keeps everything in
    #[arg(long, default_value = ".pie", value_name = "FOLDER")]
    data: PathBuf,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let known = Credentials::read(&args.data).ok_or_else(|| {
        Failure::new(Exit::NotFound, "there is nobody to sign in as yet")
            .at(Credentials::file(&args.data).display())
            .fix("start `pie up` once, or name its folder with --data")
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let answer = runtime.map_err(broken)?.block_on(ask(&known, &args.who))?;
    if output.json {
        output.answer(&answer, |_| {})?;
    } else {
        let url = answer["url"].as_str().unwrap_or_default();
        output.data(&format!("{url}\n"))?;
    }
    Ok(Exit::Done)
}

async fn ask(known: &Credentials, who: &str) -> Result<Value, Failure> {
    let email = known.members.get(who).map_or(who, String::as_str);
    if !email.contains('@') {
        let roles: Vec<&str> = known.members.keys().map(String::as_str).collect();
        let what = format!("nobody here is called {who:?}");
        return Err(Failure::new(Exit::Usage, what).fix(format!(
            "name a member's address, or one of the roles: {}",
            roles.join(", ")
        )));
    }
    let client = reqwest::Client::builder().build().map_err(broken)?;
    let request = client.post(format!("{}{SIGN_IN}", known.url));
    let request = request.bearer_auth(&known.api_key);
    let sent = request.json(&json!({"email": email})).send().await;
    let answer = sent.map_err(|_| {
        Failure::new(Exit::Failure, "nothing answers there")
            .at(&known.url)
            .fix("start `pie up` in another terminal first")
    })?;
    let status = answer.status();
    let said: Value = answer.json().await.unwrap_or_default();
    if status.is_success() {
        return Ok(said);
    }
    let failure = match status.as_u16() {
        422 => Failure::new(Exit::NotFound, format!("no active member has {email}")),
        _ => Failure::new(Exit::Auth, "the key of this machine was not accepted"),
    };
    Err(failure
        .at(&known.url)
        .fix("pie sign-in without --as signs in as the administrator"))
}
