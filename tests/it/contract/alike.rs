//! Rows that the model cannot tell apart: copies share a fold, levels do not.

use std::collections::BTreeSet;

use proptest::prelude::*;
use trustrisk::base::Severity;
use trustrisk::calibrate::Validation;
use trustrisk::load::{ColumnSettings, Excluded, Settings};

use super::tables::*;
use crate::support::run_in;

fn churn() -> Settings {
    settings("left", "yes")
}

/// A fixed mixing of the row number stands in for chance.
fn mixed(row: u64) -> u64 {
    row.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn unit(row: u64, salt: u64) -> f64 {
    (mixed(mixed(row) ^ salt) >> 40) as f64 / 16_777_216.0
}

/// Three columns of three levels and an outcome that depends on them.
fn few_levels(n: u64) -> String {
    let mut text = String::from("id,plan,region,size,left\n");
    for row in 0..n {
        let level = |salt: u64| (unit(row, salt) * 3.0) as usize;
        let (plan, region, size) = (level(1), level(2), level(3));
        let risk = 1.0 / (1.0 + (2.5 - 0.9 * plan as f64 - 0.6 * region as f64 - 0.3 * size as f64).exp());
        let left = if unit(row, 4) < risk { "yes" } else { "no" };
        text += &format!(
            "C{row},{},{},{},{left}\n",
            ["a", "b", "c"][plan],
            ["n", "s", "w"][region],
            ["1x", "2x", "3x"][size]
        );
    }
    text
}

fn validated(text: &str, duplicates: &str) -> (Validation, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("customers.csv"), text).unwrap();
    let config = format!(
        "[portfolio]\nname = \"levels\"\nas_of = 2026-06-30\n\n[[stakeholders]]\nname = \"customers\"\nid = \"id\"\n\
         outcome = {{ column = \"left\", adverse = [\"yes\"], favorable = [\"no\"] }}\nduplicates = \"{duplicates}\"\n\
         sources = {{ customers = \"customers.csv\" }}\n"
    );
    let mut finished =
        run_in(&config, folder.path(), &folder.path().join("reports"), &trustrisk::base::progress::Silent).unwrap();
    let codes = finished.findings.iter().map(|finding| finding.code.clone()).collect();
    let group = finished.groups.remove(0);
    assert_eq!(group.error, None);
    (group.validation.unwrap(), codes)
}

#[test]
fn together_and_keep_agree_on_a_table_of_few_levels() {
    let text = few_levels(2000);
    let (together, told) = validated(&text, "together");
    let (keep, told_keep) = validated(&text, "keep");
    assert_eq!((together.auc.value, together.brier.value), (keep.auc.value, keep.brier.value));
    assert!(together.auc.value.unwrap() > 0.65, "{:?}", together.auc);
    assert!((0.8..1.2).contains(&together.calibration_slope.value.unwrap()), "{:?}", together.calibration_slope);
    assert!(told.contains(&"few-patterns".to_owned()) && !told_keep.contains(&"few-patterns".to_owned()));
}

#[test]
fn few_patterns_are_told_and_not_joined() {
    let mut columns = history(400, 100);
    columns.push(column("a", (0..400i64).map(|row| row % 4).collect::<Vec<i64>>()));
    columns.push(column("b", (0..400).map(|row| ["x", "y"][row / 8 % 2]).collect::<Vec<&str>>()));
    let checked = run(columns.clone(), &churn());
    let finding = one(&checked, "few-patterns");
    assert_eq!((finding.severity, finding.count), (Severity::Info, Some(400)));
    assert_eq!(
        finding.message,
        "400 of 400 rows have the same features as many others: that is no accident but few levels, so each row is dealt \
         to a fold by itself"
    );
    let duplicates = one(&checked, "many-duplicate-rows");
    assert_eq!((duplicates.severity, &duplicates.hint), (Severity::Info, &None));
    assert!(duplicates.message.ends_with("; each is dealt to a fold by itself"), "{}", duplicates.message);
    assert_eq!(checked.table.unwrap().n_clusters, 400);
}

#[test]
fn rows_that_differ_in_outcome_only_share_a_cluster() {
    let pair = |row: i64| (row / 2) as f64 * 1.37;
    let mut columns = vec![
        column("id", (0..200i64).collect::<Vec<i64>>()),
        column("left", (0..200).map(|row| ["yes", "no"][row % 2]).collect::<Vec<&str>>()),
        column("x", (0..200i64).map(pair).collect::<Vec<f64>>()),
    ];
    let told = run(columns.clone(), &churn());
    assert_eq!(told.table.as_ref().unwrap().n_clusters, 100);
    assert!(of(&told, "duplicate-rows").is_empty(), "the outcome parts duplicates");
    // nor do columns that know the outcome part the pairs: found, or named by the config
    columns.push(column("status", (0..200).map(|row| ["gone", "here"][row % 2]).collect::<Vec<&str>>()));
    let found = run(columns.clone(), &churn());
    assert_eq!(excluded(&found, Excluded::Leak), ["status"]);
    assert_eq!(found.table.unwrap().n_clusters, 100);
    let named = run(columns, &Settings { exclude: vec!["status".into()], ..churn() });
    assert_eq!(named.table.unwrap().n_clusters, 100);
}

#[test]
fn chains_through_repeated_ids_do_not_join_everything() {
    // 40 subjects in 24 months; each row is alike to some two others, of other subjects
    let rows = 0..40 * 24u64;
    let month = |row: u64| format!("{}-{:02}-01", 2023 + row / 480, row / 40 % 12 + 1);
    let months: Vec<String> = rows.clone().map(month).collect();
    let columns = vec![
        column("id", rows.clone().map(|row| (row % 40) as i64).collect::<Vec<i64>>()),
        dates("month", &months.iter().map(|month| Some(month.as_str())).collect::<Vec<_>>()),
        column("left", rows.clone().map(|row| ["yes", "no"][usize::from(unit(row, 1) > 0.3)]).collect::<Vec<&str>>()),
        column("stars", rows.map(|row| (unit(row, 2) * 300.0).floor()).collect::<Vec<f64>>()),
    ];
    let table = run(columns, &Settings { time: Some("month".into()), ..churn() }).table.unwrap();
    assert_eq!((table.n_rows(), table.n_clusters), (960, 40));
}

#[test]
fn copies_beside_a_crowd_are_still_joined() {
    // 300 rows exported twice, and 100 that are all alike
    let columns = vec![
        column("id", (0..700i64).collect::<Vec<i64>>()),
        column("left", (0..700u64).map(|row| ["yes", "no"][usize::from(unit(row, 1) > 0.4)]).collect::<Vec<&str>>()),
        column(
            "x",
            (0..700i64).map(|row| if row < 600 { (row % 300) as f64 * 1.37 } else { -1.0 }).collect::<Vec<f64>>(),
        ),
    ];
    let checked = run(columns, &churn());
    assert_eq!(one(&checked, "few-patterns").count, Some(100));
    let duplicates =
        of(&checked, "many-duplicate-rows").into_iter().chain(of(&checked, "duplicate-rows")).next().unwrap();
    assert!(
        duplicates.message.contains("stay on one side of a fold, the others have too many alike"),
        "{}",
        duplicates.message
    );
    let table = checked.table.unwrap();
    assert_eq!(table.n_clusters, 300 + 100);
    assert!((0..300).all(|row| table.cluster[row] == table.cluster[row + 300]));
}

/// The rule in its own words: connected rows, by looking at all pairs.
fn by_hand(ids: &[u8], features: &[u8]) -> Vec<usize> {
    let n = ids.len();
    let connected = |same: &dyn Fn(usize, usize) -> bool| -> Vec<usize> {
        let mut cluster: Vec<usize> = (0..n).collect();
        loop {
            let before = cluster.clone();
            for (a, b) in (0..n).flat_map(|a| (0..n).map(move |b| (a, b))).filter(|(a, b)| same(*a, *b)) {
                cluster[a] = cluster[a].min(cluster[b]);
            }
            if cluster == before {
                return cluster;
            }
        }
    };
    let size = |cluster: &[usize], row: usize| cluster.iter().filter(|other| **other == cluster[row]).count();
    let plain = connected(&|a, b| ids[a] == ids[b]);
    let joined = connected(&|a, b| ids[a] == ids[b] || features[a] == features[b]);
    let is_crowded = |joined: &[usize], row: usize| size(joined, row) > 5 * size(&plain, row);
    if (0..n).filter(|row| is_crowded(&joined, *row)).count() as f64 / n as f64 <= 0.1 {
        return joined;
    }
    let alike = |row: usize| (0..n).filter(move |other| features[*other] == features[row]);
    let few: Vec<bool> =
        (0..n).map(|row| alike(row).map(|other| plain[other]).collect::<BTreeSet<usize>>().len() <= 5).collect();
    let chained = connected(&|a, b| ids[a] == ids[b] || (few[a] && features[a] == features[b]));
    let copied: Vec<bool> =
        (0..n).map(|row| few[row] && alike(row).all(|other| !is_crowded(&chained, other))).collect();
    connected(&|a, b| ids[a] == ids[b] || (copied[a] && features[a] == features[b]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn clusters_follow_the_rule(rows in prop::collection::vec((0u8..60, 0u8..120), 20..80), few in 2u8..120) {
        let entities: Vec<u8> = rows.iter().map(|row| row.0).collect();
        let features: Vec<u8> = rows.iter().map(|row| row.1 % few).collect();
        let n = rows.len();
        let columns = vec![
            column("id", (0..n as i64).collect::<Vec<i64>>()),
            column("left", (0..n).map(|row| ["yes", "no"][row % 2]).collect::<Vec<&str>>()),
            column("house", entities.iter().map(|entity| i64::from(*entity)).collect::<Vec<i64>>()),
            column("x", features.iter().map(|feature| f64::from(*feature) / 2.0).collect::<Vec<f64>>()),
        ];
        let mut settings = Settings { entity: Some("house".into()), ..churn() };
        // few rows at random may look like a leak
        settings.columns.insert("x".into(), ColumnSettings { keep: true, ..ColumnSettings::default() });
        let table = run(columns, &settings).table.unwrap();
        let expected = by_hand(&entities, &features);
        for (a, b) in (0..n).flat_map(|a| (0..n).map(move |b| (a, b))) {
            prop_assert_eq!(table.cluster[a] == table.cluster[b], expected[a] == expected[b]);
        }
    }
}
