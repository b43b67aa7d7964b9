//! The functions, as the templates deploy them.

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Queue;

/// What calls a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// API Gateway.
    Http,
    /// A queue.
    Queue(Queue),
    /// `EventBridge`, each minute.
    Schedule,
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name, which is that of its folder, crate and binary.
    pub name: &'static str,
    /// What calls it.
    pub trigger: Trigger,
    /// How long it may take.
    pub timeout: Duration,
    /// How much memory it has.
    pub memory_mb: u32,
}

const fn function(name: &'static str, trigger: Trigger, seconds: u64, memory_mb: u32) -> Function {
    Function {
        name,
        trigger,
        timeout: Duration::from_secs(seconds),
        memory_mb,
    }
}

/// Every function. A test holds the numbers against the templates.
pub const FUNCTIONS: [Function; 7] = [
    function("api", Trigger::Http, 330, 2048),
    function("oauth", Trigger::Http, 29, 256),
    function("webhook", Trigger::Http, 29, 256),
    function("schedule", Trigger::Schedule, 80, 512),
    function("sync", Trigger::Queue(Queue::Sync), 120, 512),
    function("simulate", Trigger::Queue(Queue::Simulate), 120, 3538),
    function("deliver", Trigger::Queue(Queue::Deliver), 120, 1024),
];

/// The function of a name.
pub fn find(name: &str) -> anyhow::Result<&'static Function> {
    let found = FUNCTIONS.iter().find(|function| function.name == name);
    found.with_context(|| {
        let names = FUNCTIONS.map(|function| function.name).join(", ");
        format!("there is no function {name}; there are {names}")
    })
}

/// The binary of a function: in the folder that `PIE_BINARIES` names, else beside what runs now.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let folder = match std::env::var_os("PIE_BINARIES") {
        Some(folder) => PathBuf::from(folder),
        None => beside(&std::env::current_exe().context("cannot tell which program this is")?)?,
    };
    let binary = folder.join(name);
    if !binary.is_file() {
        bail!(
            "the function {name} is not built: there is no {}; build all with `cargo build --workspace --bins`, or name \
             another folder in PIE_BINARIES",
            binary.display()
        );
    }
    Ok(binary)
}

/// Cargo puts programs into `target/PROFILE` and tests one below it.
fn beside(program: &Path) -> anyhow::Result<PathBuf> {
    let folder = program.parent().context("this program lies in no folder")?;
    let folder = match folder.file_name() {
        Some(name) if name == "deps" => folder.parent().unwrap_or(folder),
        _ => folder,
    };
    Ok(folder.to_owned())
}
