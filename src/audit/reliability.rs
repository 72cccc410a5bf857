//! The reliability curve within each group, in bins that are fixed overall.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metrics::Disclosure;
use super::row::Row;
use super::scores::{BINS, Ranked, Scored, Scores};
use super::{Settings, metrics};
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::stats::interval::wilson;
use crate::stats::ratio::Moments;

/// The curve of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reliability {
    pub feature: String,
    pub group: String,
    /// By ascending risk; bins without subjects of the group are left out.
    pub bins: Vec<Bin>,
}

/// Subjects of a group whose risks lie in one of ten ranges, each of which holds a tenth of all of history.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bin {
    pub n: u64,
    pub n_outcomes: u64,
    /// Mean risk.
    pub risk: f64,
    /// Share with the outcome, with Wilson's interval.
    pub observed: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Variance of (observed − risk) by sampling; `None` with fewer than two independent subjects.
    #[serde(skip)]
    pub(super) variance: Option<f64>,
}

/// Sums of a group in one bin; the moments are over rows, or over clusters of rows.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    n: u64,
    n_outcomes: u64,
    risk: f64,
    /// Outcomes ÷ rows.
    rate: Moments,
    /// (outcomes − risks) ÷ rows.
    gap: Moments,
}

impl Sums {
    fn add_row(&mut self, risk: f64, outcome: bool) {
        self.n += 1;
        self.n_outcomes += u64::from(outcome);
        self.risk += risk;
    }

    /// Adds a cluster's rows as one unit.
    fn add_unit(&mut self, unit: &Self) {
        let (n, outcomes) = (unit.n as f64, unit.n_outcomes as f64);
        self.rate.add(outcomes, n);
        self.gap.add(outcomes - unit.risk, n);
    }

    fn bin(&self, clustered: bool, confidence: f64) -> Bin {
        let n = self.n as f64;
        let interval =
            if clustered { self.rate.wilson(confidence) } else { wilson(self.n_outcomes, self.n, confidence) };
        Bin {
            n: self.n,
            n_outcomes: self.n_outcomes,
            risk: self.risk / n,
            observed: self.n_outcomes as f64 / n,
            low: interval.map(|interval| interval.0),
            high: interval.map(|interval| interval.1),
            variance: self.gap.error().map(|error| error * error),
        }
    }
}

/// The bins of the rows at some places.
pub(super) fn bins(ranked: &Ranked, places: &[u32], confidence: f64) -> Vec<Bin> {
    let mut sums = [Sums::default(); BINS];
    for at in places {
        let at = *at as usize;
        let (risk, outcome) = (ranked.risk[at], ranked.outcome[at]);
        let bin = &mut sums[usize::from(ranked.bin[at])];
        bin.add_row(risk, outcome);
        if ranked.cluster.is_none() {
            let mut row = Sums::default();
            row.add_row(risk, outcome);
            bin.add_unit(&row);
        }
    }
    if let Some(ids) = &ranked.cluster {
        add_clusters(ranked, ids, places, &mut sums);
    }
    let clustered = ranked.cluster.is_some();
    sums.iter().filter(|sums| sums.n > 0).map(|sums| sums.bin(clustered, confidence)).collect()
}

fn add_clusters(ranked: &Ranked, ids: &[u32], places: &[u32], sums: &mut [Sums; BINS]) {
    let key = |at: u32| (ranked.bin[at as usize], ids[at as usize]);
    let mut by_cluster: Vec<u32> = places.to_vec();
    by_cluster.sort_unstable_by_key(|at| (key(*at), *at));
    for cluster in by_cluster.chunk_by(|a, b| key(*a) == key(*b)) {
        let mut unit = Sums::default();
        for at in cluster {
            unit.add_row(ranked.risk[*at as usize], ranked.outcome[*at as usize]);
        }
        sums[usize::from(key(cluster[0]).0)].add_unit(&unit);
    }
}

/// Expected calibration error without its bias: √(Σ_b (n_b / n) × ((risk_b − observed_b)² − v_b)), where v_b is what
/// sampling alone adds to the square (Bröcker 2012; Kumar, Liang & Ma 2019); 0 where the sum is negative.
///
/// Bins with fewer than two independent subjects say nothing of v_b and are left out; `None` where that leaves none.
pub(super) fn error(bins: &[Bin]) -> Option<f64> {
    let told = || bins.iter().filter_map(|bin| Some((bin.n as f64, (bin.risk - bin.observed).powi(2) - bin.variance?)));
    let n: f64 = told().map(|(n, _)| n).sum();
    (n > 0.0).then(|| (told().map(|(n, square)| n * square).sum::<f64>() / n).max(0.0).sqrt())
}

/// The curve of every group of a grouping that has subjects in history.
pub(super) fn curves<'a>(grouping: &'a Grouping, scores: &'a Scores) -> impl Iterator<Item = Reliability> + 'a {
    let curve = |(group, scored): (&String, &Scored)| Reliability {
        feature: grouping.feature.clone(),
        group: group.clone(),
        bins: scored.reliability.clone(),
    };
    let of_history = grouping.groups.iter().zip(scores.iter().step_by(2));
    of_history.filter(|(_, scored)| !scored.reliability.is_empty()).map(curve)
}

/// The curves that may be published: those of features of which no group is hidden in `public`, and no bin of any group
/// has fewer than `min_group` subjects with or without the outcome.
///
/// All or none of a feature's curves, because the curve of all subjects together is no secret, and would give a missing
/// one back.
pub fn publish_reliability(curves: &[Reliability], public: &[Row], settings: &Settings) -> Vec<Reliability> {
    let least = settings.min_group as u64;
    let is_hidden = |row: &&Row| {
        let outcomes = metrics::find(&row.metric).is_some_and(|metric| metric.disclosure == Disclosure::Outcomes);
        outcomes && row.suppressed && row.population == Population::History
    };
    let hidden = public.iter().filter(is_hidden).map(|row| &row.feature[..]);
    let is_small = |bin: &Bin| bin.n_outcomes < least || bin.n - bin.n_outcomes < least;
    let n_bins = curves.iter().map(|curve| curve.bins.len()).max();
    let is_thin = |curve: &&Reliability| Some(curve.bins.len()) < n_bins || curve.bins.iter().any(is_small);
    let small = curves.iter().filter(is_thin).map(|curve| &curve.feature[..]);
    let secret: BTreeSet<&str> = hidden.chain(small).collect();
    curves.iter().filter(|curve| !secret.contains(&curve.feature[..])).cloned().collect()
}
