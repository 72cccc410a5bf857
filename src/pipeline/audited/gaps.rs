//! What drives each gap, by the sums that were gathered while rows were explained.

use super::super::group::Judgement;
use super::super::rows::Told;
use super::beyond::reference;
use crate::audit::{self, Gap, Row, Telling};
use crate::base::Result;
use crate::base::groups::Grouping;
use crate::config::Stakeholders;

/// The gaps of every told grouping, against the reference that the row of the mean risk has.
///
/// # Errors
/// The parts of a gap do not add up to it.
pub fn gaps(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    (groupings, rows): (&[&Grouping], &[Row]),
    told: &Told,
) -> Result<Vec<Gap>> {
    let telling = Telling {
        reference: &|feature, population| reference(rows, feature, population),
        columns: judgement.design.features.iter().map(|feature| feature.name.as_str()).collect(),
        pillar: &|column| stakeholders.explain.pillar(column),
        confidence: 1.0 - stakeholders.audit.significance,
    };
    audit::gaps(groupings, &told.groups, &telling)
}
