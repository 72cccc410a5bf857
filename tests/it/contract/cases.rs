//! One table for each way to break the contract, with the exact words.

use std::collections::BTreeMap;

use trustrisk::base::population::Population::{History, Immature, Superseded, Today};
use trustrisk::base::{Finding, Severity};
use trustrisk::load::contract::{Checked, check};
use trustrisk::load::{ColumnKind, ColumnSettings, Duplicates, Excluded, Role, Settings};

use super::tables::*;

fn is(finding: &Finding, count: Option<u64>, first_row: Option<u64>, message: &str) {
    assert_eq!((finding.message.as_str(), finding.count, finding.first_row), (message, count, first_row));
}

fn churn() -> Settings {
    settings("left", "yes")
}

/// A number that neither repeats nor tells anything.
fn noise(n: i64, salt: i64) -> Vec<f64> {
    (0..n).map(|row| ((row * 7_919 + salt * 104_729) % 1_009) as f64 + (row as f64) / 1e6).collect()
}

#[test]
fn every_missing_column_is_named_at_once() {
    let mut wrong = churn();
    wrong.outcome.as_mut().unwrap().column = "lfet".into();
    wrong.value = Some("revenue".into());
    wrong.columns.insert("idd".into(), ColumnSettings::default());
    let error = check(frame(history(4, 2)), &wrong).err().unwrap();
    assert_eq!(
        error.to_string(),
        "column `lfet` is not in the table\nhint: did you mean `left`?\ncolumn `revenue` is not in the table\n\
         column `idd` is not in the table\nhint: did you mean `id`?"
    );
}

#[test]
fn columns_that_hold_something_else_are_named_at_once() {
    let wrong = Settings { time: Some("left".into()), value: Some("left".into()), ..churn() };
    let error = check(frame(history(4, 2)), &wrong).err().unwrap();
    assert_eq!(
        error.to_string(),
        "column `left` is declared as time but holds text, expected dates\nhint: add `date_format = \"%Y-%m-%d\"` under \
         `[stakeholders.columns.left]`\ncolumn `left` is declared as value but holds text, expected numbers"
    );
}

#[test]
fn keys() {
    let columns = || {
        vec![
            column("id", [Some("b"), None, Some("a"), Some("b"), Some("a")]),
            column("left", ["yes", "no", "no", "no", "yes"]),
        ]
    };
    let checked = run(columns(), &churn());
    assert!(checked.table.is_none());
    is(one(&checked, "missing-keys"), Some(1), Some(3), "id `id` is blank in 1 row (first: row 3)");
    is(
        one(&checked, "duplicate-keys"),
        Some(2),
        Some(5),
        "2 rows repeat a key that stands above: `b` in 2 rows, `a` in 2 rows (first: row 5)",
    );
    let lowered = ["missing-keys", "duplicate-keys"].map(|code| (code.to_owned(), Severity::Warning));
    let checked = run(columns(), &Settings { severities: BTreeMap::from(lowered), ..churn() });
    assert_eq!(checked.table.unwrap().ids, ["a", "b"]);
}

#[test]
fn the_row_number_stands_in_for_an_id() {
    let columns = vec![column("left", ["yes", "no"]), column("x", [1.5, 0.5])];
    let checked = run(columns, &Settings { id: None, ..churn() });
    let message = "no id is declared; the row number stands in, so scores cannot be joined to other tables";
    is(one(&checked, "no-id"), Some(2), None, message);
    let table = checked.table.unwrap();
    assert_eq!((table.id_name.as_str(), table.ids), ("row", vec!["2".to_owned(), "3".to_owned()]));
}

#[test]
fn times_and_populations() {
    let times = ["2026-01-01", "2026-06-01", "2026-06-01", "2026-02-01", "2026-03-01", "2026-07-02"];
    let mut times: Vec<Option<&str>> = times.into_iter().map(Some).collect();
    times.push(None);
    let columns = vec![
        column("id", [10i64, 9, 8, 10, 10, 10, 7]),
        dates("time", &times),
        column("left", [Some("no"), Some("no"), Some("yes"), None, None, Some("yes"), None]),
    ];
    let mut settings = Settings { time: Some("time".into()), duplicates: Duplicates::Keep, ..churn() };
    settings.outcome.as_mut().unwrap().horizon_days = Some(90);
    let checked = run(columns.clone(), &settings);
    is(one(&checked, "missing-times"), Some(1), Some(8), "time `time` is blank in 1 row (first: row 8)");
    assert!(checked.table.is_none());
    settings.severities.insert("missing-times".into(), Severity::Info);
    let checked = run(columns, &settings);
    is(
        one(&checked, "immature-rows"),
        Some(1),
        Some(3),
        "in 1 row the 90 days of the horizon end after `as_of` 2026-06-30 and the event has not happened: neither \
         history nor a negative",
    );
    is(
        one(&checked, "superseded-rows"),
        Some(1),
        Some(5),
        "1 row with an open outcome are not the latest of their id and are left out",
    );
    is(
        one(&checked, "late-dates"),
        Some(1),
        Some(7),
        "time `time` lies after `as_of` 2026-06-30 in 1 row (first: row 7, 2026-07-02), which are neither history nor \
         scored",
    );
    let table = checked.table.unwrap();
    assert_eq!(table.ids, ["8", "9", "10", "10", "10", "10"]);
    assert_eq!(table.population, [History, Immature, History, Superseded, Today, Superseded]);
    assert_eq!((table.cluster, table.n_clusters, table.clustered), (vec![0, 1, 2, 2, 2, 2], 3, true));
}

#[test]
fn outcome_levels_are_compared_by_value() {
    let spellings = [
        (column("left", [1.0, 0.0, 1.0]), "true"),
        (column("left", [1i64, 0, 1]), "1.0"),
        (column("left", [true, false, true]), "1"),
        (column("left", ["1.0", "0", "1"]), "1"),
    ];
    for (left, adverse) in spellings {
        let checked = run(vec![column("id", [1i64, 2, 3]), left], &settings("left", adverse));
        assert_eq!(checked.table.unwrap().outcome, [Some(true), Some(false), Some(true)], "{adverse}");
    }
}

#[test]
fn unknown_outcome_levels() {
    let left = column("left", [Some("Yes"), Some("no"), Some("maybe"), Some("no"), None]);
    let mut settings = churn();
    settings.outcome.as_mut().unwrap().favorable = vec!["no".into()];
    let checked = run(vec![column("id", [1i64, 2, 3, 4, 5]), left], &settings);
    let findings = of(&checked, "outcome-levels");
    is(
        findings[0],
        Some(2),
        Some(2),
        "outcome `left` holds levels that are neither adverse nor favorable: `Yes` (1 row), `maybe` (1 row) (first: row 2)",
    );
    is(
        findings[1],
        Some(1),
        None,
        "adverse level `yes` of outcome `left` occurs nowhere; it holds `no` (2 rows), `Yes` (1 row), `maybe` (1 row)",
    );
    assert_eq!(findings[1].hint.as_deref(), Some("did you mean `adverse = [\"Yes\"]`?"));
    assert!(checked.table.is_none());
}

#[test]
fn one_class_and_no_history() {
    let checked = run(history(4, 4), &churn());
    is(
        one(&checked, "one-class-outcome"),
        Some(4),
        None,
        "all 4 known outcomes in `left` are adverse, expected both kinds",
    );
    let columns = vec![column("id", [1i64, 2]), column("left", [None::<&str>, None])];
    let message = "no row has a known outcome in `left`, so there is nothing to learn from";
    is(one(&run(columns, &churn()), "no-history"), None, None, message);
}

#[test]
fn few_outcomes_and_history_only() {
    let checked = run(history(400, 12), &churn());
    is(
        one(&checked, "few-outcomes"),
        Some(400),
        None,
        "history has 400 rows with 12 adverse and 388 favorable: too few for firm figures (expected 300 and 30 of \
         either kind)",
    );
    is(
        one(&checked, "history-only"),
        Some(400),
        None,
        "no outcome in `left` is open: 400 rows of history are reported, each by a model that did not see it",
    );
}

#[test]
fn a_table_without_outcome_is_all_todays() {
    let checked = run(history(3, 1), &Settings { outcome: None, ..churn() });
    assert_eq!(checked.table.unwrap().population, [Today, Today, Today]);
}

#[test]
fn columns_that_say_nothing() {
    let mut columns = history(200, 60);
    columns.push(column("empty", vec![None::<&str>; 200]));
    columns.push(column("same", vec!["x"; 200]));
    columns.push(column("coupon", (0..200).map(|row| (row < 10).then_some(row % 3)).collect::<Vec<Option<i64>>>()));
    columns.push(column("phone", (0..200).map(|row| format!("+49 {}", row * 37)).collect::<Vec<String>>()));
    columns.push(column("order_no", (0..200i64).map(|row| (row * 83) % 211).collect::<Vec<i64>>()));
    let note = |row: i64| format!("the customer with number {row} called and said what she thought");
    columns.push(column("note", (0..200).map(note).collect::<Vec<String>>()));
    columns.push(column(
        "money",
        (0..200).map(|row| if row == 6 { -2.5 } else { 7.0 + f64::from(row % 7) }).collect::<Vec<f64>>(),
    ));
    columns.push(column("flag", (0..200i64).map(|row| row % 2).collect::<Vec<i64>>()));
    let checked = run(columns, &Settings { value: Some("money".into()), ..churn() });
    is(one(&checked, "all-missing"), Some(200), None, "`empty` has no value in any row");
    is(one(&checked, "constant-column"), Some(200), None, "`same` is `x` in all rows");
    is(
        one(&checked, "mostly-missing"),
        Some(190),
        Some(12),
        "`coupon` is blank in 95 % of rows (190, first: row 12); all its values stand from row 2 to row 11",
    );
    assert_eq!(columns_of(&checked, "identifier-column"), ["phone", "order_no"]);
    assert_eq!(
        of(&checked, "identifier-column")[0].message,
        "`phone` looks like an identifier: 200 distinct texts in 200 rows; the model does not use it"
    );
    let message = "`note` is free text (200 distinct, 60 characters on average); the model does not use it";
    is(one(&checked, "free-text"), Some(200), None, message);
    is(one(&checked, "negative-value"), Some(1), Some(8), "value `money` is negative in 1 row (first: row 8, -2.5)");
    let table = checked.table.unwrap();
    let flag = table.columns.iter().find(|column| column.name == "flag").unwrap();
    assert_eq!((flag.kind, &flag.role), (ColumnKind::Boolean, &Role::Feature));
    assert_eq!(table.value.unwrap()[6], Some(-2.5));
}

#[test]
fn late_dates_that_tell_the_outcome_are_left_out() {
    let mut columns = history(200, 60);
    let closed = |row: i64| if row < 60 { Some("2026-08-01") } else { Some("2026-05-01") };
    columns.push(dates("closed", &(0..200).map(closed).collect::<Vec<Option<&str>>>()));
    let visit = |row: i64| if row == 150 { Some("2027-01-05") } else { Some("2026-01-01") };
    columns.push(dates("visit", &(0..200).map(visit).collect::<Vec<Option<&str>>>()));
    let checked = run(columns, &churn());
    let late = of(&checked, "late-dates");
    is(
        late[0],
        Some(60),
        Some(2),
        "`closed` lies after `as_of` 2026-06-30 in 60 rows (first: row 2, 2026-08-01), nearly all of them with the \
         adverse outcome; left out of the model",
    );
    is(late[1], Some(1), Some(152), "`visit` lies after `as_of` 2026-06-30 in 1 row (first: row 152, 2027-01-05)");
    assert_eq!(excluded(&checked, Excluded::Leak), ["closed"]);
}

#[test]
fn leaks_can_be_kept() {
    let columns = || {
        let mut columns = history(400, 100);
        let copy = |row: i64| if row < 100 { "gone" } else { "here" };
        columns.push(column("status", (0..400).map(copy).collect::<Vec<&str>>()));
        columns.push(column(
            "reason",
            (0..400i64).map(|row| (row < 100).then_some(row % 7)).collect::<Vec<Option<i64>>>(),
        ));
        columns.push(column("noise", noise(400, 1)));
        columns
    };
    let checked = run(columns(), &churn());
    let leaks: Vec<&str> = of(&checked, "leak").iter().map(|finding| finding.message.as_str()).collect();
    let status = "`status` nearly repeats the outcome (AUC 1); left out of the model";
    assert_eq!(leaks, [status, "`reason` tells the outcome by being blank or not (AUC 1); left out of the model"]);
    let mut settings = churn();
    settings.columns.insert("status".into(), ColumnSettings { keep: true, ..ColumnSettings::default() });
    let checked = run(columns(), &settings);
    assert_eq!(
        of(&checked, "leak")[0].message,
        "`status` nearly repeats the outcome (AUC 1); kept, as the config says"
    );
    assert_eq!(excluded(&checked, Excluded::Leak), ["reason"]);
}

#[test]
fn sums_and_repeated_levels() {
    let mut columns = history(400, 100);
    let (a, b) = (noise(400, 1), (0..400i64).map(|row| ((row * 31) % 97) as f64).collect::<Vec<f64>>());
    columns.push(column("sum", a.iter().zip(&b).map(|(a, b)| 2.0 * a - b).collect::<Vec<f64>>()));
    columns.push(column("b", b));
    columns.push(column("a", a));
    let level = |row: i64| ["n", "s", "w"][(row % 3) as usize];
    columns.push(column("side", (0..400).map(level).collect::<Vec<&str>>()));
    let name = |row: i64| ["north", "south", "west"][(row % 3) as usize];
    columns.push(column("side_name", (0..400).map(name).collect::<Vec<&str>>()));
    let told = run(columns, &churn());
    let told: Vec<&str> = of(&told, "collinear").iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "`a` is a weighted sum of `sum` and `b`, exactly",
            "the 3 levels of `side_name` go one to one with those of `side`: it tells nothing new",
        ]
    );
}

#[test]
fn duplicates_are_joined_dropped_or_kept() {
    let run = |duplicates: Duplicates| {
        let columns = vec![
            column("id", [4i64, 3, 2, 1]),
            column("left", ["yes", "no", "yes", "no"]),
            column("x", [Some(1.0), None, Some(1.0), None]),
        ];
        run(columns, &Settings { duplicates, ..churn() })
    };
    let checked = run(Duplicates::Together);
    is(
        one(&checked, "many-duplicate-rows"),
        Some(2),
        Some(4),
        "2 of 4 rows equal another in all columns but the key (2 distinct, first: row 4); they stay on one side of a fold",
    );
    let table = checked.table.unwrap();
    assert_eq!((table.cluster, table.n_clusters, table.clustered), (vec![0, 1, 0, 1], 2, false));
    assert_eq!(run(Duplicates::Drop).table.unwrap().ids, ["1", "2"]);
    assert_eq!(run(Duplicates::Keep).table.unwrap().n_clusters, 4);
}

#[test]
fn entities_join_clusters_and_rows_sort_by_key() {
    let columns = vec![
        column("id", ["b", "a", "C", "d"]),
        column("left", ["yes", "no", "yes", "no"]),
        column("house", [Some(1i64), None, Some(1), None]),
    ];
    let checked = run(columns, &Settings { entity: Some("house".into()), duplicates: Duplicates::Keep, ..churn() });
    let table = checked.table.unwrap();
    assert_eq!(table.ids, ["C", "a", "b", "d"]);
    assert_eq!((table.cluster, table.clustered), (vec![0, 1, 0, 2], true));
    let sorted: Vec<Option<&str>> = table.frame.column("id").unwrap().str().unwrap().iter().collect();
    assert_eq!(sorted, [Some("C"), Some("a"), Some("b"), Some("d")]);
}

/// The rows of a table in another order, the same for the same salt.
fn shuffled(columns: &[polars::prelude::Column], salt: u64) -> Vec<polars::prelude::Column> {
    let mut order: Vec<u32> = (0..columns[0].len() as u32).collect();
    order.sort_by_key(|row| (u64::from(*row) + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) >> 7);
    let order: polars::prelude::IdxCa = order.into_iter().map(Some).collect();
    columns.iter().map(|column| column.take(&order).unwrap()).collect()
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let mut columns = vec![
        column("id", (1..=300i64).collect::<Vec<i64>>()),
        column("left", (0..300).map(|row| if row * 7 % 10 < 3 { "yes" } else { "no" }).collect::<Vec<&str>>()),
    ];
    columns.push(column("sorted", (0..300i64).map(|row| row * row).collect::<Vec<i64>>()));
    columns.push(column("noise", noise(300, 1)));
    columns.push(column("plan", (0..300).map(|row| ["s", "m", "l"][row % 7 % 3]).collect::<Vec<&str>>()));
    columns
        .push(column("late", (0..300i64).map(|row| (row % 11 > 2).then_some(row % 5)).collect::<Vec<Option<i64>>>()));
    let told = |checked: &Checked| -> Vec<(String, Option<String>, Option<u64>)> {
        checked.findings.iter().map(|f| (f.code.clone(), f.column.clone(), f.count)).collect()
    };
    let first = run(columns.clone(), &churn());
    for salt in 0..5 {
        let other = run(shuffled(&columns, salt), &churn());
        assert_eq!(told(&first), told(&other));
        let (one, other) = (first.table.as_ref().unwrap(), other.table.unwrap());
        assert_eq!((&one.ids, &one.outcome, &one.cluster), (&other.ids, &other.outcome, &other.cluster));
        assert_eq!(one.columns, other.columns);
        assert!(one.frame.equals_missing(&other.frame));
    }
    let sorted = first.table.unwrap().columns.into_iter().find(|column| column.name == "sorted").unwrap();
    assert_eq!(sorted.role, Role::Feature, "a file may be sorted by a feature");
}

#[test]
fn identifiers_are_known_by_density_or_name() {
    let mut columns = history(200, 60);
    // every other number of 4 n, in no order
    let sparse = |salt: i64| (0..200i64).map(move |row| (row * 83 + salt) % 211 * 31).collect::<Vec<i64>>();
    for name in ["memberid", "phone", "home phone", "EmployeeNumber", "customer_no", "paid", "phone_calls", "grid"] {
        columns.push(column(name, sparse(1)));
    }
    columns.push(column("dense", (0..200i64).map(|row| (row * 83) % 211).collect::<Vec<i64>>()));
    columns.push(column("twice", (0..200i64).map(|row| (row * 83) % 199).collect::<Vec<i64>>()));
    let checked = run(columns, &churn());
    let expected = ["memberid", "phone", "home phone", "EmployeeNumber", "customer_no", "dense"];
    assert_eq!(columns_of(&checked, "identifier-column"), expected);
}
