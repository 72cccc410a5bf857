//! Raw to plan: one stakeholder group.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use super::check::Problems;
use super::explain::explain_settings;
use super::plan::{ColumnPlan, OutcomeWords, Stakeholders};
use super::raw;
use crate::base::units::{Band, Family};
use crate::base::{Seed, Severity};
use crate::{audit, features, load, score, train};

/// What all groups of a portfolio have in common.
pub(super) struct Shared<'a> {
    pub folder: &'a Path,
    pub as_of: NaiveDate,
    pub currency: &'a str,
    pub audit: &'a audit::Settings,
    pub seed: Seed,
    /// Legitimate factors of the audit's policy.
    pub control: &'a [features::Segment],
    pub severities: &'a BTreeMap<String, Severity>,
}

/// A group under check: where problems go, and whose they are.
pub(super) struct Check<'a, 'b> {
    pub raw: &'a raw::Stakeholders,
    problems: &'b mut Problems,
}

/// Checks one group and makes its settings.
pub(super) fn stakeholders(raw: &raw::Stakeholders, shared: &Shared<'_>, problems: &mut Problems) -> Stakeholders {
    let subject = raw.subject.clone().unwrap_or_else(|| singular(&raw.name));
    let mut check = Check { raw, problems };
    check.purpose(&subject);
    let scoring_rate = shared.audit.scoring_rate && concerns(&[EMPLOYEES, APPLICANTS].concat(), raw, &subject);
    check.roles();
    check.columns();
    Stakeholders {
        name: raw.name.clone(),
        words: OutcomeWords { verb: raw.outcome.verb.clone(), horizon: raw.outcome.horizon.clone() },
        purpose: raw.r#use.clone(),
        columns: raw.columns.iter().map(|(name, column)| (name.clone(), column_plan(column))).collect(),
        load: check.load(shared),
        features: check.features(shared.control),
        train: check.train(),
        score: check.score(),
        explain: explain_settings(raw, shared.currency),
        audit: audit::Settings {
            effect: Some(raw.selection.effect),
            scoring_rate,
            seed: shared.seed.child(&raw.name).child("audit"),
            ..shared.audit.clone()
        },
        mitigate: check.mitigate(),
        actions_max: raw.actions_max,
        subject_pages: raw.subject_pages,
        subject,
    }
}

/// What groups of employees, and of those who want to be, are called.
const EMPLOYEES: &[&str] = &["employees", "employee", "staff"];
const APPLICANTS: &[&str] = &["applicants", "applicant", "candidates", "candidate"];

/// Whether a group, or one of it, is called by one of the words.
fn concerns(words: &[&str], raw: &raw::Stakeholders, subject: &str) -> bool {
    [&raw.name[..], subject].iter().any(|name| words.contains(&name.to_lowercase().as_str()))
}

/// `customers` → `customer`.
fn singular(name: &str) -> String {
    name.strip_suffix('s').filter(|stem| !stem.is_empty()).unwrap_or(name).to_owned()
}

fn column_plan(raw: &raw::Column) -> ColumnPlan {
    ColumnPlan {
        label: raw.label.clone(),
        unit: raw.unit.clone(),
        pillar: raw.pillar,
        direction: raw.direction,
        actionable: raw.actionable.clone(),
    }
}

impl Check<'_, '_> {
    /// A problem of this group; `what` begins with the key.
    pub fn problem(&mut self, what: impl std::fmt::Display, hint: impl Into<String>) {
        let message = format!("in `{}`: {what}", self.raw.name);
        self.problems.push(message, hint);
    }

    fn purpose(&mut self, subject: &str) {
        if self.raw.r#use.is_none() && concerns(EMPLOYEES, self.raw, subject) {
            self.problem(
                "`use` is missing, but scores of employees need a declared purpose",
                "add `use = { purpose = \"stay interviews\", decides = \"team lead\", contact = \"hr@example.com\" }`",
            );
        }
    }

    /// No column has two jobs that exclude one another.
    fn roles(&mut self) {
        let raw = self.raw;
        let outcome = Some(&raw.outcome.column);
        let keys = [("id", raw.id.as_ref()), ("time", raw.time.as_ref()), ("outcome", outcome)];
        let sensitive: Vec<String> = raw.sensitive.iter().map(|one| one.table().column).collect();
        for (key, column) in keys {
            let Some(column) = column else { continue };
            for (list, columns) in [("exclude", &raw.exclude), ("sensitive", &sensitive)] {
                if columns.contains(column) {
                    self.problem(
                        format!("column `{column}` is the {key} and also in `{list}`, expected one of the two"),
                        format!("remove `{column}` from `{list}`"),
                    );
                }
            }
            let twice = keys.iter().find(|(other, same)| *other > key && *same == Some(column));
            if let Some((other, _)) = twice {
                let what = format!("column `{column}` is both the {key} and the {other}, expected a column for each");
                self.problem(what, format!("change `{other}`, or remove the `{key}`"));
            }
        }
        for (i, column) in sensitive.iter().enumerate() {
            if sensitive.iter().take(i).any(|other| other == column) {
                self.problem(format!("column `{column}` stands twice in `sensitive`"), "keep one of the two");
            } else if raw.exclude.contains(column) {
                let what =
                    format!("column `{column}` is both in `sensitive` and in `exclude`, expected one of the two");
                self.problem(
                    what,
                    "leave it in `sensitive` only: it is audited, and enters no model unless `use = true`",
                );
            }
        }
    }

    fn columns(&mut self) {
        for (name, column) in &self.raw.columns {
            let Some(actionable) = &column.actionable else { continue };
            if actionable.min.zip(actionable.max).is_some_and(|(min, max)| min >= max) {
                let what = format!("`columns.{name}.actionable` has a `min` that is not below its `max`");
                self.problem(what, "exchange the two numbers");
            }
            if self.raw.sensitive.iter().any(|one| one.table().column == *name) {
                let what =
                    format!("column `{name}` is in `sensitive` and `actionable`: who somebody is cannot be an action");
                self.problem(what, format!("remove `actionable` from `columns.{name}`"));
            }
        }
        for (name, column) in &self.raw.columns {
            if let Some(format) = &column.date_format {
                self.date_format(&format!("columns.{name}.date_format"), format);
            }
        }
    }

    fn load(&mut self, shared: &Shared<'_>) -> load::Settings {
        let raw = self.raw;
        let mut severities = shared.severities.clone();
        severities.extend(raw.severities.clone());
        load::Settings {
            stakeholders: raw.name.clone(),
            as_of: shared.as_of,
            sources: self.sources(shared.folder),
            sql: raw.sql.clone(),
            id: raw.id.clone(),
            time: raw.time.clone(),
            entity: raw.entity.clone(),
            outcome: Some(self.outcome()),
            value: raw.value.clone(),
            sensitive: raw.sensitive.iter().map(|one| one.table().column).collect(),
            exclude: raw.exclude.clone(),
            columns: raw.columns.iter().map(|(name, column)| (name.clone(), column_settings(column))).collect(),
            duplicates: match raw.duplicates {
                raw::Duplicates::Together => load::Duplicates::Together,
                raw::Duplicates::Drop => load::Duplicates::Drop,
                raw::Duplicates::Keep => load::Duplicates::Keep,
            },
            severities,
        }
    }

    fn outcome(&mut self) -> load::Outcome {
        let raw = &self.raw.outcome;
        let adverse: Vec<String> = raw.adverse.iter().map(raw::Scalar::text).collect();
        let favorable: Vec<String> = raw.favorable.iter().map(raw::Scalar::text).collect();
        if adverse.is_empty() {
            self.problem("`outcome.adverse` is empty, expected at least one level", "write `adverse = [\"yes\"]`");
        }
        for level in adverse.iter().filter(|level| favorable.contains(level)) {
            let what = format!("level `{level}` of the outcome is both adverse and favorable, expected one of the two");
            self.problem(what, format!("remove `{level}` from `adverse` or from `favorable`"));
        }
        let horizon_days = raw.horizon.as_deref().and_then(|horizon| {
            let days = days(horizon);
            if days.is_none() {
                let what =
                    format!("`outcome.horizon` is \"{horizon}\", expected a number of days, weeks, months or years");
                self.problem(what, "write `horizon = \"90 days\"`");
            }
            days
        });
        load::Outcome { column: raw.column.clone(), adverse, favorable, horizon_days }
    }

    fn features(&mut self, control: &[features::Segment]) -> features::Settings {
        let raw = self.raw;
        let sensitive: Vec<raw::SensitiveTable> = raw.sensitive.iter().map(raw::Sensitive::table).collect();
        for one in &sensitive {
            if one.bins.windows(2).any(|pair| pair[0] >= pair[1]) {
                let what = format!("`bins` of sensitive column `{}` are not ascending", one.column);
                self.problem(what, format!("write `bins = {:?}`", ascending(&one.bins)));
            }
        }
        let segments: Vec<raw::SegmentTable> = raw.segments.iter().map(raw::Segment::table).collect();
        for one in &segments {
            if one.bins.windows(2).any(|pair| pair[0] >= pair[1]) {
                let what = format!("`bins` of segment `{}` are not ascending", one.column);
                self.problem(what, format!("write `bins = {:?}`", ascending(&one.bins)));
            }
        }
        features::Settings {
            segments: segments
                .into_iter()
                .map(|one| features::Segment { column: one.column, bins: one.bins })
                .collect(),
            sensitive: sensitive
                .into_iter()
                .map(|one| features::Sensitive { column: one.column, bins: one.bins, used: one.r#use })
                .collect(),
            crossings: raw.crossings,
            control: control.to_vec(),
        }
    }

    fn train(&mut self) -> train::Settings {
        let raw = self.raw;
        let family = match raw.model {
            raw::Family::Auto => None,
            raw::Family::Logistic => Some(Family::Logistic),
            raw::Family::Tree => Some(Family::Tree),
            raw::Family::Additive => Some(Family::Additive),
            raw::Family::Boosted => Some(Family::Boosted),
            raw::Family::Forest => Some(Family::Forest),
            raw::Family::ExtraTrees => Some(Family::ExtraTrees),
        };
        let directions = raw.columns.iter().filter_map(|(name, column)| Some((name.clone(), column.direction?)));
        train::Settings {
            family,
            n_trees: raw.trees,
            fit_rows_max: raw.fit_rows_max,
            rare_below: raw.rare_below,
            levels_max: raw.levels_max,
            directions: directions.collect(),
            n_repeats: raw.repeats,
            edits: self.edits(),
            ..train::Settings::default()
        }
    }

    fn edits(&mut self) -> Vec<train::Edit> {
        let raw = self.raw;
        if !raw.edits.is_empty() && !matches!(raw.model, raw::Family::Additive | raw::Family::Logistic) {
            let what = "`edits` change terms, which only additive models and logistic regression have";
            self.problem(what, "write `model = \"additive\"`, or remove `edits`");
        }
        let mut edits = Vec::new();
        for edit in &raw.edits {
            let changes = [
                edit.remove.then_some(train::Change::Remove),
                edit.cap.map(|[low, high]| train::Change::Cap { low, high }),
                edit.monotonize.map(train::Change::Monotonize),
            ];
            let changes: Vec<train::Change> = changes.into_iter().flatten().collect();
            if edit.cap.is_some_and(|[low, high]| low > 0.0 || high < 0.0) {
                let what =
                    format!("`cap` of the edit of `{}` does not hold 0, expected the lower limit first", edit.term);
                self.problem(what, "write `cap = [-0.5, 0.5]`");
            }
            match changes[..] {
                [change] => edits.push(train::Edit { term: edit.term.clone(), change }),
                _ => {
                    let what = format!(
                        "the edit of `{}` makes {} changes, expected one of `remove`, `cap` and `monotonize`",
                        edit.term,
                        changes.len()
                    );
                    self.problem(what, "write `remove = true`, `cap = [-0.5, 0.5]` or `monotonize = \"increasing\"`");
                }
            }
        }
        edits
    }

    fn score(&mut self) -> score::Settings {
        let raw = self.raw;
        let bands = match &raw.bands {
            raw::Bands::Limits { elevated, high, critical } => {
                if elevated >= high || high >= critical {
                    self.problem(
                        format!("`bands` are {elevated}, {high} and {critical}, expected them to ascend"),
                        "write `bands = { elevated = 0.2, high = 0.5, critical = 0.8 }`",
                    );
                }
                score::Bands::Limits { elevated: *elevated, high: *high, critical: *critical }
            }
            raw::Bands::Capacity { capacity } => score::Bands::Capacity(*capacity),
            raw::Bands::Costs { costs } => {
                if costs.outcome.is_none() && raw.value.is_none() {
                    let what = "`bands.costs` has no `outcome`, and there is no `value` column that says what one outcome costs";
                    self.problem(
                        what,
                        "add `outcome = 100` to the costs, or `value = \"yearly_revenue\"` to the group",
                    );
                }
                let raw::Costs { intervention, success, outcome } = costs.clone();
                score::Bands::Costs(score::Costs { intervention, success, outcome })
            }
        };
        self.selection(&bands);
        score::Settings { bands, selected_from: raw.selection.from, effect: raw.selection.effect }
    }

    fn selection(&mut self, bands: &score::Bands) {
        let from = self.raw.selection.from;
        let (expected, hint) = match bands {
            score::Bands::Limits { .. } if from == Band::Low => {
                ("elevated, high or critical: `low` selects everybody", "high")
            }
            score::Bands::Capacity(_) | score::Bands::Costs(_) if from != Band::High => {
                ("high: bands by capacity or costs have one cut, named `high`", "high")
            }
            _ => return,
        };
        let what = format!("`selection.from` is \"{}\", expected {expected}", from.name());
        self.problem(what, format!("write `selection = {{ from = \"{hint}\" }}`"));
    }
}

/// Cut points in order, each once.
fn ascending(bins: &[f64]) -> Vec<f64> {
    let mut bins = bins.to_vec();
    bins.sort_by(f64::total_cmp);
    bins.dedup();
    bins
}

fn column_settings(raw: &raw::Column) -> load::ColumnSettings {
    load::ColumnSettings {
        missing: raw.missing.clone(),
        kind: raw.kind,
        date_format: raw.date_format.clone(),
        keep: raw.keep,
    }
}

/// Days of a time such as `90 days`, `12 weeks`, `6 months` (of 30.44 days) or `1 year` (of 365.25), rounded.
fn days(horizon: &str) -> Option<u32> {
    let (number, unit) = horizon.trim().split_once(char::is_whitespace)?;
    let number: u32 = number.parse().ok().filter(|number| (1..=36_500).contains(number))?;
    let unit = unit.trim();
    let length = match unit.strip_suffix('s').unwrap_or(unit) {
        "day" => 1.0,
        "week" => 7.0,
        "month" => 30.44,
        "year" => 365.25,
        _ => return None,
    };
    Some((f64::from(number) * length).round() as u32)
}
