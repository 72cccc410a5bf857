//! A dot for every subject of a sample: how many points each column gives it, colored by how high its value is.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, Color, FULL, GRAY, HAIRLINE, INK, NEUTRAL, SMALL};
use crate::report::view::{GroupView, SwarmView};
use crate::report::words::Words;

const ROW: f64 = 40.0;
const LABEL: f64 = 190.0;
const FROM: f64 = 206.0;
const TO: f64 = FULL - 10.0;
const FOOT: f64 = 44.0;
const RADIUS: f64 = 1.7;
/// Dots of a row fill at most this share of its height.
const FILL: f64 = 0.86;
/// Low and high values: blue to ocher, which color-blind readers tell apart; between them gray.
const LOW: Color = Color(0x2b, 0x6c, 0xb0);
const HIGH: Color = Color(0xc4, 0x76, 0x00);

/// The columns that matter most; `None` where no sample was drawn.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let all = || group.swarm.iter().flat_map(|row| row.dots.iter().map(|dot| dot.0));
    let reach = all().map(f64::abs).fold(0.0, f64::max);
    if group.swarm.is_empty() || reach <= 0.0 {
        return None;
    }
    let height = group.swarm.len() as f64 * ROW;
    let mut picture = Picture::new(FULL, height + FOOT);
    let (low, high) = all().fold((0.0, 0.0), |(low, high): (f64, f64), points| (low.min(points), high.max(points)));
    let width = (high - low).max(f64::MIN_POSITIVE);
    let place = |points: f64| FROM + (points - low) / width * (TO - FROM);
    picture.line((place(0.0), 0.0), (place(0.0), height), 0.75, GRAY);
    for (row, of) in group.swarm.iter().enumerate() {
        let middle = (row as f64 + 0.5) * ROW;
        let pen = Pen::new(BODY, INK);
        picture.text_middle((0.0, middle), pen, &pen.fit(&of.label, LABEL));
        swarm(&mut picture, of, middle, &place);
        picture.line((FROM, middle + ROW / 2.0), (TO, middle + ROW / 2.0), 0.5, HAIRLINE);
    }
    foot(&mut picture, height, (low, high), &place, words);
    let told: Vec<String> = group.swarm.iter().map(|of| told(of, words)).collect();
    let alt = format!("Points of single {} by column: {}.", group.plural, told.join("; "));
    Some(Sketch { name: "beeswarm".to_owned(), picture, alt })
}

/// Dots side by side where they would cover one another: alternately above and below the middle.
fn swarm(picture: &mut Picture, of: &SwarmView, middle: f64, place: &dyn Fn(f64) -> f64) {
    let bins = ((TO - FROM) / (2.0 * RADIUS)).floor();
    let mut by_bin: Vec<Vec<(f64, Option<f64>)>> = vec![Vec::new(); bins as usize + 1];
    for (points, share) in &of.dots {
        let x = place(*points);
        let bin = ((x - FROM) / (2.0 * RADIUS)).floor().clamp(0.0, bins) as usize;
        by_bin[bin].push((x, *share));
    }
    for mut dots in by_bin {
        dots.sort_by(|a, b| a.1.unwrap_or(-1.0).total_cmp(&b.1.unwrap_or(-1.0)));
        let room = ROW * FILL / 2.0 - RADIUS;
        let step = (room / (dots.len() as f64 / 2.0).ceil().max(1.0)).min(2.0 * RADIUS);
        for (k, (x, share)) in dots.iter().enumerate() {
            let away = k.div_ceil(2) as f64 * step;
            let y = if k % 2 == 0 { middle - away } else { middle + away };
            picture.dot((x.clamp(FROM, TO), y), RADIUS, color(*share));
        }
    }
}

fn color(share: Option<f64>) -> Color {
    let Some(share) = share else { return NEUTRAL };
    let mix =
        |low: u8, high: u8| (f64::from(low) + (f64::from(high) - f64::from(low)) * share.clamp(0.0, 1.0)).round() as u8;
    Color(mix(LOW.0, HIGH.0), mix(LOW.1, HIGH.1), mix(LOW.2, HIGH.2))
}

fn foot(picture: &mut Picture, top: f64, (low, high): (f64, f64), place: &dyn Fn(f64) -> f64, words: &Words) {
    let pen = Pen::new(SMALL, GRAY);
    if place(low) < place(0.0) - 30.0 {
        picture.text_middle((place(low), top + 12.0), pen, &words.points(low));
    }
    picture.text_middle((place(0.0), top + 12.0), pen.align(Align::Center), "0");
    if place(high) > place(0.0) + 30.0 {
        picture.text_middle((place(high), top + 12.0), pen.align(Align::Right), &words.points(high));
    }
    let y = top + 32.0;
    let mut x = 0.0;
    for (share, text) in [(Some(0.0), "low value"), (Some(1.0), "high value"), (None, "a level, or not known")] {
        picture.dot((x + 4.0, y), 3.0, color(share));
        picture.text_middle((x + 12.0, y), pen, text);
        x += 12.0 + pen.measure(text) + 18.0;
    }
}

fn told(of: &SwarmView, words: &Words) -> String {
    let ends =
        of.dots.iter().map(|dot| dot.0).fold((0.0, 0.0), |(l, h): (f64, f64), points| (l.min(points), h.max(points)));
    format!("{} from {} to {}", of.label, words.points(ends.0), words.points(ends.1))
}
