//! Which rows a figure speaks of.

use serde::{Deserialize, Serialize};

/// Where a row stands in time (`interface.md` §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// The outcome is known: trains, validates and is audited.
    History,
    /// The outcome is open, and this is the latest row of its id: scored and acted on.
    Today,
    /// The horizon has not passed and the event has not happened: neither history nor a negative.
    Immature,
    /// The outcome is open, but the id has a later row.
    Superseded,
}
