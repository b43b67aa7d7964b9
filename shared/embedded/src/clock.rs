//! The one place of this crate that reads the time.

use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What time it is for queues' delays and visibility, keys' deletion and items' time to live.
///
/// The system's by default. A test takes [`Clock::manual`] and moves it, so that fifteen minutes of delay pass in no
/// time. A long poll under a manual clock waits until somebody moves it or a message comes. [`Clock::paced`] goes with
/// the runtime's time besides, for tests in which others sleep.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    Manual(Arc<Manual>),
    Paced(Arc<Paced>),
}

#[derive(Debug)]
struct Paced {
    began: tokio::time::Instant,
    manual: Manual,
}

impl Paced {
    fn now_us(&self) -> i64 {
        let gone_us = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        gone_us.saturating_add(self.manual.at_us.load(Ordering::SeqCst))
    }
}

#[derive(Debug)]
struct Manual {
    at_us: AtomicI64,
    moved: Notify,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at` until it is moved.
    pub fn manual(at: Timestamp) -> Self {
        let at_us = AtomicI64::new(at.as_microsecond());
        Self(Source::Manual(Arc::new(Manual {
            at_us,
            moved: Notify::new(),
        })))
    }

    /// A clock that shows `at` now and goes with the runtime's time, which a test pauses: whoever sleeps lets it go
    /// on, and nobody waits. It can be moved forward besides.
    pub fn paced(at: Timestamp) -> Self {
        let manual = Manual {
            at_us: AtomicI64::new(at.as_microsecond()),
            moved: Notify::new(),
        };
        let began = tokio::time::Instant::now();
        Self(Source::Paced(Arc::new(Paced { began, manual })))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => system_now(),
            Source::Manual(manual) => {
                Timestamp::from_microsecond(manual.at_us.load(Ordering::SeqCst))
                    .unwrap_or(Timestamp::MAX)
            }
            Source::Paced(paced) => {
                Timestamp::from_microsecond(paced.now_us()).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Moves a manual or paced clock forward and wakes who waits for it; the system's clock moves by itself.
    pub fn advance(&self, by: Duration) {
        let manual = match &self.0 {
            Source::System => None,
            Source::Manual(manual) => Some(&**manual),
            Source::Paced(paced) => Some(&paced.manual),
        };
        if let Some(manual) = manual {
            let us = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            manual.at_us.fetch_add(us, Ordering::SeqCst);
            manual.moved.notify_waiters();
        }
    }

    /// Milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Waits until the clock shows `at_ms`.
    pub(crate) async fn reaches(&self, at_ms: i64) {
        match &self.0 {
            Source::System => {
                let left_ms = u64::try_from(at_ms - self.now_ms()).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(left_ms)).await;
            }
            Source::Manual(manual) => loop {
                let moved = manual.moved.notified();
                tokio::pin!(moved);
                moved.as_mut().enable();
                if self.now_ms() >= at_ms {
                    return;
                }
                moved.await;
            },
            Source::Paced(paced) => loop {
                let moved = paced.manual.moved.notified();
                tokio::pin!(moved);
                moved.as_mut().enable();
                let left_us = at_ms.saturating_mul(1_000).saturating_sub(paced.now_us());
                if left_us <= 0 {
                    return;
                }
                tokio::select! {
                    biased;
                    () = &mut moved => {}
                    () = tokio::time::sleep(Duration::from_micros(left_us.unsigned_abs())) => {}
                }
            },
        }
    }
}

/// Dynoxide asks our clock for items' time to live.
impl dynoxide::storage_backend::Clock for Clock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.now().as_second()).unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now().as_microsecond() as f64 / 1e6
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that others are handed"
)]
fn system_now() -> Timestamp {
    Timestamp::now()
}

/// The start of a measurement of how long the emulator itself takes.
#[expect(clippy::disallowed_methods, reason = "it measures and decides nothing")]
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}
