//! What holds for every log.

use crate::support::*;
use mining::{Facts, Mined, Options, Scope, count, export};
use model::StageLog;
use proptest::prelude::*;

const STAGES: [&str; 6] = ["Lead", "Demo", "Proposal", "Legal", "Won", "Lost"];

/// Rows of (case, stage, day); no deal enters two stages at one instant.
fn rows() -> impl Strategy<Value = Vec<(u32, u16, i64)>> {
    prop::collection::btree_map((0_u32..12, 0_i64..60), 0_u16..6, 0..120).prop_map(|rows| {
        rows.into_iter()
            .map(|((case, day), stage)| (case, stage, day))
            .collect()
    })
}

/// The log of some rows; cases and stages are numbered as they come.
fn build(rows: &[(u32, u16, i64)]) -> StageLog {
    let mut log = StageLog::builder();
    for &(case, stage, at) in rows {
        log.push(
            &format!("case {case:02}"),
            STAGES[usize::from(stage)],
            day(at as f64),
        )
        .unwrap();
    }
    log.finish(|stage| outcome(stage).is_some())
}

fn mine_rows(rows: &[(u32, u16, i64)]) -> Mined {
    mining::mine(&book(build(rows), 60.0), &Options::default())
}

proptest! {
    #[test]
    fn the_order_of_the_input_does_not_matter(rows in rows(), seed in any::<u64>()) {
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| {
            let mixed = seed ^ (u64::from(row.0) << 32) ^ (row.2 as u64);
            mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31)
        });
        let json = export::json(&mine_rows(&rows)).unwrap();
        prop_assert_eq!(json, export::json(&mine_rows(&shuffled)).unwrap());
    }

    #[test]
    fn counts_add_up(rows in rows()) {
        let log = build(&rows);
        let counts = count(&log);
        let moves = (0..log.cases()).map(|case| log.visits(case).len().saturating_sub(1) as u64).sum::<u64>();
        prop_assert_eq!(counts.total(), moves);
        let mined = mine_rows(&rows);
        for pipeline in &mined.pipelines {
            prop_assert_eq!(pipeline.visits, log.events() as u64);
            prop_assert_eq!(pipeline.transitions.edges.iter().map(|e| e.count).sum::<u64>(), moves);
            prop_assert_eq!(pipeline.dwell.iter().map(|s| s.visits).sum::<u64>(), pipeline.visits);
            for edge in &pipeline.transitions.edges {
                let code = |label: &str| log.stage_code(label).unwrap();
                let counted = counts.get(code(&edge.from), code(&edge.to)).unwrap();
                prop_assert_eq!(edge.count, counted.count);
                let mean = counted.total_us as f64 / counted.count as f64 / DAY_US as f64;
                prop_assert!((edge.dwell.mean_days - mean).abs() < 1e-9);
                prop_assert!(edge.deals <= edge.count);
            }
            for stage in &pipeline.dwell {
                let over = stage.completed.map_or(0, |over| over.count);
                let current = stage.current.map_or(0, |current| current.count);
                let resting = mined.quality.won * u64::from(stage.stage == "Won")
                    + mined.quality.lost * u64::from(stage.stage == "Lost");
                prop_assert_eq!(over + current + resting, stage.visits);
            }
        }
    }

    #[test]
    fn shares_sum_to_one(rows in rows()) {
        for pipeline in mine_rows(&rows).pipelines {
            for stage in &pipeline.transitions.stages {
                let shares: Vec<f64> =
                    pipeline.transitions.edges.iter().filter(|e| e.from == *stage).map(|e| e.share).collect();
                prop_assert!(shares.is_empty() || (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
            let variants = &pipeline.variants;
            if variants.distinct <= 20 && variants.deals > 0 {
                prop_assert!((variants.covered - 1.0).abs() < 1e-9);
            }
            let bottlenecks: f64 = pipeline.bottlenecks.iter().map(|b| b.share).sum();
            prop_assert!(bottlenecks == 0.0 || (bottlenecks - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn every_rate_lies_in_its_interval_and_every_number_is_finite(rows in rows()) {
        fn check(value: &serde_json::Value) -> Result<(), TestCaseError> {
            match value {
                serde_json::Value::Object(fields) => {
                    if let (Some(value), Some(low), Some(high)) =
                        (fields.get("value"), fields.get("low"), fields.get("high"))
                    {
                        let (value, low, high) = (value.as_f64(), low.as_f64(), high.as_f64());
                        prop_assert!(low <= value && value <= high, "{fields:?}");
                    }
                    fields.values().try_for_each(check)
                }
                serde_json::Value::Array(items) => items.iter().try_for_each(check),
                _ => Ok(()),
            }
        }
        let json = export::json(&mine_rows(&rows)).unwrap();
        check(&serde_json::from_str(&json).unwrap())?;
    }

    #[test]
    fn predictions_sum_to_one_in_any_context(rows in rows()) {
        let log = build(&rows);
        let scope = Scope::of_log(&log, outcome, day(60.0));
        let matrix = mining::TransitionMatrix::mine(&scope, &Facts::default());
        for case in scope.cases() {
            for (visit, &stage) in case.stages.iter().enumerate() {
                let context = Facts::default().context(&case, visit, scope.as_of_us());
                let sum: f64 = matrix.next(stage, &context).probabilities.iter().sum();
                prop_assert!((sum - 1.0).abs() < 1e-9);
                let sum: f64 = matrix.predict(stage, &context).iter().sum();
                prop_assert!((sum - 1.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn pictures_are_drawn_of_anything(rows in rows()) {
        for pipeline in mine_rows(&rows).pipelines {
            let svg = export::svg(&pipeline);
            prop_assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
            let closed = export::dot(&pipeline).ends_with("}\n");
            prop_assert!(closed);
        }
    }
}
