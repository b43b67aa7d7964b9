//! The HTML report of a forecast: one file that can be mailed, opened anywhere and printed.

mod chart;
mod page;
mod scale;
mod svg;

use forecast::backtest::Backtest;
use forecast::learn::fit::Confidence;
use forecast::pipeline::Line;
use mining::{Mined, Pipeline, Rate};

use self::chart::{Bar, Bars, Past, Reliability, Reliable, Track, stage_path};
use self::page::{Cell, Grid, Page, Tile};
use crate::commands::backtest::methods;
use crate::format;
use crate::instant;
use crate::outlook::{Outlook, Told, Trust};

/// The whole report as one HTML page.
pub(crate) fn html(outlook: &Outlook, mined: &Mined) -> String {
    let mut page = Page::default();
    let unit = outlook.currency.as_deref().unwrap_or("no currency");
    headline(&mut page, outlook, unit);
    periods(&mut page, outlook, unit);
    owners_and_stages(&mut page, outlook, unit);
    deals(&mut page, outlook, unit);
    data(&mut page, outlook, unit);
    process(&mut page, mined);
    trust(&mut page, outlook);
    page.section("unknown", "What this forecast does not know", "");
    page.list(&outlook.unknown);
    page.finish(
        &format!("Pipeline forecast as of {}", outlook.as_of),
        &format!(
            "Amounts in {unit}. Learned from {}, {} won and {} lost, as they stood on {}.",
            format::counted(outlook.evidence.closed, "closed deal"),
            format::count(outlook.evidence.won),
            format::count(outlook.evidence.lost),
            outlook.as_of
        ),
        "P10, P50 and P90: in 10, 50 and 90 of 100 draws the figure is lower; the model itself is drawn too. Effects are associations, not causes. Made by pie from files on one machine; this page loads nothing.",
    )
}

fn headline(page: &mut Page, outlook: &Outlook, unit: &str) {
    page.section("headline", "Headline", "");
    if outlook.confidence == Confidence::Low {
        page.notice(&format!(
            "Low confidence: {} closed deals; 200 are recommended. Take the intervals seriously.",
            format::count(outlook.evidence.closed)
        ));
    }
    let mut tiles = vec![Tile {
        name: "Open pipeline".to_owned(),
        value: format::compact(outlook.total.open_amount),
        detail: format!(
            "{unit}, {}",
            format::counted(outlook.total.deals, "open deal")
        ),
    }];
    for (i, line) in outlook.periods.iter().take(2).enumerate() {
        tiles.push(Tile {
            name: format!(
                "{}{}",
                line.label,
                if i == 0 { ", what is left of it" } else { "" }
            ),
            value: format::compact(line.revenue.p50),
            detail: format!(
                "{unit}, P10 {} – P90 {}; {:.0} wins ({:.0}–{:.0})",
                format::compact(line.revenue.p10),
                format::compact(line.revenue.p90),
                line.wins.expected,
                line.wins.p10,
                line.wins.p90
            ),
        });
    }
    tiles.push(match &outlook.trust {
        Trust::Backtest(backtest) => Tile {
            name: "How far to trust it".to_owned(),
            value: if backtest.skill {
                "Tested".to_owned()
            } else {
                "No skill".to_owned()
            },
            detail: format!(
                "Brier {}, base rate {}; 80 % intervals held in {} of {}",
                format::score(backtest.model.measures.brier),
                format::score(backtest.base_rate.measures.brier),
                format::percent(backtest.coverage80),
                format::counted(backtest.origins.len(), "test")
            ),
        },
        Trust::Untested(_) => Tile {
            name: "How far to trust it".to_owned(),
            value: "Untested".to_owned(),
            detail: "see below".to_owned(),
        },
    });
    page.tiles(&tiles);
    for line in crate::commands::forecast::trust_lines(&outlook.trust) {
        page.text(&line);
    }
    let forgotten = &outlook.forgotten;
    if forgotten.count > 0 {
        page.notice(&format!(
            "{} of {} have outlived 99 in 100 deals won from their stage. They are worth {} {unit} on paper; {} of it is expected within 90 days.",
            format::count(forgotten.count),
            format::counted(outlook.deals.len(), "open deal"),
            format::compact(forgotten.amount),
            format::compact(forgotten.expected_in_90_days)
        ));
    }
}

fn periods(page: &mut Page, outlook: &Outlook, unit: &str) {
    page.section(
        "periods",
        "By period",
        "Revenue from deals that are open now; what new deals bring comes on top.",
    );
    money_chart(
        page,
        "Revenue by period.",
        "Period",
        &outlook.periods,
        unit,
        usize::MAX,
    );
}

fn owners_and_stages(page: &mut Page, outlook: &Outlook, unit: &str) {
    const MOST: usize = 15;
    let span = outlook
        .periods
        .iter()
        .map(|line| line.label.as_str())
        .collect::<Vec<_>>();
    let span = match span.as_slice() {
        [one] => (*one).to_owned(),
        [first, .., last] => format!("{first} to {last}"),
        [] => String::new(),
    };
    page.section(
        "owners",
        "By owner",
        &format!("Revenue expected from open deals, {span}."),
    );
    money_chart(
        page,
        "Revenue by owner.",
        "Owner",
        &outlook.owners,
        unit,
        MOST,
    );
    page.section(
        "stages",
        "By stage",
        &format!("Revenue expected from open deals, {span}, by the stage they are in now."),
    );
    money_chart(
        page,
        "Revenue by stage.",
        "Stage",
        &outlook.stages,
        unit,
        MOST,
    );
}

fn money_chart(page: &mut Page, title: &str, name: &str, lines: &[Line], unit: &str, most: usize) {
    let rows = lines.iter().take(most).map(|line| Bar {
        label: line.label.clone(),
        value: line.revenue.p50,
        interval: Some((line.revenue.p10, line.revenue.p90)),
        note: format!(
            "{} ({} – {}) n {}",
            format::compact(line.revenue.p50),
            format::compact(line.revenue.p10),
            format::compact(line.revenue.p90),
            format::count(line.deals)
        ),
    });
    let chart = Bars {
        rows: rows.collect(),
        show: format::compact,
        axis: format!("{unit}, P50 with P10 to P90"),
    };
    let mut grid = Grid::new(&[
        name,
        "#Open deals",
        "#Open amount",
        "#Expected",
        "#P10",
        "#P50",
        "#P90",
        "#Expected wins",
        "#P10–P90",
    ]);
    for line in lines {
        grid.row([
            line.label.clone().into(),
            format::count(line.deals).into(),
            format::whole(line.open_amount).into(),
            format::whole(line.revenue.expected).into(),
            format::whole(line.revenue.p10).into(),
            format::whole(line.revenue.p50).into(),
            format::whole(line.revenue.p90).into(),
            format!("{:.1}", line.wins.expected).into(),
            format!("{:.0}–{:.0}", line.wins.p10, line.wins.p90).into(),
        ]);
    }
    let more = lines.len().saturating_sub(most);
    let caption = if more > 0 {
        format!(
            "Bars end at P50, whiskers reach from P10 to P90. {} more in the table.",
            format::count(more)
        )
    } else {
        "Bars end at P50, whiskers reach from P10 to P90.".to_owned()
    };
    page.figure(title, &caption, &chart, &grid);
}

fn deals(page: &mut Page, outlook: &Outlook, unit: &str) {
    page.section(
        "deals",
        "Deals to look at",
        "Ranked by the value most likely lost: amount × (1 − chance to win). Forgotten deals are listed further down.",
    );
    let mut grid = Grid::new(&[
        "Deal",
        "Owner",
        "Stage",
        &format!("#Amount ({unit})"),
        "#P(win)",
        "#In 90 days",
        "Stages so far",
        "Why, against its stage",
    ]);
    for deal in &outlook.riskiest {
        grid.row(deal_cells(page, deal));
    }
    page.grid(&grid);
    if !outlook.slipping.is_empty() {
        page.subheading("Likely to slip past their close date");
        let mut grid = Grid::new(&[
            "Deal",
            "Owner",
            "Stage",
            &format!("#Amount ({unit})"),
            "#Due",
            "#Won by then",
            "#Open still",
        ]);
        for slip in &outlook.slipping {
            grid.row([
                slip.label.clone().into(),
                slip.owner.clone().unwrap_or_else(format::dash).into(),
                slip.stage.clone().into(),
                slip.slip
                    .amount
                    .map_or_else(format::dash, format::whole)
                    .into(),
                format::due(slip.slip.closes_in_days).into(),
                format::percent(slip.slip.p_won_by_then).into(),
                format::percent(slip.slip.p_open_then).into(),
            ]);
        }
        page.grid(&grid);
    }
}

fn deal_cells(page: &mut Page, deal: &Told) -> [Cell; 8] {
    let forecast = &deal.forecast;
    [
        Cell::Two(deal.label(), deal.company.clone().unwrap_or_default()),
        deal.owner.clone().unwrap_or_else(format::dash).into(),
        Cell::Two(
            forecast.stage.clone(),
            format!("for {}", format::days(forecast.days_in_stage)),
        ),
        forecast
            .amount
            .map_or_else(format::dash, format::whole)
            .into(),
        Cell::Two(
            format::percent(forecast.p_win.value),
            format::percent_range(forecast.p_win.low, forecast.p_win.high),
        ),
        forecast
            .by_days
            .last()
            .map_or_else(format::dash, |by| format::percent(by.p_win))
            .into(),
        Cell::Drawing(stage_path(&page.drawing_id(), &deal.path)),
        deal.why(3).into(),
    ]
}

fn data(page: &mut Page, outlook: &Outlook, unit: &str) {
    let forgotten = &outlook.forgotten;
    page.section("data", "Forgotten deals and the state of the data", "");
    if forgotten.count > 0 {
        page.text(&format!(
            "{} ({} of the open ones) have been in their stage longer than 99 in 100 deals that were won from there. Close them, or note what keeps them alive. The largest:",
            format::counted(forgotten.count, "deal"),
            format::percent(forgotten.share)
        ));
        let mut grid = Grid::new(&[
            "Deal",
            "Owner",
            "Stage",
            "#In stage",
            "#Longest won",
            &format!("#Amount ({unit})"),
            "#P(win)",
        ]);
        for deal in &forgotten.examples {
            let forecast = &deal.forecast;
            grid.row([
                Cell::Two(deal.label(), deal.company.clone().unwrap_or_default()),
                deal.owner.clone().unwrap_or_else(format::dash).into(),
                forecast.stage.clone().into(),
                format::days(forecast.days_in_stage).into(),
                forecast
                    .longest_won_stay
                    .map_or_else(format::dash, format::days)
                    .into(),
                forecast
                    .amount
                    .map_or_else(format::dash, format::whole)
                    .into(),
                Cell::Two(
                    format::percent(forecast.p_win.value),
                    format::percent_range(forecast.p_win.low, forecast.p_win.high),
                ),
            ]);
        }
        page.grid(&grid);
    }
    page.subheading("What is wrong with the data");
    if outlook.findings.is_empty() {
        page.text("Nothing was found.");
        return;
    }
    let mut grid = Grid::new(&["What", "Remedy", "Severity"]);
    for finding in &outlook.findings {
        grid.row([
            finding.what.clone().into(),
            finding.remedy.clone().into(),
            finding.severity.to_string().into(),
        ]);
    }
    page.grid(&grid);
}

fn process(page: &mut Page, mined: &Mined) {
    page.section(
        "process",
        "How deals really move",
        "Mined from the history; no forecast in it.",
    );
    for pipeline in &mined.pipelines {
        if mined.pipelines.len() > 1 {
            page.subheading(&pipeline.name);
        }
        let mut moves = Grid::new(&[
            "From",
            "To",
            "#Moves",
            "#Deals",
            "#Share",
            "#Median days",
            "#P90",
            "#Won",
            "#95 %",
        ]);
        for edge in &pipeline.transitions.edges {
            moves.row([
                edge.from.clone().into(),
                edge.to.clone().into(),
                format::count(edge.count as usize).into(),
                format::count(edge.deals as usize).into(),
                format::percent(edge.share).into(),
                format::days(edge.dwell.median_days).into(),
                format::days(edge.dwell.p90_days).into(),
                share(edge.win_rate.as_ref()).into(),
                range(edge.win_rate.as_ref()).into(),
            ]);
        }
        page.drawing(
            "Process map.",
            &format!(
                "{} with {}.",
                format::counted(pipeline.deals as usize, "deal"),
                format::counted(pipeline.visits as usize, "stage visit")
            ),
            &mining::export::svg(pipeline),
            &moves,
        );
        dwell(page, pipeline);
    }
}

fn dwell(page: &mut Page, pipeline: &Pipeline) {
    let mut grid = Grid::new(&[
        "Stage",
        "#Visits",
        "#Deals",
        "#Median stay",
        "#P90",
        "#In it now",
        "#Won",
        "#95 %",
    ]);
    let mut rows = Vec::new();
    for stage in &pipeline.dwell {
        let completed = stage.completed.as_ref();
        grid.row([
            stage.stage.clone().into(),
            format::count(stage.visits as usize).into(),
            format::count(stage.deals as usize).into(),
            stage
                .survival_median_days
                .map_or_else(format::dash, format::days)
                .into(),
            completed
                .map_or_else(format::dash, |stays| format::days(stays.p90_days))
                .into(),
            stage
                .current
                .as_ref()
                .map_or_else(format::dash, |now| format::count(now.count as usize))
                .into(),
            share(stage.win_rate.as_ref()).into(),
            range(stage.win_rate.as_ref()).into(),
        ]);
        let ends = pipeline
            .stages
            .iter()
            .any(|of| of.label == stage.stage && (of.outcome.is_some() || of.end));
        if let Some(stays) = completed.filter(|_| !ends) {
            rows.push(Bar {
                label: stage.stage.clone(),
                value: stays.median_days,
                interval: Some((stays.median_days, stays.p90_days)),
                note: format!(
                    "{}, P90 {}, n {}",
                    format::days(stays.median_days),
                    format::days(stays.p90_days),
                    format::count(stays.count as usize)
                ),
            });
        }
    }
    let chart = Bars {
        rows,
        show: format::whole,
        axis: "days in stage, median and P90 of stays that ended".to_owned(),
    };
    page.figure(
        "How long deals stay.",
        "Bars end at the median, whiskers at P90.",
        &chart,
        &grid,
    );
}

fn trust(page: &mut Page, outlook: &Outlook) {
    page.section("trust", "How far to trust this", "");
    match &outlook.trust {
        Trust::Untested(why) => page.notice(&format!("Not tested on the past: {why}.")),
        Trust::Backtest(backtest) => tested(page, backtest),
    }
    page.subheading("What deals were associated with");
    let mut grid = Grid::new(&[
        "With",
        "#Odds to move forward",
        "#80 %",
        "#Stays",
        "#With it",
        "Rests on",
    ]);
    for effect in &outlook.effects.all {
        let at = |z: f64| format!("× {:.2}", (effect.log_odds + z * effect.sd).exp());
        grid.row([
            effect.covariate.label().into(),
            at(0.0).into(),
            format!("{} – {}", at(-1.2816), at(1.2816)).into(),
            format::count(effect.stays).into(),
            format::count(effect.stays_with).into(),
            if effect.prior_driven {
                "mostly a starting assumption (prior-driven)"
            } else {
                "the history"
            }
            .into(),
        ]);
    }
    page.grid(&grid);
    page.faint("Associations in the history, not causes.");
}

fn tested(page: &mut Page, backtest: &Backtest) {
    page.text(&format!(
        "The model was put back to {} in the past, shown only what was known then, and asked which deals would be won within {}: {} of {}.",
        format::counted(backtest.origins.len(), "day"),
        format::counted(backtest.horizon_days as usize, "day"),
        format::counted(backtest.predictions, "prediction"),
        format::counted(backtest.deals, "deal")
    ));
    if !backtest.skill {
        page.notice(&backtest.verdict);
    }
    let mut grid = Grid::new(&[
        "Method",
        "#Brier",
        "#95 %",
        "#Log loss",
        "#AUC",
        "#ECE",
        "#CRPS (days)",
        "#Count error",
        "#Bias",
        "#Amount error",
    ]);
    let mut rows = Vec::new();
    for (name, scores, _) in methods(backtest) {
        let interval = format!(
            "{}–{}",
            format::score(scores.brier.low),
            format::score(scores.brier.high)
        );
        rows.push(Bar {
            label: name.to_owned(),
            value: scores.brier.value,
            interval: Some((scores.brier.low, scores.brier.high)),
            note: format!("{} ({interval})", format::score(scores.brier.value)),
        });
        grid.row([
            name.into(),
            format::score(scores.brier.value).into(),
            interval.into(),
            format::score(scores.measures.log_loss).into(),
            format::score(scores.measures.auc).into(),
            format::score(scores.measures.ece).into(),
            format!("{:.2}", scores.crps_days).into(),
            format::percent(scores.count_error).into(),
            format::signed_percent(scores.count_bias).into(),
            scores
                .amount_error
                .map_or_else(format::dash, format::percent)
                .into(),
        ]);
    }
    let chart = Bars {
        rows,
        show: format::score,
        axis: "Brier score, 0 is perfect; 95 % interval".to_owned(),
    };
    page.figure(
        "Against what anybody could say.",
        "Squared error of the probabilities: shorter is better.",
        &chart,
        &grid,
    );

    let mut grid = Grid::new(&["#Said", "#Happened", "#95 %", "#Forecasts"]);
    let points: Vec<Reliable> = backtest
        .model
        .measures
        .reliability
        .iter()
        .map(|bin| {
            let hits = (bin.observed * bin.count as f64).round() as u64;
            let interval = Rate::of(hits, bin.count as u64)
                .map_or((bin.observed, bin.observed), |rate| (rate.low, rate.high));
            Reliable {
                predicted: bin.forecast,
                observed: bin.observed,
                interval,
                n: bin.count,
            }
        })
        .collect();
    for point in &points {
        grid.row([
            format!("{:.1} %", point.predicted * 100.0).into(),
            format!("{:.1} %", point.observed * 100.0).into(),
            format::percent_range(point.interval.0, point.interval.1).into(),
            format::count(point.n).into(),
        ]);
    }
    page.figure(
        "Said and happened.",
        "On the dashed line, 30 % means three in ten.",
        &Reliability { points },
        &grid,
    );

    let mut grid = Grid::new(&["Day", "#Open", "#Expected wins", "#80 %", "#95 %", "#Won"]);
    let points = backtest.origins.iter().map(|origin| Past {
        label: instant::day_of(origin.at),
        expected: origin.expected,
        interval: (origin.interval80[0], origin.interval80[1]),
        happened: origin.won as f64,
    });
    let chart = Track {
        points: points.collect(),
        axis: "wins within the horizon, by the day of the forecast".to_owned(),
    };
    for origin in &backtest.origins {
        let show = |[low, high]: [f64; 2]| format!("{low:.0}–{high:.0}");
        grid.row([
            instant::day_of(origin.at).into(),
            format::count(origin.open).into(),
            format!("{:.1}", origin.expected).into(),
            show(origin.interval80).into(),
            show(origin.interval95).into(),
            format::count(origin.won).into(),
        ]);
    }
    page.figure(
        "Wins expected and wins seen.",
        &format!(
            "Line and band: expected, with the 80 % interval. Dots: what happened, hollow where the interval missed. It held in {}, the 95 % interval in {}.",
            format::percent(backtest.coverage80),
            format::percent(backtest.coverage95)
        ),
        &chart,
        &grid,
    );
}

fn share(rate: Option<&Rate>) -> String {
    rate.map_or_else(format::dash, |rate| format::percent(rate.value))
}

fn range(rate: Option<&Rate>) -> String {
    rate.map_or_else(format::dash, |rate| {
        format::percent_range(rate.low, rate.high)
    })
}
