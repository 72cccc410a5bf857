//! The files of a sample as tables, read in the plainest way, and joined by the config's own queries.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use chrono::NaiveDate;
use polars::prelude::*;
use polars::sql::SQLContext;
use trustrisk::sample::SampleFile;

pub fn bytes<'a>(files: &'a [SampleFile], path: &str) -> &'a [u8] {
    &files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no file `{path}`")).bytes
}

pub fn unzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

pub fn cells(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    book.worksheet_range("Tickets").unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// The tables of a sample, read in the plainest way.
pub struct Business {
    config: toml::Table,
    pub frames: BTreeMap<String, BTreeMap<&'static str, DataFrame>>,
}

impl Business {
    pub fn new(files: &[SampleFile], as_of: NaiveDate) -> Self {
        use chrono::Datelike;
        let config: toml::Table = std::str::from_utf8(bytes(files, "trustrisk.toml")).unwrap().parse().unwrap();
        let (year, last) = (as_of.year(), as_of.year() - 1);
        let customers = |name: &str| text_frame(&utf8(bytes(files, name)), b',');
        let mut old = customers(&format!("customers-{last}.csv"));
        old.rename("YearlyRevenue", "yearly_revenue".into()).unwrap();
        let customers = old.vstack(&customers(&format!("customers-{year}.csv"))).unwrap();
        let orders_old = text_frame(&utf8(&unzip(bytes(files, &format!("orders-{last}.csv.gz")))), b';');
        let orders = orders_old.vstack(&text_frame(&utf8(bytes(files, &format!("orders-{year}.csv"))), b';')).unwrap();
        let employees = encoding_rs::WINDOWS_1252.decode(bytes(files, "employees.csv")).0.into_owned();
        let sources = [
            ("customers", "customers", customers),
            ("customers", "orders", orders),
            ("customers", "tickets", ticket_frame(bytes(files, "support.xlsx"))),
            ("customers", "surveys", survey_frame(bytes(files, "surveys.ndjson"))),
            ("customers", "reviews", text_frame(&utf8(bytes(files, "reviews.csv")), b',')),
            ("employees", "employees", text_frame(&employees, b';')),
            ("suppliers", "deliveries", text_frame(&utf8(bytes(files, "deliveries.csv")), b',')),
            ("suppliers", "suppliers", text_frame(&utf8(bytes(files, "suppliers.csv")), b',')),
        ];
        let mut frames: BTreeMap<String, BTreeMap<&'static str, DataFrame>> = BTreeMap::new();
        for (group, name, frame) in sources {
            frames.entry(group.to_owned()).or_default().insert(name, typed(frame));
        }
        Self { config, frames }
    }

    pub fn group(&self, name: &str) -> &toml::Table {
        let groups = self.config["stakeholders"].as_array().unwrap();
        groups.iter().map(|group| group.as_table().unwrap()).find(|group| group["name"].as_str() == Some(name)).unwrap()
    }

    /// The table of a stakeholder group, by the config's own query.
    pub fn query(&self, name: &str) -> DataFrame {
        let frames = &self.frames[name];
        let Some(sql) = self.group(name).get("sql") else { return frames.values().next().unwrap().clone() };
        let mut context = SQLContext::new();
        for (source, frame) in frames {
            context.register(source, frame.clone().lazy());
        }
        context.execute(sql.as_str().unwrap()).unwrap().collect().unwrap()
    }
}

fn utf8(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}').to_owned()
}

pub fn text_frame(text: &str, delimiter: u8) -> DataFrame {
    CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .map_parse_options(|options| options.with_separator(delimiter))
        .into_reader_with_file_handle(Cursor::new(text.as_bytes().to_vec()))
        .finish()
        .unwrap()
}

fn frame_of(names: &[&str], rows: &[Vec<Option<String>>]) -> DataFrame {
    let column = |(idx, name): (usize, &&str)| {
        let cells: Vec<Option<String>> = rows.iter().map(|row| row[idx].clone()).collect();
        Column::new((*name).into(), cells)
    };
    DataFrame::new(rows.len(), names.iter().enumerate().map(column).collect()).unwrap()
}

fn ticket_frame(bytes: &[u8]) -> DataFrame {
    let cells = cells(bytes);
    assert_eq!(cells[0][0], Data::String("Harbor Lane support desk".into()));
    let header: Vec<String> = cells[2].iter().map(ToString::to_string).collect();
    let text = |cell: &Data| match cell {
        Data::Empty => None,
        Data::DateTime(day) => {
            let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
            Some((epoch + chrono::TimeDelta::days(day.as_f64() as i64)).to_string())
        }
        cell => Some(cell.to_string()),
    };
    let rows: Vec<Vec<Option<String>>> = cells[3..].iter().map(|row| row.iter().map(text).collect()).collect();
    frame_of(&header.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

fn survey_frame(bytes: &[u8]) -> DataFrame {
    let names = ["customer_id", "sent", "answered", "nps", "satisfaction"];
    let row = |line: &str| {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let cell = |name: &&str| match &object[*name] {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.clone()),
            value => Some(value.to_string()),
        };
        names.iter().map(cell).collect()
    };
    let rows: Vec<Vec<Option<String>>> = std::str::from_utf8(bytes).unwrap().lines().map(row).collect();
    frame_of(&names, &rows)
}

const DATES: [&str; 10] = [
    "snapshot",
    "price_raised",
    "ordered",
    "opened",
    "answered",
    "sent",
    "written",
    "talk_date",
    "pay_last_raise",
    "works_since",
];

const NUMBERS: [&str; 24] = [
    "age",
    "tenure_months",
    "yearly_revenue",
    "discount_pct",
    "amount",
    "days_late",
    "items_wrong",
    "days_waiting",
    "nps",
    "satisfaction",
    "stars",
    "overtime_hours",
    "shift_changes",
    "training_days",
    "commute_km",
    "pulse",
    "yearly_cost",
    "lead_time_promised",
    "order_value",
    "price_pressure",
    "paid_late_days",
    "distance_km",
    "n",
    "m",
];

fn typed(mut frame: DataFrame) -> DataFrame {
    let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
    for name in names {
        let texts = texts(&frame, &name);
        if DATES.contains(&name.as_str()) {
            let days: Vec<Option<i32>> = texts.iter().map(|text| text.as_deref().map(day_number)).collect();
            let column = Column::new(name.into(), days).cast(&DataType::Date).unwrap();
            frame.with_column(column).unwrap();
        } else if NUMBERS.contains(&name.as_str()) {
            let number = |text: &Option<String>| {
                let text = text.as_deref().filter(|text| *text != "n/a")?;
                Some(text.replace(',', ".").parse::<f64>().unwrap())
            };
            frame.with_column(Column::new(name.into(), texts.iter().map(number).collect::<Vec<_>>())).unwrap();
        } else {
            frame.with_column(Column::new(name.into(), texts)).unwrap();
        }
    }
    frame
}

fn day_number(text: &str) -> i32 {
    let read = |format: &str| NaiveDate::parse_from_str(text, format).ok();
    let day = read("%Y-%m-%d").or_else(|| read("%d.%m.%Y")).or_else(|| read("%B %d, %Y"));
    let day = day.unwrap_or_else(|| panic!("`{text}` is no date"));
    (day - NaiveDate::default()).num_days() as i32
}

pub fn texts(frame: &DataFrame, name: &str) -> Vec<Option<String>> {
    let column = frame.column(name).unwrap().cast(&DataType::String).unwrap();
    column.str().unwrap().iter().map(|cell| cell.filter(|cell| !cell.is_empty()).map(str::to_owned)).collect()
}

pub fn numbers(frame: &DataFrame, name: &str) -> Vec<Option<f64>> {
    frame.column(name).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().iter().collect()
}

pub fn days(frame: &DataFrame, name: &str) -> Vec<Option<NaiveDate>> {
    let days = frame.column(name).unwrap().cast(&DataType::Int32).unwrap();
    let day = |number: i32| NaiveDate::default() + chrono::TimeDelta::days(number.into());
    days.i32().unwrap().iter().map(|number| number.map(day)).collect()
}
