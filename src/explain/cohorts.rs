//! Cohorts: subjects whose scores come about alike, found by k-means on their points.

use linfa::DatasetBase;
use linfa::prelude::Fit;
use linfa_clustering::KMeans;
use ndarray::{Array2, ArrayView1, Axis};

use crate::base::Seed;

/// Fewer subjects are not parted.
const ROWS_MIN: usize = 40;
/// A cohort has at least this share of the subjects.
const SHARE_MIN: f64 = 0.05;
/// Cohorts at most: more are not told apart by a reader.
const N_MAX: usize = 5;
/// Beginnings that are tried for each number of cohorts.
const N_RUNS: usize = 5;
const N_ITERATIONS: u64 = 100;
/// Below this subjects are not said to part (Kaufman and Rousseeuw 1990: "no substantial structure").
const CLARITY_MIN: f64 = 0.25;

/// How subjects part by what their points say.
#[derive(Debug, Clone)]
pub struct Cohorts {
    /// `n_cohorts` × `n_features`: mean points; the largest cohort first.
    centers: Array2<f64>,
    /// Mean simplified silhouette of the subjects, −1 to 1.
    pub clarity: f64,
}

impl Cohorts {
    pub fn n(&self) -> usize {
        self.centers.nrows()
    }

    /// The cohort whose center is nearest; of equally near ones the first.
    pub fn of(&self, points: ArrayView1<'_, f64>) -> usize {
        self.nearest_two(points).0
    }

    /// The nearest cohort, with the squared distances to it and to the next.
    fn nearest_two(&self, points: ArrayView1<'_, f64>) -> (usize, f64, f64) {
        let mut nearest = (0, f64::INFINITY, f64::INFINITY);
        for (cohort, center) in self.centers.rows().into_iter().enumerate() {
            let distance: f64 = center.iter().zip(points).map(|(a, b)| (a - b) * (a - b)).sum();
            if distance < nearest.1 {
                nearest = (cohort, distance, nearest.1);
            } else if distance < nearest.2 {
                nearest.2 = distance;
            }
        }
        nearest
    }
}

/// Parts subjects by their points, `n_subjects` × `n_features`, into two to five cohorts (k-means, the best of five
/// k-means++ beginnings; Arthur and Vassilvitskii 2007): as many as give the highest mean simplified silhouette,
/// (b − a) / max(a, b) with a subject's distances a to its own center and b to the next (Hruschka, de Castro and Campello
/// 2004). `None` for fewer than 40 subjects, where a cohort would hold less than a twentieth of them, and where the
/// silhouette stays below 0.25: then there is nothing to part.
pub fn cohorts(points: &Array2<f64>, seed: Seed) -> Option<Cohorts> {
    if points.nrows() < ROWS_MIN {
        return None;
    }
    let dataset = DatasetBase::from(points.view());
    let parted = (2..=N_MAX).filter_map(|n| {
        let means = KMeans::params_with_rng(n, seed.draws(&format!("{n} cohorts")))
            .n_runs(N_RUNS)
            .max_n_iterations(N_ITERATIONS)
            .tolerance(1e-6)
            .fit(&dataset)
            .ok()?;
        by_size(means.centroids(), points)
    });
    // of equally clear ones the fewest
    let best = parted.reduce(|best, other| if other.clarity > best.clarity { other } else { best });
    best.filter(|best| best.clarity >= CLARITY_MIN)
}

/// `None` where a cohort would be too small.
fn by_size(centers: &Array2<f64>, points: &Array2<f64>) -> Option<Cohorts> {
    let found = Cohorts { centers: centers.clone(), clarity: 0.0 };
    let mut sizes = vec![0usize; centers.nrows()];
    let mut clarity = 0.0;
    for row in points.rows() {
        let (cohort, own, next) = found.nearest_two(row);
        sizes[cohort] += 1;
        let (own, next) = (own.sqrt(), next.sqrt());
        // where all centers are one, nothing is clear
        clarity += if next > 0.0 { (next - own) / next } else { 0.0 };
    }
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|a, b| sizes[*b].cmp(&sizes[*a]).then(a.cmp(b)));
    let is_large = |size: &usize| *size as f64 >= SHARE_MIN * points.nrows() as f64;
    sizes
        .iter()
        .all(is_large)
        .then(|| Cohorts { centers: centers.select(Axis(0), &order), clarity: clarity / points.nrows() as f64 })
}

#[cfg(test)]
mod tests {
    use ndarray::ShapeBuilder;

    use super::*;

    /// Numbers between 0 and 1 that look like chance.
    fn chance(at: usize) -> f64 {
        (Seed(5).hash(&at.to_le_bytes()) >> 11) as f64 / (1u64 << 53) as f64
    }

    #[test]
    fn planted_cohorts_are_found_with_their_members_the_largest_first() {
        let planted = |row: usize| [0, 1, 1, 2, 2, 2][row % 6];
        let points = Array2::from_shape_fn((600, 4), |(row, column)| {
            let center = if planted(row) == column { 12.0 } else { 0.0 };
            center + 2.0 * chance(row * 4 + column)
        });
        let found = cohorts(&points, Seed(1)).unwrap();
        assert_eq!(found.n(), 3);
        for (row, points) in points.rows().into_iter().enumerate() {
            assert_eq!(found.of(points), 2 - planted(row));
        }
        assert!(found.clarity > 0.8, "{}", found.clarity);
    }

    #[test]
    fn what_does_not_part_is_not_parted() {
        let cloud = Array2::from_shape_fn((500, 12), |(row, column)| chance(row * 12 + column));
        assert!(cohorts(&cloud, Seed(1)).is_none());
        assert!(cohorts(&Array2::zeros((500, 3)), Seed(1)).is_none());
        let two = Array2::from_shape_fn((30, 2), |(row, _)| (row % 2) as f64);
        assert!(cohorts(&two, Seed(1)).is_none(), "too few");
        // one far away is no cohort
        let mut lone = cloud.clone();
        lone.row_mut(0).fill(1e3);
        assert!(cohorts(&lone, Seed(1)).is_none());
    }

    #[test]
    fn the_layout_of_the_points_does_not_matter() {
        let planted = |(row, column): (usize, usize)| if row % 2 == column { 5.0 } else { chance(row) };
        let by_row = Array2::from_shape_fn((100, 2), planted);
        let by_column = Array2::from_shape_fn((100, 2).f(), planted);
        let (a, b) = (cohorts(&by_row, Seed(3)).unwrap(), cohorts(&by_column, Seed(3)).unwrap());
        assert_eq!((a.centers, a.clarity), (b.centers, b.clarity));
    }
}
