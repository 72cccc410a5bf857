//! Sums of points by group, block by block.

use rayon::prelude::*;

use crate::audit::cells::POPULATIONS;
use crate::base::attributions::Attributions;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::stats::parts::{PARTS_MAX, Parts};
use crate::stats::welch::Sample;

/// Sums that are kept at most because of parts: 64 MB.
const SUMS_MAX: usize = 1 << 22;
/// The place of a row that is in no sum.
const NOWHERE: u32 = u32::MAX;

/// What a sum is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Score,
    Base,
    Column(usize),
}

/// Σ and Σ² of score, base score and points by grouping, population and group.
///
/// Where rows are clustered, sums are also kept by part ([`crate::stats::parts`]). Memory: 16 bytes for each part, group,
/// population and column; a table so wide that this would be more than 64 MB has fewer parts, and below 10 of them no
/// intervals. Time: one addition of two numbers for each row, grouping, and column that any model asks about.
pub struct GroupPoints {
    /// Where each grouping's sums begin; closed by their number.
    begins: Vec<usize>,
    n_groups: Vec<usize>,
    n_parts: usize,
    is_clustered: bool,
    /// Subjects, by place.
    n: Vec<u64>,
    /// Score, base score, then every column: Σ and Σ², by place.
    sums: Vec<Vec<[f64; 2]>>,
}

impl GroupPoints {
    /// No sums yet, of some groupings and so many columns; `n_clusters`: how many, where rows are clustered.
    pub fn new(groupings: &[&Grouping], n_columns: usize, n_clusters: Option<usize>) -> Self {
        let n_groups: Vec<usize> = groupings.iter().map(|grouping| grouping.groups.len()).collect();
        let n_places = 2 * n_groups.iter().sum::<usize>();
        let room = SUMS_MAX / (n_places * (n_columns + 2)).max(1);
        let n_parts = n_clusters.map_or(1, |n| n.min(PARTS_MAX).min(room).max(1));
        let mut begins = vec![0];
        for n in &n_groups {
            begins.push(begins[begins.len() - 1] + 2 * n * n_parts);
        }
        let n_sums = begins[n_groups.len()];
        let sums = vec![vec![[0.0; 2]; n_sums]; if n_sums > 0 { n_columns + 2 } else { 0 }];
        Self { begins, n_groups, n_parts, is_clustered: n_clusters.is_some(), n: vec![0; n_sums], sums }
    }

    fn place(&self, grouping: usize, population: Population, part: usize, group: usize) -> usize {
        let today = usize::from(population == POPULATIONS[1]);
        self.begins[grouping] + (today * self.n_parts + part) * self.n_groups[grouping] + group
    }

    /// Adds a block: `rows` are those of the table that its attributions are of, in their order. Each column is added for
    /// itself and in the order of the rows, so that threads change no bit.
    pub fn add(&mut self, block: &Attributions, rows: &[u32], groupings: &[&Grouping], who: &Who<'_>) {
        if self.n.is_empty() {
            return;
        }
        let places: Vec<Vec<u32>> = groupings
            .iter()
            .enumerate()
            .map(|(at, grouping)| rows.iter().map(|row| self.place_of(at, grouping, who, *row as usize)).collect())
            .collect();
        for place in places.iter().flatten().filter(|place| **place != NOWHERE) {
            self.n[*place as usize] += 1;
        }
        self.sums.par_iter_mut().enumerate().for_each(|(kind, sums)| match kind {
            0 => add(sums, &block.score, &places),
            1 => add(sums, &block.base_score, &places),
            _ => {
                let points = block.points.column(kind - 2);
                // what no model asks about adds nothing
                if points.iter().any(|points| *points != 0.0) {
                    match points.as_slice() {
                        Some(points) => add(sums, points, &places),
                        None => add(sums, &points.to_vec(), &places),
                    }
                }
            }
        });
    }

    fn place_of(&self, at: usize, grouping: &Grouping, who: &Who<'_>, row: usize) -> u32 {
        let population = who.population[row];
        let group = grouping.member.get(row).map(|group| *group as usize);
        let group = group.filter(|group| *group < self.n_groups[at] && POPULATIONS.contains(&population));
        let part = who.cluster.get(row).map_or(0, |cluster| *cluster as usize % self.n_parts);
        group.map_or(NOWHERE, |group| self.place(at, population, part, group) as u32)
    }

    /// One side of a gap: a group, or all (`None`).
    pub(super) fn side(&self, grouping: usize, population: Population, group: Option<usize>) -> Side<'_> {
        let groups = group.map_or(0..self.n_groups[grouping], |group| group..group + 1);
        let of_part = |part: usize| groups.clone().map(move |group| self.place(grouping, population, part, group));
        Side {
            points: self,
            is_all: group.is_none(),
            parts: (0..self.n_parts).map(|part| of_part(part).collect()).collect(),
        }
    }
}

fn add(sums: &mut [[f64; 2]], values: &[f64], places: &[Vec<u32>]) {
    for places in places {
        for (place, value) in places.iter().zip(values) {
            if let Some(sum) = sums.get_mut(*place as usize) {
                sum[0] += value;
                sum[1] += value * value;
            }
        }
    }
}

/// Who the rows of the table are.
pub struct Who<'a> {
    pub population: &'a [Population],
    /// Rows that share a number are not independent.
    pub cluster: &'a [u32],
}

/// Some subjects, by part the places of their sums.
pub(super) struct Side<'a> {
    points: &'a GroupPoints,
    is_all: bool,
    parts: Vec<Vec<usize>>,
}

impl Side<'_> {
    pub(super) fn n(&self) -> u64 {
        self.parts.iter().flatten().map(|place| self.points.n[*place]).sum()
    }

    /// The sums by part.
    fn sums(&self, kind: Kind) -> Parts {
        let sums = &self.points.sums[match kind {
            Kind::Score => 0,
            Kind::Base => 1,
            Kind::Column(column) => column + 2,
        }];
        let sample = |places: &Vec<usize>| {
            places.iter().fold(Sample::default(), |all, place| Sample {
                n: all.n + self.points.n[*place] as f64,
                sum: all.sum + sums[*place][0],
                square: all.square + sums[*place][1],
            })
        };
        Parts { independent: !self.points.is_clustered, samples: self.parts.iter().map(sample).collect() }
    }

    /// The mean, 0 without subjects.
    pub(super) fn mean(&self, kind: Kind) -> f64 {
        self.sums(kind).total().mean().unwrap_or_default()
    }

    /// The interval of the difference of means. All subjects together hold the group: its mean less theirs is
    /// (1 − its share) × (its mean less that of the rest).
    pub(super) fn interval(&self, reference: &Self, kind: Kind, confidence: f64) -> Option<(f64, f64)> {
        let (own, other) = (self.sums(kind), reference.sums(kind));
        if !reference.is_all {
            return own.difference(&other)?.interval(confidence);
        }
        let share = own.total().n / other.total().n;
        let (low, high) = own.difference(&other.without(&own))?.interval(confidence)?;
        Some(((1.0 - share) * low, (1.0 - share) * high))
    }
}
