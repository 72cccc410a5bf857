//! Models trained elsewhere, in our representation: LightGBM's text, XGBoost's JSON, CatBoost's JSON.
//!
//! What cannot be said in our representation exactly is refused; nothing is approximated. Margins are log-odds: other
//! objectives than one binary outcome are refused.

mod catboost;
mod lightgbm;
mod single;
mod xgboost;

use crate::base::model::{LEVELS_MAX, Model};
use crate::base::{Error, Finding, Result};

/// Questions in a row of a tree at most: deeper ones lead back to themselves, or are of no use.
const DEPTH_MAX: usize = 1_000;

/// Said where splits cannot name all levels.
const TOO_MANY_LEVELS: &str = "split by more than 65,535 categories";

/// A model trained elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub model: Model,
    /// Who made it: "LightGBM", "XGBoost" or "CatBoost".
    pub maker: &'static str,
    /// What was left out, or could have been.
    pub findings: Vec<Finding>,
}

/// Reads a model from the text of its file; who made it is seen from the text.
///
/// # Errors
/// The text is of none of the three, is broken, or says what our representation does not.
pub fn import(text: &str) -> Result<Imported> {
    let start = text.trim_start();
    let imported = if start.starts_with("tree") {
        Imported { model: lightgbm::read(text)?, maker: "LightGBM", findings: Vec::new() }
    } else {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
            Error::new(format!("the model is neither LightGBM's text nor JSON: {error}")).hint(
                "save it as text or JSON: LightGBM `save_model(\"model.txt\")`, XGBoost `save_model(\"model.json\")`, \
                 CatBoost `save_model(\"model.json\", format=\"json\")`",
            )
        })?;
        if value.get("learner").is_some() {
            let (model, finding) = xgboost::read(&value)?;
            Imported { model, maker: "XGBoost", findings: finding.into_iter().collect() }
        } else if value.get("features_info").is_some() {
            Imported { model: catboost::read(&value)?, maker: "CatBoost", findings: Vec::new() }
        } else if value.get("fingerprint").is_some() {
            return Err(Error::new("the model is trustrisk's own").hint("`trustrisk score model.json TABLE`"));
        } else {
            return Err(Error::new("the JSON is neither XGBoost's nor CatBoost's")
                .hint("give what `save_model` writes: XGBoost `model.json`, or CatBoost with `format=\"json\"`"));
        }
    };
    let n_columns = imported.model.trees.features.len();
    if n_columns > usize::from(u16::MAX) {
        return Err(unsupported(imported.maker, format!("model of {n_columns} columns")));
    }
    if imported.model.trees.features.iter().any(|column| column.levels.as_ref().map_or(0, Vec::len) > LEVELS_MAX) {
        return Err(unsupported(imported.maker, TOO_MANY_LEVELS));
    }
    imported.model.check()?;
    Ok(imported)
}

/// A part of a model that our representation does not have.
fn unsupported(maker: &str, what: impl std::fmt::Display) -> Error {
    Error::new(format!("{maker}'s {what} cannot be explained exactly, so the model is refused"))
        .hint("supported are trees for one binary outcome, with splits of numbers, missing values and (LightGBM, XGBoost) categories")
}

fn broken(maker: &str, what: impl std::fmt::Display) -> Error {
    Error::new(format!("the model of {maker} is broken: {what}")).hint("save it again")
}
