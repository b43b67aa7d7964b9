//! Where providers send people back to.
//!
//! Somebody who connects a source, or signs in with one, goes away to the provider with a state and
//! comes back here with a code. The state is good once, for ten minutes, at the address of this
//! provider alone and in the browser it was begun in; a program that began it has the person
//! confirm what they grant, and to whom. Then the code is taken to the provider, what it gives is
//! sealed, and the first sync is queued.

mod callback;
mod page;
mod sign_in;

use axum::Router;
use axum::routing::get;
use edge::Function;
use pull::Transport;
use std::fmt;
use store::Store;

/// What the function works with.
#[derive(Clone)]
pub struct App {
    /// Where everything is kept.
    pub store: Store,
    /// Who is at work.
    pub function: Function,
    /// What carries requests to providers.
    pub transport: Transport,
    /// Whether connections may name other addresses than the provider's: on one machine only.
    pub local: bool,
    /// The address of this installation: `https://pie.example`.
    pub public_url: String,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// The paths of this function.
pub fn router(app: App) -> Router {
    let mut settings = edge::http::Settings::new(app.function.clone());
    // CloudFront asks under API Gateway's name, so our own page is known by its address.
    settings.origins.push(app.public_url.clone());
    let app = App {
        store: app.store.named("oauth"),
        ..app
    };
    let router = Router::new()
        .route(
            "/v1/oauth/{provider}/callback",
            get(callback::come_back).post(callback::confirm),
        )
        .with_state(app);
    edge::http::serve(router, settings)
}
