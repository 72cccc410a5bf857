//! Metrics of the scores themselves, whatever is selected.

use super::counts::rate;
use super::{BOTH, Best, Disclosure, Kind, Measure, Metric, PAST, Selects};
use crate::audit::cells::Cell;
use crate::stats::ratio::Moments;

/// In the order of the table.
pub const SCORES: &[Metric] = &[
    Metric {
        name: "auc",
        title: "AUC within the group",
        definition: "share of pairs of a subject with and one without the outcome, both of the group, that the score \
            puts in the right order; ties count half",
        meaning: "How well the score tells the group's own subjects apart: 1 always right, a half is a coin.",
        limit: "None by law; subgroup AUC (Borkan and others 2019).",
        kind: Kind::Index,
        populations: PAST,
        best: Best::Highest,
        selects: Selects::Neither,
        neutral: None,
        disclosure: Disclosure::Outcomes,
        measure: Measure::Scores(|scored| scored.auc),
    },
    Metric {
        name: "bpsn_auc",
        title: "AUC, others with against own without",
        definition: "share of pairs of a subject with the outcome from any other group and one without it from this \
            group that the score puts in the right order; ties count half",
        meaning: "Low where the group's subjects without the outcome are ranked above others who had it: \
            called without cause.",
        limit: "None by law; background positive, subgroup negative AUC (Borkan and others 2019).",
        kind: Kind::Index,
        populations: PAST,
        best: Best::Highest,
        selects: Selects::Neither,
        neutral: None,
        disclosure: Disclosure::Outcomes,
        measure: Measure::Scores(|scored| scored.bpsn_auc),
    },
    Metric {
        name: "bnsp_auc",
        title: "AUC, own with against others without",
        definition: "share of pairs of a subject with the outcome from this group and one without it from any other \
            group that the score puts in the right order; ties count half",
        meaning: "Low where the group's subjects with the outcome are ranked below others who had none: overlooked.",
        limit: "None by law; background negative, subgroup positive AUC (Borkan and others 2019).",
        kind: Kind::Index,
        populations: PAST,
        best: Best::Highest,
        selects: Selects::Neither,
        neutral: None,
        disclosure: Disclosure::Outcomes,
        measure: Measure::Scores(|scored| scored.bnsp_auc),
    },
    Metric {
        name: "average_precision",
        title: "Average precision",
        definition: "mean over the group's subjects with the outcome of the share with the outcome among those at or \
            above their score",
        meaning: "How pure the top of the group's ranking is. It rises with the base rate, so groups with different \
            base rates differ even where the score serves both alike.",
        limit: "None by law.",
        kind: Kind::Index,
        populations: PAST,
        best: Best::Highest,
        selects: Selects::Neither,
        neutral: None,
        disclosure: Disclosure::Outcomes,
        measure: Measure::Scores(|scored| scored.average_precision),
    },
    Metric {
        name: "brier_score",
        title: "Brier score",
        definition: "sum of (risk − outcome)² ÷ subjects",
        meaning: "How far risks are from what happened, squared: 0 is perfect. It is largest for base rates near a half.",
        limit: "None by law.",
        kind: Kind::Mean,
        populations: PAST,
        best: Best::Lowest,
        selects: Selects::Neither,
        neutral: None,
        disclosure: Disclosure::Outcomes,
        measure: Measure::Sums(|cell| mean(cell, cell.squared_error)),
    },
    Metric {
        name: "log_loss",
        title: "Log loss",
        definition: "sum of −ln(risk given to what happened) ÷ subjects",
        meaning: "How surprised the score was by what happened: 0 is perfect, and being certain and wrong costs most.",
        limit: "None by law.",
        kind: Kind::Difference,
        populations: PAST,
        best: Best::Lowest,
        selects: Selects::Neither,
        neutral: None,
        disclosure: Disclosure::Outcomes,
        measure: Measure::Sums(|cell| mean(cell, cell.log_loss)),
    },
    Metric {
        name: "calibration_intercept",
        title: "Calibration intercept",
        definition: "intercept of the logistic regression of outcomes on the log-odds of the risk",
        meaning: "Beside a slope of 1, above 0 the group's risk is told too low and below 0 too high.",
        limit: "None by law; 0 is a score without fault (Cox 1958).",
        kind: Kind::Difference,
        populations: PAST,
        best: Best::Neutral,
        selects: Selects::Neither,
        neutral: Some(0.0),
        disclosure: Disclosure::Outcomes,
        measure: Measure::Scores(|scored| scored.calibration_intercept),
    },
    Metric {
        name: "calibration_slope",
        title: "Calibration slope",
        definition: "slope of the logistic regression of outcomes on the log-odds of the risk",
        meaning: "Below 1 the group's risks are too extreme, high ones too high and low ones too low; above 1 too timid.",
        limit: "None by law; 1 is a score without fault (Cox 1958).",
        kind: Kind::Index,
        populations: PAST,
        best: Best::Neutral,
        selects: Selects::Neither,
        neutral: Some(1.0),
        disclosure: Disclosure::Outcomes,
        measure: Measure::Scores(|scored| scored.calibration_slope),
    },
    Metric {
        name: "expected_calibration_error",
        title: "Expected calibration error",
        definition: "root of the mean over ten ranges of risk, the same for all groups, of (mean risk − observed \
            rate)², less what sampling alone adds; not below 0",
        meaning: "How far risks are from observed rates, whichever way. Without interval and verdict: small groups are \
            told 0 or far too much by chance.",
        limit: "None by law; debiased after Kumar, Liang and Ma 2019.",
        kind: Kind::Bare,
        populations: PAST,
        best: Best::Lowest,
        selects: Selects::Neither,
        neutral: Some(0.0),
        disclosure: Disclosure::Outcomes,
        measure: Measure::Scores(|scored| scored.calibration_error),
    },
    Metric {
        name: "top_share",
        title: "Share of the first places",
        definition: "the group's share of the k highest risks ÷ its share of subjects; k is the number selected, equal \
            risks share their places",
        meaning: "Who actually gets the call: above 1 the group has more of the first places than of the subjects.",
        limit: "Four-fifths rule by analogy.",
        kind: Kind::Index,
        populations: BOTH,
        best: Best::BySelection,
        selects: Selects::More,
        neutral: Some(1.0),
        disclosure: Disclosure::Selections,
        measure: Measure::Places(|scored| scored.top_share),
    },
    Metric {
        name: "exposure",
        title: "Exposure",
        definition: "mean over the group's subjects of 1 ÷ log₂(1 + place), 0 beyond the k highest risks ÷ the same mean \
            over all subjects; k is the number selected, equal risks share their places",
        meaning: "Like the share of the first places, but an early place counts for more: who is called first.",
        limit: "None by law; exposure after Singh and Joachims 2018.",
        kind: Kind::Index,
        populations: BOTH,
        best: Best::BySelection,
        selects: Selects::More,
        neutral: Some(1.0),
        disclosure: Disclosure::Selections,
        measure: Measure::Places(|scored| scored.exposure),
    },
    Metric {
        name: super::SCORING_RATE,
        title: "Scoring rate",
        definition: "subjects scored above the median of all (below it, where being selected is a burden) ÷ subjects",
        meaning: "How often a subject of the group is on the better side of the median score. Ratios are to the highest \
            rate, computed in the form of New York City Local Law 144; groups under 2 % of the subjects and those \
            whose feature is missing are left out of them.",
        limit: "Impact ratio computed in the form of 6 RCNY § 5-301; that rule sets no limit.",
        kind: Kind::Rate,
        populations: BOTH,
        best: Best::Highest,
        selects: Selects::Neither,
        neutral: None,
        disclosure: Disclosure::Selections,
        measure: Measure::Sums(|cell| rate(cell.favored, cell.n())),
    },
];

/// A mean over subjects from its sum and the sum of its squares.
fn mean(cell: &Cell, [sum, squares]: [f64; 2]) -> Moments {
    let n = cell.n() as f64;
    Moments { numerator: sum, denominator: n, nn: squares, nd: sum, dd: n, units: n }
}
