//! Our side of each comparison.

use crate::clock::{Median, median, median_of};
use crate::work::{Events, Work};
use anyhow::Context;
use connectors::file;
use forecast::chain::Chain;
use forecast::exact::{Curves, Solution};
use forecast::rng::Step;
use forecast::simulate::{self, Params, Samples};
use mining::transitions;
use model::{StageLog, Timestamp};
use rayon::prelude::*;
use std::hint::black_box;

/// One piece of work and how long we take.
pub(crate) struct Ours {
    /// Its name, by which the peers answer.
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) threads: usize,
    pub(crate) median: Median,
    /// What we promise to reach.
    pub(crate) reach_ms: Option<f64>,
    /// A number both sides must agree on: a probability or a count.
    pub(crate) answer: f64,
}

const RUNS: u32 = 10_000;

/// Times everything.
pub(crate) fn measure(work: &Work) -> anyhow::Result<Vec<Ours>> {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let one = pool(1).context("cannot start a thread")?;
    let two = pool(2).context("cannot start two threads")?;
    let mut rows = one.install(|| one_thread(work))?;
    rows.push(one.install(|| book(work, 1)));
    rows.push(two.install(|| book(work, 2)));
    rows.extend(one.install(|| import(work))?);
    Ok(rows)
}

fn one_thread(work: &Work) -> anyhow::Result<Vec<Ours>> {
    let Work {
        chain, scenario, ..
    } = work;
    let start = chain.start(0)?;
    let changed = scenario.start(0)?;
    let truth = chain.p_win()[0];
    let mut seed = 0;
    let mut params = || {
        seed += 1;
        Params { runs: RUNS, seed }
    };
    let row = |key, title, reach_ms, answer, median| Ours {
        key,
        title,
        threads: 1,
        median,
        reach_ms,
        answer,
    };

    let mut samples = Samples::default();
    samples.draw(chain, &start, &params());
    let visits: f64 = forecast::exact::visits(chain, &start).iter().sum();
    let draws = (visits * f64::from(RUNS)) as u32;
    let mut rows = vec![
        row(
            "run",
            "10,000 runs of one deal, all of the outcome",
            Some(0.2),
            truth,
            median(1, || simulate::run(chain, &start, &params())),
        ),
        row(
            "draw",
            "10,000 runs of one deal, without the summary",
            None,
            truth,
            median(1, || {
                samples.draw(chain, &start, &params());
                samples.days()[0]
            }),
        ),
        row(
            "rng",
            "the draws alone (bound of the generator)",
            None,
            f64::from(draws),
            median(1, || {
                let step = Step::new(params().seed, 0);
                (0..draws).fold(0, |all, run| all ^ step.draw(run).bits())
            }),
        ),
        row(
            "pair",
            "baseline and scenario, with quantiles",
            Some(0.4),
            scenario.p_win()[0] - truth,
            median(1, || {
                simulate::pair((chain, &start), (scenario, &changed), &params())
            }),
        ),
        row(
            "closed_form",
            "closed form of a new chain: p_win, moments, visits",
            Some(0.005),
            truth,
            median(1_000, || {
                let solution = Solution::of(chain);
                (
                    solution.from(&start),
                    forecast::exact::visits(chain, &start),
                )
            }),
        ),
        row(
            "chain",
            "check, order and factor a chain, before that",
            None,
            truth,
            median(1_000, || {
                Chain::new(chain.names().to_vec(), chain.stages().to_vec())
            }),
        ),
        row(
            "curve",
            "won-by-day and lost-by-day, 120 d at 0.5 d, all stages",
            None,
            truth,
            median(1, || Curves::of(chain, 120.0, 0.5)),
        ),
    ];
    for (events, coded, named, reach_ms) in [
        (
            &work.logs[0],
            ("coded_100k", "transitions and stays, 100 k coded events"),
            ("named_100k", "transitions and stays, 100 k named events"),
            15.0,
        ),
        (
            &work.logs[1],
            ("coded_1m", "transitions and stays, 1 M coded events"),
            ("named_1m", "transitions and stays, 1 M named events"),
            150.0,
        ),
    ] {
        let names: Vec<String> = (0..events.cases as u32).map(Events::case_name).collect();
        let terminal = events.terminal();
        let (stages, cases) = (&events.stages, &names);
        let from_codes = |cases, stages| {
            let Events {
                case, stage, at_us, ..
            } = events;
            let log = StageLog::from_columns(case, stage, at_us, cases, stages, &terminal)?;
            anyhow::Ok(transitions::count(&log))
        };
        let answer = from_codes(cases.clone(), stages.clone())?.total() as f64;
        // A log takes its names over; copying them for each repetition is not part of the work.
        rows.push(row(
            coded.0,
            coded.1,
            Some(reach_ms),
            answer,
            median_of(
                || (cases.clone(), stages.clone()),
                |(cases, stages)| from_codes(cases, stages),
            ),
        ));
        let instants: Vec<Timestamp> = events
            .at_us
            .iter()
            .map(|&us| Timestamp::from_microsecond(us))
            .collect::<Result<_, _>>()?;
        rows.push(row(
            named.0,
            named.1,
            None,
            answer,
            median(1, || {
                let mut log = StageLog::builder();
                for ((&case, &stage), &at) in events.case.iter().zip(&events.stage).zip(&instants) {
                    log.push(&names[case as usize], &stages[usize::from(stage)], at)?;
                }
                anyhow::Ok(transitions::count(&log.finish(Events::is_terminal)))
            }),
        ));
    }
    Ok(rows)
}

fn book(work: &Work, threads: usize) -> Ours {
    let simulate_all = || {
        let deals = work.book.par_iter().enumerate();
        let won: u64 = deals
            .map(|(i, start)| {
                let seed = i as u64;
                u64::from(simulate::run(&work.chain, start, &Params { runs: RUNS, seed }).won)
            })
            .sum();
        won
    };
    let won = simulate_all() as f64;
    Ours {
        key: if threads == 1 { "book_one" } else { "book" },
        title: if threads == 1 {
            "1,000-deal book × 10,000 runs, one thread"
        } else {
            "1,000-deal book × 10,000 runs, two threads"
        },
        threads,
        median: median(1, || black_box(simulate_all())),
        reach_ms: (threads == 2).then_some(500.0),
        answer: won / (1_000.0 * f64::from(RUNS)),
    }
}

fn import(work: &Work) -> anyhow::Result<Option<Ours>> {
    let path = [work.logs[1].csv.clone()];
    let read = || file::import(&path, &file::Options::default(), &mut |_| {});
    let events = read().context("cannot import the log")?.book.log.events();
    Ok(Some(Ours {
        key: "import_1m",
        title: "import a CSV of 1 M stage events",
        threads: 1,
        median: median(1, read),
        reach_ms: None,
        answer: events as f64,
    }))
}
