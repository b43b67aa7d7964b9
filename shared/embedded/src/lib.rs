//! AWS in this process: `DynamoDB`, S3, SQS, Secrets Manager, KMS and SES answered behind the SDK's HTTP seam.
//!
//! The SDK lets its caller bring the HTTP client. [`Aws::http_client`] is one that answers each request by a function
//! call, so everything above it — signing, retries, parsing — is the code that runs against AWS, and nothing opens a
//! socket. A test takes [`Aws::in_memory`], fresh in a millisecond; `pie up` takes [`Aws::on_disk`].
//!
//! ```
//! # fn main() {
//! let aws = embedded::Aws::in_memory();
//! // aws_sdk_sqs::config::Builder::new()
//! //     .http_client(aws.http_client())
//! //     .endpoint_url(aws.endpoint_url())
//! //     .region(Region::new(aws.region()))
//! aws.faults().seeded(7, embedded::Rates { throttle: 20, ..Default::default() });
//! assert!(aws.calls().is_empty());
//! # }
//! ```
//!
//! The seam is also where [faults](Faults) are injected, where calls are [counted](Aws::calls), and where the time the
//! emulator itself takes is [measured](Aws::busy).
//!
//! What differs from AWS is written down in `docs/guides/embedded-aws.md`. In short: no IAM, no quotas, no signatures
//! checked, one region, one account, reads always consistent.

mod calls;
mod clock;
mod disk;
mod dynamodb;
mod fault;
mod kms;
mod s3;
mod seam;
mod secrets;
mod service;
mod ses;
mod sqs;
mod tally;
mod wire;

pub use clock::Clock;
pub use disk::Durability;
pub use dynamodb::Units;
pub use fault::{Applied, Call, Fault, Faults, Moment, Rates};
pub use seam::InProcess;
pub use service::Service;
pub use ses::Mail;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A whole AWS of its own: one account, one region. Clones share it.
#[derive(Clone)]
pub struct Aws {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) dynamodb: dynamodb::DynamoDb,
    pub(crate) s3: s3::S3,
    pub(crate) sqs: sqs::Sqs,
    pub(crate) kms: kms::Kms,
    pub(crate) secrets: secrets::Secrets,
    pub(crate) ses: ses::Ses,
    pub(crate) tally: tally::Tally,
    faults: Faults,
    clock: Clock,
    /// Held while we run; the operating system lets go of it when the process ends, however it ends.
    _lock: Option<File>,
}

/// How an [`Aws`] is to be, beyond the defaults.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What time it is.
    pub clock: Clock,
    /// What a write survives; for data on disk.
    pub durability: Durability,
}

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Two processes would write the same files.
    #[error("{} is in use by another process; stop it, or take another folder", .0.display())]
    InUse(PathBuf),
    /// The tables cannot be opened.
    #[error("cannot open the tables in {}; if the file is damaged, move it away to start with empty tables", .path.display())]
    Tables {
        /// The database file.
        path: PathBuf,
        /// What `SQLite` says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something else in the folder cannot be read or written.
    #[error("cannot open the {what} in {}; check that the folder can be written, or move it away to start empty", .path.display())]
    Files {
        /// Which part.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
}

impl Aws {
    /// An empty AWS that is gone with its last clone.
    pub fn in_memory() -> Self {
        Self::in_memory_with(Clock::system())
    }

    /// The same, under a clock that a test moves.
    pub fn in_memory_with(clock: Clock) -> Self {
        Self::assembled(Inner {
            dynamodb: dynamodb::DynamoDb::in_memory(&clock),
            s3: s3::S3::in_memory(&clock),
            sqs: sqs::Sqs::in_memory(&clock),
            kms: kms::Kms::in_memory(&clock),
            secrets: secrets::Secrets::in_memory(&clock),
            ses: ses::Ses::in_memory(&clock),
            tally: tally::Tally::default(),
            faults: Faults::default(),
            clock,
            _lock: None,
        })
    }

    /// The AWS whose data is in `folder`, which is made if it is not there. Everything acknowledged is there again
    /// after a `kill -9`.
    pub fn on_disk(folder: &Path) -> Result<Self, Error> {
        Self::on_disk_with(folder, Options::default())
    }

    /// The same, with another clock or other durability.
    pub fn on_disk_with(folder: &Path, options: Options) -> Result<Self, Error> {
        let Options { clock, durability } = options;
        let failed = |what: &'static str, path: &Path| {
            let path = path.to_owned();
            move |source| Error::Files { what, path, source }
        };
        fs::create_dir_all(folder).map_err(failed("folder", folder))?;
        let lock_path = folder.join("lock");
        let lock = File::create(&lock_path).map_err(failed("lock", &lock_path))?;
        lock.try_lock()
            .map_err(|_| Error::InUse(folder.to_owned()))?;

        let tables = folder.join("dynamodb.sqlite");
        let (objects, queues) = (folder.join("s3"), folder.join("sqs"));
        let (keys, secrets, mail) = (
            folder.join("kms.json"),
            folder.join("secrets.json"),
            folder.join("mail"),
        );
        Ok(Self::assembled(Inner {
            dynamodb: dynamodb::DynamoDb::on_disk(&tables, durability).map_err(|source| {
                Error::Tables {
                    path: tables,
                    source: source.into(),
                }
            })?,
            s3: s3::S3::on_disk(&objects, durability, &clock)
                .map_err(failed("objects", &objects))?,
            sqs: sqs::Sqs::on_disk(&queues, durability, &clock)
                .map_err(failed("queues", &queues))?,
            kms: kms::Kms::on_disk(&keys, durability, &clock).map_err(failed("keys", &keys))?,
            secrets: secrets::Secrets::on_disk(&secrets, durability, &clock)
                .map_err(failed("secrets", &secrets))?,
            ses: ses::Ses::on_disk(&mail, durability, &clock).map_err(failed("mail", &mail))?,
            tally: tally::Tally::default(),
            faults: Faults::default(),
            clock,
            _lock: Some(lock),
        }))
    }

    fn assembled(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Where requests go. Nothing listens there; the SDK only wants a place to name. S3 is to be asked path-style.
    pub fn endpoint_url(&self) -> &'static str {
        "http://embedded.invalid"
    }

    /// The one region.
    pub fn region(&self) -> &'static str {
        "us-east-1"
    }

    /// What time it is in here.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// What goes wrong on purpose.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Deletes the items whose time to live is over and says how many; AWS does so within days, we when asked. It
    /// reads whole tables and blocks, so it belongs on a thread for such work.
    pub fn sweep(&self) -> usize {
        self.inner.dynamodb.sweep()
    }

    /// Gives back the messages that were received and not deleted, as if they had not been received: for a program that
    /// begins on a folder and knows that whoever received them is no more. AWS would hide them for the whole
    /// visibility timeout.
    pub fn give_back_messages(&self) -> Result<(), Error> {
        self.inner
            .sqs
            .give_back_all()
            .map_err(|(path, source)| Error::Files {
                what: "log of a queue",
                path,
                source,
            })
    }

    /// The mail that was sent, the oldest first.
    pub fn mail(&self) -> Vec<Mail> {
        self.inner.ses.mail()
    }

    /// How often each operation was asked for.
    pub fn calls(&self) -> BTreeMap<(Service, String), u64> {
        self.inner.tally.calls()
    }

    /// How often a service was asked for anything.
    pub fn calls_of(&self, service: Service) -> u64 {
        let calls = self.calls();
        let own = calls.iter().filter(|((of, _), _)| *of == service);
        own.map(|(_, count)| count).sum()
    }

    /// How long each service's emulator worked, without waiting: what a measurement through it owes to it.
    pub fn busy(&self) -> BTreeMap<Service, Duration> {
        self.inner.tally.busy()
    }

    /// What the table's reads and writes would be billed as.
    pub fn units(&self) -> Units {
        self.inner.dynamodb.units()
    }

    /// Counts, times and units begin at nothing again.
    pub fn reset_counts(&self) {
        self.inner.tally.reset();
        self.inner.dynamodb.reset_units();
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws")
            .field("faults", &self.inner.faults)
            .finish_non_exhaustive()
    }
}
