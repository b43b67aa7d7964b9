//! The engine on the invented company, whose truth is known: through the files, as a user would.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::sync::LazyLock;

use forecast::engine::{Model, Options};
use forecast::learn::panel::{Facts, Panel};
use forecast::pipeline::By;
use forecast::scenario::Scenario;
use forecast::simulate::Params;

struct Fixture {
    model: Model,
    /// Of open deals: the true chance to be won, and whether it will be.
    truth: Vec<Option<(f64, bool)>>,
}

/// The company's deals as its files tell them.
fn book(world: &demo::World) -> model::Book {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in world.files() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let paths = [folder.path().to_path_buf()];
    let import =
        connectors::file::import(&paths, &connectors::file::Options::default(), &mut |_| ())
            .unwrap();
    import.book
}

fn fit(book: &model::Book) -> Model {
    let options = Options {
        members: 10,
        ..Options::default()
    };
    Model::fit(book, &options).unwrap()
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let world = demo::company(3, demo::Size::Medium);
    let book = book(&world);
    let model = fit(&book);
    let truth = (0..book.deals.len())
        .map(|i| {
            let id = book.log.case_name(i);
            let deal = world.deals.iter().find(|d| d.id == id && d.is_open())?;
            Some((deal.truth.p_win, deal.truth.fate == demo::Fate::Won))
        })
        .collect();
    Fixture { model, truth }
});

#[test]
fn chances_to_win_follow_the_truth() {
    let Fixture { model, truth } = &*FIXTURE;
    let deals = model.deals(&model.open());
    let (mut live, mut forgotten) = (Vec::new(), Vec::new());
    for deal in &deals {
        let Some(truth) = truth[deal.deal] else {
            continue;
        };
        let list = if deal.zombie {
            &mut forgotten
        } else {
            &mut live
        };
        list.push((deal.p_win.value, truth.0, f64::from(truth.1)));
    }
    assert!(
        live.len() > 100 && forgotten.len() > 50,
        "{} {}",
        live.len(),
        forgotten.len()
    );
    let mean = |list: &[(f64, f64, f64)], of: fn(&(f64, f64, f64)) -> f64| {
        list.iter().map(of).sum::<f64>() / list.len() as f64
    };
    let (p, t, won) = (
        mean(&live, |d| d.0),
        mean(&live, |d| d.1),
        mean(&live, |d| d.2),
    );
    // 154 deals: the share that is won has a standard error of 4 points.
    assert!((p - won).abs() < 0.08, "mean {p}, won in truth {won}");
    let covariance: f64 = live.iter().map(|d| (d.0 - p) * (d.1 - t)).sum();
    let spread = |of: fn(&(f64, f64, f64)) -> f64, m: f64| {
        live.iter().map(|d| (of(d) - m).powi(2)).sum::<f64>()
    };
    let correlation = covariance / (spread(|d| d.0, p) * spread(|d| d.1, t)).sqrt();
    assert!(correlation > 0.6, "correlation {correlation}");
    assert!(
        mean(&forgotten, |d| d.0) < 0.1,
        "{}",
        mean(&forgotten, |d| d.0)
    );
}

#[test]
fn no_scenario_and_a_scenario_that_changes_nothing_give_exactly_nothing() {
    let model = &FIXTURE.model;
    let deal = model.open()[0];
    let answer = model.what_if(deal, &[], &Params::default()).unwrap();
    assert_eq!(answer.delta.p_win.value, 0.0);
    assert_eq!(answer.delta.expected_days, 0.0);
    assert_eq!(answer.simulation.p_win.value, 0.0);
    assert_eq!(answer.baseline, answer.modified);
    let amount = model.reading.value(deal).unwrap();
    let same = model
        .what_if(
            deal,
            &[Scenario::ChangeAmount { amount }],
            &Params::default(),
        )
        .unwrap();
    assert_eq!(same.delta.p_win.value, 0.0);
    let first = &answer.simulation.baseline.typical[0].steps[0];
    assert_eq!(
        first.stage,
        model.standing(deal).unwrap().stage,
        "a trajectory begins where the deal is"
    );
}

#[test]
fn simulation_and_exact_solution_agree_for_every_arm() {
    let model = &FIXTURE.model;
    for deal in model.open().into_iter().step_by(29) {
        let answer = model
            .what_if(deal, &[Scenario::AddChampion], &Params::default())
            .unwrap();
        for (arm, outcome) in [
            (&answer.baseline, &answer.simulation.baseline),
            (&answer.modified, &answer.simulation.modified),
        ] {
            let se = (arm.p_win * (1.0 - arm.p_win) / f64::from(outcome.runs)).sqrt();
            assert!(
                (outcome.p_win.value - arm.p_win).abs() <= 4.0 * se + 1e-4,
                "deal {deal}: {} {}",
                outcome.p_win.value,
                arm.p_win
            );
        }
    }
}

#[test]
fn a_champion_never_lowers_the_chance_while_its_effect_is_positive() {
    let model = &FIXTURE.model;
    assert!(
        model
            .effects
            .of(forecast::effects::Covariate::Champion)
            .log_odds
            > 0.0
    );
    for deal in model.open().into_iter().step_by(7) {
        let answer = model
            .what_if(
                deal,
                &[Scenario::AddChampion],
                &Params {
                    runs: 500,
                    ..Params::default()
                },
            )
            .unwrap();
        assert!(
            answer.delta.p_win.value >= 0.0,
            "deal {deal}: {:?}",
            answer.delta
        );
        assert!(
            answer.delta.p_win.low <= answer.delta.p_win.value
                && answer.delta.p_win.value <= answer.delta.p_win.high
        );
    }
}

#[test]
fn scenarios_compose_and_their_texts_read_back() {
    let model = &FIXTURE.model;
    let deal = model.open()[3];
    let stage = model.trained.best.stages[model.standing(deal).unwrap().stage as usize].clone();
    for text in [
        "add_champion".to_owned(),
        "remove_blocker".to_owned(),
        format!("accelerate({stage},5)"),
        "increase_touchpoints(2)".to_owned(),
        "change_amount(12000)".to_owned(),
        format!("set_stage({stage})"),
    ] {
        let scenario: Scenario = text.parse().unwrap();
        assert_eq!(scenario.to_string(), text);
        let both = [scenario, Scenario::AddChampion];
        let answer = model
            .what_if(
                deal,
                &both,
                &Params {
                    runs: 500,
                    ..Params::default()
                },
            )
            .unwrap();
        assert!((0.0..=1.0).contains(&answer.modified.p_win), "{text}");
        assert_eq!(answer.evidence.len(), 2, "{text}");
    }
    for nonsense in [
        "",
        "add_champion(3)",
        "accelerate(Demo)",
        "accelerate(Demo,x)",
        "set_stage()",
        "increase_touchpoints",
        "win(now",
        "change_amount(NaN)",
    ] {
        assert!(nonsense.parse::<Scenario>().is_err(), "{nonsense}");
    }
    for bad in [
        "accelerate(Nowhere,5)",
        "set_stage(Nowhere)",
        "increase_touchpoints(-1)",
        "change_amount(-5)",
    ] {
        let scenario: Scenario = bad.parse().unwrap();
        assert!(
            model
                .what_if(deal, &[scenario], &Params::default())
                .is_err(),
            "{bad}"
        );
    }
}

#[test]
fn recommendations_help_and_the_best_comes_first() {
    let model = &FIXTURE.model;
    for deal in model.open().into_iter().step_by(17) {
        let recommendations = model.recommend(deal).unwrap();
        assert!(
            recommendations
                .iter()
                .all(|r| (r.gain > 0.0 || r.delta.p_win_90_days > 0.0) && !r.evidence.is_empty())
        );
        assert!(recommendations.is_sorted_by(|a, b| a.gain >= b.gain));
    }
}

#[test]
fn the_pipeline_adds_up() {
    let model = &FIXTURE.model;
    let owner = |deal: usize| {
        let name = format!("owner {}", deal % 5);
        let id = model::PersonId::derive(&model::TenantId::local(), "crm", &name);
        Some((id, name))
    };
    let forecast = model.pipeline(By::Quarter, 2, &owner, &|_| None);
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs().max(1.0);
    let total = forecast.total.revenue.expected;
    for lines in [&forecast.periods, &forecast.owners, &forecast.stages] {
        assert!(close(lines.iter().map(|l| l.revenue.expected).sum(), total));
        assert!(
            lines
                .iter()
                .all(|l| l.revenue.p10 <= l.revenue.p50 && l.revenue.p50 <= l.revenue.p90)
        );
    }
    assert_eq!(forecast.total.deals, model.open().len());
    let middle = forecast.total.revenue;
    assert!(
        middle.p10 < middle.expected && middle.expected < middle.p90,
        "{middle:?}"
    );
    assert!(
        (middle.p50 / middle.expected - 1.0).abs() < 0.15,
        "{middle:?}"
    );
}

#[test]
fn a_deal_s_numbers_hang_together() {
    let model = &FIXTURE.model;
    for deal in model.deals(&model.open()) {
        let p = deal.p_win;
        assert!(
            0.0 <= p.low && p.low <= p.value && p.value <= p.high && p.high <= 1.0,
            "{deal:?}"
        );
        let by: Vec<f64> = deal.by_days.iter().map(|d| d.p_win).collect();
        assert!(by.is_sorted(), "{deal:?}");
        assert!(by[2] <= p.value + 1e-9, "{deal:?}");
        assert!(deal.expected_days > 0.0 && deal.days_in_stage >= 0.0);
    }
}

#[test]
fn a_blocker_that_still_stands_is_known_and_advised_against_where_blockers_hurt() {
    let model = &FIXTURE.model;
    let blocked = |deal: &usize| model.reading.panel.facts(*deal).is_some_and(|f| f.blocked);
    let zombie = |deal: &usize| model.deal(*deal).unwrap().zombie;
    let deal = model
        .open()
        .into_iter()
        .find(|d| blocked(d) && !zombie(d))
        .unwrap();
    let answer = model
        .what_if(deal, &[Scenario::RemoveBlocker], &Params::default())
        .unwrap();
    assert!(
        !answer.evidence[0].note.contains("nothing changes"),
        "{:?}",
        answer.evidence
    );
    let hurts = model
        .effects
        .of(forecast::effects::Covariate::Blocker)
        .log_odds
        < 0.0;
    let advised = model
        .recommend(deal)
        .unwrap()
        .iter()
        .any(|r| r.scenario == Scenario::RemoveBlocker);
    assert_eq!(advised, hurts);
}

#[test]
fn a_past_chance_knows_of_the_deal_only_what_was_known_then() {
    let mut model = fit(&book(&demo::company(3, demo::Size::Small)));
    let panel = model.reading.panel.clone();
    let deals: Vec<usize> = (0..panel.deals()).step_by(7).collect();
    let whole: Vec<_> = deals.iter().map(|deal| model.scores(*deal)).collect();
    let (mut compared, mut differ) = (0, 0);
    for (deal, whole) in deals.iter().zip(&whole) {
        let Ok(whole) = whole else { continue };
        let moves: Vec<_> = whole.iter().filter(|it| it.entered).collect();
        let Some(half) = moves.get(moves.len() / 2) else {
            continue;
        };
        let day = half.at + 0.01;
        // The same deal, of which nothing later is known.
        let mut known = Panel::new(panel.stages.clone());
        for it in 0..panel.deals() {
            let mut rows = panel.rows(it).to_vec();
            let mut facts = panel.facts(it).cloned();
            if it == *deal {
                rows.retain(|row| row.at <= day);
                facts = facts.map(|facts| Facts {
                    touches: facts.touches.into_iter().filter(|at| *at <= day).collect(),
                    champion_from: facts.champion_from.filter(|at| *at <= day),
                    raised: facts.raised.into_iter().filter(|at| *at <= day).collect(),
                    blocked: false,
                });
            }
            known.push(rows, panel.amount(it), facts);
        }
        model.reading.panel = known;
        let then = model.scores(*deal).unwrap();
        let then = then.iter().filter(|it| it.entered && it.at <= day);
        let before = moves.iter().filter(|it| it.at <= day);
        for (a, b) in then.zip(before) {
            assert_eq!((a.at, a.mark, a.p_win), (b.at, b.mark, b.p_win));
            compared += 1;
        }
        differ += usize::from(whole.last().map(|it| it.at) != Some(half.at));
        model.reading.panel = panel.clone();
    }
    assert!(compared > 100 && differ > 30, "{compared} {differ}");
}
