//! The project's rules about itself, as commands. The tests of this crate check the same.

mod crates;
mod sbom;
mod texts;

use anyhow::{Context, bail};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use xtask::finding::{self, Finding};
use xtask::{code, infra, privilege, template};

const USAGE: &str = "\
usage: cargo xtask tidy           check crates, texts, decisions and changelog fragments
       cargo xtask infra check    check the templates of the cloud against each other and the code
       cargo xtask sbom           print what is built in, as CycloneDX
       cargo xtask calls check FOLDER
                                  check infra/calls.json against the logs of a whole run of the tests, and roles against both
       cargo xtask calls write FOLDER
                                  write infra/calls.json from the logs";

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root()?;
    let (name, findings) = match arguments.as_slice() {
        ["tidy"] => ("tidy", lines(&tidy(&root)?)),
        ["infra", "check"] => ("infra", check_infra(&root)?),
        ["sbom"] => {
            let metadata = output(
                &root,
                "cargo",
                &["metadata", "--format-version", "1", "--locked"],
            )?;
            let lock = std::fs::read_to_string(root.join("Cargo.lock"))
                .context("cannot read Cargo.lock")?;
            let bill = sbom::of(&metadata, &lock)?;
            writeln!(
                std::io::stdout(),
                "{}",
                serde_json::to_string_pretty(&bill)?
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        ["calls", "check", folder] => ("calls", check_calls(&root, Path::new(folder))?),
        ["calls", "write", folder] => {
            let calls = privilege::Calls::of_logs(Path::new(folder))?;
            std::fs::write(root.join(privilege::FILE), calls.text()?)
                .with_context(|| format!("cannot write {}", privilege::FILE))?;
            ("calls", check_calls(&root, Path::new(folder))?)
        }
        _ => {
            writeln!(std::io::stderr(), "{USAGE}")?;
            return Ok(ExitCode::from(2));
        }
    };
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    match findings.len() {
        0 => writeln!(out, "{name}: nothing to mend")?,
        n => writeln!(out, "{name}: {n} to mend")?,
    }
    Ok(ExitCode::from(u8::from(!findings.is_empty())))
}

fn lines(findings: &[impl std::fmt::Display]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

/// Every rule over the templates.
fn check_infra(root: &Path) -> anyhow::Result<Vec<String>> {
    let templates = template::Templates::read(&root.join("infra"))?;
    let (code, odd) = code::Code::of(root);
    let stages = std::fs::read_to_string(root.join("samconfig.toml"))
        .context("cannot read samconfig.toml")?;
    let facts = infra::Facts {
        templates: &templates,
        code: &code,
        stages: &stages,
    };
    Ok([lines(&odd), lines(&infra::check(&facts))].concat())
}

/// What the tests have seen, against what is written down, and that against the roles.
fn check_calls(root: &Path, logs: &Path) -> anyhow::Result<Vec<String>> {
    let file = std::fs::read_to_string(root.join(privilege::FILE)).with_context(|| {
        format!(
            "cannot read {}; `cargo xtask calls write` writes it",
            privilege::FILE
        )
    })?;
    let file = privilege::Calls::parse(&file)?;
    let logs = privilege::Calls::of_logs(logs)?;
    let templates = template::Templates::read(&root.join("infra"))?;
    Ok([
        lines(&privilege::differ(&file, &logs)),
        lines(&privilege::check(&templates, &file)),
    ]
    .concat())
}

/// The folder of the workspace's manifest.
fn root() -> anyhow::Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here
        .ancestors()
        .nth(2)
        .context("this crate lives two folders below the root")?
        .to_owned())
}

/// Every rule over the whole project.
fn tidy(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let metadata = crates::Metadata::parse(&output(
        root,
        "cargo",
        &["metadata", "--format-version", "1", "--locked"],
    )?)?;
    let mut findings = crates::check(&metadata);
    for package in metadata.members() {
        let manifest = std::fs::read_to_string(&package.manifest_path)
            .with_context(|| format!("cannot read {}", package.manifest_path))?;
        findings.extend(crates::check_lints(&package.name, &manifest));
    }
    for name in crates::PURE {
        let tree = "tree --locked --edges normal,build --target all --prefix none --package";
        let arguments: Vec<&str> = tree.split(' ').chain([name]).collect();
        findings.extend(crates::check_purity(
            name,
            &output(root, "cargo", &arguments)?,
        ));
    }

    // New files count before they are committed; ignored ones never do.
    let listed = output(
        root,
        "git",
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    )?;
    let mut paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in &paths {
        // A file deleted but not yet committed is still listed.
        let Ok(bytes) = std::fs::read(root.join(path)) else {
            continue;
        };
        findings.extend(texts::check_file(path, &bytes));
        let is = |kind: &str| Path::new(path).extension().is_some_and(|end| end == kind);
        if is("md")
            && let Ok(text) = str::from_utf8(&bytes)
        {
            findings.extend(texts::check_links(path, text, &paths));
        }
        // A mutant whose lines have changed is tried by nobody, and nobody notices.
        if is("patch") && output(root, "git", &["apply", "--check", path]).is_err() {
            let remedy = "make it anew from what the code is now";
            findings.push(Finding::new(*path, "the patch does not apply", remedy));
        }
    }
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    findings.extend(texts::check_decisions(&paths, &read));
    findings.extend(texts::check_fragments(&paths, &read));
    Ok(findings)
}

fn output(root: &Path, program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let run = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    if !run.status.success() {
        bail!(
            "{program} {} failed:\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&run.stderr)
        );
    }
    String::from_utf8(run.stdout)
        .with_context(|| format!("{program} printed something that is not UTF-8"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_tidy() {
        let findings = tidy(&root().unwrap()).unwrap();
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }
}
