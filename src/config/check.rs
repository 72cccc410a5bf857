//! Raw to plan: the portfolio, the audit, and what concerns several groups at once.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::plan::{Compare, Plan, Portfolio, TrainPolicy};
use super::population::population;
use super::{group, raw};
use crate::base::units::LOCALES;
use crate::base::{Error, Result, Seed};
use crate::{audit, features, train};

/// The problems that were found so far.
#[derive(Default)]
pub(super) struct Problems(Vec<Error>);

impl Problems {
    pub fn push(&mut self, message: impl Into<String>, hint: impl Into<String>) {
        self.0.push(Error::new(message).hint(hint));
    }
}

/// Checks a config and makes the plan.
pub(super) fn plan(mut raw: raw::Config, folder: &Path, today: NaiveDate) -> Result<Plan> {
    let mut problems = Problems::default();
    let portfolio = portfolio(&raw.portfolio, folder, today, &mut problems);
    names(&raw.stakeholders, &mut problems);
    let audit = audit::Settings { population: population(&raw, &mut problems), ..audit_settings(&raw.audit) };
    let control = control(&raw.audit, &mut problems);
    let shared = group::Shared {
        folder,
        as_of: portfolio.as_of,
        currency: &portfolio.currency,
        audit: &audit,
        seed: portfolio.seed,
        control: &control,
        severities: &raw.severities,
    };
    let stakeholders: Vec<_> =
        raw.stakeholders.iter().map(|one| group::stakeholders(one, &shared, &mut problems)).collect();
    if audit.scoring_rate && stakeholders.iter().all(|one| !one.audit.scoring_rate) {
        let message = "`audit.scoring_rate` is set, but no stakeholders are employees, staff, applicants or candidates";
        problems.push(message, "set their `subject = \"employee\"`, or remove the line");
    }
    Error::all(problems.0)?;
    let fail_on: BTreeSet<_> = raw.fail_on.iter().copied().collect();
    raw.fail_on = fail_on.into_iter().collect();
    let mut plan =
        Plan { portfolio, stakeholders, fail_on: raw.fail_on.clone(), findings: Vec::new(), settings: Value::Null };
    plan.settings = settings(raw, &plan);
    Ok(plan)
}

fn portfolio(raw: &raw::Portfolio, folder: &Path, today: NaiveDate, problems: &mut Problems) -> Portfolio {
    slug_like("portfolio.name", &raw.name, problems);
    let title = raw.title.clone().unwrap_or_else(|| raw.name.clone());
    if title.trim().is_empty() {
        problems.push("`portfolio.title` is blank, expected text", "remove the line, and the name is the title");
    }
    if !LOCALES.contains(&raw.locale.as_str()) {
        let message = format!("`portfolio.locale` is \"{}\", but this version writes English only", raw.locale);
        let known = LOCALES.map(|locale| format!("`locale = \"{locale}\"`")).join(" or ");
        problems.push(message, format!("write {known}, or remove the line"));
    }
    Portfolio {
        name: raw.name.clone(),
        title,
        // the schema has let through nothing but "today" and dates
        as_of: NaiveDate::parse_from_str(&raw.as_of, "%Y-%m-%d").unwrap_or(today),
        currency: raw.currency.clone(),
        locale: raw.locale.clone(),
        seed: Seed(raw.seed),
        reports: folder.join(&raw.reports),
        compare: match raw.compare.as_str() {
            "last" => Compare::Last,
            "none" => Compare::None,
            run => Compare::Run(run.to_owned()),
        },
        train: train_policy(&raw.train, folder, problems),
        ids: raw.ids,
    }
}

fn train_policy(written: &str, folder: &Path, problems: &mut Problems) -> TrainPolicy {
    match written {
        "always" => TrainPolicy::Always,
        "monthly" => TrainPolicy::Monthly,
        path => {
            if !path.contains('/') && Path::new(path).extension().is_none_or(|extension| extension != "json") {
                let message = format!(
                    "`portfolio.train` is \"{path}\", expected \"always\", \"monthly\" or the path of a `model.json` or of the folder of a run"
                );
                problems.push(message, "write `train = \"always\"`, or remove the line");
            }
            TrainPolicy::Model(folder.join(path))
        }
    }
}

fn names(groups: &[raw::Stakeholders], problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for group in groups {
        slug_like("stakeholders.name", &group.name, problems);
        if !seen.insert(&group.name) {
            let message = format!("two stakeholder groups have the name `{}`, expected a name for each", group.name);
            problems.push(message, format!("write `name = \"{}-2\"` in one of them", group.name));
        }
    }
}

/// Names become folders.
fn slug_like(key: &str, name: &str, problems: &mut Problems) {
    let slug = slug(name);
    if slug == name {
        return;
    }
    let message = format!("`{key}` is \"{name}\", expected lower-case letters, digits and single `-` between them");
    let slug = if slug.is_empty() { "my-business".to_owned() } else { slug };
    problems.push(message, format!("write `name = \"{slug}\"`"));
}

/// Lower-case letters and digits of a name, all else as single `-` between them.
pub fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(plain).collect();
    name.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn audit_settings(raw: &raw::Audit) -> audit::Settings {
    audit::Settings {
        reference: match raw.reference.as_str() {
            "largest" => audit::Reference::Largest,
            "best" => audit::Reference::Best,
            "overall" => audit::Reference::Overall,
            group => audit::Reference::Named(group.to_owned()),
        },
        effect: Some(crate::base::units::Effect::Benefit),
        significance: raw.significance,
        correction: match raw.correction {
            raw::Correction::Holm => audit::Correction::Holm,
            raw::Correction::BenjaminiHochberg => audit::Correction::BenjaminiHochberg,
            raw::Correction::None => audit::Correction::None,
        },
        min_group: raw.min_group,
        control: raw.control.iter().map(|control| control.table().column).collect(),
        limits: raw.limits.clone(),
        scoring_rate: raw.scoring_rate,
        ..audit::Settings::default()
    }
}

/// The legitimate factors of the audit.
fn control(raw: &raw::Audit, problems: &mut Problems) -> Vec<features::Segment> {
    let factors: Vec<raw::SegmentTable> = raw.control.iter().map(raw::Segment::table).collect();
    for one in factors.iter().filter(|one| one.bins.windows(2).any(|pair| pair[0] >= pair[1])) {
        let what = format!("`bins` of control `{}` are not ascending", one.column);
        problems.push(what, "write them from the lowest to the highest");
    }
    factors.into_iter().map(|one| features::Segment { column: one.column, bins: one.bins }).collect()
}

/// The config with every default filled in, and what it does not let the user choose.
fn settings(mut raw: raw::Config, plan: &Plan) -> Value {
    raw.portfolio.title = Some(plan.portfolio.title.clone());
    raw.portfolio.as_of = plan.portfolio.as_of.to_string();
    for (raw, plan) in raw.stakeholders.iter_mut().zip(&plan.stakeholders) {
        raw.subject = Some(plan.subject.clone());
        raw.sensitive = raw.sensitive.iter().map(|one| raw::Sensitive::Table(one.table())).collect();
        raw.segments = raw.segments.iter().map(|one| raw::Segment::Table(one.table())).collect();
        raw.severities.clone_from(&plan.load.severities);
    }
    raw.audit.control = raw.audit.control.iter().map(|one| raw::Segment::Table(one.table())).collect();
    // text, numbers and lists can always be written
    let mut settings = serde_json::to_value(raw).unwrap_or_default();
    if let Some(portfolio) = settings.get_mut("portfolio").and_then(Value::as_object_mut) {
        portfolio.shift_remove("reports");
    }
    let train::Settings { n_folds, penalties, selection_rows_max, .. } = train::Settings::default();
    if let Some(settings) = settings.as_object_mut() {
        let fixed = json!({ "n_folds": n_folds, "penalties": penalties, "selection_rows_max": selection_rows_max });
        settings.insert("fixed".to_owned(), fixed);
    }
    settings
}
