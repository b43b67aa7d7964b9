//! What this process has used so far.

use rustix::time::{ClockId, clock_gettime};
use std::time::Instant;

/// A stretch of work, being measured.
pub(crate) struct Stretch {
    begun: Instant,
    cpu_s: f64,
}

impl Stretch {
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
            cpu_s: cpu_s(),
        }
    }

    /// Processor time of all threads, and time on the wall, in seconds.
    pub(crate) fn end(&self) -> (f64, f64) {
        (cpu_s() - self.cpu_s, self.begun.elapsed().as_secs_f64())
    }
}

/// Processor time of all threads of this process.
pub(crate) fn cpu_s() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
}

/// The most memory this process has ever held, in MiB.
pub(crate) fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| {
        line.trim()
            .trim_end_matches("kB")
            .trim()
            .parse::<f64>()
            .ok()
    });
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}
