//! What could be done about gaps, each with its price; and what the config asks to be really done.
//!
//! Every price is told out of fold, on history: a mitigated model is fitted to the folds that the model was fitted to,
//! with the families and restraints that they have, so that all that differs is the mitigation.

mod applied;
mod pricer;
mod public;
mod refitted;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::applied::{
    GroupCuts, Unmitigated, ensure_columns, mitigate_design, of_model, part, said, settings_of, weigh, weighed_by,
};
use self::pricer::Pricer;
pub use self::public::published;
use super::group::Judgement;
use crate::audit::mitigate::{Figures, Mitigation, When};
use crate::audit::{Proxies, Row, verdict};
use crate::base::groups::{GROUPS_MAX, Grouping};
use crate::base::units::Direction;
use crate::base::{Progress, Result, Seed};
use crate::config::Stakeholders;

/// A way to narrow a gap of a feature, with its price; the same shape whatever the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Priced {
    /// `none`: as it is.
    pub mitigation: &'static str,
    pub feature: String,
    /// Whether this is what the run's scores and selection are.
    pub applied: bool,
    pub available: bool,
    /// Why it is not available.
    pub reason: Option<String>,
    pub uses_sensitive_at_decision: bool,
    pub warning: Option<&'static str>,
    /// What was dropped, residualized, flattened or monotonized.
    pub columns: Vec<String>,
    /// The way that each monotonized column's term goes.
    pub directions: BTreeMap<String, Direction>,
    /// The lowest risk that is selected, by group.
    pub cuts: Vec<GroupCut>,
    /// From the common cut to parity.
    pub frontier: Vec<Step>,
    #[serde(flatten)]
    pub figures: Figures,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupCut {
    pub group: String,
    /// Above 1: nobody is.
    pub cut: f64,
}

/// Cuts that lie a share of the way between the common one and parity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub share: f64,
    /// Highest less lowest of the rates that are to be equal.
    pub gap: Option<f64>,
    pub profit: Option<f64>,
    pub n_selected: Option<u64>,
    pub n_found: Option<u64>,
}

/// Prices of all mitigations of all features that the config asks for; rows and proxies are the audit's.
///
/// # Errors
/// A fit fails.
pub fn price(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    (rows, proxies): (&[Row], &[Proxies]),
    seed: Seed,
    progress: &dyn Progress,
) -> Result<Vec<Priced>> {
    let settings = &stakeholders.mitigate;
    let is_asked = |grouping: &&Grouping| {
        let name = &grouping.feature;
        let is_disparate =
            || rows.iter().any(|row| row.feature == *name && row.verdict.as_deref() == Some(verdict::DISPARITY));
        let is_named = settings.features.is_empty() || settings.features.contains(name);
        let is_due = settings.price == When::Always || (settings.price == When::Disparity && is_disparate());
        grouping.columns.len() == 1 && (2..=GROUPS_MAX).contains(&grouping.groups.len()) && is_named && is_due
    };
    let asked: Vec<&Grouping> = judgement.groupings.iter().filter(is_asked).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    progress.start(&stakeholders.name, "price mitigations", Some((asked.len() * Mitigation::ALL.len()) as u64));
    let pricer = Pricer::new(stakeholders, judgement, proxies, seed)?;
    let mut priced = Vec::new();
    for grouping in asked {
        priced.extend(pricer.price(grouping, progress)?);
    }
    progress.finish();
    Ok(priced)
}
