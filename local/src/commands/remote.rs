//! `pie --api URL …`: the same questions, asked of a server.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, Subcommand};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::cli::Shared;
use crate::exit::{Exit, Failure};
use crate::format;
use crate::host::{Credentials, broken};
use crate::output::{Output, Page};
use crate::table::{Table, number, text};

const MORE: &str = "\
The key comes from the variable PIE_API_KEY, or for a server on this machine from the folder of `pie up`.

Examples:
  pie --api http://127.0.0.1:7433 forecast
  pie --api http://127.0.0.1:7433 import deals.csv history.csv
  pie --api http://127.0.0.1:7433 deals --filter 'stage=Proposal' --sort -amount
  pie --api http://127.0.0.1:7433 get /v1/insights/overdue

Exit codes: 0 done, 1 failure, 2 wrong command line, 3 not signed in, 4 not found, 5 conflict, 6 too many calls.";

/// A part of a file that is sent at once: what the API takes.
const PART: usize = 4 << 20;
const LOOK: Duration = Duration::from_millis(250);

/// Whether a command line asks a server: it names one.
pub(crate) fn is_meant(args: &[OsString]) -> bool {
    args.iter().skip(1).any(|arg| {
        let arg = arg.to_string_lossy();
        arg == "--api" || arg.starts_with("--api=")
    })
}

/// Ask a Pie server
// Clap does not let an option that may stand anywhere be required; without it we are not asked.
#[derive(Debug, Parser)]
#[command(name = "pie", about = "Asks a Pie server", after_help = MORE, max_term_width = 100)]
pub(crate) struct Cli {
    /// The server
    #[arg(long, global = true, value_name = "URL", value_parser = url)]
    api: Option<String>,
    /// The folder of `pie up`, where its key lies
    #[arg(long, global = true, default_value = ".pie", value_name = "FOLDER")]
    data: PathBuf,
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    command: Command,
}

fn url(text: &str) -> Result<String, String> {
    let known = text.starts_with("https://") || text.starts_with("http://");
    if known {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("write an address such as https://pie.example".to_owned())
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Who am I there?
    Me,
    /// Upload files, look at what they hold, and take them in
    Import {
        /// The files, taken in together
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The name of the source: the same again updates what it gave before
        #[arg(long, default_value = "file")]
        source: String,
        /// The instant the data stand at [default: their latest change]
        #[arg(long, value_name = "INSTANT")]
        as_of: Option<String>,
        /// Only read and report; take nothing in
        #[arg(long)]
        dry_run: bool,
    },
    /// Take an import back
    Undo {
        /// Its id
        import: String,
    },
    /// The forecast of the deals you see
    Forecast {
        /// Periods to tell apart
        #[arg(long, default_value = "quarter", value_parser = ["week", "month", "quarter"])]
        by: String,
    },
    /// List deals
    Deals {
        /// A condition, such as stage=Proposal or amount[gte]=50000; may be given several times
        #[arg(long, value_name = "FIELD=VALUE")]
        filter: Vec<String>,
        /// In which order
        #[arg(long, default_value = "-amount")]
        sort: String,
        /// How many
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// One deal
    Deal {
        /// Its id
        deal: String,
    },
    /// What if?
    Simulate {
        /// The deal's id
        #[arg(long)]
        deal: String,
        /// A change, such as `add_champion`; may be given several times
        #[arg(long = "scenario", required = true)]
        scenarios: Vec<String>,
    },
    /// What to do today
    Today,
    /// Any address, as JSON
    Get {
        /// Such as /v1/insights/overdue
        path: String,
    },
}

impl crate::Runnable for Cli {
    fn output(&self) -> Output {
        self.shared.output()
    }

    fn minds_interrupts(&self) -> bool {
        false
    }

    fn run(&self, output: &Output) -> Result<Exit, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.map_err(broken)?.block_on(self.ask(output))
    }
}

impl Cli {
    async fn ask(&self, output: &Output) -> Result<Exit, Failure> {
        let server = Server::of(self.api.clone().unwrap_or_default(), &self.data)?;
        match &self.command {
            Command::Me => plain(output, &server.get("/v1/me").await?),
            Command::Import {
                files,
                source,
                as_of,
                dry_run,
            } => {
                return import(&server, files, source, as_of.as_deref(), *dry_run, output).await;
            }
            Command::Undo { import } => {
                let job = server
                    .post(&format!("/v1/imports/{import}/undo"), Value::Null)
                    .await?;
                plain(output, &server.wait(&job, output).await?)
            }
            Command::Forecast { by } => {
                let answer = server
                    .get(&format!("/v1/forecasts/current?by={by}"))
                    .await?;
                output.answer(&answer, |page| forecast(page, &answer))
            }
            Command::Deals {
                filter,
                sort,
                limit,
            } => {
                let answer = server.get(&deals_path(filter, sort, *limit)?).await?;
                output.answer(&answer, |page| deals(page, &answer))
            }
            Command::Deal { deal } => {
                plain(output, &server.get(&format!("/v1/deals/{deal}")).await?)
            }
            Command::Simulate { deal, scenarios } => {
                let body = json!({"deal": deal, "scenarios": scenarios});
                plain(output, &server.post("/v1/simulations", body).await?)
            }
            Command::Today => plain(output, &server.get("/v1/insights/today").await?),
            Command::Get { path } => plain(output, &server.get(path).await?),
        }?;
        Ok(Exit::Done)
    }
}

/// An answer of many parts, as indented JSON either way.
fn plain(output: &Output, answer: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(answer).map_err(broken)?;
    output.data(&format!("{text}\n"))
}

fn deals_path(filters: &[String], sort: &str, limit: u32) -> Result<String, Failure> {
    let limit = limit.to_string();
    let mut pairs = vec![
        ("sort".to_owned(), sort),
        ("limit".to_owned(), limit.as_str()),
    ];
    for filter in filters {
        let (field, value) = filter.split_once('=').ok_or_else(|| {
            Failure::new(Exit::Usage, format!("{filter:?} is no condition"))
                .fix("write FIELD=VALUE, such as stage=Proposal")
        })?;
        let (field, op) = field.split_once('[').unwrap_or((field, ""));
        let op = if op.is_empty() {
            String::new()
        } else {
            format!("[{op}")
        };
        pairs.push((format!("filter[{field}]{op}"), value));
    }
    let url = reqwest::Url::parse_with_params("http://x/v1/deals", &pairs).map_err(broken)?;
    Ok(format!(
        "{}?{}",
        url.path(),
        url.query().unwrap_or_default()
    ))
}

/// A server, and the right to ask it.
struct Server {
    url: String,
    key: String,
    client: reqwest::Client,
}

impl Server {
    fn of(url: String, folder: &Path) -> Result<Self, Failure> {
        let known = Credentials::read(folder).filter(|known| known.url == url);
        let key = std::env::var("PIE_API_KEY")
            .ok()
            .filter(|key| !key.is_empty());
        let key = key.or(known.map(|known| known.api_key)).ok_or_else(|| {
            Failure::new(Exit::Auth, "there is no API key for this server")
                .fix("set PIE_API_KEY, or name the folder of `pie up` with --data")
        })?;
        let client = reqwest::Client::builder().build().map_err(broken)?;
        Ok(Self { url, key, client })
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(self.client.request(Method::GET, self.at(path)))
            .await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        let request = self.client.request(Method::POST, self.at(path));
        self.send(if body.is_null() {
            request
        } else {
            request.json(&body)
        })
        .await
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{}", self.url, path.trim_start_matches('/'))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let answer = request
            .bearer_auth(&self.key)
            .send()
            .await
            .map_err(|error| {
                Failure::new(Exit::Failure, edge::telemetry::chain(&error.without_url()))
                    .at(&self.url)
                    .fix("is the server running? `pie up` starts one")
            })?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(broken)?;
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() {
            return Ok(value);
        }
        Err(refused(status, &value))
    }

    /// Waits for a job, and gives its result.
    async fn wait(&self, job: &Value, output: &Output) -> Result<Value, Failure> {
        let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap_or_default());
        let progress = output.progress();
        loop {
            let job = self.get(&path).await?;
            let told = &job["progress"];
            let phase = told["phase"].as_str().unwrap_or_default();
            progress.of(
                phase,
                told["done"].as_u64().unwrap_or_default(),
                told["total"].as_u64(),
            );
            match job["status"].as_str().unwrap_or_default() {
                "succeeded" => return Ok(job["result"].clone()),
                "cancelled" => return Err(Failure::new(Exit::Conflict, "the job was stopped")),
                "failed" => {
                    let problem = &job["problem"];
                    let detail = problem["detail"].as_str().unwrap_or("the job failed");
                    let remedy = problem["remedy"].as_str().unwrap_or_default();
                    return Err(Failure::new(Exit::Failure, detail).fix(remedy));
                }
                _ => tokio::time::sleep(LOOK).await,
            }
        }
    }
}

fn refused(status: StatusCode, problem: &Value) -> Failure {
    let exit = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Exit::Auth,
        StatusCode::NOT_FOUND => Exit::NotFound,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => Exit::Conflict,
        StatusCode::TOO_MANY_REQUESTS => Exit::Limited,
        _ => Exit::Failure,
    };
    let detail = problem["detail"]
        .as_str()
        .map_or_else(|| status.to_string(), str::to_owned);
    let places = problem["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| {
            let part = |name: &str| error[name].as_str().unwrap_or_default();
            format!("{}: {}", part("pointer"), part("message"))
        });
    let places: Vec<String> = places.collect();
    Failure::new(exit, detail)
        .at(places.join("; "))
        .fix(problem["remedy"].as_str().unwrap_or_default())
}

async fn import(
    server: &Server,
    files: &[PathBuf],
    source: &str,
    as_of: Option<&str>,
    dry_run: bool,
    output: &Output,
) -> Result<Exit, Failure> {
    let options = as_of.map_or_else(|| json!({}), |as_of| json!({"as_of": as_of}));
    let import = server
        .post("/v1/imports", json!({"source": source, "options": options}))
        .await?;
    let id = import["id"].as_str().unwrap_or_default().to_owned();
    for file in files {
        upload(server, &id, file, output).await?;
    }
    let job = server
        .post(&format!("/v1/imports/{id}/validate"), Value::Null)
        .await?;
    server.wait(&job, output).await?;
    if dry_run {
        let report = server.get(&format!("/v1/imports/{id}/report")).await?;
        plain(output, &report)?;
        return Ok(Exit::Done);
    }
    let job = server
        .post(&format!("/v1/imports/{id}/commit"), Value::Null)
        .await?;
    let result = server.wait(&job, output).await?;
    plain(output, &json!({"import": id, "result": result}))?;
    output.note(format!("pie --api {} undo {id} takes it back", server.url));
    Ok(Exit::Done)
}

async fn upload(
    server: &Server,
    import: &str,
    file: &Path,
    output: &Output,
) -> Result<(), Failure> {
    let bytes = std::fs::read(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => crate::files::not_found(file),
        _ => broken(error).at(file.display()),
    })?;
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut url =
        reqwest::Url::parse(&server.at(&format!("/v1/imports/{import}/files/"))).map_err(broken)?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(&name);
    }
    let progress = output.progress();
    for (part, chunk) in bytes.chunks(PART).enumerate() {
        let from = part * PART;
        let range = format!("bytes {from}-{}/{}", from + chunk.len() - 1, bytes.len());
        let request = server
            .client
            .put(url.clone())
            .header("content-range", range);
        let request = request.header("content-type", "application/octet-stream");
        server.send(request.body(chunk.to_vec())).await?;
        progress.bytes(&name, (from + chunk.len()) as u64, Some(bytes.len() as u64));
    }
    Ok(())
}

fn forecast(page: &mut Page, answer: &Value) {
    let as_of = answer["as_of"].as_str().unwrap_or_default();
    let currency = answer["currency"].as_str().unwrap_or_default();
    page.heading(format!("Forecast as of {as_of} ({currency})"));
    let mut table = Table::new([
        text("Period"),
        number("Deals"),
        number("Expected"),
        number("P10"),
        number("P50"),
        number("P90"),
    ]);
    for line in answer["periods"].as_array().into_iter().flatten() {
        let amount = |value: &Value| format::whole(value.as_f64().unwrap_or_default());
        let revenue = &line["revenue"];
        table.row([
            line["label"].as_str().unwrap_or_default().into(),
            line["deals"].to_string().into(),
            amount(&revenue["expected"]).into(),
            amount(&revenue["p10"]).into(),
            amount(&revenue["p50"]).into(),
            amount(&revenue["p90"]).into(),
        ]);
    }
    page.table(&table);
}

fn deals(page: &mut Page, answer: &Value) {
    let count = answer["totals"]["count"].to_string();
    page.heading(format!("{count} deals"));
    let mut table = Table::new([
        text("Deal"),
        text("Name"),
        text("Stage"),
        text("Owner"),
        number("Amount"),
    ]);
    for deal in answer["data"].as_array().into_iter().flatten() {
        let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let named = |value: &Value| {
            value["name"]
                .as_str()
                .map_or_else(|| part(value), str::to_owned)
        };
        let money = &deal["amount"];
        table.row([
            part(&deal["id"]).into(),
            part(&deal["name"]).into(),
            named(&deal["stage"]).into(),
            named(&deal["owner"]).into(),
            format!("{} {}", part(&money["value"]), part(&money["currency"])).into(),
        ]);
    }
    page.table(&table);
}
