//! The fake vendor in a process of its own, so that what it uses is nobody else's.
//!
//! It says where it is in a line of JSON. For each line it is sent, it says what was asked of it so
//! far; when there are no more, it ends.

use super::{Of, usage};
use anyhow::Context;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use vendors::Settings;
use vendors::crm::{Clock, Crm};
use vendors::hubspot::{self, HubSpot};
use vendors::salesforce::{self, Salesforce};

/// Where a vendor is, and what opens it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) token: String,
}

/// What a vendor has done so far.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) calls: u64,
    pub(crate) cpu_s: f64,
}

/// Serves a vendor with so many deals and without limits until standard input ends.
pub(crate) fn serve(of: Of, deals: usize) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let clock: Clock = Arc::new(Timestamp::now);
    let settings = Settings::new(Arc::clone(&clock));
    let (router, token) = match of {
        Of::Hubspot => {
            let crm = Crm::scaled(deals, hubspot::id, clock);
            let vendor = HubSpot::new(crm, settings);
            (vendor.router(), hubspot::SERVICE_KEY.to_owned())
        }
        Of::Salesforce => {
            let crm = Crm::scaled(deals, salesforce::id, clock);
            let vendor = Salesforce::new(crm, settings);
            // A job is done when it is first looked at: nobody's waiting is to be measured.
            vendor.set_job_polls(1);
            let token = vendor.oauth().grant(&["api"]).access_token;
            (vendor.router(), token)
        }
    };
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    let router = router.layer(from_fn(move |request: Request, next: Next| {
        counted.fetch_add(1, Ordering::Relaxed);
        next.run(request)
    }));
    let (address, _serving) = runtime.block_on(vendors::server::serve(router, 0))?;
    let url = format!("http://{address}");
    say(&Place { url, token })?;
    // Whoever asks waits on another thread than the vendor works on.
    let asked = std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            line?;
            say(&Tally {
                calls: calls.load(Ordering::Relaxed),
                cpu_s: usage::cpu_s(),
            })?;
        }
        anyhow::Ok(())
    });
    runtime.block_on(async {
        while !asked.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    });
    asked.join().unwrap_or(Ok(()))
}

/// Says something to whoever started this process.
pub(super) fn say(what: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(what)?)?;
    Ok(out.flush()?)
}

/// A vendor that was started; it ends when this is dropped.
pub(crate) struct Vendor {
    pub(crate) place: Place,
    process: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Vendor {
    pub(crate) fn start(of: Of, deals: usize) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["vendor", of.name(), &deals.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the fake vendor")?;
        let ask = process.stdin.take();
        let answers = process.stdout.take().context("the vendor has no output")?;
        let mut answers = BufReader::new(answers);
        let place = heard(&mut answers)?;
        Ok(Self {
            place,
            process,
            ask,
            answers,
        })
    }

    /// What was asked of it so far.
    pub(crate) fn tally(&mut self) -> anyhow::Result<Tally> {
        let ask = self.ask.as_mut().context("the vendor has no input")?;
        writeln!(ask).context("the vendor is gone")?;
        heard(&mut self.answers)
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        drop(self.ask.take());
        // It ends with its input; there is nobody to tell if not.
        let _ = self.process.wait();
    }
}

fn heard<T: serde::de::DeserializeOwned>(from: &mut impl BufRead) -> anyhow::Result<T> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    serde_json::from_str(&line).context("the vendor said nothing to be understood")
}
