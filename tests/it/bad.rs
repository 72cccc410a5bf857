//! Bad input through the whole command: the exact words on the terminal, exit code 2, and nothing left behind.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::govern::Mounted;
use crate::support::{SMALL_CONFIG, small_csv};

const N_ROWS: usize = 400;

/// What `trustrisk run` says in a folder, after the title line.
fn said(folder: &Path, reports: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trustrisk"))
        .args(["run", "trustrisk.toml", "--reports"])
        .arg(reports)
        .current_dir(folder)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty());
    let Some(told) = stderr.strip_prefix("small, as of 30 June 2026\n") else { return stderr };
    let Some(lines) = told.strip_suffix("no stakeholder group could be done, so nothing was written\n") else {
        return told.to_owned();
    };
    // the name of the group stands before its first line, as many spaces before the others
    lines.lines().map(|line| format!("{}\n", line.get("  customers  ".len()..).unwrap_or(line))).collect()
}

/// The words for a table and a config, each made from the good one.
fn refused(table: impl Fn(String) -> Vec<u8>, config: impl Fn(&str) -> String, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("customers.csv"), table(small_csv(N_ROWS))).unwrap();
    fs::write(folder.path().join("trustrisk.toml"), config(SMALL_CONFIG)).unwrap();
    let reports = folder.path().join("reports");
    assert_eq!(said(folder.path(), &reports), expected);
    let left = fs::read_dir(reports.join("small")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "something was left behind");
}

fn bad_table(table: impl Fn(String) -> Vec<u8>, expected: &str) {
    refused(table, str::to_owned, expected);
}

fn bad_config(from: &str, to: &str, expected: &str) {
    assert!(SMALL_CONFIG.contains(from));
    refused(String::into_bytes, |config| config.replace(from, to), expected);
}

#[test]
fn files_that_are_no_table() {
    bad_table(
        |_| Vec::new(),
        "error: `customers.csv` is empty, expected a header and rows\n\
         hint: export it again, or take it out of source `customers`\n",
    );
    bad_table(
        |good| format!("{}\n", good.lines().next().unwrap()).into_bytes(),
        "error: `customers.csv` holds a header of 7 columns but no rows\n\
         hint: export it again, or set `header = false` if its first line is data\n",
    );
    bad_table(
        |_| b"\x7fELF\x02\x01\x01\x00 and more of the like".to_vec(),
        "error: `customers.csv` is a binary file (byte 8 is zero), expected text\n\
         hint: name a CSV, NDJSON, Parquet or Excel file\n",
    );
    bad_table(
        |good| (good + "C99999,1,monthly\n").into_bytes(),
        "error: line 402 of `customers.csv` has 3 fields, the header has 7\n\
         hint: quote fields that hold `,`, or set `delimiter`\n",
    );
    bad_config(
        "customers = \"customers.csv\"",
        "customers = { path = \"customers.csv\", delimiter = \";\" }",
        "error: `;` separates no fields in `customers.csv`, while `,` gives 7 columns\n\
         hint: `delimiter = \",\"`, or leave it out\n",
    );
}

#[test]
fn columns_and_keys_that_do_not_exist() {
    bad_config(
        "value = \"revenue\"",
        "value = \"revenu\"",
        "error: column `revenu` is not in the table\nhint: did you mean `revenue`?\n",
    );
    bad_config(
        "sensitive =",
        "sensitve =",
        "error: line 11, column 1: unknown key `stakeholders.sensitve`\nhint: did you mean `sensitive`?\n",
    );
}

#[test]
fn outcomes_that_cannot_be_learned() {
    bad_table(
        |good| good.replacen(",yes\n", ",gone\n", 3).into_bytes(),
        "error: outcome `left` holds levels that are neither adverse nor favorable: `gone` (3 rows) (first: row 2)\n\
         hint: name each under `adverse` or `favorable`, as in `favorable = [\"no\", \"gone\"]`\n",
    );
    bad_table(
        |good| good.replace(",yes\n", ",no\n").into_bytes(),
        "error: adverse level `yes` of outcome `left` occurs nowhere; it holds `no` (360 rows)\n\
         hint: name under `adverse` the levels that are the event\n\
         error: all 360 known outcomes in `left` are favorable, expected both kinds\n\
         hint: add past rows of both kinds, or look at `adverse` and `favorable`\n",
    );
}

#[test]
fn a_key_that_stands_twice() {
    bad_table(
        |good| {
            let again = good.lines().nth(4).unwrap().to_owned();
            (good + &again + "\n").into_bytes()
        },
        "error: 1 row repeats a key that stands above: `C00003` in 2 rows (first: row 402)\n\
         hint: keep one row for each in `sql`: `select distinct …` or `group by …`\n",
    );
}

#[test]
fn places_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("customers.csv"), small_csv(N_ROWS)).unwrap();
    fs::write(folder.path().join("trustrisk.toml"), SMALL_CONFIG).unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(
        said(folder.path(), Path::new("file")),
        "error: `file/small` cannot be written: a file stands where a folder is expected\n\
         hint: move that file, or write elsewhere with `--reports DIR`\n"
    );
    let Some(disk) = Mounted::new("size=64k") else { return };
    let words = said(folder.path(), disk.0.path());
    let (message, hint) = words.split_once('\n').unwrap();
    // the name of the temporary folder and the bytes so far differ from run to run
    let begin = format!("error: the disk is full: `{}/small/.tmp-", disk.0.path().display());
    assert!(message.starts_with(&begin) && message.contains("` needs at least "), "{message}");
    assert_eq!(hint, "hint: free space, or write elsewhere with `--reports DIR`\n");
    assert_eq!(fs::read_dir(disk.0.path().join("small")).unwrap().count(), 0, "a half result was left");
}
