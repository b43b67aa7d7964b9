//! Books kept warm: what the lists, the engines and the dashboards read.
//!
//! A warm book is brought up to date before each read: one consistent read of the tenant's head
//! says whether anything changed, and only what changed is fetched. Readers that come while such
//! a look is under way share the next one, so that a thousand readers cost two looks. A cold book
//! is loaded from its snapshot and the feed since.

use crate::commit::Kept;
use crate::error::Error;
use crate::snapshot;
use crate::tenant::Tenant;
use model::{Book, Change, DealId, TenantId};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

/// What is derived from a book and follows it, such as an index.
pub trait Derived: Clone + Send + Sync + 'static {
    /// Derives it from a whole book.
    fn build(book: &Book) -> Self;
    /// Brings it up to date after these deals changed, or after anything else did.
    fn update(&mut self, book: &Book, touched: &Touched);
}

impl Derived for () {
    fn build(_: &Book) -> Self {}
    fn update(&mut self, _: &Book, _: &Touched) {}
}

/// What a change of a book touched.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// The deals, or things kept with them.
    pub deals: BTreeSet<DealId>,
    /// Whether anything else changed, such as a company or a pipeline.
    pub others: bool,
}

/// A book as of a page of the feed, with what is derived from it.
#[derive(Clone, Debug)]
pub struct Warm<D> {
    /// The book.
    pub book: Book,
    /// The newest page in it.
    pub seq: u64,
    /// What was derived.
    pub derived: D,
    /// The page its snapshot stands at; far behind `seq`, a new one is due.
    pub snapshot_seq: u64,
}

/// The warm books of many tenants; the least recently read are let go.
#[derive(Debug)]
pub struct Books<D> {
    shelves: Mutex<HashMap<TenantId, Slot<D>>>,
    most: usize,
    reads: AtomicU64,
}

/// A shelf, and which read was its last.
type Slot<D> = (Arc<Shelf<D>>, u64);

/// One tenant's warm book.
#[derive(Debug)]
pub struct Shelf<D> {
    warm: RwLock<Option<Arc<Warm<D>>>>,
    /// How many looks at the head have begun.
    begun: AtomicU64,
    /// The last look that ended; locked while one is under way.
    ended: tokio::sync::Mutex<u64>,
}

impl<D: Derived> Books<D> {
    /// Room for the books of so many tenants.
    pub fn new(most: usize) -> Self {
        Self {
            shelves: Mutex::default(),
            most: most.max(1),
            reads: AtomicU64::new(0),
        }
    }

    /// A tenant's book, fresh as of this call.
    pub async fn fresh(&self, tenant: &Tenant) -> Result<Arc<Shelf<D>>, Error> {
        let shelf = self.shelf(tenant.id());
        shelf.freshen(tenant).await?;
        Ok(shelf)
    }

    /// Forgets a tenant's book.
    pub fn forget(&self, tenant: TenantId) {
        lock(&self.shelves).remove(&tenant);
    }

    fn shelf(&self, tenant: TenantId) -> Arc<Shelf<D>> {
        let read = self.reads.fetch_add(1, Ordering::Relaxed);
        let mut shelves = lock(&self.shelves);
        if !shelves.contains_key(&tenant) && shelves.len() >= self.most {
            let oldest = shelves
                .iter()
                .min_by_key(|(_, (_, read))| *read)
                .map(|(id, _)| *id);
            oldest.and_then(|id| shelves.remove(&id));
        }
        let (shelf, last) = shelves.entry(tenant).or_insert_with(|| {
            let shelf = Shelf {
                warm: RwLock::new(None),
                begun: AtomicU64::new(0),
                ended: tokio::sync::Mutex::new(0),
            };
            (Arc::new(shelf), read)
        });
        *last = read;
        Arc::clone(shelf)
    }
}

impl<D: Derived> Shelf<D> {
    /// Reads the warm book. Short work only: a change waits for it.
    pub fn read<T>(&self, with: impl FnOnce(&Warm<D>) -> T) -> Option<T> {
        let warm: RwLockReadGuard<'_, _> = self.warm.read().unwrap_or_else(PoisonError::into_inner);
        warm.as_deref().map(with)
    }

    /// The warm book to keep, for long work: it does not follow later changes.
    pub fn keep(&self) -> Option<Arc<Warm<D>>> {
        self.warm
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn freshen(&self, tenant: &Tenant) -> Result<(), Error> {
        let arrived = self.begun.load(Ordering::Acquire);
        let mut ended = self.ended.lock().await;
        if *ended > arrived {
            // A look that began after we came has ended: the book is as new as we may ask.
            return Ok(());
        }
        let look = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
        self.look(tenant).await?;
        *ended = look;
        Ok(())
    }

    async fn look(&self, tenant: &Tenant) -> Result<(), Error> {
        let Some(seq) = self.read(|warm| warm.seq) else {
            let warm = load(tenant).await?;
            *self.warm.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(warm));
            return Ok(());
        };
        if tenant.head().await? == seq {
            return Ok(());
        }
        let (newest, kept) = tenant.changes_since(seq).await?;
        let mut slot = self.warm.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(warm) = slot.as_mut() {
            // Copied only while long work keeps the old one.
            let warm = Arc::make_mut(warm);
            let touched = apply(&mut warm.book, kept);
            warm.derived.update(&warm.book, &touched);
            warm.seq = newest;
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn apply(book: &mut Book, kept: Vec<Kept>) -> Touched {
    let mut others = false;
    let changes: Vec<Change> = kept
        .into_iter()
        .map(|kept| {
            others |= kept.key.deal().is_none();
            match kept.entity {
                Some(entity) => Change::Put(entity),
                None => Change::Delete(kept.key),
            }
        })
        .collect();
    Touched {
        deals: book.apply(changes),
        others,
    }
}

/// Loads a book: its snapshot, then the feed since.
async fn load<D: Derived>(tenant: &Tenant) -> Result<Warm<D>, Error> {
    let (mut book, snapshot_seq) = snapshot::load(tenant).await?.unwrap_or_default();
    let (seq, kept) = tenant.changes_since(snapshot_seq).await?;
    apply(&mut book, kept);
    Ok(Warm {
        derived: D::build(&book),
        book,
        seq,
        snapshot_seq,
    })
}

impl Tenant {
    /// A tenant's book, read afresh: for work that reads it once.
    pub async fn book(&self) -> Result<Warm<()>, Error> {
        load(self).await
    }
}
