//! What open deals will do, how sure that is, and what would change it.

pub mod backtest;
pub mod chain;
pub mod exact;
pub mod learn;
pub mod predict;
pub mod rng;
pub mod score;
pub mod simulate;
