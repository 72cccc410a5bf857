//! What a sealed run says of itself.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::story::Group;
use crate::base::Finding;
use crate::base::units::Estimate;

/// What was found, and in which groups.
#[derive(Debug, Default, PartialEq)]
pub struct Recorded {
    pub groups: Vec<Group>,
    pub findings: Vec<Finding>,
}

/// Reads the findings and the validation of every group of a run; what is not there is left out.
pub fn read(run: &Path) -> Recorded {
    let mut recorded = Recorded::default();
    if let Some(findings) = json::<Vec<Finding>>(&run.join("findings.json")) {
        recorded.findings.extend(findings);
    }
    let view: Value = json(&run.join("view.json")).unwrap_or_default();
    for name in names(run, true) {
        let folder = run.join(&name);
        let findings: Vec<Finding> = json(&folder.join("findings.json")).unwrap_or_default();
        recorded.findings.extend(findings);
        let validation: Value = json(&folder.join("validation.json")).unwrap_or_default();
        let shown = view["groups"].as_array().and_then(|groups| groups.iter().find(|group| group["name"] == name));
        recorded.groups.push(group(name, &validation, shown.unwrap_or(&Value::Null)));
    }
    recorded
}

/// Names of the pages at the top of a run's folder.
pub fn pages(run: &Path) -> Vec<String> {
    let is_page = |name: &String| [".pdf", ".html", ".xlsx"].iter().any(|end| name.ends_with(end));
    let (mut pages, owner): (Vec<String>, Vec<String>) =
        names(run, false).into_iter().filter(is_page).partition(|name| name != "owner.pdf");
    pages.splice(0..0, owner);
    pages
}

fn group(name: String, validation: &Value, shown: &Value) -> Group {
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
        n_history: whole(&validation["n_history"]).unwrap_or(0),
        family: validation["family"].as_str().map(str::to_owned),
        auc: figure("auc"),
        calibration_slope: figure("calibration_slope").value,
        n_high,
        value_at_stake: shown["value_at_stake"].as_f64(),
        ..Group::default()
    }
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
