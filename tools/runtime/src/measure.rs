//! What a function weighs, how fast it starts, and what an event costs.

use crate::function::{FUNCTIONS, Function, binary, find};
use crate::mapping::carry;
use crate::sandbox::{Outcome, Sandbox};
use crate::world::{World, http_event};
use anyhow::{Context, bail, ensure};
use embedded::{Service, Units};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use store::Queue;

/// So many starts, and so many events.
const TIMES: usize = 20;
/// So many where a member may ask for a few an hour only.
const FEW: usize = 4;
/// What a zip has besides the packed file: its two headers and its end, with the name `bootstrap` twice.
const ZIP_FRAME: u64 = 30 + 46 + 22 + 2 * 9;

/// What was measured of a function.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Its name.
    pub name: &'static str,
    /// Bytes of the binary.
    pub binary: u64,
    /// Bytes of the archive that is deployed.
    pub zip: u64,
    /// From the start of the process to its first question for an event: median.
    pub init: Duration,
    /// The most memory, after all events.
    pub memory: u64,
    /// The first event of a process.
    pub first: Duration,
    /// An event of a warm process: median.
    pub event: Duration,
    /// What an event costs at AWS: mean.
    pub cost: Cost,
    /// What the event was.
    pub what: &'static str,
}

/// What AWS bills for besides the function's own time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Units of the table.
    pub units: Units,
    /// Requests to queues, the event source's among them.
    pub queues: f64,
    /// Requests for files.
    pub files: f64,
}

impl Cost {
    /// What was asked of this AWS until now.
    fn of(aws: &embedded::Aws) -> Self {
        let calls = |service| aws.calls_of(service) as f64;
        Self {
            units: aws.units(),
            queues: calls(Service::Sqs),
            files: calls(Service::S3),
        }
    }

    /// A part of it.
    fn over(self, events: usize) -> Self {
        let each = |all: f64| all / events as f64;
        Self {
            units: Units {
                read: each(self.units.read),
                written: each(self.units.written),
            },
            queues: each(self.queues),
            files: each(self.files),
        }
    }

    fn add(&mut self, before: Self, after: Self) {
        self.units.read += after.units.read - before.units.read;
        self.units.written += after.units.written - before.units.written;
        self.queues += after.queues - before.queues;
        self.files += after.files - before.files;
    }
}

impl fmt::Display for Measured {
    /// A row of the table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        write!(
            f,
            "| {} | {:.1} MB | {:.1} MB | {:.1} ms | {:.0} MB | {:.0} ms | {:.1} ms | {:.1} | {:.1} | {:.1} | {:.1} | {} |",
            self.name,
            mb(self.binary),
            mb(self.zip),
            ms(self.init),
            mb(self.memory),
            ms(self.first),
            ms(self.event),
            self.cost.units.read,
            self.cost.units.written,
            self.cost.queues,
            self.cost.files,
            self.what
        )
    }
}

/// The head of the table.
pub const HEAD: &str = "\
| function | binary | zip | init | memory | first event | event | RRU | WRU | SQS | S3 | which |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|";

/// Measures the functions of these names, or all.
pub async fn measure(names: &[String]) -> anyhow::Result<Vec<Measured>> {
    let chosen: Vec<&Function> = if names.is_empty() {
        FUNCTIONS.iter().collect()
    } else {
        names
            .iter()
            .map(|name| find(name))
            .collect::<Result<_, _>>()?
    };
    let mut all = Vec::new();
    for function in chosen {
        all.push(
            one(function)
                .await
                .with_context(|| format!("cannot measure {}", function.name))?,
        );
    }
    Ok(all)
}

async fn one(function: &Function) -> anyhow::Result<Measured> {
    let path = binary(function.name)?;
    let world = World::start().await?;
    let mut inits = Vec::new();
    for _ in 0..TIMES {
        inits.push(world.sandbox(function.name).await?.init());
    }
    let mut work = Work::new(function, world).await?;
    let first = work.event().await?;
    work.cost = Cost::default();
    let times = if function.name == "deliver" {
        FEW
    } else {
        TIMES
    };
    let mut events = Vec::new();
    for _ in 0..times {
        events.push(work.event().await?);
    }
    Ok(Measured {
        name: function.name,
        binary: std::fs::metadata(&path)?.len(),
        zip: zipped(&path)?,
        init: median(inits),
        memory: work.sandbox.most_memory()?,
        first,
        event: median(events),
        cost: work.cost.over(times),
        what: what(function.name),
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn zipped(path: &Path) -> anyhow::Result<u64> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&std::fs::read(path)?)?;
    Ok(packed.finish()?.len() as u64 + ZIP_FRAME)
}

fn what(name: &str) -> &'static str {
    match name {
        "api" => "a list of 50 of 400 deals",
        "oauth" => "somebody comes back with a state that is not ours",
        "webhook" => "a delivery of Pipedrive",
        "schedule" => "a minute's tick, one tenant",
        "sync" => "files of 400 deals and what is around them validated",
        "simulate" => "a forecast over 400 deals",
        _ => "an export of 400 deals",
    }
}

/// A function at work on a company of 400 deals.
struct Work {
    world: World,
    function: Function,
    api: Sandbox,
    import: String,
    sandbox: Sandbox,
    /// Of all events until now.
    cost: Cost,
}

impl Work {
    async fn new(function: &Function, world: World) -> anyhow::Result<Self> {
        let mut api = world.sandbox("api").await?;
        let company = demo::company(7, demo::Size::Small);
        let options = json!({"as_of": "2026-10-01T00:00:00Z"});
        let files = company.files();
        let import = world.upload(&mut api, "demo", &options, &files).await?;
        let mut sync = world.sandbox("sync").await?;
        for step in ["validate", "commit"] {
            asked(
                &world,
                &mut api,
                &format!("POST /v1/imports/{import}/{step}"),
                None,
            )
            .await?;
            carried(&world, Queue::Sync, &mut sync).await?;
        }
        let import = world.upload(&mut api, "again", &options, &files).await?;
        world.connect(2, "pipedrive", "pie:correct horse").await?;
        // As in life a process that begins need not read every row.
        let warm = world.tenant().book().await?;
        world.tenant().save_snapshot(&warm).await?;
        // What the import has caused is not what is measured.
        for queue in [Queue::Simulate, Queue::Deliver] {
            world.empty(queue).await?;
        }
        let sandbox = world.sandbox(function.name).await?;
        Ok(Self {
            world,
            function: *function,
            api,
            import,
            sandbox,
            cost: Cost::default(),
        })
    }

    /// How long one event takes, from its handing over to the answer.
    async fn event(&mut self) -> anyhow::Result<Duration> {
        let world = &self.world;
        let event = match self.function.name {
            "api" => {
                let key = world.bearer();
                http_event("GET /v1/deals?limit=50", &[("authorization", &key)], None)?
            }
            "oauth" => read(include_str!("../../../events/oauth.json"))?,
            "webhook" => read(include_str!("../../../events/webhook-pipedrive.json"))?,
            "schedule" => read(include_str!("../../../events/schedule.json"))?,
            "sync" => {
                let line = format!("POST /v1/imports/{}/validate", self.import);
                asked(world, &mut self.api, &line, None).await?;
                return self.carried(Queue::Sync).await;
            }
            "simulate" => {
                asked(world, &mut self.api, "POST /v1/forecasts", Some(json!({}))).await?;
                return self.carried(Queue::Simulate).await;
            }
            _ => {
                let body = json!({"kind": "deals"});
                asked(world, &mut self.api, "POST /v1/exports", Some(body)).await?;
                return self.carried(Queue::Deliver).await;
            }
        };
        let event = event.to_string();
        let before = Cost::of(world.aws());
        let begun = Instant::now();
        let outcome = self
            .sandbox
            .invoke(event.as_bytes(), self.function.timeout)
            .await?;
        let took = begun.elapsed();
        self.cost.add(before, Cost::of(world.aws()));
        match outcome {
            Outcome::Answered(answer)
                if answer.value["statusCode"].as_u64().unwrap_or(200) < 500 =>
            {
                Ok(took)
            }
            other => bail!("the event came to nothing: {other:?}"),
        }
    }

    async fn carried(&mut self, queue: Queue) -> anyhow::Result<Duration> {
        let before = Cost::of(self.world.aws());
        let took = carried(&self.world, queue, &mut self.sandbox).await?;
        self.cost.add(before, Cost::of(self.world.aws()));
        Ok(took)
    }
}

fn read(sample: &str) -> anyhow::Result<Value> {
    serde_json::from_str(sample).context("a sample cannot be read")
}

async fn asked(
    world: &World,
    api: &mut Sandbox,
    line: &str,
    body: Option<Value>,
) -> anyhow::Result<()> {
    let (status, answer) = world.call(api, line, body).await?;
    ensure!(status == 202, "{line}: {status} {answer}");
    Ok(())
}

/// Has the function deal with what waits on its queue; says how long it took.
async fn carried(world: &World, queue: Queue, sandbox: &mut Sandbox) -> anyhow::Result<Duration> {
    let timeout = find(queue.as_str())?.timeout;
    let carried = carry(world, queue, sandbox, timeout).await?;
    let carried = carried.with_context(|| format!("nothing waits on {queue}"))?;
    ensure!(
        carried.failed.is_empty(),
        "messages of {queue} failed: {carried:?}"
    );
    Ok(carried.took)
}
