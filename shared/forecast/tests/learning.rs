//! The learned model against processes whose truth is known.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use forecast::backtest::{self, backtest};
use forecast::exact;
use forecast::law;
use forecast::learn::curve::{Grid, Outlook};
use forecast::learn::fit::{Evidence, Forecaster, Trained};
use forecast::learn::hazard::{Hazards, Settings};
use forecast::learn::panel::{Mark, Panel, Row, State};
use forecast::predict::{Least, predict};
use forecast::rng::{self, Stream};
use std::collections::BTreeSet;

/// A pipeline of two stages: A leads to B or is lost, B is won or lost; stays are Weibull with the
/// shape given, deals begin evenly over two years.
struct World {
    deals: usize,
    shape: f64,
    p_forward: f64,
    p_win: fn(f64) -> f64,
}

const START: f64 = 19_000.0;
const SPAN: f64 = 730.0;

impl World {
    fn panel(&self, seed: u64) -> Panel {
        let mut panel = Panel::new(vec!["A".into(), "B".into()]);
        for deal in 0..self.deals {
            let mut chance = Stream::new(seed, deal as u64);
            let mut stay = |mean: f64| mean * (-(1.0 - chance.unit()).ln()).powf(1.0 / self.shape);
            let (first, second) = (stay(20.0), stay(35.0));
            let began = START + chance.unit() * SPAN;
            let quality = chance.unit();
            let mut rows = vec![Row {
                at: began,
                mark: Mark::Stage(0),
            }];
            let mut add = |at: f64, mark: Mark| {
                if at < START + SPAN {
                    rows.push(Row { at, mark });
                }
            };
            if chance.unit() < self.p_forward {
                add(began + first, Mark::Stage(1));
                let won = chance.unit() < (self.p_win)(quality);
                add(
                    began + first + second,
                    if won { Mark::Won } else { Mark::Lost },
                );
            } else {
                add(began + first, Mark::Lost);
            }
            panel.push(rows, Some(1_000.0 * (1.0 + 9.0 * quality)), None);
        }
        panel
    }
}

const PLAIN: World = World {
    deals: 4_000,
    shape: 1.5,
    p_forward: 0.6,
    p_win: |_| 0.5,
};

fn hazards(panel: &Panel, origin: f64, settings: Settings) -> Hazards {
    Hazards::fit(
        &panel.sojourns(origin),
        panel.stages.len(),
        origin,
        settings,
    )
}

#[test]
fn the_chain_finds_the_true_chance_to_win_despite_open_deals() {
    let panel = PLAIN.panel(1);
    let origin = START + SPAN;
    let hazards = hazards(&panel, origin, Settings::default());
    let chain = law::chain(&hazards, &panel.stages).unwrap();
    assert!(
        (chain.p_win()[0] - 0.30).abs() < 0.025,
        "{:?}",
        chain.p_win()
    );
    assert!(
        (chain.p_win()[1] - 0.50).abs() < 0.03,
        "{:?}",
        chain.p_win()
    );
    let days = exact::solve(&chain, &chain.start(0).unwrap()).days;
    let truth = 0.9027 * 20.0 + 0.6 * 0.9027 * 35.0; // Weibull mean: Γ(1 + 1/1.5) × scale
    assert!((days / truth - 1.0).abs() < 0.05, "{days} against {truth}");
}

#[test]
fn training_on_closed_deals_only_hurries_everything() {
    let panel = PLAIN.panel(2);
    // A year in: many deals are still open, and those that closed are the quick ones.
    let origin = START + 120.0;
    let grid = Grid::over(origin, 30.0);
    let closed = |censored: bool| {
        let hazards = hazards(
            &panel,
            origin,
            Settings {
                censored,
                ..Settings::default()
            },
        );
        let [won, lost] = Outlook::curves(&hazards, grid).deal(1, 5.0).end();
        won + lost
    };
    assert!(
        closed(false) > closed(true) * 1.1,
        "{} {}",
        closed(false),
        closed(true)
    );
}

#[test]
fn the_curve_agrees_with_the_exact_curve_of_the_chain_where_no_calendar_is_learned() {
    let panel = PLAIN.panel(3);
    let origin = START + SPAN;
    let hazards = hazards(
        &panel,
        origin,
        Settings {
            calendar: false,
            ..Settings::default()
        },
    );
    let chain = law::chain(&hazards, &panel.stages).unwrap();
    for (stage, age) in [(0, 0.0), (0, 12.0), (1, 3.0), (1, 60.0)] {
        let outlook = Outlook::curves(&hazards, Grid::over(origin, 40.0));
        let curve = outlook.deal(stage, age);
        let first = law::law(&hazards, stage, age).unwrap();
        let start = chain.start_with(stage as u16, first).unwrap();
        let exact = exact::curve(&chain, &start, 40.0, 0.25).unwrap();
        for days in [5.0, 20.0, 40.0] {
            let [won, lost] = outlook.read(&curve, days);
            assert!(
                (won - exact.win_by(days)).abs() < 0.004,
                "{stage} {age} {days}: {won} {}",
                exact.win_by(days)
            );
            assert!(
                (won + lost - exact.closed_by(days)).abs() < 0.004,
                "{stage} {age} {days}"
            );
        }
    }
}

#[test]
fn a_deal_twice_as_old_is_forecast_by_what_remains() {
    // With a rising hazard an older deal closes sooner, with a falling one later.
    for (shape, sooner) in [(2.5, true), (0.6, false)] {
        let panel = World { shape, ..PLAIN }.panel(4);
        let origin = START + SPAN;
        let hazards = hazards(
            &panel,
            origin,
            Settings {
                calendar: false,
                ..Settings::default()
            },
        );
        let outlook = Outlook::curves(&hazards, Grid::over(origin, 15.0));
        let closed = |age: f64| outlook.deal(1, age).closed().last().copied().unwrap();
        assert_eq!(
            closed(30.0) > closed(2.0),
            sooner,
            "shape {shape}: {} {}",
            closed(30.0),
            closed(2.0)
        );
    }
}

#[test]
fn an_attribute_that_matters_is_found_and_one_that_does_not_is_left_alone() {
    let gain = |p_win: fn(f64) -> f64| {
        let panel = World {
            p_win,
            deals: 5_000,
            ..PLAIN
        }
        .panel(5);
        let options = backtest::Options {
            horizon_days: 45,
            every_days: Some(60.0),
            members: 1,
            ..Default::default()
        };
        let result = backtest(&panel, &options, &|_, _| ()).unwrap();
        result.stage_rate.behind_model.value
    };
    let (with, without) = (gain(|quality| 0.1 + 0.8 * quality), gain(|_| 0.5));
    assert!(with > without + 0.005, "{with} {without}");
    assert!(without > -0.004, "{without}");
}

#[test]
fn no_skill_over_the_base_rate_is_said_in_words() {
    // One stage, memoryless: nothing tells one deal from another.
    let mut panel = Panel::new(vec!["Open".into()]);
    for deal in 0..1_500 {
        let mut chance = Stream::new(9, deal);
        let began = START + chance.unit() * SPAN;
        let closes = began - 40.0 * (1.0 - chance.unit()).ln();
        let mut rows = vec![Row {
            at: began,
            mark: Mark::Stage(0),
        }];
        if closes < START + SPAN {
            rows.push(Row {
                at: closes,
                mark: if chance.unit() < 0.4 {
                    Mark::Won
                } else {
                    Mark::Lost
                },
            });
        }
        panel.push(rows, None, None);
    }
    let result = backtest(&panel, &backtest::Options::default(), &|_, _| ()).unwrap();
    assert!(!result.skill, "{:?}", result.base_rate.behind_model);
    assert!(
        result.verdict.starts_with("No skill over the base rate"),
        "{}",
        result.verdict
    );
}

#[test]
fn too_little_history_is_refused_with_what_is_missing() {
    for (deals, expected) in [(10, "more closed deals"), (60, "")] {
        let panel = World { deals, ..PLAIN }.panel(6);
        let answer = predict(&panel, START + SPAN, 30, Least::Standard);
        match answer {
            Err(refusal) => assert!(refusal.to_string().contains(expected), "{refusal}"),
            Ok(_) => assert!(expected.is_empty()),
        }
        assert!(predict(&panel, START + SPAN, 30, Least::Anything).is_ok());
    }
    let empty = Panel::new(vec![]);
    assert!(
        predict(&empty, START, 30, Least::Anything)
            .unwrap()
            .0
            .is_empty()
    );
    assert!(backtest(&empty, &backtest::Options::default(), &|_, _| ()).is_err());
}

#[test]
fn predictions_are_probabilities_and_their_curve_rises_to_the_end() {
    let panel = PLAIN.panel(7);
    let (predictions, _) = predict(&panel, START + 500.0, 30, Least::Standard).unwrap();
    assert!(predictions.len() > 100);
    for p in predictions {
        assert!((p.p_win + p.p_lost + p.p_open - 1.0).abs() < 1e-9);
        assert!(
            [p.p_win, p.p_lost, p.p_open]
                .iter()
                .all(|v| (0.0..=1.0).contains(v)),
            "{p:?}"
        );
        assert!(p.closed_by_day.is_sorted());
        assert_eq!(p.closed_by_day.len(), 30);
        assert!((p.closed_by_day[29] - p.p_win - p.p_lost).abs() < 1e-9);
    }
}

#[test]
fn nothing_at_or_after_the_origin_is_seen() {
    let panel = PLAIN.panel(8);
    let origin = START + 400.0;
    let mut past = Panel::new(panel.stages.clone());
    for deal in 0..panel.deals() {
        past.push(
            panel.before(deal, origin).to_vec(),
            panel.amount(deal),
            None,
        );
    }
    let all = predict(&panel, origin, 30, Least::Standard).unwrap().0;
    let cut = predict(&past, origin, 30, Least::Standard).unwrap().0;
    assert_eq!(all, cut);
}

#[test]
fn one_thread_or_two_give_the_same_bytes() {
    let panel = World {
        deals: 1_200,
        ..PLAIN
    }
    .panel(10);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let trained = Trained::learn(&panel, START + 600.0, 30.0, 8, 3);
            let result = backtest(
                &panel,
                &backtest::Options {
                    every_days: Some(120.0),
                    ..Default::default()
                },
                &|_, _| (),
            );
            format!(
                "{:?} {}",
                trained,
                serde_json::to_string(&result.unwrap()).unwrap()
            )
        })
    };
    assert_eq!(with(1), with(2));
}

#[test]
fn a_reopened_deal_begins_anew_and_a_corrected_outcome_counts_once() {
    let mut panel = Panel::new(vec!["A".into()]);
    let row = |at: f64, mark: Mark| Row { at, mark };
    panel.push(
        vec![
            row(1.0, Mark::Stage(0)),
            row(5.0, Mark::Lost),
            row(9.0, Mark::Stage(0)),
        ],
        None,
        None,
    );
    panel.push(
        vec![
            row(1.0, Mark::Stage(0)),
            row(5.0, Mark::Lost),
            row(6.0, Mark::Won),
        ],
        None,
        None,
    );
    let Some(State::Open(standing)) = panel.state(0, 20.0) else {
        panic!("open again")
    };
    assert_eq!(
        (
            standing.began,
            standing.entered,
            standing.stays,
            standing.previous
        ),
        (9.0, 9.0, 1, None)
    );
    assert!(matches!(
        panel.state(1, 20.0),
        Some(State::Closed { won: true, at: 5.0 })
    ));
    assert_eq!(panel.sojourns(20.0).len(), 3);
    let evidence = Evidence::of(&panel, 20.0);
    assert_eq!((evidence.open, evidence.won, evidence.lost), (1, 1, 0));
}

#[test]
fn weekday_and_quarter_patterns_are_learned_only_from_enough_whole_months() {
    // Everything closes on Tuesdays (day 19 001 is one); wins only in the last month of a quarter.
    let make = |days: f64| {
        let mut panel = Panel::new(vec!["Open".into()]);
        for deal in 0..1_500 {
            let mut chance = Stream::new(11, deal);
            let began = START + chance.unit() * days;
            let mut closes = began - 30.0 * (1.0 - chance.unit()).ln();
            closes += 5.0 - (closes + 3.0).rem_euclid(7.0) + 7.0;
            let month = forecast::learn::calendar::month_number(closes);
            let won = month.rem_euclid(3) == 2;
            let mut rows = vec![Row {
                at: began,
                mark: Mark::Stage(0),
            }];
            if closes < START + days {
                rows.push(Row {
                    at: closes,
                    mark: if won { Mark::Won } else { Mark::Lost },
                });
            }
            panel.push(rows, None, None);
        }
        Forecaster::learn(&panel, START + days, 30.0, Settings::default())
            .hazards
            .calendar
    };
    let long = make(600.0);
    let quarter = long.quarter.expect("20 months show a season");
    assert!(
        quarter[0]
            .iter()
            .all(|phases| phases[2] > 1.8 && phases[0] < 0.4),
        "{quarter:?}"
    );
    assert!(
        long.weekday[0].iter().filter(|f| **f > 3.0).count() == 1,
        "{:?}",
        long.weekday
    );
    assert!(
        make(150.0).quarter.is_none(),
        "one quarter cannot tell a season from a trend"
    );
}

#[test]
fn the_order_of_deals_says_nothing() {
    let all = World {
        deals: 900,
        ..PLAIN
    }
    .panel(12);
    let name = |deal: usize| rng::key(format!("OP-{deal}").as_bytes());
    let of = |deals: &[usize]| {
        let mut panel = Panel::new(all.stages.clone());
        for deal in deals {
            panel.push_named(
                name(*deal),
                all.rows(*deal).to_vec(),
                all.amount(*deal),
                None,
            );
        }
        panel
    };
    let forward: Vec<usize> = (0..900).collect();
    let backward: Vec<usize> = forward.iter().rev().copied().collect();
    let (a, b) = (of(&forward), of(&backward));
    let said = |panel: &Panel| {
        let trained = Trained::learn(panel, START + 600.0, 30.0, 8, 3);
        let options = backtest::Options {
            every_days: Some(120.0),
            members: 4,
            ..Default::default()
        };
        let result = backtest(panel, &options, &|_, _| ()).unwrap();
        format!("{trained:?} {}", serde_json::to_string(&result).unwrap())
    };
    assert_eq!(said(&a), said(&b));
    for deal in 0..900 {
        assert_eq!(a.key(deal), b.key(899 - deal));
    }
}

#[test]
fn deals_that_have_not_begun_move_nobody_s_luck() {
    let all = PLAIN.panel(13);
    let origin = START + 365.0;
    let begun = (0..all.deals()).filter(|deal| !all.before(*deal, origin).is_empty());
    let mut fewer = Panel::new(all.stages.clone());
    for deal in begun {
        fewer.push(all.rows(deal).to_vec(), all.amount(deal), None);
    }
    assert!(fewer.deals() < all.deals() - 1_000);
    let learned = |panel: &Panel| format!("{:?}", Trained::learn(panel, origin, 30.0, 6, 3));
    assert_eq!(learned(&all), learned(&fewer));
}

#[test]
fn namesakes_are_told_apart_by_what_they_did() {
    let row = |at: f64| {
        vec![Row {
            at,
            mark: Mark::Stage(0),
        }]
    };
    let of = |deals: &[(u64, f64, f64)]| {
        let mut panel = Panel::new(vec!["A".into()]);
        for (name, at, amount) in deals {
            panel.push_named(*name, row(*at), Some(*amount), None);
        }
        let places = 0..panel.deals();
        places.map(|it| panel.key(it)).collect::<Vec<_>>()
    };
    // Two accounts of one vendor both have a deal 7, and both a deal 8.
    let deals = [(7, 1.0, 5.0), (7, 2.0, 5.0), (8, 1.0, 5.0), (8, 1.0, 6.0)];
    let keys = of(&deals);
    let distinct: BTreeSet<&u64> = keys.iter().collect();
    assert_eq!(distinct.len(), 4);
    let mut turned = deals;
    turned.reverse();
    let mut again = of(&turned);
    again.reverse();
    assert_eq!(keys, again);
}

#[test]
fn a_deal_without_a_name_is_known_by_how_it_began() {
    let row = |at: f64, mark| Row { at, mark };
    let key = |rows: &[Row]| {
        let mut panel = Panel::new(vec!["A".into(), "B".into()]);
        panel.push(rows.to_vec(), None, None);
        panel.key(0)
    };
    let began = row(3.0, Mark::Stage(0));
    let alone = key(&[began]);
    assert_eq!(alone, key(&[row(9.0, Mark::Won), began]));
    assert_ne!(alone, key(&[row(4.0, Mark::Stage(0))]));
    assert_ne!(alone, key(&[row(3.0, Mark::Stage(1))]));
}
