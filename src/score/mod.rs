//! Calibrated risk to score, band, selection, rank and money at stake.

use crate::base::cuts::Cuts;
use crate::base::units::{Band, Effect};

/// How scores are cut, and what follows from being cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub bands: Bands,
    /// Subjects in this band or above are selected.
    pub selected_from: Band,
    pub effect: Effect,
}

/// Where the bands begin.
#[derive(Debug, Clone, PartialEq)]
pub enum Bands {
    /// Lowest risk of each band, 0 to 1, ascending.
    Limits { elevated: f64, high: f64, critical: f64 },
    /// So many of today's subjects are `high`, the rest `low`.
    Capacity(usize),
    /// One cut, named `high`, where acting pays.
    Costs(Costs),
}

/// What acting costs and brings, in the portfolio's currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Of acting on one subject.
    pub intervention: f64,
    /// Probability that acting averts the outcome, 0 to 1.
    pub success: f64,
    /// Lost with one outcome; `None`: the subject's own `value`.
    pub outcome: Option<f64>,
}

/// The cuts that the settings ask for. Those of a capacity or of costs are set on the subjects given here (today's,
/// or all history where nobody is open), as (risk, value).
///
/// Capacity: the risk of the k-th highest; nobody is `high` where the capacity is 0. Costs: the risk at which the
/// sum of expected net benefits of all at or above it is highest; a subject without value adds its cost only.
pub fn set_cuts(bands: &Bands, subjects: &[(f64, Option<f64>)]) -> Cuts {
    let one = |high| Cuts { elevated: None, high, critical: None };
    match bands {
        Bands::Limits { elevated, high, critical } => {
            Cuts { elevated: Some(*elevated), high: *high, critical: Some(*critical) }
        }
        Bands::Capacity(capacity) => one(kth_highest(subjects, *capacity)),
        Bands::Costs(costs) => one(most_profitable(subjects, costs)),
    }
}

impl Costs {
    /// Expected gain of acting on one subject: success × risk × loss − cost.
    pub fn net_benefit(&self, risk: f64, value: Option<f64>) -> f64 {
        self.success * risk * self.outcome.or(value).unwrap_or(0.0) - self.intervention
    }
}

/// Above every risk, so that nobody is cut off.
const NOBODY: f64 = 2.0;

fn kth_highest(subjects: &[(f64, Option<f64>)], k: usize) -> f64 {
    let mut risks: Vec<f64> = subjects.iter().map(|(risk, _)| *risk).collect();
    risks.sort_unstable_by(|a, b| b.total_cmp(a));
    match k.checked_sub(1) {
        None => NOBODY,
        Some(last) => risks.get(last).or(risks.last()).copied().unwrap_or(NOBODY),
    }
}

fn most_profitable(subjects: &[(f64, Option<f64>)], costs: &Costs) -> f64 {
    let mut order: Vec<&(f64, Option<f64>)> = subjects.iter().collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut best, mut cut, mut profit) = (0.0, NOBODY, 0.0);
    for (place, (risk, value)) in order.iter().enumerate() {
        profit += costs.net_benefit(*risk, *value);
        let is_last_of_risk = order.get(place + 1).is_none_or(|next| next.0 < *risk);
        if is_last_of_risk && profit > best {
            (best, cut) = (profit, *risk);
        }
    }
    cut
}

/// The place of each of today's subjects, 1 first: by expected net benefit where costs are given, else by risk; ties by
/// row, that is by key. `subjects` are (row, risk, value); the result pairs rows with places.
pub fn rank(bands: &Bands, subjects: &[(u32, f64, Option<f64>)]) -> Vec<(u32, u32)> {
    let worth = |risk: f64, value: Option<f64>| match bands {
        Bands::Costs(costs) => costs.net_benefit(risk, value),
        _ => risk,
    };
    let mut order: Vec<(f64, u32)> = subjects.iter().map(|&(row, risk, value)| (worth(risk, value), row)).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    order.into_iter().zip(1u32..).map(|((_, row), place)| (row, place)).collect()
}
