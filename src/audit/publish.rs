//! Cell suppression: what is published must not give single subjects away.
//!
//! Four layers of counts lie under the metrics ([`Disclosure`]): subjects; outcomes; selections; and the table of
//! outcomes by selection, whose margins the other three are, so that one inner count gives all four. A layer that is
//! hidden for a group hides the inner ones with it. Within a layer counts add up: over the groups of a feature to all
//! subjects, over the groups of a crossing to those of its features. [`publish`] hides cells until no hidden count
//! follows from these sums and the published counts by linear algebra, and until what the hidden cells of a sum have
//! together, which anyone can take from the total, reaches the least number as well: none of three hidden groups selected
//! would tell that nobody of each is. Features whose groups lie in one another ([`Link`]) are bound by their crossing,
//! told or not. (Tighter bounds from counts being at least 0 are not considered.)

use std::collections::{BTreeMap, BTreeSet};

use super::cells::POPULATIONS;
use super::compare::{OVERALL, REST};
use super::control::unconditional;
use super::metrics::{Disclosure, Kind, Measure, Metric, SCORING_RATE, find};
use super::row::Row;
use super::sums::Tables;
use super::{Disaggregated, Reference, Settings};
use crate::base::population::Population;

/// Inner layers come after those that hide them.
const LAYERS: [(Disclosure, &[Disclosure]); 4] = [
    (Disclosure::Subjects, &[]),
    (Disclosure::Outcomes, &[Disclosure::Subjects]),
    (Disclosure::Selections, &[Disclosure::Subjects]),
    (Disclosure::Table, &[Disclosure::Outcomes, Disclosure::Selections]),
];

/// The rows as they may be published: the same rows in the same order, without the numbers of suppressed ones.
///
/// Primary suppression: a row whose number of subjects, or, for rates, whose numerator, denominator or complement is
/// under `settings.min_group` (0 included), with all rows of the group that give the same counts away. Secondary
/// suppression: the next smallest groups, where a suppressed count would follow from the total or from the margins of
/// a crossing, or the suppressed ones together are fewer than `settings.min_group`. Differences, ratios and p-values
/// against a suppressed reference are taken out as well; where the best group is the reference, so is its name.
pub fn publish(disaggregated: &Disaggregated, settings: &Settings) -> Vec<Row> {
    let rows = &disaggregated.rows[..];
    let (mut hidden, mut known) = (BTreeSet::new(), BTreeSet::new());
    for population in POPULATIONS {
        let tables = Tables::new(disaggregated, population);
        hidden.extend(hide(&tables, rows, settings.min_group as f64).into_iter().map(|(layer, cell)| {
            let (feature, group) = &tables.cells[cell];
            (population, layer, *feature, *group)
        }));
        known.extend(tables.cells.iter().map(|(feature, group)| (population, *feature, *group)));
    }
    for population in POPULATIONS {
        hidden.extend(hide_all(rows, population, settings.min_group as f64));
        known.insert((population, OVERALL, OVERALL));
    }
    let is_hidden = |row: &Row, group: &str| {
        let place = |metric: &Metric| (row.population, metric.disclosure, unconditional(&row.feature), group);
        find(&row.metric).is_none_or(|metric| hidden.contains(&place(metric)))
    };
    // which group is best would tell the rank of a hidden one
    let told_of_reference = |row: Row| match settings.reference {
        Reference::Best => Row { reference: None, ..row },
        _ => row,
    };
    // all together, and all but one, are told apart from groups of that name by the policy
    let is_group = |row: &Row, reference: &str| {
        settings.reference != Reference::Overall
            || find(&row.metric).is_some_and(|of| of.name == SCORING_RATE)
            || ![OVERALL, REST].contains(&reference)
    };
    let few = few_places(rows, settings.min_group as f64);
    let is_of_few_places = |row: &Row| {
        let is_place = || find(&row.metric).is_some_and(|metric| matches!(metric.measure, Measure::Places(_)));
        few.contains(&(row.population, row.feature.as_str())) && is_place()
    };
    let redact = |row: &Row| {
        if is_of_few_places(row) {
            return told_of_reference(suppress(row));
        }
        // a group whose number of subjects is not among the rows cannot be judged
        if is_hidden(row, &row.group) || !known.contains(&(row.population, unconditional(&row.feature), &row.group[..]))
        {
            return told_of_reference(suppress(row));
        }
        match &row.reference {
            Some(reference) if is_group(row, reference) && is_hidden(row, reference) => {
                told_of_reference(without_comparison(row))
            }
            _ => row.clone(),
        }
    };
    rows.iter().map(redact).collect()
}

fn suppress(row: &Row) -> Row {
    let blank = Row::blank(&row.metric, &row.feature, &row.group, row.population);
    Row { reference: row.reference.clone(), suppressed: true, ..blank }
}

fn without_comparison(row: &Row) -> Row {
    let blank = Row::blank(&row.metric, &row.feature, &row.group, row.population);
    Row {
        reference: row.reference.clone(),
        n: row.n,
        numerator: row.numerator,
        denominator: row.denominator,
        value: row.value,
        low: row.low,
        high: row.high,
        ..blank
    }
}

/// The hidden layers of all subjects together: they are the sums that are known otherwise, so nothing else hides them.
fn hide_all(rows: &[Row], population: Population, min_group: f64) -> Vec<(Population, Disclosure, &str, &str)> {
    let of_all = rows.iter().filter(|row| row.population == population && row.feature == OVERALL);
    let small = of_all.filter_map(|row| find(&row.metric).filter(|metric| is_small(row, metric, min_group)));
    let mut hidden: BTreeSet<Disclosure> = small.map(|metric| metric.disclosure).collect();
    for (layer, outer) in LAYERS {
        if outer.iter().any(|outer| hidden.contains(outer)) {
            hidden.insert(layer);
        }
    }
    hidden.into_iter().map(|layer| (population, layer, OVERALL, OVERALL)).collect()
}

/// The hidden cells of every layer.
fn hide(tables: &Tables, rows: &[Row], min_group: f64) -> BTreeSet<(Disclosure, usize)> {
    let primary = primary(tables, rows, min_group);
    let mut hidden: BTreeSet<(Disclosure, usize)> = BTreeSet::new();
    for (layer, outer) in LAYERS {
        let mut here: BTreeSet<usize> = tables.unclear.clone();
        here.extend(primary.iter().filter(|(of, _)| *of == layer).map(|(_, cell)| *cell));
        here.extend(hidden.iter().filter(|(of, _)| outer.contains(of)).map(|(_, cell)| *cell));
        tables.protect(&mut here, layer, min_group);
        hidden.extend(here.into_iter().map(|cell| (layer, cell)));
    }
    hidden
}

/// Cells that are too small to be published, by layer.
fn primary(tables: &Tables, rows: &[Row], min_group: f64) -> BTreeSet<(Disclosure, usize)> {
    let number: BTreeMap<(&str, &str), usize> = tables.cells.iter().enumerate().map(|(i, cell)| (*cell, i)).collect();
    let place = |row: &Row| {
        let metric = find(&row.metric).filter(|metric| is_small(row, metric, min_group))?;
        Some((metric.disclosure, *number.get(&(row.feature.as_str(), row.group.as_str()))?))
    };
    rows.iter().filter(|row| row.population == tables.population).filter_map(place).collect()
}

/// Features and populations in which a share of the first k places of n tells that fewer than `min_group` of a group have
/// one, or have none: where others than those of the highest risks are selected, that is another number than those who are.
/// Shares add up, so all of a feature are told, or none.
fn few_places(rows: &[Row], min_group: f64) -> BTreeSet<(Population, &str)> {
    let is_all = |row: &&Row| row.feature == OVERALL && row.metric == "selection_rate";
    let all = |population: Population| {
        let all = rows.iter().filter(is_all).find(|row| row.population == population)?;
        Some((all.numerator?, all.n? as f64))
    };
    let tells_of_few = |row: &&Row| {
        let own = row.n.unwrap_or_default() as f64;
        let places = row.value.zip(all(row.population)).map(|(value, (k, n))| value * k * own / n);
        places.is_some_and(|places| places.min(own - places) < min_group - 0.5)
    };
    let shares = rows.iter().filter(|row| row.metric == "top_share" && row.feature != OVERALL);
    shares.filter(tells_of_few).map(|row| (row.population, row.feature.as_str())).collect()
}

/// Whether a row tells of fewer than `min_group` subjects.
fn is_small(row: &Row, metric: &Metric, min_group: f64) -> bool {
    let under = |count: Option<f64>| count.is_none_or(|count| count < min_group);
    let complement = row.denominator.zip(row.numerator).map(|(denominator, numerator)| denominator - numerator);
    let of_subjects = row.n.is_none_or(|n| (n as f64) < min_group) && metric.disclosure == Disclosure::Subjects;
    of_subjects || (metric.kind == Kind::Rate && (under(row.numerator) || under(row.denominator) || under(complement)))
}
