//! A calibrator and its range, from margins that the model did not see.

use crate::base::calibrator::Calibrator;
use crate::base::{Error, Result};
use crate::calibrate::{self, VennAbers};
use crate::train::Unseen;

/// With fewer rows of either outcome the model's own link stands in for a calibrator: a slope fitted to so few is chance
/// (simulated at an AUC of 0.6, it comes out negative in 8 fits of 100 from 20 outcomes, in 1 from 50).
const OUTCOMES_MIN: usize = 50;
/// A calibration fold with fewer rows is taken together with the next: alone it knows next to nothing.
const CALIBRATION_FOLD_MIN: usize = 100;

/// A calibrator and the ranges that go with it.
#[derive(Clone)]
pub struct Calibrated {
    pub calibrator: Calibrator,
    /// Rows that the calibrator was fitted on.
    pub n: usize,
    /// Where the calibration range comes from, one for each calibration fold.
    pub ranges: Vec<VennAbers>,
}

impl Calibrated {
    /// Calibrator and ranges.
    ///
    /// # Errors
    /// As [`Calibrated::learn_risk`].
    pub fn learn(evidence: &Unseen, is_whole: bool) -> Result<Self> {
        let mut calibrated = Self::learn_risk(evidence, is_whole)?;
        calibrated.learn_ranges(evidence);
        Ok(calibrated)
    }

    /// The calibrator alone. Too little to learn from (always so for the first block in time) leaves the model's own
    /// link.
    ///
    /// # Errors
    /// Margins do not go with the outcome; for a fold only where it has enough to say so.
    pub fn learn_risk(evidence: &Unseen, is_whole: bool) -> Result<Self> {
        let Unseen { margins, outcomes, .. } = evidence;
        let own_link = Self { calibrator: Calibrator::Identity, n: 0, ranges: Vec::new() };
        let n_with = outcomes.iter().filter(|outcome| **outcome).count();
        let is_enough = n_with.min(outcomes.len() - n_with) >= OUTCOMES_MIN;
        let Some(fit) = calibrate::platt(margins, outcomes).filter(|_| is_enough || is_whole) else {
            return Ok(own_link);
        };
        if !fit.is_usable() {
            return Err(Error::new(format!(
                "higher margins do not go with a higher rate of the outcome out of fold (slope {:.3}, expected above 0)",
                fit.slope
            ))
            .finding("no-score")
            .hint("the columns do not tell the outcome: check `adverse`, or add sources that know more"));
        }
        Ok(if is_enough { Self { calibrator: fit.calibrator, n: fit.n, ranges: Vec::new() } } else { own_link })
    }

    /// Fills in where the calibration range comes from.
    pub fn learn_ranges(&mut self, evidence: &Unseen) {
        let Unseen { margins, outcomes, .. } = evidence;
        let parts = evidence.parts(CALIBRATION_FOLD_MIN).into_iter();
        self.ranges = parts.filter_map(|at| VennAbers::fit(&margins[at.clone()], &outcomes[at])).collect();
    }
}
