//! A config is proposed from any table, and it is one that `config::read` accepts.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polars::prelude::{CsvParseOptions, CsvReadOptions, DataFrame, NamedFrom, SerReader, Series};
use trustrisk::config::{self, Stakeholders};
use trustrisk::init::{self, Proposal};
use trustrisk::load::read::Read;

use crate::support::shared;

/// A public table beside the project; `None` (and a printed reason) where the folder is missing.
fn public(path: &str) -> Option<DataFrame> {
    let file = shared(path)?;
    let options = CsvReadOptions::default()
        .with_infer_schema_length(None)
        .with_parse_options(CsvParseOptions::default().with_try_parse_dates(true));
    let reader = options.try_into_reader_with_file_path(Some(file)).expect("a readable file");
    Some(reader.finish().expect("a table"))
}

fn read(name: &str, frame: DataFrame) -> (PathBuf, Read) {
    (
        PathBuf::from(name),
        Read { frames: vec![(name.to_owned(), frame)], places: Vec::new(), files: Vec::new(), findings: Vec::new() },
    )
}

/// The proposal for tables, and the group that it describes: the file must be accepted as it stands.
fn proposed(tables: &[(PathBuf, Read)]) -> (Proposal, Stakeholders) {
    let proposal = init::propose(tables, "docs/config.schema.json").expect("a proposal");
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");
    let plan = config::read(&proposal.toml, Path::new("."), today);
    let mut plan = plan.unwrap_or_else(|error| panic!("{error}\n---\n{}", proposal.toml));
    assert!(proposal.toml.starts_with("#:schema docs/config.schema.json\n"));
    (proposal, plan.stakeholders.remove(0))
}

fn proposed_for(path: &str) -> Option<(Proposal, Stakeholders)> {
    Some(proposed(&[read(path, public(path)?)]))
}

fn outcome(group: &Stakeholders) -> (&str, &str) {
    let outcome = group.load.outcome.as_ref().expect("an outcome");
    (&outcome.column, &outcome.adverse[0])
}

#[test]
fn telco() {
    let Some((proposal, group)) = proposed_for("telco_churn/Telco-Customer-Churn.csv") else { return };
    assert_eq!(group.load.id.as_deref(), Some("customerID"));
    assert_eq!(outcome(&group), ("Churn", "Yes"));
    assert_eq!(group.load.value.as_deref(), Some("MonthlyCharges"));
    assert_eq!(group.load.sensitive, ["gender", "SeniorCitizen", "Partner", "Dependents"]);
    assert!(group.load.exclude.is_empty(), "{:?}", group.load.exclude);
    assert_eq!((group.name.as_str(), group.subject.as_str()), ("customers", "customer"));
    assert_eq!(proposal.summary[0], "looked at 7,043 rows: id `customerID`, outcome `Churn` (26.5 % Yes)");
    assert!(proposal.toml.contains("22 rows equal another in all columns but the key"), "{}", proposal.toml);
    assert!(
        proposal.toml.contains(
            "# [stakeholders.columns.PaymentMethod]\n# label = \"Payment method\"\n# pillar = \"transparency\""
        )
    );
}

#[test]
fn hr_attrition() {
    let Some((proposal, group)) = proposed_for("hr_attrition/emp_attrition.csv") else { return };
    assert_eq!(group.load.id.as_deref(), Some("EmployeeNumber"));
    assert_eq!(outcome(&group), ("Attrition", "Yes"));
    assert_eq!(group.load.sensitive, ["Age", "Gender", "MaritalStatus"]);
    assert_eq!(group.features.sensitive[0].bins, [30.0, 45.0, 60.0]);
    assert_eq!(group.load.exclude, ["EmployeeCount", "Over18", "StandardHours"]);
    assert!(proposal.toml.contains("\"StandardHours\",   # constant: every row holds `80`"), "{}", proposal.toml);
    assert_eq!(group.load.value.as_deref(), Some("MonthlyIncome"));
    assert_eq!(group.name, "employees");
    assert!(group.purpose.is_some());
}

#[test]
fn shipping_says_that_its_sense_is_unclear() {
    let Some((proposal, group)) = proposed_for("shipping/E-Commerce_Shipping_Train.csv") else { return };
    assert_eq!(group.load.id.as_deref(), Some("ID"));
    assert_eq!(outcome(&group), ("Reached.on.Time_Y.N", "0"));
    assert!(proposal.toml.contains("# CHECK THE SENSE: the name sounds favorable"), "{}", proposal.toml);
    assert_eq!(proposal.summary[1], "check which level of `Reached.on.Time_Y.N` is adverse: `0` is a guess");
    assert_eq!(group.load.sensitive, ["Gender"]);
    assert_eq!(group.load.value.as_deref(), Some("Cost_of_the_Product"));
}

#[test]
fn hr_turnover_has_no_id() {
    let Some((proposal, group)) = proposed_for("hr_turnover/HR_employee_attrition_pysurvival.csv") else { return };
    assert_eq!(group.load.id, None);
    assert_eq!(outcome(&group), ("left", "1"));
    assert!(proposal.toml.contains("3,008 rows equal another in all columns but the key"), "{}", proposal.toml);
    assert!(proposal.summary[0].contains("no id (the row number stands in)"));
    assert!(group.load.exclude.is_empty(), "{:?}", group.load.exclude);
}

#[test]
fn audit_risk_leaks_are_left_out() {
    let Some((_, group)) = proposed_for("audit_risk/audit_risk.csv") else { return };
    assert_eq!(outcome(&group), ("Risk", "1"));
    for leak in ["Audit_Risk", "Inherent_Risk", "Score", "Risk_A", "CONTROL_RISK"] {
        assert!(group.load.exclude.iter().any(|column| column == leak), "{leak} not in {:?}", group.load.exclude);
    }
}

#[test]
fn saas_survival() {
    let Some((_, group)) = proposed_for("saas_survival/churn.csv") else { return };
    assert_eq!(outcome(&group), ("churned", "1"));
    assert_eq!(group.load.id, None);
    assert_eq!(group.subject, "customer");
}

#[test]
fn every_public_table_gives_a_config_or_a_reason() {
    let tables = [
        "telecom_churn/churn-bigml-80.csv",
        "telecom_churn/churn-bigml-20.csv",
        "compas/compas-scores-two-years.csv",
        "compas/compas_for_aequitas.csv",
        "compas/adult_rf_binary.csv",
        "cdnow/cdnow_customers_summary.csv",
        "procurement/purchase_orders.csv",
        "ricci/ricci_race.csv",
    ];
    for path in tables {
        let Some(frame) = public(path) else { return };
        match init::propose(&[read(path, frame.clone())], "config.schema.json") {
            Ok(_) => drop(proposed(&[read(path, frame)])),
            Err(error) => assert!(error.to_string().contains("has exactly two levels"), "{error}"),
        }
    }
}

fn column(name: &str, texts: Vec<String>) -> polars::prelude::Column {
    Series::new(name.into(), texts).into()
}

fn frame(columns: Vec<polars::prelude::Column>) -> DataFrame {
    let height = columns.first().map_or(0, polars::prelude::Column::len);
    DataFrame::new(height, columns).expect("columns of one length")
}

#[test]
fn names_with_quotes_dots_and_breaks_are_quoted() {
    let number = |i: usize| i.to_string();
    let odd = "a \"b\".c\\ü\nd";
    let table = frame(vec![
        column("Kunden Nr", (0..40).map(|i| format!("K{i}")).collect()),
        column(odd, (0..40).map(|_| "same\n\"value\"".to_owned()).collect()),
        column("Geschlecht", (0..40).map(|i| if i % 2 == 0 { "w" } else { "m" }.to_owned()).collect()),
        column("x.y", (0..40).map(|i| number(i % 5)).collect()),
        column("gekündigt", (0..40).map(|i| if i % 3 == 0 { "ja" } else { "nein" }.to_owned()).collect()),
    ]);
    let (proposal, group) = proposed(&[read("Kunden \"2026\".csv", table)]);
    assert_eq!(outcome(&group), ("gekündigt", "ja"));
    assert_eq!(group.load.id.as_deref(), Some("Kunden Nr"));
    assert_eq!(group.load.exclude, [odd]);
    assert_eq!(group.load.sensitive, ["Geschlecht"]);
    assert_eq!(group.subject, "customer", "{}", proposal.toml);
}

#[test]
fn tables_are_joined_by_the_keys_they_share() {
    let customers = frame(vec![
        column("customer_id", (0..60).map(|i| format!("C{i}")).collect()),
        column("churn", (0..60).map(|i| if i % 4 == 0 { "yes" } else { "no" }.to_owned()).collect()),
        column("churn_reason", (0..60).map(|i| if i % 4 == 0 { "price" } else { "" }.to_owned()).collect()),
    ]);
    let days: Vec<i64> = (0..180).map(|i| i % 11).collect();
    let orders = frame(vec![
        column("customer_id", (0..180).map(|i| format!("C{}", i % 50)).collect()),
        Series::new("days late".into(), days).into(),
    ]);
    let places = frame(vec![
        column("customer_id", (0..60).map(|i| format!("C{i}")).collect()),
        column("zip_code", (0..60).map(|i| format!("Z{}", i % 7)).collect()),
    ]);
    let people = frame(vec![
        column("zip_code", (0..7).map(|i| format!("Z{i}")).collect()),
        Series::new("population".into(), (0..7i64).collect::<Vec<_>>()).into(),
    ]);
    let tables = [
        read("people.csv", people),
        read("orders.csv", orders),
        read("customers.csv", customers),
        read("places.csv", places),
    ];
    let (proposal, group) = proposed(&tables);
    let sql = group.load.sql.expect("a query");
    assert_eq!(
        sql.trim(),
        r#"select "customers".*,
  "orders_by_key"."days late",
  "orders_by_key"."n_orders",
  "places"."zip_code",
  "people"."population"
from "customers"
left join (select "customer_id", max("days late") as "days late", count(*) as "n_orders" from "orders" group by "customer_id") as "orders_by_key" on "customers"."customer_id" = "orders_by_key"."customer_id"
left join "places" on "customers"."customer_id" = "places"."customer_id"
left join "people" on "places"."zip_code" = "people"."zip_code""#
    );
    assert_eq!(group.load.sources.len(), 4);
    assert_eq!(group.load.exclude, ["churn_reason"], "{}", proposal.toml);
    let mut context = polars::sql::SQLContext::new();
    for (path, read) in tables {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        context.register(&name, polars::prelude::IntoLazy::lazy(read.frames[0].1.clone()));
    }
    let result = context.execute(&sql).expect("SQL that polars understands").collect().expect("a table");
    assert_eq!(result.shape(), (60, 7));
}

#[test]
fn one_sheet_of_a_workbook_is_named() {
    let table = frame(vec![column("left", (0..9).map(|i| (i % 2).to_string()).collect())]);
    let (_, group) = proposed(&[read("my book.xlsx#Sheet \"1\"", table)]);
    let source = &group.load.sources[0];
    assert_eq!(source.paths, [PathBuf::from("./my book.xlsx")]);
    assert_eq!(source.options.sheet.as_deref(), Some("Sheet \"1\""));
}

#[test]
fn a_table_without_an_outcome_is_refused_with_a_reason() {
    let table = frame(vec![column("name", (0..9).map(|i| format!("n{i}")).collect())]);
    let error = init::propose(&[read("people.csv", table)], "config.schema.json").expect_err("no outcome");
    assert_eq!(
        error.to_string(),
        "no column of `people.csv` has exactly two levels, so none can be the outcome\n\
         hint: add a column such as `left` with `yes`, `no`, and blank where it is open"
    );
}
