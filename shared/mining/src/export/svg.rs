//! The process map as a picture: stages from top to bottom, moves between them.
//!
//! The layout is the usual layered one: layers by longest path, bends for moves that pass a
//! layer, barycentre ordering, then the positions that come closest to straight lines without
//! overlap (isotonic regression per layer).

use super::{days, percent, thousands};
use crate::{Edge, Pipeline, Rate};
use std::fmt::Write as _;

const NODE_WIDTH: f64 = 176.0;
const NODE_HEIGHT: f64 = 56.0;
const LAYER_HEIGHT: f64 = 124.0;
const GAP: f64 = 30.0;
const BEND_WIDTH: f64 = 26.0;
const MARGIN: f64 = 28.0;
const LEGEND_HEIGHT: f64 = 46.0;
/// The least width, for the legend's sake.
const LEAST_WIDTH: f64 = 480.0;
/// Stages drawn at most; a map of more could not be read.
const MOST_STAGES: usize = 40;
/// A stage is drawn if it has this share of the visits of the most visited one.
const DRAWN_STAGE: f64 = 0.01;
/// A move is drawn if it has this share of the moves out of its stage or into the next.
const DRAWN_SHARE: f64 = 0.04;
/// Room beside a box for the line of its self-loop.
const LOOP_ROOM: f64 = 58.0;
/// A forward move sets the layers if it has this share.
const MAIN_SHARE: f64 = 0.15;
/// Deals a win rate is shrunk by before it is given a colour.
const PRIOR_DEALS: f64 = 20.0;

const STYLE: &str = "\
.pie-map{--ink:#1c2126;--soft:#5b6570;--paper:#fff;--line:#c3cad2;\
--n0:#f4c09a;--n1:#fae2cf;--n2:#eef0f3;--n3:#d3e6f6;--n4:#a3cdef;\
--e0:#c65b14;--e1:#d9955c;--e2:#87909a;--e3:#5d9bca;--e4:#1c6db0;\
font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
@media (prefers-color-scheme:dark){.pie-map{--ink:#eef1f4;--soft:#a8b2bd;--paper:#14181d;--line:#4b5560;\
--n0:#7c3d14;--n1:#573a25;--n2:#2f353c;--n3:#1d425b;--n4:#0f578d;\
--e0:#f18d4b;--e1:#b7824f;--e2:#7f8994;--e3:#5b9acb;--e4:#58b0f2}}\
.pie-map .ground{fill:var(--paper)}.pie-map text{fill:var(--ink)}.pie-map .soft{fill:var(--soft);font-size:11px}\
.pie-map .name{font-weight:600}.pie-map rect.stage{stroke:var(--line)}\
.pie-map path.move{fill:none;stroke-linecap:round;opacity:.85}\
.pie-map text.count{font-size:11px;fill:var(--ink);stroke:var(--paper);stroke-width:3px;paint-order:stroke;stroke-linejoin:round}\
.pie-map rect.behind{fill:var(--paper);opacity:.9}\
.pie-map .n0{fill:var(--n0)}.pie-map .n1{fill:var(--n1)}.pie-map .n2{fill:var(--n2)}.pie-map .n3{fill:var(--n3)}.pie-map .n4{fill:var(--n4)}\
.pie-map .e0{stroke:var(--e0)}.pie-map .e1{stroke:var(--e1)}.pie-map .e2{stroke:var(--e2)}.pie-map .e3{stroke:var(--e3)}.pie-map .e4{stroke:var(--e4)}\
.pie-map .a0{fill:var(--e0)}.pie-map .a1{fill:var(--e1)}.pie-map .a2{fill:var(--e2)}.pie-map .a3{fill:var(--e3)}.pie-map .a4{fill:var(--e4)}";

/// Draws the process map of one pipeline.
///
/// Boxes are stages (visits, median days there), lines are moves (how many, median days before
/// them; the wider the more). Colour says how much more or less often the closed deals that came
/// by were won than closed deals on the whole. Rare moves are left out, and said to be. The
/// picture needs nothing else, runs no scripts, and follows the reader's light or dark scheme.
pub fn svg(pipeline: &Pipeline) -> String {
    let map = Map::of(pipeline);
    let layout = Layout::of(&map);
    draw(pipeline, &map, &layout)
}

/// What is drawn: stages by number, moves between them.
struct Map<'a> {
    /// Numbers of the drawn stages in `Pipeline::dwell`, in order.
    stages: Vec<usize>,
    /// Drawn moves: from, to (positions in `stages`), the move.
    moves: Vec<(usize, usize, &'a Edge)>,
    /// Positions of closing stages.
    closing: Vec<bool>,
    hidden_stages: usize,
    hidden_moves: usize,
}

impl<'a> Map<'a> {
    fn of(pipeline: &'a Pipeline) -> Self {
        let mut visited: Vec<usize> = (0..pipeline.dwell.len())
            .filter(|&i| pipeline.dwell[i].visits > 0)
            .collect();
        let all_stages = visited.len();
        visited.sort_by_key(|&i| (std::cmp::Reverse(pipeline.dwell[i].visits), i));
        visited.truncate(MOST_STAGES);
        let most = visited.first().map_or(0, |&i| pipeline.dwell[i].visits) as f64;
        visited.retain(|&i| {
            pipeline.dwell[i].visits as f64 >= most * DRAWN_STAGE || pipeline.stages[i].end
        });
        visited.sort_unstable();
        let stages = visited;
        let place = |label: &str| {
            stages
                .iter()
                .position(|&i| pipeline.dwell[i].stage == label)
        };
        let mut moves: Vec<(usize, usize, &Edge)> = pipeline
            .transitions
            .edges
            .iter()
            .filter_map(|edge| Some((place(&edge.from)?, place(&edge.to)?, edge)))
            .collect();
        let flows = Flows::of(&moves, stages.len());
        let mut best_out = vec![0; stages.len()];
        let mut best_in = vec![0; stages.len()];
        for &(from, to, edge) in &moves {
            best_out[from] = edge.count.max(best_out[from]);
            best_in[to] = edge.count.max(best_in[to]);
        }
        moves.retain(|&(from, to, edge)| {
            flows.share(from, to, edge) >= DRAWN_SHARE
                || edge.count == best_out[from]
                || edge.count == best_in[to]
        });
        let hidden_moves = pipeline.transitions.edges.len() - moves.len();
        let closing = stages.iter().map(|&i| pipeline.stages[i].end).collect();
        Self {
            hidden_stages: all_stages - stages.len(),
            stages,
            moves,
            closing,
            hidden_moves,
        }
    }
}

/// Moves out of and into every stage.
struct Flows {
    out: Vec<u64>,
    into: Vec<u64>,
}

impl Flows {
    fn of(moves: &[(usize, usize, &Edge)], stages: usize) -> Self {
        let mut flows = Self {
            out: vec![0; stages],
            into: vec![0; stages],
        };
        for &(from, to, edge) in moves {
            flows.out[from] += edge.count;
            flows.into[to] += edge.count;
        }
        flows
    }

    /// The greater of a move's shares of what leaves its stage and of what enters the next.
    fn share(&self, from: usize, to: usize, edge: &Edge) -> f64 {
        let part = |whole: u64| edge.count as f64 / whole.max(1) as f64;
        part(self.out[from]).max(part(self.into[to]))
    }
}

/// A stage or a bend, with its place.
struct Spot {
    layer: usize,
    width: f64,
    x: f64,
    /// Spots it is tied to one layer up and one layer down.
    up: Vec<usize>,
    down: Vec<usize>,
}

struct Layout {
    spots: Vec<Spot>,
    /// For each drawn move the spots it passes, from its first stage to its last.
    routes: Vec<Vec<usize>>,
    layers: usize,
    left: f64,
    right: f64,
}

impl Layout {
    fn of(map: &Map<'_>) -> Self {
        let layer = layers(map);
        let count = layer.iter().max().map_or(0, |last| last + 1);
        let mut spots: Vec<Spot> = layer
            .iter()
            .map(|&layer| Spot {
                layer,
                width: NODE_WIDTH,
                x: 0.0,
                up: Vec::new(),
                down: Vec::new(),
            })
            .collect();
        for &(from, to, _) in &map.moves {
            if from == to {
                spots[from].width = NODE_WIDTH + 2.0 * LOOP_ROOM;
            }
        }
        let mut routes = Vec::with_capacity(map.moves.len());
        for &(from, to, _) in &map.moves {
            let (top, bottom) = if layer[from] <= layer[to] {
                (from, to)
            } else {
                (to, from)
            };
            let mut route = vec![top];
            let mut last = top;
            for between in layer[top] + 1..layer[bottom] {
                let bend = spots.len();
                spots.push(Spot {
                    layer: between,
                    width: BEND_WIDTH,
                    x: 0.0,
                    up: vec![last],
                    down: Vec::new(),
                });
                spots[last].down.push(bend);
                route.push(bend);
                last = bend;
            }
            if top != bottom {
                route.push(bottom);
                if layer[top] != layer[bottom] {
                    spots[last].down.push(bottom);
                    spots[bottom].up.push(last);
                }
            }
            if top != from {
                route.reverse();
            }
            routes.push(route);
        }
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (i, spot) in spots.iter().enumerate() {
            rows[spot.layer].push(i);
        }
        sort_rows(&mut rows, &spots);
        place(&rows, &mut spots);
        let left = spots
            .iter()
            .map(|s| s.x - s.width / 2.0)
            .fold(f64::INFINITY, f64::min);
        let right = spots
            .iter()
            .map(|s| s.x + s.width / 2.0)
            .fold(f64::NEG_INFINITY, f64::max);
        let (left, right) = if spots.is_empty() {
            (0.0, NODE_WIDTH)
        } else {
            (left, right)
        };
        Self {
            spots,
            routes,
            layers: count,
            left,
            right,
        }
    }
}

/// The layer of each stage: below all that its main forward moves come from; closing ones last.
fn layers(map: &Map<'_>) -> Vec<usize> {
    let flows = Flows::of(&map.moves, map.stages.len());
    let mut layer = vec![0; map.stages.len()];
    // Stages are in order and moves sorted by their start, so one pass settles every layer.
    for &(from, to, edge) in &map.moves {
        if to > from && flows.share(from, to, edge) >= MAIN_SHARE {
            layer[to] = layer[to].max(layer[from] + 1);
        }
    }
    let last_open = layer
        .iter()
        .zip(&map.closing)
        .filter(|(_, closing)| !**closing)
        .map(|(l, _)| *l)
        .max();
    for (layer, closing) in layer.iter_mut().zip(&map.closing) {
        if *closing {
            *layer = last_open.map_or(0, |last| last + 1);
        }
    }
    layer
}

/// Orders each row so that lines cross little: the barycentre heuristic, swept down and up.
fn sort_rows(rows: &mut [Vec<usize>], spots: &[Spot]) {
    let mut rank = vec![0.0; spots.len()];
    let number = |row: &[usize], rank: &mut [f64]| {
        for (i, &spot) in row.iter().enumerate() {
            rank[spot] = (i as f64 + 0.5) / row.len() as f64;
        }
    };
    for row in rows.iter() {
        number(row, &mut rank);
    }
    let (mut best, mut fewest) = (rows.to_vec(), crossings(rows, spots));
    for sweep in 0..16 {
        let downwards = sweep % 2 == 0;
        for step in 0..rows.len() {
            let r = if downwards {
                step
            } else {
                rows.len() - 1 - step
            };
            let centre = |spot: usize, rank: &[f64]| {
                let ties = if downwards {
                    &spots[spot].up
                } else {
                    &spots[spot].down
                };
                if ties.is_empty() {
                    return rank[spot];
                }
                ties.iter().map(|&t| rank[t]).sum::<f64>() / ties.len() as f64
            };
            let mut keyed: Vec<(f64, usize)> =
                rows[r].iter().map(|&s| (centre(s, &rank), s)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            rows[r] = keyed.into_iter().map(|(_, spot)| spot).collect();
            number(&rows[r], &mut rank);
        }
        let now = crossings(rows, spots);
        if now < fewest {
            (best, fewest) = (rows.to_vec(), now);
        }
    }
    rows.clone_from_slice(&best);
}

fn crossings(rows: &[Vec<usize>], spots: &[Spot]) -> usize {
    let mut at = vec![0; spots.len()];
    for row in rows {
        for (i, &spot) in row.iter().enumerate() {
            at[spot] = i;
        }
    }
    rows.iter()
        .map(|row| {
            let lines: Vec<(usize, usize)> = row
                .iter()
                .flat_map(|&s| spots[s].down.iter().map(move |&d| (s, d)))
                .map(|(s, d)| (at[s], at[d]))
                .collect();
            lines
                .iter()
                .enumerate()
                .map(|(i, a)| {
                    lines[i + 1..]
                        .iter()
                        .filter(|b| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1))
                        .count()
                })
                .sum::<usize>()
        })
        .sum()
}

/// Moves spots sideways towards those they are tied to, keeping order and distance.
fn place(rows: &[Vec<usize>], spots: &mut [Spot]) {
    for row in rows {
        let mut x = 0.0;
        for &spot in row {
            spots[spot].x = x + spots[spot].width / 2.0;
            x += spots[spot].width + GAP;
        }
        let middle = (x - GAP) / 2.0;
        for &spot in row {
            spots[spot].x -= middle;
        }
    }
    for sweep in 0..24 {
        for step in 0..rows.len() {
            let row = &rows[if sweep % 2 == 0 {
                step
            } else {
                rows.len() - 1 - step
            }];
            let mut offset = 0.0;
            let mut wanted = Vec::with_capacity(row.len());
            for (i, &spot) in row.iter().enumerate() {
                if i > 0 {
                    let before = &spots[row[i - 1]];
                    offset += f64::midpoint(before.width, spots[spot].width) + GAP;
                }
                let ties: Vec<usize> = spots[spot]
                    .up
                    .iter()
                    .chain(&spots[spot].down)
                    .copied()
                    .collect();
                let centre = if ties.is_empty() {
                    spots[spot].x
                } else {
                    ties.iter().map(|&t| spots[t].x).sum::<f64>() / ties.len() as f64
                };
                // Bends pull harder: a straight line reads best.
                let weight = if spots[spot].width < NODE_WIDTH {
                    4.0
                } else {
                    1.0
                };
                wanted.push((centre - offset, weight, offset));
            }
            for (&spot, x) in row.iter().zip(in_order(&wanted)) {
                spots[spot].x = x;
            }
        }
    }
}

/// The positions nearest to the wanted ones that keep their order (pool adjacent violators).
fn in_order(wanted: &[(f64, f64, f64)]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for &(x, weight, _) in wanted {
        let mut pool = (x, weight, 1);
        while let Some(&(before, heft, size)) = pools.last().filter(|(before, ..)| *before > pool.0)
        {
            pool = (
                (before * heft + pool.0 * pool.1) / (heft + pool.1),
                heft + pool.1,
                size + pool.2,
            );
            pools.pop();
        }
        pools.push(pool);
    }
    let flat = pools
        .into_iter()
        .flat_map(|(x, _, size)| std::iter::repeat_n(x, size));
    flat.zip(wanted)
        .map(|(x, (_, _, offset))| x + offset)
        .collect()
}

type Point = (f64, f64);

/// A box on the paper: left, top, right, bottom.
type Area = (f64, f64, f64, f64);

fn draw(pipeline: &Pipeline, map: &Map<'_>, layout: &Layout) -> String {
    let drawn = layout.right - layout.left + 2.0 * MARGIN;
    let width = drawn.max(LEAST_WIDTH);
    let hidden = hidden(map);
    let height = layout.layers.max(1) as f64 * LAYER_HEIGHT - (LAYER_HEIGHT - NODE_HEIGHT)
        + 2.0 * MARGIN
        + LEGEND_HEIGHT
        + if hidden.is_some() { 16.0 } else { 0.0 };
    let shift = MARGIN - layout.left + (width - drawn) / 2.0;
    let x = |spot: usize| layout.spots[spot].x + shift;
    let y = |spot: usize| MARGIN + layout.spots[spot].layer as f64 * LAYER_HEIGHT;
    let base = pipeline.win_rate.map(|rate| rate.value);

    let mut out = String::new();
    let title = format!("Process map of {}", escape(&pipeline.name));
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pie-map\" role=\"img\" aria-label=\"{title}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         style=\"max-width:100%;height:auto\">\n<title>{title}</title>\n<desc>{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n",
        escape(&describe(pipeline, map)),
    );

    let most = map
        .moves
        .iter()
        .map(|(.., edge)| edge.count)
        .max()
        .unwrap_or(1)
        .max(1) as f64;
    let mut taken: Vec<Area> = (0..map.stages.len())
        .map(|s| {
            (
                x(s) - NODE_WIDTH / 2.0,
                y(s),
                x(s) + NODE_WIDTH / 2.0,
                y(s) + NODE_HEIGHT,
            )
        })
        .collect();
    let ports = ports(map, layout);
    // Thin lines go last, over the wide ones.
    let mut order: Vec<usize> = (0..map.moves.len()).collect();
    order.sort_by_key(|&m| (std::cmp::Reverse(map.moves[m].2.count), m));
    let mut labels = String::new();
    for m in order {
        let (from, to, edge) = map.moves[m];
        let thick = 1.2 + 6.8 * (edge.count as f64 / most).sqrt();
        let shade = shade(edge.win_rate, base);
        let curve = if from == to {
            let (right, middle) = (x(from) + NODE_WIDTH / 2.0, y(from) + NODE_HEIGHT / 2.0);
            vec![[
                (right, middle - 12.0),
                (right + 34.0, middle - 22.0),
                (right + 34.0, middle + 22.0),
                (right + 3.0, middle + 12.0),
            ]]
        } else {
            curve(&layout.routes[m], ports[m], &x, &y, layout)
        };
        let tooltip = format!(
            "{} → {}: {} moves by {} deals, median {} before, {}",
            edge.from,
            edge.to,
            thousands(edge.count),
            thousands(edge.deals),
            days(edge.dwell.median_days),
            edge.win_rate.map_or_else(
                || "win rate unknown".to_owned(),
                |rate| format!("won {}", interval(rate))
            ),
        );
        let _ = write!(
            out,
            "<g><title>{}</title><path class=\"move e{shade}\" stroke-width=\"{thick:.1}\" d=\"",
            escape(&tooltip)
        );
        for (i, [a, b, c, d]) in curve.iter().enumerate() {
            if i == 0 {
                let _ = write!(out, "M{:.1} {:.1}", a.0, a.1);
            }
            let _ = write!(
                out,
                "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
                b.0, b.1, c.0, c.1, d.0, d.1
            );
        }
        out.push_str("\"/>");
        if let Some([_, _, before, tip]) = curve.last() {
            arrow(&mut out, *before, *tip, thick, shade);
        }
        out.push_str("</g>\n");

        let text = if from == to || edge.dwell.median_days * 24.0 * 60.0 < 1.0 {
            thousands(edge.count)
        } else {
            format!(
                "{} · {}",
                thousands(edge.count),
                days(edge.dwell.median_days)
            )
        };
        let spot = if from == to {
            let half = half_width(&text);
            (
                x(from) + NODE_WIDTH / 2.0 + 27.0 + half,
                y(from) + NODE_HEIGHT / 2.0,
            )
        } else {
            label_spot(&curve, &text, &taken)
        };
        let area = area_of(spot, &text);
        taken.push(area);
        let _ = write!(
            labels,
            "<rect class=\"behind\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"3\"/>",
            area.0,
            area.1,
            area.2 - area.0,
            area.3 - area.1,
        );
        let _ = writeln!(
            labels,
            "<text class=\"count\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
            spot.0,
            spot.1 + 4.0,
        );
    }
    for (s, &stage) in map.stages.iter().enumerate() {
        let dwell = &pipeline.dwell[stage];
        let shade = shade(dwell.win_rate, base);
        let mut second = format!("{} visits", thousands(dwell.visits));
        if let Some(over) = dwell.completed {
            let _ = write!(second, " · median {}", days(over.median_days));
        }
        let mut tooltip = format!(
            "{}: {} visits by {} deals",
            dwell.stage,
            thousands(dwell.visits),
            thousands(dwell.deals)
        );
        if let Some(over) = dwell.completed {
            let _ = write!(
                tooltip,
                ", median {}, one in ten over {}",
                days(over.median_days),
                days(over.p90_days)
            );
        }
        if let Some(current) = dwell.current {
            let _ = write!(
                tooltip,
                ", {} there now for a median of {}",
                thousands(current.count),
                days(current.median_days)
            );
        }
        if let Some(rate) = dwell.win_rate {
            let _ = write!(tooltip, ", won {}", interval(rate));
        }
        let _ = writeln!(
            out,
            "<g><title>{}</title><rect class=\"stage n{shade}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{NODE_WIDTH}\" height=\"{NODE_HEIGHT}\" rx=\"9\"/>\
             <text class=\"name\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\
             <text class=\"soft\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            escape(&tooltip),
            x(s) - NODE_WIDTH / 2.0,
            y(s),
            x(s),
            y(s) + 24.0,
            escape(&shorten(&dwell.stage, 21)),
            x(s),
            y(s) + 42.0,
            escape(&second),
        );
    }
    out.push_str(&labels);
    legend(&mut out, pipeline, hidden.as_deref(), height);
    out.push_str("</svg>\n");
    out
}

/// Where each move leaves its first stage and enters its last: attachments side by side, in the
/// order of where they lead.
fn ports(map: &Map<'_>, layout: &Layout) -> Vec<(f64, f64)> {
    let mut ports = vec![(0.0, 0.0); map.moves.len()];
    for stage in 0..map.stages.len() {
        for below in [false, true] {
            let mut ends: Vec<(f64, usize, bool)> = Vec::new();
            for (m, route) in layout.routes.iter().enumerate() {
                let (Some(&first), Some(&last)) = (route.first(), route.last()) else {
                    continue;
                };
                let (Some(&second), Some(&before_last)) = (route.get(1), route.iter().nth_back(1))
                else {
                    continue;
                };
                let mine = layout.spots[stage].layer;
                // Moves within a layer run below it.
                let is_below = |other: usize| layout.spots[other].layer >= mine;
                if first == stage && is_below(second) == below {
                    ends.push((layout.spots[second].x, m, true));
                }
                if last == stage && is_below(before_last) == below {
                    ends.push((layout.spots[before_last].x, m, false));
                }
            }
            ends.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
            let room = (NODE_WIDTH * 0.72 / ends.len().max(1) as f64).min(26.0);
            for (i, &(_, m, leaving)) in ends.iter().enumerate() {
                let aside = (i as f64 - (ends.len() - 1) as f64 / 2.0) * room;
                if leaving {
                    ports[m].0 = aside;
                } else {
                    ports[m].1 = aside;
                }
            }
        }
    }
    ports
}

/// A move as cubic curves from stage to stage through its bends.
fn curve(
    route: &[usize],
    (leaves, enters): (f64, f64),
    x: &impl Fn(usize) -> f64,
    y: &impl Fn(usize) -> f64,
    layout: &Layout,
) -> Vec<[Point; 4]> {
    let (Some(&first), Some(&last)) = (route.first(), route.last()) else {
        return Vec::new();
    };
    let (start, end) = (layout.spots[first].layer, layout.spots[last].layer);
    if start == end {
        let (a, d) = (x(first) + leaves, x(last) + enters);
        let below = y(first) + NODE_HEIGHT;
        return vec![[
            (a, below),
            (a, below + 34.0),
            (d, below + 34.0),
            (d, below + 2.0),
        ]];
    }
    let down = start < end;
    let mut points: Vec<Point> = Vec::with_capacity(2 * route.len());
    points.push((
        x(first) + leaves,
        y(first) + if down { NODE_HEIGHT } else { 0.0 },
    ));
    for &bend in &route[1..route.len() - 1] {
        // A bend runs straight past the boxes of its layer.
        let (near, far) = (y(bend), y(bend) + NODE_HEIGHT);
        points.push((x(bend), if down { near } else { far }));
        points.push((x(bend), if down { far } else { near }));
    }
    points.push((
        x(last) + enters,
        y(last) + if down { -3.0 } else { NODE_HEIGHT + 3.0 },
    ));
    points
        .windows(2)
        .map(|pair| {
            let (a, d) = (pair[0], pair[1]);
            let middle = f64::midpoint(a.1, d.1);
            [a, (a.0, middle), (d.0, middle), d]
        })
        .collect()
}

fn arrow(out: &mut String, before: Point, tip: Point, thick: f64, shade: usize) {
    let (dx, dy) = (tip.0 - before.0, tip.1 - before.1);
    let length = dx.hypot(dy).max(1e-9);
    let (ux, uy) = (dx / length, dy / length);
    let (long, half) = (5.0 + thick, 2.5 + thick * 0.75);
    let (bx, by) = (tip.0 - ux * long, tip.1 - uy * long);
    let _ = write!(
        out,
        "<path class=\"a{shade}\" d=\"M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z\"/>",
        tip.0 + ux * 3.0,
        tip.1 + uy * 3.0,
        bx - uy * half,
        by + ux * half,
        bx + uy * half,
        by - ux * half,
    );
}

/// A place along the curve where a label hits nothing yet, or else its middle.
fn label_spot(curve: &[[Point; 4]], text: &str, taken: &[Area]) -> Point {
    let along = |t: f64| -> Point {
        let scaled = t * curve.len() as f64;
        let piece = (scaled as usize).min(curve.len().saturating_sub(1));
        let Some([a, b, c, d]) = curve.get(piece) else {
            return (0.0, 0.0);
        };
        let t = scaled - piece as f64;
        let mix = |a: f64, b: f64, c: f64, d: f64| {
            let u = 1.0 - t;
            u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
        };
        (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
    };
    let free = |spot: Point| {
        let area = area_of(spot, text);
        !taken
            .iter()
            .any(|t| area.0 < t.2 && t.0 < area.2 && area.1 < t.3 && t.1 < area.3)
    };
    (0..=16)
        .map(|i| 0.5 + f64::from((i + 1) / 2) * if i % 2 == 0 { 0.05 } else { -0.05 })
        .map(along)
        .find(|&spot| free(spot))
        .unwrap_or_else(|| along(0.5))
}

fn area_of((x, y): Point, text: &str) -> Area {
    let half = half_width(text);
    (x - half, y - 7.0, x + half, y + 7.0)
}

/// Half the width of a label, near enough.
fn half_width(text: &str) -> f64 {
    text.chars().count() as f64 * 3.2 + 2.0
}

/// 0 (won far less often than on the whole) to 4 (far more often); 2 when about as often or unknown.
fn shade(rate: Option<Rate>, base: Option<f64>) -> usize {
    let Some((rate, base)) = rate.zip(base) else {
        return 2;
    };
    let shrunk = (rate.hits as f64 + PRIOR_DEALS * base) / (rate.n as f64 + PRIOR_DEALS);
    match shrunk - base {
        d if d < -0.15 => 0,
        d if d < -0.05 => 1,
        d if d <= 0.05 => 2,
        d if d <= 0.15 => 3,
        _ => 4,
    }
}

fn legend(out: &mut String, pipeline: &Pipeline, hidden: Option<&str>, height: f64) {
    let mut y = height - LEGEND_HEIGHT - if hidden.is_some() { 16.0 } else { 0.0 };
    let mut x = MARGIN;
    if let Some(rate) = pipeline.win_rate {
        for shade in 0..5 {
            let _ = write!(
                out,
                "<rect class=\"stage n{shade}\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"18\" height=\"12\"/>"
            );
            x += 18.0;
        }
        let _ = writeln!(
            out,
            "<text class=\"soft\" x=\"{:.0}\" y=\"{:.0}\">won less … more often than all {} closed deals ({})</text>",
            x + 8.0,
            y + 10.0,
            thousands(rate.n),
            percent(rate),
        );
    }
    for note in [
        Some("Line: moves · median time before. Wider is more."),
        hidden,
    ]
    .into_iter()
    .flatten()
    {
        let _ = writeln!(
            out,
            "<text class=\"soft\" x=\"{MARGIN:.0}\" y=\"{:.0}\">{note}</text>",
            y + 28.0
        );
        y += 16.0;
    }
}

/// What the picture leaves out, if anything.
fn hidden(map: &Map<'_>) -> Option<String> {
    let many = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 rare {what}")),
        _ => Some(format!("{count} rare {what}s")),
    };
    let parts = [
        many(map.hidden_moves, "move"),
        many(map.hidden_stages, "stage"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("Not drawn: {}.", parts.join(", ")))
}

/// The picture in words, for those who cannot see it.
fn describe(pipeline: &Pipeline, map: &Map<'_>) -> String {
    let mut text = format!("{} deals.", thousands(pipeline.deals));
    for (from, _, edge) in &map.moves {
        let share = edge.share * 100.0;
        let stage = &pipeline.dwell[map.stages[*from]].stage;
        let _ = write!(text, " {stage} to {}: {share:.0} %.", edge.to);
    }
    text
}

fn interval(rate: Rate) -> String {
    format!(
        "{} ({:.0}–{:.0} %, {} closed)",
        percent(rate),
        rate.low * 100.0,
        rate.high * 100.0,
        thousands(rate.n)
    )
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// Text as XML wants it; characters XML forbids become the replacement character.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
