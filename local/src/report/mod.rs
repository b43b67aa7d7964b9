//! The HTML report of a forecast: one file that can be mailed, opened anywhere and printed.

mod chart;
mod page;
mod scale;
mod svg;

#[cfg(test)]
mod sample {
    use super::chart::*;
    use super::page::*;

    #[test]
    fn sample() {
        let mut page = Page::default();
        page.section(
            "headline",
            "Headline",
            "Open pipeline of 2,089 deals as of 2017-12-31, amounts in USD.",
        );
        page.notice("Low confidence: 120 closed deals; 200 are recommended.");
        let t = |n: &str, v: &str, d: &str| Tile {
            name: n.into(),
            value: v.into(),
            detail: d.into(),
        };
        page.tiles(&[
            t("Open pipeline", "USD 5.32 M", "2,089 deals, n = 8,800"),
            t("2017 Q4 forecast", "USD 2.31 M", "P10 1.98 M – P90 2.66 M"),
            t("2018 Q1 forecast", "USD 1.1 M", "P10 0.9 – P90 1.4 M"),
            t("Trust", "Brier .1061", "base rate .1128, stage rate .1102"),
        ]);
        let rows = [
            "2017 Q4",
            "2018 Q1",
            "2018 Q2",
            "Vicki Laflamme with a very long name indeed",
            "Zane",
        ]
        .iter()
        .enumerate()
        .map(|(i, l)| {
            let v = 2.31e6 / (i + 1) as f64;
            Bar {
                label: (*l).into(),
                value: v,
                interval: Some((v * 0.8, v * 1.25)),
                note: format!(
                    "{} ({}–{})",
                    crate::format::compact(v),
                    crate::format::compact(v * 0.8),
                    crate::format::compact(v * 1.25)
                ),
            }
        })
        .collect();
        let mut g = Grid::new(&["Period", "#P10", "#P50", "#P90"]);
        g.row(["2017 Q4".into(), "1".into(), "2".into(), "3".into()]);
        page.figure(
            "Revenue by period.",
            "Bars are P50, whiskers P10–P90, in USD.",
            &Bars {
                rows,
                show: crate::format::compact,
                axis: "USD, P50 with P10–P90".into(),
            },
            &g,
        );
        page.section("trust", "How far to trust this", "x");
        let pts = (0..10)
            .map(|i| {
                let p = 0.03 + 0.08 * i as f64;
                Reliable {
                    predicted: p,
                    observed: p + 0.02 * ((i % 3) as f64 - 1.0),
                    interval: (p - 0.05, p + 0.05),
                    n: 1500 - i * 140,
                }
            })
            .collect();
        page.figure(
            "Reliability.",
            "Said against happened.",
            &Reliability { points: pts },
            &g,
        );
        let bins = (0..24)
            .map(|i| {
                let x = (i as f64 - 11.5) / 5.0;
                (
                    1.5e6 + i as f64 * 7e4,
                    1.57e6 + i as f64 * 7e4,
                    (-x * x / 2.0f64).exp() * 0.08,
                )
            })
            .collect();
        page.figure(
            "Next quarter.",
            "Distribution of revenue over 10,000 runs.",
            &Histogram {
                bins,
                p10: 1.9e6,
                p50: 2.3e6,
                p90: 2.7e6,
                show: crate::format::compact,
                axis: "USD won in 2018 Q1".into(),
            },
            &g,
        );
        let points = (0..=90)
            .map(|d| {
                let d = d as f64;
                let m = 400.0 * (1.0 - (-d / 40.0f64).exp());
                (d, m * 0.85, m, m * 1.18)
            })
            .collect();
        page.figure(
            "Wins to come.",
            "Cumulative.",
            &Band {
                points,
                show: crate::format::whole,
                axis: "days from now".into(),
            },
            &g,
        );
        let mut g = Grid::new(&["Deal", "Stage", "#Amount", "#P(win)", "Path", "Why"]);
        for i in 0..4 {
            let p = stage_path(
                &page.drawing_id(),
                &[
                    ("Lead".into(), 12.0),
                    ("Demo".into(), 30.0 * i as f64),
                    ("Proposal".into(), 55.0),
                ],
            );
            g.row([
                "Harbor rollout".into(),
                "Proposal".into(),
                "84,000".into(),
                Cell::Two("35 %".into(), "31–39 %".into()),
                Cell::Drawing(p),
                "55 days in Proposal, median 20".into(),
            ]);
        }
        page.grid(&g);
        std::fs::write(
            "/tmp/sample.html",
            page.finish("Pipeline forecast", "as of 2017-12-31", "foot"),
        )
        .unwrap();
    }
}
