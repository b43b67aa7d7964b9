//! The charts of the report. Each is drawn twice, for a wide and for a narrow page, because scaled
//! text is unreadable text; the style sheet shows the one that fits.

use super::scale::Scale;
use super::svg::{Anchor, Canvas};

/// The two widths a chart is drawn for, in CSS pixels.
pub(super) const WIDE: f64 = 980.0;
pub(super) const NARROW: f64 = 330.0;

/// How wide a letter of a label is, roughly; labels are cut by it.
const LETTER: f64 = 6.7;
/// Room for the axis below a plot.
const AXIS: f64 = 26.0;

pub(super) type Show = fn(f64) -> String;

/// Something that can be drawn at a given width.
pub(super) trait Chart: std::fmt::Debug {
    fn draw(&self, width: f64) -> Canvas;
    /// What the chart says, for those who do not see it.
    fn desc(&self) -> String;
}

/// Horizontal bars with an optional interval, one per row: values by period, owner or stage.
#[derive(Debug)]
pub(super) struct Bars {
    pub(super) rows: Vec<Bar>,
    pub(super) show: Show,
    /// What the axis measures, with its unit.
    pub(super) axis: String,
}

/// One bar: its value and, where there is one, the interval around it.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: f64,
    pub(super) interval: Option<(f64, f64)>,
    /// What stands at the end of the row, such as the value in figures.
    pub(super) note: String,
}

impl Chart for Bars {
    fn draw(&self, width: f64) -> Canvas {
        let narrow = width < 500.0;
        let row_height = if narrow { 42.0 } else { 30.0 };
        let notes = self.rows.iter().map(|bar| bar.note.chars().count());
        let note_room = notes.max().unwrap_or(0) as f64 * LETTER + 18.0;
        let (left, right) = if narrow {
            (2.0, 8.0)
        } else {
            (190.0, note_room.min(width / 2.0))
        };
        let bottom = row_height * self.rows.len() as f64 + 4.0;
        let mut canvas = Canvas::new(width, bottom + AXIS + 16.0);
        let extent = self
            .rows
            .iter()
            .flat_map(|bar| [bar.value, bar.interval.map_or(bar.value, |(_, high)| high)]);
        let x = Scale::covering(extent, left, width - right);
        let ticks = x.ticks(if narrow { 3 } else { 4 });
        axis_below(&mut canvas, &x, &ticks, bottom, self.show, &self.axis);
        for (i, bar) in self.rows.iter().enumerate() {
            let top = row_height * i as f64;
            let middle = if narrow {
                top + 31.0
            } else {
                top + row_height / 2.0
            };
            let baseline = if narrow { top + 16.0 } else { middle + 4.0 };
            let tip = format!("{}: {}", bar.label, bar.note);
            let label_room = if narrow {
                (width - bar.note.chars().count() as f64 * LETTER - 12.0) / LETTER
            } else {
                (left - 12.0) / LETTER
            };
            let label = crate::table::cut(&bar.label, label_room.max(6.0) as usize);
            if narrow {
                canvas.text(left, baseline, Anchor::Start, "label", &label);
            } else {
                canvas.text(left - 10.0, baseline, Anchor::End, "label", &label);
            }
            canvas.text(width - 2.0, baseline, Anchor::End, "value", &bar.note);
            let zero = x.at(0.0);
            let end = x.at(bar.value);
            canvas.rect(
                zero.min(end),
                middle - 6.0,
                (end - zero).abs(),
                12.0,
                "bar",
                &tip,
            );
            if let Some((low, high)) = bar.interval {
                let (low, high) = (x.at(low), x.at(high));
                canvas.line(low, middle, high, middle, "whisker");
                canvas.line(low, middle - 4.0, low, middle + 4.0, "whisker");
                canvas.line(high, middle - 4.0, high, middle + 4.0, "whisker");
            }
        }
        canvas
    }

    fn desc(&self) -> String {
        let rows: Vec<String> = self
            .rows
            .iter()
            .take(12)
            .map(|bar| format!("{}: {}", bar.label, bar.note))
            .collect();
        format!("{}. {}", self.axis, rows.join("; "))
    }
}

/// What was said against what happened: on the diagonal, 30 % means three in ten.
#[derive(Debug)]
pub(super) struct Reliability {
    pub(super) points: Vec<Reliable>,
}

/// One bin of predictions.
#[derive(Debug)]
pub(super) struct Reliable {
    pub(super) predicted: f64,
    pub(super) observed: f64,
    /// Where the observed share lies with 95 % certainty.
    pub(super) interval: (f64, f64),
    pub(super) n: usize,
}

impl Chart for Reliability {
    fn draw(&self, width: f64) -> Canvas {
        let side = (width - 72.0).min(360.0);
        let left = 52.0;
        let (top, bottom) = (10.0, 10.0 + side);
        let mut canvas = Canvas::new(left + side + 20.0, bottom + AXIS + 18.0);
        let most = self
            .points
            .iter()
            .flat_map(|p| [p.predicted, p.observed, p.interval.1])
            .fold(0.1, f64::max);
        let most = (most * 10.0).ceil() / 10.0;
        let x = Scale::new(0.0, most, left, left + side);
        let y = Scale::new(0.0, most, bottom, top);
        for tick in x.ticks(4) {
            canvas.line(left, y.at(tick), left + side, y.at(tick), "grid");
            canvas.text(
                left - 8.0,
                y.at(tick) + 4.0,
                Anchor::End,
                "tick",
                &crate::format::percent(tick),
            );
            canvas.text(
                x.at(tick),
                bottom + 17.0,
                Anchor::Middle,
                "tick",
                &crate::format::percent(tick),
            );
        }
        canvas.text(
            left + side,
            bottom + 36.0,
            Anchor::End,
            "tick",
            "forecast probability →",
        );
        canvas.text(
            left + 8.0,
            top + 12.0,
            Anchor::Start,
            "tick",
            "↑ share that happened",
        );
        canvas.line(x.at(0.0), y.at(0.0), x.at(most), y.at(most), "ideal");
        let largest = self.points.iter().map(|p| p.n).max().unwrap_or(1).max(1) as f64;
        canvas.path(
            self.points
                .iter()
                .map(|p| (x.at(p.predicted), y.at(p.observed))),
            "curve",
        );
        for point in &self.points {
            let (px, py) = (x.at(point.predicted), y.at(point.observed));
            canvas.line(
                px,
                y.at(point.interval.0),
                px,
                y.at(point.interval.1),
                "whisker",
            );
            let radius = 3.0 + 5.0 * (point.n as f64 / largest).sqrt();
            let tip = format!(
                "said {}, happened {} ({}), n {}",
                crate::format::percent(point.predicted),
                crate::format::percent(point.observed),
                crate::format::percent_range(point.interval.0, point.interval.1),
                crate::format::count(point.n)
            );
            canvas.circle(px, py, radius, "dot", &tip);
        }
        canvas
    }

    fn desc(&self) -> String {
        let points: Vec<String> = self
            .points
            .iter()
            .map(|p| {
                format!(
                    "said {}, happened {}, n {}",
                    crate::format::percent(p.predicted),
                    crate::format::percent(p.observed),
                    p.n
                )
            })
            .collect();
        format!(
            "Forecast probability against the share that happened. {}",
            points.join("; ")
        )
    }
}

/// What was expected on past days, with the interval, and what then happened.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) points: Vec<Past>,
    pub(super) axis: String,
}

/// One past forecast.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) label: String,
    pub(super) expected: f64,
    pub(super) interval: (f64, f64),
    pub(super) happened: f64,
}

impl Chart for Track {
    fn draw(&self, width: f64) -> Canvas {
        let (left, right) = (46.0, width - 14.0);
        let (top, bottom) = (12.0, 196.0);
        let mut canvas = Canvas::new(width, bottom + AXIS + 16.0);
        let extent = self
            .points
            .iter()
            .flat_map(|past| [past.interval.1, past.happened]);
        let y = Scale::covering(extent, bottom, top);
        let x = Scale::new(
            0.0,
            self.points.len().saturating_sub(1) as f64,
            left + 6.0,
            right - 6.0,
        );
        for tick in y.ticks(4) {
            canvas.line(left, y.at(tick), right, y.at(tick), "grid");
            canvas.text(
                left - 8.0,
                y.at(tick) + 4.0,
                Anchor::End,
                "tick",
                &crate::format::whole(tick),
            );
        }
        let place = |i: usize| x.at(i as f64);
        let up = self
            .points
            .iter()
            .enumerate()
            .map(|(i, past)| (place(i), y.at(past.interval.1)));
        let down = self
            .points
            .iter()
            .enumerate()
            .rev()
            .map(|(i, past)| (place(i), y.at(past.interval.0)));
        canvas.path(up.chain(down), "band");
        canvas.path(
            self.points
                .iter()
                .enumerate()
                .map(|(i, past)| (place(i), y.at(past.expected))),
            "curve",
        );
        for (i, past) in self.points.iter().enumerate() {
            let (low, high) = past.interval;
            let held = (low..=high).contains(&past.happened);
            let tip = format!(
                "{}: expected {:.1} ({low:.0}–{high:.0}), happened {:.0}",
                past.label, past.expected, past.happened
            );
            canvas.circle(
                place(i),
                y.at(past.happened),
                4.0,
                if held { "dot held" } else { "dot missed" },
                &tip,
            );
        }
        let ends = [
            (0, Anchor::Start),
            (self.points.len().saturating_sub(1), Anchor::End),
        ];
        for ((i, anchor), at) in ends.into_iter().zip([left, right]) {
            if let Some(past) = self.points.get(i) {
                canvas.text(at, bottom + 16.0, anchor, "tick", &past.label);
            }
        }
        canvas.text(right, bottom + 36.0, Anchor::End, "tick", &self.axis);
        canvas
    }

    fn desc(&self) -> String {
        let held = self
            .points
            .iter()
            .filter(|past| (past.interval.0..=past.interval.1).contains(&past.happened));
        format!(
            "{}. The interval held {} of {} times.",
            self.axis,
            held.count(),
            self.points.len()
        )
    }
}

/// A deal's way so far: one piece per stage, as long as it took, the last one still running.
pub(super) fn stage_path(id: &str, stays: &[(String, f64)]) -> String {
    const WIDTH: f64 = 150.0;
    let mut canvas = Canvas::new(WIDTH, 14.0);
    let total: f64 = stays.iter().map(|(_, days)| days.max(0.0)).sum();
    let gaps = 2.0 * stays.len().saturating_sub(1) as f64;
    // Even a stay of minutes is shown.
    let least = 3.0;
    let room = (WIDTH - gaps - least * stays.len() as f64).max(0.0);
    let mut x = 0.0;
    for (i, (stage, days)) in stays.iter().enumerate() {
        let share = if total > 0.0 {
            days.max(0.0) / total
        } else {
            0.0
        };
        let width = least + room * share;
        let class = if i + 1 == stays.len() {
            "bar"
        } else {
            "bar pale"
        };
        canvas.rect(
            x,
            1.0,
            width,
            12.0,
            class,
            &format!("{stage}: {}", crate::format::days(*days)),
        );
        x += width + 2.0;
    }
    let desc: Vec<String> = stays
        .iter()
        .map(|(stage, days)| format!("{stage} {}", crate::format::days(*days)))
        .collect();
    canvas.finish(id, "path", "Stages so far", &desc.join(", then "))
}

fn axis_below(canvas: &mut Canvas, x: &Scale, ticks: &[f64], bottom: f64, show: Show, name: &str) {
    for (i, &tick) in ticks.iter().enumerate() {
        let at = x.at(tick);
        canvas.line(at, 0.0, at, bottom, "grid");
        let anchor = match i {
            0 if at < 20.0 => Anchor::Start,
            _ if at > canvas.width - 24.0 => Anchor::End,
            _ => Anchor::Middle,
        };
        canvas.text(at, bottom + 16.0, anchor, "tick", &show(tick));
    }
    let end = canvas.width - 2.0;
    canvas.text(end, bottom + 36.0, Anchor::End, "tick", name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format;

    fn bar(label: &str, value: f64, interval: (f64, f64)) -> Bar {
        let note = format::compact(value);
        Bar {
            label: label.to_owned(),
            value,
            interval: Some(interval),
            note,
        }
    }

    fn charts() -> Vec<Box<dyn Chart>> {
        let bars = |rows| Bars {
            rows,
            show: format::compact,
            axis: "EUR".to_owned(),
        };
        let past = |happened| Past {
            label: "2026-01-01".to_owned(),
            expected: 5.0,
            interval: (3.0, 8.0),
            happened,
        };
        let track = |points| Track {
            points,
            axis: "wins".to_owned(),
        };
        let reliable = |predicted, observed, interval| Reliable {
            predicted,
            observed,
            interval,
            n: 9,
        };
        vec![
            Box::new(bars(Vec::new())),
            Box::new(bars(vec![bar("", 0.0, (0.0, 0.0))])),
            Box::new(bars(vec![
                bar(
                    "A name that is much longer than there is room for",
                    4e9,
                    (-1e9, 9e9),
                ),
                bar("nothing known", f64::NAN, (f64::NAN, f64::INFINITY)),
            ])),
            Box::new(track(Vec::new())),
            Box::new(track(vec![past(4.0)])),
            Box::new(track(vec![past(0.0), past(900.0)])),
            Box::new(Reliability { points: Vec::new() }),
            Box::new(Reliability {
                points: vec![
                    reliable(0.0, 0.0, (0.0, 0.1)),
                    reliable(1.0, 1.0, (0.9, 1.0)),
                ],
            }),
        ]
    }

    #[test]
    fn no_mark_leaves_the_paper_whatever_is_drawn() {
        for chart in charts() {
            for width in [WIDE, NARROW] {
                let canvas = chart.draw(width);
                assert!(canvas.width <= width + 0.5, "{chart:?}");
                let (width, height) = (canvas.width, canvas.height);
                let svg = canvas.finish("g", "chart", "title", &chart.desc());
                for (name, most) in [
                    ("x", width),
                    ("x1", width),
                    ("x2", width),
                    ("cx", width),
                    ("y", height),
                    ("cy", height),
                ] {
                    for value in svg.split(&format!(" {name}=\"")).skip(1) {
                        let value = value
                            .split('"')
                            .next()
                            .and_then(|value| value.parse::<f64>().ok());
                        assert!(
                            value.is_some_and(|value| (-0.1..=most + 0.1).contains(&value)),
                            "{name}: {chart:?}"
                        );
                    }
                }
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }
}
