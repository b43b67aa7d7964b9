//! A believable invented company: its sellers, accounts, deals, contacts and activities, from a seed.
//!
//! Reach for it to try Pie without anybody's data, and in tests that want to know the truth: deals move by a hidden
//! process (`law.rs`) in which champions help, unanswered blockers hurt, large deals are slow, some industries fit and
//! some sellers are better, wins are hurried into the end of a quarter, and some deals quietly go dormant. [`Truth`]
//! says what that process will do with each open deal.
//!
//! ```
//! let world = demo::company(7, demo::Size::Small);
//! assert_eq!(world.files(), demo::company(7, demo::Size::Small).files());
//!
//! let open = world.deals.iter().filter(|deal| deal.is_open()).count();
//! let (name, text) = &world.files()[0];
//! assert_eq!(name, "deals.csv");
//! assert!(open > 30 && text.lines().count() > 300);
//! ```
//!
//! The same seed, size and date give the same bytes on every machine: randomness is a keyed hash, and the arithmetic
//! uses only operations every processor rounds alike. Names and addresses are invented; domains end in `.example`.

mod clock;
mod draws;
mod files;
mod law;
mod names;
mod story;
mod world;

pub use files::Planted;
pub use world::{
    Account, Activity, Contact, Deal, Fate, Owner, Size, Truth, Visit, World, company,
    company_as_of,
};
