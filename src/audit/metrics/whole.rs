//! Metrics of a feature as a whole: how unequally benefit and choice are spread.

use super::{BOTH, Best, Disclosure, Kind, Measure, Metric, PAST, Selects};
use crate::audit::whole::{benefits, differential_fairness};
use crate::stats::inequality::{Index, entropy};

/// In the order of the table.
pub const WHOLE: &[Metric] = &[
    Metric {
        name: "generalized_entropy",
        title: "Generalized entropy",
        definition: "mean of (benefit ÷ mean benefit)² − 1, halved; a subject's benefit is 2 if selected without the \
            outcome, 0 if it had the outcome and was not selected, else 1",
        meaning: "How unequally the benefit of the doubt is spread over subjects: 0 where all are treated as they turn \
            out. The row `between groups` is the part that is due to the groups.",
        limit: "None by law; Speicher and others 2018.",
        kind: Kind::Bare,
        populations: PAST,
        best: Best::Lowest,
        selects: Selects::Neither,
        neutral: Some(0.0),
        disclosure: Disclosure::Table,
        measure: Measure::Counts(|cell| entropy(&benefits(cell), Index::Squared), |_| None),
    },
    Metric {
        name: "theil_index",
        title: "Theil index",
        definition: "mean of s × ln s, s = benefit ÷ mean benefit; benefit as in `generalized_entropy`",
        meaning: "The same as generalized entropy, with less weight on the extremes.",
        limit: "None by law; Speicher and others 2018.",
        kind: Kind::Bare,
        populations: PAST,
        best: Best::Lowest,
        selects: Selects::Neither,
        neutral: Some(0.0),
        disclosure: Disclosure::Table,
        measure: Measure::Counts(|cell| entropy(&benefits(cell), Index::Theil), |_| None),
    },
    Metric {
        name: "differential_fairness",
        title: "Differential fairness",
        definition: "largest |ln(rate ÷ rate)| between any two groups, of being selected or of not being; rates are \
            (selected + ½) ÷ (subjects + 1)",
        meaning: "The worst ratio between any two groups in one number: 0 where all are selected alike, 0.22 where the \
            worst ratio is four fifths. It grows with the number of groups, and more so where they are small.",
        limit: "None by law; Foulds and others 2020.",
        kind: Kind::Index,
        populations: BOTH,
        best: Best::Lowest,
        selects: Selects::Neither,
        neutral: Some(0.0),
        disclosure: Disclosure::Selections,
        measure: Measure::Whole(differential_fairness),
    },
    Metric {
        name: "consistency",
        title: "Consistency",
        definition: "1 − mean over subjects of |selected − share selected among its five nearest others|, nearest by \
            what the model sees; of more than 2,000 subjects a sample",
        meaning: "Whether alike subjects are treated alike: 1 where all neighbors share their fate. It concerns no \
            group, and has no honest interval.",
        limit: "None by law; Zemel and others 2013.",
        kind: Kind::Index,
        populations: BOTH,
        best: Best::Highest,
        selects: Selects::Neither,
        neutral: Some(1.0),
        disclosure: Disclosure::Selections,
        measure: Measure::Elsewhere,
    },
];
