//! A column without what it tells of a group's mean.

use crate::base::design::{Feature, Values};

/// A number less the mean of its group and plus the mean of all, both over the known values of `rows`; a group that has
/// none there is left as it is, and what is missing stays missing. `None` for levels, which have no mean.
///
/// The mean of every group over `rows` is then that of all: to tell the value of a new subject, its group must be
/// known. What the column tells of a group beyond its mean (spread, relations to other columns) stays.
pub fn residualize(feature: &Feature, member: &[u32], rows: &[u32]) -> Option<Feature> {
    let Values::Numbers { values, missing } = &feature.values else { return None };
    let n_groups = member.iter().max().map_or(0, |last| *last as usize + 1);
    let (mut sums, mut all) = (vec![(0.0, 0.0); n_groups], (0.0, 0.0));
    for row in rows.iter().map(|row| *row as usize) {
        if !feature.values.is_missing(row) {
            let sum = &mut sums[member[row] as usize];
            *sum = (sum.0 + values[row], sum.1 + 1.0);
            all = (all.0 + values[row], all.1 + 1.0);
        }
    }
    let shift = |(sum, n): &(f64, f64)| if *n > 0.0 { sum / n - all.0 / all.1 } else { 0.0 };
    let shifts: Vec<f64> = sums.iter().map(shift).collect();
    let value = |(row, value): (usize, &f64)| match feature.values.is_missing(row) {
        true => *value,
        false => value - shifts[member[row] as usize],
    };
    let values = values.iter().enumerate().map(value).collect();
    Some(Feature { values: Values::Numbers { values, missing: missing.clone() }, ..feature.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::design::FeatureKind;

    fn feature(values: Values) -> Feature {
        Feature { name: "x".to_owned(), kind: FeatureKind::Number, values }
    }

    #[test]
    fn group_means_are_equal_over_the_rows_that_taught_them() {
        let missing = (0..60).map(|row| row % 7 == 0).collect();
        let values = (0..60).map(|row| if row % 7 == 0 { 0.0 } else { f64::from(row * row % 23) }).collect();
        let whole = feature(Values::Numbers { values, missing });
        let member: Vec<u32> = (0..60).map(|row| u32::from(row % 3 == 0) + u32::from(row % 5 == 0)).collect();
        let rows: Vec<u32> = (0..40).collect();
        let told = residualize(&whole, &member, &rows).unwrap();
        let mean = |of: &Feature, group: Option<u32>| {
            let here = |row: &u32| group.is_none_or(|group| member[*row as usize] == group);
            let known: Vec<f64> =
                rows.iter().filter(|row| here(row)).filter_map(|row| of.values.number(*row as usize)).collect();
            known.iter().sum::<f64>() / known.len() as f64
        };
        for group in 0..3 {
            assert!((mean(&told, Some(group)) - mean(&whole, None)).abs() < 1e-12);
        }
        assert!((0..60).all(|row| told.values.is_missing(row) == (row % 7 == 0)));
        // order within a group is kept, in rows that taught nothing too
        let within = |row: usize| told.values.number(row).unwrap() - whole.values.number(row).unwrap();
        assert!((within(41) - within(1)).abs() < 1e-12 && member[41] == member[1]);
    }

    #[test]
    fn levels_have_no_mean() {
        let levels = Values::Levels { codes: vec![0, 1], levels: vec!["a".to_owned(), "b".to_owned()] };
        assert_eq!(residualize(&feature(levels), &[0, 1], &[0, 1]), None);
    }
}
