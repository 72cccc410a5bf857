//! The nouns that all stages share. No input or output, no clock, no unseeded randomness.

pub mod attributions;
pub mod calibrator;
pub mod cuts;
pub mod design;
pub mod error;
pub mod finding;
pub mod folds;
pub mod groups;
pub mod model;
pub mod population;
pub mod progress;
pub mod saved;
pub mod seed;
pub mod units;
pub mod verdicts;

pub use error::{Error, Result};
pub use finding::{Finding, Severity};
pub use progress::Progress;
pub use seed::Seed;
