//! Values to a typed column.

use polars::prelude::*;

use super::decide::{DateReading, Reading};
use super::number::{self, Style};
use super::{dates, scan};

/// A column being filled. What its reading does not fit becomes null.
pub enum Builder {
    Nothing(PlSmallStr, usize),
    Boolean(BooleanChunkedBuilder),
    Whole(PrimitiveChunkedBuilder<Int64Type>, Style),
    Float(PrimitiveChunkedBuilder<Float64Type>, Style),
    Date(PrimitiveChunkedBuilder<Int32Type>, DateReading),
    Moment(PrimitiveChunkedBuilder<Int64Type>, DateReading),
    Text(StringChunkedBuilder),
}

impl Builder {
    pub fn new(name: &str, reading: &Reading, capacity: usize) -> Self {
        let name = PlSmallStr::from_str(name);
        match reading {
            Reading::Nothing => Self::Nothing(name, 0),
            Reading::Boolean => Self::Boolean(BooleanChunkedBuilder::new(name, capacity)),
            Reading::Whole(style) => Self::Whole(PrimitiveChunkedBuilder::new(name, capacity), *style),
            Reading::Float(style) => Self::Float(PrimitiveChunkedBuilder::new(name, capacity), *style),
            Reading::Date(dates) => Self::Date(PrimitiveChunkedBuilder::new(name, capacity), dates.clone()),
            Reading::Moment(dates) => Self::Moment(PrimitiveChunkedBuilder::new(name, capacity), dates.clone()),
            Reading::Text => Self::Text(StringChunkedBuilder::new(name, capacity)),
        }
    }

    /// Adds one trimmed value; `None`: missing.
    pub fn push(&mut self, text: Option<&str>) {
        match self {
            Self::Nothing(_, n) => *n += 1,
            Self::Boolean(column) => {
                let boolean = text.filter(|text| scan::is_boolean(text));
                column.append_option(boolean.map(|text| text.eq_ignore_ascii_case("true")));
            }
            Self::Whole(column, style) => {
                column.append_option(text.and_then(|text| number::whole(text.as_bytes(), *style)));
            }
            Self::Float(column, style) => {
                column.append_option(text.and_then(|text| number::float(text.as_bytes(), *style)));
            }
            Self::Date(column, dates) => {
                column.append_option(text.and_then(|text| dates.micros(text)).map(dates::days));
            }
            Self::Moment(column, dates) => column.append_option(text.and_then(|text| dates.micros(text))),
            Self::Text(column) => column.append_option(text),
        }
    }

    pub fn finish(self) -> Series {
        match self {
            Self::Nothing(name, n) => Series::full_null(name, n, &DataType::String),
            Self::Boolean(column) => column.finish().into_series(),
            Self::Whole(column, _) => column.finish().into_series(),
            Self::Float(column, _) => column.finish().into_series(),
            Self::Date(column, _) => column.finish().into_date().into_series(),
            Self::Moment(column, _) => column.finish().into_datetime(TimeUnit::Microseconds, None).into_series(),
            Self::Text(column) => column.finish().into_series(),
        }
    }
}
