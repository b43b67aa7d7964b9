//! `pie vendors`: servers that behave as Salesforce, HubSpot, Pipedrive and Stripe.

use std::time::Duration;

use jiff::civil::Date;
use vendors::server::{Options, Sandbox};

use crate::exit::{Exit, Failure};
use crate::host::{Demo, broken, sandbox};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  pie vendors                              four vendors that know the demo company
  pie vendors --fault-rate 0.05 --limits   that fail now and then, and refuse haste
  pie vendors --lag 3                      whose search is three seconds behind
  pie vendors --callback http://127.0.0.1:8080/back   with an app of yours to come back to

Ctrl-C stops them. They listen on this machine only and forget everything when they stop.";

/// Start servers that behave as the vendors of sources do, to try a connector against
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The first of four ports; 0 takes free ones
    #[arg(long, default_value_t = 7440)]
    port: u16,
    /// Which company they know; every number is another one
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many deals it has
    #[arg(long, value_enum, default_value_t = super::demo::Size::Small)]
    size: super::demo::Size,
    /// The last day of its story [default: yesterday]
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    /// The part of the requests that goes wrong, from 0 to 1
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    fault_rate: f64,
    /// Refuse callers who ask more often than the vendors allow
    #[arg(long)]
    limits: bool,
    /// How many seconds a change stays invisible to search
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    lag: u32,
    /// Have somebody at each vendor do something every so many seconds; 0 is never
    #[arg(long, default_value_t = 20, value_name = "SECONDS")]
    life: u64,
    /// Where people may come back to with a code; may be given several times
    #[arg(long, value_name = "URL")]
    callback: Vec<String>,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    if !(0.0..=1.0).contains(&args.fault_rate) {
        return Err(Failure::new(
            Exit::Usage,
            format!("--fault-rate {} is no share", args.fault_rate),
        )
        .fix("give a number from 0 to 1, such as 0.05"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.map_err(broken)?.block_on(serve(args, output))
}

async fn serve(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let yesterday = jiff::Zoned::now().date().yesterday().map_err(broken)?;
    let demo = Demo {
        seed: args.seed,
        size: args.size.into(),
        as_of: args.as_of.unwrap_or(yesterday),
    };
    let options = Options {
        ports: sandbox::ports(args.port),
        rate_limits: args.limits,
        index_lag_s: args.lag,
        fault_rate: args.fault_rate,
        seed: args.seed,
    };
    let started = Sandbox::start(&crate::host::world(demo), sandbox::clock(), options).await;
    let vendors = started.map_err(|error| {
        Failure::new(
            Exit::Conflict,
            format!("a vendor cannot be served: {error}"),
        )
        .fix("choose other ports with --port, or stop what uses them")
    })?;
    for callback in &args.callback {
        vendors.register(callback);
    }
    if args.life > 0 {
        vendors.live(Duration::from_secs(args.life));
    }
    vendors.post(sandbox::POST).map_err(broken)?;
    let all = sandbox::addresses(&vendors);
    let client = |source: &str| {
        let known = sandbox::REGISTERED.iter().find(|(of, ..)| *of == source);
        known.map(|(_, id, secret)| (*id, *secret))
    };
    let answer = all.iter().map(|(source, url)| {
        let registered = client(source);
        let told = serde_json::json!({
            "url": url,
            "key": sandbox::key(source),
            "client_id": registered.map(|(id, _)| id),
            "client_secret": registered.map(|(_, secret)| secret),
        });
        ((*source).to_owned(), told)
    });
    let answer: serde_json::Map<_, _> = answer.collect();
    output.answer(&answer, |page| {
        page.heading("The vendors are up");
        for (source, url) in &all {
            page.item(format!("{source}: {url}"));
            if let Some(key) = sandbox::key(source) {
                page.under(format!("key {key}"));
            }
            if let Some((id, secret)) = client(source) {
                page.under(format!("client {id}, secret {secret}"));
            }
        }
        page.gap();
        page.aside("Ctrl-C stops them. They forget everything then.");
    })?;
    super::up::stopped().await;
    Ok(Exit::Done)
}
