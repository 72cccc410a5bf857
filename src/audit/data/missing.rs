//! Shares of missing values by group.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::Settings;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::stats::interval::wilson;
use crate::stats::ratio::Moments;
use crate::stats::test::fisher_exact_two_sided;

/// Fewer clusters than this in a group are not tested.
const CLUSTERS_MIN: f64 = 20.0;

/// How many values of a column a group lacks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Missing {
    pub column: String,
    pub feature: String,
    pub group: String,
    pub population: Population,
    /// Rows of the group.
    pub n: Option<u64>,
    pub n_missing: Option<u64>,
    /// n_missing ÷ n, with Wilson's interval; `None` for a group without rows.
    pub share: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// The share of all other groups together.
    pub share_of_rest: Option<f64>,
    /// Of the group against the rest, two-sided.
    pub p: Option<f64>,
    pub p_adjusted: Option<f64>,
}

/// Sums over the clusters of one group.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Missing ÷ rows of the group.
    moments: Moments,
    /// Σ a², Σ a b over clusters, with a = missing − mean share × rows in the group, b likewise in the whole cluster.
    aa: f64,
    ab: f64,
}

/// The missing values of a column among `rows` by group; rows of a cluster must stand together.
pub(super) fn by_group(
    grouping: &Grouping,
    (column, population): (&str, Population),
    rows: &[u32],
    cluster: Option<&[u32]>,
    is_missing: &(impl Fn(u32) -> bool + Sync),
    settings: &Settings,
) -> Vec<Missing> {
    let counts = count(grouping, rows, is_missing);
    let total = counts.iter().fold([0, 0], |sum, of| [sum[0] + of[0], sum[1] + of[1]]);
    let clustered = cluster.map(|ids| spread(grouping, rows, ids, is_missing, total));
    let confidence = 1.0 - settings.significance;
    let one = |(group, [n, n_missing]): (usize, [u64; 2])| {
        let rest = [total[0] - n, total[1] - n_missing];
        let (interval, p) = match &clustered {
            None => (wilson(n_missing, n, confidence), exact([n, n_missing], rest)),
            Some((sums, squares)) => {
                // the sandwich knows too little of a group without missing values: clusters never add evidence
                let p = score([n, n_missing], total, &sums[group], *squares);
                let p = p.zip(exact([n, n_missing], rest)).map(|(score, exact)| score.max(exact));
                (sums[group].moments.wilson(confidence), p)
            }
        };
        Missing {
            column: column.to_owned(),
            feature: grouping.feature.clone(),
            group: grouping.groups[group].clone(),
            population,
            n: Some(n),
            n_missing: Some(n_missing),
            share: share([n, n_missing]),
            low: interval.map(|interval| interval.0),
            high: interval.map(|interval| interval.1),
            share_of_rest: share(rest),
            p,
            p_adjusted: None,
        }
    };
    counts.into_iter().enumerate().filter(|(_, [n, _])| *n > 0).map(one).collect()
}

/// Rows and missing values of each group.
fn count(grouping: &Grouping, rows: &[u32], is_missing: &impl Fn(u32) -> bool) -> Vec<[u64; 2]> {
    let mut counts = vec![[0; 2]; grouping.groups.len()];
    for &row in rows {
        let of = grouping.member.get(row as usize).and_then(|group| counts.get_mut(*group as usize));
        let Some(of) = of else { continue };
        of[0] += 1;
        of[1] += u64::from(is_missing(row));
    }
    counts
}

fn share([n, n_missing]: [u64; 2]) -> Option<f64> {
    (n > 0).then(|| n_missing as f64 / n as f64)
}

fn exact([n, n_missing]: [u64; 2], rest: [u64; 2]) -> Option<f64> {
    let is_defined = n > 0 && rest[0] > 0;
    is_defined.then(|| fisher_exact_two_sided(n_missing, n - n_missing, rest[1], rest[0] - rest[1]))
}

/// Sums over clusters by group, and Σ b² and the number of clusters.
fn spread(
    grouping: &Grouping,
    rows: &[u32],
    ids: &[u32],
    is_missing: &impl Fn(u32) -> bool,
    total: [u64; 2],
) -> (Vec<Sums>, [f64; 2]) {
    let mean = share(total).unwrap_or(0.0);
    let mut sums = vec![Sums::default(); grouping.groups.len()];
    let mut whole = [0.0, 0.0];
    let mut parts: Vec<(usize, [f64; 2])> = Vec::new();
    let id = |row: &u32| ids.get(*row as usize);
    for cluster in rows.chunk_by(|a, b| id(a) == id(b)) {
        parts.clear();
        for &row in cluster {
            let Some(group) = grouping.member.get(row as usize).map(|group| *group as usize) else { continue };
            let more = f64::from(u8::from(is_missing(row)));
            match parts.iter_mut().find(|part| part.0 == group) {
                Some((_, part)) => *part = [part[0] + 1.0, part[1] + more],
                None => parts.push((group, [1.0, more])),
            }
        }
        let deviation = |[n, missing]: [f64; 2]| missing - mean * n;
        let b: f64 = parts.iter().map(|part| deviation(part.1)).sum();
        whole = [whole[0] + b * b, whole[1] + 1.0];
        for (group, [n, missing]) in &parts {
            let Some(of) = sums.get_mut(*group) else { continue };
            let a = deviation([*n, *missing]);
            of.moments.add(*missing, *n);
            of.aa += a * a;
            of.ab += a * b;
        }
    }
    (sums, whole)
}

/// Score test of "the group lacks as many as the rest" over clusters: T = missing − mean share × n, its variance the sum
/// over G clusters of (a − p b)² × G / (G − 1) with p the group's share of rows; Student with G − 1 degrees of freedom.
fn score([n, n_missing]: [u64; 2], total: [u64; 2], sums: &Sums, [squares, clusters]: [f64; 2]) -> Option<f64> {
    let of_rows = n as f64 / total[0] as f64;
    let score = n_missing as f64 - share(total)? * n as f64;
    let variance = (sums.aa - 2.0 * of_rows * sums.ab + of_rows * of_rows * squares) * clusters / (clusters - 1.0);
    if sums.moments.units < CLUSTERS_MIN || n == total[0] || variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let student = StudentsT::new(0.0, 1.0, clusters - 1.0).ok()?;
    Some((2.0 * student.sf((score / variance.sqrt()).abs())).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::{count, score, spread};
    use crate::base::groups::Grouping;

    fn grouping(member: Vec<u32>) -> Grouping {
        let (feature, columns) = ("g".to_owned(), vec!["g".to_owned()]);
        Grouping { feature, columns, groups: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], member }
    }

    /// Brute force: every row's (1[group] − p)(missing − mean) summed by cluster.
    #[test]
    fn the_variance_is_that_of_sums_over_clusters() {
        let n = 600u32;
        let grouping = grouping((0..n).map(|row| (row * 7 / 5) % 3).collect());
        let ids: Vec<u32> = (0..n).map(|row| row / 3).collect();
        let is_missing = |row: u32| (row * 31 / 3) % 11 < 2 + grouping.member[row as usize];
        let rows: Vec<u32> = (0..n).collect();
        let counts = count(&grouping, &rows, &is_missing);
        let total = [u64::from(n), counts.iter().map(|of| of[1]).sum()];
        let (sums, whole) = spread(&grouping, &rows, &ids, &is_missing, total);
        for group in 0..3u32 {
            let of = counts[group as usize];
            let (p, mean) = (of[0] as f64 / 600.0, total[1] as f64 / 600.0);
            let term = |row: u32| {
                let inside = f64::from(u8::from(grouping.member[row as usize] == group));
                (inside - p) * (f64::from(u8::from(is_missing(row))) - mean)
            };
            let squares: f64 = (0..200).map(|c| (3 * c..3 * c + 3).map(term).sum::<f64>().powi(2)).sum();
            let t = (0..n).map(term).sum::<f64>() / (squares * 200.0 / 199.0).sqrt();
            let expected = 2.0
                * statrs::distribution::ContinuousCDF::sf(
                    &statrs::distribution::StudentsT::new(0.0, 1.0, 199.0).unwrap(),
                    t.abs(),
                );
            let told = score(of, total, &sums[group as usize], whole).unwrap();
            assert!((told - expected).abs() < 1e-12, "{told} is not {expected}");
        }
    }
}
