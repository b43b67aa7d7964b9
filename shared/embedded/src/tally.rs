//! How often each operation was asked for, and how long the emulator itself took.

use crate::service::Service;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[derive(Debug, Default)]
pub(crate) struct Tally {
    services: [Mutex<BTreeMap<String, Line>>; Service::ALL.len()],
    overall: AtomicU64,
}

#[derive(Debug, Default)]
struct Line {
    calls: u64,
    busy: Duration,
}

impl Tally {
    /// Counts a call; says the how-maniest of its operation it is, and of all.
    pub(crate) fn count(&self, service: Service, operation: &str) -> (u64, u64) {
        let overall = self.overall.fetch_add(1, Ordering::Relaxed) + 1;
        let mut lines = self.services[service as usize].lock();
        if let Some(line) = lines.get_mut(operation) {
            line.calls += 1;
            return (line.calls, overall);
        }
        lines.insert(
            operation.to_owned(),
            Line {
                calls: 1,
                busy: Duration::ZERO,
            },
        );
        (1, overall)
    }

    pub(crate) fn took(&self, service: Service, operation: &str, busy: Duration) {
        if let Some(line) = self.services[service as usize].lock().get_mut(operation) {
            line.busy += busy;
        }
    }

    pub(crate) fn calls(&self) -> BTreeMap<(Service, String), u64> {
        let lines = |service: Service| {
            let lines = self.services[service as usize].lock();
            lines
                .iter()
                .map(|(operation, line)| ((service, operation.clone()), line.calls))
                .collect::<Vec<_>>()
        };
        Service::ALL.into_iter().flat_map(lines).collect()
    }

    pub(crate) fn busy(&self) -> BTreeMap<Service, Duration> {
        let busy = |service: Service| {
            self.services[service as usize]
                .lock()
                .values()
                .map(|line| line.busy)
                .sum()
        };
        Service::ALL
            .into_iter()
            .map(|service| (service, busy(service)))
            .collect()
    }

    pub(crate) fn reset(&self) {
        self.services.iter().for_each(|lines| lines.lock().clear());
        self.overall.store(0, Ordering::Relaxed);
    }
}
