//! Who is in which band: a column for each band that adds up from the starting point to the mean score.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, Color, FULL, GRAY, INK, PAPER, SMALL, band_color, sign_color};
use crate::report::view::{GroupView, ProfileView};
use crate::report::words::{Words, capitalized};

const HEAD: f64 = 44.0;
const ROW: f64 = 27.0;
const LABELS: f64 = 236.0;
/// How much of its color the strongest cell has.
const TINT: f64 = 0.35;

pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let first = group.profiles.first()?;
    let width = ((FULL - LABELS) / group.profiles.len() as f64).min(140.0);
    let n_rows = first.shares.len() + 2;
    let mut picture = Picture::new(FULL, HEAD + n_rows as f64 * ROW + 4.0);
    let label = |picture: &mut Picture, row: usize, text: &str, is_strong: bool| {
        let pen = Pen::new(BODY, INK);
        let pen = if is_strong { pen.strong() } else { pen };
        picture.text_middle((0.0, HEAD + (row as f64 + 0.5) * ROW), pen, &pen.fit(text, LABELS - 12.0));
    };
    label(&mut picture, 0, "Starting point", false);
    for (row, (name, _)) in first.shares.iter().enumerate() {
        label(&mut picture, row + 1, &capitalized(name), false);
    }
    label(&mut picture, n_rows - 1, "Mean score", true);
    let most = group.profiles.iter().flat_map(|of| &of.shares).map(|(_, points)| points.abs()).fold(0.0, f64::max);
    for (place, profile) in group.profiles.iter().enumerate() {
        Column { x: LABELS + place as f64 * width, width, most, words }.draw(&mut picture, profile);
    }
    let y = HEAD + (n_rows - 1) as f64 * ROW;
    picture.hairline((0.0, y), (LABELS + group.profiles.len() as f64 * width, y));
    Some(Sketch { name: "bands".to_owned(), picture, alt: alt(group, words) })
}

fn alt(group: &GroupView, words: &Words) -> String {
    let profile = |of: &ProfileView| {
        let shares: Vec<String> =
            of.shares.iter().map(|(name, points)| format!("{name} {}", words.points(*points))).collect();
        format!(
            "{} ({}): {} from {}, mean score {}",
            of.band.name(),
            words.count(of.n),
            shares.join(", "),
            words.number(of.base_score, 1),
            words.number(of.score, 1)
        )
    };
    let told: Vec<String> = group.profiles.iter().map(profile).collect();
    format!("Mean points of {} by band: {}.", group.plural, told.join("; "))
}

struct Column<'a> {
    x: f64,
    width: f64,
    /// The largest |points| of all cells.
    most: f64,
    words: &'a Words,
}

impl Column<'_> {
    fn draw(&self, picture: &mut Picture, profile: &ProfileView) {
        let center = self.x + self.width / 2.0;
        let (title, detail) =
            (Pen::new(BODY, band_color(profile.band)).strong(), Pen::new(SMALL, GRAY).align(Align::Center));
        let title = title.align(Align::Center);
        picture.text_middle((center, 11.0), title, &capitalized(profile.band.name()));
        picture.text_middle((center, 27.0), detail, &self.words.count(profile.n));
        self.number(picture, 0, &self.words.number(profile.base_score, 1), false);
        for (row, (_, points)) in profile.shares.iter().enumerate() {
            let y = HEAD + (row as f64 + 1.0) * ROW;
            let share = if self.most > 0.0 { points.abs() / self.most } else { 0.0 };
            let color = tinted(sign_color(*points), TINT * share);
            picture.rect((self.x + 2.0, y + 2.0), (self.x + self.width - 2.0, y + ROW - 2.0), color);
            self.number(picture, row + 1, &self.words.points(*points), false);
        }
        self.number(picture, profile.shares.len() + 1, &self.words.number(profile.score, 1), true);
    }

    fn number(&self, picture: &mut Picture, row: usize, text: &str, is_strong: bool) {
        let pen = Pen::new(BODY, INK).align(Align::Center);
        let pen = if is_strong { pen.strong() } else { pen };
        picture.text_middle((self.x + self.width / 2.0, HEAD + (row as f64 + 0.5) * ROW), pen, text);
    }
}

/// A color on paper, as if thinned.
fn tinted(color: Color, share: f64) -> Color {
    let mix = |ink: u8, paper: u8| (f64::from(paper) + share * (f64::from(ink) - f64::from(paper))).round() as u8;
    Color(mix(color.0, PAPER.0), mix(color.1, PAPER.1), mix(color.2, PAPER.2))
}
