//! Medians of repeated work.

use serde::Serialize;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The median of some repetitions.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Median {
    pub(crate) ms: f64,
    /// The fastest of them, which a busy machine disturbs least.
    pub(crate) fastest_ms: f64,
    pub(crate) repetitions: usize,
}

const AT_LEAST: usize = 21;
const AT_MOST: usize = 301;
const ENOUGH: Duration = Duration::from_millis(1500);

/// Times `work` at least 21 times after a warm-up, each time `batch` calls together.
pub(crate) fn median<T>(batch: u32, mut work: impl FnMut() -> T) -> Median {
    repeat(|| {
        let start = Instant::now();
        for _ in 0..batch {
            black_box(work());
        }
        start.elapsed().as_secs_f64() * 1e3 / f64::from(batch)
    })
}

/// Times `work` on what `prepare` makes for each repetition outside the clock.
pub(crate) fn median_of<P, T>(
    mut prepare: impl FnMut() -> P,
    mut work: impl FnMut(P) -> T,
) -> Median {
    repeat(|| {
        let prepared = prepare();
        let start = Instant::now();
        black_box(work(prepared));
        start.elapsed().as_secs_f64() * 1e3
    })
}

fn repeat(mut once: impl FnMut() -> f64) -> Median {
    for _ in 0..3 {
        once();
    }
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < AT_LEAST || (times.len() < AT_MOST && begun.elapsed() < ENOUGH) {
        times.push(once());
    }
    times.sort_by(f64::total_cmp);
    Median {
        ms: times[times.len() / 2],
        fastest_ms: times[0],
        repetitions: times.len(),
    }
}
