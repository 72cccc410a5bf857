//! What a sealed run says of itself.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::story::Group;
use crate::audit::verdict;
use crate::base::units::Estimate;
use crate::base::verdicts::Verdicts;
use crate::base::{Error, Finding, Severity};
use crate::pipeline;

/// What was found, and in which groups.
#[derive(Debug, Default, PartialEq)]
pub struct Recorded {
    pub groups: Vec<Group>,
    pub findings: Vec<Finding>,
}

/// Reads what a run says of its groups, in the order of `stakeholders`; what is not there is left out.
pub fn read(run: &Path, stakeholders: &[&str]) -> Recorded {
    let mut recorded = Recorded::default();
    if let Some(findings) = json::<Vec<Finding>>(&run.join("findings.json")) {
        recorded.findings.extend(findings);
    }
    let view: Value = json(&run.join("view.json")).unwrap_or_default();
    let mut names = names(run, true);
    names.sort_by_key(|name| stakeholders.iter().position(|of_plan| name == of_plan));
    for name in names {
        let folder = run.join(&name);
        let findings: Vec<Finding> = json(&folder.join("findings.json")).unwrap_or_default();
        let validation: Value = json(&folder.join("validation.json")).unwrap_or_default();
        let shown = view["groups"].as_array().and_then(|groups| groups.iter().find(|group| group["name"] == name));
        let mut group = group(name, &validation, shown.unwrap_or(&Value::Null), verdicts(&folder));
        if shown.is_none() {
            group.error = failure(&findings);
        }
        recorded.groups.push(group);
        recorded.findings.extend(findings);
    }
    recorded
}

/// Of all rows of a group's audit: pages count those only that are published.
fn verdicts(folder: &Path) -> Verdicts {
    let rows = fs::read_to_string(folder.join("audit.json")).ok().and_then(|text| pipeline::audit_rows(&text).ok());
    rows.map(|rows| verdict::count(&rows)).unwrap_or_default()
}

/// Why a group could not be done, from its findings.
fn failure(findings: &[Finding]) -> Option<Error> {
    let stops = |finding: &&Finding| finding.severity == Severity::Error || finding.code == "group-failed";
    let stop = |finding: &Finding| Error::new(finding.message.clone()).hint_opt(finding.hint.clone());
    Error::all(findings.iter().filter(stops).map(stop)).err()
}

/// Names of the pages at the top of a run's folder.
pub fn pages(run: &Path) -> Vec<String> {
    let is_page = |name: &String| [".pdf", ".html", ".xlsx"].iter().any(|end| name.ends_with(end));
    let (mut pages, owner): (Vec<String>, Vec<String>) =
        names(run, false).into_iter().filter(is_page).partition(|name| name != "owner.pdf");
    pages.splice(0..0, owner);
    pages
}

fn group(name: String, validation: &Value, shown: &Value, verdicts: Verdicts) -> Group {
    let whole = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
    let at_risk = |band: &&Value| band["band"] == "high" || band["band"] == "critical";
    let n_high =
        shown["bands"].as_array().map(|bands| bands.iter().filter(at_risk).filter_map(|band| whole(&band["n"])).sum());
    let figure = |name: &str| {
        let estimate = &validation["out_of_fold"][name];
        serde_json::from_value::<Estimate>(estimate.clone()).unwrap_or_default()
    };
    Group {
        name,
        n_today: whole(&shown["n_today"]).unwrap_or(0),
        n_history: whole(&shown["n_history"]).unwrap_or(0),
        n_columns: whole(&shown["n_columns"]).unwrap_or(0),
        n_sources: whole(&shown["n_sources"]).unwrap_or(0),
        n_audited: whole(&shown["n_audited"]),
        verdicts,
        family: validation["family"].as_str().map(str::to_owned),
        families: families(validation),
        fold_families: fold_families(validation),
        auc: figure("auc"),
        calibration_slope: figure("calibration_slope").value,
        n_high,
        value_at_stake: shown["value_at_stake"].as_f64(),
        error: None,
    }
}

fn families(validation: &Value) -> Vec<(String, Option<f64>)> {
    let loss =
        |family: &Value| family["out_of_fold"]["log_loss"]["value"].as_f64().filter(|_| family["refused"].is_null());
    let was_free = validation["choice"]["is_free"] == true;
    let tried = validation["families"].as_object().filter(|_| was_free);
    tried.map(|tried| tried.iter().map(|(name, of)| (name.clone(), loss(of))).collect()).unwrap_or_default()
}

fn fold_families(validation: &Value) -> Vec<String> {
    let choice = &validation["choice"];
    let folds = choice["folds"].as_array().filter(|_| choice["is_free"] == true);
    folds.into_iter().flatten().filter_map(|family| family.as_str().map(str::to_owned)).collect()
}

fn json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Names of the folders, or the files, in a folder, sorted.
fn names(folder: &Path, folders: bool) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir() == folders)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}
