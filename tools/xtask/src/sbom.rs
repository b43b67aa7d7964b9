//! `cargo xtask sbom`: what is built into the product, as `CycloneDX` 1.6, from `cargo metadata` and the lock file.

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
    workspace_members: Vec<String>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    description: Option<String>,
    repository: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// The bill of materials: everything that is linked into a binary, without what only builds or tests it. The same
/// lock file gives the same bytes.
pub(crate) fn of(metadata: &str, lock: &str) -> anyhow::Result<Value> {
    let metadata: Metadata =
        serde_json::from_str(metadata).context("cargo's metadata cannot be read")?;
    let lock: Lock = toml::from_str(lock).context("Cargo.lock cannot be read")?;
    let sums: BTreeMap<(&str, &str), &str> = lock
        .package
        .iter()
        .filter_map(|it| {
            Some((
                (it.name.as_str(), it.version.as_str()),
                it.checksum.as_deref()?,
            ))
        })
        .collect();
    let packages: BTreeMap<&str, &Package> = metadata
        .packages
        .iter()
        .map(|it| (it.id.as_str(), it))
        .collect();
    let nodes: BTreeMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|it| (it.id.as_str(), it))
        .collect();

    let mut linked: BTreeSet<&str> = BTreeSet::new();
    // What checks and measures the product is no part of it.
    let ours = metadata.workspace_members.iter().map(String::as_str);
    let is_product = |id: &&str| {
        packages
            .get(id)
            .is_some_and(|it| !["xtask", "bench"].contains(&it.name.as_str()))
    };
    let mut open: Vec<&str> = ours.filter(is_product).collect();
    while let Some(id) = open.pop() {
        if linked.insert(id) {
            open.extend(
                nodes
                    .get(id)
                    .into_iter()
                    .flat_map(|node| dependencies(node)),
            );
        }
    }
    let mut components = Vec::new();
    let mut dependency_lists = Vec::new();
    for id in &linked {
        let package = packages
            .get(id)
            .context("cargo's metadata names a package it does not list")?;
        components.push(component(package, &sums));
        let on: BTreeSet<String> = nodes
            .get(id)
            .into_iter()
            .flat_map(|node| dependencies(node))
            .filter_map(|id| packages.get(id).map(|it| reference(it)))
            .collect();
        dependency_lists.push(json!({"ref": reference(package), "dependsOn": on}));
    }
    let root = json!({"type": "application", "bom-ref": "pie", "name": "pie", "version": env!("CARGO_PKG_VERSION"),
        "licenses": [{"license": {"id": "Apache-2.0"}}]});
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": root},
        "components": components,
        "dependencies": dependency_lists,
    }))
}

/// What is linked in, of what a package depends on.
fn dependencies(node: &Node) -> impl Iterator<Item = &str> {
    let linked = node
        .deps
        .iter()
        .filter(|it| it.dep_kinds.iter().any(|it| it.kind.is_none()));
    linked.map(|it| it.pkg.as_str())
}

fn reference(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn component(package: &Package, sums: &BTreeMap<(&str, &str), &str>) -> Value {
    let mut it = json!({
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name,
        "version": package.version,
        "scope": "required",
    });
    if let Some(license) = &package.license {
        // Some still write a slash for a choice, which is no expression.
        it["licenses"] = json!([{"expression": license.replace('/', " OR ")}]);
    }
    if let Some(description) = &package.description {
        it["description"] = description.trim().into();
    }
    if package.source.is_some() {
        it["purl"] = reference(package).into();
    }
    if let Some(repository) = &package.repository {
        it["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    if let Some(sum) = sums.get(&(package.name.as_str(), package.version.as_str())) {
        it["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
    }
    it
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn what_only_builds_or_tests_is_left_out() {
        let package = |name: &str, source: Option<&str>| json!({"id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "source": source});
        let on =
            |name: &str, kind: Option<&str>| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [package("api", None), package("xtask", None), package("a", Some("r")), package("b", Some("r")),
                package("t", Some("r"))],
            "workspace_members": ["api", "xtask"],
            "resolve": {"nodes": [
                {"id": "api", "deps": [on("a", None), on("t", Some("dev")), on("t", Some("build"))]},
                {"id": "xtask", "deps": [on("t", None)]},
                {"id": "a", "deps": [on("b", None)]},
                {"id": "b", "deps": []},
                {"id": "t", "deps": []},
            ]},
        });
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"0f\"\n";
        let bill = of(&metadata.to_string(), lock).unwrap();
        let names: Vec<_> = bill["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["name"])
            .collect();
        assert_eq!(names, ["a", "api", "b"]);
        assert_eq!(bill["components"][0]["hashes"][0]["content"], "0f");
        assert_eq!(
            bill["components"][0]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
        assert_eq!(bill["components"][1]["purl"], Value::Null);
        assert_eq!(
            bill["dependencies"][1],
            json!({"ref": "pkg:cargo/api@1.0.0", "dependsOn": ["pkg:cargo/a@1.0.0"]})
        );
    }
}
