//! The store, and one tenant's part of it.

use crate::app_keys::AppKeys;
use crate::aws::{Aws, Names};
use crate::error::Error;
use crate::keys;
use crate::queue::QueueUrls;
use crate::seal::{random, random_array};
use crate::table::Table;
use identity::{Sealer, TenantCtx};
use jiff::Timestamp;
use model::TenantId;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Unwrapped data keys kept in memory.
const MOST_SEALERS: usize = 256;

/// Says what time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Fills bytes by chance: for ids, and for waits that differ from caller to caller. Keys and nonces
/// never come from here.
pub type Luck = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Everything kept, for all tenants. What belongs to a tenant is reached through
/// [`tenant`](Self::tenant) alone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    aws: Aws,
    table: Table,
    names: Names,
    clock: Clock,
    luck: Luck,
    keys: RwLock<Option<(Arc<AppKeys>, Timestamp)>>,
    sealers: RwLock<HashMap<TenantId, Arc<Sealer>>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("names", &self.inner.names)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// A store on these services, by the machine's clock.
    pub fn new(aws: Aws, names: Names) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the store asks the time"
        )]
        Self::with_clock(aws, names, Arc::new(Timestamp::now))
    }

    /// A store by another clock, for tests.
    pub fn with_clock(aws: Aws, names: Names, clock: Clock) -> Self {
        Self::with_luck(aws, names, clock, Arc::new(random))
    }

    /// A store by another clock and other luck, for tests that are to go the same way again.
    pub fn with_luck(aws: Aws, names: Names, clock: Clock, luck: Luck) -> Self {
        let table = Table::new(aws.dynamodb.clone(), &names.table);
        Self {
            inner: Arc::new(Inner {
                aws,
                table,
                names,
                clock,
                luck,
                keys: RwLock::default(),
                sealers: RwLock::default(),
            }),
        }
    }

    /// The same store as a function of that name uses it: its calls carry the name, and it keeps
    /// unwrapped keys for itself, as a function in a process of its own does.
    #[must_use]
    pub fn named(self, function: &str) -> Self {
        let Inner {
            aws,
            names,
            clock,
            luck,
            ..
        } = &*self.inner;
        let (clock, luck) = (Arc::clone(clock), Arc::clone(luck));
        Self::with_luck(aws.named(function), names.clone(), clock, luck)
    }

    /// The part of the tenant that a verified caller belongs to.
    pub fn tenant(&self, ctx: &TenantCtx) -> Tenant {
        Tenant {
            store: self.clone(),
            id: ctx.tenant(),
            by: ctx.actor().principal().to_string(),
            request_id: ctx.request_id().to_owned(),
        }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// Makes table, bucket, key, queues and the product's own keys where they are missing, on one
    /// machine and in tests; on AWS whoever deploys does. Gives the store with the addresses the
    /// queues have here.
    pub async fn create(&self) -> Result<Self, Error> {
        let Inner {
            aws,
            table,
            names,
            clock,
            luck,
            ..
        } = &*self.inner;
        table.create().await?;
        aws.create_bucket(&names.bucket).await?;
        aws.create_kms_key(&names.kms_key).await?;
        let queues = aws.create_queues(&names.queues).await?;
        let names = Names {
            queues,
            ..names.clone()
        };
        let (clock, luck) = (Arc::clone(clock), Arc::clone(luck));
        let made = Self::with_luck(aws.clone(), names, clock, luck);
        made.keys().await?;
        Ok(made)
    }

    /// Whether the table answers.
    pub async fn ready(&self) -> Result<(), Error> {
        self.table()
            .get(&keys::global("READY", "A"))
            .await
            .map(drop)
    }

    pub(crate) fn table(&self) -> &Table {
        &self.inner.table
    }

    pub(crate) fn cached_keys(&self) -> &RwLock<Option<(Arc<AppKeys>, Timestamp)>> {
        &self.inner.keys
    }

    pub(crate) fn sealer(&self, tenant: TenantId) -> Option<Arc<Sealer>> {
        let sealers = self
            .inner
            .sealers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        sealers.get(&tenant).cloned()
    }

    pub(crate) fn keep_sealer(&self, tenant: TenantId, sealer: Arc<Sealer>) {
        let mut sealers = self
            .inner
            .sealers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if sealers.len() >= MOST_SEALERS {
            sealers.clear();
        }
        sealers.insert(tenant, sealer);
    }

    pub(crate) fn drop_sealer(&self, tenant: TenantId) {
        let mut sealers = self
            .inner
            .sealers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        sealers.remove(&tenant);
    }

    pub(crate) fn aws(&self) -> &Aws {
        &self.inner.aws
    }

    pub(crate) fn names(&self) -> &Names {
        &self.inner.names
    }
}

/// One tenant's part of the store, for one caller.
#[derive(Clone, Debug)]
pub struct Tenant {
    store: Store,
    id: TenantId,
    by: String,
    request_id: String,
}

impl Tenant {
    /// Whose part it is.
    pub fn id(&self) -> TenantId {
        self.id
    }

    pub(crate) fn id_bytes(&self) -> &[u8] {
        self.id.as_bytes()
    }

    /// Who works on it, for feed and audit.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The request this is done for.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.store.now()
    }

    /// The whole store.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn table(&self) -> &Table {
        self.store.table()
    }

    pub(crate) fn sqs(&self) -> &aws_sdk_sqs::Client {
        &self.store.aws().sqs
    }

    pub(crate) fn queues(&self) -> &QueueUrls {
        &self.store.names().queues
    }

    /// A new id that sorts by the time it was made.
    pub fn unique(&self) -> String {
        let mut bytes = [0; 10];
        (self.store.inner.luck)(&mut bytes);
        id(self.now(), &bytes)
    }

    /// A number from 0 to 1, for waits that differ from caller to caller.
    pub fn luck(&self) -> f64 {
        let mut byte = [0];
        (self.store.inner.luck)(&mut byte);
        f64::from(byte[0]) / 255.0
    }

    /// Waits a little, each caller for another time.
    pub(crate) async fn pause(&self, most: Duration) {
        tokio::time::sleep(most.mul_f64(0.5 + self.luck() / 2.0)).await;
    }
}

/// A new id that sorts by the time it was made: 26 digits.
pub fn unique(now: Timestamp) -> String {
    id(now, &random_array())
}

fn id(now: Timestamp, bytes: &[u8; 10]) -> String {
    let ms = now.as_millisecond().unsigned_abs();
    let uuid = uuid::Builder::from_unix_timestamp_millis(ms, bytes).into_uuid();
    TenantId::from_bytes(uuid.into_bytes())
        .to_string()
        .split_off("tenant_".len())
}
