//! Rules about files as text: nothing of one machine in them, nothing unfinished, decisions and fragments in form.

use crate::finding::Finding;
use std::path::Path;

/// Folders that exist on one machine only. Written in two halves, so that this file keeps its own rule.
const LOCAL_FOLDERS: [&str; 4] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/fa", "rm/"),
    concat!("/.lib", "rary"),
];
/// Package registries: a build takes its packages from wherever the reader's machine is told to.
const REGISTRIES: [&str; 7] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("debian", ".org"),
    concat!("ubuntu", ".com"),
];
const UNFINISHED: [&str; 2] = [concat!("to", "do!("), concat!("unimple", "mented!(")];
const LARGEST_FILE: usize = 1_000_000;

const KINDS: [&str; 5] = ["added", "changed", "fixed", "removed", "security"];

/// One file by its path from the root.
pub(crate) fn check_file(path: &str, bytes: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if bytes.len() > LARGEST_FILE {
        let size = format!("{} kB", bytes.len() / 1_000);
        findings.push(Finding::new(
            path,
            size,
            "generate it, or keep it outside the repository",
        ));
    }
    let Ok(text) = str::from_utf8(bytes) else {
        return findings;
    };
    // The lock file is the registry client's own.
    if path.ends_with("Cargo.lock") {
        return findings;
    }
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{path}:{}", number + 1);
        if let Some(folder) = LOCAL_FOLDERS.iter().find(|folder| line.contains(*folder)) {
            findings.push(Finding::new(
                place(),
                format!("names {folder}"),
                "write a path from the repository's root",
            ));
        }
        if let Some(host) = registry_in(line) {
            findings.push(Finding::new(
                place(),
                format!("names {host}"),
                "leave the registry to the reader's own settings",
            ));
        }
        if Path::new(path).extension().is_some_and(|end| end == "rs")
            && let Some(word) = UNFINISHED.iter().find(|word| line.contains(*word))
        {
            findings.push(Finding::new(
                place(),
                format!("{word}…)"),
                "finish it, or take it out",
            ));
        }
    }
    findings
}

fn registry_in(line: &str) -> Option<&'static str> {
    line.match_indices("//").find_map(|(at, slashes)| {
        let rest = &line[at + slashes.len()..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-')
            .unwrap_or(rest.len());
        let host = &rest[..end];
        REGISTRIES.into_iter().find(|known| {
            host == *known
                || host
                    .strip_suffix(known)
                    .is_some_and(|before| before.ends_with('.'))
        })
    })
}

/// Every link of a Markdown page to a file of the project leads somewhere.
pub(crate) fn check_links(path: &str, text: &str, paths: &[&str]) -> Vec<Finding> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let targets = text.match_indices("](").filter_map(|(at, open)| {
        let rest = &text[at + open.len()..];
        rest.find(')').map(|end| &rest[..end])
    });
    let mut findings = Vec::new();
    for target in targets {
        let file = target.split('#').next().unwrap_or_default();
        if file.is_empty()
            || target.contains("://")
            || target.starts_with("mailto:")
            || target.contains(' ')
        {
            continue;
        }
        let Some(resolved) = resolve(folder, file) else {
            findings.push(Finding::new(
                path,
                format!("links outside the project: {target}"),
                "mend the link",
            ));
            continue;
        };
        let inside = format!("{resolved}/");
        if !paths
            .iter()
            .any(|known| *known == resolved || known.starts_with(&inside))
        {
            findings.push(Finding::new(
                path,
                format!("links to nothing: {target}"),
                "mend the link",
            ));
        }
    }
    findings
}

/// A path relative to a folder, as one from the root; none if it leaves the root.
fn resolve(folder: &str, file: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// `docs/adr/NNNN-title.md`, numbered from 1 without a gap, each with its title, its status and the roads not taken.
pub(crate) fn check_decisions(paths: &[&str], read: &dyn Fn(&str) -> String) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = paths
        .iter()
        .filter_map(|path| Some((*path, path.strip_prefix("docs/adr/")?)));
    let mut pages: Vec<(&str, &str)> = files.filter(|(_, file)| *file != "README.md").collect();
    pages.sort_unstable();
    for (n, (path, file)) in pages.into_iter().enumerate() {
        let number = n + 1;
        let named = file
            .strip_prefix(&format!("{number:04}-"))
            .and_then(|rest| rest.strip_suffix(".md"));
        if named.is_none_or(|title| {
            title.is_empty() || title.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        }) {
            findings.push(Finding::new(
                path,
                "out of order or misnamed",
                "name it NNNN-title.md, counting from 0001 without a gap",
            ));
        }
        let text = read(path);
        if !text.starts_with(&format!("# {number}. ")) {
            findings.push(Finding::new(
                path,
                "no numbered title",
                "begin with `# N. Title`",
            ));
        }
        for part in ["\nStatus: ", "\n## Roads not taken\n"] {
            if !text.contains(part) {
                findings.push(Finding::new(
                    path,
                    format!("no `{}`", part.trim()),
                    "a decision says what it decided against",
                ));
            }
        }
    }
    findings
}

/// `changelog.d/ISSUE.KIND.md`, holding whole sentences.
pub(crate) fn check_fragments(paths: &[&str], read: &dyn Fn(&str) -> String) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = paths
        .iter()
        .filter_map(|path| Some((*path, path.strip_prefix("changelog.d/")?)));
    for (path, file) in files.filter(|(_, file)| *file != "README.md") {
        let parts: Vec<&str> = file.split('.').collect();
        let well_named = matches!(parts[..], [issue, kind, "md"]
            if issue.parse::<u32>().is_ok() && KINDS.contains(&kind));
        if !well_named {
            findings.push(Finding::new(
                path,
                "misnamed",
                "name it ISSUE.KIND.md, KIND one of added, changed, fixed, removed, security",
            ));
        }
        let text = read(path);
        let text = text.trim();
        if !text.starts_with(char::is_uppercase) && !text.starts_with('`') || !text.ends_with('.') {
            findings.push(Finding::new(
                path,
                "not a sentence",
                "say to a user what is different, from capital to full stop",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(findings: &[Finding]) -> Vec<&str> {
        findings
            .iter()
            .map(|finding| finding.what.as_str())
            .collect()
    }

    #[test]
    fn words_of_one_machine_and_unfinished_code_are_found() {
        let work = format!("cd {}main", LOCAL_FOLDERS[0]);
        let registry = format!("see https://static.{}/x", REGISTRIES[0]);
        let index = format!("see https://example.org/{}", REGISTRIES[0]);
        let unfinished = format!("fn f() {{ {}) }}", UNFINISHED[0]);
        let cases: &[(&str, &str, usize)] = &[
            ("README.md", &work, 1),
            ("README.md", &registry, 1),
            ("README.md", &index, 0),
            ("Cargo.lock", &registry, 0),
            ("src/lib.rs", &unfinished, 1),
            ("README.md", &unfinished, 0),
            ("README.md", "the network//framework/ of work", 0),
        ];
        for (path, text, expected) in cases {
            assert_eq!(
                check_file(path, text.as_bytes()).len(),
                *expected,
                "{path}: {text}"
            );
        }
        let place = &check_file("a.md", format!("one\n{work}").as_bytes())[0].place;
        assert_eq!(place, "a.md:2");
        assert_eq!(
            whats(&check_file("big.bin", &vec![255; 1_000_001])),
            ["1000 kB"]
        );
    }

    #[test]
    fn links_lead_somewhere() {
        let paths = ["README.md", "docs/guides/files.md", "docs/adr/0001-x.md"];
        let cases = [
            ("README.md", "[a](docs/guides/files.md)", 0),
            (
                "README.md",
                "[a](docs/guides/files.md#part) [b](#here) [c](https://example.org/x)",
                0,
            ),
            ("README.md", "[a](docs/guides)", 0),
            ("README.md", "[a](docs/guides/file.md)", 1),
            (
                "docs/guides/files.md",
                "[a](../adr/0001-x.md) [b](../../README.md)",
                0,
            ),
            ("docs/guides/files.md", "[a](../../../README.md)", 1),
        ];
        for (path, text, expected) in cases {
            assert_eq!(
                check_links(path, text, &paths).len(),
                expected,
                "{path}: {text}"
            );
        }
    }

    #[test]
    fn decisions_are_numbered_and_weigh_other_roads() {
        let good = "# 1. Title\n\nStatus: accepted\n\n## Roads not taken\n\nNone.\n";
        let check = |path: &str, text: &str| check_decisions(&[path], &|_| text.to_owned()).len();
        assert_eq!(check("docs/adr/0001-columnar-log.md", good), 0);
        assert_eq!(check("docs/adr/0002-columnar-log.md", good), 1);
        assert_eq!(check("docs/adr/1-columnar-log.md", good), 1);
        assert_eq!(check("docs/adr/0001-columnar_log.md", good), 1);
        assert_eq!(check("docs/adr/0001-columnar-log.md", "# Title\n"), 3);
        assert_eq!(check("docs/guides/files.md", "anything"), 0);
        let gap = check_decisions(&["docs/adr/0001-a.md", "docs/adr/0003-b.md"], &|path| {
            good.replace(
                "# 1.",
                if path.contains("0003") {
                    "# 2."
                } else {
                    "# 1."
                },
            )
        });
        assert_eq!(whats(&gap), ["out of order or misnamed"]);
    }

    #[test]
    fn fragments_are_named_and_speak_in_sentences() {
        let check = |path: &str, text: &str| check_fragments(&[path], &|_| text.to_owned()).len();
        assert_eq!(
            check(
                "changelog.d/2.added.md",
                "`pie forecast` says what open deals will do.\n"
            ),
            0
        );
        assert_eq!(check("changelog.d/README.md", "whatever"), 0);
        assert_eq!(check("changelog.d/2.new.md", "A sentence."), 1);
        assert_eq!(check("changelog.d/added.md", "A sentence."), 1);
        assert_eq!(check("changelog.d/2.added.md", "- a list item"), 1);
        assert_eq!(check("changelog.d/2.added.md", ""), 1);
    }
}
