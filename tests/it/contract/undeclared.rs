//! Outcomes whose favorable levels the config does not name.

use trustrisk::base::Severity;
use trustrisk::load::Settings;

use super::tables::*;

/// A table whose outcome column holds these levels.
fn with(levels: &[&str]) -> Vec<polars::prelude::Column> {
    vec![column("id", (0..levels.len() as i64).collect::<Vec<i64>>()), column("left", levels)]
}

#[test]
fn several_levels_count_as_favorable_and_are_listed() {
    let levels = ["yes", "stayed", "moved", "stayed", "yes"];
    let mut settings = settings("left", "yes");
    let checked = run(with(&levels), &settings);
    let finding = one(&checked, "outcome-levels");
    assert_eq!((finding.severity, finding.count, finding.first_row), (Severity::Warning, Some(3), Some(3)));
    assert_eq!(
        finding.message,
        "no `favorable` is declared for outcome `left`, so every level that is not adverse counts as favorable: \
         `stayed` (2 rows), `moved` (1 row)"
    );
    let line = "outcome = { column = \"left\", adverse = [\"yes\"], favorable = [\"stayed\", \"moved\"] }";
    assert_eq!(finding.hint.as_deref(), Some(format!("`{line}`").as_str()));
    let outcome = checked.table.unwrap().outcome;
    assert_eq!(outcome, [Some(true), Some(false), Some(false), Some(false), Some(true)]);
    // what the hint says ends the finding
    settings.outcome.as_mut().unwrap().favorable = vec!["stayed".into(), "moved".into()];
    assert!(of(&run(with(&levels), &settings), "outcome-levels").is_empty());
}

#[test]
fn one_other_level_is_the_favorable_one() {
    for other in ["no", "none", "0", "unknown"] {
        let checked = run(with(&["yes", other, other, "yes"]), &settings("left", "yes"));
        assert!(of(&checked, "outcome-levels").is_empty(), "{other}");
    }
    let numbers = vec![column("id", [1i64, 2, 3]), column("left", ["1", "0", "0.0"])];
    assert!(of(&run(numbers, &settings("left", "1")), "outcome-levels").is_empty());
}

#[test]
fn none_may_be_what_did_not_happen() {
    let checked = run(with(&["yes", "none", "minor", "none"]), &settings("left", "yes"));
    assert_eq!(one(&checked, "outcome-levels").severity, Severity::Warning);
}

#[test]
fn misspelled_and_unknown_levels_are_errors() {
    let levels = ["yes", "no", "Yes", "unknown", "YES ", "no", "N/A"];
    let mut settings = settings("left", "yes");
    settings.outcome.as_mut().unwrap().horizon_days = Some(90);
    let checked = run(with(&levels), &settings);
    let finding = one(&checked, "outcome-levels");
    assert_eq!((finding.severity, finding.count, finding.first_row), (Severity::Error, Some(4), Some(4)));
    assert_eq!(
        finding.message,
        "outcome `left` holds levels that are hardly favorable, and no `favorable` is declared: `N/A` (1 row), `YES ` (1 \
         row), `Yes` (1 row), `unknown` (1 row)"
    );
    assert_eq!(
        finding.hint.as_deref(),
        Some(
            "`outcome = { column = \"left\", adverse = [\"yes\", \"Yes\", \"YES \"], favorable = [\"no\"], horizon = \"90 \
             days\" }`, and `missing = [\"unknown\", \"N/A\"]` under `[stakeholders.columns.left]` for what is not known"
        )
    );
    assert!(checked.table.is_none());
    let alone = run(with(&["yes", "Yes", "yes"]), &settings);
    assert_eq!(one(&alone, "outcome-levels").severity, Severity::Error);
    // where the config lowers it, such rows are open
    let lowered = [("outcome-levels".to_owned(), Severity::Warning)].into();
    let checked = run(with(&levels), &Settings { severities: lowered, ..settings });
    let known: Vec<Option<bool>> = checked.table.unwrap().outcome;
    assert_eq!(known, [Some(true), Some(false), None, None, None, Some(false), None]);
}
