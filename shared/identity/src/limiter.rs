//! Rate limits within one process, for calls too cheap to count in the store.

use crate::{Decision, Limit, gcra};
use jiff::Timestamp;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

const SHARDS: usize = 16;

/// Cells of many callers, in bounded memory.
///
/// When it is full, those are forgotten who used least of their allowance, at first those for whom
/// it is whole anyway. So a flood of new callers cannot free the one who asks most.
///
/// ```
/// use identity::{Limit, Limiter};
/// use jiff::Timestamp;
///
/// let limiter = Limiter::new(10_000);
/// let (now, limit) = (Timestamp::constant(1_800_000_000, 0), Limit::new(1, 1, 1)?);
/// assert!(limiter.check("ana", now, limit).is_allowed());
/// assert!(!limiter.check("ana", now, limit).is_allowed());
/// assert!(limiter.check("ben", now, limit).is_allowed());
/// # Ok::<(), identity::LimitError>(())
/// ```
#[derive(Debug)]
pub struct Limiter<K> {
    hasher: RandomState,
    shards: [Mutex<HashMap<K, i64>>; SHARDS],
    per_shard: usize,
}

impl<K: Hash + Ord + Clone> Limiter<K> {
    /// A limiter for about so many callers at a time.
    pub fn new(callers: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            shards: Default::default(),
            per_shard: callers.div_ceil(SHARDS).max(1),
        }
    }

    /// Whether a call may pass now. If it may, it is counted.
    pub fn check(&self, caller: K, now: Timestamp, limit: Limit) -> Decision {
        let shard = self.hasher.hash_one(&caller) as usize % SHARDS;
        // A panic elsewhere leaves the map whole: each change is one insert or one retain.
        let mut cells = self.shards[shard]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let decision = gcra(cells.get(&caller).copied(), now, limit);
        if let Decision::Allow { new_tat, .. } = decision {
            if cells.len() >= self.per_shard && !cells.contains_key(&caller) {
                make_room(&mut cells);
            }
            cells.insert(caller, new_tat);
        }
        decision
    }

    /// How many callers are remembered.
    pub fn len(&self) -> usize {
        let lock = |shard: &Mutex<HashMap<K, i64>>| {
            shard.lock().unwrap_or_else(PoisonError::into_inner).len()
        };
        self.shards.iter().map(lock).sum()
    }

    /// Whether nobody is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Forgets the eighth that is the least ahead of its time, so that the work is paid for by the
/// calls that follow.
fn make_room<K: Hash + Ord + Clone>(cells: &mut HashMap<K, i64>) {
    let mut by_use: Vec<_> = cells
        .iter()
        .map(|(caller, tat)| (*tat, caller.clone()))
        .collect();
    by_use.sort_unstable();
    for (_, caller) in &by_use[..by_use.len().div_ceil(8)] {
        cells.remove(caller);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    #[test]
    fn threads_together_pass_exactly_the_burst() {
        let limiter = Limiter::new(100);
        let passed = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        if limiter
                            .check(7, NOW, Limit::constant(1_000, 1, 1))
                            .is_allowed()
                        {
                            passed.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(passed.into_inner(), 1_000);
    }

    #[test]
    fn memory_stays_bounded_and_the_busiest_stays_limited() {
        let limiter = Limiter::new(160);
        let limit = Limit::constant(5, 1, 60);
        for _ in 0..5 {
            assert!(limiter.check(u32::MAX, NOW, limit).is_allowed());
        }
        for caller in 0..20_000 {
            assert!(limiter.check(caller, NOW, limit).is_allowed());
        }
        assert!(limiter.len() <= 160, "{}", limiter.len());
        assert!(!limiter.check(u32::MAX, NOW, limit).is_allowed());
    }

    #[test]
    fn whoever_rested_is_forgotten_first() {
        let limiter = Limiter::new(160);
        let limit = Limit::constant(2, 1, 60);
        for caller in 0..80 {
            limiter.check(caller, NOW, limit);
        }
        let later = NOW + Duration::from_mins(1);
        for caller in [1_000, 1_000, 1_001, 1_001] {
            assert!(limiter.check(caller, later, limit).is_allowed());
        }
        for caller in 2_000..2_400 {
            limiter.check(caller, later, limit);
        }
        assert!(!limiter.is_empty() && limiter.len() <= 160);
        assert!(
            ![1_000, 1_001]
                .map(|caller| limiter.check(caller, later, limit).is_allowed())
                .contains(&true)
        );
    }
}
