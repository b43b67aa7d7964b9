//! What changed lately: whether deals now leave a stage for other stages, or faster or slower.

use crate::scope::Scope;
use crate::stats::{DAY_US, adjust_p_values, chi_square_tail};
use serde::Serialize;

/// Exits a stage needs on each side of the cut before anything is said.
const MIN_EXITS: u64 = 30;

/// Largest adjusted p-value of a finding.
const SIGNIFICANT: f64 = 0.05;

/// Share of exits that must have moved elsewhere.
const MIN_MOVED: f64 = 0.10;

/// Rate ratio (or its inverse) that must be reached.
const MIN_RATIO: f64 = 1.25;

/// Recent days compared with all before.
const RECENT_DAYS: f64 = 90.0;

/// A stage-by-stage comparison of the recent past with all before it.
#[derive(Clone, Debug, Serialize)]
pub struct Drift {
    /// Days the recent window is long: 90, or a third of the log if that is shorter.
    pub recent_days: f64,
    /// One comparison per stage with enough exits on both sides.
    pub stages: Vec<StageDrift>,
    /// Open stages left out for having fewer than 30 exits on one side.
    pub too_few: Vec<String>,
}

/// One stage then and now.
#[derive(Clone, Debug, Serialize)]
pub struct StageDrift {
    /// The stage.
    pub stage: String,
    /// Exits before the recent window.
    pub exits_before: u64,
    /// Exits within it.
    pub exits_recent: u64,
    /// Where deals go from here.
    pub branching: BranchDrift,
    /// How fast they go.
    pub pace: PaceDrift,
}

/// Whether exits go elsewhere than they used to (chi-square test).
#[derive(Clone, Debug, Serialize)]
pub struct BranchDrift {
    /// Next stage, its share of exits before, its share recently.
    pub shares: Vec<(String, f64, f64)>,
    /// Share of exits that now go elsewhere: half the summed absolute differences.
    pub moved: f64,
    /// p-value, adjusted for all comparisons made (Benjamini–Hochberg).
    pub p_value: f64,
    /// Both significant and large enough to matter.
    pub drifted: bool,
}

/// Whether deals leave sooner or later than deals of the same age used to (log-rank test).
///
/// Each stay counts in both periods for the ages it had in each, and stays still going on count
/// as far as they have gone. Comparing the lengths of finished stays instead would call every
/// young log "slowing down".
#[derive(Clone, Debug, Serialize)]
pub struct PaceDrift {
    /// Recent exits per expected exit: 2 means twice as fast at the same age, 0.5 half as fast.
    pub rate_ratio: f64,
    /// p-value, adjusted for all comparisons made (Benjamini–Hochberg).
    pub p_value: f64,
    /// Both significant and large enough to matter.
    pub drifted: bool,
}

/// A stretch of a stay that lies in one period: ages it covers and whether it ended in an exit.
#[derive(Clone, Copy)]
struct Stretch {
    recent: bool,
    from_age: i64,
    to_age: i64,
    exit: bool,
}

/// Compares the recent window with all before it.
pub fn drift(scope: &Scope<'_>) -> Drift {
    let now = scope.as_of_us();
    let first = scope
        .cases()
        .filter_map(|case| case.at_us.first().copied())
        .min()
        .unwrap_or(now);
    let span = now.saturating_sub(first);
    let window = (span / 3).min((RECENT_DAYS * DAY_US) as i64);
    let cut = now.saturating_sub(window);

    let stages = scope.stages().len();
    let mut stretches: Vec<Vec<Stretch>> = vec![Vec::new(); stages];
    let mut exits: Vec<Vec<(u16, bool)>> = vec![Vec::new(); stages];
    for case in scope.cases() {
        for (from, to, entered, left) in case.moves() {
            exits[usize::from(from)].push((to, left > cut));
            split(&mut stretches[usize::from(from)], entered, left, cut, true);
        }
        if let Some((&stage, &entered)) = case.stages.last().zip(case.at_us.last())
            && !scope.is_end(stage)
        {
            split(&mut stretches[usize::from(stage)], entered, now, cut, false);
        }
    }

    let mut compared = Vec::new();
    let mut too_few = Vec::new();
    let mut p_values = Vec::new();
    for stage in 0..stages {
        let label = scope.label(stage as u16).to_owned();
        let recent = exits[stage].iter().filter(|(_, recent)| *recent).count() as u64;
        let before = exits[stage].len() as u64 - recent;
        if recent.min(before) < MIN_EXITS {
            if !scope.is_end(stage as u16) {
                too_few.push(label);
            }
            continue;
        }
        let (shares, branch_p) = branching(scope, &exits[stage], before, recent);
        let (rate_ratio, pace_p) = log_rank(&mut stretches[stage]);
        p_values.extend([branch_p, pace_p]);
        let moved = shares
            .iter()
            .map(|(_, before, recent)| (before - recent).abs())
            .sum::<f64>()
            / 2.0;
        compared.push(StageDrift {
            stage: label,
            exits_before: before,
            exits_recent: recent,
            branching: BranchDrift {
                shares,
                moved,
                p_value: 1.0,
                drifted: false,
            },
            pace: PaceDrift {
                rate_ratio,
                p_value: 1.0,
                drifted: false,
            },
        });
    }
    let adjusted = adjust_p_values(&p_values);
    for (stage, p) in compared.iter_mut().zip(adjusted.chunks_exact(2)) {
        stage.branching.p_value = p[0];
        stage.branching.drifted = p[0] <= SIGNIFICANT && stage.branching.moved >= MIN_MOVED;
        let ratio = stage.pace.rate_ratio;
        stage.pace.p_value = p[1];
        stage.pace.drifted =
            p[1] <= SIGNIFICANT && (ratio >= MIN_RATIO || ratio <= 1.0 / MIN_RATIO);
    }
    Drift {
        recent_days: window as f64 / DAY_US,
        stages: compared,
        too_few,
    }
}

/// Cuts a stay at the beginning of the recent window.
fn split(into: &mut Vec<Stretch>, entered: i64, left: i64, cut: i64, exit: bool) {
    let age = |at: i64| at.saturating_sub(entered);
    if left <= cut {
        into.push(Stretch {
            recent: false,
            from_age: 0,
            to_age: age(left),
            exit,
        });
    } else if entered >= cut {
        into.push(Stretch {
            recent: true,
            from_age: 0,
            to_age: age(left),
            exit,
        });
    } else {
        into.push(Stretch {
            recent: false,
            from_age: 0,
            to_age: age(cut),
            exit: false,
        });
        into.push(Stretch {
            recent: true,
            from_age: age(cut),
            to_age: age(left),
            exit,
        });
    }
}

type Shares = Vec<(String, f64, f64)>;

fn branching(scope: &Scope<'_>, exits: &[(u16, bool)], before: u64, recent: u64) -> (Shares, f64) {
    let mut counts = vec![(0_u64, 0_u64); scope.stages().len()];
    for &(to, is_recent) in exits {
        let cell = &mut counts[usize::from(to)];
        if is_recent { cell.1 += 1 } else { cell.0 += 1 }
    }
    let total = (before + recent) as f64;
    // Cells that expect fewer than five exits are tested together: the test needs that many.
    let (mut chi_square, mut cells, mut rest) = (0.0, 0_usize, (0_u64, 0_u64));
    let mut add = |(b, r): (u64, u64)| {
        let column = (b + r) as f64;
        if column > 0.0 {
            let expected = (
                column * before as f64 / total,
                column * recent as f64 / total,
            );
            chi_square += (b as f64 - expected.0).powi(2) / expected.0
                + (r as f64 - expected.1).powi(2) / expected.1;
            cells += 1;
        }
    };
    for &(b, r) in &counts {
        if (b + r) as f64 * before.min(recent) as f64 / total < 5.0 {
            rest = (rest.0 + b, rest.1 + r);
        } else {
            add((b, r));
        }
    }
    add(rest);
    let p = chi_square_tail(chi_square, cells.saturating_sub(1));
    let shares = counts
        .iter()
        .enumerate()
        .filter(|(_, (b, r))| b + r > 0)
        .map(|(to, (b, r))| {
            let label = scope.label(to as u16).to_owned();
            (label, *b as f64 / before as f64, *r as f64 / recent as f64)
        })
        .collect();
    (shares, p)
}

/// Observed over expected exits of the recent stretches, and the log-rank test's p-value.
///
/// At every age at which someone leaves, the recent group is expected to leave in proportion to
/// its part of those at risk then. The ratio is (observed/expected recently) / (the same before).
fn log_rank(stretches: &mut [Stretch]) -> (f64, f64) {
    // At risk at age t are stretches with from_age < t <= to_age; a stay of length 0 counts as
    // a microsecond, so that it is at risk when it leaves.
    for stretch in stretches.iter_mut() {
        stretch.to_age = stretch.to_age.max(stretch.from_age.saturating_add(1));
    }
    let mut starts: Vec<(i64, bool)> = stretches.iter().map(|s| (s.from_age, s.recent)).collect();
    starts.sort_unstable();
    stretches.sort_unstable_by_key(|s| (s.to_age, s.recent, s.exit));
    let mut at_risk = (0.0_f64, 0.0_f64);
    let mut joined = 0;
    let (mut observed, mut expected, mut variance, mut all) = (0.0, 0.0, 0.0, 0.0);
    for same_age in stretches.chunk_by(|a, b| a.to_age == b.to_age) {
        while let Some(&(_, recent)) = starts
            .get(joined)
            .filter(|(age, _)| *age < same_age[0].to_age)
        {
            if recent {
                at_risk.1 += 1.0;
            } else {
                at_risk.0 += 1.0;
            }
            joined += 1;
        }
        let exits = same_age.iter().filter(|s| s.exit).count() as f64;
        let recent_exits = same_age.iter().filter(|s| s.exit && s.recent).count() as f64;
        let n = at_risk.0 + at_risk.1;
        if exits > 0.0 && n > 0.0 {
            let part = at_risk.1 / n;
            observed += recent_exits;
            expected += exits * part;
            all += exits;
            if n > 1.0 {
                variance += exits * part * (1.0 - part) * (n - exits) / (n - 1.0);
            }
        }
        for stretch in same_age {
            if stretch.recent {
                at_risk.1 -= 1.0;
            } else {
                at_risk.0 -= 1.0;
            }
        }
    }
    let (before, expected_before) = (all - observed, all - expected);
    let ratio = if expected > 0.0 && expected_before > 0.0 && before > 0.0 {
        (observed / expected) / (before / expected_before)
    } else {
        1.0
    };
    let chi_square = if variance > 1e-9 {
        (observed - expected).powi(2) / variance
    } else {
        0.0
    };
    (ratio, chi_square_tail(chi_square, 1))
}
