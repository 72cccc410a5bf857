//! What `model.json` says of itself, without the model: cheap to read where nothing is scored.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{FORMAT, FeatureSchema};
use crate::base::units::Family;
use crate::base::{Error, Result};

/// The beginning of [`super::SavedModel`], and which family scores today's subjects.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Head {
    pub format: u32,
    /// The noun in sentences.
    pub subject: String,
    /// The day that the model was trained for: earlier than its run's where it was reused.
    pub as_of: NaiveDate,
    pub features: Vec<FeatureSchema>,
    pub fingerprint: String,
    last: LastHead,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct LastHead {
    model: ModelHead,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct ModelHead {
    family: Family,
}

impl Head {
    /// Reads the head of a `model.json`.
    ///
    /// # Errors
    /// The text is no model, or one of another format.
    pub fn parse(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let unreadable = |error| Error::new(format!("its model cannot be read: {error}"));
        let Versioned { format } = serde_json::from_str(text).map_err(unreadable)?;
        if format != FORMAT {
            return Err(Error::new(format!("its model has format {format}, expected {FORMAT}")));
        }
        serde_json::from_str(text).map_err(unreadable)
    }

    pub fn family(&self) -> Family {
        self.last.model.family
    }

    /// Whether two models are of one family and ask for the same columns.
    pub fn is_like(&self, other: &Self) -> bool {
        self.family() == other.family() && self.fingerprint == other.fingerprint
    }

    /// A source column; `None` where the model does not know it.
    pub fn feature(&self, column: &str) -> Option<&FeatureSchema> {
        self.features.iter().find(|feature| feature.name == column)
    }
}
