//! Real tables, each by its config under `tests/tables/`.

use std::path::Path;

use trustrisk::base::Finding;
use trustrisk::calibrate::Validation;
use trustrisk::load::{self, Duplicates, Loaded};

use crate::support::{plan, root, run_table, shared, table_config};

fn sensitive_in(text: String) -> String {
    text.replace("use = false", "use = true")
}

fn as_it_is(text: String) -> String {
    text
}

/// Runs a table and gives its out-of-fold figures.
fn figures(config: &str, edit: fn(String) -> String) -> Validation {
    let reports = tempfile::tempdir().unwrap();
    let mut finished = run_table(config, edit, reports.path()).unwrap();
    let group = finished.groups.remove(0);
    assert_eq!(group.error, None);
    let validation = group.validation.unwrap();
    let (auc, brier, ece, slope) = (validation.auc, validation.brier, validation.ece, validation.calibration_slope);
    eprintln!(
        "{config}: AUC {:.4} ({:.4} to {:.4}), Brier {:.4}, ECE {:.4}, slope {:.3}",
        auc.value.unwrap(),
        auc.low.unwrap(),
        auc.high.unwrap(),
        brier.value.unwrap(),
        ece.value.unwrap(),
        slope.value.unwrap()
    );
    validation
}

fn loaded(config: &str) -> Loaded {
    let plan = plan(&table_config(config), &root().join("tests/tables"), Path::new("reports")).unwrap();
    load::load(&plan.stakeholders[0].load, &trustrisk::base::progress::Silent).unwrap()
}

fn with_code<'a>(findings: &'a [Finding], code: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.code == code).collect()
}

#[test]
fn telco_is_forecast_as_well_as_by_the_peers() {
    let Some(_) = shared("telco_churn") else { return };
    let out = figures("telco.toml", as_it_is);
    assert!(out.auc.value.unwrap() >= 0.842);
    assert!(out.brier.value.unwrap() <= 0.138);
    let used = figures("telco.toml", sensitive_in);
    assert!(used.auc.value.unwrap() >= 0.843);
    assert!(used.brier.value.unwrap() <= 0.138);
}

#[test]
fn hr_attrition_is_forecast_as_well_as_by_the_peers() {
    let Some(_) = shared("hr_attrition") else { return };
    let out = figures("hr_attrition.toml", as_it_is);
    assert!(out.auc.value.unwrap() >= 0.820);
    assert!(out.brier.value.unwrap() <= 0.098);
    let used = figures("hr_attrition.toml", sensitive_in);
    assert!(used.auc.value.unwrap() >= 0.830);
    assert!(used.brier.value.unwrap() <= 0.098);
}

#[test]
fn shipping_is_forecast_as_well_as_by_the_peers() {
    let Some(_) = shared("shipping") else { return };
    let used = figures("shipping.toml", sensitive_in);
    assert!(used.auc.value.unwrap() >= 0.718);
    assert!(used.brier.value.unwrap() <= 0.198);
}

#[test]
fn five_workbooks_become_one_table_and_their_leaks_are_found() {
    let Some(_) = shared("telco_multitable") else { return };
    let loaded = loaded("telco_multitable.toml");
    let table = loaded.table.unwrap();
    assert_eq!(table.n_rows(), 7043);
    let mut leaks: Vec<&str> =
        with_code(&loaded.findings, "leak").iter().filter_map(|finding| finding.column.as_deref()).collect();
    leaks.sort_unstable();
    let expected =
        ["Churn Category", "Churn Label", "Churn Reason", "Churn Score", "Customer Status", "Satisfaction Score"];
    for leak in expected {
        assert!(leaks.contains(&leak), "`{leak}` is missing from {leaks:?}");
        let column = table.columns.iter().find(|column| column.name == leak).unwrap();
        assert!(matches!(column.role, load::Role::Excluded(_)), "`{leak}` is kept in the model");
    }
    assert_eq!(leaks.len(), expected.len(), "{leaks:?}");
}

#[test]
fn duplicates_of_hr_turnover_stay_on_one_side() {
    let Some(_) = shared("hr_turnover") else { return };
    let loaded = loaded("hr_turnover.toml");
    let duplicates = &with_code(&loaded.findings, "many-duplicate-rows")[0];
    assert_eq!(duplicates.count, Some(3008));
    let table = loaded.table.unwrap();
    assert_eq!((table.n_rows(), table.n_clusters), (14_999, 11_991));
    let seed = trustrisk::base::Seed(7);
    let folds = trustrisk::features::deal(&table, 5, None, seed).unwrap();
    for part in &folds.parts {
        let test: std::collections::BTreeSet<u32> = part.test.iter().map(|&row| table.cluster[row as usize]).collect();
        assert!(part.train.iter().all(|&row| !test.contains(&table.cluster[row as usize])));
    }
    let mut settings = plan(&table_config("hr_turnover.toml"), &root().join("tests/tables"), Path::new("reports"))
        .unwrap()
        .stakeholders
        .remove(0)
        .load;
    settings.duplicates = Duplicates::Drop;
    let dropped = load::load(&settings, &trustrisk::base::progress::Silent).unwrap().table.unwrap();
    assert_eq!(dropped.n_rows(), 11_991);
}

#[test]
fn near_names_of_telecom_churn_are_reported_and_united() {
    let Some(_) = shared("telecom_churn") else { return };
    let united = loaded("telecom_churn.toml");
    assert!(with_code(&united.findings, "near-names").is_empty());
    assert_eq!(united.table.unwrap().n_rows(), 3333);
    let text = table_config("telecom_churn.toml");
    let begin = text.find(", rename").unwrap();
    let without = format!("{} }}\n", &text[..begin]);
    let plan = plan(&without, &root().join("tests/tables"), Path::new("reports")).unwrap();
    let apart = load::load(&plan.stakeholders[0].load, &trustrisk::base::progress::Silent).unwrap();
    let near = with_code(&apart.findings, "near-names");
    assert_eq!(near.len(), 2);
    assert!(near.iter().any(|finding| finding.message.contains("`International plan`")), "{near:?}");
    assert!(near.iter().all(|finding| finding.hint.as_ref().is_some_and(|hint| hint.contains("rename"))));
}

#[test]
fn leaks_and_doubled_header_of_audit_risk_are_found() {
    let Some(_) = shared("audit_risk") else { return };
    let loaded = loaded("audit_risk.toml");
    assert_eq!(with_code(&loaded.findings, "duplicate-header").len(), 1);
    let leaks: Vec<&str> =
        with_code(&loaded.findings, "leak").iter().filter_map(|finding| finding.column.as_deref()).collect();
    for leak in ["Audit_Risk", "Inherent_Risk", "Score", "TOTAL"] {
        assert!(leaks.contains(&leak), "`{leak}` is missing from {leaks:?}");
    }
}

#[test]
fn the_other_tables_run() {
    let Some(_) = shared("ecommerce_churn") else { return };
    for config in ["hr_turnover.toml", "telecom_churn.toml", "ecommerce_churn.toml", "telco_multitable.toml"] {
        let validation = figures(config, as_it_is);
        assert!(validation.auc.value.unwrap() > 0.75);
    }
}
