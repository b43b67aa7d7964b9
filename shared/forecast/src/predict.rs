//! One row per deal open at an origin: won, lost or still open by the end of the horizon.

use serde::Serialize;

use crate::learn::fit::{Confidence, Evidence, Forecaster, InsufficientData};
use crate::learn::hazard::Settings;
use crate::learn::panel::{Panel, State};

/// A forecast of one open deal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// Index of the deal in the panel.
    pub deal: usize,
    /// Chance to be won by the end of the horizon.
    pub p_win: f64,
    /// Chance to be lost by then.
    pub p_lost: f64,
    /// Chance to be open still.
    pub p_open: f64,
    /// Chance to be closed by 1, 2, … days after the origin; rises to `p_win + p_lost`.
    pub closed_by_day: Vec<f64>,
}

/// Predicts every deal open at `origin` from rows before it only.
///
/// Deals come in the panel's order. `least` says what history is demanded: with too little the
/// answer is what is missing.
pub fn predict(
    panel: &Panel,
    origin: f64,
    horizon_days: u32,
    least: Least,
) -> Result<(Vec<Prediction>, Confidence), InsufficientData> {
    let confidence = match (Evidence::of(panel, origin).confidence(), least) {
        (Ok(confidence), _) => confidence,
        (Err(_), Least::Anything) => Confidence::Low,
        (Err(refusal), Least::Standard) => return Err(refusal),
    };
    let horizon = f64::from(horizon_days.max(1));
    let forecaster = Forecaster::learn(panel, origin, horizon, Settings::default());
    let outlook = forecaster.outlook(horizon);
    let predictions = (0..panel.deals()).filter_map(|deal| {
        let State::Open(standing) = panel.state(deal, origin)? else {
            return None;
        };
        let curve = forecaster.curve(&outlook, panel, deal, &standing);
        let [p_win, p_lost] = curve.end();
        let closed_by_day = (1..=horizon_days.max(1))
            .map(|day| {
                let [won, lost] = outlook.read(&curve, f64::from(day));
                (won + lost).min(p_win + p_lost)
            })
            .collect();
        let p_open = (1.0 - p_win - p_lost).max(0.0);
        Some(Prediction {
            deal,
            p_win,
            p_lost,
            p_open,
            closed_by_day,
        })
    });
    Ok((predictions.collect(), confidence))
}

/// How much history a caller insists on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Least {
    /// 50 closed deals, 10 won, 10 lost.
    #[default]
    Standard,
    /// None: an answer from whatever there is, mostly the priors.
    Anything,
}
