//! The peers' side, run in Python against the same vendor.

use super::ours::Depth;
use super::{Done, Of, Place, said};
use anyhow::Context;
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = include_str!("../../sources.py");

/// Who else reads a CRM. Salesforce has no client of its own for data in Python; `simple-salesforce`
/// is the one that is used, and it knows two ways.
pub(super) fn of(of: Of) -> &'static [&'static str] {
    match of {
        Of::Hubspot => &["hubspot-api-client", "dlt"],
        Of::Salesforce => &["simple-salesforce", "simple-salesforce by job", "dlt"],
    }
}

/// Which of our figures a stage of a peer's stands beside. What only fetches and reads the answers
/// stands beside the pull; what also makes values of them that can be counted with beside the
/// mapping; what also brings them into another form and writes that down beside all we do.
pub(super) fn beside(stage: &str) -> Depth {
    match stage {
        "" | "extract" | "joined by deal" => Depth::Pull,
        "joined and typed" => Depth::Map,
        _ => Depth::Write,
    }
}

pub(super) fn read(
    python: Option<&Path>,
    of: Of,
    peer: &str,
    place: &Place,
) -> anyhow::Result<Done> {
    let python = python.context("give an interpreter with --python or PIE_PEERS_PYTHON")?;
    let folder = tempfile::tempdir().context("cannot make a folder for the peer")?;
    let mut command = Command::new(python);
    command
        .args(["-c", SCRIPT, of.name(), peer, &place.url, &place.token])
        .arg(folder.path())
        .current_dir(folder.path());
    said(&mut command)
}
