//! The order of stages when nobody declared one.

use model::Outcome;

/// Stages compared with each other; a label column with more is not a stage column.
const COMPARED: usize = 512;

/// Distinct stages of one deal that are compared, so that one absurd deal stays cheap.
const COMPARED_IN_CASE: usize = 256;

/// Puts stages in the order deals first reach them; closing stages come last, won before lost.
///
/// For each pair of stages it counts which one a deal met first, among deals that met both, and
/// ranks a stage by its mean share of "came after" (Borda's count); neighbours are then put as most
/// deals met them. Comparing within a deal keeps
/// deals that are still open, that skipped stages or that started late from bending the order, as
/// a plain mean position would. Ties fall back on the label, so the order of the input is of no
/// account. Stages never visited follow the visited ones.
pub fn discover<'a>(
    cases: impl Iterator<Item = &'a [u16]>,
    labels: &[String],
    outcomes: &[Option<Outcome>],
) -> Vec<u16> {
    let cases: Vec<&[u16]> = cases.collect();
    let mut visits = vec![0_u64; labels.len()];
    for &stage in cases.iter().copied().flatten() {
        if let Some(count) = visits.get_mut(usize::from(stage)) {
            *count += 1;
        }
    }
    let mut open: Vec<usize> = (0..labels.len())
        .filter(|&s| outcome(outcomes, s).is_none())
        .collect();
    open.sort_by(|&a, &b| {
        visits[b]
            .cmp(&visits[a])
            .then_with(|| labels[a].cmp(&labels[b]))
    });
    let compared = open
        .iter()
        .filter(|&&s| visits[s] > 0)
        .count()
        .min(COMPARED);

    let mut slot = vec![usize::MAX; labels.len()];
    for (i, &stage) in open[..compared].iter().enumerate() {
        slot[stage] = i;
    }
    let mut before = vec![0_u32; compared * compared];
    let mut seen_in = vec![usize::MAX; compared];
    let mut firsts: Vec<usize> = Vec::new();
    for (case, stages) in cases.iter().enumerate() {
        firsts.clear();
        for &stage in *stages {
            let slot = slot.get(usize::from(stage)).copied().unwrap_or(usize::MAX);
            if slot < compared && seen_in[slot] != case && firsts.len() < COMPARED_IN_CASE {
                seen_in[slot] = case;
                for &earlier in &firsts {
                    before[earlier * compared + slot] += 1;
                }
                firsts.push(slot);
            }
        }
    }
    let lateness = |stage: usize| {
        let s = slot[stage];
        if s >= compared {
            return 2.0;
        }
        let sum: f64 = (0..compared)
            .filter(|&other| other != s)
            .map(|other| {
                let after = f64::from(before[other * compared + s]);
                let met = after + f64::from(before[s * compared + other]);
                (after + 1.0) / (met + 2.0)
            })
            .sum();
        sum / (compared.max(2) - 1) as f64
    };
    let mut order: Vec<(u8, f64, usize)> = (0..labels.len())
        .map(|stage| match outcome(outcomes, stage) {
            None => (0, lateness(stage), stage),
            Some(Outcome::Won) => (1, 0.0, stage),
            Some(Outcome::Lost) => (2, 0.0, stage),
        })
        .collect();
    order.sort_by(|a, b| {
        a.0.cmp(&b.0)
            .then(a.1.total_cmp(&b.1))
            .then_with(|| labels[a.2].cmp(&labels[b.2]))
    });
    let mut order: Vec<usize> = order.into_iter().map(|(.., stage)| stage).collect();
    // Neighbours that most deals met the other way round change places.
    let met_first = |a: usize, b: usize| before[slot[a] * compared + slot[b]];
    for settled in 1..compared {
        let mut at = settled;
        while at > 0 && met_first(order[at], order[at - 1]) > met_first(order[at - 1], order[at]) {
            order.swap(at, at - 1);
            at -= 1;
        }
    }
    order.into_iter().map(|stage| stage as u16).collect()
}

fn outcome(outcomes: &[Option<Outcome>], stage: usize) -> Option<Outcome> {
    outcomes.get(stage).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[&str], expected: &str) {
        let mut labels: Vec<String> = Vec::new();
        let cases: Vec<Vec<u16>> = cases
            .iter()
            .map(|case| {
                case.split(' ')
                    .map(|label| {
                        let known = labels.iter().position(|l| l == label);
                        known.unwrap_or_else(|| {
                            labels.push(label.to_owned());
                            labels.len() - 1
                        }) as u16
                    })
                    .collect()
            })
            .collect();
        let outcomes: Vec<Option<Outcome>> = labels
            .iter()
            .map(|label| match label.as_str() {
                "Won" => Some(Outcome::Won),
                "Lost" => Some(Outcome::Lost),
                _ => None,
            })
            .collect();
        let order = discover(cases.iter().map(Vec::as_slice), &labels, &outcomes);
        let order: Vec<&str> = order
            .iter()
            .map(|&s| labels[usize::from(s)].as_str())
            .collect();
        assert_eq!(order.join(" "), expected);
    }

    #[test]
    fn stages_come_in_the_order_deals_meet_them() {
        check(&[], "");
        check(&["A"], "A");
        check(&["A B C Won", "A B Lost"], "A B C Won Lost");
        check(&["Lost", "B A Won", "B A Won"], "B A Won Lost");
    }

    #[test]
    fn deals_still_open_do_not_pull_a_stage_to_the_end() {
        check(
            &["A B", "A B", "A B", "A B", "A B", "A B C Won"],
            "A B C Won",
        );
    }

    #[test]
    fn deals_that_start_late_do_not_pull_a_stage_to_the_front() {
        check(
            &[
                "N Won",
                "N Won",
                "N Won",
                "N Won",
                "A B N Won",
                "A B N Lost",
            ],
            "A B N Won Lost",
        );
    }

    #[test]
    fn going_back_does_not_change_the_order() {
        check(&["A B A B A B C Won", "A B C A Won"], "A B C Won");
    }

    #[test]
    fn neighbours_are_in_the_order_most_deals_meet_them() {
        // T comes before four rare stages, C mostly before T: the rare ones must not outvote that.
        check(
            &["C T", "C T", "C T", "T C", "T R", "T S", "T U", "T V"],
            "C T R S U V",
        );
    }

    #[test]
    fn ties_fall_back_on_the_label() {
        check(&["B", "A", "C"], "A B C");
    }
}
