//! What handlers share.

use crate::directory::Directories;
use crate::live::Sessions;
use crate::reading::Reads;
use bytes::Bytes;
use edge::{Function, Rates};
use futures_util::future::BoxFuture;
use identity::{JwksCache, KeyId, Limit, RateClass};
use insight::DealTable;
use jiff::Timestamp;
use model::{Book, TenantId};
use pull::Transport;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use store::Store;
use store::book::{Books, Derived, Touched};

/// Books of so many tenants are kept warm.
const WARM_TENANTS: usize = 64;

/// The most bytes of an uploaded file, where nothing else is said.
const MOST_FILE_BYTES: u64 = 512 << 20;

/// Callers whose plain reads are counted at a time.
const CALLERS: usize = 100_000;

/// Gets a page of an identity provider: its keys.
pub type Fetch = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Bytes, String>> + Send + Sync>;

/// How the API is run.
#[derive(Clone)]
pub struct Config {
    /// Origins, limits of bodies.
    pub http: edge::http::Settings,
    /// How identity providers' keys are fetched.
    pub fetch: Fetch,
    /// The version that is told.
    pub version: &'static str,
    /// The address of pages in e-mails: `https://app.example`.
    pub public_url: String,
    /// Limits other than the usual ones.
    pub limits: HashMap<RateClass, Limit>,
    /// The most bytes of an uploaded file.
    pub most_file_bytes: u64,
    /// What carries requests to sources.
    pub transport: Transport,
    /// Whether connections may name other addresses than the source's: on one machine only.
    pub local: bool,
    /// Where the sandboxes of this installation answer, by source: `http://127.0.0.1:7440`.
    pub sandboxes: BTreeMap<String, String>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The configuration of a function that only its own pages call.
    pub fn new(function: Function, fetch: Fetch) -> Self {
        Self {
            http: edge::http::Settings::new(function),
            fetch,
            version: env!("CARGO_PKG_VERSION"),
            public_url: "http://localhost:7433".to_owned(),
            limits: HashMap::new(),
            most_file_bytes: MOST_FILE_BYTES,
            transport: pull::https(),
            local: false,
            sandboxes: BTreeMap::new(),
        }
    }

    /// How often a caller may make calls of a class.
    pub fn limit(&self, class: RateClass) -> Limit {
        self.limits
            .get(&class)
            .copied()
            .unwrap_or_else(|| class.default_limit())
    }
}

/// What handlers share; cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    config: Config,
    books: Books<Table>,
    reads: Reads,
    directories: Directories,
    sessions: Sessions,
    rates: Rates,
    key_tenants: Mutex<HashMap<KeyId, TenantId>>,
    issuers: Mutex<HashMap<String, JwksCache>>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("config", &self.inner.config)
            .finish_non_exhaustive()
    }
}

impl App {
    /// The API on a store.
    pub fn new(store: Store, config: Config) -> Self {
        Self {
            inner: Arc::new(Inner {
                store: store.named("api"),
                config,
                books: Books::new(WARM_TENANTS),
                reads: Reads::default(),
                directories: Directories::default(),
                sessions: Sessions::default(),
                rates: Rates::new(CALLERS),
                key_tenants: Mutex::default(),
                issuers: Mutex::default(),
            }),
        }
    }

    /// Everything kept.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// How the API is run.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The warm books.
    pub fn books(&self) -> &Books<Table> {
        &self.inner.books
    }

    /// What reads of the books keep.
    pub(crate) fn reads(&self) -> &Reads {
        &self.inner.reads
    }

    /// Who is a member of which tenant.
    pub(crate) fn directories(&self) -> &Directories {
        &self.inner.directories
    }

    /// Which sessions have not ended.
    pub(crate) fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    /// How often callers may call.
    pub(crate) fn rates(&self) -> &Rates {
        &self.inner.rates
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.inner.store.now()
    }

    pub(crate) fn key_tenants(&self) -> &Mutex<HashMap<KeyId, TenantId>> {
        &self.inner.key_tenants
    }

    /// Looks at, or changes, what is known of an issuer's keys.
    pub(crate) fn issuer_keys<T>(&self, uri: &str, with: impl FnOnce(&mut JwksCache) -> T) -> T {
        let mut issuers = self
            .inner
            .issuers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        with(issuers.entry(uri.to_owned()).or_default())
    }
}

/// The deal list over a book, kept up as the book changes.
#[derive(Clone, Debug)]
pub struct Table(pub DealTable);

impl Derived for Table {
    fn build(book: &Book) -> Self {
        Self(DealTable::build(book, insight::query::Reporting::default()))
    }

    fn update(&mut self, book: &Book, touched: &Touched) {
        if touched.others {
            // Names of companies, people and stages are part of the table.
            *self = Self::build(book);
        } else {
            self.0.update(book, &touched.deals);
        }
    }
}
