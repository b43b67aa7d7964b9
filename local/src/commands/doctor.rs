//! `pie doctor`: whether this machine can run the product, and what is wrong with a run.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::host::{Credentials, Services, broken};
use crate::output::Output;
use crate::table::Tone;

const PATIENCE: Duration = Duration::from_secs(5);
/// Room that a demo company and its log need.
const ROOM_MIB: u64 = 200;

/// Look for what keeps `pie up` from running
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder `pie up` keeps everything in
    #[arg(long, default_value = ".pie", value_name = "FOLDER")]
    data: PathBuf,
    /// The port `pie up` would listen on
    #[arg(long, default_value_t = 7433)]
    port: u16,
}

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    good: bool,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            what,
            good: true,
            found: found.into(),
            fix: None,
        }
    }

    fn bad(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            what,
            good: false,
            found: found.into(),
            fix: Some(fix.into()),
        }
    }
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let mut findings = vec![Finding::good("version", env!("CARGO_PKG_VERSION"))];
    findings.push(folder(&args.data));
    findings.extend(room(&args.data));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(broken)?;
    let server = runtime.block_on(server(&args.data));
    // A server that runs holds port and data, as it should.
    if !server.as_ref().is_some_and(|(_, runs)| *runs) {
        findings.push(port(args.port));
        findings.push(runtime.block_on(data(&args.data)));
    }
    findings.extend(server.map(|(finding, _)| finding));
    let well = findings.iter().all(|finding| finding.good);
    output.answer(&findings, |page| {
        for finding in &findings {
            let (tone, word) = if finding.good {
                (Tone::Good, "ok")
            } else {
                (Tone::Bad, "bad")
            };
            page.marked(tone, word, format!("{}: {}", finding.what, finding.found));
            if let Some(fix) = &finding.fix {
                page.under(format!("fix: {fix}"));
            }
        }
    })?;
    Ok(if well { Exit::Done } else { Exit::Failure })
}

fn folder(folder: &Path) -> Finding {
    let made = std::fs::create_dir_all(folder);
    let probe = folder.join(".probe");
    let written = made.and_then(|()| std::fs::write(&probe, b"x"));
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Finding::good("folder", format!("{} can be written", folder.display())),
        Err(error) => Finding::bad(
            "folder",
            format!("{} cannot be written: {error}", folder.display()),
            "choose another with --data",
        ),
    }
}

/// The room on the disk, where the system's own tool tells.
fn room(folder: &Path) -> Option<Finding> {
    let shown = std::process::Command::new("df")
        .arg("-Pm")
        .arg(folder)
        .output()
        .ok()?;
    let text = String::from_utf8(shown.stdout).ok()?;
    let free: u64 = text
        .lines()
        .nth(1)?
        .split_whitespace()
        .nth(3)?
        .parse()
        .ok()?;
    Some(if free >= ROOM_MIB {
        Finding::good("disk", format!("{free} MiB are free"))
    } else {
        Finding::bad(
            "disk",
            format!("only {free} MiB are free"),
            "free some space",
        )
    })
}

fn port(port: u16) -> Finding {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Finding::good("port", format!("{port} is free")),
        Err(error) => Finding::bad(
            "port",
            format!("{port} cannot be used: {error}"),
            "choose another with --port, or stop what uses it",
        ),
    }
}

async fn data(folder: &Path) -> Finding {
    let here = match Services::of_environment(folder) {
        Services::Here(here) if here.exists() => here,
        Services::Here(_) => return Finding::good("data", "none yet; the first start makes it"),
        Services::Elsewhere => return elsewhere().await,
    };
    match embedded::Aws::on_disk(&here) {
        Err(error) => Finding::bad(
            "data",
            format!("{} cannot be opened: {error}", here.display()),
            "stop another `pie up` on this folder; if there is none, begin anew with pie up --reset",
        ),
        Ok(aws) => {
            let aws = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
            look(store::Store::new(aws, store::Names::local())).await
        }
    }
}

async fn elsewhere() -> Finding {
    let aws = store::Aws::from_environment().await;
    look(store::Store::new(aws, store::Names::local())).await
}

async fn look(store: store::Store) -> Finding {
    let tenants = async {
        store.ready().await?;
        store.tenants().await
    };
    match tokio::time::timeout(PATIENCE, tenants).await {
        Ok(Ok(tenants)) => Finding::good("data", format!("{} tenants", tenants.len())),
        Ok(Err(error)) => Finding::bad(
            "data",
            edge::telemetry::chain(&error),
            "check AWS_ENDPOINT_URL and credentials, or begin anew with pie up --reset",
        ),
        Err(_) => Finding::bad(
            "data",
            "no answer within 5 seconds",
            "check AWS_ENDPOINT_URL",
        ),
    }
}

/// What the server says, and whether there is one.
async fn server(folder: &Path) -> Option<(Finding, bool)> {
    let known = Credentials::read(folder)?;
    let client = reqwest::Client::builder().timeout(PATIENCE).build().ok()?;
    let ask = async |path: &str| {
        let request = client
            .get(format!("{}{path}", known.url))
            .bearer_auth(&known.api_key);
        request.send().await.map(|answer| answer.status())
    };
    Some(match (ask("/readyz").await, ask("/v1/me").await) {
        (Ok(ready), Ok(me)) if ready.is_success() && me.is_success() => (
            Finding::good("server", format!("answers at {}", known.url)),
            true,
        ),
        (Ok(ready), Ok(me)) => (
            Finding::bad(
                "server",
                format!("{} answers {ready}, and {me} to our key", known.url),
                "stop it and start pie up again; its log says more with --log info",
            ),
            true,
        ),
        _ => (Finding::good("server", "is not running"), false),
    })
}
