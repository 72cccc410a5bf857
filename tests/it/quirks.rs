//! What spreadsheets and databases write that is easily misread: each is read as meant, or told.

use polars::prelude::DataType;
use trustrisk::load::read::Read;
use trustrisk::load::{ColumnKind, ColumnSettings, ReadOptions};

use crate::read::{Desk, csv, found, frame, refused, some, texts, types};

const SEMICOLON: &str = "id;revenue;rate\n";

/// The types of `revenue`, and the messages of numbers left as text.
fn revenue(text: &str) -> (DataType, Vec<Option<String>>, Vec<String>) {
    let read = csv(text);
    let dtype = frame(&read).column("revenue").unwrap().dtype().clone();
    let told = found(&read, "numbers-in-text").iter().map(|finding| finding.message.clone()).collect();
    (dtype, texts(&read, "revenue"), told)
}

fn keyed(name: &str, text: &str) -> Read {
    let desk = Desk { keys: vec!["id"], ..Desk::new() };
    desk.read(name, text.as_bytes(), ReadOptions::default()).unwrap()
}

#[test]
fn records_without_any_value_are_no_rows() {
    let read = csv("id;n;x\n1;2;a\n;;\n2;3;b\n \u{a0};;\n;\n3;4;c\n;;\n;;\n\n\"\";;\n");
    assert_eq!((frame(&read).height(), read.files[0].rows), (3, 3));
    assert_eq!(types(&read)[..2], [DataType::Int64, DataType::Int64]);
    let finding = found(&read, "empty-rows")[0];
    assert_eq!(finding.message, "3 rows of `x.csv` without any value left out (first: row 3)");
    assert_eq!((finding.count, finding.first_row), (Some(3), Some(3)));
    let read = csv("id;n\n1;2\n3;4\n;\n;\n");
    assert_eq!((frame(&read).height(), found(&read, "empty-rows").len()), (2, 0), "those at the end are no matter");
    let error = Desk::new().read("x.csv", b"id;n\n;\n;\n", ReadOptions::default()).err().unwrap().to_string();
    assert!(error.starts_with("`x.csv` holds a header of 2 columns but no rows"), "{error}");
}

#[test]
fn points_that_may_part_thousands_are_told_not_guessed() {
    let (dtype, values, told) = revenue(&format!("{SEMICOLON}1;1.234;3\n2;850;4\n3;12.500;5\n"));
    assert_eq!((dtype, values), (DataType::String, some(&["1.234", "850", "12.500"])));
    assert_eq!(
        told,
        [
            "column `revenue` of `x.csv` holds points in 2 rows (first: row 2, \"1.234\") that may part decimals or thousands, left as text"
        ]
    );
    let options = ReadOptions { decimal: Some(','), ..ReadOptions::default() };
    let text = format!("{SEMICOLON}1;1.234;3\n2;850;4\n");
    let read = Desk::new().read("x.csv", text.as_bytes(), options).unwrap();
    assert_eq!(texts(&read, "revenue"), some(&["1234", "850"]));
}

#[test]
fn other_columns_tell_what_parts_thousands() {
    let (dtype, values, told) = revenue(&format!("{SEMICOLON}1;1.234;3,5\n2;850;4\n3;12.500;5\n"));
    assert_eq!((dtype, values), (DataType::Int64, some(&["1234", "850", "12500"])));
    assert!(told.is_empty(), "{told:?}");
    let (_, values, _) = revenue(&format!("{SEMICOLON}1;1.234;3.5\n2;2.345;4\n"));
    assert_eq!(values, some(&["1.234", "2.345"]));
    // decimals do not end in zero beside whole numbers, whatever the other columns say
    let (dtype, ..) = revenue(&format!("{SEMICOLON}1;1.250;3.5\n2;850;4\n"));
    assert_eq!(dtype, DataType::String);
    // columns that disagree tell nothing
    let (dtype, ..) = revenue("id;revenue;rate;share\n1;1.234;3.5;0,5\n2;2.345;4;1,5\n");
    assert_eq!(dtype, DataType::String);
    let (_, values, _) = revenue(&format!("{SEMICOLON}1;1,234;3,5\n2;2,345;4\n"));
    assert_eq!(values, some(&["1.234", "2.345"]));
    let (_, values, _) = revenue(&format!("{SEMICOLON}1;1,234;3.5\n2;850;4\n"));
    assert_eq!(values, some(&["1234", "850"]));
}

#[test]
fn declared_numbers_are_read_as_far_as_their_style_is_known() {
    let mut desk = Desk::new();
    let number = ColumnSettings { kind: Some(ColumnKind::Number), ..ColumnSettings::default() };
    desk.columns.insert("revenue".to_owned(), number);
    let read = |decimal: Option<char>, values: [&str; 2]| {
        let text = format!("id;revenue\n1;{}\n2;{}\n", values[0], values[1]);
        let read = desk.read("x.csv", text.as_bytes(), ReadOptions { decimal, ..ReadOptions::default() }).unwrap();
        assert_eq!(found(&read, "numbers-in-text").len(), 1, "{values:?}");
        (types(&read)[1].clone(), texts(&read, "revenue"))
    };
    assert_eq!(read(None, ["1.234", "850"]), (DataType::String, some(&["1.234", "850"])));
    assert_eq!(read(None, ["1.25", "1,5"]), (DataType::Float64, some(&["1.25", ""])));
    assert_eq!(read(Some('.'), ["1.250", "1,5"]), (DataType::Float64, some(&["1.25", ""])));
}

#[test]
fn ordinary_decimals_are_no_nuisance() {
    for text in [
        // one value that only a decimal point makes settles its column
        "id;revenue\n1;0.123\n2;1.234\n3;2.500\n",
        "id;revenue\n1;1.5\n2;1.234\n3;2.500\n",
        "id;revenue\n1;1.2345\n2;1.234\n3;2\n",
        "id;revenue\n1;1234.500\n2;1.234\n3;2.000\n",
        // three decimals throughout, in a file of commas
        "id,revenue\n1,1.234\n2,2.500\n3,7.125\n",
        "id,revenue\n1,1.234\n2,2\n3,7.125\n",
    ] {
        let (dtype, _, told) = revenue(text);
        assert_eq!((dtype, told.len()), (DataType::Float64, 0), "{text}");
    }
    let (dtype, ..) = revenue("id,revenue\n1,850\n2,12.500\n");
    assert_eq!(dtype, DataType::String, "groups that end in zero beside whole numbers");
}

#[test]
fn numbers_of_a_workbook_have_no_separator() {
    let desk = Desk::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in [(0, "number"), (1, "text")] {
        sheet.write(0, column, name).unwrap();
    }
    for (row, number) in [(1, 1.234), (2, 850.0), (3, 12.5)] {
        sheet.write(row, 0, number).unwrap().write(row, 1, if row == 2 { "850" } else { "1.250" }).unwrap();
    }
    let path = desk.folder.path().join("x.xlsx");
    book.save(&path).unwrap();
    let read = desk.read_paths(vec![path], ReadOptions::default()).unwrap();
    assert_eq!(types(&read), [DataType::Float64, DataType::String]);
    assert_eq!(found(&read, "numbers-in-text")[0].column.as_deref(), Some("text"));
}

#[test]
fn thousands_are_parted_by_spaces_and_apostrophes() {
    let read = csv("a;b;c;d\n1 234,50;1'234.50;12\u{202f}345;1\u{a0}234\n2;850;7;8\n");
    assert_eq!(types(&read), [DataType::Float64, DataType::Float64, DataType::Int64, DataType::Int64]);
    for (column, value) in [("a", "1234.5"), ("b", "1234.5"), ("c", "12345"), ("d", "1234")] {
        assert_eq!(texts(&read, column)[0].as_deref(), Some(value), "{column}");
    }
    assert!(found(&read, "numbers-in-text").is_empty());
}

#[test]
fn keys_stay_apart() {
    let read = keyed("x.csv", "id,n\n1.1,1\n1.10,2\n");
    assert_eq!(texts(&read, "id"), some(&["1.1", "1.10"]));
    assert_eq!(texts(&csv("id,n\n1.1,1\n1.10,2\n"), "id"), some(&["1.1", "1.1"]), "other columns are numbers");
    for (text, kept) in
        [("id\n7\n007\n", true), ("id\n7\n+8\n", true), ("id\n1e3\n1000\n", true), ("id\n7\n-8\n", false)]
    {
        let read = keyed("x.csv", text);
        assert_eq!(types(&read)[0] == DataType::String, kept, "{text}");
    }
    let read = keyed("x.csv", "id\n9007199254740993\n9007199254740992\n");
    assert_eq!(texts(&read, "id"), some(&["9007199254740993", "9007199254740992"]));
    let mut desk = Desk { keys: vec!["id"], ..Desk::new() };
    let format = ColumnSettings { date_format: Some("%d.%m.%Y".to_owned()), ..ColumnSettings::default() };
    desk.columns.insert("id".to_owned(), format);
    let read = desk.read("x.csv", b"id\n31.05.2024\n", ReadOptions::default()).unwrap();
    assert_eq!(types(&read), [DataType::Date], "what is declared holds");
}

#[test]
fn large_numbers_of_json_are_kept() {
    let read = keyed("x.ndjson", "{\"id\":18446744073709551615,\"n\":1}\n{\"id\":18446744073709551614,\"n\":2}\n");
    assert_eq!(texts(&read, "id"), some(&["18446744073709551615", "18446744073709551614"]));
    let read = keyed("x.ndjson", "{\"id\":18446744073709551615}\n{\"id\":null}\n{\"id\":-5}\n");
    assert_eq!(texts(&read, "id"), some(&["18446744073709551615", "", "-5"]));
    let read = keyed("x.ndjson", "{\"id\":5}\n{\"id\":\"5b\"}\n{\"id\":null}\n");
    assert_eq!(texts(&read, "id"), some(&["5", "5b", ""]));
    let read = keyed("x.ndjson", "{\"id\":123456789012345678901}\n{\"id\":123456789012345678902}\n");
    assert_eq!(texts(&read, "id"), some(&["123456789012345678901", "123456789012345678902"]));
    let read = keyed("x.ndjson", "{\"id\":1.5}\n{\"id\":2}\n");
    assert_eq!(texts(&read, "id"), some(&["1.5", "2.0"]));
}

/// The finding of a code, which must be the only one.
#[track_caller]
fn one(read: &Read, code: &str) -> (String, String) {
    let found = found(read, code);
    assert_eq!(found.len(), 1, "{:?}", read.findings);
    (found[0].message.clone(), found[0].hint.clone().unwrap_or_default())
}

#[test]
fn markers_among_numbers_are_told_by_frequency() {
    let column = |values: &[(&str, usize)]| {
        let lines = values.iter().flat_map(|(value, n)| vec![format!("{value},x\n"); *n]).collect::<String>();
        csv(&format!("n,x\n{lines}"))
    };
    let (message, hint) = one(&column(&[("-", 3), ("7", 15), ("NA", 12)]), "numbers-in-text");
    assert_eq!(message, "column `n` of `x.csv` holds text in 15 rows (first: row 2, \"-\"), expected numbers");
    assert_eq!(hint, "add `missing = [\"NA\", \"-\"]` under `[stakeholders.columns.n]`");
    // house numbers, classes, and columns of words are no columns of numbers
    for values in [&[("7", 15), ("12a", 10)][..], &[("1", 15), ("2", 5), ("3+", 9)], &[("7", 10), ("low", 20)]] {
        assert!(found(&column(values), "numbers-in-text").is_empty(), "{values:?}");
    }
}

#[test]
fn short_years_are_read_where_they_are_clear() {
    for (text, day) in [("31.05.24", "2024-05-31"), ("5/31/24", "2024-05-31"), ("31-05-85", "1985-05-31")] {
        let read = csv(&format!("d,x\n{text},1\n"));
        assert_eq!(texts(&read, "d"), some(&[day]), "{text}");
        assert_eq!(types(&read)[0], DataType::Date);
    }
    for text in ["03.04.24", "31-05-24", "03-04-85"] {
        let (message, hint) = one(&csv(&format!("d,x\n{text},1\n")), "ambiguous-dates");
        assert!(message.contains(text) && hint.contains("%y"), "{message} {hint}");
    }
    // one clear date tells the order of all
    assert_eq!(texts(&csv("d,x\n03-04-24,1\n31-05-85,2\n"), "d"), some(&["2024-04-03", "1985-05-31"]));
}

#[test]
fn markers_are_found_by_value_where_files_know_their_types() {
    let mut desk = Desk::new();
    let missing = |markers: &[&str]| ColumnSettings {
        missing: markers.iter().map(|marker| (*marker).to_owned()).collect(),
        ..ColumnSettings::default()
    };
    desk.columns.insert("n".to_owned(), missing(&["-999", "?"]));
    desk.columns.insert("r".to_owned(), missing(&["-1"]));
    desk.columns.insert("t".to_owned(), missing(&["none"]));
    let text =
        "{\"n\":-999,\"r\":-1.0,\"t\":\"none\"}\n{\"n\":5,\"r\":0.5,\"t\":\"x\"}\n{\"n\":null,\"r\":null,\"t\":null}\n";
    let read = desk.read("x.ndjson", text.as_bytes(), ReadOptions::default()).unwrap();
    assert_eq!(types(&read), [DataType::Int64, DataType::Float64, DataType::String]);
    for (column, value) in [("n", "5"), ("r", "0.5"), ("t", "x")] {
        assert_eq!(texts(&read, column), some(&["", value, ""]), "{column}");
    }
    assert_eq!(one(&read, "unused-markers").0, "`?`, declared as missing, stands nowhere in column `n`");
    let day = |days: i32| polars::prelude::AnyValue::Date(days);
    let days = polars::prelude::Series::from_any_values("d".into(), &[day(-25_567), day(19_874)], true).unwrap();
    let mut table = polars::prelude::DataFrame::new(2, vec![days.into()]).unwrap();
    let path = desk.folder.path().join("x.parquet");
    polars::prelude::ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut table).unwrap();
    let options = ReadOptions { missing: vec!["1900-01-01".to_owned(), "none".to_owned()], ..ReadOptions::default() };
    let read = Desk::new().read_paths(vec![path], options).unwrap();
    assert_eq!(texts(&read, "d"), some(&["", "2024-05-31"]));
    assert_eq!(one(&read, "unused-markers").0, "`none`, declared as missing, stands nowhere in source `s`");
}

#[test]
fn a_missing_header_is_doubted() {
    let (message, hint) = one(&csv("C1,34,monthly,yes\nC2,41,yearly,no\nC3,29,monthly,no\n"), "header-doubtful");
    assert_eq!(message, "row 1 of `x.csv` was read as names, but 2 of its 4 cells look like values: `34`, `monthly`");
    assert_eq!(hint, "add `header = false` to source `s`, or `header = true` if they are names");
    for doubtful in ["2024-05-31,1200.5\n2024-06-01,7\n", "north,yes\nsouth,no\nnorth,no\nwest,yes\n", "17\n18\n"] {
        assert_eq!(found(&csv(doubtful), "header-doubtful").len(), 1, "{doubtful}");
    }
    for sound in [
        "region,2024,2025,2026\nnorth,1,2,3\n",
        "id,1,2,3,4\nA,1,2,3,4\n",
        "yes,n,m,k\nyes,1,2,3\n",
        "id,n\n1,2\nid,n\n3,4\n",
    ] {
        assert!(found(&csv(sound), "header-doubtful").is_empty(), "{sound}");
    }
    let declared = ReadOptions { header: Some(true), ..ReadOptions::default() };
    let read = Desk::new().read("x.csv", b"17\n18\n", declared).unwrap();
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..3 {
        sheet.write(row, 0, 40 + 7 * row).unwrap().write(row, 1, "yes").unwrap();
    }
    let desk = Desk::new();
    let path = desk.folder.path().join("x.xlsx");
    book.save(&path).unwrap();
    let read = desk.read_paths(vec![path], ReadOptions::default()).unwrap();
    assert!(one(&read, "header-doubtful").0.starts_with("row 1 of sheet `Sheet1` of `x.xlsx` was read as names"));
}

#[test]
fn an_announced_delimiter_is_taken() {
    for head in ["sep=;\r\n", "\"sep=;\"\n", "SEP=;\n"] {
        let read = csv(&format!("{head}a;b\n1,5;x\n2,5;\n"));
        assert_eq!(types(&read), [DataType::Float64, DataType::String], "{head}");
        assert!(read.findings.is_empty(), "{:?}", read.findings);
    }
    let error = refused("x.csv", b"sep=;\na;b\n1;2\n3\n", ReadOptions::default());
    assert!(error.starts_with("line 4 of `x.csv` has 1 field, the header has 2"), "{error}");
    assert_eq!(frame(&csv("sep=a,b\n1,2\n")).get_column_names()[0].as_str(), "sep=a", "a name like any other");
    let gap = csv("sep=;\na;b\n1;2\n;\n3;4\n");
    assert_eq!(found(&gap, "empty-rows")[0].first_row, Some(4));
}

#[test]
fn quotes_that_swallow_rows_are_told() {
    let line = |i: usize| match i {
        5 => "K5,\"5 inch,yes\n".to_owned(),
        15 => "K15,15\",no\n".to_owned(),
        i => format!("K{i},{i},yes\n"),
    };
    let text = format!("id,size,left\n{}", (1..=60).map(line).collect::<String>());
    let read = csv(&text);
    assert_eq!(frame(&read).height(), 50);
    let (message, hint) = one(&read, "rows-in-quotes");
    assert_eq!(
        message,
        "line 6 of `x.csv` opens a quote `\"` that is closed in line 16: lines that look like 11 rows were read as one"
    );
    assert_eq!(hint, "write quotes inside fields twice: `\"\"`");
    let read = csv(&text.replace(',', ";"));
    assert_eq!(one(&read, "rows-in-quotes").0, message);
    let read = csv("id,note,left\n1,\"two lines,\nof text\",yes\n2,\"a\nb\nc\",no\n");
    assert!(found(&read, "rows-in-quotes").is_empty(), "{:?}", read.findings);
}
