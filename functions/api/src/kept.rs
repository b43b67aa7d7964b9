//! Answers kept in memory while nothing they rest on has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Values by key, the least recently used let go. A key names everything the value rests on, such
/// as the page of the feed, so nothing in here is ever wrong, only of no use any more.
///
/// However many ask for the same at once, it is made once.
#[derive(Debug)]
pub(crate) struct Kept<V> {
    most: usize,
    slots: Mutex<Slots<V>>,
}

#[derive(Debug)]
struct Slots<V> {
    by_key: HashMap<String, (Arc<OnceCell<V>>, u64)>,
    uses: u64,
}

impl<V: Clone> Kept<V> {
    /// Room for so many.
    pub(crate) fn new(most: usize) -> Self {
        let slots = Slots {
            by_key: HashMap::new(),
            uses: 0,
        };
        Self {
            most,
            slots: Mutex::new(slots),
        }
    }

    /// The value of a key, made if it is not there. One that cannot be made is not kept.
    pub(crate) async fn of<E>(
        &self,
        key: &str,
        make: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let slot = self.slot(key);
        slot.get_or_try_init(|| make).await.cloned()
    }

    fn slot(&self, key: &str) -> Arc<OnceCell<V>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.uses += 1;
        let now = slots.uses;
        if let Some((slot, used)) = slots.by_key.get_mut(key) {
            *used = now;
            return Arc::clone(slot);
        }
        if slots.by_key.len() >= self.most {
            let oldest = slots.by_key.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                slots.by_key.remove(&oldest);
            }
        }
        let (slot, _) = slots
            .by_key
            .entry(key.to_owned())
            .or_insert_with(|| (Arc::default(), now));
        Arc::clone(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_value_is_made_once_and_a_failure_is_not_kept() {
        let kept: Kept<u32> = Kept::new(2);
        assert_eq!(kept.of("a", async { Err::<u32, _>("no") }).await, Err("no"));
        assert_eq!(kept.of("a", async { Ok::<_, ()>(1) }).await, Ok(1));
        assert_eq!(kept.of("a", async { Ok::<_, ()>(2) }).await, Ok(1));
    }

    #[tokio::test]
    async fn the_least_recently_used_goes_first() {
        let kept: Kept<u32> = Kept::new(2);
        for (key, made, expected) in [
            ("a", 1, 1),
            ("b", 2, 2),
            ("a", 9, 1),
            ("c", 3, 3),
            ("a", 9, 1),
            ("b", 4, 4),
        ] {
            assert_eq!(
                kept.of(key, async { Ok::<_, ()>(made) }).await,
                Ok(expected),
                "{key}"
            );
        }
    }
}
