//! Fake vendors: servers that answer as the sources' own pages say, filled with an invented company.
//!
//! Reach for them to try a connection without anybody's account, and in tests that want to know the truth: what a
//! connector gathered can be held against [`crm::Crm`], which stands behind the three CRMs. They are written from the
//! vendors' documentation and not from our connectors, so they refuse what the vendor would refuse.
//!
//! In tests a vendor's router is called in process; `pie vendors` serves the same routers on loopback.

pub mod billing;
mod chance;
pub mod crm;
pub mod faults;
pub mod hubspot;
pub mod oauth;
pub mod pipedrive;
pub mod salesforce;
pub mod server;
pub mod stripe;

use crm::Clock;

/// What all vendors can be told when they start.
#[derive(Clone)]
pub struct Settings {
    /// What the vendor's clock says.
    pub clock: Clock,
    /// Whether calls are counted and refused when there are too many.
    pub rate_limits: bool,
    /// How long a change stays invisible to the vendor's search, in seconds.
    pub index_lag_s: u32,
    /// How long an access token lives, in seconds; none for the vendor's own figure.
    pub token_life_s: Option<u32>,
    /// Whether a refresh gives a new refresh token and ends the old one; none for the vendor's own way.
    pub rotate_refresh_tokens: Option<bool>,
    /// What tokens, shuffles and the like are drawn from.
    pub seed: u64,
    /// Scopes that are not granted though they are asked for.
    pub withheld_scopes: Vec<String>,
}

impl Settings {
    /// A patient vendor: no limits of rate, no lag, tokens as the vendor has them.
    pub fn new(clock: Clock) -> Settings {
        Settings {
            clock,
            rate_limits: false,
            index_lag_s: 0,
            token_life_s: None,
            rotate_refresh_tokens: None,
            seed: 7,
            withheld_scopes: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("rate_limits", &self.rate_limits)
            .field("index_lag_s", &self.index_lag_s)
            .field("token_life_s", &self.token_life_s)
            .field("rotate_refresh_tokens", &self.rotate_refresh_tokens)
            .field("seed", &self.seed)
            .field("withheld_scopes", &self.withheld_scopes)
            .finish_non_exhaustive()
    }
}
