//! Small logs whose answers are known.

use crate::support::*;
use mining::{
    DeviationKind, Dimension, Facts, FindingKind, LoopKind, OrderSource, Scope, TransitionMatrix,
    count,
};
use model::{ActivityKind, Objection, StageLog, Stakeholder, StakeholderRole};

#[test]
fn an_empty_log_gives_empty_answers() {
    let mined = mine(&StageLog::default(), 0.0);
    assert_eq!((mined.deals, mined.visits), (0, 0));
    assert!(mined.transitions.edges.is_empty() && mined.variants.top.is_empty());
    assert!(
        mined.dwell.is_empty() && mined.bottlenecks.is_empty() && mined.drift.stages.is_empty()
    );
    assert_eq!(mined.conformance.conforming, None);
    assert!(count(&StageLog::default()).edges().is_empty());
}

#[test]
fn a_case_without_history_is_counted_and_otherwise_ignored() {
    let mined = mine(&log("a:\nb: Lead@0 Won@2"), 5.0);
    assert_eq!((mined.deals, mined.visits, mined.variants.deals), (2, 2, 1));
    assert_eq!(mined.variants.top[0].path, ["Lead"]);
}

#[test]
fn one_case_is_enough_for_an_answer() {
    let mined = mine(&log("a: Lead@0 Demo@2 Won@5"), 9.0);
    let edge = mined.transitions.edge("Lead", "Demo").unwrap();
    assert_eq!(
        (edge.count, edge.deals, edge.share, edge.dwell.median_days),
        (1, 1, 1.0, 2.0)
    );
    assert_eq!(edge.win_rate.unwrap().value, 1.0);
    assert_eq!(mined.variants.top[0].median_days, 5.0);
    assert_eq!(mined.rework.reworked.unwrap().hits, 0);
}

#[test]
fn counts_hold_the_time_before_each_move() {
    let log = log("a: Lead@0 Demo@2 Won@5\nb: Lead@1 Demo@5 Lost@6\nc: Lead@0");
    let code = |label: &str| log.stage_code(label).unwrap();
    let counts = count(&log);
    let edge = counts.get(code("Lead"), code("Demo")).unwrap();
    assert_eq!((edge.count, edge.total_us), (2, i128::from(6 * DAY_US)));
    assert_eq!(counts.get(code("Demo"), code("Lead")), None);
    assert_eq!(counts.total(), 4);
}

#[test]
fn equal_instants_close_last_and_cost_no_time() {
    let mined = mine(&log("a: Won@3 Lead@3 Demo@3"), 9.0);
    assert_eq!(mined.variants.top[0].path, ["Lead", "Demo"]);
    assert_eq!(
        mined
            .transitions
            .edge("Lead", "Demo")
            .unwrap()
            .dwell
            .mean_days,
        0.0
    );
    assert_eq!(mined.win_rate.unwrap().value, 1.0);
}

#[test]
fn visits_after_now_are_not_looked_at() {
    let mined = mine(&log("a: Lead@0 Demo@2 Won@50"), 10.0);
    assert_eq!((mined.visits, mined.left_out), (2, 1));
    assert_eq!(mined.win_rate, None);
    let demo = mined
        .dwell
        .iter()
        .find(|stage| stage.stage == "Demo")
        .unwrap();
    assert_eq!(demo.current.unwrap().median_days, 8.0);
}

#[test]
fn a_variant_is_the_way_up_to_the_close() {
    let text =
        "a: Lead@0 Demo@1 Won@4\nb: Lead@0 Demo@1 Lost@6\nc: Lead@0 Lost@1\nd: Lead@0 Demo@1";
    let variants = mine(&log(text), 9.0).variants;
    assert_eq!(
        (variants.deals, variants.open, variants.distinct),
        (3, 1, 2)
    );
    let first = &variants.top[0];
    assert_eq!(
        (first.path.as_slice(), first.count),
        (["Lead".to_owned(), "Demo".to_owned()].as_slice(), 2)
    );
    assert_eq!(
        (first.median_days, first.win_rate.unwrap().value),
        (5.0, 0.5)
    );
    assert_eq!(first.examples, ["a", "b"]);
}

#[test]
fn stays_still_going_on_are_kept_apart() {
    let text = "a: Lead@0 Won@1\nb: Lead@0 Won@3\nc: Lead@0\nd: Lead@5";
    let lead = mine(&log(text), 10.0).dwell.remove(0);
    assert_eq!((lead.visits, lead.completed.unwrap().median_days), (4, 2.0));
    let current = lead.current.unwrap();
    assert_eq!(
        (current.count, current.median_days, current.longest_days),
        (2, 7.5, 10.0)
    );
    assert_eq!(lead.survival_median_days, Some(3.0));
}

#[test]
fn the_slow_stage_that_loses_wins_is_the_bottleneck() {
    let text = times(30, "f#: Lead@0 Legal@5 Won@7")
        + &times(30, "s#: Lead@0 Legal@5 Lost@45")
        + &times(30, "l#: Lead@0 Legal@20 Won@22");
    let ranking = mine(&log(&text), 90.0).bottlenecks;
    assert_eq!(ranking[0].stage, "Legal");
    assert_eq!(
        (
            ranking[0].fast.unwrap().value,
            ranking[0].slow.unwrap().value
        ),
        (1.0, 0.0)
    );
    // 60 wins of 60 and 0 of 30, each shrunk by 20 deals at the base rate of 2/3.
    let expected = (60.0 + 40.0 / 3.0) / 80.0 - (40.0 / 3.0) / 50.0;
    assert!((ranking[0].lost_win_probability - expected).abs() < 1e-12);
    assert_eq!(ranking[1].score, 0.0);
    assert!((ranking.iter().map(|stage| stage.share).sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn without_outcomes_bottlenecks_are_ranked_by_time() {
    let ranking = mine(&log(&times(30, "c#: Check@0 Pay@1 Close@9")), 30.0).bottlenecks;
    assert_eq!(
        (ranking[0].stage.as_str(), ranking[0].score),
        ("Pay", 240.0)
    );
    assert_eq!(ranking[0].difference, None);
}

#[test]
fn repeats_steps_back_redos_and_reopenings_are_told_apart() {
    // Kind, from, to, times, times not made up for, median days.
    type Found<'a> = (LoopKind, &'a str, &'a str, u64, u64, Option<f64>);
    let check = |text: &str, expected: &[Found<'_>]| {
        let loops = mine_in_order(&log(text), &["A", "B", "C"], 99.0)
            .rework
            .loops;
        let found: Vec<_> = loops
            .iter()
            .map(|l| {
                (
                    l.kind,
                    l.from.as_str(),
                    l.to.as_str(),
                    l.count,
                    l.unrecovered,
                    l.days.map(|d| d.median_days),
                )
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    };
    check("a: A@0 B@1 C@2 Won@3", &[]);
    check(
        "a: A@0 A@4 B@5",
        &[(LoopKind::Repeat, "A", "A", 1, 0, Some(4.0))],
    );
    check(
        "a: A@0 C@1 B@3 C@8 Won@9",
        &[
            (LoopKind::StepBack, "C", "B", 1, 0, Some(5.0)),
            (LoopKind::Redo, "B", "C", 1, 0, Some(5.0)),
        ],
    );
    check(
        "a: A@0 C@1 B@3 Lost@8",
        &[(LoopKind::StepBack, "C", "B", 1, 0, Some(5.0))],
    );
    check(
        "a: A@0 C@1 B@3",
        &[(LoopKind::StepBack, "C", "B", 1, 1, None)],
    );
    check(
        "a: C@1 Lost@2 B@3",
        &[(LoopKind::Reopen, "Lost", "B", 1, 1, None)],
    );
}

#[test]
fn rework_is_compared_with_deals_that_were_in_the_same_stage() {
    let text = times(10, "l#: A@0 B@1 A@2 B@3 Lost@4")
        + &times(10, "w#: A@0 B@1 Won@2")
        + &times(50, "x#: A@0 Lost@1");
    let rework = mine(&log(&text), 9.0).rework;
    let back = rework
        .loops
        .iter()
        .find(|l| l.kind == LoopKind::StepBack)
        .unwrap();
    assert_eq!((back.deals, back.win_rate.unwrap().value), (10, 0.0));
    // Ten won and none lost among the others that reached B; those lost before it do not count.
    assert_eq!(back.win_difference.unwrap().value, -1.0);
    assert_eq!(
        (rework.median_days_with, rework.median_days_without),
        (Some(4.0), Some(1.0))
    );
}

#[test]
fn deviations_are_told_apart() {
    let check = |visits: &str, expected: &[(DeviationKind, &[&str])]| {
        let text = format!("a: {visits}\nproper: A@0 B@1 C@2 Won@3");
        let mined = mine_in_order(&log(&text), &["A", "B", "C"], 99.0);
        assert_eq!(mined.conformance.against, OrderSource::Declared);
        let found: Vec<_> = mined
            .conformance
            .deviations
            .iter()
            .map(|d| {
                (
                    d.kind,
                    d.places
                        .iter()
                        .map(|(place, _)| place.as_str())
                        .collect::<Vec<_>>(),
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, places)| (*kind, places.to_vec()))
            .collect();
        assert_eq!(found, expected, "{visits}");
    };
    check("A@0 B@1 C@2 Won@3", &[]);
    check("A@0 Lost@3", &[]);
    check("A@0 B@1", &[]);
    check("A@0 C@2 Won@3", &[(DeviationKind::Skipped, &["B"])]);
    check("B@0 C@2 Won@3", &[(DeviationKind::Skipped, &["A"])]);
    check("A@0 Won@3", &[(DeviationKind::Skipped, &["B", "C"])]);
    check(
        "A@0 B@1 A@2 B@3 C@4 Won@5",
        &[(DeviationKind::Backward, &["B → A"])],
    );
    check(
        "A@0 B@1 C@2 Won@3 C@4 Won@5",
        &[(DeviationKind::AfterClose, &["Won → C"])],
    );
    check("A@0 X@1 B@2", &[(DeviationKind::Undeclared, &["X"])]);
}

#[test]
fn a_stage_no_history_shows_is_not_skipped_but_unrecorded() {
    let mined = mine_in_order(&log("a: B@1 Won@3\nb: B@0 Lost@1"), &["A", "B"], 99.0);
    assert_eq!(mined.conformance.unrecorded, ["A"]);
    assert!(mined.conformance.deviations.is_empty());
}

#[test]
fn a_pipeline_of_stages_without_meaning_has_its_order_discovered() {
    let mut book = book(log("a: A@0 B@1 Won@2"), 9.0);
    let id = pipeline_id("labels");
    book.deals[0].pipeline = Some(id);
    let order = |book: &model::Book| {
        let scope = &Scope::of_book(book)[0];
        (scope.order(), scope.label(0).to_owned())
    };
    book.pipelines[0].stages.reverse();
    for (i, stage) in (0..).zip(&mut book.pipelines[0].stages) {
        stage.order = i;
    }
    assert_eq!(order(&book), (OrderSource::Declared, "B".to_owned()));
    book.pipelines[0].stages[1].canonical = None;
    assert_eq!(order(&book), (OrderSource::Discovered, "A".to_owned()));
}

#[test]
fn a_stage_few_winners_visit_is_optional_when_the_order_is_discovered() {
    let text = times(9, "w#: A@0 B@1 Won@2") + "r: A@0 R@1 B@2 Won@3\ns: A@0 Won@4\n";
    let conformance = mine(&log(&text), 9.0).conformance;
    assert_eq!(conformance.against, OrderSource::Discovered);
    assert_eq!(conformance.deviations.len(), 1);
    assert_eq!(conformance.deviations[0].places, [("B".to_owned(), 1)]);
    assert_eq!(conformance.deviations[0].examples, ["s"]);
}

#[test]
fn a_change_of_ways_and_pace_is_drift_and_none_is_none() {
    // Until day 300 deals stay 10 days and three in four go on; then 30 days, and one in four.
    let deals = |changed: bool| {
        let text = each(400, |i| {
            let late = changed && i >= 300;
            let stay = if late { 30 } else { 10 } + i % 5;
            let next = if (i % 4 == 0) == late { "Demo" } else { "Lost" };
            format!("d{i}: Lead@{i} {next}@{}\n", i + stay)
        });
        mine(&log(&text), 400.0).drift
    };
    let drift = deals(true);
    assert_eq!(drift.recent_days, 90.0);
    let lead = &drift.stages[0];
    assert!(lead.branching.drifted && lead.pace.drifted, "{lead:?}");
    assert!(
        (lead.branching.moved - 0.5).abs() < 0.05 && lead.pace.rate_ratio < 0.5,
        "{lead:?}"
    );
    let lead = &deals(false).stages[0];
    assert!(!lead.branching.drifted && !lead.pace.drifted, "{lead:?}");
}

#[test]
fn a_young_log_is_not_called_slowing_down() {
    // Everybody stays 1 to 200 days, but the log is only 240 days old: early exits are short stays.
    let text = each(240, |i| {
        format!("d{i}: Lead@{i} Demo@{}\n", i + 1 + (i * 7919) % 200)
    });
    let drift = mine(&log(&text), 240.0).drift;
    assert!(!drift.stages[0].pace.drifted, "{:?}", drift.stages[0]);
}

#[test]
fn two_hundred_stages_are_mined_in_order() {
    let path = each(200, |i| format!(" S{i:03}@{i}"));
    let mined = mine(&log(&times(30, &format!("c#:{path} Won@200"))), 300.0);
    assert_eq!(mined.stages.len(), 201);
    assert!(
        mined
            .stages
            .windows(2)
            .all(|pair| pair[0].label < pair[1].label || pair[1].label == "Won")
    );
    assert_eq!(mined.transitions.edges.len(), 200);
    assert!(mining::export::svg(&mined).len() > 1000);
}

#[test]
fn more_stages_than_the_dense_table_are_counted_all_the_same() {
    let path = each(1_100, |i| format!(" S{i}@{i}"));
    let counts = count(&log(&format!("a:{path}\nb:{path}")));
    assert_eq!(counts.edges().len(), 1_099);
    assert!(
        counts
            .edges()
            .iter()
            .all(|edge| (edge.count, edge.total_us) == (2, i128::from(2 * DAY_US)))
    );
}

#[test]
fn context_is_what_was_known_before_the_move() {
    let mut book = book(log("a: Lead@0 Demo@10 Won@20"), 30.0);
    let champion = |since: f64| {
        let id = model::StakeholderId::derive(&model::TenantId::local(), "test", "c");
        let mut person = Stakeholder::new(id, deal_id("a"));
        person.role = Some(StakeholderRole::Champion);
        person.added_at = Some(day(since));
        person
    };
    book.stakeholders.push(champion(15.0));
    let mut objection = activity("a", ActivityKind::Objection, 4.0);
    let raised = |resolved| Objection {
        objection: "Price".to_owned(),
        resolved,
        resolution: None,
    };
    objection.objections.push(raised(false));
    let mut settled = activity("a", ActivityKind::Call, 12.0);
    settled.objections.push(raised(true));
    book.activities.extend([objection, settled]);
    let facts = Facts::of_book(&book);
    let scopes = Scope::of_book(&book);
    let case = scopes[0].cases().next().unwrap();
    let say = |visit: usize, at: f64| {
        let context = facts.context(&case, visit, day(at).as_microsecond());
        [
            Dimension::DaysInStage,
            Dimension::Champion,
            Dimension::Blocker,
            Dimension::Recency,
            Dimension::PreviousStage,
        ]
        .map(|dimension| dimension.describe(context.get(dimension), &scopes[0]))
    };
    assert_eq!(
        say(0, 3.0),
        ["1–7 days", "no champion", "no blocker", "none yet", "none"]
    );
    assert_eq!(
        say(0, 10.0),
        [
            "7–30 days",
            "no champion",
            "blocker",
            "within 7 days",
            "none"
        ]
    );
    assert_eq!(
        say(1, 20.0),
        [
            "7–30 days",
            "champion",
            "no blocker",
            "7–30 days ago",
            "Lead"
        ]
    );
}

#[test]
fn an_ideal_industry_wins_more_than_average_and_has_twenty_closed_deals() {
    let text = times(20, "good#: Lead@0 Won@1")
        + &times(20, "bad#: Lead@0 Lost@1")
        + &times(19, "few#: Lead@0 Won@1");
    let mut book = book(log(&text), 9.0);
    for (name, industry) in [("good", "Software"), ("bad", "Retail"), ("few", "Space")] {
        book.companies.push(company(name, industry));
    }
    for (i, deal) in book.deals.iter_mut().enumerate() {
        deal.company = Some(book.companies[(i / 20).min(2)].id);
    }
    assert_eq!(Facts::of_book(&book).ideal_industries(), ["Software"]);
}

#[test]
fn a_thin_context_falls_back_to_its_stage_and_says_so() {
    let text = times(40, "w#: Lead@0 Demo@0.5 Won@9") + &times(10, "l#: Lead@0 Demo@40 Lost@49");
    let log = log(&text);
    let scope = Scope::of_log(&log, outcome, day(60.0));
    let matrix = TransitionMatrix::mine(&scope, &Facts::default());
    let table = matrix
        .contexts
        .iter()
        .find(|table| table.dimension == Dimension::DaysInStage)
        .unwrap();
    let thin: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.stage.as_str(), row.value.as_str(), row.fell_back))
        .collect();
    assert_eq!(
        thin,
        [
            ("Lead", "under 1 day", false),
            ("Lead", "30–90 days", true),
            ("Demo", "7–30 days", false)
        ]
    );
}

#[test]
fn zombies_have_outlived_every_winner() {
    let text =
        times(30, "w#: Lead@0 Won@#") + "alive: Lead@150\nstuck: Lead@100\nfresh: Demo@199\n";
    let mined = mining::mine(&book(log(&text), 200.0), &mining::Options::default());
    let rule = &mined.quality.zombie_rules[0];
    assert_eq!(
        (rule.stage.as_deref(), rule.median_days, rule.won),
        (Some("Lead"), 14.5, 30)
    );
    // Three times the median of 14.5 days is more than the 99th percentile of 28.71.
    assert_eq!(rule.limit_days, 43.5);
    let zombies: Vec<_> = mined
        .quality
        .zombies
        .iter()
        .map(|z| (z.name.as_str(), z.days))
        .collect();
    assert_eq!(zombies, [("stuck", 100.0), ("alive", 50.0)]);
}

#[test]
fn a_field_missing_for_one_outcome_only_is_a_leak() {
    let text =
        times(30, "w#: Lead@0 Won@1") + &times(30, "l#: Lead@0 Lost@1") + &times(30, "o#: Lead@0");
    let mut book = book(log(&text), 9.0);
    for (i, deal) in book.deals.iter_mut().enumerate() {
        let open = i >= 60;
        deal.company = (!open || i % 3 == 0).then(|| company("acme", "Retail").id);
        deal.amount = Some(dollars(if i < 30 { 100 } else { 0 }));
        deal.lost_reason = (30..60).contains(&i).then(|| "price".to_owned());
        deal.custom_fields
            .insert("product".to_owned(), "MG".to_owned());
        if i % 4 == 0 {
            deal.custom_fields
                .insert("region".to_owned(), "east".to_owned());
        }
    }
    let leaks = mining::quality::leaks(&book);
    let names: Vec<&str> = leaks.iter().map(|leak| leak.field.as_str()).collect();
    assert_eq!(names, ["company", "amount"]);
    assert_eq!(
        leaks[0].what,
        "company is missing on 0 % of closed deals and on 67 % of open ones"
    );
}

#[test]
fn the_quality_report_names_what_is_wrong() {
    let mut book = book(log("a: Lead@0\nb: Lead@0\nc:\nd: Lead@0 Won@5"), 60.0);
    book.deals[0].amount = Some(dollars(-5));
    book.deals[0].expected_close = Some("2026-01-20".parse().unwrap());
    book.deals[1].name = Some("Big  Deal".to_owned());
    book.deals[2].name = Some("big deal".to_owned());
    book.deals[3].created_at = Some(day(9.0));
    book.deals[3].closed_at = Some(day(5.0));
    book.activities
        .push(activity("a", ActivityKind::Call, 50.0));
    let quality = mining::mine(&book, &mining::Options::default()).quality;
    let found = |kind: FindingKind| {
        let finding = quality.findings.iter().find(|finding| finding.kind == kind);
        finding.map(|finding| (finding.count, finding.examples.join(" ")))
    };
    let check = |kind, expected: Option<(u64, &str)>| {
        assert_eq!(
            found(kind),
            expected.map(|(count, names)| (count, names.to_owned())),
            "{kind:?}"
        );
    };
    check(FindingKind::MissingHistory, Some((1, "c")));
    check(FindingKind::MissingAmount, Some((2, "b c")));
    check(FindingKind::NegativeAmount, Some((1, "a")));
    check(FindingKind::PastCloseDate, Some((1, "a")));
    check(FindingKind::ClosedBeforeCreated, Some((1, "d")));
    check(FindingKind::DuplicateName, Some((2, "b c")));
    check(FindingKind::Stale, Some((2, "b c")));
    check(FindingKind::FutureDate, None);
    check(FindingKind::OrphanOwner, None);
    check(FindingKind::Zombie, None);
}

#[test]
fn a_stage_means_what_the_first_pipeline_that_knows_says_and_else_what_vendors_say() {
    let check = |meanings: &[Option<model::CanonicalStage>], won: u64| {
        let mut book = book(log("a: Lead@0 Won@1"), 9.0);
        book.pipelines.clear();
        book.pipelines
            .extend(meanings.iter().map(|&canonical| model::Pipeline {
                id: pipeline_id("p"),
                name: "p".to_owned(),
                stages: vec![model::Stage {
                    canonical,
                    ..stage("Won", 1)
                }],
            }));
        let mined = mining::mine(&book, &mining::Options::default());
        assert_eq!(mined.quality.won, won, "{meanings:?}");
        let code = book.log.stage_code("Won").unwrap();
        assert_eq!(u64::from(book.outcome_of_stage(code).is_some()), won);
    };
    let (lead, won) = (
        model::CanonicalStage::Lead,
        model::CanonicalStage::ClosedWon,
    );
    check(&[], 1);
    check(&[None], 0);
    check(&[Some(won)], 1);
    check(&[None, Some(won)], 1);
    check(&[Some(lead), Some(won)], 0);
}

#[test]
fn a_bare_process_is_not_blamed_for_what_no_deal_has() {
    let mut book = book(log("a: Register@0 Decide@1\nb: Register@0"), 9.0);
    for stage in &mut book.pipelines[0].stages {
        stage.canonical = None;
    }
    for deal in &mut book.deals {
        deal.canonical_stage = None;
    }
    let kinds = |book: &model::Book| -> Vec<FindingKind> {
        let quality = mining::mine(book, &mining::Options::default()).quality;
        quality.findings.iter().map(|found| found.kind).collect()
    };
    let vague = [FindingKind::UnmappedStage, FindingKind::MissingAmount];
    assert!(!kinds(&book).iter().any(|kind| vague.contains(kind)));
    book.deals[0].amount = Some(dollars(5));
    book.pipelines[0].stages[1].canonical = Some(model::CanonicalStage::Demo);
    let found = kinds(&book);
    assert!(vague.iter().all(|kind| found.contains(kind)), "{found:?}");
}

#[test]
fn each_pipeline_is_mined_by_itself_in_its_declared_order() {
    let mut book = book(log("a: B@0 A@1 Won@2\nb: X@0 Won@1"), 9.0);
    let id = pipeline_id("new business");
    book.pipelines.push(model::Pipeline {
        id,
        name: "New business".to_owned(),
        stages: vec![stage("Won", 3), stage("B", 2), stage("A", 1)],
    });
    book.deals[0].pipeline = Some(id);
    let mined = mining::mine(&book, &mining::Options::default());
    let names: Vec<_> = mined
        .pipelines
        .iter()
        .map(|p| (p.name.as_str(), p.deals, p.order))
        .collect();
    assert_eq!(
        names,
        [
            ("All deals", 1, OrderSource::Discovered),
            ("New business", 1, OrderSource::Declared)
        ]
    );
    assert_eq!(mined.pipelines[1].transitions.stages, ["A", "B", "Won"]);
    assert_eq!(
        mined.pipelines[1].conformance.deviations[1].kind,
        DeviationKind::Backward
    );
}
