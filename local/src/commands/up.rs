//! `pie up`: the whole product on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use identity::{Limit, RateClass};
use jiff::civil::Date;

use crate::exit::{Exit, Failure};
use crate::host::{Credentials, Demo, Host, Services, Settings, Vendors, Web, broken, sandbox};
use crate::output::{Output, Page};

const EXAMPLES: &str = "\
Examples:
  pie up                         start; the first time with a demo company
  pie up --port 8080 --empty     another port, and no demo company
  pie up --reset                 forget everything and begin anew
  pie --api http://127.0.0.1:7433 forecast   ask it, from another terminal

Everything is kept in .pie and still there after a restart. Ctrl-C stops it.
With AWS_ENDPOINT_URL set, table, bucket and queues live there instead.";

/// Start the whole product on this machine: API, functions, storage
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Args {
    /// The port of the API; 0 takes a free one
    #[arg(long, default_value_t = 7433)]
    port: u16,
    /// The folder everything is kept in
    #[arg(long, default_value = ".pie", value_name = "FOLDER")]
    data: PathBuf,
    /// Forget everything that is kept, and begin anew
    #[arg(long)]
    reset: bool,
    /// Do not make a demo company at the first start
    #[arg(long)]
    empty: bool,
    /// Do not start the sandboxes: vendors of this machine to try a connection with
    #[arg(long)]
    no_sandboxes: bool,
    /// Have somebody at each sandbox do something every so many seconds; 0 is never
    #[arg(long, default_value_t = 20, value_name = "SECONDS")]
    life: u64,
    /// Which demo company; every number is another one
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many deals the demo company has
    #[arg(long, value_enum, default_value_t = super::demo::Size::Medium)]
    size: super::demo::Size,
    /// The last day of the demo company's story [default: yesterday]
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    /// The folder of the web app, as it was built [default: web/dist]
    #[arg(long, env = "PIE_WEB", value_name = "FOLDER")]
    web: Option<PathBuf>,
    /// Other limits: CLASS=BURST/COUNT/SECONDS, such as simulate=100/50/1; may be given several times
    #[arg(long, value_name = "LIMIT", value_parser = limit)]
    limit: Vec<(RateClass, Limit)>,
    /// What is logged: error, warn, info, debug, or per part as in warn,sync=debug
    #[arg(long, default_value = "warn", env = "PIE_LOG", value_name = "FILTER")]
    log: String,
    /// Log as JSON lines
    #[arg(long)]
    log_json: bool,
}

fn limit(text: &str) -> Result<(RateClass, Limit), String> {
    let read = || {
        let (class, rest) = text.split_once('=')?;
        let class = RateClass::ALL
            .into_iter()
            .find(|known| known.as_str() == class)?;
        let numbers: Vec<u32> = rest
            .split('/')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        let [burst, count, seconds] = numbers[..] else {
            return None;
        };
        Some((class, Limit::new(burst, count, seconds).ok()?))
    };
    read().ok_or_else(|| {
        let classes = RateClass::ALL.map(RateClass::as_str).join(", ");
        format!("write CLASS=BURST/COUNT/SECONDS, where CLASS is one of {classes}")
    })
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let style = if args.log_json {
        edge::telemetry::Style::Json
    } else {
        edge::telemetry::Style::Human
    };
    edge::telemetry::init(style, &args.log).map_err(|error| Failure::new(Exit::Usage, error))?;
    if args.reset {
        reset(&args.data)?;
    }
    fs::create_dir_all(&args.data).map_err(broken)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(broken)?;
    let ended = runtime.block_on(up(args, output));
    // Work that did not end in time is cut with the process and taken up at the next start. Ending the
    // runtime would wait for it.
    std::mem::forget(runtime);
    ended
}

/// Deletes what `pie up` keeps, and nothing else that may lie in the folder.
fn reset(folder: &Path) -> Result<(), Failure> {
    for name in ["aws", "sandboxes", "credentials.json"] {
        let path = folder.join(name);
        let gone = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        match gone {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(broken(error).at(path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn up(args: &Args, output: &Output) -> Result<Exit, Failure> {
    // The story ends with a day that is over.
    let yesterday = jiff::Zoned::now().date().yesterday().map_err(broken)?;
    let demo = Demo {
        seed: args.seed,
        size: args.size.into(),
        as_of: args.as_of.unwrap_or(yesterday),
    };
    // The vendors know a company of their own, small enough to be there at once.
    let sandbox = Vendors {
        demo: Demo {
            seed: args.seed.wrapping_add(1),
            size: demo::Size::Small,
            ..demo
        },
        life: (args.life > 0).then(|| Duration::from_secs(args.life)),
    };
    let settings = Settings {
        services: Services::of_environment(&args.data),
        data: args.data.clone(),
        port: args.port,
        limits: args.limit.clone(),
        sandbox: (!args.no_sandboxes).then_some(sandbox),
        web: Web::find(args.web.as_deref())?,
    };
    let host = Host::start(&settings).await?;
    let credentials = match Credentials::read(&args.data) {
        Some(known) => Some(Credentials {
            url: host.url(),
            ..known
        }),
        None if args.empty => None,
        None => Some(found(&host, demo, output).await?),
    };
    if let Some(credentials) = &credentials {
        credentials.save(&args.data)?;
    }
    let admin = credentials
        .as_ref()
        .and_then(|known| Some((known.tenant, known.members.get("admin")?)));
    let link = match admin {
        Some((tenant, email)) => host.sign_in(tenant, email).await?,
        None => None,
    };
    let told = Told {
        host: &host,
        credentials: credentials.as_ref(),
        link,
        has_web: settings.web.is_there(),
    };
    told.tell(args, output)?;
    stopped().await;
    output.note("Stopping; what was begun may end …");
    let embedded = host.embedded.clone();
    host.stop().await;
    if let Some(embedded) = embedded {
        let calls = embedded.calls();
        for (service, time) in embedded.busy() {
            let count: u64 = calls
                .iter()
                .filter(|((of, _), _)| *of == service)
                .map(|(_, n)| n)
                .sum();
            output.note(format!(
                "embedded AWS: {service}, {count} calls, {:.1} s",
                time.as_secs_f64()
            ));
        }
    }
    Ok(Exit::Done)
}

async fn found(host: &Host, demo: Demo, output: &Output) -> Result<Credentials, Failure> {
    output.note("Making a demo company …");
    let progress = output.progress();
    let mut watch = |phase: &str, done: u64, total: Option<u64>| progress.of(phase, done, total);
    let founded = tokio::time::timeout(Duration::from_mins(10), host.found(demo, &mut watch)).await;
    drop(progress);
    founded.map_err(broken)?
}

/// What there is to tell once everything is up.
struct Told<'a> {
    host: &'a Host,
    credentials: Option<&'a Credentials>,
    /// Signs in as the demo company's administrator.
    link: Option<String>,
    has_web: bool,
}

impl Told<'_> {
    fn tell(&self, args: &Args, output: &Output) -> Result<(), Failure> {
        let url = self.host.url();
        let sandboxes = self.host.sandboxes.as_ref();
        let answer = serde_json::json!({
            "url": url,
            "sign_in": self.link,
            "web": self.has_web,
            "docs": format!("{url}/docs/"),
            "credentials": self.credentials.map(|_| Credentials::file(&args.data)),
            "members": self.credentials.map(|known| &known.members),
            "sandboxes": sandboxes.map(crate::host::Sandboxes::addresses),
        });
        output.answer(&answer, |page| {
            page.heading(format!("Pie is up at {url}"));
            if !self.has_web {
                page.item("The web app was not built: npm ci && npm run build in web/, or make run.");
            } else if let Some(link) = &self.link {
                page.item("Open this to sign in; it is good once, for ten minutes:");
                page.item(link);
                page.item("pie sign-in prints the next; --as ae, sales_manager or cro signs in as another");
            }
            page.item(format!("API documentation: {url}/docs/"));
            match self.credentials {
                Some(known) => of_demo(page, &url, known, args),
                None => page.item("There is no tenant yet; start without --empty to make the demo company."),
            }
            if let Some(sandboxes) = sandboxes {
                page.gap();
                page.line("Sandboxes, vendors of this machine to try a connection with:");
                for (source, address) in sandboxes.addresses() {
                    let key = sandbox::key(&source).map(|key| format!(", key {key}"));
                    page.item(format!("{source}: {address}{}", key.unwrap_or_default()));
                }
                page.line(
                    r#"POST /v1/connections {"source":"hubspot","auth":{"kind":"oauth"},"sandbox":true} connects one."#,
                );
            }
            page.gap();
            page.aside("Ctrl-C stops it. Everything stays in the folder for the next start.");
        })
    }
}

/// How to ask the demo company.
fn of_demo(page: &mut Page, url: &str, known: &Credentials, args: &Args) {
    let file = Credentials::file(&args.data);
    page.item(format!(
        "API key of the demo company, with every right: in {}",
        file.display()
    ));
    page.item(format!(
        "pie --api {url} forecast    (takes the key from there)"
    ));
    page.item(format!(
        "curl -H \"Authorization: Bearer $(pie key --data {})\" {url}/v1/insights/today",
        args.data.display()
    ));
    page.gap();
    page.line("Members to sign in as; a code by e-mail lands in the folder's aws/mail:");
    for (role, email) in &known.members {
        page.item(format!("{role}: {email}"));
    }
}

/// Waits until somebody asks to stop.
pub(super) async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
