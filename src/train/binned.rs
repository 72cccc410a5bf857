//! The design that all trees and additive models learn from: every column as bins of one byte.
//!
//! A number falls into one of at most 254 bins between edges that lie halfway between neighboring values; a level has a
//! bin of its own, rare ones share the last; what is missing has a bin after all others. Nothing behind this knows
//! numbers from levels except by what may be asked of them: numbers are in order, levels are not.

use rayon::prelude::*;

use super::Settings;
use super::encode::rare_levels;
use crate::base::design::{Design, Feature, FeatureKind, MISSING, Values};
use crate::base::model::{LEVELS_MAX, TreeFeature};
use crate::base::{Error, Result};

/// Bins of known values at most, so that a byte holds the missing one too.
pub(crate) const BINS_MAX: usize = 254;
/// Rows that edges are learned from at most: every so-manyth in order.
const EDGE_ROWS_MAX: usize = 200_000;

/// The rows of one fit.
#[derive(Debug, Clone)]
pub(crate) struct Binned {
    pub n_rows: usize,
    /// Columns that tell anything apart in these rows, in the order of the design.
    pub columns: Vec<BinnedColumn>,
}

/// One column of the design.
#[derive(Debug, Clone)]
pub(crate) struct BinnedColumn {
    pub name: String,
    pub kind: FeatureKind,
    pub bins: Bins,
    /// Bins of known values; codes below.
    pub n_known: usize,
    /// Whether some row is missing; its code is then `n_known`.
    pub has_missing: bool,
    /// One code per row of the fit.
    pub codes: Vec<u8>,
}

/// What the bins are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bins {
    /// Ascending: bin i holds what is at most `edges[i]` and above the edge before, the last bin the rest.
    Numbers { edges: Vec<f64> },
    /// The levels of each bin; with `has_rare` the last bin holds all rare ones.
    Levels { levels: Vec<Vec<String>>, has_rare: bool },
}

impl Binned {
    /// Learns bins from `rows` of the design, at most `bins_max` of known values per column, and codes these rows.
    /// Columns with a single bin are left out.
    pub(crate) fn learn(design: &Design, rows: &[u32], bins_max: usize, settings: &Settings) -> Self {
        let bins_max = bins_max.clamp(2, BINS_MAX);
        let columns =
            design.features.par_iter().filter_map(|feature| column(feature, rows, bins_max, settings)).collect();
        Self { n_rows: rows.len(), columns }
    }

    /// # Errors
    /// There are more columns than splits of trees can name.
    pub(crate) fn check(&self) -> Result<()> {
        let n = self.columns.len();
        if n <= usize::from(u16::MAX) {
            return Ok(());
        }
        let message = format!("trees cannot learn from {n} columns, expected at most {}", u16::MAX);
        Err(Error::new(message).hint("leave columns out: `exclude = [\"…\"]` under `[[stakeholders]]`"))
    }
}

impl BinnedColumn {
    /// Bins, the missing one included.
    pub(crate) fn n_bins(&self) -> usize {
        self.n_known + usize::from(self.has_missing)
    }

    /// The code of missing values.
    pub(crate) fn missing(&self) -> Option<u8> {
        self.has_missing.then_some(self.n_known as u8)
    }

    /// Whether bins have an order.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(self.bins, Bins::Numbers { .. })
    }

    /// The column in words of a model of trees, its levels bin by bin: as many as splits can name.
    pub(crate) fn tree_feature(&self) -> TreeFeature {
        let levels = match &self.bins {
            Bins::Numbers { .. } => None,
            Bins::Levels { levels, .. } => Some(levels.iter().flatten().take(LEVELS_MAX).cloned().collect()),
        };
        TreeFeature { feature: self.name.clone(), kind: self.kind, levels }
    }

    /// The levels of [`Self::tree_feature`] whose bin is left, by their places there.
    pub(crate) fn levels_left(&self, is_left: impl Fn(usize) -> bool) -> Vec<u16> {
        let Bins::Levels { levels, .. } = &self.bins else { return Vec::new() };
        let bins = levels.iter().enumerate().flat_map(|(bin, levels)| levels.iter().map(move |_| bin));
        let places = bins.take(LEVELS_MAX).zip(0u16..);
        places.filter(|(bin, _)| is_left(*bin)).map(|(_, place)| place).collect()
    }

    /// The bin of the levels that are too many to be named by splits: the last one's, where all rare ones are. A model
    /// of trees takes them for levels that it never saw, and so must send those where this bin goes.
    pub(crate) fn unnamed(&self) -> Option<usize> {
        match &self.bins {
            Bins::Levels { levels, .. } if levels.iter().map(Vec::len).sum::<usize>() > LEVELS_MAX => {
                levels.len().checked_sub(1)
            }
            _ => None,
        }
    }

    /// Rows in each bin.
    pub(crate) fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.n_bins()];
        for &code in &self.codes {
            counts[usize::from(code)] += 1;
        }
        counts
    }
}

fn column(feature: &Feature, rows: &[u32], bins_max: usize, settings: &Settings) -> Option<BinnedColumn> {
    let (bins, n_known, codes) = match &feature.values {
        Values::Numbers { values, missing } => numbers(values, missing, rows, bins_max),
        Values::Levels { codes, levels } => self::levels(codes, levels, rows, bins_max, settings),
    };
    let has_missing = codes.iter().any(|code| usize::from(*code) == n_known);
    let (name, kind) = (feature.name.clone(), feature.kind);
    let column = BinnedColumn { name, kind, bins, n_known, has_missing, codes };
    (column.n_bins() > 1).then_some(column)
}

fn numbers(values: &[f64], missing: &[bool], rows: &[u32], bins_max: usize) -> (Bins, usize, Vec<u8>) {
    let is_known = |row: &u32| missing.is_empty() || !missing[*row as usize];
    let step = rows.len().div_ceil(EDGE_ROWS_MAX).max(1);
    let mut known: Vec<f64> =
        rows.iter().step_by(step).filter(|row| is_known(row)).map(|row| values[*row as usize]).collect();
    known.sort_unstable_by(f64::total_cmp);
    let edges = edges(&known, bins_max);
    let n_known = edges.len() + 1;
    let code = |row: &u32| {
        let bin = if is_known(row) { edges.partition_point(|edge| *edge < values[*row as usize]) } else { n_known };
        bin as u8
    };
    let codes = rows.iter().map(code).collect();
    (Bins::Numbers { edges }, n_known, codes)
}

/// Edges between ascending values: between all neighbors where they are few, else so that bins hold about equally many.
fn edges(sorted: &[f64], bins_max: usize) -> Vec<f64> {
    let mut distinct: Vec<(f64, usize)> = Vec::new();
    for &value in sorted {
        match distinct.last_mut() {
            Some((last, n)) if *last == value => *n += 1,
            _ => distinct.push((value, 1)),
        }
    }
    let mut edges = Vec::new();
    let (mut n_left, mut bins_left, mut n_bin) = (sorted.len(), bins_max, 0);
    for pair in distinct.windows(2) {
        let ((value, n), (next, n_next)) = (pair[0], pair[1]);
        n_bin += n;
        let is_full = distinct.len() <= bins_max || (n_bin + n_next / 2) * bins_left >= n_left;
        if is_full && edges.len() + 1 < bins_max {
            edges.push(between(value, next));
            (n_left, bins_left, n_bin) = (n_left - n_bin, bins_left.saturating_sub(1).max(1), 0);
        }
    }
    edges
}

/// A number from `low` up to but not including `high`, halfway where there is one.
fn between(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    if middle >= low && middle < high { middle } else { low }
}

fn levels(
    codes: &[u32],
    levels: &[String],
    rows: &[u32],
    bins_max: usize,
    settings: &Settings,
) -> (Bins, usize, Vec<u8>) {
    let mut count = vec![0usize; levels.len()];
    for &row in rows {
        if let Some(count) = count.get_mut(codes[row as usize] as usize) {
            *count += 1;
        }
    }
    let levels_max = settings.levels_max.min(bins_max - 1);
    let rare = rare_levels(&count, settings.rare_below, levels_max);
    let mut of_bins: Vec<Vec<String>> = Vec::new();
    let mut bin_of = vec![0; levels.len()];
    for code in (0..levels.len()).filter(|&code| count[code] > 0 && !rare[code]) {
        bin_of[code] = of_bins.len();
        of_bins.push(vec![levels[code].clone()]);
    }
    let pooled: Vec<usize> = (0..levels.len()).filter(|&code| rare[code]).collect();
    let has_rare = !pooled.is_empty();
    if has_rare {
        pooled.iter().for_each(|&code| bin_of[code] = of_bins.len());
        of_bins.push(pooled.iter().map(|&code| levels[code].clone()).collect());
    }
    let n_known = of_bins.len();
    let code = |row: &u32| match codes[*row as usize] {
        MISSING => n_known as u8,
        code => bin_of[code as usize] as u8,
    };
    let codes = rows.iter().map(code).collect();
    (Bins::Levels { levels: of_bins, has_rare }, n_known, codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design() -> Design {
        let numbers: Vec<f64> = (0..1000).map(|row| f64::from(row * row % 977)).collect();
        let missing: Vec<bool> = (0..1000).map(|row| row % 50 == 7).collect();
        let levels: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        let codes = (0..1000)
            .map(|row| if row % 100 == 3 { MISSING } else { u32::from(row % 500 == 0) + u32::from(row % 2 == 0) });
        let feature = |name: &str, kind, values| Feature { name: name.to_owned(), kind, values };
        Design {
            n_subjects: 1000,
            features: vec![
                feature("number", FeatureKind::Number, Values::Numbers { values: numbers, missing }),
                feature("level", FeatureKind::Level, Values::Levels { codes: codes.collect(), levels }),
                feature("same", FeatureKind::Number, Values::Numbers { values: vec![4.0; 1000], missing: Vec::new() }),
            ],
        }
    }

    #[test]
    fn every_known_value_lies_in_its_bin() {
        let (design, rows) = (design(), (0..1000).collect::<Vec<u32>>());
        for bins_max in [2, 5, 64, 254] {
            let binned = Binned::learn(&design, &rows, bins_max, &Settings::default());
            assert_eq!(binned.columns.len(), 2, "a constant column tells nothing");
            let column = &binned.columns[0];
            let Bins::Numbers { edges } = &column.bins else { panic!("numbers have edges") };
            assert!(edges.len() < bins_max && edges.is_sorted());
            for (&row, &code) in rows.iter().zip(&column.codes) {
                match design.features[0].values.number(row as usize) {
                    None => assert_eq!(Some(code), column.missing()),
                    Some(number) => {
                        let at = usize::from(code);
                        assert!(at == 0 || edges[at - 1] < number);
                        assert!(at == edges.len() || number <= edges[at]);
                    }
                }
            }
            let counts = column.counts();
            let share = 980 / edges.len().max(1);
            assert!(counts[..column.n_known].iter().all(|n| *n as usize <= 2 * share + 2), "{counts:?}");
        }
    }

    #[test]
    fn rare_levels_share_the_last_bin() {
        let (design, rows) = (design(), (0..1000).collect::<Vec<u32>>());
        let binned = Binned::learn(&design, &rows, 254, &Settings::default());
        let column = &binned.columns[1];
        let expected = [vec!["a".to_owned()], vec!["b".to_owned()], vec!["c".to_owned()]];
        assert_eq!(column.bins, Bins::Levels { levels: expected.to_vec(), has_rare: true });
        assert_eq!(column.missing(), Some(3));
        assert_eq!(column.counts(), vec![490, 498, 2, 10]);
    }
}
