//! The audit of a group: every part of it that joins stages, complete and as it may be published.

use serde_json::{Value, json};

use super::group::Judgement;
use crate::audit::{self, Row, verdict};
use crate::base::population::Population;
use crate::base::{Finding, Progress, Seed};
use crate::config::Stakeholders;

/// The audit, complete and as it may be published.
pub struct Audited {
    pub rows: Vec<Row>,
    pub public: Vec<Row>,
    /// Hidden groups together, for the pages.
    pub pooled: Vec<Row>,
    /// The reliability curve of every group, and those that may be published.
    pub reliability: Vec<audit::Reliability>,
    pub reliability_public: Vec<audit::Reliability>,
}

/// Audits the scores of a group, and tells what was noticed.
pub fn audit(stakeholders: &Stakeholders, judgement: &Judgement, progress: &dyn Progress) -> (Audited, Vec<Finding>) {
    progress.start(&stakeholders.name, "audit", None);
    let Judgement { table, judged, .. } = judgement;
    let selected: Vec<Option<bool>> = (0..table.n_rows()).map(|row| judged.is_selected(row)).collect();
    let subjects = audit::Subjects {
        population: &table.population,
        outcome: &table.outcome,
        risk: &judged.risk,
        selected: &selected,
        cluster: table.clustered.then_some(&table.cluster[..]),
    };
    let audit::Audit { mut rows, mut public, pooled, reliability, reliability_public, findings: mut found } =
        audit::audit(&subjects, &judgement.groupings, judgement.control.as_ref(), &stakeholders.audit);
    if !rows.is_empty() {
        let told = consistency(judgement, &selected, stakeholders.audit.seed);
        public.extend(told.iter().filter(|row| !is_hidden(&public, row.population)).cloned().collect::<Vec<Row>>());
        rows.extend(told);
    }
    found.extend(unknown_factors(stakeholders, judgement));
    found.extend(disparities(&rows));
    if stakeholders.features.sensitive.is_empty() {
        found.push(
            Finding::new("no-sensitive", "no sensitive feature is declared, so nothing was audited")
                .hint("name the columns in `sensitive = [\"gender\"]`; they do not enter the model"),
        );
    }
    progress.finish();
    (Audited { rows, public, pooled, reliability, reliability_public }, found)
}

/// Whether alike subjects are selected alike, in history and among today's.
fn consistency(judgement: &Judgement, selected: &[Option<bool>], seed: Seed) -> Vec<Row> {
    let tell = |population: Population| {
        let rows = judgement.table.rows_of(population);
        let rows: Vec<u32> = rows.into_iter().filter(|row| selected[*row as usize].is_some()).collect();
        let value = audit::consistency(&judgement.design, selected, &rows, seed);
        let blank = Row::blank("consistency", audit::OVERALL, audit::OVERALL, population);
        (!rows.is_empty()).then_some(Row { n: Some(rows.len() as u64), value, ..blank })
    };
    [Population::History, Population::Today].into_iter().filter_map(tell).collect()
}

/// Whether it is hidden how many of all subjects are selected.
fn is_hidden(public: &[Row], population: Population) -> bool {
    public.iter().any(|row| {
        row.suppressed
            && row.population == population
            && row.feature == audit::OVERALL
            && row.metric == "selection_rate"
    })
}

/// The disparities of an audit as one finding.
fn disparities(rows: &[Row]) -> Option<Finding> {
    let found: Vec<&Row> = rows.iter().filter(|row| row.verdict.as_deref() == Some(verdict::DISPARITY)).collect();
    let name = |row: &&Row| format!("{} of {} = {}", row.metric, row.feature, row.group);
    let first = found.first().map(name)?;
    let message = match found.len() {
        1 => format!("the audit finds a disparity: {first}"),
        n => format!("the audit finds {n} disparities, first: {first}"),
    };
    let hint = "read the rows with the verdict `disparity` in `audit.json`, and what drives the gap in its `drivers`";
    Some(Finding::new("disparity", message).count(found.len()).hint(hint))
}

/// Factors that the policy controls for and this group does not have.
fn unknown_factors(stakeholders: &Stakeholders, judgement: &Judgement) -> Vec<Finding> {
    let is_known = |name: &String| judgement.table.columns.iter().any(|column| column.name == *name);
    let unknown = stakeholders.audit.control.iter().filter(|name| !is_known(name));
    let finding = |name: &String| {
        let message = format!("`control` names `{name}`, which the table does not have: it is not conditioned on here");
        Finding::new("control-unused", message).column(name)
    };
    unknown.map(finding).collect()
}

impl Audited {
    /// The content of `audit.json`.
    pub fn complete(&self, stakeholders: &Stakeholders) -> Value {
        json!({ "policy": policy(stakeholders), "rows": self.rows, "reliability": self.reliability })
    }

    /// The content of `audit_public.json`.
    pub fn published(&self, stakeholders: &Stakeholders) -> Value {
        json!({ "policy": policy(stakeholders), "rows": self.public, "reliability": self.reliability_public })
    }
}

fn policy(stakeholders: &Stakeholders) -> serde_json::Value {
    let audit = &stakeholders.audit;
    json!({
        "reference": match &audit.reference {
            audit::Reference::Largest => "largest",
            audit::Reference::Best => "best",
            audit::Reference::Overall => "overall",
            audit::Reference::Named(name) => name,
        },
        "significance": audit.significance,
        "confidence": { "rates": 1.0 - audit.significance, "comparisons": 1.0 - 2.0 * audit.significance },
        "correction": match audit.correction {
            audit::Correction::Holm => "holm",
            audit::Correction::BenjaminiHochberg => "benjamini-hochberg",
            audit::Correction::None => "none",
        },
        "min_group": audit.min_group,
        "control": audit.control,
        "limits": audit.limits,
        "scoring_rate": audit.scoring_rate,
        "selected_from": stakeholders.score.selected_from,
        "effect": stakeholders.score.effect,
    })
}
