//! The whole business in one picture: how much trust is at risk in each stakeholder group, and what sets those at risk apart,
//! pillar by pillar.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, FULL, GRAY, HAIRLINE, INK, SMALL, sign_color};
use crate::base::units::Pillar;
use crate::report::view::{GroupView, PortfolioView};
use crate::report::words::{Words, capitalized};

/// Groups that have a column; of more the first.
const N_GROUPS: usize = 4;
const LABEL: f64 = 110.0;
const HEAD: f64 = 74.0;
const ROW: f64 = 30.0;
const BAR: f64 = 12.0;
/// Between two columns.
const GUTTER: f64 = 18.0;
/// Room for the number beside the longest bar.
const NUMBER: f64 = 38.0;
/// What has no pillar.
const UNASSIGNED: &str = "unassigned";

/// `None` where no group has drivers.
pub fn sketch(view: &PortfolioView, words: &Words) -> Option<Sketch> {
    let groups: Vec<&GroupView> = view.groups.iter().filter(|group| !group.drivers.is_empty()).take(N_GROUPS).collect();
    if groups.is_empty() {
        return None;
    }
    let rows = rows(&groups);
    let width = (FULL - LABEL) / groups.len() as f64;
    let mut picture = Picture::new(FULL, HEAD + rows.len() as f64 * ROW + 4.0);
    for (row, (name, _)) in rows.iter().enumerate() {
        let y = HEAD + row as f64 * ROW;
        picture.line((0.0, y), (FULL, y), 0.5, HAIRLINE);
        let pen = Pen::new(BODY, INK);
        picture.text_middle((0.0, y + ROW / 2.0), pen, &pen.fit(&capitalized(name), LABEL - 10.0));
    }
    let all = groups.iter().flat_map(|group| &group.drivers).map(|driver| driver.points);
    let (low, high) = all.fold((0.0, 0.0), |(low, high): (f64, f64), points| (low.min(points), high.max(points)));
    for (column, group) in groups.iter().enumerate() {
        let left = LABEL + column as f64 * width;
        head(&mut picture, group, left, width - GUTTER, words);
        let room = (width - GUTTER - NUMBER).max(10.0);
        let per_point = room / (high - low).max(f64::MIN_POSITIVE);
        let zero = left - low * per_point;
        picture.line((zero, HEAD), (zero, HEAD + rows.len() as f64 * ROW), 0.75, GRAY);
        for (row, (_, pillar)) in rows.iter().enumerate() {
            let Some(points) = points_of(group, *pillar) else { continue };
            let y = HEAD + (row as f64 + 0.5) * ROW;
            let end = zero + points * per_point;
            picture.rect((zero.min(end), y - BAR / 2.0), (zero.max(end), y + BAR / 2.0), sign_color(points));
            let pen = Pen::new(SMALL, INK).strong();
            picture.text_middle((zero.max(end) + 4.0, y), pen, &words.points(points));
        }
    }
    let alt =
        format!("Trust at risk: {}.", groups.iter().map(|group| told(group, words)).collect::<Vec<_>>().join("; "));
    Some(Sketch { name: "trust_at_risk".to_owned(), picture, alt })
}

/// The pillars that any group has, then what has none.
fn rows(groups: &[&GroupView]) -> Vec<(&'static str, Option<Pillar>)> {
    let has = |pillar: Option<Pillar>| groups.iter().any(|group| points_of(group, pillar).is_some());
    let mut rows: Vec<(&'static str, Option<Pillar>)> =
        Pillar::ALL.into_iter().map(|pillar| (pillar.name(), Some(pillar))).collect();
    rows.push((UNASSIGNED, None));
    rows.retain(|(_, pillar)| has(*pillar));
    rows
}

/// Points of a pillar; of none all that no pillar has, so that the rows add up.
fn points_of(group: &GroupView, pillar: Option<Pillar>) -> Option<f64> {
    let of: Vec<f64> =
        group.drivers.iter().filter(|driver| driver.pillar == pillar).map(|driver| driver.points).collect();
    (!of.is_empty()).then(|| of.iter().sum())
}

fn head(picture: &mut Picture, group: &GroupView, left: f64, width: f64, words: &Words) {
    let (title, big, small) = (Pen::new(BODY, INK).strong(), Pen::new(20.0, INK).strong(), Pen::new(SMALL, GRAY));
    picture.text_middle((left, 9.0), title, &title.fit(&capitalized(&group.name), width));
    let number = words.count(group.n_selected);
    picture.text_middle((left, 34.0), big, &number);
    let of = format!("of {}", words.count(group.n_reported));
    picture.text_middle(
        (left + big.measure(&number) + 6.0, 36.0),
        small,
        &small.fit(&of, (width - big.measure(&number) - 6.0).max(20.0)),
    );
    if let Some(money) = group.value_at_stake {
        picture.text_middle(
            (left, 56.0),
            small.align(Align::Left),
            &small.fit(&format!("{} at stake", words.money(money.round())), width),
        );
    }
}

fn told(group: &GroupView, words: &Words) -> String {
    let money =
        group.value_at_stake.map_or_else(String::new, |money| format!(", {} at stake", words.money(money.round())));
    let drivers: Vec<String> =
        group.drivers.iter().map(|driver| format!("{} {}", driver.label, words.points(driver.points))).collect();
    format!(
        "{} of {} {}{money} ({})",
        words.count(group.n_selected),
        words.count(group.n_reported),
        group.plural,
        drivers.join(", ")
    )
}
