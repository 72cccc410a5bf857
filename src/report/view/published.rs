//! `audit_public.json` as pages read it: the figures on them are those of the file.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::audit::{Condition, Reliability, Row};
use crate::base::population::Population;
use crate::base::units::{Effect, Pillar};

/// A published audit, as far as pages print it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PublicAudit {
    pub policy: Policy,
    pub rows: Vec<Row>,
    #[serde(default)]
    pub reliability: Vec<Reliability>,
    pub data: DataFigures,
    #[serde(default)]
    pub drivers: Vec<GapFigures>,
    #[serde(default)]
    pub proxies: Vec<ProxyFigures>,
    #[serde(default)]
    pub slices: Option<SliceFigures>,
    #[serde(default)]
    pub mitigations: Vec<MitigationFigures>,
}

/// What verdicts are held against.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Policy {
    pub reference: String,
    pub significance: f64,
    pub confidence: Confidence,
    pub correction: String,
    pub min_group: u64,
    pub control: Vec<String>,
    pub limits: BTreeMap<String, f64>,
    pub effect: Option<Effect>,
}

/// Levels of intervals.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Confidence {
    pub rates: f64,
    pub comparisons: f64,
}

/// Bias of the data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DataFigures {
    pub representation: Vec<RepresentationFigures>,
    #[serde(default)]
    pub base_rates: Vec<Row>,
}

/// Who is in the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RepresentationFigures {
    pub feature: String,
    pub population: Population,
    pub n: Option<u64>,
    pub groups: Vec<ShareFigures>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ShareFigures {
    pub group: String,
    pub n: Option<u64>,
    pub share: Option<f64>,
    /// Of the declared population.
    pub declared: Option<f64>,
    pub verdict: Option<String>,
}

/// What a gap in mean score is made of, in points.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct GapFigures {
    pub feature: String,
    pub group: String,
    pub reference: String,
    pub population: Population,
    pub gap: f64,
    pub gap_low: Option<f64>,
    pub gap_high: Option<f64>,
    pub between_folds: f64,
    pub columns: Vec<DriverFigures>,
    pub others: Option<OtherFigures>,
    pub pillars: Vec<PillarFigures>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DriverFigures {
    pub feature: String,
    pub points: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct OtherFigures {
    pub n: usize,
    pub points: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct PillarFigures {
    pub pillar: Option<Pillar>,
    pub points: f64,
}

/// How well columns tell the groups of a sensitive feature.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ProxyFigures {
    pub feature: String,
    pub columns: Vec<ProxyColumn>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ProxyColumn {
    pub column: String,
    pub group: String,
    pub auc: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// `proxy`, `none_found`, ….
    pub state: String,
}

/// Slices whose risks are wrong.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SliceFigures {
    pub n_slices: usize,
    pub slices: Vec<Slice>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Slice {
    pub conditions: Vec<Condition>,
    pub n: u64,
    pub observed: u64,
    pub expected: f64,
    pub p_adjusted: f64,
    pub weak: bool,
}

/// What a way of narrowing gaps leaves and brings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MitigationFigures {
    pub mitigation: String,
    pub feature: String,
    pub available: bool,
    pub reason: Option<String>,
    pub warning: Option<String>,
    #[serde(default)]
    pub columns: Vec<String>,
    pub profit: Option<f64>,
    pub n_found: Option<u64>,
    pub gaps: Option<GapsLeft>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct GapsLeft {
    pub selection_rate_ratio_min: Option<f64>,
    pub selection_rate_difference: Option<f64>,
    pub true_positive_rate_difference: Option<f64>,
    pub false_positive_rate_difference: Option<f64>,
    pub mean_risk_difference: Option<f64>,
}
