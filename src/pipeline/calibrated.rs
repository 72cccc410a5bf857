//! A calibrator and its range, from margins that the model did not see.

use crate::base::calibrator::Calibrator;
use crate::base::units::MarginUnit;
use crate::base::{Error, Result};
use crate::calibrate::{self, Choice, VennAbers, platt};
use crate::train::Unseen;

/// A calibration fold with fewer rows is taken together with the next: alone it knows next to nothing.
const CALIBRATION_FOLD_MIN: usize = 100;

/// A calibrator and the ranges that go with it.
#[derive(Clone)]
pub struct Calibrated {
    pub choice: Choice,
    /// Where the calibration range comes from, one for each calibration fold.
    pub ranges: Vec<VennAbers>,
}

impl Calibrated {
    /// Calibrator and ranges.
    pub fn learn(unit: MarginUnit, evidence: &Unseen) -> Self {
        let mut calibrated = Self::learn_risk(unit, evidence);
        calibrated.learn_ranges(evidence);
        calibrated
    }

    /// The calibrator alone. Too little to learn from (always so for the first block in time), or margins that do not go
    /// with the outcome, leave the model's own link.
    pub fn learn_risk(unit: MarginUnit, evidence: &Unseen) -> Self {
        let Unseen { margins, outcomes, .. } = evidence;
        let choice = calibrate::choose(unit, margins, outcomes, &evidence.parts(CALIBRATION_FOLD_MIN));
        Self { choice, ranges: Vec::new() }
    }

    /// Fills in where the calibration range comes from.
    pub fn learn_ranges(&mut self, evidence: &Unseen) {
        let Unseen { margins, outcomes, .. } = evidence;
        let parts = evidence.parts(CALIBRATION_FOLD_MIN).into_iter();
        self.ranges = parts.filter_map(|at| VennAbers::fit(&margins[at.clone()], &outcomes[at])).collect();
    }

    pub fn calibrator(&self) -> Calibrator {
        self.choice.calibrator
    }
}

/// Whether margins out of fold go with the outcome.
///
/// They are compared within folds: a model that learned nothing tells every row the rate of its training rows, which is
/// the lower the more outcomes the fold itself holds.
///
/// # Errors
/// They do not.
pub fn check_sense(unit: MarginUnit, out_of_fold: &Unseen) -> Result<()> {
    let Unseen { margins, outcomes, folds, .. } = out_of_fold;
    let mut odds: Vec<f64> = margins.iter().map(|margin| unit.log_odds(*margin)).collect();
    let mut begin = 0;
    for &(_, end) in folds {
        let mean = odds[begin..end].iter().sum::<f64>() / (end - begin).max(1) as f64;
        odds[begin..end].iter_mut().for_each(|odds| *odds -= mean);
        begin = end;
    }
    let Some(slope) = platt(&odds, outcomes).map(|fit| fit.slope).filter(|slope| slope.is_nan() || *slope <= 0.0)
    else {
        return Ok(());
    };
    Err(Error::new(format!(
        "higher margins do not go with a higher rate of the outcome out of fold (slope {slope:.3}, expected above 0)"
    ))
    .finding("no-score")
    .hint("the columns do not tell the outcome: add sources that know more, or check `adverse`"))
}
