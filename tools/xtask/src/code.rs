//! What the code asks of the templates, read from the code itself: which variables a function reads, which queues there
//! are, which metrics are written.
//!
//! The environment is read in few places, because clippy refuses it elsewhere (`clippy.toml`), and by literal names. So
//! the names are the literals of the functions that read; a place this module does not know is a finding, not a gap.

use crate::finding::Finding;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
    /// By API Gateway.
    Http,
    /// By a queue of its name.
    Queue,
    /// Each minute.
    Schedule,
}

/// What a function asks of its template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asks {
    /// How it is called.
    pub trigger: Trigger,
    /// Variables it does not start without.
    pub needs: BTreeSet<String>,
    /// Variables it does without.
    pub takes: BTreeSet<String>,
}

/// What the code asks.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// Each function, by the name of its folder.
    pub functions: BTreeMap<String, Asks>,
    /// The queues, by name.
    pub queues: BTreeSet<String>,
    /// The metrics, each with the functions that write it.
    pub metrics: BTreeMap<String, BTreeSet<String>>,
    /// How often a message is tried.
    pub most_receives: f64,
    /// How long a received message is hidden.
    pub visibility_s: f64,
    /// How long before its end a function begins nothing new.
    pub margin_s: f64,
    /// How long a lease lasts.
    pub lease_s: f64,
    /// The table's time to live.
    pub ttl: String,
}

/// Reads a file by its path from the root; empty where there is none.
type Read<'a> = &'a dyn Fn(&str) -> String;

/// Where the environment of functions is read.
const LAMBDA: &str = "shared/edge/src/lambda.rs";
const NAMES: &str = "shared/store/src/aws.rs";

impl Code {
    /// Reads the code of the project. What is odd about it comes as findings.
    pub fn of(root: &Path) -> (Self, Vec<Finding>) {
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
        let mut paths = Vec::new();
        for folder in ["functions", "shared"] {
            sources(root, Path::new(folder), &mut paths);
        }
        paths.sort();
        Self::read(&paths, &read)
    }

    fn read(paths: &[String], read: Read<'_>) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let (lambda, names) = (without_tests(&read(LAMBDA)), without_tests(&read(NAMES)));
        let mut code = Self {
            queues: queues(&without_tests(&read("shared/store/src/queue.rs"))),
            most_receives: constant(&names, "MOST_RECEIVES"),
            visibility_s: constant(&names, "VISIBILITY_S"),
            margin_s: constant(&lambda, "MARGIN"),
            lease_s: constant(&read("shared/store/src/lease.rs"), "LEASE_S"),
            ttl: literals(&without_tests(&read("shared/store/src/table.rs")))
                .into_iter()
                .find(|it| it.starts_with("expires"))
                .unwrap_or_default(),
            ..Self::default()
        };
        for path in paths {
            let text = without_tests(&read(path));
            let folder = path.split('/').nth(1).unwrap_or_default();
            let is_function = path.starts_with("functions/");
            // `pie` and the tests of engines read what they like, and no function has the embedded AWS in it.
            let is_read = path == LAMBDA || path.starts_with("shared/embedded/");
            if text.contains("std::env::var") && !is_function && !is_read {
                findings.push(Finding::new(
                    path,
                    "reads the environment where the check of the templates does not look",
                    "read it in edge::lambda, or teach tools/xtask/src/code.rs the place",
                ));
            }
            if is_function && path.ends_with("/src/main.rs") {
                let all = paths
                    .iter()
                    .filter(|it| it.starts_with(&format!("functions/{folder}/src/")));
                let own: String = all.map(|it| without_tests(&read(it))).collect();
                match asks(&text, &own, &lambda, &names) {
                    Some(asks) => drop(code.functions.insert(folder.to_owned(), asks)),
                    None => findings.push(Finding::new(
                        path,
                        "it cannot be seen how this function is called",
                        "end its main with run_http, run_queue or run_schedule",
                    )),
                }
            }
        }
        for path in paths {
            let text = without_tests(&read(path));
            let writers: BTreeSet<String> = match path.as_str() {
                "shared/edge/src/http.rs" => code.called(Trigger::Http),
                "shared/edge/src/batch.rs" => code.called(Trigger::Queue),
                path if path.starts_with("functions/") => path
                    .split('/')
                    .nth(1)
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                _ => continue,
            };
            for metric in metrics(&text) {
                code.metrics
                    .entry(metric)
                    .or_default()
                    .extend(writers.iter().cloned());
            }
        }
        (code, findings)
    }

    fn called(&self, trigger: Trigger) -> BTreeSet<String> {
        let ours = self
            .functions
            .iter()
            .filter(|(_, asks)| asks.trigger == trigger);
        ours.map(|(name, _)| name.clone()).collect()
    }
}

fn sources(root: &Path, folder: &Path, paths: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        return;
    };
    for entry in entries.flatten() {
        let path = folder.join(entry.file_name());
        let kind = entry.file_type();
        if kind.is_ok_and(|kind| kind.is_dir()) {
            if path.file_name().is_none_or(|name| name != "tests") {
                sources(root, &path, paths);
            }
        } else if path.extension().is_some_and(|end| end == "rs")
            && path.file_name().is_none_or(|name| name != "tests.rs")
        {
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// A function by what its main and its other files say.
fn asks(main: &str, own: &str, lambda: &str, names: &str) -> Option<Asks> {
    let (trigger, run) = [
        (Trigger::Http, "run_http"),
        (Trigger::Queue, "run_queue"),
        (Trigger::Schedule, "run_schedule"),
    ]
    .into_iter()
    .find(|(_, run)| main.contains(&format!(".{run}(")))?;
    let mut read: Vec<String> = vec![
        body(lambda, "start"),
        body(lambda, "settings"),
        body(lambda, run),
    ];
    read.push(body(names, "from_variables"));
    if own.contains("lambda::public_url(") {
        read.push(body(lambda, "public_url"));
    }
    if own.contains("std::env::var") {
        // By whatever way the function itself reads: its upper-case literals, and it needs them.
        let names = literals(own).join("\") need(\"");
        read.push(format!("need(\"{names}\")"));
    }
    let (mut needs, mut takes) = (BTreeSet::new(), BTreeSet::new());
    for text in &read {
        for name in literals(text).into_iter().filter(|it| is_variable(it)) {
            let asked = |by: &str| {
                let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                text.contains(&format!("{by}(\"{name}\""))
            };
            // Lambda itself sets what begins with AWS_LAMBDA_, but for the one that `lambda_http` reads.
            if name == "AWS_LAMBDA_RUNTIME_API" {
                continue;
            }
            if asked("need") || asked("get") {
                needs.insert(name);
            } else {
                takes.insert(name);
            }
        }
    }
    takes.retain(|name| !needs.contains(name));
    Some(Asks {
        trigger,
        needs,
        takes,
    })
}

fn is_variable(text: &str) -> bool {
    (text.starts_with("PIE_") || text.starts_with("AWS_"))
        && text.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// A file up to its tests.
fn without_tests(text: &str) -> String {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    let code = text[..end].lines();
    let code: Vec<&str> = code
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    code.join("\n")
}

/// The body of a function, up to the next line that closes as deep as it opened.
fn body(text: &str, function: &str) -> String {
    let head = format!("fn {function}(");
    let mut lines = text.lines().skip_while(|line| !line.contains(&head));
    let Some(first) = lines.next() else {
        return String::new();
    };
    let indent = first.len() - first.trim_start().len();
    let close = format!("{:indent$}}}", "");
    let rest = lines.take_while(|line| *line != close);
    rest.collect::<Vec<_>>().join("\n")
}

/// The string literals of a text, in order.
fn literals(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('"') {
        let mut end = None;
        let mut is_escaped = false;
        for (at, c) in after.char_indices() {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '"' => {
                    end = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let Some(end) = end else { break };
        all.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    all
}

/// The number that a constant is, or the one in its brackets.
fn constant(text: &str, name: &str) -> f64 {
    let line = text
        .lines()
        .find(|line| line.contains(&format!("const {name}:")));
    let value = line
        .and_then(|line| line.split_once('='))
        .map_or("", |(_, value)| value);
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(f64::NAN)
}

/// The names that `Queue::as_str` gives.
fn queues(text: &str) -> BTreeSet<String> {
    literals(&body(text, "as_str")).into_iter().collect()
}

/// The names of the metrics that are written here: the first literal of `count(…)`, `milliseconds(…)` and `new(…)`.
fn metrics(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    if !text.contains("Metric") {
        return all;
    }
    for call in ["count(", "Metric::milliseconds(", "Metric::new("] {
        for (at, _) in text.match_indices(call) {
            let after = text[at + call.len()..].trim_start();
            if let Some((name, _)) = after.strip_prefix('"').and_then(|it| it.split_once('"')) {
                all.push(name.to_owned());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMBDA_RS: &str = "
const MARGIN: SignedDuration = SignedDuration::from_secs(30);
pub async fn start(name: &'static str) -> Result<Lambda, Error> {
    let filter = variable(\"PIE_LOG\").unwrap_or_else(|| LOG.to_owned());
}
fn settings(of: impl Fn(&str) -> Option<String>) -> Result<Names, Error> {
    need(
        \"AWS_LAMBDA_RUNTIME_API\",
        \"this program runs in Lambda\",
        &of,
    )?;
}
pub fn public_url() -> Result<String, Error> {
    need(\"PIE_PUBLIC_URL\", \"name it\", variable)
}
impl Lambda {
    pub async fn run_http(self, router: Router) -> Result<(), Error> {
        need(
            \"AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH\",
            \"set it to true\",
            variable,
        )?;
        match variable(\"PIE_STREAMING\") {}
    }
    pub async fn run_queue(self) {}
}
#[cfg(test)]
mod tests { const X: &str = \"PIE_ONLY_IN_TESTS\"; }
";
    const AWS_RS: &str = "
/// PIE_IN_A_COMMENT
pub const MOST_RECEIVES: u32 = 5;
impl Names {
    pub fn from_variables(of: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        get(\"PIE_TABLE\")?
    }
}
";

    fn asked(main: &str, own: &str) -> (Vec<String>, Vec<String>) {
        let asks = asks(main, own, &without_tests(LAMBDA_RS), &without_tests(AWS_RS));
        let asks = asks.map(|it| {
            (
                it.needs.into_iter().collect(),
                it.takes.into_iter().collect(),
            )
        });
        asks.unwrap_or_default()
    }

    #[test]
    fn what_a_function_reads_is_seen_in_its_main() {
        let check = |main: &str, own: &str, needs: &[&str], takes: &[&str]| {
            assert_eq!(
                asked(main, own),
                (
                    needs.iter().map(ToString::to_string).collect(),
                    takes.iter().map(ToString::to_string).collect()
                ),
                "{main}"
            );
        };
        let stage = "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH";
        check("lambda.run_queue(x)", "", &["PIE_TABLE"], &["PIE_LOG"]);
        check(
            "lambda.run_http(x)",
            "",
            &[stage, "PIE_TABLE"],
            &["PIE_LOG", "PIE_STREAMING"],
        );
        check(
            "lambda.run_http(x)",
            "edge::lambda::public_url()?",
            &[stage, "PIE_PUBLIC_URL", "PIE_TABLE"],
            &["PIE_LOG", "PIE_STREAMING"],
        );
        check(
            "lambda.run_queue(x)",
            "const NAME: &str = \"PIE_OWN\"; std::env::var(NAME)",
            &["PIE_OWN", "PIE_TABLE"],
            &["PIE_LOG"],
        );
    }

    #[test]
    fn an_environment_read_elsewhere_is_told() {
        let files = [
            ("functions/f/src/main.rs", "lambda.run_queue(x)"),
            ("functions/g/src/main.rs", "fn main() {}"),
            ("shared/s/src/lib.rs", "std::env::var(\"PIE_HIDDEN\")"),
            (LAMBDA, LAMBDA_RS),
            (NAMES, AWS_RS),
        ];
        let read = |path: &str| {
            let file = files.iter().find(|(name, _)| *name == path);
            file.map_or(String::new(), |(_, text)| (*text).to_owned())
        };
        let paths: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let (code, findings) = Code::read(&paths, &read);
        let places: Vec<_> = findings.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(places, ["functions/g/src/main.rs", "shared/s/src/lib.rs"]);
        assert_eq!((code.most_receives, code.margin_s), (5.0, 30.0));
        assert_eq!(code.functions.keys().collect::<Vec<_>>(), ["f"]);
    }

    #[test]
    fn metrics_are_the_names_that_are_written() {
        let text = "use Metric; let m = [Metric::count(\"count\", 1), Metric::milliseconds(\n\"latency_ms\", 2), \
                    count(\"sent\", 3), Metric::new(\"size\", 4), Metric::count(name, 5)];";
        assert_eq!(metrics(text), ["count", "sent", "latency_ms", "size"]);
        assert!(metrics("count(\"not a metric\")").is_empty());
    }
}
