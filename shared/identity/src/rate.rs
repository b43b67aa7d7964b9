//! How often a caller may ask: the generic cell rate algorithm.
//!
//! A cell is one instant: when the caller's allowance will be whole again. One conditional write
//! keeps it, so the count is exact over any number of processes.

use jiff::Timestamp;
use std::time::Duration;

/// A rate, and how far one may run ahead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    burst: u32,
    interval_us: i64,
}

/// A limit that lets nothing through or everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rate limit needs a burst, a count and a period of at least 1 each")]
pub struct LimitError;

impl Limit {
    /// `count` calls per `period_s` seconds, of which `burst` may come at once.
    pub const fn new(burst: u32, count: u32, period_s: u32) -> Result<Self, LimitError> {
        if burst == 0 || count == 0 || period_s == 0 {
            return Err(LimitError);
        }
        Ok(Self::constant(burst, count, period_s))
    }

    /// As [`Limit::new`], for numbers written in the code: there a 0 counts as 1.
    pub const fn constant(burst: u32, count: u32, period_s: u32) -> Self {
        const fn positive(number: u32) -> u32 {
            if number == 0 { 1 } else { number }
        }
        let period_us = positive(period_s) as u64 * 1_000_000;
        // Rounded up: a rate that does not divide evenly admits too few, never too many.
        let interval_us = period_us.div_ceil(positive(count) as u64) as i64;
        Self {
            burst: positive(burst),
            interval_us,
        }
    }

    /// How many calls may come at once.
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// How long an empty allowance takes to be whole again.
    pub const fn window_us(self) -> i64 {
        self.interval_us.saturating_mul(self.burst as i64)
    }
}

/// Whether a call may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may, once the cell is kept.
    Allow {
        /// The cell to keep, on condition that the old one has not changed.
        new_tat: i64,
        /// How many more could pass now.
        remaining: u32,
        /// When the allowance is whole again, from now.
        reset_after: Duration,
    },
    /// It may not; the cell stays as it is.
    Deny {
        /// When the next call can pass, from now.
        retry_after: Duration,
        /// When the allowance is whole again, from now.
        reset_after: Duration,
    },
}

impl Decision {
    /// Whether the call may pass.
    pub fn is_allowed(self) -> bool {
        matches!(self, Self::Allow { .. })
    }
}

/// Whether a call may pass now, given the cell: the instant, in microseconds, at which the
/// caller's allowance is whole again; none for a caller not seen before.
///
/// ```
/// use identity::{Decision, Limit, gcra};
/// use jiff::Timestamp;
///
/// let limit = Limit::new(2, 1, 10)?;
/// let now = Timestamp::constant(1_800_000_000, 0);
/// let mut cell = None;
/// for expected in [true, true, false] {
///     let decision = gcra(cell, now, limit);
///     assert_eq!(decision.is_allowed(), expected);
///     if let Decision::Allow { new_tat, .. } = decision {
///         cell = Some(new_tat);
///     }
/// }
/// # Ok::<(), identity::LimitError>(())
/// ```
pub fn gcra(tat: Option<i64>, now: Timestamp, limit: Limit) -> Decision {
    let now = now.as_microsecond();
    let window = limit.window_us();
    let tat = tat.map_or(now, |tat| tat.max(now));
    let new_tat = tat.saturating_add(limit.interval_us);
    let ahead = new_tat.saturating_sub(now);
    if ahead > window {
        return Decision::Deny {
            retry_after: micros(ahead - window),
            reset_after: micros(tat.saturating_sub(now)),
        };
    }
    Decision::Allow {
        new_tat,
        remaining: u32::try_from((window - ahead) / limit.interval_us).unwrap_or(0),
        reset_after: micros(ahead),
    }
}

fn micros(us: i64) -> Duration {
    Duration::from_micros(u64::try_from(us).unwrap_or(0))
}

/// The headers that tell a caller where they stand, after the IETF's draft: the policy, what
/// remains of it and, for a refused call, when to come again.
pub fn rate_headers(class: &str, limit: Limit, decision: Decision) -> Vec<(&'static str, String)> {
    let (remaining, reset_after) = match decision {
        Decision::Allow {
            remaining,
            reset_after,
            ..
        } => (remaining, reset_after),
        Decision::Deny { reset_after, .. } => (0, reset_after),
    };
    let window_s = seconds(micros(limit.window_us()));
    let mut headers = vec![
        (
            "ratelimit-policy",
            format!("\"{class}\";q={};w={window_s}", limit.burst),
        ),
        (
            "ratelimit",
            format!("\"{class}\";r={remaining};t={}", seconds(reset_after)),
        ),
    ];
    if let Decision::Deny { retry_after, .. } = decision {
        headers.push(("retry-after", seconds(retry_after).max(1).to_string()));
    }
    headers
}

/// Whole seconds, rounded up: who waits them out has waited long enough.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    /// A bucket of credit in microseconds, filled by time and emptied by calls: the definition in
    /// other words.
    struct Bucket {
        credit: i64,
        at: i64,
    }

    impl Bucket {
        fn takes(&mut self, now: i64, limit: Limit) -> bool {
            self.credit = (self.credit + now - self.at).min(limit.window_us());
            self.at = now;
            let takes = self.credit >= limit.interval_us;
            if takes {
                self.credit -= limit.interval_us;
            }
            takes
        }
    }

    fn next(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    #[test]
    fn a_million_steps_agree_with_an_exact_bucket() {
        let mut state = 0x9e37_79b9_7f4a_7c15;
        let mut steps = 0;
        while steps < 1_200_000 {
            let limit = Limit::constant(
                1 + next(&mut state) as u32 % 20,
                1 + next(&mut state) as u32 % 50,
                1 + next(&mut state) as u32 % 4,
            );
            let start = 1_800_000_000_000_000;
            let mut now = start;
            let mut bucket = Bucket {
                credit: limit.window_us(),
                at: now,
            };
            let mut cell = None;
            let mut admitted = 0;
            for _ in 0..400 {
                // Mostly close together, now and then a rest, often at the very edge.
                now += match next(&mut state) % 8 {
                    0 => 0,
                    1 => limit.interval_us,
                    2 => limit.interval_us - 1,
                    3 => (next(&mut state) % (2 * limit.window_us() as u64)) as i64,
                    _ => (next(&mut state) % (1 + limit.interval_us as u64)) as i64 / 2,
                };
                let at = Timestamp::from_microsecond(now).unwrap();
                let decision = gcra(cell, at, limit);
                assert_eq!(
                    decision.is_allowed(),
                    bucket.takes(now, limit),
                    "{limit:?} {now}"
                );
                match decision {
                    Decision::Allow {
                        new_tat,
                        remaining,
                        reset_after,
                    } => {
                        cell = Some(new_tat);
                        admitted += 1;
                        assert_eq!(i64::from(remaining), bucket.credit / limit.interval_us);
                        assert_eq!(
                            reset_after.as_micros() as i64,
                            limit.window_us() - bucket.credit
                        );
                    }
                    Decision::Deny {
                        retry_after,
                        reset_after,
                    } => {
                        assert_eq!(
                            retry_after.as_micros() as i64,
                            limit.interval_us - bucket.credit
                        );
                        assert_eq!(
                            reset_after.as_micros() as i64,
                            limit.window_us() - bucket.credit
                        );
                    }
                }
                // Never more than the burst and what the time since gives.
                assert!(admitted <= i64::from(limit.burst) + (now - start) / limit.interval_us);
                steps += 1;
            }
        }
    }

    #[test]
    fn who_waits_as_long_as_told_may_pass_and_a_moment_earlier_may_not() {
        let limit = Limit::new(3, 7, 2).unwrap();
        let now = Timestamp::constant(1_800_000_000, 0);
        let mut cell = None;
        let retry_after = loop {
            match gcra(cell, now, limit) {
                Decision::Allow { new_tat, .. } => cell = Some(new_tat),
                Decision::Deny { retry_after, .. } => break retry_after,
            }
        };
        let after = |wait: Duration| gcra(cell, now + wait, limit).is_allowed();
        assert!(after(retry_after));
        assert!(!after(retry_after.saturating_sub(Duration::from_micros(1))));
    }

    #[test]
    fn a_clock_that_steps_back_admits_no_more() {
        let limit = Limit::new(1, 1, 1).unwrap();
        let now = Timestamp::constant(1_800_000_000, 0);
        let Decision::Allow { new_tat, .. } = gcra(None, now, limit) else {
            unreachable!()
        };
        assert!(!gcra(Some(new_tat), now - Duration::from_secs(5), limit).is_allowed());
    }

    #[test]
    fn the_ends_of_time_make_no_panic() {
        for limit in [
            Limit::constant(u32::MAX, 1, u32::MAX),
            Limit::constant(5, 1, 1),
        ] {
            for tat in [None, Some(i64::MIN), Some(0), Some(i64::MAX)] {
                for now in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
                    let decision = gcra(tat, now, limit);
                    assert!(decision.is_allowed() || tat >= Some(0), "{tat:?} {now}");
                    rate_headers("read", limit, decision);
                }
            }
        }
        assert_eq!(Limit::constant(1, 3, 1).window_us(), 333_334);
        assert_eq!(Limit::new(0, 1, 1), Err(LimitError));
        assert_eq!(Limit::new(1, 0, 1), Err(LimitError));
        assert_eq!(Limit::new(1, 1, 0), Err(LimitError));
    }

    #[test]
    fn headers_round_up() {
        let limit = Limit::new(2, 1, 10).unwrap();
        let now = Timestamp::constant(1_800_000_000, 0);
        let check = |cell: Option<i64>, expected: &[(&str, &str)]| {
            let headers = rate_headers("ai", limit, gcra(cell, now, limit));
            let headers: Vec<_> = headers
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            assert_eq!(headers, expected);
        };
        let policy = ("ratelimit-policy", "\"ai\";q=2;w=20");
        check(None, &[policy, ("ratelimit", "\"ai\";r=1;t=10")]);
        let in_us = |us| Some(now.as_microsecond() + us);
        check(
            in_us(10_000_000),
            &[policy, ("ratelimit", "\"ai\";r=0;t=20")],
        );
        check(
            in_us(10_000_001),
            &[
                policy,
                ("ratelimit", "\"ai\";r=0;t=11"),
                ("retry-after", "1"),
            ],
        );
        check(
            in_us(20_000_000),
            &[
                policy,
                ("ratelimit", "\"ai\";r=0;t=20"),
                ("retry-after", "10"),
            ],
        );
    }
}
