//! What is usual among the subjects of a group, and which columns say the same.

use super::Norms;
use crate::base::design::{Design, Feature, FeatureKind, MISSING, Value, Values};
use crate::stats::rank::centered_ranks;

/// Rows that associations are looked at in, at most.
const SAMPLE_ROWS: usize = 2_000;
/// Levels of a column whose associations are looked at, at most: more of them fit anything.
const LEVELS_MAX: usize = 30;
/// Columns that are associated this strongly are told together.
const ALIKE: f64 = 0.9;

/// The usual value of every column over `rows`, and the columns that say nearly the same: the rank correlation of two
/// columns of numbers (Spearman 1904), the correlation ratio of ranks and levels, or Cramér's V of levels is 0.9 or more,
/// in at most 2,000 evenly spaced rows. Columns that are connected by others count as alike.
pub fn norms(design: &Design, rows: &[u32]) -> Norms {
    let sample: Vec<usize> =
        rows.iter().step_by(rows.len().div_ceil(SAMPLE_ROWS).max(1)).map(|row| *row as usize).collect();
    let coded: Vec<Option<Coded>> = design.features.iter().map(|feature| Coded::of(feature, &sample)).collect();
    let mut alike: Vec<usize> = (0..coded.len()).collect();
    for second in 0..coded.len() {
        for first in 0..second {
            let (Some(a), Some(b)) = (&coded[first], &coded[second]) else { continue };
            if alike[first] != alike[second] && association(a, b) >= ALIKE {
                let (keep, drop) = (alike[first].min(alike[second]), alike[first].max(alike[second]));
                alike.iter_mut().filter(|group| **group == drop).for_each(|group| *group = keep);
            }
        }
    }
    Norms { usual: design.features.iter().map(|feature| usual(feature, rows)).collect(), alike }
}

/// The median of numbers (of two in the middle the lower), else the most frequent value, of equal ones the first; missing
/// where most are.
pub(super) fn usual(feature: &Feature, rows: &[u32]) -> Option<Value> {
    let known = || rows.iter().map(|row| *row as usize).filter(|row| !feature.values.is_missing(*row));
    let n_known = known().count();
    if rows.is_empty() || 2 * n_known < rows.len() {
        return (!rows.is_empty()).then_some(Value::Missing);
    }
    match &feature.values {
        Values::Numbers { values, .. } => {
            let mut numbers: Vec<f64> = known().map(|row| values[row]).collect();
            let middle = (numbers.len() - 1) / 2;
            let (_, median, _) = numbers.select_nth_unstable_by(middle, f64::total_cmp);
            let number = if feature.kind == FeatureKind::Boolean { median.round() } else { *median };
            Some(Value::Number(number))
        }
        Values::Levels { codes, levels } => {
            let mut counts = vec![0usize; levels.len()];
            known().for_each(|row| counts[codes[row] as usize] += 1);
            let most = (0..counts.len()).rev().max_by_key(|level| counts[*level])?;
            Some(Value::Level(levels[most].clone()))
        }
    }
}

/// A column over the sample.
enum Coded {
    /// Ranks less their mean, over their length; 0 where missing.
    Ranks(Vec<f64>),
    /// Missing ones are a level of their own.
    Levels { codes: Vec<usize>, n: usize },
}

impl Coded {
    /// `None` for a column that does not vary, or has too many levels.
    fn of(feature: &Feature, sample: &[usize]) -> Option<Self> {
        match &feature.values {
            Values::Numbers { values, .. } => {
                let places = 0..sample.len();
                let known: Vec<usize> = places.filter(|place| !feature.values.is_missing(sample[*place])).collect();
                let of_known: Vec<f64> = known.iter().map(|place| values[sample[*place]]).collect();
                let mut ranks = vec![0.0; sample.len()];
                let ranked = known.into_iter().zip(centered_ranks(&of_known));
                ranked.for_each(|(place, rank)| ranks[place] = rank);
                let length = ranks.iter().map(|rank| rank * rank).sum::<f64>().sqrt();
                ranks.iter_mut().for_each(|rank| *rank /= length);
                (length > 0.0).then_some(Self::Ranks(ranks))
            }
            Values::Levels { codes, levels } => {
                let n = levels.len() + 1;
                let code = |row: &usize| if codes[*row] == MISSING { levels.len() } else { codes[*row] as usize };
                let codes: Vec<usize> = sample.iter().map(code).collect();
                let varies = codes.iter().any(|code| *code != codes[0]);
                (varies && n <= LEVELS_MAX + 1).then_some(Self::Levels { codes, n })
            }
        }
    }
}

fn association(a: &Coded, b: &Coded) -> f64 {
    match (a, b) {
        (Coded::Ranks(a), Coded::Ranks(b)) => a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>().abs(),
        (Coded::Ranks(ranks), Coded::Levels { codes, n }) | (Coded::Levels { codes, n }, Coded::Ranks(ranks)) => {
            let mut sums = vec![(0.0, 0.0); *n];
            for (code, rank) in codes.iter().zip(ranks) {
                sums[*code].0 += rank;
                sums[*code].1 += 1.0;
            }
            // ranks have mean 0 and length 1, so this is the share of their variance between levels
            sums.iter().filter(|(_, n)| *n > 0.0).map(|(sum, n)| sum * sum / n).sum::<f64>().sqrt()
        }
        (Coded::Levels { codes: a, n: n_a }, Coded::Levels { codes: b, n: n_b }) => cramers_v(a, *n_a, b, *n_b),
    }
}

/// √(χ² / (n × (least number of levels − 1))), of the levels that occur (Cramér 1946).
fn cramers_v(a: &[usize], n_a: usize, b: &[usize], n_b: usize) -> f64 {
    let mut counts = vec![0.0; n_a * n_b];
    let (mut of_a, mut of_b) = (vec![0.0; n_a], vec![0.0; n_b]);
    for (a, b) in a.iter().zip(b) {
        counts[a * n_b + b] += 1.0;
        of_a[*a] += 1.0;
        of_b[*b] += 1.0;
    }
    let n = a.len() as f64;
    let mut chi = 0.0;
    for (place, count) in counts.iter().enumerate() {
        let expected = of_a[place / n_b] * of_b[place % n_b] / n;
        if expected > 0.0 {
            chi += (count - expected) * (count - expected) / expected;
        }
    }
    let occur = |of: &[f64]| of.iter().filter(|n| **n > 0.0).count();
    let least = occur(&of_a).min(occur(&of_b));
    if least < 2 { 0.0 } else { (chi / (n * (least - 1) as f64)).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(values: Vec<f64>) -> Feature {
        Feature {
            name: String::new(),
            kind: FeatureKind::Number,
            values: Values::Numbers { values, missing: Vec::new() },
        }
    }

    #[test]
    fn columns_that_say_the_same_are_found() {
        let n = 600usize;
        let chance = |row: usize, stream: u64| (crate::base::Seed(stream).hash(&row.to_le_bytes()) >> 40) as f64;
        let first: Vec<f64> = (0..n).map(|row| chance(row, 1)).collect();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let half: Vec<u32> = first.iter().map(|value| u32::from(*value > 8e6)).collect();
        let level = |codes: Vec<u32>, levels: &[&str]| Feature {
            name: String::new(),
            kind: FeatureKind::Level,
            values: Values::Levels { codes, levels: names(levels) },
        };
        let features = vec![
            number(first.clone()),
            number((0..n).map(|row| chance(row, 2)).collect()),
            // falls as the first rises
            number(first.iter().map(|value| 1.0 / (1.0 + value)).collect()),
            level(half.clone(), &["few", "many"]),
            level(half.iter().map(|code| 1 - code).collect(), &["b", "a"]),
            level((0..n as u32).map(|row| row % 3).collect(), &["x", "y", "z"]),
        ];
        let design = Design { n_subjects: n, features };
        let found = norms(&design, &(0..n as u32).collect::<Vec<_>>());
        // halves of a number tell some of it, not all
        assert_eq!(found.alike, [0, 1, 0, 3, 3, 5]);
    }

    #[test]
    fn the_usual_value_is_one_that_somebody_has() {
        let design = Design {
            n_subjects: 4,
            features: vec![
                number(vec![1.0, 9.0, 3.0, 2.0]),
                Feature {
                    values: Values::Numbers { values: vec![0.0; 4], missing: vec![true, true, true, false] },
                    ..number(Vec::new())
                },
                Feature {
                    kind: FeatureKind::Level,
                    values: Values::Levels { codes: vec![1, 0, 1, 0], levels: vec!["a".to_owned(), "b".to_owned()] },
                    ..number(Vec::new())
                },
            ],
        };
        let usual = norms(&design, &[0, 1, 2, 3]).usual;
        assert_eq!(usual, [Some(Value::Number(2.0)), Some(Value::Missing), Some(Value::Level("a".to_owned()))]);
        assert_eq!(norms(&design, &[]).usual, [None, None, None]);
    }
}
