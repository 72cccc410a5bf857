//! Table to design: what the model may see, who is dealt to which fold, who belongs to which group.

mod design;
mod folds;
mod groups;

pub use design::{Built, build, design_of};
pub use folds::deal;
pub use groups::{bin_label, control, groupings, segments};

/// What the config says of features.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Audited columns, and whether they may enter the model.
    pub sensitive: Vec<Sensitive>,
    /// Highest number of sensitive features in one crossing: 1 for none.
    pub crossings: usize,
    /// Columns by which calibration is told.
    pub segments: Vec<Segment>,
    /// Legitimate factors within which groups are compared.
    pub control: Vec<Segment>,
}

/// One column that parts subjects.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub column: String,
    /// As in [`Sensitive`].
    pub bins: Vec<f64>,
}

/// One sensitive feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitive {
    pub column: String,
    /// Cut points of a number, ascending; bins are closed on the left. Empty: groups are the levels.
    pub bins: Vec<f64>,
    /// Lets the column into the model.
    pub used: bool,
}
