//! Fitted models kept warm: what forecasts and simulations ask.
//!
//! Fitting takes a second where an answer may take milliseconds, so a model outlives the book it was
//! learned from:
//!
//! - With no model yet, the request that needs one fits it and waits; whoever comes meanwhile waits
//!   for the same.
//! - Once the book has moved on, answers come from the model there is. They say so: `stale`, with the
//!   `as_of` of what was learned. The same request starts a refit that it does not wait for, unless
//!   one is running or the last took more than a tenth of the time since.
//! - Nobody waits for such a refit, and on Lambda it stands still between requests. So a model that
//!   has been stale for a minute is refitted by the request that finds it so, which waits.
//! - A deal the model does not know is worth the wait, too; the lists of the day are not, and take
//!   the model there is.
//!
//! What a caller may see is never decided by a model: its rows are shown to those who see the deal
//! in the book as it is now.

use crate::app::{App, Table};
use crate::reading::{Reading, blocking};
use edge::{Code, Problem};
use forecast::engine::{DealError, DealForecast, FitError, Model, Options};
use jiff::{SignedDuration, Timestamp};
use mining::Mined;
use model::{Book, DealId, RateTable, TenantId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;
use store::book::Warm;
use tokio::sync::OwnedMutexGuard;

/// Tenants whose models are kept; the least recently asked are let go.
const MOST: usize = 64;
/// A model that has been stale for so long is refitted before it answers.
const TOO_OLD: SignedDuration = SignedDuration::from_secs(60);
/// At most a tenth of the time goes into refitting, and never more than a refit in this time.
const LEAST_PAUSE: SignedDuration = SignedDuration::from_secs(2);
const PAUSE: i32 = 9;

/// What was learned from one state of a book.
pub(crate) struct Fitted {
    /// The book as it was: the deals' places are the model's.
    pub(crate) book: Book,
    /// The page of the feed it stands at.
    pub(crate) seq: u64,
    /// What was mined from it.
    pub(crate) mined: Mined,
    model: Result<Model, FitError>,
    forecasts: HashMap<usize, DealForecast>,
    settings_rev: u64,
    at: Timestamp,
    took: SignedDuration,
}

impl fmt::Debug for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fitted")
            .field("seq", &self.seq)
            .finish_non_exhaustive()
    }
}

impl Fitted {
    fn fit(
        warm: Arc<Warm<Table>>,
        rates: Option<RateTable>,
        settings_rev: u64,
        at: Timestamp,
    ) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "it measures how often to do this"
        )]
        let begun = Instant::now();
        let (book, seq) = (warm.book.clone(), warm.seq);
        // A change of the book would have to copy it while somebody keeps it.
        drop(warm);
        let model = Model::fit(
            &book,
            &Options {
                rates,
                ..Options::default()
            },
        );
        let forecasts = match &model {
            Ok(model) => model.deals(&model.open()),
            Err(_) => Vec::new(),
        };
        Self {
            mined: mining::mine(&book, &mining::Options::default()),
            model,
            forecasts: forecasts
                .into_iter()
                .map(|forecast| (forecast.deal, forecast))
                .collect(),
            settings_rev,
            at,
            took: SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::MAX),
            book,
            seq,
        }
    }

    /// The model, or what is missing for one.
    pub(crate) fn model(&self) -> Result<&Model, Problem> {
        self.model.as_ref().map_err(|error| match error {
            FitError::InsufficientData(missing) => {
                Problem::new(Code::NotEnoughHistory).detail(missing)
            }
            FitError::TooManyStages { .. } => Problem::new(Code::NotEnoughHistory)
                .detail(error)
                .remedy("Map the column that holds the stage again, and import once more."),
            FitError::Chain(_) => Problem::internal(error.clone()),
        })
    }

    /// Where a deal is in the book the model knows.
    pub(crate) fn place(&self, deal: DealId) -> Option<usize> {
        self.book.deals.binary_search_by_key(&deal, |it| it.id).ok()
    }

    /// What a deal is expected to do; none where it is closed, has no history or is not known.
    pub(crate) fn forecast(&self, deal: DealId) -> Option<&DealForecast> {
        self.forecasts.get(&self.place(deal)?)
    }

    /// Whether a deal is one that the model cannot know.
    fn lacks(&self, deal: DealId) -> bool {
        self.place(deal).is_none()
    }

    fn follows(&self, seq: u64, settings_rev: u64) -> bool {
        self.seq >= seq && self.settings_rev == settings_rev
    }
}

/// Why a deal has no forecast, as an answer.
pub(crate) fn no_forecast(error: &DealError) -> Problem {
    match error {
        DealError::Closed { .. } => Problem::new(Code::WrongState)
            .detail(error)
            .remedy("Ask about an open deal; GET /v1/deals?filter[outcome]=open lists them."),
        DealError::NoHistory => Problem::new(Code::NotEnoughHistory)
            .detail(error)
            .remedy("Import the date on which the deal entered its stage."),
        DealError::Unknown(_) => Problem::not_found(),
        DealError::UnknownStage { .. } | DealError::BadValue { .. } => {
            Problem::new(Code::InvalidBody).field("/scenarios", "invalid_value", error)
        }
        DealError::Chain(_) => Problem::new(Code::InvalidBody)
            .detail("The scenarios cannot be applied to this deal together")
            .field("/scenarios", "invalid_value", error),
    }
}

/// The models of many tenants.
#[derive(Debug, Default)]
pub(crate) struct Models(Mutex<HashMap<TenantId, (Arc<Slot>, Timestamp)>>);

#[derive(Debug, Default)]
struct Slot {
    fitted: RwLock<Option<Arc<Fitted>>>,
    /// When it was first seen to be behind the book.
    stale_since: Mutex<Option<Timestamp>>,
    /// Held while one is fitted.
    fitting: Arc<tokio::sync::Mutex<()>>,
}

impl Slot {
    fn get(&self) -> Option<Arc<Fitted>> {
        self.fitted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn put(&self, fitted: &Arc<Fitted>) {
        let mut kept = self.fitted.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(Arc::clone(fitted));
        *self
            .stale_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// How long the model has been behind the book.
    fn stale_for(&self, now: Timestamp) -> SignedDuration {
        let mut since = self
            .stale_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        now.duration_since(*since.get_or_insert(now))
    }
}

/// What a fit is made from.
struct Wanted {
    warm: Arc<Warm<Table>>,
    rates: Option<RateTable>,
    settings_rev: u64,
    now: Timestamp,
}

impl Wanted {
    /// Fits where it may take its time. Once begun it ends, whether or not somebody still waits.
    async fn fit(self, slot: Arc<Slot>, held: OwnedMutexGuard<()>) -> Result<Arc<Fitted>, Problem> {
        blocking(move || {
            let fitted = Fitted::fit(self.warm, self.rates, self.settings_rev, self.now);
            let fitted = Arc::new(fitted);
            slot.put(&fitted);
            drop(held);
            fitted
        })
        .await
    }
}

impl Models {
    fn slot(&self, tenant: TenantId, now: Timestamp) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !slots.contains_key(&tenant) && slots.len() >= MOST {
            let oldest = slots
                .iter()
                .min_by_key(|(_, (_, at))| *at)
                .map(|(id, _)| *id);
            oldest.and_then(|id| slots.remove(&id));
        }
        let (slot, at) = slots.entry(tenant).or_insert_with(|| (Arc::default(), now));
        *at = now;
        Arc::clone(slot)
    }

    async fn of(
        &self,
        app: &App,
        tenant: TenantId,
        wanted: Wanted,
        too_old: SignedDuration,
        good_enough: impl Fn(&Fitted) -> bool,
    ) -> Result<Arc<Fitted>, Problem> {
        let slot = self.slot(tenant, app.now());
        let (seq, rev) = (wanted.warm.seq, wanted.settings_rev);
        if let Some(fitted) = slot.get() {
            if fitted.follows(seq, rev) {
                return Ok(fitted);
            }
            let usable = fitted.model.is_ok() && good_enough(&fitted);
            let (age, stale) = (
                wanted.now.duration_since(fitted.at),
                slot.stale_for(wanted.now),
            );
            let held = Arc::clone(&slot.fitting).try_lock_owned();
            match held {
                // Somebody is at it already.
                Err(_) if usable => return Ok(fitted),
                Ok(held) if usable && stale < too_old => {
                    if age >= fitted.took.saturating_mul(PAUSE).max(LEAST_PAUSE) {
                        tokio::spawn(wanted.fit(slot, held));
                    }
                    return Ok(fitted);
                }
                _ => {}
            }
        }
        let held = Arc::clone(&slot.fitting).lock_owned().await;
        match slot.get() {
            Some(fitted) if fitted.follows(seq, rev) => Ok(fitted),
            _ => wanted.fit(slot, held).await,
        }
    }
}

impl Reading {
    async fn wanted(&self) -> Result<Wanted, Problem> {
        let decided = self.settings().await?;
        Ok(Wanted {
            warm: self.keep()?,
            rates: decided.settings.rates.clone(),
            settings_rev: decided.rev,
            now: self.app.now(),
        })
    }

    /// The tenant's model; it may be behind the book a little.
    pub(crate) async fn model(&self) -> Result<Arc<Fitted>, Problem> {
        let (wanted, tenant) = (self.wanted().await?, self.caller.tenant().id());
        self.app
            .reads()
            .models
            .of(&self.app, tenant, wanted, TOO_OLD, |_| true)
            .await
    }

    /// The model there is, however old, for what is looked at first and often: only where there is
    /// none is it waited for.
    pub(crate) async fn model_at_hand(&self) -> Result<Arc<Fitted>, Problem> {
        let (wanted, tenant) = (self.wanted().await?, self.caller.tenant().id());
        self.app
            .reads()
            .models
            .of(&self.app, tenant, wanted, SignedDuration::MAX, |_| true)
            .await
    }

    /// A model that knows a deal, which the caller sees.
    pub(crate) async fn model_with(&self, deal: DealId) -> Result<Arc<Fitted>, Problem> {
        let (wanted, tenant) = (self.wanted().await?, self.caller.tenant().id());
        self.app
            .reads()
            .models
            .of(&self.app, tenant, wanted, TOO_OLD, |fitted| {
                !fitted.lacks(deal)
            })
            .await
    }
}
