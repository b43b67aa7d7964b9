//! Numbers that must lie in a range are checked when they are read.

use serde::{Deserialize, Deserializer, de};

/// 0 to 1.
pub(crate) fn unit<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    within(from, 0.0)
}

/// −1 to 1.
pub(crate) fn signed_unit<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    within(from, -1.0)
}

fn within<'de, D: Deserializer<'de>>(from: D, least: f64) -> Result<Option<f64>, D::Error> {
    match Option::<f64>::deserialize(from)? {
        Some(value) if !(least..=1.0).contains(&value) => Err(de::Error::custom(format_args!(
            "{value} is outside {least} to 1"
        ))),
        value => Ok(value),
    }
}
