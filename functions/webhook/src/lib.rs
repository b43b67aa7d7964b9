//! What sources push: verified, reduced to hints, queued.
//!
//! A delivery says where to look and never what is true; the truth still comes by the one ordinary
//! pull. So the path is short: who signed it ([`connector::verify`]), which records it is about
//! (the connector's own `fn`), **one message** to `sync`, and 2xx. Nothing is written before the
//! message is sent, and an event that comes twice is told apart where its effect is committed; so
//! a crash anywhere loses nothing that the source does not send again.
//!
//! | address | whose | signed with |
//! |---|---|---|
//! | `POST /v1/webhooks/{source}/{address}` | one connection's: the last part is an [`Address`] | the connection's own secrets |
//! | `POST /v1/webhooks/{source}` | of a source that sends the events of all accounts to one place | our app's secret |
//!
//! The sender hears 401 where nobody we know signed, 5xx where we could not queue it (so that it
//! comes again), and else 200, also for what nobody wants: a source that hears errors ends by
//! sending nothing.
//!
//! [`Address`]: connector::verify::Address

mod fresh;
mod message;
mod receive;

pub use message::{Hints, KIND};

use axum::Router;
use axum::routing::post;
use edge::Function;
use receive::Known;
use std::fmt;
use std::sync::Arc;
use store::Store;

/// How the function is run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Limits of bodies, and whose metrics these are.
    pub http: edge::http::Settings,
    /// What the addresses that sources call begin with: `https://api.pie.example`. Some sources
    /// sign it, so it comes from here and not from a request's `Host`.
    pub public_url: String,
}

impl Config {
    /// The configuration of a function that is called here.
    pub fn new(function: Function, public_url: &str) -> Self {
        Self {
            http: edge::http::Settings::new(function),
            public_url: public_url.trim_end_matches('/').to_owned(),
        }
    }

    /// The configuration that the environment's `PIE_PUBLIC_URL` gives.
    pub fn from_environment(function: Function) -> Result<Self, edge::lambda::Error> {
        const NAME: &str = "PIE_PUBLIC_URL";
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where this function reads the environment"
        )]
        let given = std::env::var(NAME).ok().filter(|url| !url.is_empty());
        let public_url = given.ok_or_else(|| edge::lambda::Error::Variable {
            name: NAME.to_owned(),
            remedy: "give the address sources call, up to /v1, as the templates do",
        })?;
        Ok(Self::new(function, &public_url))
    }
}

/// What handlers share; cheap to clone.
#[derive(Clone)]
pub struct App {
    store: Store,
    config: Arc<Config>,
    known: Arc<Known>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl App {
    /// The function on a store.
    pub fn new(store: Store, config: Config) -> Self {
        Self {
            store: store.named("webhook"),
            config: Arc::new(config),
            known: Arc::default(),
        }
    }
}

/// The whole function.
pub fn router(app: App) -> Router {
    let settings = app.config.http.clone();
    let router = Router::new()
        .route("/v1/webhooks/{source}", post(receive::for_all))
        .route("/v1/webhooks/{source}/{address}", post(receive::for_one))
        .with_state(app);
    edge::http::serve(router, settings)
}
