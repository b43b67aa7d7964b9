//! What open deals will do, how sure that is, and what would change it.

pub mod backtest;
pub mod chain;
pub mod effects;
pub mod engine;
pub mod exact;
pub mod law;
pub mod learn;
pub mod past;
pub mod pipeline;
pub mod predict;
pub mod reading;
pub mod rng;
pub mod scenario;
pub mod score;
pub mod simulate;
