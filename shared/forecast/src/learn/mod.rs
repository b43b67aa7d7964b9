//! Learning from history: panel → hazards → curves → tilts.

pub mod calendar;
pub mod curve;
pub mod hazard;
pub mod metrics;
pub mod panel;
pub mod tilt;
