//! Scores and groups to the long audit table.
//!
//! [`disaggregate`] counts every metric of [`METRICS`] by group; [`publish`] takes out what would tell of single
//! subjects, [`pool`] tells of hidden groups together; [`csv`] writes what is left.

mod cells;
mod compare;
mod csv;
mod disaggregate;
mod echelon;
mod measured;
pub mod metrics;
mod pool;
mod publish;
mod row;
mod sums;

use std::collections::BTreeMap;

pub use cells::{Cell, Subjects};
pub use csv::csv;
pub use disaggregate::{Disaggregated, GROUPS_MAX, Link, MISSING, disaggregate};
pub use metrics::{METRICS, Metric};
pub use pool::pool;
pub use publish::publish;
pub use row::Row;

use crate::base::units::Effect;

/// The policy of the audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub reference: Reference,
    /// Whether being selected helps: which selection rate is best.
    pub effect: Effect,
    pub significance: f64,
    pub correction: Correction,
    /// Cells with fewer subjects are not published.
    pub min_group: usize,
    /// Legitimate factors to condition on.
    pub control: Vec<String>,
    /// Metric → lowest allowed ratio to the reference group; the highest is its inverse.
    pub limits: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    Largest,
    Best,
    Overall,
    Named(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    Holm,
    BenjaminiHochberg,
    None,
}
