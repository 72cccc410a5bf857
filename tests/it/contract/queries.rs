//! What a query makes: the same every time.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use trustrisk::base::Severity;
use trustrisk::load::contract::{Checked, check};
use trustrisk::load::{Settings, query};

use super::tables::*;

/// 12,000 visits of 4,000 customers, in no order, each two times.
fn visits() -> Vec<(String, DataFrame)> {
    let n = 12_000u64;
    let mixed = |row: u64| (row % n).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d);
    let unit = |row: u64| (mixed(row) >> 40) as f64 / 16_777_216.0;
    let rows = || 0..2 * n;
    let columns = vec![
        column("id", rows().map(|row| format!("C{}", row % n * 7_919 % 4_000)).collect::<Vec<String>>()),
        column("spent", rows().map(|row| 0.1 + unit(row) * 1e3).collect::<Vec<f64>>()),
        column("shop", rows().map(|row| ["north", "south"][(mixed(row) % 2) as usize]).collect::<Vec<&str>>()),
        column(
            "left",
            rows().map(|row| ["yes", "no", "no", "no", "no"][(row % n % 5) as usize]).collect::<Vec<&str>>(),
        ),
    ];
    vec![("visits".to_owned(), frame(columns))]
}

fn load(sql: &str, settings: &Settings) -> (DataFrame, Checked) {
    let settings = Settings { sql: Some(sql.to_owned()), ..settings.clone() };
    let joined = query::join(&visits(), &settings).unwrap().frame;
    (joined.clone(), check(joined, &settings).unwrap())
}

/// Same cells in the same order, same findings, same rows kept.
fn same_every_time(sql: &str, settings: &Settings) -> (DataFrame, Checked) {
    let first = load(sql, settings);
    for _ in 0..6 {
        let (frame, checked) = load(sql, settings);
        assert!(frame.equals_missing(&first.0), "another order or other digits");
        assert_eq!(checked.findings, first.1.findings);
        let (one, other) = (first.1.table.as_ref().unwrap(), checked.table.unwrap());
        assert_eq!((&one.ids, &one.cluster, &one.outcome), (&other.ids, &other.cluster, &other.outcome));
        assert!(one.frame.equals_missing(&other.frame));
    }
    first
}

#[test]
fn a_query_that_groups_gives_the_same_every_time() {
    let sql = "select id, min(\"left\") as \"left\", sum(spent) as spent, avg(spent) as mean, count(*) as visits \
               from (select distinct * from visits) v group by id";
    let (frame, _) = same_every_time(sql, &settings("left", "yes"));
    assert_eq!(frame.height(), 4_000);
    let ids: Vec<&str> = frame.column("id").unwrap().str().unwrap().iter().flatten().collect();
    assert!(ids.is_sorted(), "rows do not stand by key");
    same_every_time(&sql.replace("id, min", "min"), &Settings { id: None, ..settings("left", "yes") });
}

#[test]
fn which_row_of_a_repeated_key_stays_is_the_same_every_time() {
    let lowered = BTreeMap::from([("duplicate-keys".to_owned(), Severity::Warning)]);
    let settings = Settings { severities: lowered, ..settings("left", "yes") };
    let (frame, checked) =
        same_every_time("select id, \"left\", shop, spent from visits group by id, \"left\", shop, spent", &settings);
    assert_eq!((frame.height(), checked.table.unwrap().n_rows()), (12_000, 4_000));
    assert_eq!(one(&checked_again(&settings), "duplicate-keys").count, Some(8_000));
}

fn checked_again(settings: &Settings) -> Checked {
    load("select distinct * from visits", settings).1
}

#[test]
fn what_a_query_takes_first_is_the_same_every_time() {
    let sql = "select * from (select id, \"left\", sum(spent) as spent from visits group by id, \"left\") v limit 500";
    let settings = Settings { id: None, ..settings("left", "yes") };
    assert_eq!(same_every_time(sql, &settings).0.height(), 500);
}
