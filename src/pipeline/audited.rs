//! The audit of a group: every part of it that joins stages, complete and as it may be published.

mod actions;
mod beyond;
mod due;
mod flip;
mod gaps;
mod proxies;
mod slices;
mod verdicts;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::beyond::Beyond;
use self::due::due;
use self::verdicts::Verdicts;
pub use self::verdicts::rows;
use super::group::Judgement;
use super::mitigated::{self, Priced};
use super::rows::Told;
use crate::audit::{self, Changed, Row, metrics, verdict};
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::{Finding, Progress, Result, Seed};
use crate::config::Stakeholders;
use crate::govern::Compared;

/// The audit, complete and as it may be published.
pub struct Audited {
    pub rows: Vec<Row>,
    pub public: Vec<Row>,
    /// Hidden groups together, for the pages.
    pub pooled: Vec<Row>,
    /// Against the compared run, where there is one with verdicts.
    pub changed: Option<Verdicts>,
    /// What could be done about gaps.
    pub mitigations: Vec<Priced>,
    /// Bias of the data.
    data: audit::Data,
    public_data: audit::Data,
    /// What is told beside metrics.
    pub beyond: Beyond,
    reported: Population,
    /// The reliability curve of every group, and those that may be published.
    pub reliability: Vec<audit::Reliability>,
    pub reliability_public: Vec<audit::Reliability>,
}

/// Audits the scores of a group, and tells what was noticed.
///
/// # Errors
/// A model cannot be asked.
pub fn audit(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    compared: Option<&Compared>,
    seed: Seed,
    progress: &dyn Progress,
) -> Result<(Audited, Vec<Finding>)> {
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
    found.extend(disparities(&rows, &public));
    if stakeholders.features.sensitive.is_empty() {
        found.push(
            Finding::new("no-sensitive", "no sensitive feature is declared, so nothing was audited")
                .hint("name the columns in `sensitive = [\"gender\"]`; they do not enter the model"),
        );
    }
    let (data, public_data, said) = data(stakeholders, judgement, &subjects, &rows, &public);
    found.extend(said);
    let beyond = Beyond::begin(stakeholders, judgement, &groupings(judgement, &rows), seed)?;
    progress.finish();
    let reported = judged.reported;
    let mitigations = Vec::new();
    let mut audited = Audited {
        rows,
        public,
        pooled,
        changed: None,
        mitigations,
        data,
        public_data,
        beyond,
        reported,
        reliability,
        reliability_public,
    };
    audited.changed = verdicts::verdicts(compared, &stakeholders.name, &audited);
    Ok((audited, found))
}

/// Bias of the data, complete and as it may be published, and what was noticed.
fn data(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    subjects: &audit::Subjects,
    rows: &[Row],
    public: &[Row],
) -> (audit::Data, audit::Data, Vec<Finding>) {
    let settings = &stakeholders.audit;
    let (among, due) = due(stakeholders, &judgement.table);
    let column = stakeholders.load.outcome.as_ref().map_or("", |outcome| &outcome.column);
    let outcomes = audit::Outcomes { column, among, due: &due };
    let data = audit::data(subjects, &judgement.design, &judgement.groupings, rows, outcomes, settings);
    let found = data.findings(public, settings.significance, settings.min_group);
    let public = data.published(public, settings.min_group);
    (data, public, found)
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

/// The disparities of an audit as one finding, which pages print: it counts all, and names one that is published.
fn disparities(rows: &[Row], public: &[Row]) -> Option<Finding> {
    let is_found = |row: &&Row| row.verdict.as_deref() == Some(verdict::DISPARITY);
    let n = rows.iter().filter(is_found).count();
    let title = |row: &Row| metrics::find(&row.metric).map_or(row.metric.clone(), |of| of.title.to_lowercase());
    let name = |row: &Row| format!("{} of `{}` = `{}`", title(row), row.feature, row.group);
    let message = match (n, public.iter().find(is_found).map(name)) {
        (0, _) => return None,
        (1, Some(first)) => format!("the audit finds a disparity: {first}"),
        (n, Some(first)) => format!("the audit finds {n} disparities, first: {first}"),
        (1, None) => "the audit finds a disparity in a group too small to be published".to_owned(),
        (n, None) => format!("the audit finds {n} disparities in groups too small to be published"),
    };
    let hint = "read the rows with the verdict `disparity` in `audit.json`, and what drives the gap in its `drivers`";
    Some(Finding::new("disparity", message).count(n).hint(hint))
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

/// The groupings that rows tell of.
fn groupings<'a>(judgement: &'a Judgement, rows: &[Row]) -> Vec<&'a Grouping> {
    let told: BTreeSet<&str> = rows.iter().map(|row| row.feature.as_str()).collect();
    judgement.groupings.iter().filter(|grouping| told.contains(grouping.feature.as_str())).collect()
}

impl Audited {
    /// The groupings that are told.
    pub fn groupings<'a>(&self, judgement: &'a Judgement) -> Vec<&'a Grouping> {
        groupings(judgement, &self.rows)
    }

    /// What mitigations go by.
    pub fn found(&self) -> (&[Row], &[audit::Proxies]) {
        (&self.rows, &self.beyond.proxies)
    }

    /// The group with what its reasons must say of proxies.
    pub fn with_proxies(&self, stakeholders: &Stakeholders) -> Stakeholders {
        let mut stakeholders = stakeholders.clone();
        stakeholders.explain.proxies = proxies::stand_ins(&self.beyond.proxies);
        stakeholders
    }

    /// Adds what can be told only once every row is explained, and tells what was noticed.
    ///
    /// # Errors
    /// The parts of a gap do not add up to it, or a model cannot be asked.
    pub fn finish(
        &mut self,
        stakeholders: &Stakeholders,
        judgement: &Judgement,
        told: &Told,
        progress: &dyn Progress,
    ) -> Result<Vec<Finding>> {
        progress.start(&stakeholders.name, "audit reasons", None);
        let groupings = self.groupings(judgement);
        self.beyond.finish(stakeholders, judgement, (&groupings, &self.rows), told)?;
        progress.finish();
        Ok(self.beyond.findings(stakeholders, told, judgement, &self.public))
    }

    /// The content of `audit.json`.
    pub fn complete(&self, stakeholders: &Stakeholders) -> Value {
        let told = file(stakeholders, &self.rows, self.changed.as_ref().map(|changed| &changed.complete[..]));
        let told =
            with(told, json!({ "reliability": self.reliability, "data": self.data, "mitigations": self.mitigations }));
        with(told, self.beyond.complete())
    }

    /// Prices as they may be published.
    pub fn mitigations_published(&self, stakeholders: &Stakeholders) -> Vec<Priced> {
        mitigated::published(&self.mitigations, &self.public, stakeholders.audit.min_group)
    }

    /// The content of `audit_public.json`.
    pub fn published(&self, stakeholders: &Stakeholders) -> Value {
        let told = file(stakeholders, &self.public, self.changed.as_ref().map(|changed| &changed.public[..]));
        let mitigations = self.mitigations_published(stakeholders);
        let told = with(
            told,
            json!({ "reliability": self.reliability_public, "data": self.public_data, "mitigations": mitigations }),
        );
        with(told, self.beyond.published(stakeholders, self.reported, &self.public))
    }
}

fn file(stakeholders: &Stakeholders, rows: &[Row], changed: Option<&[Changed]>) -> Value {
    let mut file = json!({ "policy": policy(stakeholders), "rows": rows });
    if let Some(changed) = changed {
        file["changed"] = json!(changed);
    }
    file
}

fn policy(stakeholders: &Stakeholders) -> Value {
    let mut policy = policy_of(&stakeholders.audit);
    policy["selected_from"] = json!(stakeholders.score.selected_from);
    policy
}

/// What verdicts are held against.
pub fn policy_of(audit: &audit::Settings) -> Value {
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
        "effect": audit.effect,
        "scoring_rate": audit.scoring_rate,
    })
}

/// A JSON object and the keys of another.
fn with(mut told: Value, more: Value) -> Value {
    if let (Value::Object(told), Value::Object(more)) = (&mut told, more) {
        told.extend(more);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::disparities;
    use crate::audit::{Row, verdict};
    use crate::base::population::Population::Today;

    #[test]
    fn a_disparity_that_is_hidden_is_counted_and_not_named() {
        let row = |group: &str| Row {
            verdict: Some(verdict::DISPARITY.to_owned()),
            ..Row::blank("selection_rate", "gender", group, Today)
        };
        let hidden = |row: &Row| Row { verdict: None, suppressed: true, ..row.clone() };
        let rows = [row("X"), row("F")];
        let told = |rows: &[Row], public: &[Row]| disparities(rows, public).map(|of| (of.message, of.count));
        let first = "the audit finds 2 disparities, first: selection rate of `gender` = `F`";
        let expected = Some((first.to_owned(), Some(2)));
        assert_eq!(told(&rows, &[hidden(&rows[0]), rows[1].clone()]), expected);
        let (message, n) = told(&rows[..1], &[hidden(&rows[0])]).unwrap();
        assert_eq!(
            (message.as_str(), n),
            ("the audit finds a disparity in a group too small to be published", Some(1))
        );
        assert_eq!(told(&rows.each_ref().map(hidden), &[]), None);
    }
}
