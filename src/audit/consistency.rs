//! Whether alike subjects are treated alike.

use linfa::Float;
use linfa_nn::distance::Distance;
use linfa_nn::{LinearSearch, NearestNeighbour};
use ndarray::{Array2, ArrayView, Dimension};
use rand::RngExt;
use rayon::prelude::*;

use crate::base::Seed;
use crate::base::design::{Design, MISSING, Values};

/// Neighbors of a subject that are looked at.
const NEIGHBORS: usize = 5;
/// More subjects are drawn from, so that the search stays short.
const SUBJECTS_MAX: usize = 2_000;

/// Consistency (Zemel, Wu, Swersky, Pitassi & Dwork 2013): 1 − mean |ŷᵢ − mean ŷ of the five nearest others|, ŷ = 1 where
/// selected. 1: alike subjects are treated alike.
///
/// Alike is what the design says: numbers in standard deviations, and a distance of 1 for another level or where one of
/// two is missing; subjects among `rows` of whom it is not known whether they are selected are left out. Of more than
/// 2,000 a seeded sample is looked at, neighbors too: all the nearer a neighbor may be. No interval: neighbors overlap, and
/// the figure says nothing of a population. `None` for fewer than six subjects or a design without features.
pub fn consistency(design: &Design, selected: &[Option<bool>], rows: &[u32], seed: Seed) -> Option<f64> {
    let is_selected = |row: u32| selected.get(row as usize).copied().flatten();
    let mut rows: Vec<u32> = rows.iter().copied().filter(|row| is_selected(*row).is_some()).collect();
    draw(&mut rows, seed);
    let answers: Vec<f64> =
        rows.iter().filter_map(|row| is_selected(*row)).map(|yes| f64::from(u8::from(yes))).collect();
    if rows.len() <= NEIGHBORS || design.features.is_empty() {
        return None;
    }
    let (points, n_numbers) = encode(design, &rows);
    let index = LinearSearch::new().from_batch(&points, Mixed { n_numbers }).ok()?;
    let gap = |subject: usize| {
        // the nearest is mostly the subject itself
        let nearest = index.k_nearest(points.row(subject), NEIGHBORS + 1).ok()?;
        let others = nearest.iter().map(|(_, other)| *other).filter(|other| *other != subject).take(NEIGHBORS);
        let mean = others.map(|other| answers[other]).sum::<f64>() / NEIGHBORS as f64;
        Some((answers[subject] - mean).abs())
    };
    let gaps: Option<Vec<f64>> = (0..rows.len()).into_par_iter().map(gap).collect();
    gaps.map(|gaps| 1.0 - gaps.iter().sum::<f64>() / gaps.len() as f64)
}

/// Keeps at most [`SUBJECTS_MAX`] rows, drawn without replacement, in their order.
fn draw(rows: &mut Vec<u32>, seed: Seed) {
    if rows.len() > SUBJECTS_MAX {
        let mut stream = seed.stream("consistency");
        for place in 0..SUBJECTS_MAX {
            let other = stream.random_range(place..rows.len());
            rows.swap(place, other);
        }
        rows.truncate(SUBJECTS_MAX);
        rows.sort_unstable();
    }
}

/// One row per subject: numbers in standard deviations, whether each is missing, then the codes of levels; and how many
/// of the columns are numbers.
fn encode(design: &Design, rows: &[u32]) -> (Array2<f64>, usize) {
    let mut numbers: Vec<Vec<f64>> = Vec::new();
    let mut codes: Vec<Vec<f64>> = Vec::new();
    for feature in &design.features {
        match &feature.values {
            Values::Numbers { missing, .. } => {
                let own: Vec<Option<f64>> = rows.iter().map(|row| feature.values.number(*row as usize)).collect();
                numbers.push(standardized(&own));
                if !missing.is_empty() {
                    codes.push(own.iter().map(|value| f64::from(u8::from(value.is_none()))).collect());
                }
            }
            Values::Levels { codes: own, .. } => codes.push(
                rows.iter()
                    .map(|row| own[*row as usize])
                    .map(|code| if code == MISSING { -1.0 } else { code.into() })
                    .collect(),
            ),
        }
    }
    let n_numbers = numbers.len();
    numbers.extend(codes);
    (Array2::from_shape_fn((rows.len(), numbers.len()), |(row, column)| numbers[column][row]), n_numbers)
}

/// In standard deviations from the mean; missing ones are at the mean, and all are where they do not vary.
fn standardized(values: &[Option<f64>]) -> Vec<f64> {
    let known = || values.iter().flatten();
    let n = known().count() as f64;
    let mean = known().sum::<f64>() / n;
    let deviation = (known().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    let one = |value: &Option<f64>| value.filter(|_| deviation > 0.0).map_or(0.0, |value| (value - mean) / deviation);
    values.iter().map(one).collect()
}

/// Squared differences of numbers, and 1 for each level that is another.
#[derive(Debug, Clone)]
struct Mixed {
    n_numbers: usize,
}

impl<F: Float> Distance<F> for Mixed {
    fn distance<D: Dimension>(&self, a: ArrayView<F, D>, b: ArrayView<F, D>) -> F {
        self.rdist_to_dist(self.rdistance(a, b))
    }

    fn rdistance<D: Dimension>(&self, a: ArrayView<F, D>, b: ArrayView<F, D>) -> F {
        let mut square = F::zero();
        for (column, (a, b)) in a.iter().zip(b.iter()).enumerate() {
            if column < self.n_numbers {
                square += (*a - *b) * (*a - *b);
            } else if *a != *b {
                square += F::one();
            }
        }
        square
    }

    fn rdist_to_dist(&self, rdist: F) -> F {
        rdist.sqrt()
    }

    fn dist_to_rdist(&self, dist: F) -> F {
        dist * dist
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::design::{Feature, FeatureKind};

    fn numbers(name: &str, values: Vec<f64>) -> Feature {
        Feature {
            name: name.to_owned(),
            kind: FeatureKind::Number,
            values: Values::Numbers { values, missing: Vec::new() },
        }
    }

    fn design(features: Vec<Feature>, n_subjects: usize) -> Design {
        Design { n_subjects, features }
    }

    #[test]
    fn neighbors_that_are_treated_alike_are_consistent() {
        // two heaps far apart, ten each, with growing gaps so that no two are equally near
        let place: Vec<f64> = (0..20).map(|i| f64::from(i / 10) * 1000.0 + f64::from((i % 10) * (i % 10))).collect();
        let heaps = design(vec![numbers("place", place)], 20);
        let rows: Vec<u32> = (0..20).collect();
        let by_heap: Vec<Option<bool>> = (0..20).map(|i| Some(i < 10)).collect();
        assert_eq!(consistency(&heaps, &by_heap, &rows, Seed(1)), Some(1.0));
        let mut one_out = by_heap;
        one_out[0] = Some(false);
        // the one is 1 away from its neighbors, and 1/5 in each mean that it is part of: rows 1 to 4 and no others
        let expected = 1.0 - (1.0 + 4.0 / 5.0) / 20.0;
        assert!((consistency(&heaps, &one_out, &rows, Seed(1)).unwrap() - expected).abs() < 1e-12);
        assert_eq!(consistency(&heaps, &one_out, &rows[..5], Seed(1)), None);
        assert_eq!(consistency(&design(Vec::new(), 20), &one_out, &rows, Seed(1)), None);
    }

    #[test]
    fn a_level_counts_whether_it_is_the_same() {
        let codes = (0..12).map(|i| if i % 2 == 0 { 7 } else { MISSING }).collect();
        let levels = Values::Levels { codes, levels: vec![String::new(); 8] };
        let feature = Feature { name: "kind".to_owned(), kind: FeatureKind::Level, values: levels };
        let by_level: Vec<Option<bool>> = (0..12).map(|i| Some(i % 2 == 0)).collect();
        let rows: Vec<u32> = (0..12).collect();
        assert_eq!(consistency(&design(vec![feature], 12), &by_level, &rows, Seed(1)), Some(1.0));
    }

    #[test]
    fn a_sample_depends_on_the_seed_only() {
        let n = 2 * SUBJECTS_MAX as u32;
        let place = design(vec![numbers("place", (0..n).map(|i| f64::from(i % 97)).collect())], n as usize);
        let selected: Vec<Option<bool>> = (0..n).map(|i| Some(i % 97 > 40)).collect();
        let rows: Vec<u32> = (0..n).collect();
        let told = consistency(&place, &selected, &rows, Seed(3)).unwrap();
        assert!(told > 0.9, "{told}");
        assert_eq!(consistency(&place, &selected, &rows, Seed(3)), Some(told));
    }
}
