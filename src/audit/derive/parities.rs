//! Parities with a name of their own.

use super::figures::{Basis, Figure};

/// Told for every group beside its reference.
pub(in crate::audit) const AVERAGE_ODDS: &str = "average_odds_difference";

/// A derived figure of one metric or more under the name by which it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parity {
    pub name: &'static str,
    pub title: &'static str,
    /// Formula in words.
    pub definition: &'static str,
    /// What it tells, in a sentence for people.
    pub meaning: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    pub metrics: &'static [&'static str],
    pub figure: Figure,
    pub together: Together,
}

/// What several metrics come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    Worst,
    Mean,
}

impl Together {
    /// The figures of several metrics as one; `None` where one of them is undefined.
    pub(super) fn of(self, mut each: impl Iterator<Item = Option<f64>>, figure: Figure) -> Option<f64> {
        let first = (each.next()??, 1.0);
        let (of_all, n) = each.try_fold(first, |(so_far, n), value| {
            let value = value?;
            let together = match (self, figure) {
                (Self::Mean, _) => so_far + value,
                (Self::Worst, Figure::Ratio | Figure::GroupMin) => so_far.min(value),
                (Self::Worst, _) => so_far.max(value),
            };
            Some((together, n + 1.0))
        })?;
        Some(if self == Self::Mean { of_all / n } else { of_all })
    }
}

/// Between what parities are told: the worst case only; averages stand with the metrics.
pub(super) const BASES: [Basis; 2] = [Basis::BetweenGroups, Basis::ToOverall];

const SELECTION: &[&str] = &["selection_rate"];
const HITS: &[&str] = &["true_positive_rate"];
pub(in crate::audit) const ODDS: &[&str] = &["true_positive_rate", "false_positive_rate"];
const PRECISION: &[&str] = &["positive_predictive_value"];
const ERRORS: &[&str] = &["false_negatives_per_false_positive"];

/// Every named parity, in the order of the table.
pub const PARITIES: &[Parity] = &[
    Parity {
        name: "demographic_parity_difference",
        title: "Demographic parity, difference",
        definition: "highest − lowest selection rate of a group",
        meaning: "How far groups are apart in how often they are selected; 0 is parity.",
        source: "Dwork and others 2012; fairlearn",
        metrics: SELECTION,
        figure: Figure::Difference,
        together: Together::Worst,
    },
    Parity {
        name: "demographic_parity_ratio",
        title: "Demographic parity, ratio",
        definition: "lowest ÷ highest selection rate of a group",
        meaning: "How often the group selected least is selected, for each time the group selected most is; 1 is parity.",
        source: "Dwork and others 2012; fairlearn",
        metrics: SELECTION,
        figure: Figure::Ratio,
        together: Together::Worst,
    },
    Parity {
        name: "four_fifths_ratio",
        title: "Four-fifths rule",
        definition: "lowest ÷ highest selection rate of a group",
        meaning: "The rule of thumb asks for 0.8 or more, and knows nothing of chance: the verdicts do.",
        source: "Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D)",
        metrics: SELECTION,
        figure: Figure::Ratio,
        together: Together::Worst,
    },
    Parity {
        name: "equal_opportunity_difference",
        title: "Equal opportunity, difference",
        definition: "highest − lowest true positive rate of a group",
        meaning: "How far groups are apart in how many of their cases are found; 0 is parity.",
        source: "Hardt, Price and Srebro 2016",
        metrics: HITS,
        figure: Figure::Difference,
        together: Together::Worst,
    },
    Parity {
        name: "equal_opportunity_ratio",
        title: "Equal opportunity, ratio",
        definition: "lowest ÷ highest true positive rate of a group",
        meaning: "How many cases are found in the group where fewest are, for each found where most are; 1 is parity.",
        source: "Hardt, Price and Srebro 2016",
        metrics: HITS,
        figure: Figure::Ratio,
        together: Together::Worst,
    },
    Parity {
        name: "equalized_odds_difference",
        title: "Equalized odds, difference",
        definition: "the larger of the differences of true and of false positive rates",
        meaning: "How far groups are apart in the worse of both kinds of error; 0 is parity.",
        source: "Hardt, Price and Srebro 2016; fairlearn",
        metrics: ODDS,
        figure: Figure::Difference,
        together: Together::Worst,
    },
    Parity {
        name: "equalized_odds_ratio",
        title: "Equalized odds, ratio",
        definition: "the smaller of the ratios of true and of false positive rates",
        meaning: "The worse of both kinds of error as a ratio of groups; 1 is parity.",
        source: "Hardt, Price and Srebro 2016; fairlearn",
        metrics: ODDS,
        figure: Figure::Ratio,
        together: Together::Worst,
    },
    Parity {
        name: "average_absolute_odds_difference",
        title: "Average absolute odds difference",
        definition: "mean of the differences of true and of false positive rates",
        meaning: "How far groups are apart in both kinds of error on average; 0 is parity.",
        source: "AIF360; fairlearn's equalized odds with `agg=\"mean\"`",
        metrics: ODDS,
        figure: Figure::Difference,
        together: Together::Mean,
    },
    Parity {
        name: "predictive_parity_difference",
        title: "Predictive parity, difference",
        definition: "highest − lowest positive predictive value of a group",
        meaning: "How far groups are apart in how often being selected is right; 0 is parity.",
        source: "Chouldechova 2017",
        metrics: PRECISION,
        figure: Figure::Difference,
        together: Together::Worst,
    },
    Parity {
        name: "predictive_parity_ratio",
        title: "Predictive parity, ratio",
        definition: "lowest ÷ highest positive predictive value of a group",
        meaning: "How often being selected is right in the group where it is least so, against the one where it is most.",
        source: "Chouldechova 2017",
        metrics: PRECISION,
        figure: Figure::Ratio,
        together: Together::Worst,
    },
    Parity {
        name: "treatment_equality_difference",
        title: "Treatment equality, difference",
        definition: "highest − lowest number of false negatives per false positive of a group",
        meaning: "Whether groups bear the two kinds of error in the same mix; 0 is parity.",
        source: "Berk and others 2021",
        metrics: ERRORS,
        figure: Figure::Difference,
        together: Together::Worst,
    },
];
