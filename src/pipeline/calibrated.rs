//! A calibrator and its range, from margins that the model did not see.

use crate::base::calibrator::Calibrator;
use crate::base::units::MarginUnit;
use crate::base::{Error, Result};
use crate::calibrate::{self, Choice, VennAbers};
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
    ///
    /// # Errors
    /// As [`Calibrated::learn_risk`].
    pub fn learn(unit: MarginUnit, evidence: &Unseen, is_whole: bool) -> Result<Self> {
        let mut calibrated = Self::learn_risk(unit, evidence, is_whole)?;
        calibrated.learn_ranges(evidence);
        Ok(calibrated)
    }

    /// The calibrator alone. Too little to learn from (always so for the first block in time) leaves the model's own
    /// link.
    ///
    /// # Errors
    /// Margins do not go with the outcome; for a fold only where it has enough to say so.
    pub fn learn_risk(unit: MarginUnit, evidence: &Unseen, is_whole: bool) -> Result<Self> {
        let Unseen { margins, outcomes, .. } = evidence;
        let choice = calibrate::choose(unit, margins, outcomes, &evidence.parts(CALIBRATION_FOLD_MIN));
        let is_asked = is_whole || choice.n > 0;
        if let Some(slope) = choice.slope.filter(|slope| is_asked && (slope.is_nan() || *slope <= 0.0)) {
            return Err(Error::new(format!(
                "higher margins do not go with a higher rate of the outcome out of fold (slope {slope:.3}, expected above 0)"
            ))
            .finding("no-score")
            .hint("the columns do not tell the outcome: check `adverse`, or add sources that know more"));
        }
        Ok(Self { choice, ranges: Vec::new() })
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
