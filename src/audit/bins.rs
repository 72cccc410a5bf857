//! Columns cut into a few bins, without a look at groups or outcomes.

use serde::{Deserialize, Serialize};

use crate::base::design::{Feature, MISSING, Values};

/// What the subjects of a bin have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    pub feature: String,
    #[serde(flatten)]
    pub of: Of,
}

/// Values of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// A level of the column, or a group of a sensitive feature.
    Level(String),
    /// Numbers from `low` on and below `high`; `None`: without an end.
    Numbers { low: Option<f64>, high: Option<f64> },
    /// Whether the column has no value.
    Missing(bool),
    /// Levels with few subjects, together.
    Rare(bool),
}

/// A column's bins, and the bin of each of some rows.
pub(super) struct Binned {
    pub bins: Vec<Of>,
    pub codes: Vec<u8>,
}

/// Cuts a column by the values of `rows`. Numbers: each value for itself where there are at most `n_bins`, else quantile
/// bins (Hyndman and Fan 1996, type 1), fewer where values repeat. Levels: the `n_bins` most frequent, ties by name, and the rest
/// together. Missing values are a bin. At most 250 bins.
pub(super) fn cut(feature: &Feature, rows: &[u32], n_bins: usize) -> Binned {
    let n_bins = n_bins.clamp(1, 250);
    match &feature.values {
        Values::Numbers { values, .. } => {
            let number = |row: &u32| (!feature.values.is_missing(*row as usize)).then(|| values[*row as usize]);
            cut_numbers(&rows.iter().map(number).collect::<Vec<_>>(), n_bins)
        }
        Values::Levels { codes, levels } => {
            let code = |row: &u32| codes[*row as usize];
            cut_levels(&rows.iter().map(code).collect::<Vec<_>>(), levels, n_bins)
        }
    }
}

fn cut_numbers(numbers: &[Option<f64>], n_bins: usize) -> Binned {
    let mut sorted: Vec<f64> = numbers.iter().flatten().copied().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    let quantile = |k: usize| sorted.get(k * sorted.len() / n_bins).copied();
    let mut cuts = if distinct.len() <= n_bins { distinct.clone() } else { (1..n_bins).filter_map(quantile).collect() };
    // nothing lies below the lowest value: where it fills a bin, the next one starts behind it
    let behind = |cut: f64| if distinct.first() == Some(&cut) { distinct.get(1).copied() } else { Some(cut) };
    cuts = cuts.into_iter().filter_map(behind).collect();
    cuts.dedup();
    let ends = |bin: usize| Of::Numbers { low: bin.checked_sub(1).map(|bin| cuts[bin]), high: cuts.get(bin).copied() };
    let mut bins: Vec<Of> = (0..=cuts.len()).map(ends).collect();
    bins.push(Of::Missing(true));
    let code = |number: &Option<f64>| number.map_or(bins.len() - 1, |x| cuts.partition_point(|cut| *cut <= x)) as u8;
    Binned { codes: numbers.iter().map(code).collect(), bins }
}

fn cut_levels(codes: &[u32], levels: &[String], n_bins: usize) -> Binned {
    let mut n = vec![0usize; levels.len()];
    codes.iter().filter(|code| **code != MISSING).for_each(|code| n[*code as usize] += 1);
    let mut order: Vec<usize> = (0..levels.len()).filter(|level| n[*level] > 0).collect();
    order.sort_by(|a, b| n[*b].cmp(&n[*a]).then_with(|| levels[*a].cmp(&levels[*b])));
    let kept = &order[..order.len().min(n_bins)];
    let mut bin = vec![kept.len() as u8; levels.len()];
    kept.iter().zip(0u8..).for_each(|(level, at)| bin[*level] = at);
    let mut bins: Vec<Of> = kept.iter().map(|level| Of::Level(levels[*level].clone())).collect();
    bins.extend([Of::Rare(true), Of::Missing(true)]);
    let missing = kept.len() as u8 + 1;
    let code = |code: &u32| if *code == MISSING { missing } else { bin[*code as usize] };
    Binned { codes: codes.iter().map(code).collect(), bins }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::design::FeatureKind;

    fn numbers(values: Vec<f64>, missing: Vec<bool>) -> Feature {
        Feature { name: "x".to_owned(), kind: FeatureKind::Number, values: Values::Numbers { values, missing } }
    }

    #[test]
    fn few_numbers_stand_for_themselves_and_many_are_cut_evenly() {
        let told = cut(&numbers(vec![1.0, 0.0, 1.0, 2.0], vec![false, false, false, true]), &[0, 1, 2, 3], 4);
        assert_eq!(told.codes, [1, 0, 1, 2]);
        assert_eq!(told.bins[1], Of::Numbers { low: Some(1.0), high: None });
        assert_eq!(told.bins[2], Of::Missing(true));
        let rows: Vec<u32> = (0..100).collect();
        let told = cut(&numbers((0..100).map(f64::from).collect(), Vec::new()), &rows, 4);
        let count = |bin: u8| told.codes.iter().filter(|code| **code == bin).count();
        assert_eq!((0..5).map(count).collect::<Vec<_>>(), [25, 25, 25, 25, 0]);
        // half of the values are equal
        let told = cut(&numbers((0..100).map(|i| f64::from((i - 50).max(0))).collect(), Vec::new()), &rows, 4);
        assert_eq!(told.bins.len(), 4, "{:?}", told.bins);
    }

    #[test]
    fn rare_levels_are_one_bin() {
        let levels = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let values = Values::Levels { codes: vec![1, 1, 0, 3, MISSING, 3], levels };
        let told = cut(&Feature { name: "x".to_owned(), kind: FeatureKind::Level, values }, &[0, 1, 2, 3, 4, 5], 2);
        assert_eq!(told.codes, [0, 0, 2, 1, 3, 1]);
        assert_eq!(told.bins[..2], [Of::Level("b".to_owned()), Of::Level("d".to_owned())]);
    }
}
