//! Imports, jobs, views, pipelines, exports and the old addresses, through the router.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod exports;
mod fixture;
mod imports;
mod jobs;
mod old_paths;
mod pipelines;
mod upload;
mod views;
