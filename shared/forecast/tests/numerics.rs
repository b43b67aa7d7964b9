//! The numbers of the kernel against others got by other means.
#![expect(clippy::unwrap_used, reason = "a test may")]

use forecast::chain::{Branch, Chain, Dwell, StageLaw, Start, Target};
use forecast::exact::{self, Curves};
use forecast::rng::Stream;
use forecast::simulate::{self, Ending, Params, Samples};
use proptest::prelude::*;

/// The chain the speed and scenario figures are told on; the benchmark reads the same file.
fn documented() -> Chain {
    let told: serde_json::Value =
        serde_json::from_str(include_str!("../../../bench/chain.json")).unwrap();
    let names: Vec<String> = serde_json::from_value(told["stages"].clone()).unwrap();
    let sigma = told["sigma"].as_f64().unwrap();
    let mut laws = vec![Vec::new(); names.len()];
    for branch in told["branches"].as_array().unwrap() {
        let place = |key: &str| {
            let label = branch[key].as_str().unwrap();
            names.iter().position(|name| name == label)
        };
        let mean = branch["mean_days"].as_f64().unwrap();
        laws[place("from").unwrap()].push(Branch {
            to: match (place("to"), branch["to"].as_str().unwrap()) {
                (Some(stage), _) => Target::Stage(stage as u16),
                (None, "won") => Target::Won,
                (None, _) => Target::Lost,
            },
            p: branch["p"].as_f64().unwrap(),
            dwell: Dwell::lognormal(mean.ln() - sigma * sigma / 2.0, sigma),
        });
    }
    Chain::new(names, laws.into_iter().map(StageLaw::new).collect()).unwrap()
}

/// Forward moves `factor` times as likely before all are brought back to sum to one.
fn forward(chain: &Chain, factor: f64) -> Chain {
    chain
        .with_laws(|stage, law| {
            law.reweighted(|branch| match branch.to {
                Target::Won => factor,
                Target::Stage(to) if to > stage => factor,
                _ => 1.0,
            })
        })
        .unwrap()
}

/// A random chain: every stage can lead anywhere, and always to both ends.
fn random_chain(seed: u64, stages: u16) -> Chain {
    let mut luck = Stream::new(seed, 0);
    let laws = (0..stages).map(|_| {
        let mut targets = vec![Target::Won, Target::Lost];
        for to in 0..stages {
            if luck.unit() < 0.5 {
                targets.push(Target::Stage(to));
            }
        }
        let weights: Vec<f64> = targets.iter().map(|_| luck.unit() + 0.01).collect();
        let sum: f64 = weights.iter().sum();
        let branches = targets.iter().zip(&weights).map(|(&to, w)| Branch {
            to,
            p: w / sum,
            dwell: match luck.below(4) {
                0 => Dwell::exponential(1.0 + 30.0 * luck.unit()),
                1 => Dwell::point(10.0 * luck.unit()),
                _ => Dwell::lognormal(3.0 * luck.unit(), 0.3 + luck.unit()),
            },
        });
        StageLaw::new(branches.collect())
    });
    let laws = laws.collect();
    Chain::new((0..stages).map(|i| format!("s{i}")).collect(), laws).unwrap()
}

/// Gauss–Jordan with full pivoting, sharing nothing with the solver under test.
fn gauss_jordan(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    let mut columns: Vec<usize> = (0..n).collect();
    for k in 0..n {
        let (row, col) = (k..n)
            .flat_map(|r| (k..n).map(move |c| (r, c)))
            .max_by(|x, y| a[x.0][x.1].abs().total_cmp(&a[y.0][y.1].abs()))
            .unwrap();
        a.swap(k, row);
        b.swap(k, row);
        columns.swap(k, col);
        for line in &mut a {
            line.swap(k, col);
        }
        let head = a[k][k];
        for c in 0..n {
            a[k][c] /= head;
        }
        b[k] /= head;
        for r in 0..n {
            let factor = a[r][k];
            if r != k && factor != 0.0 {
                for c in 0..n {
                    a[r][c] -= factor * a[k][c];
                }
                b[r] -= factor * b[k];
            }
        }
    }
    let mut x = vec![0.0; n];
    for k in 0..n {
        x[columns[k]] = b[k];
    }
    x
}

/// One large system for everything at once: the unknowns of stage `i` are P(win), E[T], E[T²],
/// E[T; win], E[T²; win] and the visits to each stage.
struct Dense {
    n: usize,
    x: Vec<f64>,
}

impl Dense {
    fn of(chain: &Chain) -> Dense {
        let n = chain.len();
        let kinds = 5 + n;
        let at = |kind: usize, stage: usize| kind * n + stage;
        let mut a = vec![vec![0.0; kinds * n]; kinds * n];
        let mut b = vec![0.0; kinds * n];
        for (i, stage) in chain.stages().iter().enumerate() {
            for kind in 0..kinds {
                a[at(kind, i)][at(kind, i)] += 1.0;
            }
            b[at(5 + i, i)] += 1.0;
            for branch in stage.branches() {
                let (p, m, s) = (branch.p, branch.dwell.mean(), branch.dwell.second_moment());
                b[at(1, i)] += p * m;
                b[at(2, i)] += p * s;
                match branch.to {
                    Target::Lost => {}
                    Target::Won => {
                        b[at(0, i)] += p;
                        b[at(3, i)] += p * m;
                        b[at(4, i)] += p * s;
                    }
                    Target::Stage(j) => {
                        let j = usize::from(j);
                        for kind in 0..kinds {
                            a[at(kind, i)][at(kind, j)] -= p;
                        }
                        a[at(2, i)][at(1, j)] -= 2.0 * p * m;
                        a[at(3, i)][at(0, j)] -= p * m;
                        a[at(4, i)][at(0, j)] -= p * s;
                        a[at(4, i)][at(3, j)] -= 2.0 * p * m;
                    }
                }
            }
        }
        Dense {
            n,
            x: gauss_jordan(a, b),
        }
    }

    fn get(&self, kind: usize, stage: usize) -> f64 {
        self.x[kind * self.n + stage]
    }
}

fn near(got: f64, expected: f64, what: &str) {
    let scale = expected.abs().max(1.0);
    assert!(
        (got - expected).abs() <= 1e-9 * scale,
        "{what}: {got} for {expected}"
    );
}

fn check_against_dense(chain: &Chain) {
    let dense = Dense::of(chain);
    for i in 0..chain.len() {
        let start = chain.start(i as u16).unwrap();
        let got = exact::solve(chain, &start);
        let p = dense.get(0, i);
        near(got.p_win, p, "p_win");
        near(got.p_lost, 1.0 - p, "p_lost");
        near(got.days, dense.get(1, i), "E[T]");
        let square = dense.get(2, i);
        let got_square = got.days_sd.powi(2) + got.days.powi(2);
        near(got_square, square, "E[T²]");
        let won = dense.get(3, i) / p;
        let (got_won, got_sd) = (got.days_if_won.unwrap(), got.days_if_won_sd.unwrap());
        near(got_won, won, "E[T | win]");
        near(
            got_sd.powi(2) + got_won.powi(2),
            dense.get(4, i) / p,
            "E[T² | win]",
        );
        let lost = (dense.get(1, i) - dense.get(3, i)) / (1.0 - p);
        near(got.days_if_lost.unwrap(), lost, "E[T | lost]");
        for (j, &visits) in exact::visits(chain, &start).iter().enumerate() {
            near(visits, dense.get(5 + j, i), "visits");
        }
    }
}

#[test]
fn the_closed_form_equals_an_independent_dense_solve() {
    check_against_dense(&documented());
    check_against_dense(&forward(&documented(), 1.15));
    for seed in 0..40 {
        check_against_dense(&random_chain(seed, 1 + (seed % 9) as u16));
    }
}

#[test]
fn a_start_with_a_law_of_its_own_agrees_with_a_chain_that_has_it_as_a_stage() {
    let base = documented();
    let first = base.stages()[2].residual(30.0).unwrap();
    let start = base.start_with(2, first.clone()).unwrap();

    let mut names = base.names().to_vec();
    names.push("the rest of demo".into());
    let mut laws = base.stages().to_vec();
    laws.push(first);
    let longer = Chain::new(names, laws).unwrap();
    let same = longer.start(6).unwrap();

    let (a, b) = (exact::solve(&base, &start), exact::solve(&longer, &same));
    near(a.p_win, b.p_win, "p_win");
    near(a.days, b.days, "days");
    near(a.days_sd, b.days_sd, "sd");
    near(
        a.days_if_won.unwrap(),
        b.days_if_won.unwrap(),
        "days if won",
    );
    let (va, vb) = (exact::visits(&base, &start), exact::visits(&longer, &same));
    near(va[2], vb[2] + vb[6], "visits of the present stage");
    near(va[4], vb[4], "visits of a later one");

    let params = Params {
        runs: 5_000,
        seed: 3,
    };
    let (a, b) = (
        simulate::run(&base, &start, &params),
        simulate::run(&longer, &same, &params),
    );
    assert_eq!((a.won, a.days), (b.won, b.days));

    let a = exact::curve(&base, &start, 60.0, 0.5).unwrap();
    let b = exact::curve(&longer, &same, 60.0, 0.5).unwrap();
    for k in 0..a.win.len() {
        near(a.win[k], b.win[k], "won by");
        near(a.lost[k], b.lost[k], "lost by");
    }
}

#[test]
fn the_documented_chain_is_what_it_is_said_to_be() {
    let chain = documented();
    let start = chain.start(0).unwrap();
    let answer = exact::solve(&chain, &start);
    let visits: f64 = exact::visits(&chain, &start).iter().sum();
    assert!((answer.p_win - 0.272).abs() < 0.002, "{answer:?}");
    assert!((answer.days - 55.2).abs() < 0.5, "{answer:?}");
    assert!(
        (answer.days_if_won.unwrap() - 86.0).abs() < 1.0,
        "{answer:?}"
    );
    assert!((visits - 2.903).abs() < 0.02, "{visits}");
    let scenario = forward(&chain, 1.15);
    let delta = scenario.p_win()[0] - chain.p_win()[0];
    assert!((delta - 0.0456).abs() < 0.001, "{delta}");
}

/// Two hundred seeds of 10,000 runs: each within four standard errors of the truth, and all
/// together too. Also the spread of the scenario's effect across seeds.
#[test]
fn simulation_agrees_with_the_closed_form_over_200_seeds() {
    let chain = documented();
    let scenario = forward(&chain, 1.15);
    let (start, changed) = (chain.start(0).unwrap(), scenario.start(0).unwrap());
    let truth = exact::solve(&chain, &start);
    let after = exact::solve(&scenario, &changed);
    let delta = after.p_win - truth.p_win;
    let delta_days = after.days - truth.days;

    let seeds = 200;
    let n = 10_000.0_f64;
    let se_p = (truth.p_win * truth.p_lost / n).sqrt();
    let se_days = truth.days_sd / n.sqrt();
    let (mut p_bias, mut days_bias, mut won_bias) = (0.0, 0.0, 0.0);
    let (mut deltas, mut covered) = (Vec::new(), 0);
    let mut days_change = 0.0;
    for seed in 0..seeds {
        let params = Params { runs: 10_000, seed };
        let pair = simulate::pair((&chain, &start), (&scenario, &changed), &params);
        let got = &pair.baseline;
        assert_eq!(got.capped, 0);
        let (p, days) = (got.p_win.value, got.days.unwrap().mean);
        assert!(
            (p - truth.p_win).abs() <= 4.0 * se_p,
            "seed {seed}: p_win {p}"
        );
        assert!(
            (days.value - truth.days).abs() <= 4.0 * se_days,
            "seed {seed}: {days:?}"
        );
        assert!((days.se / se_days - 1.0).abs() < 0.1, "{days:?}");
        let won = got.days_if_won.unwrap();
        let off = won.mean.value - truth.days_if_won.unwrap();
        assert!(off.abs() <= 4.0 * won.mean.se, "seed {seed}: {won:?}");
        p_bias += (p - truth.p_win) / seeds as f64;
        days_bias += (days.value - truth.days) / seeds as f64;
        won_bias += off / won.mean.se / seeds as f64;
        covered += u32::from(pair.p_win.low <= delta && delta <= pair.p_win.high);
        days_change += (pair.days.value - delta_days) / pair.days.se / seeds as f64;
        deltas.push(pair.p_win.value);
        assert!(
            (pair.p_win.value - delta).abs() <= 4.0 * pair.p_win.se,
            "seed {seed}"
        );
    }
    let root = (seeds as f64).sqrt();
    assert!(
        p_bias.abs() <= 4.0 * se_p / root,
        "p_win biased by {p_bias}"
    );
    assert!(
        days_bias.abs() <= 4.0 * se_days / root,
        "days biased by {days_bias}"
    );
    assert!(
        won_bias.abs() <= 4.0 / root,
        "days if won biased by {won_bias} SE"
    );
    assert!(
        days_change.abs() <= 4.0 / root,
        "change of days biased by {days_change} SE"
    );

    let mean = deltas.iter().sum::<f64>() / deltas.len() as f64;
    let variance =
        deltas.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (deltas.len() - 1) as f64;
    let sd = variance.sqrt();
    assert!(sd <= 0.0025, "sd of the change of p_win: {sd}");
    assert!(
        (mean - delta).abs() <= 4.0 * sd / root,
        "the change is biased: {mean} for {delta}"
    );
    // 95 % of 200 is 190; four standard deviations are 12.
    assert!(
        covered >= 178,
        "the interval of the change held the truth {covered} times of {seeds}"
    );
}

#[test]
fn random_chains_agree_too() {
    for seed in 0..12 {
        let chain = random_chain(seed, 2 + (seed % 6) as u16);
        let start = chain.start(0).unwrap();
        let truth = exact::solve(&chain, &start);
        let got = simulate::run(&chain, &start, &Params { runs: 40_000, seed });
        let se = (truth.p_win * truth.p_lost / 40_000.0).sqrt();
        assert!(
            (got.p_win.value - truth.p_win).abs() <= 4.0 * se,
            "seed {seed}"
        );
        let days = got.days.unwrap();
        assert!(
            (days.mean.value - truth.days).abs() <= 4.0 * days.mean.se,
            "seed {seed}"
        );
        assert!((days.sd / truth.days_sd - 1.0).abs() < 0.1, "seed {seed}");
        for (stage, visits) in exact::visits(&chain, &start).iter().enumerate() {
            assert!(*visits >= f64::from(u8::from(stage == 0)), "seed {seed}");
        }
    }
}

#[test]
fn a_stage_with_two_hundred_ways_out_takes_each_as_often_as_it_should() {
    // Far more thresholds than cells: the fast look-up has to give way to the search.
    let ways = 200_u16;
    let point = |to, p, days| Branch {
        to,
        p,
        dwell: Dwell::point(days),
    };
    let mut laws = vec![StageLaw::new(
        (1..=ways)
            .map(|to| point(Target::Stage(to), 1.0 / f64::from(ways), f64::from(to)))
            .collect(),
    )];
    for way in 1..=ways {
        let p = f64::from(way) / f64::from(ways + 1);
        laws.push(StageLaw::new(vec![
            point(Target::Won, p, 0.0),
            point(Target::Lost, 1.0 - p, 0.0),
        ]));
    }
    let names = (0..=ways).map(|i| format!("s{i}")).collect();
    let chain = Chain::new(names, laws).unwrap();
    let start = chain.start(0).unwrap();
    let mut samples = Samples::default();
    let runs = 200_000;
    samples.draw(&chain, &start, &Params { runs, seed: 4 });
    let mut counts = vec![0_u32; usize::from(ways)];
    for days in samples.days() {
        counts[*days as usize - 1] += 1;
    }
    let expected = f64::from(runs) / f64::from(ways);
    let chi: f64 = counts
        .iter()
        .map(|&count| (f64::from(count) - expected).powi(2) / expected)
        .sum();
    // 199 ± 20 at one standard deviation.
    assert!((120.0..290.0).contains(&chi), "χ² {chi}");
    let won = samples.endings().filter(|&end| end == Ending::Won).count() as f64;
    assert!((won / f64::from(runs) - 0.5).abs() < 4.0 * 0.5 / f64::from(runs).sqrt());
}

#[test]
fn simulated_stays_follow_their_table() {
    for (name, dwell) in [
        ("lognormal", Dwell::lognormal(2.0, 1.2)),
        ("exponential", Dwell::exponential(9.0).scaled(0.3)),
        (
            "half of it at once",
            Dwell::from_quantiles(&[(0.5, 0.0), (0.5, 1.0), (1.0, 2.0)]).unwrap(),
        ),
    ] {
        let branch = Branch {
            to: Target::Won,
            p: 1.0,
            dwell: dwell.clone(),
        };
        let chain = Chain::new(vec!["s".into()], vec![StageLaw::new(vec![branch])]).unwrap();
        let mut samples = Samples::default();
        let runs = 100_000;
        samples.draw(&chain, &chain.start(0).unwrap(), &Params { runs, seed: 6 });
        let mut days = samples.days().to_vec();
        days.sort_by(f32::total_cmp);
        assert!(days[0] >= 0.0, "{name}");
        // Kolmogorov–Smirnov, away from the jump at 0: 1.95 / √n is the 0.1 % point.
        let worst = days
            .iter()
            .enumerate()
            .filter(|(_, days)| **days > 1e-6)
            .map(|(rank, &days)| {
                let share = f64::from(rank as u32) / f64::from(runs);
                (1.0 - dwell.survival(days.into()) - share).abs()
            })
            .fold(0.0, f64::max);
        assert!(
            worst < 1.95 / f64::from(runs).sqrt() + 1e-5,
            "{name}: {worst}"
        );
    }
}

#[test]
fn a_scenario_that_changes_nothing_differs_by_exactly_nothing() {
    let chain = documented();
    let same = forward(&chain, 1.0);
    let again = chain.with_laws(|_, law| law.scaled(1.0)).unwrap();
    for other in [&chain, &same, &again] {
        for stage in 0..6 {
            let arms = (
                (&chain, &chain.start(stage).unwrap()),
                (other, &other.start(stage).unwrap()),
            );
            let pair = simulate::pair(arms.0, arms.1, &Params::default());
            assert_eq!(pair.p_win.value, 0.0);
            assert_eq!((pair.p_win.low, pair.p_win.high), (0.0, 0.0));
            assert_eq!((pair.days.value, pair.days.se), (0.0, 0.0));
            assert_eq!((pair.gained, pair.forgone), (0, 0));
            assert_eq!(pair.baseline, pair.modified);
            assert_eq!(
                exact::solve(arms.0.0, arms.0.1),
                exact::solve(arms.1.0, arms.1.1)
            );
        }
    }
}

#[test]
fn more_of_a_good_thing_never_lowers_the_win_probability() {
    let chain = documented();
    for stage in 0..6 {
        let (mut exact_before, mut won_before) = (-1.0, 0);
        for tenth in 0..=20 {
            let better = forward(&chain, 1.0 + 0.05 * f64::from(tenth));
            let start = better.start(stage).unwrap();
            let exact = exact::solve(&better, &start).p_win;
            let won = simulate::run(&better, &start, &Params::default()).won;
            assert!(exact > exact_before, "stage {stage}, step {tenth}");
            assert!(
                won >= won_before,
                "stage {stage}, step {tenth}: {won} after {won_before}"
            );
            (exact_before, won_before) = (exact, won);
        }
    }
}

fn bytes(chain: &Chain, start: &Start, params: &Params, threads: usize) -> String {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| serde_json::to_string(&simulate::run(chain, start, params)).unwrap())
}

#[test]
fn the_same_request_gives_the_same_bytes_on_any_number_of_threads() {
    let chain = documented();
    let start = chain.start(1).unwrap();
    for runs in [1, 7, 1_024, 10_000, 100_000] {
        let params = Params { runs, seed: 42 };
        let one = bytes(&chain, &start, &params, 1);
        assert_eq!(one, bytes(&chain, &start, &params, 2));
        assert_eq!(one, bytes(&documented(), &start, &params, 3));
    }
}

#[test]
fn a_longer_request_begins_with_the_shorter_one() {
    let chain = documented();
    let start = chain.start(0).unwrap();
    let (mut few, mut many) = (Samples::default(), Samples::default());
    few.draw(
        &chain,
        &start,
        &Params {
            runs: 1_500,
            seed: 8,
        },
    );
    many.draw(
        &chain,
        &start,
        &Params {
            runs: 70_000,
            seed: 8,
        },
    );
    assert_eq!(few.days(), &many.days()[..1_500]);
    assert!(few.endings().eq(many.endings().take(1_500)));
}

/// Quantiles, extremes and paths against a plain sort.
fn check_order_statistics(chain: &Chain, runs: u32, seed: u64) {
    let start = chain.start(0).unwrap();
    let params = Params { runs, seed };
    let mut samples = Samples::default();
    samples.draw(chain, &start, &params);
    let got = simulate::summarise(chain, &start, seed, &samples);
    let sorted = |keep: &dyn Fn(Ending) -> bool| {
        let runs = samples.days().iter().zip(samples.endings());
        let mut days: Vec<f64> = runs
            .filter(|&(_, ending)| keep(ending))
            .map(|(&days, _)| f64::from(days))
            .collect();
        days.sort_by(f64::total_cmp);
        days
    };
    let all = sorted(&|_| true);
    let won = sorted(&|ending| ending == Ending::Won);
    let lost = sorted(&|ending| ending == Ending::Lost);
    assert_eq!(all.len(), won.len() + lost.len());
    for (values, days) in [(&all, got.days), (&won, got.days_if_won)] {
        let Some(days) = days else {
            assert!(values.is_empty());
            continue;
        };
        let q = days.quantiles;
        for (percent, value) in [
            (5, q.p5),
            (10, q.p10),
            (25, q.p25),
            (50, q.p50),
            (75, q.p75),
            (90, q.p90),
            (95, q.p95),
        ] {
            let rank = (values.len() * percent).div_ceil(100).max(1);
            assert_eq!(value, values[rank - 1], "{percent} % of {runs} runs");
        }
    }
    let best = got.best.unwrap();
    let worst = got.worst.unwrap();
    assert_eq!(best.days, won.first().or(lost.last()).copied().unwrap());
    assert_eq!(worst.days, lost.last().or(won.last()).copied().unwrap());
    for path in got.typical.iter().chain([&best, &worst]) {
        assert_eq!(path.steps.first().unwrap().stage, 0);
        let sum: f64 = path.steps.iter().map(|visit| visit.days).sum();
        assert!((sum - path.days).abs() <= 1e-4 * path.days.max(1.0));
        assert_eq!(path.days, f64::from(samples.days()[path.run as usize]));
    }
    let bars = got.histogram.won.iter().chain(&got.histogram.lost);
    assert_eq!(bars.sum::<u32>(), runs);
}

#[test]
fn quantiles_are_those_of_the_sorted_runs() {
    let chain = documented();
    for runs in [1, 2, 3, 19, 20, 21, 1_000, 10_000] {
        check_order_statistics(&chain, runs, runs.into());
    }
    for seed in 0..10 {
        check_order_statistics(&random_chain(seed, 3), 2_000, seed);
    }
    // All at once, at the ends of the range: ties, nothing and centuries.
    for days in [0.0, 1e-6, 1.0, 1e6] {
        let law = |p| {
            let dwell = Dwell::point(days);
            let branch = |to, p| Branch {
                to,
                p,
                dwell: dwell.clone(),
            };
            StageLaw::new(vec![branch(Target::Won, p), branch(Target::Lost, 1.0 - p)])
        };
        for p in [0.0, 0.5, 1.0] {
            let chain = Chain::new(vec!["s".into()], vec![law(p)]).unwrap();
            check_order_statistics(&chain, 500, 1);
        }
    }
}

#[test]
fn a_chain_that_hardly_ever_closes_is_capped_and_says_so() {
    let branch = |to, p| Branch {
        to,
        p,
        dwell: Dwell::point(0.001),
    };
    let law = StageLaw::new(vec![
        branch(Target::Stage(0), 0.999_99),
        branch(Target::Won, 0.000_01),
    ]);
    let chain = Chain::new(vec!["loop".into()], vec![law]).unwrap();
    let start = chain.start(0).unwrap();
    let got = simulate::run(&chain, &start, &Params { runs: 40, seed: 1 });
    assert!(got.capped > 20, "{}", got.capped);
    assert_eq!(got.capped + got.won + got.lost, 40);
}

#[test]
fn the_start_of_a_larger_chain_stays_open_instead_of_failing() {
    let (large, small) = (documented(), random_chain(1, 2));
    for start in [
        large.start(5).unwrap(),
        large.start_with(0, large.stages()[0].clone()).unwrap(),
    ] {
        let got = simulate::run(&small, &start, &Params { runs: 100, seed: 1 });
        assert_eq!(got.capped, 100);
    }
}

/// The curve against a simulation of 400,000 runs and against one much finer grid.
#[test]
fn the_curve_agrees_with_simulation_and_with_a_finer_grid() {
    let chain = documented();
    let coarse = Curves::of(&chain, 120.0, 0.5).unwrap();
    let fine = Curves::of(&chain, 120.0, 0.05).unwrap();
    for stage in [0_u16, 3, 5] {
        let start = chain.start(stage).unwrap();
        let (a, b) = (coarse.from(&start), fine.from(&start));
        assert_eq!((a.win.len(), b.win.len()), (241, 2401));
        let mut samples = Samples::default();
        let runs = 400_000;
        samples.draw(&chain, &start, &Params { runs, seed: 5 });
        for k in 0..=240 {
            let gap = (a.win[k] - b.win[10 * k])
                .abs()
                .max((a.lost[k] - b.lost[10 * k]).abs());
            assert!(gap < 5e-5, "stage {stage}, point {k}: {gap}");
        }
        for day in [5.0, 20.0, 30.0, 60.0, 90.0, 120.0] {
            let ends = samples.days().iter().zip(samples.endings());
            let by = ends.filter(|&(&days, _)| f64::from(days) <= day);
            let (mut won, mut lost) = (0.0, 0.0);
            for (_, ending) in by {
                won += f64::from(u8::from(ending == Ending::Won)) / f64::from(runs);
                lost += f64::from(u8::from(ending == Ending::Lost)) / f64::from(runs);
            }
            let k = (day * 2.0) as usize;
            for (got, p) in [(a.win[k], won), (a.lost[k], lost)] {
                let se = (p * (1.0 - p) / f64::from(runs)).sqrt() + 1e-6;
                assert!(
                    (got - p).abs() <= 4.5 * se,
                    "stage {stage}, day {day}: {got} for {p}"
                );
            }
        }
    }
}

#[test]
fn the_curve_ends_at_the_win_probability_and_is_exact_for_fixed_stays() {
    let chain = documented();
    let start = chain.start(0).unwrap();
    let long = exact::curve(&chain, &start, 3_000.0, 1.0).unwrap();
    let truth = exact::solve(&chain, &start);
    assert!((long.win_by(3_000.0) - truth.p_win).abs() < 1e-6);
    assert!((long.closed_by(1e9) - 1.0).abs() < 1e-6);
    // E[T] is the area above the curve.
    let open: f64 = (0..3_000)
        .map(|k| 1.0 - 0.5 * (long.closed_by(f64::from(k)) + long.closed_by(f64::from(k + 1))))
        .sum();
    assert!(
        (open - truth.days).abs() < 0.01,
        "{open} for {}",
        truth.days
    );

    let point = |to, p, days| Branch {
        to,
        p,
        dwell: Dwell::point(days),
    };
    let steps = Chain::new(
        vec!["a".into(), "b".into()],
        vec![
            StageLaw::new(vec![
                point(Target::Stage(1), 0.5, 2.0),
                point(Target::Lost, 0.5, 0.0),
            ]),
            StageLaw::new(vec![
                point(Target::Won, 0.8, 3.0),
                point(Target::Stage(0), 0.2, 0.0),
            ]),
        ],
    )
    .unwrap();
    let got = exact::curve(&steps, &steps.start(0).unwrap(), 8.0, 1.0).unwrap();
    let win = [0.0, 0.0, 0.0, 0.0, 0.0, 0.4, 0.4, 0.44, 0.44];
    let lost = [0.5, 0.5, 0.55, 0.55, 0.555, 0.555, 0.5555, 0.5555, 0.55555];
    for k in 0..9 {
        near(got.win[k], win[k], "won by");
        near(got.lost[k], lost[k], "lost by");
    }
}

#[test]
fn an_impossible_grid_is_refused() {
    let chain = documented();
    for (horizon, step) in [
        (30.0, 0.0),
        (30.0, -1.0),
        (30.0, f64::NAN),
        (f64::INFINITY, 1.0),
        (-1.0, 1.0),
        (1e9, 1.0),
    ] {
        let error = Curves::of(&chain, horizon, step).unwrap_err().to_string();
        assert!(error.contains("positive step"), "{error}");
    }
    assert_eq!(
        Curves::of(&chain, 0.0, 1.0)
            .unwrap()
            .from(&chain.start(0).unwrap())
            .win,
        [0.0]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_share_lies_within_its_interval(hits in 0_u64..1000, more in 0_u64..1000) {
        let share = simulate::Estimate::share(hits, hits + more);
        prop_assert!(0.0 <= share.low && share.low <= share.value);
        prop_assert!(share.value <= share.high && share.high <= 1.0);
    }

    #[test]
    fn curves_rise_and_never_pass_the_closed_form(seed in 0_u64..10_000, stages in 1_u16..6) {
        let chain = random_chain(seed, stages);
        let curves = Curves::of(&chain, 40.0, 1.0).unwrap();
        for stage in 0..stages {
            let curve = curves.from(&chain.start(stage).unwrap());
            prop_assert!(curve.win.is_sorted() && curve.lost.is_sorted());
            prop_assert!(*curve.win.last().unwrap() <= chain.p_win()[usize::from(stage)] + 1e-9);
        }
    }
}
