//! One execution environment: a process that takes one event at a time until it is killed.

use crate::runtime_api::{Answer, Event, Reply, RuntimeApi};
use anyhow::{Context, bail};
use bytes::Bytes;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// How long a start may take here. Lambda gives ten seconds; a machine that builds meanwhile may need
/// more, and how long a start takes is measured elsewhere.
const INIT: Duration = Duration::from_mins(2);
/// How often it is looked whether the process still runs.
const LOOK: Duration = Duration::from_millis(5);

/// What came of an event.
#[derive(Debug)]
pub enum Outcome {
    /// The function answered.
    Answered(Answer),
    /// The function said that it failed.
    Failed(Value),
    /// The deadline passed, and the process was killed.
    TimedOut,
    /// The process ended by itself.
    Exited(Option<i32>),
}

/// How long a function may take. Lambda gives what it tells; a test may give less, to see what a
/// worker leaves behind that is cut off in the midst of its work.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// What the function is told.
    pub told: Duration,
    /// When it is killed.
    pub given: Duration,
}

impl From<Duration> for Time {
    fn from(told: Duration) -> Self {
        Self { told, given: told }
    }
}

/// A process of a function, and the Runtime API it talks to.
#[derive(Debug)]
pub struct Sandbox {
    function: &'static str,
    child: Child,
    api: RuntimeApi,
    lines: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
    started: Instant,
    events: u64,
}

impl Sandbox {
    /// Starts the process with nothing in its environment but this, and waits until it asks for an event.
    pub async fn start(
        function: &'static str,
        binary: &Path,
        environment: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let mut sandbox = Self::spawn(function, binary, environment).await?;
        sandbox.ready().await?;
        Ok(sandbox)
    }

    async fn spawn(
        function: &'static str,
        binary: &Path,
        environment: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let api = RuntimeApi::start().await?;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let lines = Arc::default();
        let mut readers = Vec::new();
        if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
            readers = vec![keep_lines(out, &lines), keep_lines(err, &lines)];
        }
        Ok(Self {
            function,
            child,
            api,
            lines,
            readers,
            started,
            events: 0,
        })
    }

    /// Waits until the process asks for its first event.
    async fn ready(&mut self) -> anyhow::Result<()> {
        let until = self.started + INIT;
        loop {
            if self.api.asked.borrow().0 > 0 {
                return Ok(());
            }
            if let Some(error) = &*self.api.init_error.borrow() {
                bail!("{} says that its start failed: {error}", self.function);
            }
            if let Some(status) = self.child.try_wait()? {
                // What it wrote ends with it.
                for reader in self.readers.drain(..) {
                    drop(reader.join());
                }
                bail!(
                    "{} ended before it asked for an event ({status}):\n{}",
                    self.function,
                    self.lines().join("\n")
                );
            }
            if Instant::now() > until {
                bail!("{} asked for no event within {INIT:?}", self.function);
            }
            let _ = tokio::time::timeout(LOOK, self.api.asked.changed()).await;
        }
    }

    /// How long it took from the start of the process to its first question for an event.
    pub fn init(&self) -> Duration {
        let (_, at) = *self.api.asked.borrow();
        match (self.events, at) {
            (0, Some(at)) => at.duration_since(self.started),
            _ => Duration::ZERO,
        }
    }

    /// Hands over an event and waits for what comes of it, until the deadline and no longer.
    pub async fn invoke(&mut self, event: &[u8], time: impl Into<Time>) -> anyhow::Result<Outcome> {
        let Time { told, given } = time.into();
        self.events += 1;
        let asked = self.api.asked.borrow().0;
        let (reply, mut answered) = oneshot::channel();
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let event = Event {
            id: format!("00000000-0000-4000-8000-{:012}", self.events),
            deadline_ms: (now + told).as_millis(),
            function: self.function,
            body: Bytes::copy_from_slice(event),
            reply,
        };
        let until = Instant::now() + given;
        self.api
            .events
            .send(event)
            .await
            .map_err(|_| anyhow::anyhow!("the sandbox is down"))?;
        let reply = loop {
            match tokio::time::timeout(LOOK, &mut answered).await {
                Ok(reply) => break reply.context("the event was lost")?,
                Err(_) if Instant::now() > until => {
                    self.kill()?;
                    return Ok(Outcome::TimedOut);
                }
                Err(_) => {}
            }
            if let Some(status) = self.child.try_wait()? {
                return Ok(Outcome::Exited(status.code()));
            }
        };
        // Lambda takes a sandbox for free when it asks again.
        while self.api.asked.borrow().0 == asked && self.child.try_wait()?.is_none() {
            let _ = tokio::time::timeout(LOOK, self.api.asked.changed()).await;
        }
        Ok(match reply {
            Reply::Answer(answer) => Outcome::Answered(answer),
            Reply::Error(error) => Outcome::Failed(error),
        })
    }

    /// Ends the process, wherever it is.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().context("cannot kill a function")?;
        self.child.wait().context("cannot end a function")?;
        Ok(())
    }

    /// The number of the process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote so far, a line each.
    pub fn lines(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.clone()
    }

    /// The most memory it ever had, in bytes.
    pub fn most_memory(&self) -> anyhow::Result<u64> {
        let path = format!("/proc/{}/status", self.process());
        let status =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        Ok(kb.with_context(|| format!("{path} says nothing of VmHWM"))? * 1024)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.kill());
    }
}

fn keep_lines(from: impl Read + Send + 'static, lines: &Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    let lines = Arc::clone(lines);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
    })
}
