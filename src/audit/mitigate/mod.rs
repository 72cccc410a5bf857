//! What could be done about a gap, and what each way costs: the pure parts, composed in the pipeline.
//!
//! [`weights`] make groups and outcomes independent before a fit, [`residualize`] takes group means out of a column,
//! [`group_cuts`] sets a cut for each group after it, [`weigh_up`] tells what any of them gives and takes.

mod drivers;
mod price;
mod residual;
mod reweigh;
mod thresholds;

pub use drivers::drivers;
pub use price::{Figures, Gaps, GroupFigures, Judged, reselect, weigh_up};
pub use residual::residualize;
pub use reweigh::{weighted_rate, weights};
pub use thresholds::{Parity, Person, group_cuts, on_the_way};

/// A way to narrow a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mitigation {
    /// Rows of a fit are weighed so that group and outcome are independent.
    Reweighing,
    /// Columns are left out of the model.
    Dropping,
    /// Numbers are told less the mean of their group.
    Residualizing,
    /// Terms of columns are flat: their mean for everybody.
    Flattening,
    /// Terms of columns go one way only: that in which outcomes go with them.
    Monotonizing,
    /// Every group has a cut of its own.
    Thresholds(Parity),
}

impl Mitigation {
    pub const ALL: [Self; 8] = [
        Self::Reweighing,
        Self::Dropping,
        Self::Residualizing,
        Self::Flattening,
        Self::Monotonizing,
        Self::Thresholds(Parity::SelectionRate),
        Self::Thresholds(Parity::Capacity),
        Self::Thresholds(Parity::TruePositiveRate),
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Reweighing => "reweighing",
            Self::Dropping => "dropping",
            Self::Residualizing => "residualizing",
            Self::Flattening => "flattening",
            Self::Monotonizing => "monotonizing",
            Self::Thresholds(Parity::SelectionRate) => "thresholds, equal selection rates",
            Self::Thresholds(Parity::Capacity) => "thresholds, equal selection rates within the capacity",
            Self::Thresholds(Parity::TruePositiveRate) => "thresholds, equal true positive rates",
        }
    }

    /// Whether a decision needs to know who belongs to which group: in many places the law forbids that, or asks for
    /// more than a good purpose.
    pub fn uses_sensitive_at_decision(self) -> bool {
        matches!(self, Self::Residualizing | Self::Thresholds(_))
    }
}

/// What is priced and what is applied.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    pub price: When,
    /// Sensitive features that are priced for; empty: all.
    pub features: Vec<String>,
    /// Columns that dropping, residualizing, flattening and monotonizing take.
    pub columns: Columns,
    pub apply: Apply,
}

/// The columns that a mitigation takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Columns {
    /// Those that drive the gap most.
    #[default]
    Drivers,
    /// Those that stand in for the sensitive feature, by the audit's search for proxies.
    Proxies,
    Named(Vec<String>),
}

impl Columns {
    /// Those that are named; none where they follow from the data.
    pub fn named(&self) -> &[String] {
        match self {
            Self::Drivers | Self::Proxies => &[],
            Self::Named(names) => names,
        }
    }
}

/// When mitigations are priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    Never,
    /// For features of which the audit says `disparity`.
    #[default]
    Disparity,
    Always,
}

/// What is really done.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Apply {
    #[default]
    Nothing,
    /// For a sensitive feature.
    Reweighing(String),
    /// Of [`Settings::columns`].
    Dropping,
    /// Likewise.
    Flattening,
    /// For a sensitive feature.
    Thresholds(String, Parity),
}
