//! What acting would have brought: the what-if of costs, on past subjects with known outcomes.

use serde::{Deserialize, Serialize};

use super::Costs;
use crate::base::units::Estimate;
use crate::stats::clusters::Clusters;
use crate::stats::interval::mean_of;

/// Points of the curve, evenly spaced in the share of subjects acted on.
const N_POINTS: usize = 20;
const CONFIDENCE: f64 = 0.95;

/// Said wherever profits are: what they are not.
pub const STATEMENT: &str = "This is a what-if: it takes the stated success of acting for granted. Without data on who was \
                             treated and what became of them, nothing here says what acting causes.";

/// A past subject with its cross-fitted risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    pub risk: f64,
    pub outcome: bool,
    /// Money at stake; `None` where it is not known.
    pub value: Option<f64>,
}

/// What acting on the riskiest share of past subjects would have brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfitPoint {
    /// Subjects acted on, of all; equal risks are acted on together, so shares need not be round.
    pub share: f64,
    /// The lowest risk that is acted on.
    pub cut: f64,
    pub n_selected: u64,
    /// Mean over all subjects of what risks had promised: success × risk × loss − cost of those acted on.
    pub expected: f64,
    /// Mean over all subjects by what happened: success × loss of those acted on who had the outcome, less the cost of
    /// each. 95 % interval of a mean (Student's, clustered where ids repeat); it knows nothing of how uncertain the success is.
    pub by_outcomes: Estimate,
}

/// The curve of profits over the share that is acted on, from few to all. Empty without subjects.
///
/// A subject without a known loss adds its cost only. `clusters` has one entry per subject.
pub fn profit_curve(past: &[Past], costs: &Costs, clusters: Option<&Clusters>) -> Vec<ProfitPoint> {
    let mut risks: Vec<f64> = past.iter().map(|past| past.risk).collect();
    risks.sort_unstable_by(|a, b| b.total_cmp(a));
    let place = |point: usize| (risks.len() * point).div_ceil(N_POINTS).max(1) - 1;
    let mut cuts: Vec<f64> = (1..=N_POINTS).filter_map(|point| risks.get(place(point)).copied()).collect();
    cuts.dedup();
    cuts.into_iter().map(|cut| profit_at(past, costs, cut, clusters)).collect()
}

/// What acting on all at or above a risk would have brought.
pub fn profit_at(past: &[Past], costs: &Costs, cut: f64, clusters: Option<&Clusters>) -> ProfitPoint {
    let selected: Vec<bool> = past.iter().map(|past| past.risk >= cut).collect();
    profit_of(past, &selected, costs, cut, clusters)
}

/// Likewise on those who are selected, by whatever cuts; `cut` is the common one.
pub fn profit_of(
    past: &[Past],
    is_selected: &[bool],
    costs: &Costs,
    cut: f64,
    clusters: Option<&Clusters>,
) -> ProfitPoint {
    let n = past.len().max(1) as f64;
    let selected = || past.iter().zip(is_selected).filter(|(_, selected)| **selected).map(|(past, _)| past);
    let by_outcome = |(past, selected): (&Past, &bool)| {
        let gain = if past.outcome { costs.success * costs.outcome.or(past.value).unwrap_or(0.0) } else { 0.0 };
        if *selected { gain - costs.intervention } else { 0.0 }
    };
    let profits: Vec<f64> = past.iter().zip(is_selected).map(by_outcome).collect();
    let n_selected = selected().count();
    ProfitPoint {
        share: n_selected as f64 / n,
        cut,
        n_selected: n_selected as u64,
        expected: selected().map(|past| costs.net_benefit(past.risk, past.value)).sum::<f64>() / n,
        by_outcomes: mean_of(&profits, clusters, CONFIDENCE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_that_of_counting_by_hand() {
        let past: Vec<Past> = (0..40)
            .map(|at| Past { risk: f64::from(at) / 40.0, outcome: at % 4 == 3 || at > 35, value: Some(100.0) })
            .collect();
        let costs = Costs { intervention: 10.0, success: 0.5, outcome: None };
        let curve = profit_curve(&past, &costs, None);
        assert_eq!(curve.len(), 20);
        for point in &curve {
            let selected: Vec<&Past> = past.iter().filter(|past| past.risk >= point.cut).collect();
            let n_outcomes = selected.iter().filter(|past| past.outcome).count();
            let profit = (n_outcomes as f64 * 50.0 - selected.len() as f64 * 10.0) / 40.0;
            assert!((point.by_outcomes.value.unwrap() - profit).abs() < 1e-12);
            assert_eq!(point.n_selected as usize, selected.len());
        }
        assert!((curve[19].share - 1.0).abs() < 1e-12);
        assert!(curve[3].by_outcomes.low < curve[3].by_outcomes.value);
        assert!(profit_curve(&[], &costs, None).is_empty());
    }
}
