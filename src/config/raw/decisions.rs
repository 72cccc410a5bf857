//! Where the bands begin, who is selected, and what scores are for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::units::{Band, Effect};

/// Where the bands begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Bands {
    /// By risk, ascending.
    Limits {
        /// Lowest risk that is elevated.
        #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
        elevated: f64,
        /// Lowest risk that is high.
        #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
        high: f64,
        /// Lowest risk that is critical.
        #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
        critical: f64,
    },
    /// By how many can be acted on.
    Capacity {
        /// So many of today's subjects are `high`.
        #[schemars(range(min = 1))]
        capacity: usize,
    },
    /// By what acting costs.
    Costs {
        /// `high` is where acting pays.
        costs: Costs,
    },
}

impl Default for Bands {
    fn default() -> Self {
        Self::Limits { elevated: 0.2, high: 0.5, critical: 0.8 }
    }
}

/// What acting costs and brings, in the portfolio's currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// Cost of acting on one subject.
    #[schemars(range(min = 0))]
    pub intervention: f64,
    /// Probability that acting averts the outcome.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub success: f64,
    /// Lost with one outcome. Default: the subject's own `value`.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub outcome: Option<f64>,
}

/// Who is selected, and whether that helps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// Lowest band that is selected.
    pub from: Band,
    /// Whether being selected helps the subject (a call, an offer) or burdens it (a delisting).
    pub effect: Effect,
}

impl Default for Selection {
    fn default() -> Self {
        Self { from: Band::High, effect: Effect::Benefit }
    }
}

/// What the scores are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// What is done with the scores, such as `"retention calls"`.
    #[schemars(length(min = 1))]
    pub purpose: String,
    /// The person or role that decides; a score never does.
    #[schemars(length(min = 1))]
    pub decides: String,
    /// Where a subject can ask and object.
    #[schemars(length(min = 1))]
    pub contact: String,
}
