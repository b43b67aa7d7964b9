//! Learning from history: panel → hazards → curves → tilts → forecaster.

pub mod calendar;
pub mod curve;
pub mod fit;
pub mod hazard;
pub mod metrics;
pub mod panel;
pub mod tilt;
