//! A group's view to charts: placed as marks (`picture`), drawn by plotters to SVG and PNG (`render`).

mod at_risk;
mod bars;
mod beeswarm;
mod cohorts;
mod dependence;
mod disparities;
mod distribution;
mod frontier;
mod groups;
mod panels;
mod picture;
mod profiles;
mod profit;
mod reliability;
mod render;
mod style;
mod terms;
mod waterfall;

#[cfg(test)]
mod tests;

pub use self::bars::{DriverPart, driver_parts};
pub use self::groups::selection_lines;
use self::picture::Picture;
pub use self::waterfall::{Way, others};
use super::view::{GroupView, PortfolioView};
use super::words::{Words, printable};
use crate::base::Result;

/// A chart as it is saved and printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The stem of its file name, in snake_case.
    pub name: String,
    /// Texts name the family Inter.
    pub svg: String,
    /// At twice the logical size.
    pub png: Vec<u8>,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Logical size in pixels of 0.75 pt.
    pub width: u32,
    pub height: u32,
}

/// A chart before it is drawn.
struct Sketch {
    name: String,
    picture: Picture,
    alt: String,
}

/// All charts that a group has data for, by name: `score_distribution`, `drivers`, `importance`, `beeswarm`, `interactions`,
/// `terms`, `dependence`, `bands`, `cohorts`, `reliability`, `profit`, `selection_rates`, `disparities`, `frontier`, `waterfall`
/// (of the first top subject).
///
/// # Errors
/// A chart cannot be drawn.
pub fn charts(group: &GroupView, words: &Words) -> Result<Vec<Chart>> {
    sketches(group, words).into_iter().map(Sketch::draw).collect()
}

/// The charts of the business as a whole: `trust_at_risk`.
///
/// # Errors
/// A chart cannot be drawn.
pub fn of_all(view: &PortfolioView, words: &Words) -> Result<Vec<Chart>> {
    at_risk::sketch(view, words).into_iter().map(Sketch::draw).collect()
}

/// The waterfall of one score.
///
/// # Errors
/// It cannot be drawn.
pub fn waterfall(way: &Way, words: &Words) -> Result<Chart> {
    waterfall::alone(way, words).draw()
}

fn sketches(group: &GroupView, words: &Words) -> Vec<Sketch> {
    let all = [
        distribution::sketch(group, words),
        bars::drivers(group, words),
        bars::importance(group, words),
        beeswarm::sketch(group, words),
        bars::interactions(group, words),
        terms::sketch(group, words),
        dependence::sketch(group, words),
        profiles::sketch(group, words),
        cohorts::sketch(group, words),
        reliability::sketch(group, words),
        profit::sketch(group, words),
        groups::sketch(group, words),
        disparities::sketch(group, words),
        frontier::sketch(group, words),
        waterfall::of_group(group, words),
    ];
    all.into_iter().flatten().collect()
}

impl Sketch {
    fn draw(self) -> Result<Chart> {
        let alt = printable(&self.alt);
        let svg = render::svg(&self.picture, &alt)?;
        Ok(Chart {
            name: self.name,
            png: render::png(&self.picture, &svg)?,
            svg,
            width: self.picture.width.round() as u32,
            height: self.picture.height.round() as u32,
            alt,
        })
    }
}
