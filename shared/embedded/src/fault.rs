//! What can go wrong between a program and AWS, on purpose.

use crate::service::Service;
use parking_lot::RwLock;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A request at the seam, before it is answered. It says what is asked of whom and nothing of what is inside.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Who is asked.
    pub service: Service,
    /// For what: `PutItem`, `SendMessage`.
    pub operation: &'a str,
    /// The how-maniest call of this operation it is, from 1.
    pub nth: u64,
    /// The how-maniest call of all, from 1.
    pub overall: u64,
}

/// A call that was applied, or refused by the service's own rules. Unlike a [`Call`] it shows what is inside, which is
/// people's data: it is for tests.
#[derive(Clone, Copy)]
pub struct Applied<'a> {
    /// Who was asked.
    pub service: Service,
    /// For what.
    pub operation: &'a str,
    /// The request's body.
    pub body: &'a [u8],
    /// The answer's HTTP status, whether the caller hears of it or not.
    pub status: u16,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Refused as one too many, in the service's own words. Nothing is applied; the SDK tries again.
    Throttle,
    /// Refused with a server error. Nothing is applied; the SDK tries again.
    Unavailable,
    /// Applied, and the answer is lost: the caller sees a timeout and cannot know. The SDK tries again.
    AppliedButLost,
    /// Applied and answered late, by the runtime's time. The SDK as it is set up by itself gives up on a call after some
    /// seconds; a worker that is to stand still for longer than others wait is delayed by less while the
    /// [clock](crate::Clock) is moved by more.
    Delay(Duration),
    /// The program dies here, as by `kill -9`: this call and all others through the HTTP clients handed out so far
    /// never return. Drop the program's tasks and start it again with a new [`crate::Aws::http_client`]; tasks that are
    /// kept see the SDK's own timeout after some seconds.
    Kill(Moment),
}

/// On which side of a call a program dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The call never arrives.
    Before,
    /// The call is applied; nobody hears of it.
    After,
}

/// How often [`Faults::seeded`] brings each fault, of a thousand calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// [`Fault::Throttle`]
    pub throttle: u16,
    /// [`Fault::Unavailable`]
    pub unavailable: u16,
    /// [`Fault::AppliedButLost`]
    pub applied_but_lost: u16,
    /// [`Fault::Delay`] of one to ten milliseconds
    pub delay: u16,
}

type Hook = dyn Fn(&Call) -> Fault + Send + Sync;
type Witness = dyn Fn(&Applied) + Send + Sync;
type OnKill = dyn Fn() + Send + Sync;

/// The faults of one [`crate::Aws`]; none until somebody asks for them.
#[derive(Clone)]
pub struct Faults(Arc<Inner>);

struct Inner {
    hook: RwLock<Option<Arc<Hook>>>,
    on_kill: RwLock<Option<Arc<OnKill>>>,
    witness: RwLock<Option<Arc<Witness>>>,
    /// How many times the program has died. A client belongs to the life it was handed out in.
    deaths: watch::Sender<u64>,
}

impl Default for Faults {
    fn default() -> Self {
        let deaths = watch::Sender::new(0);
        Self(Arc::new(Inner {
            hook: RwLock::default(),
            on_kill: RwLock::default(),
            witness: RwLock::default(),
            deaths,
        }))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults")
            .field("deaths", &*self.0.deaths.borrow())
            .finish_non_exhaustive()
    }
}

impl Faults {
    /// Decides about every call from now on.
    pub fn set(&self, hook: impl Fn(&Call) -> Fault + Send + Sync + 'static) {
        *self.0.hook.write() = Some(Arc::new(hook));
    }

    /// Faults by chance, the same ones for the same seed: what happens to the third `PutItem` does not depend on what
    /// ran beside it.
    pub fn seeded(&self, seed: u64, rates: Rates) {
        self.set(move |call| by_chance(seed, rates, call));
    }

    /// No more faults.
    pub fn clear(&self) {
        *self.0.hook.write() = None;
    }

    /// Is called when [`Fault::Kill`] strikes: a test in a process of its own may end it here for good.
    pub fn on_kill(&self, act: impl Fn() + Send + Sync + 'static) {
        *self.0.on_kill.write() = Some(Arc::new(act));
    }

    /// Is shown every call from now on at the moment it has been applied, in the order in which they are: what is
    /// wrong for a moment and put right later is seen too.
    pub fn witness(&self, see: impl Fn(&Applied) + Send + Sync + 'static) {
        *self.0.witness.write() = Some(Arc::new(see));
    }

    pub(crate) fn show(&self, applied: &Applied) {
        let witness = self.0.witness.read().clone();
        if let Some(witness) = witness {
            witness(applied);
        }
    }

    /// Waits for the next [`Fault::Kill`], counted from this call on.
    pub fn killed(&self) -> impl Future<Output = ()> + use<> {
        let (faults, life) = (self.clone(), self.life());
        async move { faults.end_of(life).await }
    }

    /// Kills the program now, between two calls.
    pub fn kill(&self) {
        self.0.deaths.send_modify(|deaths| *deaths += 1);
        let act = self.0.on_kill.read().clone();
        if let Some(act) = act {
            act();
        }
    }

    pub(crate) fn decide(&self, call: &Call) -> Fault {
        let hook = self.0.hook.read().clone();
        hook.map_or(Fault::None, |hook| hook(call))
    }

    pub(crate) fn life(&self) -> u64 {
        *self.0.deaths.borrow()
    }

    /// Returns when the program of that life is dead.
    pub(crate) async fn end_of(&self, life: u64) {
        let mut deaths = self.0.deaths.subscribe();
        drop(deaths.wait_for(|deaths| *deaths > life).await);
    }
}

fn by_chance(seed: u64, rates: Rates, call: &Call) -> Fault {
    let words = [call.service as u64, call.nth]
        .into_iter()
        .chain(call.operation.bytes().map(u64::from));
    let chance = words.fold(seed, |state, word| mixed(state ^ word));
    let mut left = (chance % 1000) as u16;
    let fault = [
        (rates.throttle, Fault::Throttle),
        (rates.unavailable, Fault::Unavailable),
        (rates.applied_but_lost, Fault::AppliedButLost),
        (
            rates.delay,
            Fault::Delay(Duration::from_millis(1 + (chance >> 32) % 10)),
        ),
    ];
    for (rate, fault) in fault {
        if left < rate {
            return fault;
        }
        left -= rate;
    }
    Fault::None
}

/// One step of `SplitMix64`.
fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
