//! The function at work, and its metrics: one line of JSON in `CloudWatch`'s embedded metric format.

use crate::clock;
use serde_json::{Map, Value, json};
use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where lines of metrics go.
pub type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// The namespace of all metrics.
const NAMESPACE: &str = "Pie";

/// One of the functions, as logs and metrics name it.
///
/// ```
/// use edge::{Function, Metric, Sink};
/// use std::sync::{Arc, Mutex};
///
/// let lines = Arc::new(Mutex::new(Vec::new()));
/// let keep = Arc::clone(&lines);
/// let sink: Sink = Arc::new(move |line| keep.lock().unwrap().push(line.to_owned()));
/// let function = Function::new("sync", Some(sink));
/// function.measure(&[("kind", "import.commit")], &[Metric::count("records", 200)]);
/// assert!(lines.lock().unwrap()[0].contains("\"records\":200"));
/// ```
#[derive(Clone)]
pub struct Function {
    name: &'static str,
    sink: Option<Sink>,
    has_run: Arc<AtomicBool>,
}

impl Function {
    /// A function of this name. Without a sink its metrics are not written.
    pub fn new(name: &'static str, sink: Option<Sink>) -> Self {
        Self {
            name,
            sink,
            has_run: Arc::default(),
        }
    }

    /// A function whose metrics go to standard output, as Lambda reads them.
    pub fn to_stdout(name: &'static str) -> Self {
        let write = |line: &str| {
            // A full disk or closed pipe is no reason to fail a request.
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        };
        Self::new(name, Some(Arc::new(write)))
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether nothing has run before: true once.
    pub fn is_cold_start(&self) -> bool {
        !self.has_run.load(Ordering::Relaxed) && !self.has_run.swap(true, Ordering::Relaxed)
    }

    /// Writes metrics, by function and by function and these dimensions.
    pub fn measure(&self, dimensions: &[(&'static str, &str)], metrics: &[Metric]) {
        if let Some(sink) = &self.sink {
            sink(&self.line(dimensions, metrics));
        }
    }

    fn line(&self, dimensions: &[(&'static str, &str)], metrics: &[Metric]) -> String {
        let all: Vec<_> = ["function"]
            .into_iter()
            .chain(dimensions.iter().map(|(name, _)| *name))
            .collect();
        let mut sets = vec![vec!["function"], all];
        sets.dedup();
        let declared = |metric: &Metric| json!({"Name": metric.name, "Unit": metric.unit.as_str()});
        let mut line = Map::new();
        let directive = json!({
            "Timestamp": clock::now().as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": sets,
                "Metrics": metrics.iter().map(declared).collect::<Vec<_>>(),
            }],
        });
        line.insert("_aws".to_owned(), directive);
        line.insert("function".to_owned(), self.name.into());
        for (name, value) in dimensions {
            line.insert((*name).to_owned(), (*value).into());
        }
        for metric in metrics {
            line.insert(metric.name.to_owned(), metric.json());
        }
        Value::Object(line).to_string()
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({})", self.name)
    }
}

/// One number measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    name: &'static str,
    unit: Unit,
    value: f64,
}

/// What a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Time.
    Milliseconds,
    /// Time of what takes long.
    Seconds,
    /// Size.
    Bytes,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Seconds => "Seconds",
            Self::Bytes => "Bytes",
        }
    }
}

impl Metric {
    /// A number of this unit.
    pub fn new(name: &'static str, unit: Unit, value: f64) -> Self {
        Self { name, unit, value }
    }

    /// So many things.
    pub fn count(name: &'static str, value: u64) -> Self {
        Self::new(name, Unit::Count, value as f64)
    }

    /// So long.
    pub fn milliseconds(name: &'static str, value: f64) -> Self {
        Self::new(name, Unit::Milliseconds, value)
    }

    fn json(self) -> Value {
        let whole = self.value.fract() == 0.0 && self.value.abs() < 1e15;
        if whole {
            json!(self.value as i64)
        } else {
            json!(self.value)
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
pub(crate) mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A function whose lines of metrics can be looked at.
    pub(crate) fn watched(name: &'static str) -> (Function, Arc<Mutex<Vec<Value>>>) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&lines);
        let sink: Sink = Arc::new(move |line| {
            keep.lock()
                .unwrap()
                .push(serde_json::from_str(line).unwrap());
        });
        (Function::new(name, Some(sink)), lines)
    }

    #[test]
    fn a_line_declares_what_it_holds() {
        let (function, lines) = watched("api");
        let metrics = [
            Metric::count("count", 1),
            Metric::milliseconds("latency_ms", 1.25),
        ];
        function.measure(&[("route", "GET /v1/deals")], &metrics);
        let mut line = lines.lock().unwrap().remove(0);
        let at = line["_aws"]["Timestamp"].take();
        assert!(
            at.as_i64().unwrap() > 1_700_000_000_000,
            "milliseconds since 1970"
        );
        let expected = json!({
            "_aws": {
                "Timestamp": null,
                "CloudWatchMetrics": [{
                    "Namespace": "Pie",
                    "Dimensions": [["function"], ["function", "route"]],
                    "Metrics": [
                        {"Name": "count", "Unit": "Count"},
                        {"Name": "latency_ms", "Unit": "Milliseconds"},
                    ],
                }],
            },
            "function": "api",
            "route": "GET /v1/deals",
            "count": 1,
            "latency_ms": 1.25,
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn every_dimension_and_metric_declared_is_there() {
        let (function, lines) = watched("sync");
        function.measure(&[], &[Metric::new("size", Unit::Bytes, 3.0)]);
        function.measure(
            &[("kind", "a"), ("outcome", "b")],
            &[Metric::count("count", 0)],
        );
        for line in lines.lock().unwrap().iter() {
            let block = &line["_aws"]["CloudWatchMetrics"][0];
            for name in block["Dimensions"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|set| set.as_array().unwrap())
            {
                assert!(line[name.as_str().unwrap()].is_string(), "{line}");
            }
            for metric in block["Metrics"].as_array().unwrap() {
                assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{line}");
            }
        }
    }

    #[test]
    fn a_start_is_cold_once_for_all_clones() {
        let function = Function::new("api", None);
        let clone = function.clone();
        assert!(clone.is_cold_start());
        assert!(!function.is_cold_start() && !clone.is_cold_start());
    }
}
