//! What spreadsheets and databases write that is easily misread: each is read as meant, or told.

use polars::prelude::DataType;
use trustrisk::load::read::Read;
use trustrisk::load::{ColumnSettings, ReadOptions};

use crate::read::{Desk, csv, found, frame, some, texts, types};

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
