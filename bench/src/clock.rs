//! Medians of repeated work.

use serde::Serialize;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The median of some repetitions.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Median {
    pub(crate) ms: f64,
    pub(crate) repetitions: usize,
}

const AT_LEAST: usize = 21;
const AT_MOST: usize = 301;
const ENOUGH: Duration = Duration::from_millis(1500);

/// Times `work` at least 21 times after a warm-up, each time `batch` calls together.
pub(crate) fn median<T>(batch: u32, mut work: impl FnMut() -> T) -> Median {
    for _ in 0..3 {
        black_box(work());
    }
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < AT_LEAST || (times.len() < AT_MOST && begun.elapsed() < ENOUGH) {
        let start = Instant::now();
        for _ in 0..batch {
            black_box(work());
        }
        times.push(start.elapsed().as_secs_f64() * 1e3 / f64::from(batch));
    }
    times.sort_by(f64::total_cmp);
    Median {
        ms: times[times.len() / 2],
        repetitions: times.len(),
    }
}
