//! The API: HTTP requests under `/v1` answered.
//!
//! [`router`] is everything: [`app`] is what handlers share, [`routes`] how one is added (never
//! without saying who may call it), [`auth`] who calls. Each other module is one area of the
//! API: it decodes, asks an engine or the store, and encodes.

#![expect(
    unused_qualifications,
    reason = "the macros that document a handler qualify what is imported for it"
)]

mod access;
mod app;
mod auth;
mod cookies;
mod directory;
mod documents;
mod kept;
mod live;
mod models;
mod openapi;
mod paging;
mod queue_job;
mod reading;
mod routes;
mod scores;
mod shapes;
mod wire;

pub mod activities;
pub mod admin;
pub mod aliases;
pub mod book_aliases;
pub mod companies;
pub mod connections;
pub mod contacts;
pub mod deal;
pub mod deals;
pub mod exports;
pub mod forecasts;
pub mod imports;
pub mod insights;
pub mod jobs;
pub mod owners;
pub mod people;
pub mod pipelines;
pub mod service;
pub mod sign_in;
pub mod simulations;
pub mod views;

pub use access::{Access, Entry};
pub use app::{App, Config, Fetch};
pub use auth::Caller;
pub use openapi::document;
pub use routes::Routes;

use axum::Router;

/// Every route, with who may call it.
pub fn routes(app: &App) -> Routes {
    let routes = Routes::new(app.clone());
    let routes = service::routes(routes);
    let routes = sign_in::routes(routes);
    let routes = people::routes(routes);
    let routes = imports::routes(routes);
    let routes = jobs::routes(routes);
    let routes = views::routes(routes);
    let routes = pipelines::routes(routes);
    let routes = exports::routes(routes);
    let routes = connections::routes(routes);
    let routes = aliases::routes(routes);
    let routes = deals::routes(routes);
    let routes = deal::routes(routes);
    let routes = scores::routes(routes);
    let routes = companies::routes(routes);
    let routes = contacts::routes(routes);
    let routes = activities::routes(routes);
    let routes = owners::routes(routes);
    let routes = simulations::routes(routes);
    let routes = forecasts::routes(routes);
    let routes = insights::routes(routes);
    let routes = book_aliases::routes(routes);
    admin::routes(routes)
}

/// The whole API.
pub fn router(app: App) -> Router {
    let settings = app.config().http.clone();
    let (router, _) = routes(&app).finish();
    let router = openapi::publish(router, &app);
    edge::http::serve(router.with_state(app), settings)
}
