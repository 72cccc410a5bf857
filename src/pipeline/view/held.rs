//! How the scores held on history.

use super::super::group::{Judgement, Origin};
use crate::base::units::{Estimate, Family};
use crate::report::view::{ProfitPointView, RateView, ValidationView};
use crate::score::ProfitPoint;
use crate::stats::isotonic::Isotonic;

/// Of past subjects at risk, those with the outcome; of those with the outcome, the ones at risk.
pub(super) fn hits(judgement: &Judgement) -> (Option<RateView>, Option<RateView>) {
    let at = &judgement.validated.decision.history;
    let rate = |denominator: u64, rate: Estimate| {
        Some(RateView { numerator: at.n_outcomes, denominator, low: rate.low?, high: rate.high? })
    };
    (rate(at.n_selected, at.precision), rate(judgement.validated.all.n_outcomes, at.capture))
}

/// The steps that fit history best without ever falling.
pub(super) fn isotonic(judgement: &Judgement) -> Vec<(f64, f64)> {
    let (risks, outcomes, _) = judgement.judged.history(&judgement.table);
    let blocks = Isotonic::fit(&risks, &outcomes).map_or_else(Vec::new, |fit| fit.blocks);
    blocks.iter().flat_map(|block| [(block.low, block.rate()), (block.high, block.rate())]).collect()
}

pub(super) fn profit_point(point: &ProfitPoint) -> ProfitPointView {
    let profit = point.by_outcomes.value.unwrap_or_default();
    let (low, high) = (point.by_outcomes.low.unwrap_or(profit), point.by_outcomes.high.unwrap_or(profit));
    ProfitPointView { share: point.share, profit, low, high }
}

pub(super) fn validation_view(judgement: &Judgement) -> ValidationView {
    let validation = &judgement.validated.all;
    let told = match &judgement.origin {
        Origin::Trained { told, .. } => Some(told),
        Origin::Reused(_) => None,
    };
    ValidationView {
        family: judgement.judged.family().unwrap_or(Family::Logistic),
        best_family: told.filter(|told| told.choice.is_free).map(|told| told.choice.best),
        fold_families: judgement.origin.fold_families(),
        n_families: told.map_or(0, |told| told.families.iter().filter(|of| of.is_compared()).count()),
        more_history: told.and_then(|told| told.curve.as_ref()).and_then(|curve| curve.more_history),
        n: usize::try_from(validation.n_history).unwrap_or(usize::MAX),
        n_outcomes: usize::try_from(validation.n_outcomes).unwrap_or(usize::MAX),
        auc: validation.auc,
        average_precision: validation.average_precision,
        brier: validation.brier,
        log_loss: validation.log_loss,
        ece: validation.ece,
        calibration_slope: validation.calibration_slope,
        calibration_intercept: validation.calibration_intercept,
    }
}
