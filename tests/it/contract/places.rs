//! Rows as findings number them: where they stand in the files.

use std::fs;

use trustrisk::base::{Finding, Severity, progress::Silent};
use trustrisk::load::{Duplicates, Loaded, ReadOptions, Settings, Source, load};

use super::tables::settings;

/// Loads files of these contents as one source.
fn loaded(files: &[(&str, &str)], skip: usize, edit: impl Fn(Settings) -> Settings) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, text): &(&str, &str)| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let paths = files.iter().map(write).collect();
    let options = ReadOptions { skip, ..ReadOptions::default() };
    let sources = vec![Source { name: "customers".to_owned(), paths, options }];
    let codes = ["duplicate-keys", "missing-keys"].map(|code| (code.to_owned(), Severity::Warning));
    let given = Settings { sources, severities: codes.into(), ..settings("left", "yes") };
    load(&edit(given), &Silent).unwrap()
}

fn as_it_is(settings: Settings) -> Settings {
    settings
}

fn finding<'a>(loaded: &'a Loaded, code: &str) -> &'a Finding {
    loaded.findings.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("{:#?}", loaded.findings))
}

/// A title, a header and rows; blank lines between them.
const SPACED: &str =
    "exported today\nid,x,left\n\n1,1.5,yes\n2,2.5,no\n\n\n3,3.5,no\n2,4.5,no\n\n,5.5,yes\n4,6.5,yes\n";

#[test]
fn skipped_and_blank_lines_count() {
    let loaded = loaded(&[("a.csv", SPACED)], 1, as_it_is);
    let repeated = finding(&loaded, "duplicate-keys");
    assert_eq!(repeated.message, "1 row repeats a key that stands above: `2` in 2 rows (first: row 9)");
    assert_eq!(repeated.first_row, Some(9));
    let line = SPACED.lines().nth(9 - 1).unwrap();
    assert_eq!(line, "2,4.5,no");
    let missing = finding(&loaded, "missing-keys");
    assert_eq!((missing.message.as_str(), missing.first_row), ("id `id` is blank in 1 row (first: row 11)", Some(11)));
}

#[test]
fn of_several_files_the_file_is_told() {
    let files =
        [("a.csv", "id,x,left\n1,1.5,yes\n\n2,2.5,no\n"), ("b.csv", "id,x,left\n\n3,3.5,no\n1,4.5,no\n,5.5,yes\n")];
    let loaded = loaded(&files, 0, as_it_is);
    let repeated = finding(&loaded, "duplicate-keys");
    assert_eq!(repeated.message, "1 row repeats a key that stands above: `1` in 2 rows (first: row 4 of `b.csv`)");
    assert_eq!(repeated.first_row, Some(4));
    let missing = finding(&loaded, "missing-keys");
    assert_eq!(missing.message, "id `id` is blank in 1 row (first: row 5 of `b.csv`)");
}

#[test]
fn lines_of_json_are_numbered_from_one() {
    let object = |id: u32, left: &str| format!("{{\"id\": {id}, \"left\": \"{left}\"}}\n");
    let text = [object(1, "yes"), "\n".to_owned(), object(2, "no"), object(1, "no")].concat();
    let loaded = loaded(&[("a.ndjson", text.as_str())], 0, as_it_is);
    assert!(finding(&loaded, "duplicate-keys").message.ends_with("(first: row 4)"));
}

#[test]
fn row_numbers_that_stand_in_for_an_id_are_those_of_the_file_or_run_through() {
    let without_id = |settings: Settings| Settings { id: None, duplicates: Duplicates::Keep, ..settings };
    let ids = |loaded: Loaded| loaded.table.unwrap().ids;
    assert_eq!(ids(loaded(&[("a.csv", SPACED)], 1, without_id)), ["4", "5", "8", "9", "11", "12"]);
    let files = [("a.csv", "x,left\n1.5,yes\n\n2.5,no\n"), ("b.csv", "x,left\n\n3.5,no\n")];
    assert_eq!(ids(loaded(&files, 0, without_id)), ["2", "3", "4"]);
}

#[test]
fn after_a_query_the_id_is_told() {
    let files = [("a.csv", "id,x,left\nK2,1.5,yes\nK1,2.5,no\nK2,3.5,no\n")];
    let by_query = |settings: Settings| Settings { sql: Some("select * from customers".to_owned()), ..settings };
    let loaded = loaded(&files, 0, by_query);
    let repeated = finding(&loaded, "duplicate-keys");
    assert_eq!(repeated.message, "1 row repeats a key that stands above: `K2` in 2 rows (first: row 4, id `K2`)");
}
