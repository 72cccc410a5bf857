//! What a way of judging gives and takes: figures over all, by group, and between groups.

use serde::Serialize;

use crate::stats::calibration::{ece_ranked, line};
use crate::stats::loss::{log_loss, logit};
use crate::stats::rank::{Ranking, delong_ranked};

/// Past subjects as a way of judging sees them; one entry per subject everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    pub risks: &'a [f64],
    pub outcomes: &'a [bool],
    pub selected: &'a [bool],
    /// Gain of selecting each, less its cost, by what happened; `None` where costs are not known.
    pub gains: Option<&'a [f64]>,
    pub member: &'a [u32],
    pub groups: &'a [String],
    /// Smaller groups are told but enter no gap.
    pub least: usize,
}

/// Figures of one way of judging; those over all as `validation.json` defines them, undefined is `None`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Figures {
    pub n: Option<u64>,
    pub auc: Option<f64>,
    pub log_loss: Option<f64>,
    pub ece: Option<f64>,
    pub calibration_slope: Option<f64>,
    /// Share of subjects who are selected and had the outcome, or neither.
    pub accuracy: Option<f64>,
    /// Mean over all subjects, in the portfolio's currency; `None` without costs.
    pub profit: Option<f64>,
    pub n_selected: Option<u64>,
    /// Of the selected, those who had the outcome.
    pub n_found: Option<u64>,
    pub groups: Vec<GroupFigures>,
    pub gaps: Gaps,
}

/// One group's figures; undefined is `None`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct GroupFigures {
    pub group: String,
    pub n: u64,
    pub n_selected: u64,
    pub n_outcomes: Option<u64>,
    /// Of the selected, those who had the outcome.
    pub n_found: Option<u64>,
    pub selection_rate: Option<f64>,
    pub true_positive_rate: Option<f64>,
    pub false_positive_rate: Option<f64>,
    pub mean_risk: Option<f64>,
    /// Share of the group's subjects who are selected and had the outcome, or neither.
    pub accuracy: Option<f64>,
    /// Mean risk − share with the outcome: above 0 where risks are too high for the group.
    pub calibration_in_the_large: Option<f64>,
    /// Mean over the group's subjects, in the portfolio's currency; `None` without costs.
    pub profit: Option<f64>,
}

/// Gaps between groups: highest − lowest, and for selection lowest ÷ highest; `None` with fewer than two groups, or
/// where nobody is selected.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Gaps {
    pub selection_rate_ratio_min: Option<f64>,
    pub selection_rate_difference: Option<f64>,
    pub true_positive_rate_difference: Option<f64>,
    pub false_positive_rate_difference: Option<f64>,
    pub mean_risk_difference: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    n: u64,
    risk: f64,
    outcomes: u64,
    selected: u64,
    found: u64,
    /// Σ gain of the selected.
    gained: f64,
}

/// Bins of the calibration error, as in `validation.json`.
pub const ECE_BINS: usize = 15;
/// Of intervals that are not used.
const CONFIDENCE: f64 = 0.95;

/// All figures: one sort of the risks, else a few passes over the subjects.
pub fn weigh_up(judged: &Judged<'_>) -> Figures {
    let Judged { risks, outcomes, .. } = *judged;
    let ranking = Ranking::new(risks);
    let margins: Vec<f64> = risks.iter().map(|risk| logit(*risk)).collect();
    Figures {
        auc: ranking.as_ref().and_then(|ranking| delong_ranked(ranking, outcomes, None, CONFIDENCE).value),
        log_loss: log_loss(risks, outcomes, None, CONFIDENCE).value,
        ece: ranking.as_ref().and_then(|ranking| ece_ranked(ranking, risks, outcomes, ECE_BINS)),
        calibration_slope: line(&margins, outcomes, None, CONFIDENCE).slope.value,
        ..count(judged)
    }
}

/// The same figures where others are selected by the same risks: those of risks are taken over.
pub fn reselect(figures: &Figures, judged: &Judged<'_>) -> Figures {
    let Figures { auc, log_loss, ece, calibration_slope, .. } = *figures;
    Figures { auc, log_loss, ece, calibration_slope, ..count(judged) }
}

/// What is counted of who is selected.
fn count(judged: &Judged<'_>) -> Figures {
    let Judged { outcomes, selected, .. } = *judged;
    let n = outcomes.len();
    let right = outcomes.iter().zip(selected).filter(|(outcome, selected)| outcome == selected).count();
    let groups = groups(judged);
    let profit = judged.gains.filter(|_| n > 0).map(|gains| {
        let gained = gains.iter().zip(selected).map(|(gain, selected)| if *selected { *gain } else { 0.0 });
        gained.sum::<f64>() / n as f64
    });
    Figures {
        n: Some(n as u64),
        accuracy: (n > 0).then(|| right as f64 / n as f64),
        profit,
        n_selected: Some(groups.iter().map(|group| group.n_selected).sum()),
        n_found: Some(groups.iter().filter_map(|group| group.n_found).sum()),
        gaps: gaps(&groups, judged.least),
        groups,
        ..Figures::default()
    }
}

fn groups(judged: &Judged<'_>) -> Vec<GroupFigures> {
    let mut tallies = vec![Tally::default(); judged.groups.len()];
    for (at, group) in judged.member.iter().enumerate() {
        let tally = &mut tallies[*group as usize];
        let (outcome, selected) = (judged.outcomes[at], judged.selected[at]);
        tally.n += 1;
        tally.risk += judged.risks[at];
        tally.outcomes += u64::from(outcome);
        tally.selected += u64::from(selected);
        tally.found += u64::from(outcome && selected);
        tally.gained += judged.gains.filter(|_| selected).map_or(0.0, |gains| gains[at]);
    }
    let told = judged.groups.iter().zip(&tallies).filter(|(_, tally)| tally.n > 0);
    told.map(|(group, tally)| figures(group, tally, judged.gains.is_some())).collect()
}

fn figures(group: &str, tally: &Tally, has_gains: bool) -> GroupFigures {
    let rate = |with: u64, of: u64| (of > 0).then(|| with as f64 / of as f64);
    let mean = |sum: f64| (tally.n > 0).then(|| sum / tally.n as f64);
    // neither selected nor with the outcome: all less those who are one of the two
    let neither = tally.n + tally.found - tally.selected - tally.outcomes;
    GroupFigures {
        group: group.to_owned(),
        n: tally.n,
        n_selected: tally.selected,
        n_outcomes: Some(tally.outcomes),
        n_found: Some(tally.found),
        selection_rate: rate(tally.selected, tally.n),
        true_positive_rate: rate(tally.found, tally.outcomes),
        false_positive_rate: rate(tally.selected - tally.found, tally.n - tally.outcomes),
        mean_risk: mean(tally.risk),
        accuracy: rate(tally.found + neither, tally.n),
        calibration_in_the_large: mean(tally.risk - tally.outcomes as f64),
        profit: mean(tally.gained).filter(|_| has_gains),
    }
}

fn gaps(groups: &[GroupFigures], least: usize) -> Gaps {
    let ends = |figure: fn(&GroupFigures) -> Option<f64>| {
        let told = groups.iter().filter(|group| group.n >= least as u64).filter_map(figure);
        let told: Vec<f64> = told.collect();
        let (low, high) = told
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        (told.len() > 1).then_some((low, high))
    };
    let difference = |figure| ends(figure).map(|(low, high)| high - low);
    Gaps {
        selection_rate_ratio_min: ends(|of| of.selection_rate)
            .filter(|(_, high)| *high > 0.0)
            .map(|(low, high)| low / high),
        selection_rate_difference: difference(|of| of.selection_rate),
        true_positive_rate_difference: difference(|of| of.true_positive_rate),
        false_positive_rate_difference: difference(|of| of.false_positive_rate),
        mean_risk_difference: difference(|of| of.mean_risk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_counting_by_hand() {
        let risks = [0.9, 0.6, 0.4, 0.2, 0.8, 0.3, 0.1, 0.5];
        let outcomes = [true, false, true, false, true, false, false, true];
        let selected: Vec<bool> = risks.iter().map(|risk| *risk >= 0.5).collect();
        let gains: Vec<f64> = outcomes.iter().map(|outcome| if *outcome { 40.0 } else { -10.0 }).collect();
        let member = [0, 0, 0, 0, 1, 1, 1, 2];
        let groups = ["a", "b", "c", "d"].map(str::to_owned);
        let judged = Judged {
            risks: &risks,
            outcomes: &outcomes,
            selected: &selected,
            gains: Some(&gains),
            member: &member,
            groups: &groups,
            least: 2,
        };
        let figures = weigh_up(&judged);
        assert_eq!((figures.n, figures.n_selected, figures.n_found), (Some(8), Some(4), Some(3)));
        assert_eq!((figures.accuracy, figures.profit), (Some(0.75), Some(110.0 / 8.0)));
        assert_eq!(figures.auc, Some(14.0 / 16.0));
        assert_eq!(figures.groups.len(), 3);
        assert_eq!(figures.groups[0].true_positive_rate, Some(0.5));
        assert_eq!(figures.groups[2].false_positive_rate, None);
        // of a: right of 0.9 and 0.2; two of four selected gain 40 and lose 10
        let of_a = &figures.groups[0];
        assert_eq!((of_a.accuracy, of_a.profit), (Some(0.5), Some(7.5)));
        assert!((of_a.calibration_in_the_large.unwrap() - (2.1 - 2.0) / 4.0).abs() < 1e-12);
        assert_eq!((figures.groups[2].accuracy, figures.groups[2].profit), (Some(1.0), Some(40.0)));
        let weighted = |figure: fn(&GroupFigures) -> Option<f64>| {
            figures.groups.iter().map(|of| of.n as f64 * figure(of).unwrap()).sum::<f64>() / 8.0
        };
        assert!((weighted(|of| of.accuracy) - figures.accuracy.unwrap()).abs() < 1e-12);
        assert!((weighted(|of| of.profit) - figures.profit.unwrap()).abs() < 1e-12);
        let without = weigh_up(&Judged { gains: None, ..judged });
        assert!(without.groups.iter().all(|of| of.profit.is_none() && of.accuracy.is_some()));
        // the group of one enters no gap
        assert!((figures.gaps.selection_rate_difference.unwrap() - (0.5 - 1.0 / 3.0)).abs() < 1e-12);
        assert!((figures.gaps.selection_rate_ratio_min.unwrap() - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(figures.gaps.true_positive_rate_difference, Some(0.5));
        assert_eq!(figures.gaps.false_positive_rate_difference, Some(0.5));
        let everybody = Judged { selected: &[true; 8], ..judged };
        assert_eq!(reselect(&figures, &everybody), weigh_up(&everybody));
    }

    #[test]
    fn what_is_not_there_is_none() {
        let judged =
            Judged { risks: &[], outcomes: &[], selected: &[], gains: Some(&[]), member: &[], groups: &[], least: 1 };
        let figures = weigh_up(&judged);
        assert_eq!((figures.auc, figures.accuracy, figures.profit), (None, None, None));
        assert_eq!(figures.gaps, Gaps::default());
    }
}
