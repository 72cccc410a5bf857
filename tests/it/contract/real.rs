//! Real tables: what is found in them, and what is not.

use polars::prelude::DataFrame;
use trustrisk::base::Severity;
use trustrisk::load::contract::{Checked, check};
use trustrisk::load::{Excluded, Settings};

use super::tables::*;

fn with(id: Option<&str>, outcome: &str, adverse: &str) -> Settings {
    Settings { id: id.map(str::to_owned), ..settings(outcome, adverse) }
}

fn checked(frame: Option<DataFrame>, settings: &Settings) -> Option<Checked> {
    frame.map(|frame| check(frame, settings).unwrap_or_else(|error| panic!("{error}")))
}

fn clusters(checked: &Checked) -> usize {
    checked.table.as_ref().unwrap().n_clusters
}

#[test]
fn telco_repeats_a_level_and_22_rows() {
    let settings = with(Some("customerID"), "Churn", "Yes");
    let Some(telco) = checked(csv("telco_churn/Telco-Customer-Churn.csv"), &settings) else { return };
    let codes: Vec<&str> = telco.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["history-only", "collinear", "collinear", "duplicate-rows"]);
    assert_eq!(
        of(&telco, "collinear")[1].message,
        "the same 1,526 rows hold `No` in `InternetService` and `No internet service` in `OnlineSecurity`, \
         `OnlineBackup`, `DeviceProtection`, `TechSupport`, `StreamingTV` and `StreamingMovies`"
    );
    assert_eq!(one(&telco, "duplicate-rows").count, Some(22));
    // 18 more rows differ from another in the outcome only
    assert_eq!(clusters(&telco), 7_003);
    assert!(!telco.table.unwrap().clustered);
}

#[test]
fn all_six_leaks_of_the_joined_workbooks_are_found_and_no_other() {
    let files = ["status", "demographics", "services", "location"];
    let files = files.map(|file| format!("telco_multitable/Telco_customer_churn_{file}.xlsx"));
    let files: Vec<(&str, Option<&str>)> = files.iter().map(|file| (file.as_str(), None)).collect();
    let settings = with(Some("Customer ID"), "Churn Value", "1");
    let Some(found) = checked(workbooks(&files, "Customer ID"), &settings) else { return };
    let leaks =
        ["Satisfaction Score", "Customer Status", "Churn Label", "Churn Score", "Churn Category", "Churn Reason"];
    assert_eq!(columns_of(&found, "leak"), leaks);
    assert_eq!(excluded(&found, Excluded::Leak), leaks);
    assert_eq!(
        of(&found, "leak")[3].message,
        "`Churn Score` knows the outcome both ways: 3,789 rows with `Churn Score` below 65 are favorable, 73 % of that \
         kind and 1,064 rows with `Churn Score` above 80 are adverse, 57 % of that kind (AUC 0.943); left out of the \
         model"
    );
    assert_eq!(
        of(&found, "collinear")[0].message.split(',').next().unwrap(),
        "`Total Revenue` is a weighted sum of `Total Charges`"
    );
}

#[test]
fn honest_columns_are_not_called_leaks() {
    let tables = [
        ("hr_attrition/emp_attrition.csv", "Attrition", "Yes"),
        ("hr_turnover/HR_employee_attrition_pysurvival.csv", "left", "1.0"),
        ("telecom_churn/churn-bigml-80.csv", "Churn", "true"),
    ];
    for (file, outcome, adverse) in tables {
        let Some(found) = checked(csv(file), &with(None, outcome, adverse)) else { return };
        assert_eq!(columns_of(&found, "leak"), Vec::<String>::new(), "{file}");
    }
    let sheet = [("ecommerce_churn/E Commerce Dataset.xlsx", Some("E Comm"))];
    let settings = with(Some("CustomerID"), "Churn", "1");
    let Some(found) = checked(workbooks(&sheet, "CustomerID"), &settings) else { return };
    assert_eq!(columns_of(&found, "leak"), Vec::<String>::new());
    assert_eq!(one(&found, "duplicate-rows").count, Some(556));
}

#[test]
fn a_rule_in_one_direction_is_told_and_kept() {
    let settings = with(None, "Reached.on.Time_Y.N", "true");
    let Some(found) = checked(csv("shipping/E-Commerce_Shipping_Train.csv"), &settings) else { return };
    let leak = one(&found, "leak");
    assert_eq!(leak.severity, Severity::Info);
    assert_eq!(
        leak.message,
        "`Discount_offered` decides some of history: 2,647 rows with `Discount_offered` above 10 are adverse, 40 % of \
         that kind; kept"
    );
    assert_eq!(excluded(&found, Excluded::Leak), Vec::<String>::new());
    assert_eq!(excluded(&found, Excluded::Identifier), ["ID"]);
}

#[test]
fn attrition_has_constants_and_an_identifier() {
    let settings = with(None, "Attrition", "Yes");
    let Some(found) = checked(csv("hr_attrition/emp_attrition.csv"), &settings) else { return };
    assert_eq!(excluded(&found, Excluded::Constant), ["EmployeeCount", "Over18", "StandardHours"]);
    assert_eq!(excluded(&found, Excluded::Identifier), ["EmployeeNumber"]);
    assert_eq!(
        one(&found, "identifier-column").message,
        "`EmployeeNumber` looks like an identifier: 1,470 rows, no number twice; the model does not use it"
    );
}

#[test]
fn turnover_keeps_its_duplicates_together() {
    let settings = with(None, "left", "1");
    let Some(found) = checked(csv("hr_turnover/HR_employee_attrition_pysurvival.csv"), &settings) else { return };
    assert_eq!(
        one(&found, "many-duplicate-rows").message,
        "3,008 of 14,999 rows equal another in all columns but the key (11,991 distinct, first: row 398); they stay on \
         one side of a fold"
    );
    assert_eq!(clusters(&found), 11_991);
    let dropped = Settings { duplicates: trustrisk::load::Duplicates::Drop, ..settings };
    let found = checked(csv("hr_turnover/HR_employee_attrition_pysurvival.csv"), &dropped).unwrap();
    assert_eq!(found.table.unwrap().n_rows(), 11_991);
}

#[test]
fn the_audit_of_risk_knows_its_outcome() {
    let Some(found) = checked(csv("audit_risk/audit_risk.csv"), &with(None, "Risk", "1")) else { return };
    assert_eq!(excluded(&found, Excluded::Leak), ["Score", "Inherent_Risk", "Audit_Risk"]);
    let told = columns_of(&found, "leak");
    for name in ["TOTAL", "Risk_A", "Risk_B", "Risk_C", "Risk_D", "Risk_E", "Risk_F"] {
        assert!(told.iter().any(|told| told == name), "{name}");
    }
    let part = |name: &str| {
        of(&found, "leak").into_iter().find(|finding| finding.column.as_deref() == Some(name)).unwrap().message.clone()
    };
    assert_eq!(
        part("Risk_C"),
        "`Risk_C` is part of `Inherent_Risk`, which knows the outcome and is a sum of such columns; kept"
    );
}

#[test]
fn charges_are_a_constant_times_their_minutes() {
    let Some(found) = checked(csv("telecom_churn/churn-bigml-80.csv"), &with(None, "Churn", "true")) else { return };
    let told: Vec<&str> = of(&found, "collinear").iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "`Total day charge` rises by 0.17 for each unit of `Total day minutes`, up to rounding",
            "`Total eve charge` rises by 0.085 for each unit of `Total eve minutes`, up to rounding",
            "`Total night charge` rises by 0.045 for each unit of `Total night minutes`, up to rounding",
            "`Total intl charge` rises by 0.27 for each unit of `Total intl minutes`, up to rounding",
        ]
    );
}
