//! Cell suppression: what is published must not give single subjects away.
//!
//! Four layers of counts lie under the metrics ([`Disclosure`]): subjects; outcomes; selections; and the table of
//! outcomes by selection, whose margins the other three are, so that one inner count gives all four. A layer that is
//! hidden for a group hides the inner ones with it. Within a layer counts add up: over the groups of a feature to all
//! subjects, over the groups of a crossing to those of its features. [`publish`] hides cells until no hidden count
//! follows from these sums and the published counts by linear algebra. (Bounds that follow from counts being at least
//! 0 are not considered.)

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Settings;
use super::cells::POPULATIONS;
use super::metrics::{Disclosure, Kind, METRICS, Metric, find};
use super::row::Row;
use crate::base::population::Population;

/// Between the names of a crossing.
const CROSS: &str = " × ";
/// Coefficients below this are rounding.
const ZERO: f64 = 1e-9;

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
/// a crossing. Differences, ratios and p-values against a suppressed reference are taken out as well.
pub fn publish(rows: &[Row], settings: &Settings) -> Vec<Row> {
    let mut hidden = BTreeSet::new();
    for population in POPULATIONS {
        let tables = Tables::new(rows, population);
        hidden.extend(tables.hide(rows, settings.min_group as f64).into_iter().map(|(layer, cell)| {
            let (feature, group) = &tables.cells[cell];
            (population, layer, *feature, *group)
        }));
    }
    let is_hidden = |row: &Row, group: &str| {
        find(&row.metric).is_none_or(|metric| {
            hidden.contains(&(row.population, metric.disclosure, row.feature.as_str(), group))
        })
    };
    let redact = |row: &Row| {
        if is_hidden(row, &row.group) {
            return suppress(row);
        }
        match &row.reference {
            Some(reference) if is_hidden(row, reference) => without_comparison(row),
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

/// The cells of all features in one population, and how they add up.
struct Tables<'a> {
    /// (feature, group); the number of a cell is its place here.
    cells: Vec<(&'a str, &'a str)>,
    /// Subjects of each cell: which cell to hide next.
    n: Vec<u64>,
    sums: Vec<Sum>,
    /// Cells of crossings whose margins cannot be told from their names.
    unclear: BTreeSet<usize>,
    population: Population,
}

/// Σ parts = whole; a whole that is no cell is the total of all subjects.
struct Sum {
    parts: Vec<usize>,
    whole: Option<usize>,
}

type Feature<'a> = (&'a str, Vec<usize>);

impl<'a> Tables<'a> {
    fn new(rows: &'a [Row], population: Population) -> Self {
        let mut tables = Self { cells: Vec::new(), n: Vec::new(), sums: Vec::new(), unclear: BTreeSet::new(), population };
        let counts = METRICS.iter().find(|metric| metric.kind == Kind::Count).map_or("", |metric| metric.name);
        let mut features: Vec<Feature> = Vec::new();
        for row in rows.iter().filter(|row| row.population == population && row.metric == counts) {
            if features.last().is_none_or(|(name, _)| *name != row.feature) {
                features.push((&row.feature, Vec::new()));
            }
            if let Some((_, members)) = features.last_mut() {
                members.push(tables.cells.len());
            }
            tables.cells.push((&row.feature, &row.group));
            tables.n.push(row.n.unwrap_or(0));
        }
        for (_, members) in &features {
            tables.sums.push(Sum { parts: members.clone(), whole: None });
        }
        for crossing in features.iter().filter(|(name, _)| name.contains(CROSS)) {
            tables.add_margins(crossing, &features);
        }
        tables
    }

    /// Adds how the cells of a crossing add up to those of each feature, or smaller crossing, that it is made of.
    fn add_margins(&mut self, crossing: &Feature, features: &[Feature]) {
        let columns: Vec<&str> = crossing.0.split(CROSS).collect();
        let parts: Vec<Vec<&str>> = crossing.1.iter().map(|cell| self.cells[*cell].1.split(CROSS).collect()).collect();
        if parts.iter().any(|part| part.len() != columns.len()) {
            self.unclear.extend(&crossing.1);
            return;
        }
        for (name, members) in features {
            let inner: Vec<&str> = name.split(CROSS).collect();
            let places: Option<Vec<usize>> =
                inner.iter().map(|column| columns.iter().position(|other| other == column)).collect();
            let Some(places) = places.filter(|places| places.len() < columns.len()) else { continue };
            for &whole in members {
                let group = self.cells[whole].1;
                let belongs = |part: &[&str]| places.iter().map(|p| part[*p]).collect::<Vec<_>>().join(CROSS) == group;
                let inside = crossing.1.iter().zip(&parts).filter(|(_, part)| belongs(part)).map(|(cell, _)| *cell);
                let parts: Vec<usize> = inside.collect();
                if !parts.is_empty() {
                    self.sums.push(Sum { parts, whole: Some(whole) });
                }
            }
        }
    }

    /// The hidden cells of every layer.
    fn hide(&self, rows: &[Row], min_group: f64) -> BTreeSet<(Disclosure, usize)> {
        let primary = self.primary(rows, min_group);
        let mut hidden: BTreeSet<(Disclosure, usize)> = BTreeSet::new();
        for (layer, outer) in LAYERS {
            let mut here: BTreeSet<usize> = self.unclear.clone();
            here.extend(primary.iter().filter(|(of, _)| *of == layer).map(|(_, cell)| *cell));
            here.extend(hidden.iter().filter(|(of, _)| outer.contains(of)).map(|(_, cell)| *cell));
            self.protect(&mut here);
            hidden.extend(here.into_iter().map(|cell| (layer, cell)));
        }
        hidden
    }

    /// Cells that are too small to be published, by layer.
    fn primary(&self, rows: &[Row], min_group: f64) -> BTreeSet<(Disclosure, usize)> {
        let number: BTreeMap<(&str, &str), usize> = self.cells.iter().enumerate().map(|(i, cell)| (*cell, i)).collect();
        let place = |row: &Row| {
            let metric = find(&row.metric).filter(|metric| is_small(row, metric, min_group))?;
            Some((metric.disclosure, *number.get(&(row.feature.as_str(), row.group.as_str()))?))
        };
        rows.iter().filter(|row| row.population == self.population).filter_map(place).collect()
    }

    /// Hides further cells, one at a time, until no hidden one follows from the others.
    fn protect(&self, hidden: &mut BTreeSet<usize>) {
        while hidden.len() < self.cells.len() {
            let companion = self.alone(hidden).or_else(|| {
                let exposed = *self.determined(hidden).first()?;
                self.companion(self.sums.iter().filter(|sum| sum.holds(exposed)), hidden).or_else(|| self.any(hidden))
            });
            let Some(companion) = companion else { return };
            hidden.insert(companion);
        }
    }

    /// A companion for the first cell that is the only hidden one of a sum.
    fn alone(&self, hidden: &BTreeSet<usize>) -> Option<usize> {
        let mut exposing = self.sums.iter().filter(|sum| sum.n_hidden(hidden) == 1);
        exposing.find_map(|sum| self.companion(std::iter::once(sum), hidden))
    }

    /// The cell of some sums to hide next: a part rather than a whole, then the one that covers most cells that stand
    /// alone, then the smallest. Ties by name.
    fn companion<'s>(&self, sums: impl Iterator<Item = &'s Sum>, hidden: &BTreeSet<usize>) -> Option<usize> {
        let exposing: Vec<&Sum> = self.sums.iter().filter(|sum| sum.n_hidden(hidden) == 1).collect();
        let covers = |cell: usize| exposing.iter().filter(|sum| sum.holds(cell)).count();
        let candidates = sums.flat_map(|sum| sum.members().map(|cell| (sum.whole == Some(cell), cell)));
        candidates
            .filter(|(_, cell)| !hidden.contains(cell))
            .min_by_key(|(is_whole, cell)| (*is_whole, Reverse(covers(*cell)), self.n[*cell], self.cells[*cell]))
            .map(|(_, cell)| cell)
    }

    fn any(&self, hidden: &BTreeSet<usize>) -> Option<usize> {
        (0..self.cells.len()).filter(|cell| !hidden.contains(cell)).min_by_key(|cell| (self.n[*cell], self.cells[*cell]))
    }

    /// Hidden cells whose count follows from the published ones: those that stand alone in a row of the reduced
    /// echelon form of the sums over hidden cells.
    fn determined(&self, hidden: &BTreeSet<usize>) -> Vec<usize> {
        let columns: Vec<usize> = hidden.iter().copied().collect();
        let place: BTreeMap<usize, usize> = columns.iter().enumerate().map(|(at, cell)| (*cell, at)).collect();
        let mut matrix = Vec::new();
        for sum in &self.sums {
            let mut line = vec![0.0; columns.len()];
            for cell in sum.members() {
                if let Some(at) = place.get(&cell) {
                    line[*at] += if sum.whole == Some(cell) { -1.0 } else { 1.0 };
                }
            }
            matrix.push(line);
        }
        reduce(&mut matrix);
        let alone = |line: &Vec<f64>| {
            let mut filled = line.iter().enumerate().filter(|(_, x)| x.abs() > ZERO).map(|(at, _)| at);
            filled.next().filter(|_| filled.next().is_none())
        };
        let mut found: Vec<usize> = matrix.iter().filter_map(alone).map(|at| columns[at]).collect();
        found.sort_unstable();
        found
    }
}

impl Sum {
    /// Parts and whole.
    fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().copied().chain(self.whole)
    }

    fn n_hidden(&self, hidden: &BTreeSet<usize>) -> usize {
        self.members().filter(|cell| hidden.contains(cell)).count()
    }

    fn holds(&self, cell: usize) -> bool {
        self.members().any(|member| member == cell)
    }
}

/// Whether a row tells of fewer than `min_group` subjects.
fn is_small(row: &Row, metric: &Metric, min_group: f64) -> bool {
    let under = |count: Option<f64>| count.is_none_or(|count| count < min_group);
    let complement = row.denominator.zip(row.numerator).map(|(denominator, numerator)| denominator - numerator);
    let of_subjects = row.n.is_none_or(|n| (n as f64) < min_group) && metric.disclosure == Disclosure::Subjects;
    of_subjects || (metric.kind == Kind::Rate && (under(row.numerator) || under(row.denominator) || under(complement)))
}

/// Reduced row echelon form, in place (Gauss–Jordan with partial pivoting).
fn reduce(matrix: &mut [Vec<f64>]) {
    let n_columns = matrix.first().map_or(0, Vec::len);
    let mut top = 0;
    for column in 0..n_columns {
        let pivot = (top..matrix.len()).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()));
        let Some(pivot) = pivot.filter(|pivot| matrix[*pivot][column].abs() > ZERO) else { continue };
        matrix.swap(top, pivot);
        let scale = matrix[top][column];
        matrix[top].iter_mut().for_each(|x| *x /= scale);
        let line = matrix[top].clone();
        for other in (0..matrix.len()).filter(|other| *other != top) {
            let factor = matrix[other][column];
            if factor.abs() > ZERO {
                matrix[other].iter_mut().zip(&line).for_each(|(x, pivot)| *x -= factor * pivot);
            }
        }
        top += 1;
    }
}
