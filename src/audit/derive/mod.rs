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

use self::figures::Figures;
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

/// The derived rows of every feature and population, in their order: metric, then basis, which stands where other rows
/// have their group; then the named parities.
///
/// Groups of which `is_shown` (by row of the group) says no are left out; so are groups whose figure is undefined. `None`
/// for fewer than two groups. Intervals at 1 − `settings.significance` by the bootstrap from counts ([`REPLICATES`] draws
/// of every group's cells, of whole batches of clusters where rows are not independent; of figures that are no functions of
/// counts: normal draws by their standard error), shifted by what resampling adds ([`resample::interval`]).
pub fn derive(
    counted: &[Counted],
    settings: &Settings,
    is_shown: impl Fn(&Counted, &Metric, &str) -> bool + Sync,
) -> Vec<Row> {
    let compared: Vec<&Counted> = counted.iter().filter(|counted| counted.feature != OVERALL).collect();
    compared.par_iter().flat_map_iter(|counted| of_feature(counted, settings, &is_shown)).collect()
}

fn of_feature(
    counted: &Counted,
    settings: &Settings,
    is_shown: &(impl Fn(&Counted, &Metric, &str) -> bool + Sync),
) -> Vec<Row> {
    let shown = |metric: &Metric| counted.names.iter().map(|name| is_shown(counted, metric, name)).collect();
    let told: Vec<(usize, Vec<bool>)> = METRICS
        .iter()
        .enumerate()
        .filter(|(_, metric)| metric.kind != Kind::Count && metric.is_told(counted.population, settings))
        .map(|(number, metric)| (number, shown(metric)))
        .collect();
    let values: Vec<Figures> = told.iter().map(|(number, shown)| figures::of_groups(counted, *number, shown)).collect();
    let stream = settings.seed.child("replicates").child(&counted.feature).stream(name_of(counted.population));
    let draws: Vec<Vec<Figures>> = Replicates::new(counted, &told, stream).collect();
    let at = |name: &str| told.iter().position(|(number, _)| METRICS[*number].name == name);
    let telling = Telling { counted, values: &values, draws: &draws, confidence: 1.0 - settings.significance };
    let mut rows = Vec::new();
    for (place, (number, shown)) in told.iter().enumerate() {
        let metric = &METRICS[*number];
        for (figure, basis) in figures::of_metric(metric) {
            let name = format!("{}{}", metric.name, figure.suffix());
            rows.push(telling.row(&name, (figure, basis), (&[place], Together::Worst), shown));
        }
    }
    for parity in PARITIES {
        let places: Option<Vec<usize>> = parity.metrics.iter().map(|name| at(name)).collect();
        let Some(places) = places else { continue };
        let shown: Vec<bool> = (0..counted.names.len()).map(|g| places.iter().all(|place| told[*place].1[g])).collect();
        for basis in parities::BASES {
            rows.push(telling.row(parity.name, (parity.figure, basis), (&places, parity.together), &shown));
        }
    }
    for metric in METRICS.iter().filter(|metric| metric.populations.contains(&counted.population)) {
        rows.extend(whole::row(metric, counted, &shown(whole::like(metric))));
    }
    rows.extend(average_odds(counted, settings, &shown_in(&told, at("true_positive_rate"), at("false_positive_rate"))));
    rows
}

fn shown_in(told: &[(usize, Vec<bool>)], one: Option<usize>, two: Option<usize>) -> Vec<bool> {
    match (one, two) {
        (Some(one), Some(two)) => told[one].1.iter().zip(&told[two].1).map(|(a, b)| *a && *b).collect(),
        _ => Vec::new(),
    }
}

struct Telling<'a> {
    counted: &'a Counted,
    /// By told metric.
    values: &'a [Figures],
    /// By replicate and told metric.
    draws: &'a [Vec<Figures>],
    confidence: f64,
}

impl Telling<'_> {
    /// The row of one figure of the metrics at `places`.
    fn row(
        &self,
        name: &str,
        (figure, basis): (Figure, Basis),
        (places, together): (&[usize], Together),
        shown: &[bool],
    ) -> Row {
        let of = |figures: &[Figures]| {
            let each: Option<Vec<f64>> = places.iter().map(|place| figures[*place].get(figure, basis)).collect();
            each.and_then(|each| together.of(&each, figure))
        };
        let n = |(cell, shown): (&super::Cell, &bool)| if *shown { cell.n() } else { 0 };
        let value = of(self.values);
        let ends = value.and_then(|value| {
            let draws: Vec<f64> = self.draws.iter().filter_map(|draw| of(draw)).collect();
            resample::interval(value, draws, REPLICATES, figure.bounds(), self.confidence)
        });
        Row {
            n: Some(self.counted.cells.iter().zip(shown).map(n).sum()),
            value,
            low: ends.map(|ends| ends.0),
            high: ends.map(|ends| ends.1),
            ..Row::blank(name, &self.counted.feature, basis.name(), self.counted.population)
        }
    }
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
