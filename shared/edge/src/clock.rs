//! How long something took, and how long it may still take.

use jiff::{SignedDuration, Timestamp};
use std::fmt;
use std::time::{Duration, Instant};
use store::Clock;

/// The time, for logs and metrics.
pub(crate) fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the edge asks the time"
    )]
    Timestamp::now()
}

/// How long something takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the edge measures"
        )]
        Self(Instant::now())
    }

    pub(crate) fn elapsed_ms(self) -> f64 {
        // Three places: a microsecond.
        (self.0.elapsed().as_secs_f64() * 1e6).round() / 1e3
    }
}

/// When to begin nothing new, so that what was begun can end in time.
#[derive(Clone)]
pub struct Deadline {
    at: Timestamp,
    clock: Clock,
}

impl Deadline {
    /// A deadline at this time of this clock.
    pub fn at(at: Timestamp, clock: Clock) -> Self {
        Self { at, clock }
    }

    /// A deadline that long from now.
    pub fn after(duration: Duration, clock: Clock) -> Self {
        let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let at = clock().saturating_add(duration).unwrap_or(Timestamp::MAX);
        Self { at, clock }
    }

    /// Whether it has passed.
    pub fn has_passed(&self) -> bool {
        (self.clock)() >= self.at
    }

    /// How long until then.
    pub fn left(&self) -> Duration {
        Duration::try_from(self.at.duration_since((self.clock)())).unwrap_or_default()
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deadline({})", self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[test]
    fn a_deadline_passes_by_its_own_clock() {
        let second = Arc::new(AtomicI64::new(1_800_000_000));
        let read = Arc::clone(&second);
        let clock: Clock = Arc::new(move || {
            Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX)
        });
        let deadline = Deadline::after(Duration::from_secs(90), clock);
        for (at, passed, left) in [
            (0, false, 90),
            (89, false, 1),
            (90, true, 0),
            (1_000, true, 0),
        ] {
            second.store(1_800_000_000 + at, Ordering::Relaxed);
            assert_eq!(
                (deadline.has_passed(), deadline.left().as_secs()),
                (passed, left)
            );
        }
    }
}
