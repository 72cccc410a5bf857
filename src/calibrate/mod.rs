//! Margins to probabilities, and how far these can be trusted.
//!
//! [`platt`] makes the calibrator that prints, [`validate`] judges its risks on rows that neither it nor the model
//! saw, [`venn_abers`] says how far the calibration itself is known.

mod platt;
mod reliability;
mod repeats;
mod validation;
pub mod venn_abers;

pub use platt::{PlattFit, platt};
pub use reliability::{ReliabilityBin, reliability};
pub use repeats::widen;
pub use validation::{Validation, validate};
pub use venn_abers::{VennAbers, cross};
