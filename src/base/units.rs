//! Units and small closed sets of words.

use serde::{Deserialize, Serialize};

/// What a model adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarginUnit {
    /// Natural logarithm of the odds of the outcome.
    LogOdds,
    /// Mean smoothed leaf rate, 0 to 1.
    Rate,
}

/// The model families, in order of readability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    Logistic,
    Tree,
    Additive,
    Boosted,
    Forest,
    ExtraTrees,
}

impl Family {
    /// The most readable first.
    pub const ALL: [Self; 6] =
        [Self::Logistic, Self::Tree, Self::Additive, Self::Boosted, Self::Forest, Self::ExtraTrees];

    pub fn name(self) -> &'static str {
        match self {
            Self::Logistic => "logistic",
            Self::Tree => "tree",
            Self::Additive => "additive",
            Self::Boosted => "boosted",
            Self::Forest => "forest",
            Self::ExtraTrees => "extra_trees",
        }
    }

    /// As it stands in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Logistic => "logistic regression",
            Self::Tree => "a decision tree",
            Self::Additive => "the additive model",
            Self::Boosted => "boosted trees",
            Self::Forest => "the random forest",
            Self::ExtraTrees => "extremely randomized trees",
        }
    }

    pub fn margin_unit(self) -> MarginUnit {
        match self {
            Self::Logistic | Self::Additive | Self::Boosted => MarginUnit::LogOdds,
            Self::Tree | Self::Forest | Self::ExtraTrees => MarginUnit::Rate,
        }
    }
}

/// How the risk may go with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It does not fall when the value rises.
    Increasing,
    /// It does not rise when the value rises.
    Decreasing,
}

/// The five pillars of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pillar {
    Transparency,
    Reliability,
    Integrity,
    Competence,
    Empathy,
}

impl Pillar {
    pub const ALL: [Self; 5] =
        [Self::Transparency, Self::Reliability, Self::Integrity, Self::Competence, Self::Empathy];

    pub fn name(self) -> &'static str {
        match self {
            Self::Transparency => "transparency",
            Self::Reliability => "reliability",
            Self::Integrity => "integrity",
            Self::Competence => "competence",
            Self::Empathy => "empathy",
        }
    }
}

/// Locales that pages can be written for: their text is English, their numbers have commas between thousands.
pub const LOCALES: [&str; 7] = ["en", "en-GB", "en-IE", "en-AU", "en-NZ", "en-CA", "en-US"];

/// Bands of the score, low to critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    Low,
    Elevated,
    High,
    Critical,
}

impl Band {
    pub const ALL: [Self; 4] = [Self::Low, Self::Elevated, Self::High, Self::Critical];

    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Elevated => "elevated",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Whether being selected helps the subject or burdens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    Benefit,
    Burden,
}

/// A figure with its 95 % interval; `None` where it is undefined or no honest interval exists.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Estimate {
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}
