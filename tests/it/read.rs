//! Sources as businesses write them: every quirk is read, or refused with a sentence that helps.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use chrono::NaiveDate;
use polars::prelude::{AnyValue, DataFrame, DataType};
use tempfile::TempDir;
use trustrisk::base::progress::Silent;
use trustrisk::base::{Error, Finding, Severity};
use trustrisk::load::read::{self, Read};
use trustrisk::load::{ColumnSettings, Duplicates, Format, ReadOptions, Settings, Source, query};

use crate::support::shared;

pub struct Desk {
    pub folder: TempDir,
    pub columns: BTreeMap<String, ColumnSettings>,
    /// Columns that name subjects.
    pub keys: Vec<&'static str>,
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), columns: BTreeMap::new(), keys: Vec::new() }
    }

    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str, bytes: &[u8], options: ReadOptions) -> Result<Read, Error> {
        self.read_paths(vec![self.put(name, bytes)], options)
    }

    pub fn read_paths(&self, paths: Vec<PathBuf>, options: ReadOptions) -> Result<Read, Error> {
        let source = Source { name: "s".to_owned(), paths, options };
        read::sources(&[source], &self.columns, &self.keys, &Silent)
    }
}

pub fn csv(text: &str) -> Read {
    Desk::new().read("x.csv", text.as_bytes(), ReadOptions::default()).unwrap()
}

pub fn refused(name: &str, bytes: &[u8], options: ReadOptions) -> String {
    Desk::new().read(name, bytes, options).err().expect("the file is refused").to_string()
}

pub fn frame(read: &Read) -> &DataFrame {
    &read.frames[0].1
}

pub fn types(read: &Read) -> Vec<DataType> {
    frame(read).columns().iter().map(|column| column.dtype().clone()).collect()
}

pub fn texts(read: &Read, column: &str) -> Vec<Option<String>> {
    let column = frame(read).column(column).unwrap().cast(&DataType::String).unwrap();
    column.str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
}

pub fn some(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|value| (!value.is_empty()).then(|| (*value).to_owned())).collect()
}

pub fn found<'a>(read: &'a Read, code: &str) -> Vec<&'a Finding> {
    read.findings.iter().filter(|finding| finding.code == code).collect()
}

fn read_shared(path: &str, options: ReadOptions) -> Option<Read> {
    let path = shared(path)?;
    Some(Desk::new().read_paths(vec![path], options).unwrap())
}

#[test]
fn values_decide_the_type() {
    let read = csv(
        "i,f,b,d,t,z,big,yes\n1,1.5,TRUE,2024-05-31,x,00123,9007199254740993,yes\n-2,2,false,2024-06-01,,45,1,no\n",
    );
    use DataType::{Boolean, Date, Float64, Int64, String};
    assert_eq!(types(&read), [Int64, Float64, Boolean, Date, String, String, String, String]);
    assert_eq!(texts(&read, "z"), some(&["00123", "45"]));
    assert_eq!(texts(&read, "t"), some(&["x", ""]));
    assert_eq!(read.files[0].rows, 2);
    assert_eq!(read.files[0].sha256.len(), 64);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
}

#[test]
fn bad_files_are_refused_with_a_reason() {
    let none = ReadOptions::default;
    assert_eq!(
        refused("x.csv", b"", none()),
        "`x.csv` is empty, expected a header and rows\nhint: export it again, or take it out of source `s`"
    );
    assert_eq!(
        refused("x.csv", b"a,b,c\n", none()),
        "`x.csv` holds a header of 3 columns but no rows\nhint: export it again, or set `header = false` if its first line is data"
    );
    assert_eq!(
        refused("x.csv", b"a,b\n1,\0\n", none()),
        "`x.csv` is a binary file (byte 7 is zero), expected text\nhint: name a CSV, NDJSON, Parquet or Excel file"
    );
    assert_eq!(
        refused("x.csv", b"a,b,c\n1,2,3\n\n4,5\n", none()),
        "line 4 of `x.csv` has 2 fields, the header has 3\nhint: quote fields that hold `,`, or set `delimiter`"
    );
    let semicolon = ReadOptions { delimiter: Some(';'), ..none() };
    assert_eq!(
        refused("x.csv", b"a,b\n1,2\n", semicolon),
        "`;` separates no fields in `x.csv`, while `,` gives 2 columns\nhint: `delimiter = \",\"`, or leave it out"
    );
    assert_eq!(
        refused("x.csv", b"a,b\n1,2\n", ReadOptions { skip: 9, ..none() }),
        "`x.csv` ends after 3 lines, but `skip = 9`\nhint: lower `skip`"
    );
    assert_eq!(
        refused("x.csv", b"a,b\n1,\"x\n2,y\n3\n", none()),
        "line 2 of `x.csv` opens a quote `\"` that nothing closes before the next row\nhint: write quotes inside fields twice: `\"\"`"
    );
    assert_eq!(
        refused("x.xlsx", b"a,b\n1,2\n", none()),
        "`x.xlsx` is not a workbook\nhint: export it again, or name its format: `format = \"csv\"`"
    );
    assert_eq!(
        refused("x.ndjson", b"{\"a\":1}\n{\"a\":\n", none()),
        "line 2 of `x.ndjson` is not a JSON object\nhint: write one JSON object a line (newline-delimited JSON)"
    );
}

#[test]
fn missing_files_are_told_with_their_neighbors() {
    let desk = Desk::new();
    desk.put("customers-2025.csv", b"a\n1\n");
    let path = desk.folder.path().join("customer-2025.csv");
    let error = desk.read_paths(vec![path.clone()], ReadOptions::default()).err().unwrap().to_string();
    let expected =
        format!("file `{}` of source `s` does not exist\nhint: did you mean `customers-2025.csv`?", path.display());
    assert_eq!(error, expected);
    let glob = desk.folder.path().join("orders-*.csv");
    let error = desk.read_paths(vec![glob.clone()], ReadOptions::default()).err().unwrap().to_string();
    let expected =
        format!("no file matches `{}` of source `s`\nhint: check the folder, or name the file", glob.display());
    assert_eq!(error, expected);
}

#[test]
fn dialects_are_found() {
    let read = csv("name;price;day\r\n\"Smith; \"\"Al\"\"\nand Co\";1.234,50;31.05.2024\r\n Doe ;2,5;01.06.2024\r\n");
    assert_eq!(types(&read), [DataType::String, DataType::Float64, DataType::Date]);
    assert_eq!(texts(&read, "name"), some(&["Smith; \"Al\"\nand Co", "Doe"]));
    assert_eq!(texts(&read, "price"), some(&["1234.5", "2.5"]));
    assert_eq!(texts(&read, "day"), some(&["2024-05-31", "2024-06-01"]));
    assert_eq!(found(&read, "delimiter-guessed")[0].message, "fields of `x.csv` are separated by `;`");
    for text in ["a\tb\n1\tx\n", "a|b\n1|x\n", "a;b\n1;x\n", "'a','b'\n'1','x'\n", "a,b\r1,x\r"] {
        let read = csv(text);
        assert_eq!(
            (types(&read), texts(&read, "b")),
            (vec![DataType::Int64, DataType::String], some(&["x"])),
            "{text:?}"
        );
    }
}

#[test]
fn quotes_that_nobody_escaped_are_text() {
    let read = csv("text\tlabel\n\"Great movie\t1\nbad\t0\n\"so\" so\t1\n");
    assert_eq!(texts(&read, "text"), some(&["\"Great movie", "bad", "\"so\" so"]));
    assert_eq!(types(&read)[1], DataType::Int64);
}

#[test]
fn encodings_are_read() {
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("a,b\nZoë,1\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let read = Desk::new().read("x.csv", &wide, ReadOptions::default()).unwrap();
    assert_eq!(texts(&read, "a"), some(&["Zoë"]));
    let read = Desk::new().read("x.csv", b"a,b\nZo\xeb,1\n", ReadOptions::default()).unwrap();
    assert_eq!(texts(&read, "a"), some(&["Zoë"]));
    assert_eq!(
        found(&read, "encoding-guessed")[0].message,
        "`x.csv` is not UTF-8 (first in line 2) and was read as Windows-1252"
    );
    let declared = ReadOptions { encoding: Some("windows-1252".to_owned()), ..ReadOptions::default() };
    let read = Desk::new().read("x.csv", b"a,b\nZo\xeb,1\n", declared).unwrap();
    assert!(read.findings.is_empty());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"a,b\n1,2\n").unwrap();
    let read = Desk::new().read("x.csv.gz", &packed.finish().unwrap(), ReadOptions::default()).unwrap();
    assert_eq!(types(&read), [DataType::Int64, DataType::Int64]);
}

#[test]
fn text_among_numbers_is_told() {
    let rows: String = (0..20).map(|n| if n == 15 { "n/a\n".to_owned() } else { format!("{n}\n") }).collect();
    let mut desk = Desk::new();
    let text = format!("age\n{rows}");
    let read = desk.read("staff.csv", text.as_bytes(), ReadOptions::default()).unwrap();
    assert_eq!(types(&read), [DataType::String]);
    let finding = found(&read, "numbers-in-text")[0];
    assert_eq!(
        finding.message,
        "column `age` of `staff.csv` holds text in 1 row (first: row 17, \"n/a\"), expected numbers"
    );
    assert_eq!(finding.hint.as_deref(), Some("add `missing = [\"n/a\"]` under `[stakeholders.columns.age]`"));
    assert_eq!((finding.count, finding.first_row), (Some(1), Some(17)));
    let settings = ColumnSettings { missing: vec!["n/a".to_owned()], ..ColumnSettings::default() };
    desk.columns.insert("age".to_owned(), settings);
    let read = desk.read("staff.csv", text.as_bytes(), ReadOptions::default()).unwrap();
    assert_eq!((types(&read), frame(&read).column("age").unwrap().null_count()), (vec![DataType::Int64], 1));
    assert!(read.findings.is_empty());
}

#[test]
fn signs_and_unclear_commas_stay_text() {
    let read = csv("discount;amount\n5 %;1,234\n7.5 %;12\n");
    assert_eq!(types(&read), [DataType::String, DataType::String]);
    let messages: Vec<&str> = found(&read, "numbers-in-text").iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "column `discount` of `x.csv` holds numbers with a sign in 2 rows (first: row 2, \"5 %\"), left as text",
            "column `amount` of `x.csv` holds commas in 1 row (first: row 2, \"1,234\") that may part decimals or thousands, left as text",
        ]
    );
    let read = csv("a;b\n1,234;1,234,567\n12.5;8\n");
    assert_eq!(texts(&read, "a"), some(&["1234.0", "12.5"]));
    assert_eq!(texts(&read, "b")[0].as_deref(), Some("1234567.0"));
}

#[test]
fn date_orders_are_never_guessed() {
    let read = csv("d,x\n01/02/2024,1\n03/04/2024,2\n");
    let finding = found(&read, "ambiguous-dates")[0];
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(
        finding.message,
        "column `d` of `x.csv` holds dates whose day and month cannot be told apart in 2 rows (first: row 2, \"01/02/2024\")"
    );
    assert_eq!(
        finding.hint.as_deref(),
        Some(
            "add `date_format = \"%d/%m/%Y\"` under `[stakeholders.columns.d]`, or `date_format = \"%m/%d/%Y\"` if the month comes first"
        )
    );
    assert_eq!(texts(&csv("d,x\n01/02/2024,1\n03/14/2024,2\n"), "d"), some(&["2024-01-02", "2024-03-14"]));
    assert_eq!(texts(&csv("d,x\n01/02/2024,1\n13/04/2024,2\n"), "d"), some(&["2024-02-01", "2024-04-13"]));
    let read = csv("d,x\n2024-05-31,1\n31.05.2024,2\n");
    assert_eq!(types(&read)[0], DataType::Date);
    assert_eq!(
        found(&read, "mixed-dates")[0].message,
        "column `d` of `x.csv` mixes 2 notations of dates, each of them clear"
    );
}

#[test]
fn declared_dates_tell_what_they_cannot_read() {
    let options = ReadOptions { date_format: Some("%d/%m/%Y".to_owned()), ..ReadOptions::default() };
    let text: String = (1..=9).map(|day| format!("{day:02}/02/2024,{day}\n")).collect();
    let read = Desk::new().read("x.csv", format!("d,x\n{text}soon,1\n").as_bytes(), options).unwrap();
    assert_eq!(types(&read), [DataType::Date, DataType::Int64]);
    assert_eq!(texts(&read, "d")[0].as_deref(), Some("2024-02-01"));
    let finding = found(&read, "unreadable-dates")[0];
    assert_eq!(
        finding.message,
        "column `d` of `x.csv` holds other text in 1 row (first: row 11, \"soon\"), expected dates like `%d/%m/%Y`; these were taken as missing"
    );
}

#[test]
fn headers_are_mended() {
    let read = csv("a,b,a,,a\n1,2,3,4,5\n");
    let names: Vec<String> = frame(&read).get_column_names().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["a", "b", "a_2", "column_4", "a_3"]);
    assert_eq!(
        found(&read, "duplicate-header")[0].message,
        "column `a` stands 3 times in the header of `x.csv`; the later ones are called `a_2`, `a_3`"
    );
    let options = ReadOptions { header: Some(false), skip: 1, ..ReadOptions::default() };
    let read = Desk::new().read("x.csv", b"title\n1,x\n", options).unwrap();
    assert_eq!(texts(&read, "column_2"), some(&["x"]));
}

#[test]
fn files_of_a_source_share_their_types() {
    let desk = Desk::new();
    let paths =
        vec![desk.put("a.csv", b"id,code,day\n1,12,01/02/2024\n"), desk.put("b.csv", b"id,code,more\n2.5,007,x\n")];
    let read = desk.read_paths(paths, ReadOptions::default()).unwrap();
    assert_eq!(texts(&read, "id"), some(&["1.0", "2.5"]));
    assert_eq!(texts(&read, "code"), some(&["12", "007"]));
    let messages: Vec<&str> = found(&read, "missing-columns").iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages[0], "`a.csv` lacks a column that other files of source `s` have: `more`");
    let glob = desk.folder.path().join("*.csv");
    assert_eq!(desk.read_paths(vec![glob], ReadOptions::default()).unwrap().files.len(), 2);
}

#[test]
fn json_lines_are_read() {
    let text = b"{\"id\":1,\"name\":\" \",\"day\":\"2024-05-31\",\"tags\":[1]}\n{\"id\":2,\"name\":\"x\",\"day\":\"2024-06-01\",\"tags\":[]}\n";
    let read = Desk::new().read("x.ndjson", text, ReadOptions::default()).unwrap();
    assert_eq!(types(&read), [DataType::Int64, DataType::String, DataType::Date]);
    assert_eq!(texts(&read, "name"), some(&["", "x"]));
    assert_eq!(found(&read, "nested-column")[0].column.as_deref(), Some("tags"));
}

#[test]
fn telco_blanks_become_missing() {
    let Some(read) = read_shared("telco_churn/Telco-Customer-Churn.csv", ReadOptions::default()) else {
        return;
    };
    let column = frame(&read).column("TotalCharges").unwrap();
    assert_eq!((column.dtype(), column.null_count(), column.len()), (&DataType::Float64, 11, 7043));
    let finding = found(&read, "blank-values")[0];
    assert_eq!((finding.count, finding.first_row), (Some(11), Some(490)));
    assert_eq!(read.findings.len(), 1);
}

#[test]
fn quirks_of_real_headers_are_found() {
    let Some(read) = read_shared("audit_risk/audit_risk.csv", ReadOptions::default()) else {
        return;
    };
    assert_eq!(
        found(&read, "duplicate-header")[0].message,
        "column `Score_B` stands twice in the header of `audit_risk.csv`; the second is called `Score_B_2`"
    );
    let finding = found(&read, "numbers-in-text")[0];
    assert_eq!((finding.column.as_deref(), finding.count), (Some("LOCATION_ID"), Some(3)));
    assert_eq!(
        finding.hint.as_deref(),
        Some("add `missing = [\"LOHARU\", \"NUH\", \"SAFIDON\"]` under `[stakeholders.columns.LOCATION_ID]`")
    );
    let read = read_shared("hr_attrition/emp_attrition.csv", ReadOptions::default()).unwrap();
    assert_eq!((frame(&read).get_column_names()[0].as_str(), frame(&read).shape()), ("Age", (1470, 35)));
    let read = read_shared("compas/compas-scores-two-years.csv", ReadOptions::default()).unwrap();
    assert_eq!(frame(&read).shape(), (7214, 53));
    assert_eq!(found(&read, "duplicate-header").len(), 2);
    assert_eq!(frame(&read).column("dob").unwrap().dtype(), &DataType::Date);
    assert!(matches!(frame(&read).column("c_jail_in").unwrap().dtype(), DataType::Datetime(_, None)));
    let read = read_shared("procurement/purchase_orders.csv", ReadOptions::default()).unwrap();
    assert_eq!(texts(&read, "order_date")[0].as_deref(), Some("2022-05-02"));
}

#[test]
fn tables_without_header_are_read() {
    let options = ReadOptions { header: Some(false), missing: vec!["?".to_owned()], ..ReadOptions::default() };
    let Some(read) = read_shared("adult/adult.data", options.clone()) else {
        return;
    };
    assert_eq!(frame(&read).shape(), (32561, 15));
    assert_eq!(texts(&read, "column_2")[0].as_deref(), Some("State-gov"));
    assert_eq!(frame(&read).column("column_2").unwrap().null_count(), 1836);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    let read = read_shared("adult/adult.test", ReadOptions { skip: 1, ..options.clone() }).unwrap();
    assert_eq!(frame(&read).height(), 16281);
    let read = read_shared("german_credit/german.data", ReadOptions { delimiter: Some(' '), ..options }).unwrap();
    assert_eq!(frame(&read).shape(), (1000, 21));
    let tab = ReadOptions { header: Some(false), ..ReadOptions::default() };
    for name in ["yelp", "imdb", "amazon_cells"] {
        let read = read_shared(&format!("sentences/{name}_labelled.txt"), tab.clone()).unwrap();
        assert_eq!((frame(&read).shape(), &types(&read)[1]), ((1000, 2), &DataType::Int64), "{name}");
    }
}

#[test]
fn near_names_are_reported_and_united_by_rename() {
    let Some(large) = shared("telecom_churn/churn-bigml-80.csv") else {
        return;
    };
    let paths = vec![large, shared("telecom_churn/churn-bigml-20.csv").unwrap()];
    let read = Desk::new().read_paths(paths.clone(), ReadOptions::default()).unwrap();
    let near = found(&read, "near-names");
    assert_eq!(near.len(), 2);
    assert_eq!(near[0].message, "files of source `s` spell a column `International plan` and `International_plan`");
    assert_eq!(
        near[0].hint.as_deref(),
        Some(
            "add `rename = { \"International plan\" = \"International_plan\", \"Voice mail plan\" = \"Voicemailplan\" }` to source `s`"
        )
    );
    assert_eq!(found(&read, "missing-columns").len(), 2);
    let pairs = [("International plan", "International_plan"), ("Voice mail plan", "Voicemailplan")];
    let rename = pairs.map(|(old, new)| (old.to_owned(), new.to_owned())).into_iter().collect();
    let read = Desk::new().read_paths(paths.clone(), ReadOptions { rename, ..ReadOptions::default() }).unwrap();
    assert_eq!(frame(&read).shape(), (3333, 20));
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    let rename = [("Internatonal plan".to_owned(), "x".to_owned())].into_iter().collect();
    let error =
        Desk::new().read_paths(paths, ReadOptions { rename, ..ReadOptions::default() }).err().unwrap().to_string();
    assert!(error.starts_with("`rename` of source `s` names column `Internatonal plan`, which stands in none of its files\nhint: did you mean `International"), "{error}");
}

#[test]
fn sheets_are_chosen_never_guessed() {
    let Some(path) = shared("ecommerce_churn/E Commerce Dataset.xlsx") else {
        return;
    };
    let read = |sheet: Option<&str>| {
        let options = ReadOptions { sheet: sheet.map(str::to_owned), ..ReadOptions::default() };
        Desk::new().read_paths(vec![path.clone()], options)
    };
    assert_eq!(frame(&read(None).unwrap()).shape(), (5630, 20));
    assert_eq!(
        read(Some("E Com")).err().unwrap().to_string(),
        "`E Commerce Dataset.xlsx` has no sheet `E Com`; it has `E Comm`\nhint: `sheet = \"E Comm\"`"
    );
    let read = read(Some("E Comm")).unwrap();
    assert_eq!(frame(&read).shape(), (5630, 20));
    assert_eq!(frame(&read).column("Churn").unwrap().dtype(), &DataType::Int64);
    let nulls: usize = frame(&read).columns().iter().map(polars::prelude::Column::null_count).sum();
    assert_eq!(nulls, 1856);
}

#[test]
fn several_tables_in_a_workbook_are_listed() {
    let desk = Desk::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in [("Notes", 0_u32), ("Lookup", 2), ("Orders", 5)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write(0, 0, "a").unwrap();
        for row in 1..=rows {
            sheet.write(row, 0, row).unwrap().write(row, 1, row).unwrap();
        }
    }
    let path = desk.folder.path().join("x.xlsx");
    book.save(&path).unwrap();
    assert_eq!(
        desk.read_paths(vec![path], ReadOptions::default()).err().unwrap().to_string(),
        "`x.xlsx` has several sheets: `Notes`, `Lookup`, `Orders`\nhint: `sheet = \"Orders\"` in a config, `trustrisk init \"x.xlsx#Orders\"` for a new one"
    );
}

#[test]
fn workbooks_hold_dates_errors_and_numbers_as_text() {
    let desk = Desk::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    sheet.write(0, 0, "Report").unwrap();
    for (idx, name) in ["id", "day", "rate", "code"].into_iter().enumerate() {
        sheet.write(2, u16::try_from(idx).unwrap(), name).unwrap();
    }
    for row in [3_u32, 5] {
        sheet.write(row, 0, row.to_string()).unwrap();
        sheet.write_with_format(row, 1, 45412.0 + f64::from(row), &date).unwrap();
        sheet.write(row, 3, "007").unwrap();
    }
    sheet.write(3, 2, 0.5).unwrap();
    sheet.write_formula(5, 2, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).unwrap();
    let path = desk.folder.path().join("x.xlsx");
    book.save(&path).unwrap();
    let read = desk.read_paths(vec![path], ReadOptions { skip: 2, ..ReadOptions::default() }).unwrap();
    assert_eq!(types(&read), [DataType::Int64, DataType::Date, DataType::Float64, DataType::String]);
    assert_eq!(texts(&read, "day"), some(&["2024-05-03", "2024-05-05"]));
    assert_eq!(
        found(&read, "excel-errors")[0].message,
        "column `rate` in sheet `Sheet1` of `x.xlsx` holds errors in 1 row (first: row 6, `#N/A`), taken as missing"
    );
    assert_eq!(
        found(&read, "empty-rows")[0].message,
        "1 row of sheet `Sheet1` of `x.xlsx` without any value left out (first: row 5)"
    );
}

#[test]
fn parquet_keeps_its_types() {
    let desk = Desk::new();
    let mut table = polars::df!("id" => ["1", "2"], "n" => [1_i32, 2], "x" => [f64::NAN, 1.5]).unwrap();
    let path = desk.folder.path().join("x.parquet");
    polars::prelude::ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut table).unwrap();
    let read = desk.read_paths(vec![path], ReadOptions::default()).unwrap();
    assert_eq!(types(&read), [DataType::String, DataType::Int64, DataType::Float64]);
    assert_eq!(frame(&read).column("x").unwrap().null_count(), 1);
    let error =
        refused("x.csv", b"a,b\n1,2\n", ReadOptions { format: Some(Format::Parquet), ..ReadOptions::default() });
    assert!(error.starts_with("`x.csv` is not a Parquet file"), "{error}");
}

fn settings(sql: Option<&str>) -> Settings {
    Settings {
        stakeholders: "customers".to_owned(),
        as_of: NaiveDate::from_ymd_opt(2024, 6, 30).unwrap(),
        sources: Vec::new(),
        sql: sql.map(str::to_owned),
        id: Some("customer_id".to_owned()),
        time: None,
        entity: None,
        outcome: None,
        value: None,
        sensitive: Vec::new(),
        exclude: Vec::new(),
        columns: BTreeMap::new(),
        duplicates: Duplicates::Together,
        severities: BTreeMap::new(),
    }
}

fn tables() -> Vec<(String, DataFrame)> {
    let customers = polars::df!("customer_id" => ["C-16", "C-17"], "age" => [30_i64, 40]).unwrap();
    let orders =
        polars::df!("customer_id" => ["C-17", "C-17", "C-17", "C-16"], "days_late" => [1_i64, 2, 3, 4]).unwrap();
    vec![("customers".to_owned(), customers), ("orders".to_owned(), orders)]
}

fn fails(sql: Option<&str>) -> String {
    query::join(&tables(), &settings(sql)).err().expect("the query is refused").to_string()
}

#[test]
fn sources_are_joined_by_sql() {
    let sql = "select c.*, o.days_late from customers c left join \
               (select customer_id, max(days_late) as days_late from orders group by customer_id) o using (customer_id)";
    let joined = query::join(&tables(), &settings(Some(sql))).unwrap();
    assert_eq!(joined.frame.shape(), (2, 3));
    let counted =
        query::join(&tables(), &settings(Some("select customer_id, count(*) as n from orders group by customer_id")))
            .unwrap();
    assert_eq!(counted.frame.column("n").unwrap().dtype(), &DataType::Int64);
    let mut keyword = tables();
    keyword[1].0 = "order".to_owned();
    assert!(query::join(&keyword, &settings(Some("select customer_id from \"order\" group by customer_id"))).is_ok());
    let one = query::join(&tables()[..1], &settings(None)).unwrap();
    assert_eq!(one.frame.column("age").unwrap().get(1).unwrap(), AnyValue::Int64(40));
}

#[test]
fn workbooks_are_joined() {
    let Some(folder) = shared("telco_multitable") else {
        return;
    };
    let source = |name: &str| Source {
        name: name.to_owned(),
        paths: vec![folder.join(format!("Telco_customer_churn_{name}.xlsx"))],
        options: ReadOptions::default(),
    };
    let sources = ["demographics", "location", "population", "services", "status"].map(source);
    let read = read::sources(&sources, &BTreeMap::new(), &[], &Silent).unwrap();
    let sql = "select s.*, d.\"Age\", l.\"City\", p.\"Population\" from status s \
               join demographics d on s.\"Customer ID\" = d.\"Customer ID\" \
               join location l on s.\"Customer ID\" = l.\"Customer ID\" \
               join population p on l.\"Zip Code\" = p.\"Zip Code\"";
    let settings = Settings { id: Some("Customer ID".to_owned()), ..settings(Some(sql)) };
    let joined = query::join(&read.frames, &settings).unwrap();
    assert_eq!(joined.frame.height(), 7043);
    assert_eq!(joined.frame.column("Population").unwrap().dtype(), &DataType::Int64);
}

#[test]
fn queries_that_fail_say_why() {
    assert_eq!(
        fails(None),
        "2 sources (`customers`, `orders`) but no `sql` that joins them\nhint: `sql = \"select * from customers left join orders using (id)\"`"
    );
    assert_eq!(
        fails(Some("select * from custmers")),
        "`sql` names table `custmers`, which is no source\nhint: did you mean `customers`?"
    );
    assert_eq!(
        fails(Some("select customer_id, agee from customers")),
        "`sql` names column `agee`, which no source has\nhint: did you mean `age`?"
    );
    assert_eq!(fails(Some("drop table customers")), "`sql` is not a `select`\nhint: write one `select … from …`");
    assert_eq!(
        fails(Some("select 1; select 2")),
        "`sql` holds 2 statements, expected one\nhint: write one `select … from …`"
    );
    let error = fails(Some("select from from customers where"));
    assert!(error.starts_with("`sql` cannot be read: ") && error.lines().count() == 2, "{error}");
}

#[test]
fn joins_that_multiply_rows_name_the_source() {
    let expected = "more than one row for `customer_id` `C-17` after `sql`: source `orders` holds 3 rows for it\nhint: join an \
                    aggregate: `(select customer_id, max(days_late) as days_late from orders group by customer_id) orders`";
    assert_eq!(
        fails(Some("select c.*, o.days_late from customers c left join orders o using (customer_id)")),
        expected
    );
    let on = "select c.*, o.days_late from customers c left join orders o on c.customer_id = o.customer_id";
    assert_eq!(fails(Some(on)), expected);
    let repeated = query::join(&tables(), &settings(Some("select * from orders"))).unwrap();
    assert_eq!(repeated.frame.height(), 4);
}
