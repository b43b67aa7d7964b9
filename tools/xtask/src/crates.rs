//! Which crate may depend on which: the direction of the whole project, as a table.

use crate::finding::Finding;
use anyhow::Context;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Each crate of the workspace and the crates of the workspace it may use. What is not listed is not allowed; so
/// nobody uses `bench` or `xtask`, and only `local` and `bench` bring sources and engines together.
const MAY_USE: [(&str, &[&str]); 24] = [
    ("model", &[]),
    ("mining", &["model"]),
    ("forecast", &["model"]),
    ("connector", &["model"]),
    ("connectors", &["model", "connector"]),
    ("vendors", &["demo"]),
    ("demo", &["model"]),
    ("insight", &["model", "mining", "forecast"]),
    ("identity", &["model"]),
    ("embedded", &[]),
    ("store", &["model", "identity"]),
    ("pull", &["model", "connector", "identity", "store"]),
    ("edge", &["model", "identity", "store"]),
    (
        "api",
        &[
            "model",
            "mining",
            "forecast",
            "insight",
            "connector",
            "connectors",
            "identity",
            "pull",
            "store",
            "edge",
        ],
    ),
    (
        "sync",
        &[
            "model",
            "connector",
            "connectors",
            "identity",
            "pull",
            "store",
            "edge",
        ],
    ),
    (
        "oauth",
        &[
            "model",
            "connector",
            "connectors",
            "identity",
            "pull",
            "store",
            "edge",
        ],
    ),
    (
        "webhook",
        &[
            "model",
            "connector",
            "connectors",
            "identity",
            "store",
            "edge",
        ],
    ),
    (
        "simulate",
        &[
            "model", "mining", "forecast", "insight", "identity", "store", "edge",
        ],
    ),
    ("schedule", &["model", "identity", "store", "edge"]),
    (
        "deliver",
        &["model", "forecast", "insight", "identity", "store", "edge"],
    ),
    (
        "local",
        &[
            "model",
            "mining",
            "forecast",
            "insight",
            "connector",
            "connectors",
            "demo",
            "vendors",
            "identity",
            "embedded",
            "store",
            "pull",
            "edge",
            "api",
            "oauth",
            "webhook",
            "sync",
            "simulate",
            "schedule",
            "deliver",
        ],
    ),
    (
        "bench",
        &[
            "model",
            "mining",
            "forecast",
            "connector",
            "connectors",
            "demo",
            "identity",
            "pull",
            "store",
            "embedded",
            "vendors",
        ],
    ),
    // It runs the functions' binaries; it knows none of their crates.
    (
        "runtime",
        &[
            "model",
            "connector",
            "demo",
            "identity",
            "store",
            "embedded",
        ],
    ),
    ("xtask", &[]),
];

/// Crates in which the same input gives the same bytes: nothing below them may wait, talk, tell the time or toss coins.
pub(crate) const PURE: [&str; 7] = [
    "model",
    "mining",
    "forecast",
    "connector",
    "connectors",
    "demo",
    "insight",
];

/// Only these name the AWS SDK; `embedded` does in its tests.
const NAMES_THE_SDK: [&str; 1] = ["store"];

/// Names, and beginnings of names, of crates that are none of a pure crate's business.
const IMPURE: [&str; 24] = [
    "tokio",
    "async-std",
    "smol",
    "async-io",
    "futures-executor",
    "mio",
    "reqwest",
    "hyper",
    "ureq",
    "isahc",
    "curl",
    "rustls",
    "native-tls",
    "aws-",
    "lambda_",
    "axum",
    "rusoto",
    "chrono",
    "time",
    "rand",
    "fastrand",
    "getrandom",
    "uuid",
    "oorandom",
];

const NAMELESS: [&str; 6] = ["utils", "util", "common", "core", "helpers", "misc"];

/// What `cargo metadata` says, as far as the rules ask.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: String,
    id: String,
    description: Option<String>,
    license: Option<String>,
    source: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Debug, Deserialize)]
struct DependencyKind {
    /// Absent for an ordinary dependency; else `dev` or `build`.
    kind: Option<String>,
}

impl Dependency {
    /// Whether only tests and examples use it.
    fn is_for_tests(&self) -> bool {
        self.dep_kinds
            .iter()
            .all(|of| of.kind.as_deref() == Some("dev"))
    }
}

impl Metadata {
    pub(crate) fn parse(json: &str) -> anyhow::Result<Metadata> {
        serde_json::from_str(json).context("cargo metadata printed something unexpected")
    }

    /// The crates of the workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

/// Every rule about crates that can be read from the metadata.
pub(crate) fn check(metadata: &Metadata) -> Vec<Finding> {
    let name_of: BTreeMap<&str, &str> = metadata
        .packages
        .iter()
        .map(|package| (package.id.as_str(), package.name.as_str()))
        .collect();
    let used_by: BTreeMap<&str, &[Dependency]> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node.deps.as_slice()))
        .collect();
    let ours: BTreeSet<&str> = metadata
        .members()
        .map(|package| package.name.as_str())
        .collect();
    let name = |dependency: &Dependency| {
        name_of
            .get(dependency.pkg.as_str())
            .copied()
            .unwrap_or_default()
    };

    let mut findings = Vec::new();
    for package in metadata.members() {
        let mut find =
            |what: String, remedy| findings.push(Finding::new(&package.name, what, remedy));
        if NAMELESS.contains(&package.name.as_str()) {
            find(
                "the name says nothing".into(),
                "name the crate after what it holds",
            );
        }
        if package
            .description
            .as_deref()
            .is_none_or(|text| text.trim().is_empty())
        {
            find(
                "no description".into(),
                "write one sentence in its Cargo.toml",
            );
        }
        if package.license.is_none() {
            find("no licence".into(), "add `license.workspace = true`");
        }
        let direct = used_by
            .get(package.id.as_str())
            .copied()
            .unwrap_or_default();
        match MAY_USE.iter().find(|(who, _)| *who == package.name) {
            None => find(
                "not in the table of directions".into(),
                "add it to MAY_USE in tools/xtask, with what it may use",
            ),
            Some((_, allowed)) => {
                for dependency in direct
                    .iter()
                    .filter(|dependency| !dependency.is_for_tests())
                {
                    let used = name(dependency);
                    if used.starts_with("aws-sdk-")
                        && !NAMES_THE_SDK.contains(&package.name.as_str())
                    {
                        find(
                            format!("names {used}"),
                            "only `store` speaks to AWS: add what is missing there",
                        );
                    }
                    if ours.contains(used) && !allowed.contains(&used) {
                        find(
                            format!("depends on {used}"),
                            "turn the dependency round, or lift the code to the caller",
                        );
                    }
                }
            }
        }
        for dependency in direct.iter().filter(|dependency| dependency.is_for_tests()) {
            let used = name(dependency);
            if ["bench", "xtask", "local"].contains(&used) {
                find(
                    format!("tests depend on {used}"),
                    "nobody uses a binary's crate, not even a test",
                );
            }
        }
    }
    for package in &metadata.packages {
        if package
            .source
            .as_deref()
            .is_some_and(|source| source.starts_with("git+"))
        {
            findings.push(Finding::new(
                &package.name,
                "comes from a git repository",
                "use a published version",
            ));
        }
    }
    findings
}

/// What a pure crate reaches, however deep, outside its tests: `tree` holds one package per line, name first.
///
/// The list comes from `cargo tree`, because the graph of `cargo metadata` also holds what no feature switches on.
pub(crate) fn check_purity(name: &str, tree: &str) -> Vec<Finding> {
    let reached: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let remedy = "pure crates know no runtime, network, clock or chance: leave it to `local`";
    let impure = reached.into_iter().filter(|used| is_impure(used));
    impure
        .map(|used| Finding::new(name, format!("reaches {used}"), remedy))
        .collect()
}

fn is_impure(name: &str) -> bool {
    IMPURE
        .iter()
        .any(|impure| name == *impure || (impure.ends_with(['-', '_']) && name.starts_with(impure)))
}

/// A crate takes part in the workspace's lints.
pub(crate) fn check_lints(name: &str, manifest: &str) -> Vec<Finding> {
    let says = |manifest: &toml::Table| manifest.get("lints")?.get("workspace")?.as_bool();
    match manifest.parse::<toml::Table>() {
        Ok(manifest) if says(&manifest) == Some(true) => Vec::new(),
        Ok(_) => vec![Finding::new(
            name,
            "leaves the workspace's lints",
            "add `[lints]` with `workspace = true`",
        )],
        Err(error) => vec![Finding::new(
            name,
            format!("Cargo.toml cannot be read: {error}"),
            "mend it",
        )],
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// Metadata of the packages in `"mining -> model, dev:demo; model"`; only `outside` is not ours, and `dev:` marks
    /// what only tests use.
    fn planted(graph: &str) -> Value {
        let (mut packages, mut nodes, mut ours) = (Vec::new(), Vec::new(), Vec::new());
        for package in graph.split("; ") {
            let (name, uses) = package.split_once(" -> ").unwrap_or((package, ""));
            let deps: Vec<Value> = uses
                .split(", ")
                .filter(|used| !used.is_empty())
                .map(|used| match used.strip_prefix("dev:") {
                    Some(used) => json!({"pkg": used, "dep_kinds": [{"kind": "dev"}]}),
                    None => json!({"pkg": used, "dep_kinds": [{"kind": null}]}),
                })
                .collect();
            nodes.push(json!({"id": name, "deps": deps}));
            packages.push(json!({
                "name": name, "id": name, "manifest_path": "Cargo.toml",
                "description": "Something", "license": "Apache-2.0", "source": null,
            }));
            if name != "outside" {
                ours.push(name);
            }
        }
        json!({"packages": packages, "workspace_members": ours, "resolve": {"nodes": nodes}})
    }

    fn found(metadata: &Value) -> Vec<String> {
        let metadata = Metadata::parse(&metadata.to_string()).unwrap();
        check(&metadata)
            .iter()
            .map(|finding| format!("{}: {}", finding.place, finding.what))
            .collect()
    }

    #[test]
    fn each_direction_is_kept() {
        let cases: &[(&str, &[&str])] = &[
            ("model; mining -> model; forecast -> model", &[]),
            ("mining; model -> mining", &["model: depends on mining"]),
            (
                "forecast; mining -> forecast",
                &["mining: depends on forecast"],
            ),
            (
                "mining; connectors -> mining",
                &["connectors: depends on mining"],
            ),
            ("demo; connectors -> demo", &["connectors: depends on demo"]),
            ("sync; api -> sync", &["api: depends on sync"]),
            (
                "embedded; store -> embedded",
                &["store: depends on embedded"],
            ),
            ("embedded; store -> dev:embedded", &[]),
            (
                "edge -> aws-sdk-sqs; aws-sdk-sqs",
                &[
                    "edge: names aws-sdk-sqs",
                    "edge: depends on aws-sdk-sqs",
                    "aws-sdk-sqs: not in the table of directions",
                ],
            ),
            ("demo; connectors -> dev:demo", &[]),
            ("demo; connectors; local -> demo, connectors", &[]),
            ("bench; local -> bench", &["local: depends on bench"]),
            ("xtask; bench -> xtask", &["bench: depends on xtask"]),
            (
                "bench; local -> dev:bench",
                &["local: tests depend on bench"],
            ),
            ("local; bench -> local", &["bench: depends on local"]),
            ("newcomer", &["newcomer: not in the table of directions"]),
        ];
        for (graph, expected) in cases {
            assert_eq!(found(&planted(graph)), *expected, "{graph}");
        }
    }

    #[test]
    fn a_pure_crate_reaches_nothing_impure_however_deep() {
        let tree = "mining v0.1.0 (shared/mining)\nserde v1.0.229\nserde v1.0.229 (*)\n";
        assert_eq!(check_purity("mining", tree), []);
        let found = check_purity(
            "mining",
            &format!("{tree}tokio v1.54.0\nrand v0.9.5\nrand v0.10.3\n"),
        );
        let whats: Vec<&str> = found.iter().map(|finding| finding.what.as_str()).collect();
        assert_eq!(whats, ["reaches rand", "reaches tokio"]);
        for (name, impure) in [
            ("aws-config", true),
            ("lambda_http", true),
            ("aws", false),
            ("timer", false),
        ] {
            assert_eq!(is_impure(name), impure, "{name}");
        }
    }

    #[test]
    fn a_crate_says_what_it_is_and_where_it_comes_from() {
        let with = |key: &str, value: Value| {
            let mut metadata = planted("model -> outside; outside");
            metadata["packages"][0][key] = value;
            found(&metadata)
        };
        assert_eq!(with("description", json!("  ")), ["model: no description"]);
        assert_eq!(with("license", json!(null)), ["model: no licence"]);
        assert_eq!(
            with("source", json!("git+https://example.org/x")),
            ["model: comes from a git repository"]
        );
        for name in NAMELESS {
            let found = found(&planted(name));
            assert!(
                found.contains(&format!("{name}: the name says nothing")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn leaving_the_lints_is_noticed() {
        let cases = [
            ("[lints]\nworkspace = true\n", 0),
            ("[package]\nname = 'x'\n", 1),
            ("[lints]\nworkspace = false\n", 1),
            ("[lints.rust]\nunsafe_code = 'allow'\n", 1),
            ("not toml", 1),
        ];
        for (manifest, expected) in cases {
            assert_eq!(check_lints("x", manifest).len(), expected, "{manifest}");
        }
    }
}
