//! What is read from the book, through the router: deals and what is around them, simulations,
//! forecasts and insights.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod around;
mod cold;
mod deal;
mod deals;
mod forecasts;
mod insights;
mod simulations;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../world/mod.rs"]
mod world;

use api::Access;
use identity::{RateClass, Scope};
use tokio::sync::OnceCell;
use world::{Of, World};

/// The one world of tests that change nothing.
static WORLD: OnceCell<World> = OnceCell::const_new();

const DEALS: usize = 240;
const T: Of = Of(1);

async fn world() -> &'static World {
    WORLD.get_or_init(|| World::new(2, DEALS)).await
}

#[tokio::test]
async fn nothing_of_the_book_is_public_and_what_costs_is_counted_exactly() {
    let areas = [
        "deals",
        "companies",
        "contacts",
        "activities",
        "owners",
        "simulations",
    ];
    let others = ["scenarios", "forecasts", "backtests", "insights"];
    let mut found = 0;
    for entry in api::routes(&world().await.app).entries() {
        let area = entry.path.split('/').nth(2).unwrap_or_default();
        if !entry.path.starts_with("/v1/") || !areas.iter().chain(&others).any(|it| *it == area) {
            continue;
        }
        found += 1;
        let Access::Guarded(policy) = entry.access else {
            panic!("{entry:?} is public")
        };
        let runs =
            entry.method == "POST" && ["simulations", "forecasts", "backtests"].contains(&area);
        let expected = match (entry.method.as_str(), runs) {
            (_, true) => (Scope::Simulate, RateClass::Simulate),
            ("GET", _) => (Scope::Read, RateClass::Read),
            _ if entry.path == "/v1/deals/search" => (Scope::Read, RateClass::Read),
            _ => (Scope::Write, RateClass::Write),
        };
        assert_eq!((policy.scope, policy.class), expected, "{entry:?}");
    }
    assert_eq!(found, 47);
}
