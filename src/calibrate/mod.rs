//! Margins to probabilities, and how far these can be trusted.
//!
//! [`choose`] makes the calibrator that prints, out of the model's own link, [`platt`]'s and [`beta`]'s; [`validate`]
//! judges its risks on rows that neither it nor the model saw, [`reliability`] and [`reliability_by`] set them beside
//! observed rates, [`venn_abers`] says how far the calibration itself is known.

mod beta;
mod choose;
mod platt;
mod reliability;
mod repeats;
mod segments;
mod top;
mod validation;
pub mod venn_abers;

pub use beta::{BetaFit, beta};
pub use choose::{Choice, Compared, OUTCOMES_MIN, choose};
pub use platt::{PlattFit, platt};
pub use reliability::{ReliabilityBin, reliability};
pub use repeats::widen;
pub use segments::{Segment, reliability_by};
pub use top::Top;
pub use validation::{Validation, validate};
pub use venn_abers::{VennAbers, cross};
