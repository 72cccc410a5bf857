//! Groups compared within strata of legitimate factors, and put together.

use super::cells::{Cell, Subjects, count};
use super::compare::{Base, CLUSTERS_MIN, Comparing, Pending, REST, limits};
use super::measured::Measured;
use super::metrics::{Kind, Metric, SCORING_RATE};
use super::middle::Middle;
use super::row::Row;
use crate::base::groups::Grouping;
use crate::stats::limits::{as_normal, outside};
use crate::stats::rates::Rate;
use crate::stats::stratified::{mantel_haenszel, stratified_interval, stratified_score};

/// Between a feature and what it is conditioned on.
pub const WITHIN: &str = " | ";
/// More strata than this, and hardly two subjects are alike.
pub(super) const STRATA_MAX: usize = 500;

/// Cells of one grouping within strata.
pub(super) struct Strata {
    name: String,
    n_strata: usize,
    /// `[2 × (group × n_strata + stratum) + (0 history, 1 today)]`
    cells: Vec<Cell>,
}

impl Strata {
    /// Counts a grouping within the groups of `control`.
    pub fn count(subjects: &Subjects, grouping: &Grouping, control: &Grouping) -> Self {
        let n_strata = control.groups.len();
        let cell = |(group, stratum): (&u32, &u32)| group * n_strata as u32 + stratum;
        let joint = Grouping {
            feature: String::new(),
            columns: Vec::new(),
            groups: vec![String::new(); grouping.groups.len() * n_strata],
            member: grouping.member.iter().zip(&control.member).map(cell).collect(),
        };
        let cells = count(subjects, &[&joint], &Middle::unasked()).pop().unwrap_or_default();
        Self { name: control.feature.clone(), n_strata, cells }
    }

    /// The conditional row of a group, beside its unconditional comparison: the Mantel–Haenszel ratio of the rates with the
    /// interval of the stratified score test, tested against the limits, and the Cochran–Mantel–Haenszel p of equality. Where
    /// the reference is all subjects, it is the rest here. `None` for metrics that are no rates, and for the scoring rate,
    /// whose ratio has a form of its own.
    ///
    /// Where rows are clustered, each side counts for so many rows less as its clusters make it without strata.
    pub fn compare(&self, of: &Comparing, group: usize, base: Base, today: usize) -> Option<(Row, Option<Pending>)> {
        let Comparing { counted, metric, settings, .. } = of;
        if metric.kind != Kind::Rate || metric.name == SCORING_RATE || base == Base::Group(group) {
            return None;
        }
        let name = format!("{}{WITHIN}{}", counted.feature, self.name);
        let mut row = Row::blank(metric.name, &name, &counted.names[group], counted.population);
        row.reference = Some(match base {
            Base::Overall => REST.to_owned(),
            Base::Group(group) => counted.names[group].clone(),
        });
        row.n = Some(counted.cells[group].n());
        row.value = of.measured[group].value;
        let sides = [of.measured[group], of.beside(group, base)];
        let counts = self.rates(metric, group, base, today);
        let told = mantel_haenszel(&counts);
        row.ratio = told.and_then(|told| told.ratio);
        row.difference = told.map(|told| told.difference);
        row.p_equal = told.and_then(|told| told.p_equal).filter(|_| !of.overall.clustered);
        let strata: Vec<(Rate, Rate)> =
            counts.iter().map(|(one, two)| (shrunk(*one, &sides[0]), shrunk(*two, &sides[1]))).collect();
        let n_clusters = sides[0].n_clusters.zip(sides[1].n_clusters).map(|(one, two)| one.min(two));
        let freedom = n_clusters.map(|n| (n - 1.0).max(1.0));
        if let Some((low, high)) = stratified_interval(&strata, as_normal(1.0 - 2.0 * settings.significance, freedom)) {
            (row.ratio_low, row.ratio_high) = (Some(low), high);
        }
        let Some(limit) = settings.limits.get(metric.name) else { return Some((row, None)) };
        let (low, high) = limits(metric, *limit);
        row.test = Some("mantel-haenszel-score".to_owned());
        let ends = stratified_score(&strata, low).zip(stratified_score(&strata, high));
        row.p = ends.map(|(low, high)| outside(low, high, freedom));
        row.limit_low = Some(low);
        row.limit_high = Some(high).filter(|high| high.is_finite());
        let pending = Pending {
            row: usize::MAX,
            is_undefined: row.p.is_none(),
            is_thin: n_clusters.is_some_and(|n| n < CLUSTERS_MIN),
            power: None,
        };
        Some((row, Some(pending)))
    }

    fn rates(&self, metric: &Metric, group: usize, base: Base, today: usize) -> Vec<(Rate, Rate)> {
        let cell = |group: usize, stratum: usize| self.cells[2 * (group * self.n_strata + stratum) + today];
        let rate = |cell: &Cell| {
            let moments = metric.moments(cell).unwrap_or_default();
            Rate { events: moments.numerator, n: moments.denominator }
        };
        let n_groups = self.cells.len() / (2 * self.n_strata).max(1);
        let other = |stratum: usize| match base {
            Base::Group(reference) => cell(reference, stratum),
            Base::Overall => {
                let mut rest = Cell::default();
                (0..n_groups).filter(|other| *other != group).for_each(|other| rest.add(&cell(other, stratum)));
                rest
            }
        };
        (0..self.n_strata).map(|stratum| (rate(&cell(group, stratum)), rate(&other(stratum)))).collect()
    }
}

/// A rate as so many independent rows fewer know it as a side's clusters make it.
fn shrunk(rate: Rate, side: &Measured) -> Rate {
    let factor = match (side.clustered, side.moments, side.rate) {
        (true, Some(moments), Some(rate)) if moments.denominator > 0.0 => (rate.n / moments.denominator).min(1.0),
        _ => 1.0,
    };
    Rate { events: rate.events * factor, n: rate.n * factor }
}

/// What is wrong with the strata: `None` where groups can be compared within them.
pub(super) fn is_useless(control: &Grouping) -> bool {
    control.groups.len() > STRATA_MAX || control.groups.len() < 2
}

/// The feature of a row, without what it is conditioned on.
pub(super) fn unconditional(feature: &str) -> &str {
    feature.split_once(WITHIN).map_or(feature, |(feature, _)| feature)
}
