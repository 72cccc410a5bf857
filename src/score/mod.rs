//! Calibrated risk to score, band, selection, rank and money at stake.

mod history;
mod profit;

pub use history::{AtCut, at_cut, of_selected};
pub use profit::{Past, ProfitPoint, STATEMENT, profit_at, profit_curve, profit_of};

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
    /// At most so many of today's subjects are `high`, the rest `low`.
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
/// Capacity: the lowest risk that at most k subjects reach, so that subjects of equal risk are treated alike: fewer than k
/// where several share the k-th place, nobody where the capacity is 0 or more than k share the first ([`tied`]). Costs: the risk at which the
/// sum of expected net benefits of all at or above it is highest; a subject without value adds its cost only.
pub fn set_cuts(bands: &Bands, subjects: &[(f64, Option<f64>)]) -> Cuts {
    let one = |high| Cuts { elevated: None, high, critical: None };
    match bands {
        Bands::Limits { elevated, high, critical } => {
            Cuts { elevated: Some(*elevated), high: *high, critical: Some(*critical) }
        }
        Bands::Capacity(capacity) => one(within(subjects, *capacity)),
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

fn within(subjects: &[(f64, Option<f64>)], k: usize) -> f64 {
    let risks = falling(subjects.iter().map(|(risk, _)| *risk));
    match risks.get(k) {
        // the first one too many, and all that are as high
        Some(next) => risks[..k].iter().rev().find(|risk| *risk > next).copied().unwrap_or(NOBODY),
        None => risks.last().copied().unwrap_or(NOBODY),
    }
}

/// How many subjects share the risk at which a capacity ends, and how many of the capacity are therefore not used;
/// `None` where all of it is, or the bands are not set by capacity.
pub fn tied(bands: &Bands, risks: impl Iterator<Item = f64>) -> Option<(usize, usize)> {
    let Bands::Capacity(capacity) = bands else { return None };
    let risks = falling(risks);
    let next = risks.get(*capacity)?;
    let n_above = risks.iter().take_while(|risk| *risk > next).count();
    let n_tied = risks.iter().filter(|risk| *risk == next).count();
    (n_above < *capacity).then_some((n_tied, capacity - n_above))
}

fn falling(risks: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut risks: Vec<f64> = risks.collect();
    risks.sort_unstable_by(|a, b| b.total_cmp(a));
    risks
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capacity_is_never_exceeded_and_equals_are_treated_alike() {
        let risks = [0.9, 0.8, 0.8, 0.8, 0.4, 0.4, 0.1];
        let subjects: Vec<(f64, Option<f64>)> = risks.iter().map(|risk| (*risk, None)).collect();
        for k in 0..10 {
            let bands = Bands::Capacity(k);
            let cut = set_cuts(&bands, &subjects).high;
            let n = risks.iter().filter(|risk| **risk >= cut).count();
            // as many as fit when whole groups of equals are taken from the top
            let whole = [0, 1, 4, 6, 7].into_iter().filter(|n| *n <= k).max().unwrap_or(0);
            assert_eq!(n, whole, "capacity {k}");
            let unused = tied(&bands, risks.into_iter()).map_or(0, |(_, unused)| unused);
            assert_eq!(n + unused, k.min(risks.len()), "capacity {k}");
        }
        assert_eq!(tied(&Bands::Capacity(2), risks.into_iter()), Some((3, 1)));
    }
}
