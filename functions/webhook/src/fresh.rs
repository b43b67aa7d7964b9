//! What was read and is known for a while.

use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// So many things are known at once; then it begins anew.
const MOST: usize = 10_000;

/// Values that are read again when they are older than whoever asks can bear. Of all who want to
/// read the same at once one reads, and the others wait for it.
#[derive(Debug)]
pub(crate) struct Fresh<K, V> {
    slots: Mutex<HashMap<K, Arc<Slot<V>>>>,
}

type Slot<V> = tokio::sync::Mutex<Option<(Timestamp, Arc<V>)>>;

impl<K, V> Default for Fresh<K, V> {
    fn default() -> Self {
        Self {
            slots: Mutex::default(),
        }
    }
}

impl<K: Eq + Hash, V> Fresh<K, V> {
    /// A value no older than whoever asks can bear.
    pub(crate) async fn get<E>(
        &self,
        key: K,
        now: Timestamp,
        bears: SignedDuration,
        read: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<Arc<V>, E> {
        let slot = self.slot(key);
        let mut slot = slot.lock().await;
        if let Some((at, value)) = &*slot
            && now.duration_since(*at) <= bears
        {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(read().await?);
        // What changed while it was read is newer than this time says.
        *slot = Some((now, Arc::clone(&value)));
        Ok(value)
    }

    fn slot(&self, key: K) -> Arc<Slot<V>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST && !slots.contains_key(&key) {
            slots.clear();
        }
        Arc::clone(slots.entry(key).or_default())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_763_300_000 + second).unwrap()
    }

    #[tokio::test]
    async fn a_value_is_read_again_when_it_is_too_old_for_who_asks() {
        let (fresh, reads) = (Fresh::<u8, u32>::default(), AtomicU32::new(0));
        let ask = async |key: u8, now: i64, bears_s: i64| {
            let read = async || Ok::<_, Infallible>(reads.fetch_add(1, Ordering::Relaxed) + 1);
            let bears = SignedDuration::from_secs(bears_s);
            let value = fresh.get(key, at(now), bears, read).await;
            *value.unwrap()
        };
        for (key, now, bears_s, expected) in [
            (1, 0, 300, 1),
            (1, 300, 300, 1),
            (1, 301, 300, 2),
            (1, 311, 10, 2),
            (1, 312, 10, 3),
            (2, 312, 300, 4),
            (1, 313, 300, 3),
        ] {
            assert_eq!(ask(key, now, bears_s).await, expected, "{key} {now}");
        }
    }

    #[tokio::test]
    async fn of_all_who_ask_at_once_one_reads() {
        let (fresh, reads) = (Fresh::<u8, u32>::default(), AtomicU32::new(0));
        let ask = async || {
            let read = async || {
                tokio::task::yield_now().await;
                Ok::<_, Infallible>(reads.fetch_add(1, Ordering::Relaxed) + 1)
            };
            *fresh
                .get(1, at(0), SignedDuration::ZERO, read)
                .await
                .unwrap()
        };
        assert_eq!(tokio::join!(ask(), ask(), ask()), (1, 1, 1));
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_not_kept() {
        let fresh = Fresh::<u8, u32>::default();
        let failed = fresh.get(1, at(0), SignedDuration::ZERO, async || Err("no answer"));
        assert_eq!(failed.await.unwrap_err(), "no answer");
        let read = fresh.get(1, at(0), SignedDuration::ZERO, async || Ok::<_, &str>(7));
        assert_eq!(*read.await.unwrap(), 7);
    }

    #[tokio::test]
    async fn strangers_do_not_fill_the_memory() {
        let fresh = Fresh::<usize, ()>::default();
        for key in 0..MOST + 5 {
            let read = async || Ok::<_, Infallible>(());
            fresh
                .get(key, at(0), SignedDuration::ZERO, read)
                .await
                .unwrap();
        }
        assert_eq!(fresh.slots.lock().unwrap().len(), 5);
    }
}
