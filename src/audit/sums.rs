//! How counts of groups add up, and which hidden ones follow from the published.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::compare::OVERALL;
use super::disaggregate::{Disaggregated, Link};
use super::echelon::determined;
use super::metrics::{Disclosure, Kind, METRICS, SCORING_RATE};
use super::row::Row;
use crate::base::population::Population;

/// Between the names of a crossing.
const CROSS: &str = " × ";
/// The cells of all features in one population, and how they add up.
pub(super) struct Tables<'a> {
    /// (feature, group); the number of a cell is its place here.
    pub cells: Vec<(&'a str, &'a str)>,
    /// Subjects of each cell: which cell to hide next.
    n: Vec<u64>,
    /// By layer and cell: the counts that none of may be told of too few.
    counts: BTreeMap<Disclosure, Vec<Vec<f64>>>,
    /// Cells of crossings that are told nowhere and bind the features that they cross; numbered after `cells`.
    n_untold: usize,
    sums: Vec<Sum>,
    /// Cells of crossings whose margins cannot be told from their names.
    pub unclear: BTreeSet<usize>,
    pub population: Population,
}

/// Σ parts = whole; a whole that is no cell is the total of all subjects.
struct Sum {
    parts: Vec<usize>,
    whole: Option<usize>,
}

type Feature<'a> = (&'a str, Vec<usize>);

impl<'a> Tables<'a> {
    pub fn new(disaggregated: &'a Disaggregated, population: Population) -> Self {
        let rows = &disaggregated.rows[..];
        let mut tables = Self {
            cells: Vec::new(),
            n: Vec::new(),
            counts: BTreeMap::new(),
            n_untold: 0,
            sums: Vec::new(),
            unclear: BTreeSet::new(),
            population,
        };
        let counts = METRICS.iter().find(|metric| metric.kind == Kind::Count).map_or("", |metric| metric.name);
        let mut features: Vec<Feature> = Vec::new();
        let told = |row: &&Row| row.population == population && row.metric == counts && row.feature != OVERALL;
        for row in rows.iter().filter(told) {
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
        for link in disaggregated.links.iter().filter(|link| link.population == population) {
            let crossed = link.features.join(CROSS);
            if features.iter().all(|(name, _)| *name != crossed) {
                tables.add_link(link);
            }
        }
        tables.add_counts(rows);
        tables
    }

    /// Adds how the cells of a crossing that is told nowhere add up to those of its two features.
    fn add_link(&mut self, link: &Link) {
        let first = self.cells.len() + self.n_untold;
        self.n_untold += link.pairs.len();
        for (side, feature) in link.features.iter().enumerate() {
            for whole in (0..self.cells.len()).filter(|cell| self.cells[*cell].0 == feature) {
                let inside =
                    |(at, pair): (usize, &[String; 2])| (pair[side] == self.cells[whole].1).then_some(first + at);
                let parts = link.pairs.iter().enumerate().filter_map(inside).collect();
                self.sums.push(Sum { parts, whole: Some(whole) });
            }
        }
    }

    /// The counts of each layer and their complements, of every cell.
    fn add_counts(&mut self, rows: &[Row]) {
        let layers: [(Disclosure, &[&str]); 4] = [
            (Disclosure::Subjects, &["n"]),
            (Disclosure::Outcomes, &["base_rate"]),
            (Disclosure::Selections, &["selection_rate", SCORING_RATE]),
            (Disclosure::Table, &["true_positive_rate", "false_positive_rate"]),
        ];
        let place: BTreeMap<(&str, &str), usize> = self.cells.iter().copied().zip(0..).collect();
        for (layer, metrics) in layers {
            let mut counts = vec![Vec::new(); self.cells.len()];
            for row in rows.iter().filter(|row| row.population == self.population) {
                let Some(cell) = place.get(&(&row.feature[..], &row.group[..])) else { continue };
                if !metrics.contains(&&row.metric[..]) {
                    continue;
                }
                let numerator = row.numerator.unwrap_or(0.0);
                match layer {
                    Disclosure::Subjects => counts[*cell].push(row.n.unwrap_or(0) as f64),
                    _ => counts[*cell].extend([numerator, row.denominator.unwrap_or(0.0) - numerator]),
                }
            }
            self.counts.insert(layer, counts);
        }
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

    /// Hides further cells, one at a time, until no hidden one follows from the others and none of the counts of a layer
    /// that hidden cells have together is under `least`.
    pub fn protect(&self, hidden: &mut BTreeSet<usize>, layer: Disclosure, least: f64) {
        if hidden.is_empty() {
            return;
        }
        let mut unknown: BTreeSet<usize> = (self.cells.len()..self.cells.len() + self.n_untold).collect();
        unknown.extend(hidden.iter());
        while hidden.len() < self.cells.len() {
            let companion = self
                .alone(&unknown)
                .or_else(|| {
                    let exposed = *self.determined(&unknown).first()?;
                    let sums = self.sums.iter().filter(|sum| sum.holds(exposed));
                    self.companion(sums, &unknown).or_else(|| self.any(&unknown))
                })
                .or_else(|| self.thin(&unknown, layer, least));
            let Some(companion) = companion else { return };
            hidden.insert(companion);
            unknown.insert(companion);
        }
    }

    /// A companion for the first cell that is the only hidden one of a sum.
    fn alone(&self, hidden: &BTreeSet<usize>) -> Option<usize> {
        let is_told = |sum: &&Sum| sum.members().any(|cell| cell < self.cells.len() && hidden.contains(&cell));
        let mut exposing = self.sums.iter().filter(|sum| sum.n_hidden(hidden) == 1).filter(is_told);
        exposing.find_map(|sum| self.companion(std::iter::once(sum), hidden))
    }

    /// A companion for the first sum whose hidden parts have too little together.
    fn thin(&self, hidden: &BTreeSet<usize>, layer: Disclosure, least: f64) -> Option<usize> {
        let counts = self.counts.get(&layer)?;
        let is_thin = |sum: &&Sum| {
            let parts: Vec<usize> = sum.parts.iter().copied().filter(|part| hidden.contains(part)).collect();
            let is_known = sum.whole.is_none_or(|whole| !hidden.contains(&whole));
            if parts.is_empty() || !is_known || parts.iter().any(|part| *part >= self.cells.len()) {
                return false;
            }
            let n_counts = counts[parts[0]].len();
            (0..n_counts).any(|at| parts.iter().filter_map(|part| counts[*part].get(at)).sum::<f64>() < least)
        };
        self.sums.iter().filter(is_thin).find_map(|sum| self.companion(std::iter::once(sum), hidden))
    }

    /// The cell of some sums to hide next: a part rather than a whole, then the one that covers most cells that stand
    /// alone, then the smallest. Ties by name.
    fn companion<'s>(&self, sums: impl Iterator<Item = &'s Sum>, hidden: &BTreeSet<usize>) -> Option<usize> {
        let exposing: Vec<&Sum> = self.sums.iter().filter(|sum| sum.n_hidden(hidden) == 1).collect();
        let covers = |cell: usize| exposing.iter().filter(|sum| sum.holds(cell)).count();
        let candidates = sums.flat_map(|sum| sum.members().map(|cell| (sum.whole == Some(cell), cell)));
        candidates
            .filter(|(_, cell)| *cell < self.cells.len() && !hidden.contains(cell))
            .min_by_key(|(is_whole, cell)| (*is_whole, Reverse(covers(*cell)), self.n[*cell], self.cells[*cell]))
            .map(|(_, cell)| cell)
    }

    fn any(&self, hidden: &BTreeSet<usize>) -> Option<usize> {
        (0..self.cells.len())
            .filter(|cell| !hidden.contains(cell))
            .min_by_key(|cell| (self.n[*cell], self.cells[*cell]))
    }

    /// Hidden told cells whose count follows from the published ones.
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
        let mut found: Vec<usize> = determined(matrix).into_iter().map(|at| columns[at]).collect();
        found.retain(|cell| *cell < self.cells.len());
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CROSS, Tables};
    use crate::audit::metrics::Disclosure::Subjects;
    use crate::audit::{Disaggregated, Row};
    use crate::base::population::Population::History;

    fn counts(feature: &str, groups: impl IntoIterator<Item = String>) -> Vec<Row> {
        let row = |group: String| Row { n: Some(100), ..Row::blank("n", feature, &group, History) };
        groups.into_iter().map(row).collect()
    }

    /// Two blocks of four hidden cells and one between them: no line has a single hidden cell, yet the one between is
    /// the sum over the rows of a block minus that over its columns.
    #[test]
    fn a_cell_that_joins_two_blocks_is_found() {
        let mut rows = counts("a", (0..5).map(|i| format!("{i}")));
        rows.extend(counts("b", (0..5).map(|i| format!("{i}"))));
        rows.extend(counts("a × b", (0..25).map(|i| format!("{}{CROSS}{}", i / 5, i % 5))));
        let told = Disaggregated { rows, ..Disaggregated::default() };
        let tables = Tables::new(&told, History);
        let cell = |a: usize, b: usize| 10 + 5 * a + b;
        let block = |at: [usize; 2]| at.into_iter().flat_map(move |a| at.map(|b| cell(a, b)));
        let mut hidden: BTreeSet<usize> = block([0, 1]).chain(block([3, 4])).chain([cell(1, 3)]).collect();
        assert_eq!(tables.alone(&hidden), None);
        assert_eq!(tables.determined(&hidden), [cell(1, 3)]);
        tables.protect(&mut hidden, Subjects, 5.0);
        assert!(tables.determined(&hidden).is_empty() && hidden.len() < 20);
    }

    #[test]
    fn groups_that_cannot_be_told_apart_are_hidden() {
        let mut rows = counts("a", ["x × y".to_owned(), "z".to_owned()]);
        rows.extend(counts("a × b", ["x × y × 1".to_owned(), "z × 1".to_owned()]));
        let told = Disaggregated { rows, ..Disaggregated::default() };
        assert_eq!(Tables::new(&told, History).unclear, BTreeSet::from([2, 3]));
    }
}
