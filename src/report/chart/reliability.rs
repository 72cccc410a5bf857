//! Whether the scores hold: what was foretold against what came, with Wilson intervals.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{GRAY, HALF, INK, Point, SMALL};
use crate::report::view::GroupView;
use crate::report::words::Words;

const LEFT: f64 = 28.0;
const TOP: f64 = 26.0;
const PLOT: f64 = 210.0;
const HEIGHT: f64 = TOP + PLOT + 36.0;

/// The reliability curve on history.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    if group.reliability.is_empty() {
        return None;
    }
    let mut picture = Picture::new(HALF, HEIGHT);
    let highest = group.reliability.iter().map(|bin| bin.high.max(bin.predicted)).fold(0.0, f64::max);
    let top = [0.1, 0.25, 0.5, 1.0].into_iter().find(|top| highest <= *top).unwrap_or(1.0);
    draw_frame(&mut picture, top, words);
    let place = |x: f64, y: f64| place(x / top, y / top);
    draw_steps(&mut picture, group, top);
    for bin in &group.reliability {
        picture.line(place(bin.predicted, bin.low), place(bin.predicted, bin.high), 1.5, GRAY);
    }
    let curve: Vec<Point> = group.reliability.iter().map(|bin| place(bin.predicted, bin.observed)).collect();
    picture.path(curve.clone(), 1.25, INK);
    for point in curve {
        picture.dot(point, 3.5, INK);
    }
    let told: Vec<String> = group
        .reliability
        .iter()
        .map(|bin| format!("{} foretold, {} came", words.percent(bin.predicted), words.percent(bin.observed)))
        .collect();
    let alt =
        format!("Foretold risk of past {} against what came, from low to high: {}.", group.plural, told.join("; "));
    Some(Sketch { name: "reliability".to_owned(), picture, alt })
}

/// Isotonic regression as a thin line behind the curve, as far as the plot goes.
fn draw_steps(picture: &mut Picture, group: &GroupView, top: f64) {
    let inside = group.isotonic.iter().take_while(|(risk, _)| *risk <= top);
    let steps: Vec<Point> = inside.map(|(risk, rate)| place(risk / top, rate.min(top) / top)).collect();
    if steps.len() > 1 {
        picture.path(steps, 0.75, GRAY);
        let (x, y) = place(1.0, 1.0);
        picture.text_middle((x, y - 19.0), Pen::new(SMALL, GRAY).align(Align::Right), "thin: in steps that fit best");
    }
}

/// Shares of the plot, 0 to 1, to pixels.
fn place(x: f64, y: f64) -> Point {
    (LEFT + x * (HALF - LEFT - 12.0), TOP + (1.0 - y) * PLOT)
}

fn draw_frame(picture: &mut Picture, top: f64, words: &Words) {
    let pen = Pen::new(SMALL, GRAY);
    for share in [0.0, 0.5, 1.0] {
        let tick = words.number(100.0 * top * share, usize::from((100.0 * top * share).fract() != 0.0));
        picture.hairline(place(0.0, share), place(1.0, share));
        let (x, y) = place(0.0, share);
        picture.text_middle((x - 6.0, y), pen.align(Align::Right), &tick);
        let (x, y) = place(share, 0.0);
        picture.text_middle((x, y + 11.0), pen.align(Align::Center), &tick);
    }
    picture.line(place(0.0, 0.0), place(1.0, 1.0), 0.75, GRAY);
    picture.text_middle((0.0, 7.0), pen, "came true, of 100");
    let (x, y) = place(0.5, 0.0);
    picture.text_middle((x, y + 26.0), pen.align(Align::Center), "score");
}
