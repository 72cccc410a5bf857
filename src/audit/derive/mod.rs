//! Figures that tell of all groups of a feature at once, derived by rule from the groups' own.
//!
//! Of every metric that is compared: `<metric>_difference` and `_ratio`, `_group_min`, `_group_max` and `_spread`
//! ([`Figure`]); on top the named [`PARITIES`]. Between groups, or from each group to all subjects ([`Basis`]).

mod figures;
mod parities;
mod replicates;

use rayon::prelude::*;

pub use figures::{Basis, Figure};
pub(super) use parities::{AVERAGE_ODDS, ODDS};
pub use parities::{PARITIES, Parity, Together};

use self::figures::{Figures, Noise};
use self::replicates::Replicates;
use super::compare::{Base, Comparing, OVERALL};
use super::counted::Counted;
use super::metrics::{Kind, METRICS, Metric};
use super::row::Row;
use super::{Reference, Settings, whole};
use crate::base::population::Population;
use crate::stats::interval::normal_quantile;
use crate::stats::resample;

/// Replicates of the bootstrap.
pub const REPLICATES: usize = 2_000;

/// Derived rows, complete and as they may be published.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Derived {
    pub rows: Vec<Row>,
    /// Of the groups that are shown.
    pub public: Vec<Row>,
}

/// The derived rows of every feature and population, in their order: metric, then basis, which stands where other rows
/// have their group; then the named parities.
///
/// Groups whose figure is undefined are left out; in the public rows so are those of which `is_shown` (by row of the
/// group) says no. `None` for fewer than two groups. Intervals at 1 − `settings.significance` or more, by what chance adds to
/// the groups' figures all at once (`figures::Noise`) in [`REPLICATES`] draws of every group's cells, of whole batches of
/// clusters where rows are not independent; of figures that are no functions of counts: normal draws by their standard
/// error. They hold whatever the truth is; `None` where over a tenth of the draws leave a group without a figure.
pub fn derive(
    counted: &[Counted],
    settings: &Settings,
    is_shown: impl Fn(&Counted, &Metric, &str) -> bool + Sync,
) -> Derived {
    let compared: Vec<&Counted> = counted.iter().filter(|counted| counted.feature != OVERALL).collect();
    let derived: Vec<Derived> =
        compared.into_par_iter().map(|counted| of_feature(counted, settings, &is_shown)).collect();
    let mut all = Derived::default();
    for derived in derived {
        all.rows.extend(derived.rows);
        all.public.extend(derived.public);
    }
    all
}

fn of_feature(
    counted: &Counted,
    settings: &Settings,
    is_shown: &(impl Fn(&Counted, &Metric, &str) -> bool + Sync),
) -> Derived {
    let seed = settings.seed.child("replicates").child(&counted.feature).child(name_of(counted.population));
    let replicates = Replicates::new(counted, seed);
    let everybody = |_: &Metric| vec![true; counted.names.len()];
    let shown =
        |metric: &Metric| counted.names.iter().map(|name| is_shown(counted, metric, name)).collect::<Vec<bool>>();
    let rows = Telling::new(&replicates, counted, settings, &everybody).rows();
    let public = match METRICS.iter().all(|metric| shown(metric).into_iter().all(|shown| shown)) {
        true => rows.clone(),
        false => Telling::new(&replicates, counted, settings, &shown).rows(),
    };
    Derived { rows, public }
}

/// Which groups are shown of a metric.
type Shown<'a> = dyn Fn(&Metric) -> Vec<bool> + Sync + 'a;

/// A told metric: which groups are shown, their figures, those by the centers of the draws, and what chance adds.
struct Of {
    metric: &'static Metric,
    shown: Vec<bool>,
    figures: Figures,
    centered: Figures,
    noise: Vec<Option<Noise>>,
}

struct Telling<'a> {
    counted: &'a Counted,
    settings: &'a Settings,
    shown: &'a Shown<'a>,
    told: Vec<Of>,
}

impl<'a> Telling<'a> {
    fn new(replicates: &Replicates, counted: &'a Counted, settings: &'a Settings, shown: &'a Shown<'a>) -> Self {
        let is_told = |metric: &Metric| metric.kind != Kind::Count && metric.is_told(counted.population, settings);
        let told: Vec<usize> = (0..METRICS.len()).filter(|number| is_told(&METRICS[*number])).collect();
        let of = |number: usize| {
            let metric = &METRICS[number];
            let shown = shown(metric);
            let figures = figures::of_groups(counted, number, &shown);
            let (centered, noise) = (replicates.centered(number, &shown), replicates.noise(number, &shown));
            Of { metric, shown, figures, centered, noise }
        };
        Self { counted, settings, shown, told: told.into_par_iter().map(of).collect() }
    }

    fn rows(&self) -> Vec<Row> {
        let of_metric = |of: &Of| {
            let row = |(figure, basis): (Figure, Basis)| {
                let name = format!("{}{}", of.metric.name, figure.suffix());
                self.row(&name, (figure, basis), (&[of], Together::Worst), &of.shown)
            };
            figures::of_metric(of.metric).map(row).collect::<Vec<Row>>()
        };
        let mut rows: Vec<Row> = self.told.par_iter().flat_map_iter(of_metric).collect();
        let parities: Vec<Vec<Row>> = PARITIES.par_iter().map(|parity| self.parity(parity)).collect();
        rows.extend(parities.into_iter().flatten());
        for metric in METRICS.iter().filter(|metric| metric.populations.contains(&self.counted.population)) {
            rows.extend(whole::row(metric, self.counted, &(self.shown)(whole::like(metric))));
        }
        let shown = |of: &[&Of]| (0..self.counted.names.len()).map(|g| of.iter().all(|of| of.shown[g])).collect();
        let odds: Option<Vec<bool>> = self.of(ODDS).map(|of| shown(&of));
        rows.extend(average_odds(self.counted, self.settings, &odds.unwrap_or_default()));
        rows
    }

    /// The told metrics of these names; `None` where one is not told.
    fn of(&self, names: &[&str]) -> Option<Vec<&Of>> {
        names.iter().map(|name| self.told.iter().find(|of| of.metric.name == *name)).collect()
    }

    fn parity(&self, parity: &Parity) -> Vec<Row> {
        let Some(of) = self.of(parity.metrics) else { return Vec::new() };
        let shown: Vec<bool> = (0..self.counted.names.len()).map(|g| of.iter().all(|of| of.shown[g])).collect();
        let row = |basis| self.row(parity.name, (parity.figure, basis), (&of, parity.together), &shown);
        parities::BASES.into_iter().map(row).collect()
    }

    /// The interval of a figure.
    fn ends(
        &self,
        value: f64,
        (figure, basis): (Figure, Basis),
        metrics: &[&Of],
        together: Together,
    ) -> Option<(f64, f64)> {
        let confidence = 1.0 - self.settings.significance;
        let highest = if metrics.iter().all(|of| of.metric.kind == Kind::Rate) { 1.0 } else { f64::INFINITY };
        if let (Figure::GroupMin | Figure::GroupMax, [of]) = (figure, metrics) {
            let either = f64::midpoint(1.0, confidence);
            let above = quantile(of.noise.iter().map(|noise| noise.map(|noise| noise.highest)), either)?;
            let below = quantile(of.noise.iter().map(|noise| noise.map(|noise| -noise.lowest)), either)?;
            let lowest = if of.metric.kind == Kind::Rate { 0.0 } else { f64::NEG_INFINITY };
            return Some(((value - above).clamp(lowest, value), (value + below).clamp(value, highest.max(value))));
        }
        let reach = |at: usize| {
            let each = metrics.iter().map(|of| of.noise[at].and_then(|noise| noise.reach(figure, basis)));
            together.of(each, Figure::Difference)
        };
        let reach = quantile((0..REPLICATES).map(reach), confidence)?;
        match figure {
            Figure::Difference => Some(((value - reach).max(0.0), (value + reach).min(highest.max(value)))),
            Figure::Ratio if !reach.is_finite() => Some((0.0, 1.0)),
            Figure::Ratio => {
                let centered = together.of(metrics.iter().map(|of| of.centered.get(figure, basis)), figure);
                let most = value.max(centered.unwrap_or(value));
                Some((value * (-reach).exp(), (most * reach.exp()).min(1.0)))
            }
            _ => None,
        }
    }

    /// The row of one figure of some metrics.
    fn row(
        &self,
        name: &str,
        (figure, basis): (Figure, Basis),
        (metrics, together): (&[&Of], Together),
        shown: &[bool],
    ) -> Row {
        let n = |(cell, shown): (&super::Cell, &bool)| if *shown { cell.n() } else { 0 };
        let value = together.of(metrics.iter().map(|of| of.figures.get(figure, basis)), figure);
        let ends = value.and_then(|value| self.ends(value, (figure, basis), metrics, together));
        Row {
            n: Some(self.counted.cells.iter().zip(shown).map(n).sum()),
            value,
            low: ends.map(|ends| ends.0),
            high: ends.map(|ends| ends.1),
            ..Row::blank(name, &self.counted.feature, basis.name(), self.counted.population)
        }
    }
}

/// The quantile of what replicates say, whole; `None` where over a tenth say nothing.
fn quantile(draws: impl Iterator<Item = Option<f64>>, probability: f64) -> Option<f64> {
    let mut draws: Vec<f64> = draws.flatten().collect();
    (draws.len() * 10 >= REPLICATES * 9).then(|| resample::quantile(&mut draws, probability)).flatten()
}

/// The average odds difference of every group: half of (its false positive rate − the reference's) + (its true positive
/// rate − the reference's). Both rates are of different subjects, so their errors add up like independent ones.
fn average_odds(counted: &Counted, settings: &Settings, shown: &[bool]) -> Vec<Row> {
    let place = |name: &str| METRICS.iter().position(|metric| metric.name == name);
    let metrics = [place("true_positive_rate"), place("false_positive_rate")];
    let [Some(hits), Some(calls)] = metrics else { return Vec::new() };
    if shown.is_empty() || settings.reference == Reference::Overall {
        return Vec::new();
    }
    let comparing = Comparing {
        counted,
        metric: &METRICS[hits],
        measured: &counted.measured[hits],
        rests: &[],
        overall: &counted.overall[hits],
        settings,
    };
    let Some(Base::Group(base)) = comparing.base() else { return Vec::new() };
    let row = |group: usize| {
        let value = |number: usize, group: usize| counted.measured[number][group].value;
        let error = |number: usize, group: usize| counted.measured[number][group].error;
        let gap = |number: usize| Some(value(number, group)? - value(number, base)?);
        let square = |number: usize| Some(error(number, group)?.powi(2) + error(number, base)?.powi(2));
        let average = gap(hits).zip(gap(calls)).map(|(one, two)| f64::midpoint(one, two));
        let half = square(hits).zip(square(calls)).zip(normal_quantile(1.0 - settings.significance));
        let half = half.map(|((one, two), z)| z * (one + two).sqrt() / 2.0);
        let ends = average.zip(half);
        Row {
            reference: Some(counted.names[base].clone()),
            n: Some(counted.cells[group].n()),
            value: average,
            low: ends.map(|(average, half)| (average - half).max(-1.0)),
            high: ends.map(|(average, half)| (average + half).min(1.0)),
            ..Row::blank(parities::AVERAGE_ODDS, &counted.feature, &counted.names[group], counted.population)
        }
    };
    (0..counted.names.len()).filter(|group| *group != base && shown[*group] && shown[base]).map(row).collect()
}

fn name_of(population: Population) -> &'static str {
    if population == Population::Today { "today" } else { "history" }
}
