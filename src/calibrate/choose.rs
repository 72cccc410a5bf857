//! Which calibrator a model earns.

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{beta, platt};
use crate::base::calibrator::{Calibrator, Kind, logistic};
use crate::base::units::MarginUnit;
use crate::stats::isotonic::Isotonic;
use crate::stats::loss::log_loss_of;
use crate::stats::ratio::Moments;

/// With fewer rows of either outcome the model's own link stands in for a calibrator: a slope fitted to so few is chance
/// (simulated at an AUC of 0.6, it comes out negative in 8 fits of 100 from 20 outcomes, in 1 from 50).
pub const OUTCOMES_MIN: usize = 50;
/// Rows that are compared at most, at even steps from each part, for time's sake; what is chosen is fitted on all.
const COMPARED_MAX: usize = 100_000;

/// A calibrator, and what it was chosen from.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub calibrator: Calibrator,
    /// Rows that it was chosen and fitted by; 0 where there were too few outcomes to choose.
    pub n: usize,
    /// Platt's slope on all rows; `None` where a class is missing. Not above 0: higher margins do not go with a higher
    /// rate of the outcome, and there is no score.
    pub slope: Option<f64>,
    /// Empty where there were too few outcomes to choose.
    pub compared: Vec<Compared>,
}

/// A calibrator on rows that it was not fitted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// `identity`, `platt`, `beta`, `isotonic` (for comparison only).
    pub name: String,
    /// Mean, in natural logarithms.
    pub log_loss: f64,
    /// Log loss less that of the identity: below 0 where it is better. `None` for the identity.
    pub difference: Option<f64>,
    /// Of the difference, by pairs of rows; it takes rows as independent.
    pub standard_error: Option<f64>,
}

/// Chooses and fits a calibrator from margins that the model did not see, each with its outcome.
///
/// `parts` are the rows of each calibration fold, in order and without gaps. Every candidate is fitted on all parts but
/// one and judged by its log loss on that one; the lowest mean wins, of equal ones the simpler, and is fitted again on
/// all rows. So Platt's is used only where it beats the model's own link, beta only where it beats both. A single part
/// is cut into its first and second half: two parameters or three leave hardly a trace of rows that may belong together.
/// Isotonic regression is compared for the record; its steps are never used.
///
/// A bare improvement is enough. Simulated over nine true curves (calibrated; slopes of 0.7 to 1.2; shifted; beta;
/// curved) at 400 to 6,000 rows (`tests/it/choice.rs`), expected log loss in excess of the truth's, times rows, is 1.49
/// on average and 2.93 at worst by this rule; 1.83 and 4.19 where an improvement must exceed its standard error; 1.52
/// and 5.24 with Platt's always, 1.54 and 2.62 with beta always, 29.9 and 188 with the own link always. Where margins
/// are calibrated the rule costs 0.5 to 0.8, always Platt's 0.7 to 1.1.
///
/// Lengths that differ or a margin that is not finite: the own link, with `n` = 0 and no slope.
pub fn choose(unit: MarginUnit, margins: &[f64], outcomes: &[bool], parts: &[Range<usize>]) -> Choice {
    let odds: Vec<f64> = margins.iter().map(|margin| unit.log_odds(*margin)).collect();
    let fit = platt(&odds, outcomes);
    let own_link = Calibrator::identity(unit);
    let slope = fit.map(|fit| fit.slope);
    let n_with = outcomes.iter().filter(|outcome| **outcome).count();
    if fit.is_none() || n_with.min(outcomes.len() - n_with) < OUTCOMES_MIN {
        return Choice { calibrator: own_link, n: 0, slope, compared: Vec::new() };
    }
    let compared = compare(&odds, outcomes, parts);
    let mut order: Vec<(&Compared, &Candidate)> = compared.iter().zip(&SMOOTH).collect();
    order.sort_by(|a, b| a.0.log_loss.total_cmp(&b.0.log_loss));
    let kind = order.into_iter().find_map(|(_, (_, fit))| fit(&odds, outcomes)).unwrap_or(Kind::Identity);
    Choice { calibrator: Calibrator { kind, ..own_link }, n: outcomes.len(), slope, compared }
}

/// A name and how it is fitted; `None` where it cannot be, or would not rise.
type Candidate = (&'static str, fn(&[f64], &[bool]) -> Option<Kind>);

/// What may be printed, simplest first.
const SMOOTH: [Candidate; 3] = [
    ("identity", |_, _| Some(Kind::Identity)),
    ("platt", |odds, outcomes| platt(odds, outcomes)?.kind()),
    ("beta", |odds, outcomes| beta(odds, outcomes)?.kind()),
];

/// All candidates on rows of parts that they were not fitted on: those of [`SMOOTH`] in their order, then isotonic
/// regression. Where a candidate cannot be fitted the identity stands in for it.
fn compare(odds: &[f64], outcomes: &[bool], parts: &[Range<usize>]) -> Vec<Compared> {
    let n = odds.len();
    let halves = [0..n / 2, n / 2..n];
    let parts = if parts.len() < 2 { &halves } else { parts };
    let step = n.div_ceil(COMPARED_MAX).max(1);
    let row = |row: usize| Some((*odds.get(row)?, *outcomes.get(row)?));
    let take = |part: &Range<usize>| part.clone().step_by(step).filter_map(row);
    let of_part = |held_out: &Range<usize>| {
        let others = parts.iter().filter(|part| *part != held_out).flat_map(take).unzip();
        losses(&others, &take(held_out).collect::<Vec<_>>())
    };
    let by_part: Vec<Vec<Vec<f64>>> = parts.par_iter().map(of_part).collect();
    let names = SMOOTH.iter().map(|(name, _)| *name).chain(["isotonic"]);
    let all = |candidate: usize| by_part.iter().flat_map(|losses| &losses[candidate]).copied().collect();
    let identity: Vec<f64> = all(0);
    names.zip(0..).map(|(name, candidate)| Compared::new(name, &all(candidate), &identity)).collect()
}

/// The log loss of each held out row under each candidate, fitted on the others.
fn losses((odds, outcomes): &(Vec<f64>, Vec<bool>), held_out: &[(f64, bool)]) -> Vec<Vec<f64>> {
    let under =
        |risk: &dyn Fn(f64) -> f64| held_out.iter().map(|(odds, outcome)| log_loss_of(risk(*odds), *outcome)).collect();
    let smooth = SMOOTH.iter().map(|(_, fit)| {
        let kind = fit(odds, outcomes).unwrap_or(Kind::Identity);
        under(&|odds| Calibrator { unit: MarginUnit::LogOdds, kind }.value(odds))
    });
    let steps = Isotonic::fit(odds, outcomes);
    let isotonic = under(&|odds| steps.as_ref().map_or(logistic(odds), |steps| steps.smoothed(odds)));
    smooth.chain([isotonic]).collect()
}

impl Compared {
    fn new(name: &str, losses: &[f64], identity: &[f64]) -> Self {
        let log_loss = losses.iter().sum::<f64>() / losses.len() as f64;
        let mut pairs = Moments::default();
        losses.iter().zip(identity).for_each(|(loss, identity)| pairs.add(loss - identity, 1.0));
        let other = |value: Option<f64>| value.filter(|_| name != SMOOTH[0].0);
        let (difference, standard_error) = (other(pairs.value()), other(pairs.error()));
        Self { name: name.to_owned(), log_loss, difference, standard_error }
    }
}
