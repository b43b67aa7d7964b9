//! The peers' side, run in Python on the files of the same work.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

const SCRIPT: &str = include_str!("../peers.py");

/// What the peers took, or why there are none.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Peers {
    /// Versions of the interpreter and of the packages present.
    pub(crate) versions: BTreeMap<String, String>,
    /// What is missing and why.
    pub(crate) absent: Vec<String>,
    /// Work → peer → time.
    pub(crate) results: BTreeMap<String, BTreeMap<String, Peer>>,
}

/// One peer's time for one piece of work.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Peer {
    pub(crate) ms: f64,
    pub(crate) fastest_ms: f64,
    pub(crate) repetitions: usize,
    /// The number both sides must agree on.
    pub(crate) answer: f64,
}

/// Runs the peers, each on one thread.
pub(crate) fn measure(python: Option<&Path>, folder: &Path, quick: bool) -> Peers {
    let Some(python) = python else {
        return absent("no Python peers: give an interpreter with --python or PIE_PEERS_PYTHON");
    };
    let mut command = Command::new(python);
    command.arg("-c").arg(SCRIPT).arg(folder);
    if quick {
        command.arg("--quick");
    }
    for variable in [
        "POLARS_MAX_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
    ] {
        command.env(variable, "1");
    }
    let output = match command.stderr(Stdio::inherit()).output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => return absent(&format!("the Python peers failed: {}", output.status)),
        Err(error) => return absent(&format!("cannot start {}: {error}", python.display())),
    };
    // Packages may greet on standard output; the answer is the last line.
    let text = String::from_utf8_lossy(&output.stdout);
    match serde_json::from_str(text.lines().last().unwrap_or_default()) {
        Ok(peers) => peers,
        Err(error) => absent(&format!("the Python peers gave no result: {error}")),
    }
}

fn absent(why: &str) -> Peers {
    Peers {
        absent: vec![why.to_owned()],
        ..Peers::default()
    }
}
