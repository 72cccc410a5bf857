//! What two source columns add to the margin together, beyond what each adds alone.

use serde::{Deserialize, Serialize};

use super::column::{Cell, Column, Lookup};
use crate::base::design::Value;

/// A table over the bins of two columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    pub features: [String; 2],
    pub axes: [Axis; 2],
    /// Whether an axis has one bin more, the last, for rows whose value is missing.
    #[serde(default)]
    pub missing: [bool; 2],
    /// Cells of the first column's bins, one after the other, each with all bins of the second column. A row whose
    /// value in either column is missing where no bin holds that, or a level that the model never saw, gets nothing.
    pub values: Vec<f64>,
    /// Mean of the table over the background, in margin units.
    pub mean: f64,
}

/// The bins of one column of a pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Ascending; bin i holds what is at most `edges[i]` and above the edge before.
    Edges(Vec<f64>),
    /// Levels in bins of one or more.
    Levels(Vec<Vec<String>>),
}

impl Axis {
    /// Bins of known values.
    pub fn n_bins(&self) -> usize {
        match self {
            Self::Edges(edges) => edges.len() + 1,
            Self::Levels(bins) => bins.len(),
        }
    }

    fn bind<'a>(&'a self, name: &str, missing: bool, lookup: &mut Lookup<'a>) -> Option<BoundAxis<'a>> {
        let missing = missing.then_some(self.n_bins());
        match self {
            Self::Edges(edges) => {
                let column = lookup.column(name, "numbers", |values| Column::bind(values, None))?;
                Some(BoundAxis { column, edges, bins: Vec::new(), missing })
            }
            Self::Levels(of_bins) => {
                let levels: Vec<String> = of_bins.iter().flatten().cloned().collect();
                let bins = of_bins.iter().zip(0usize..).flat_map(|(levels, bin)| levels.iter().map(move |_| bin));
                let column = lookup.column(name, "text", |values| Column::bind(values, Some(&levels)))?;
                Some(BoundAxis { column, edges: &[], bins: bins.collect(), missing })
            }
        }
    }
}

/// A pair looked up in one design.
#[derive(Debug, Clone)]
pub struct BoundPair<'a> {
    pub axes: [BoundAxis<'a>; 2],
    /// Bins of the second axis.
    pub n_second: usize,
    pub values: &'a [f64],
}

/// An axis of a pair looked up in one design.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundAxis<'a> {
    pub column: Column<'a>,
    /// Of a column of numbers.
    pub edges: &'a [f64],
    /// The bin of each known level.
    pub bins: Vec<usize>,
    /// The bin of missing values.
    pub missing: Option<usize>,
}

impl BoundAxis<'_> {
    /// The bin of `row`; `None` where its value has none.
    pub fn bin(&self, row: usize) -> Option<usize> {
        match self.column.cell(row) {
            Cell::Number(number) => Some(self.edges.partition_point(|edge| *edge < number)),
            Cell::Level(level) => self.bins.get(level as usize).copied(),
            Cell::Missing => self.missing,
            Cell::Unseen => None,
        }
    }
}

impl Pair {
    /// Bins of both axes, those of missing values included.
    pub fn n_bins(&self) -> [usize; 2] {
        [0, 1].map(|axis| self.axes[axis].n_bins() + usize::from(self.missing[axis]))
    }

    /// The bin of a value on one of the axes; `None` where it has none.
    pub fn bin(&self, axis: usize, value: &Value) -> Option<usize> {
        match (&self.axes[axis], value) {
            (Axis::Edges(edges), Value::Number(number)) => Some(edges.partition_point(|edge| edge < number)),
            (Axis::Levels(bins), Value::Level(level)) => bins.iter().position(|bin| bin.contains(level)),
            (axis_bins, Value::Missing) => self.missing[axis].then(|| axis_bins.n_bins()),
            _ => None,
        }
    }

    /// What the pair adds to the margin in these bins; 0 where a value has none.
    pub fn cell(&self, first: Option<usize>, second: Option<usize>) -> f64 {
        first.zip(second).map_or(0.0, |(first, second)| self.values[first * self.n_bins()[1] + second])
    }

    pub(super) fn bind<'a>(&'a self, lookup: &mut Lookup<'a>) -> Option<BoundPair<'a>> {
        let first = self.axes[0].bind(&self.features[0], self.missing[0], lookup);
        let second = self.axes[1].bind(&self.features[1], self.missing[1], lookup);
        Some(BoundPair { axes: [first?, second?], n_second: self.n_bins()[1], values: &self.values })
    }
}

impl BoundPair<'_> {
    /// What the pair adds to the margin of `row`; 0 where a value has no bin.
    pub fn value(&self, row: usize) -> f64 {
        self.cell(row).map_or(0.0, |(first, second)| self.values[first * self.n_second + second])
    }

    /// The bin of `row` on each axis; `None` where its value has none.
    pub fn bins(&self, row: usize) -> [Option<usize>; 2] {
        [self.axes[0].bin(row), self.axes[1].bin(row)]
    }

    /// The bins of `row`; `None` where a value has none.
    pub fn cell(&self, row: usize) -> Option<(usize, usize)> {
        self.axes[0].bin(row).zip(self.axes[1].bin(row))
    }
}
