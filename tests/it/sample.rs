//! The sample business: what is committed is what is generated, the config's queries run on it, and what is planted
//! can be found.

mod business;
mod fit;
mod planted;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use trustrisk::base::Seed;
use trustrisk::sample::{self, Settings, generate, truths};

use crate::support::root;
use business::{Business, bytes, cells, days, numbers, texts, unzip};

fn settings(n_subjects: usize) -> Settings {
    Settings { n_subjects, ..Settings::default() }
}

#[test]
fn committed_data_is_what_is_generated() {
    let folder = root().join("data");
    let files = generate(&Settings::default()).unwrap();
    if std::env::var_os("SAMPLE_ACCEPT").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|file| std::fs::write(folder.join(&file.path), &file.bytes).unwrap());
    }
    let mut committed: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    committed.sort();
    let generated: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(committed, generated, "remake with `SAMPLE_ACCEPT=1 cargo test --test it committed_data`");
    for file in &files {
        let on_disk = std::fs::read(folder.join(&file.path)).unwrap();
        // a compressor may choose otherwise on another processor: what counts is what it holds
        let same = on_disk == file.bytes || contents(&file.path, &on_disk) == contents(&file.path, &file.bytes);
        assert!(same, "data/{} is stale: remake with `SAMPLE_ACCEPT=1 cargo test --test it committed_data`", file.path);
    }
    let total: usize = files.iter().map(|file| file.bytes.len()).sum();
    assert!(total < 3_000_000, "data/ has {total} bytes");
}

fn contents(path: &str, bytes: &[u8]) -> Vec<u8> {
    if path.ends_with(".gz") {
        return unzip(bytes);
    }
    if path.ends_with(".xlsx") {
        return format!("{:?}", cells(bytes)).into_bytes();
    }
    bytes.to_vec()
}

#[test]
fn the_readme_lists_every_truth() {
    let readme = sample::readme(&settings(50)).unwrap();
    let truths = truths();
    for effect in &truths.effects {
        assert!(readme.contains(&format!("| `{}` | {} |", effect.column, effect.per)), "{effect:?}");
    }
    for leak in &truths.leaks {
        assert!(readme.contains(leak.column));
    }
    for mess in &truths.mess {
        assert!(readme.contains(mess.what));
    }
    assert!(readme.contains(truths.proxy.group) && readme.contains(truths.proxy.level));
    assert!(readme.contains("orders from 2026-05-01 to 2026-05-31"));
}

#[test]
fn the_same_settings_give_the_same_bytes_and_other_seeds_others() {
    let once = generate(&settings(60)).unwrap();
    assert_eq!(once, generate(&settings(60)).unwrap());
    let other = generate(&Settings { seed: Seed(8), ..settings(60) }).unwrap();
    assert_ne!(bytes(&once, "employees.csv"), bytes(&other, "employees.csv"));
}

#[test]
fn sizes_out_of_range_are_refused() {
    let error = generate(&settings(49)).unwrap_err();
    assert_eq!(error.to_string(), "the sample has 49 subjects, expected 50 to 1,000,000\nhint: use `--subjects 1500`");
    assert!(generate(&settings(1_000_001)).is_err());
}

#[test]
fn other_days_and_small_sizes_work() {
    for (as_of, n) in [("2026-02-28", 50), ("2025-01-01", 55), ("2031-11-15", 120)] {
        let settings = Settings { as_of: as_of.parse().unwrap(), ..settings(n) };
        let files = generate(&settings).unwrap();
        let tables = Business::new(&files, settings.as_of);
        let customers = tables.query("customers");
        assert!(customers.height() > n, "{as_of}");
        let latest = days(&customers, "snapshot").into_iter().flatten().max().unwrap();
        assert_eq!(latest, settings.as_of);
    }
}

#[test]
fn every_column_shown_has_a_label_and_every_path_a_file() {
    let files = generate(&Settings::default()).unwrap();
    let text = std::str::from_utf8(bytes(&files, "trustrisk.toml")).unwrap();
    assert!(text.starts_with("#:schema ../docs/config.schema.json\n") && !text.contains("{{"));
    let business = Business::new(&files, Settings::default().as_of);
    for group in ["customers", "employees", "suppliers"] {
        let config = business.group(group);
        let table = business.query(group);
        let labels = config["columns"].as_table().unwrap();
        let mut unlabeled: Vec<&str> = ["id", "time"].iter().map(|key| config[*key].as_str().unwrap()).collect();
        unlabeled.push(config["outcome"]["column"].as_str().unwrap());
        unlabeled.extend(config["exclude"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()));
        let names: Vec<String> = table.get_column_names().iter().map(ToString::to_string).collect();
        for name in &names {
            let label = labels.get(name).and_then(|column| column.get("label"));
            assert!(label.is_some() || unlabeled.contains(&name.as_str()), "{group}: `{name}` has no label");
        }
        labels.keys().for_each(|name| assert!(names.contains(name), "{group}: `{name}` is not in the table"));
        for source in config["sources"].as_table().unwrap().values() {
            for path in paths(source) {
                let path = path.replace("support*", "support");
                assert!(files.iter().any(|file| file.path == path), "{path}");
            }
        }
    }
    for effect in truths().effects {
        let pillar = business.group(effect.stakeholders)["columns"][effect.column].get("pillar");
        assert_eq!(
            pillar.and_then(|name| name.as_str()),
            effect.pillar.map(trustrisk::base::units::Pillar::name),
            "{effect:?}"
        );
    }
}

fn paths(source: &toml::Value) -> Vec<String> {
    let path = source.get("path").unwrap_or(source);
    match path.as_array() {
        Some(many) => many.iter().map(|path| path.as_str().unwrap().to_owned()).collect(),
        None => vec![path.as_str().unwrap().to_owned()],
    }
}

#[test]
fn the_query_gives_one_row_a_key_and_only_what_was_known() {
    let business = Business::new(&generate(&settings(300)).unwrap(), Settings::default().as_of);
    let table = business.query("customers");
    let keys: Vec<_> = texts(&table, "customer_id").into_iter().zip(days(&table, "snapshot")).collect();
    let mut unique = keys.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), keys.len());
    // by hand, for every row: the orders of the 90 days up to the snapshot
    let orders = &business.frames["customers"]["orders"];
    let mut by_customer: BTreeMap<String, BTreeMap<String, (NaiveDate, Option<f64>)>> = BTreeMap::new();
    let cells = texts(orders, "customer_id").into_iter().zip(texts(orders, "order_no")).zip(days(orders, "ordered"));
    for (((customer, order), day), late) in cells.zip(numbers(orders, "days_late")) {
        by_customer.entry(customer.unwrap()).or_default().insert(order.unwrap(), (day.unwrap(), late));
    }
    let (late, n_orders) = (numbers(&table, "days_late"), numbers(&table, "orders_90"));
    for (row, (customer, snapshot)) in keys.iter().enumerate() {
        let snapshot = snapshot.unwrap();
        let known: Vec<Option<f64>> = by_customer[customer.as_ref().unwrap()]
            .values()
            .filter(|(day, _)| *day <= snapshot && (snapshot - *day).num_days() < 90)
            .map(|(_, late)| *late)
            .collect();
        assert_eq!(n_orders[row], Some(known.len() as f64));
        let written: Vec<f64> = known.iter().flatten().copied().collect();
        let mean = written.iter().sum::<f64>() / written.len() as f64;
        assert!((late[row].unwrap() - mean).abs() < 1e-12);
    }
}
