//! How the scores are spread, colored by band, each band named above its part.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, GRAY, HALF, INK, SMALL, band_color};
use crate::base::units::Band;
use crate::report::view::{BandView, GroupView};
use crate::report::words::Words;

const TOP: f64 = 38.0;
const PLOT: f64 = 118.0;
const HEIGHT: f64 = TOP + PLOT + 34.0;

/// A histogram of scores in steps of one point.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let highest = group.score_counts.iter().copied().max().filter(|n| *n > 0)? as f64;
    let mut picture = Picture::new(HALF, HEIGHT);
    let step = HALF / group.score_counts.len() as f64;
    for (i, n) in group.score_counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        let height = (*n as f64 / highest * PLOT).max(0.75);
        let x = i as f64 * step;
        let color = band_color(band_at(&group.bands, 100.0 * (i as f64 + 0.5) / group.score_counts.len() as f64));
        picture.rect((x + 0.25, TOP + PLOT - height), (x + step - 0.25, TOP + PLOT), color);
    }
    draw_axis(&mut picture);
    draw_bands(&mut picture, &group.bands, words);
    let bands: Vec<String> =
        group.bands.iter().map(|band| format!("{} {}", words.count(band.n), band.band.name())).collect();
    let alt = format!("How the scores of {} are spread from 0 to 100: {}.", group.plural, words.list(&bands));
    Some(Sketch { name: "score_distribution".to_owned(), picture, alt })
}

fn band_at(bands: &[BandView], score: f64) -> Band {
    bands.iter().rev().find(|band| band.from <= score).map_or(Band::Low, |band| band.band)
}

fn draw_axis(picture: &mut Picture) {
    let y = TOP + PLOT;
    picture.hairline((0.0, y), (HALF, y));
    let pen = Pen::new(SMALL, GRAY);
    for (tick, align) in
        [(0, Align::Left), (25, Align::Center), (50, Align::Center), (75, Align::Center), (100, Align::Right)]
    {
        let x = f64::from(tick) / 100.0 * HALF;
        picture.text_middle((x, y + 11.0), pen.align(align), &tick.to_string());
    }
    picture.text_middle((HALF / 2.0, y + 26.0), pen.align(Align::Center), "score");
}

/// Count and name of each band over the middle of its range, moved apart where they would touch.
fn draw_bands(picture: &mut Picture, bands: &[BandView], words: &Words) {
    let (number, name) =
        (Pen::new(BODY, INK).strong().align(Align::Center), Pen::new(SMALL, GRAY).align(Align::Center));
    let widths: Vec<f64> = bands
        .iter()
        .map(|band| number.measure(&words.count(band.n)).max(name.measure(band.band.name())) + 10.0)
        .collect();
    let ends = bands.iter().skip(1).map(|band| band.from).chain([100.0]);
    let wanted: Vec<f64> =
        bands.iter().zip(ends).map(|(band, end)| f64::midpoint(band.from, end) / 100.0 * HALF).collect();
    for ((band, x), _) in bands.iter().zip(spread(&wanted, &widths, HALF)).zip(&widths) {
        let color = band_color(band.band);
        let pen = if band.band == Band::Low { number } else { Pen { color, ..number } };
        picture.text_middle((x, 8.0), pen, &words.count(band.n));
        picture.text_middle((x, 23.0), name, band.band.name());
    }
}

/// Centers as near as possible to the wanted ones, so that neither neighbors nor the canvas' ends are touched.
pub fn spread(wanted: &[f64], widths: &[f64], limit: f64) -> Vec<f64> {
    let mut centers = Vec::with_capacity(wanted.len());
    let mut free = 0.0;
    for (center, width) in wanted.iter().zip(widths) {
        let center = center.max(free + width / 2.0);
        free = center + width / 2.0;
        centers.push(center);
    }
    let mut free = limit;
    for (center, width) in centers.iter_mut().zip(widths).rev() {
        *center = center.min(free - width / 2.0);
        free = *center - width / 2.0;
    }
    centers
}
