//! What a query makes: the same every time, and no more rows than there are subjects.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use trustrisk::base::Severity;
use trustrisk::base::progress::Silent;
use trustrisk::load::contract::{Checked, check};
use trustrisk::load::{ReadOptions, Settings, Source, query};

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
    let checked = load("select distinct * from visits", &settings).1;
    let repeated = one(&checked, "duplicate-keys");
    assert_eq!(repeated.count, Some(8_000));
    assert!(repeated.message.ends_with("(first: row 3, id `C0`)"), "{}", repeated.message);
}

#[test]
fn what_a_query_takes_first_is_the_same_every_time() {
    let sql = "select * from (select id, \"left\", sum(spent) as spent from visits group by id, \"left\") v limit 500";
    let settings = Settings { id: None, ..settings("left", "yes") };
    assert_eq!(same_every_time(sql, &settings).0.height(), 500);
}

fn shops() -> Vec<(String, DataFrame)> {
    let customers = frame(vec![
        column("name", ["a", "b", "c"]),
        column("shop", ["n", "s", "s"]),
        column("left", ["yes", "no", "no"]),
    ]);
    let shops =
        frame(vec![column("shop", ["n", "s", "s"]), column("rent", [1i64, 2, 3]), column("key", ["n", "s", "w"])]);
    vec![("customers".to_owned(), customers), ("shops".to_owned(), shops)]
}

fn joined(sql: &str) -> Result<DataFrame, String> {
    let settings = Settings { id: None, sql: Some(sql.to_owned()), ..settings("left", "yes") };
    query::join(&shops(), &settings).map(|joined| joined.frame).map_err(|error| error.to_string())
}

#[test]
fn without_an_id_joins_that_multiply_rows_name_the_source() {
    let expected = "5 rows after `sql`, though `customers`, which stands after `from`, has 3: source `shops` holds 2 rows \
                    for `shop` `s`\nhint: declare the `id` of a row, or join an aggregate: `(select shop, max(rent) as rent \
                    from shops group by shop) shops`";
    assert_eq!(joined("select c.*, s.rent from customers c left join shops s using (shop)").unwrap_err(), expected);
    assert_eq!(joined("select c.*, s.rent from customers c join shops s on c.shop = s.shop").unwrap_err(), expected);
    let crossed = joined("select c.*, s.rent from customers c cross join shops s").unwrap_err();
    assert!(crossed.starts_with("9 rows after `sql`, though `customers`"), "{crossed}");
}

#[test]
fn without_an_id_other_queries_pass() {
    let fine = [
        "select c.*, s.rent from customers c left join shops s on c.shop = s.key",
        "select * from customers union all select * from customers",
        "select c.name, s.rent, c.\"left\" from customers c join shops s using (shop) group by c.name, s.rent, c.\"left\"",
        "select s.key, c.name, c.\"left\" from customers c full join shops s on c.name = s.key",
        "select s.key, c.name, c.\"left\" from shops s left join customers c on s.key = c.name",
        "select c.*, s.rent from customers c left join (select shop, max(rent) as rent from shops group by shop) s using (shop)",
        "select \"left\", count(*) as n from customers group by \"left\"",
        "with v as (select c.*, s.rent from customers c join shops s using (shop)) select * from v",
    ];
    for sql in fine {
        assert!(joined(sql).is_ok(), "{sql}: {}", joined(sql).unwrap_err());
    }
}

/// Customers without an order after a join of two files by key.
fn without_order(customers: &[String], orders: &[String], foreign: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, header: String, ids: &[String], cell: fn(usize) -> String| {
        let rows: String = ids.iter().enumerate().map(|(row, id)| format!("{id},{}\n", cell(row))).collect();
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{header}\n{rows}")).unwrap();
        Source { name: name.to_owned(), paths: vec![path], options: ReadOptions::default() }
    };
    let sources = vec![
        put("customers", "id,left".to_owned(), customers, |row| ["yes", "no"][row % 2].to_owned()),
        put("orders", format!("{foreign},amount"), orders, |row| row.to_string()),
    ];
    let sql = format!("select c.*, o.amount from customers c left join orders o on c.id = o.{foreign}");
    let settings = Settings { sources, sql: Some(sql), ..settings("left", "yes") };
    let table = trustrisk::load::load(&settings, &Silent).unwrap().table.unwrap();
    table.frame.column("amount").unwrap().null_count()
}

#[test]
fn keys_are_of_one_kind_in_all_sources_under_whatever_name() {
    let whole: Vec<String> = (0..40).map(|row| (100 + row).to_string()).collect();
    assert_eq!(without_order(&whole, &whole, "cust"), 0);
    // `1.10` and `1.1` are two customers
    let parted: Vec<String> = (1..41).map(|row| format!("1.{row}")).collect();
    assert_eq!(without_order(&parted, &parted, "cust"), 0);
    // one name that is no number, in one source only
    let mut odd = whole.clone();
    odd[3] = "A103".to_owned();
    for foreign in ["id", "cust"] {
        assert_eq!(without_order(&odd, &whole, foreign), 1);
    }
}
