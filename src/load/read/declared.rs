//! What the config says of each column of a source, ready for use.

use std::collections::BTreeMap;

use super::decide::Declarations;
use super::format::Declared;
use super::number::Style;
use super::scan::Lens;
use super::style::Others;
use super::{Body, Opened};
use crate::base::{Error, Result};
use crate::load::{ColumnSettings, Source};

/// All that is declared for the columns of a source.
pub struct Declarer<'a> {
    source: &'a Source,
    columns: &'a BTreeMap<String, ColumnSettings>,
    source_format: Option<Declared>,
    column_formats: BTreeMap<&'a str, Declared>,
    /// Columns that name subjects.
    keys: &'a [&'a str],
}

impl<'a> Declarer<'a> {
    pub fn new(source: &'a Source, columns: &'a BTreeMap<String, ColumnSettings>, keys: &'a [&'a str]) -> Result<Self> {
        let format = |text: &str| {
            Declared::new(text).ok_or_else(|| {
                Error::new(format!("`date_format = \"{text}\"` does not make a date"))
                    .hint("`date_format = \"%d.%m.%Y\"`")
            })
        };
        let source_format = source.options.date_format.as_deref().map(format).transpose()?;
        let mut column_formats = BTreeMap::new();
        for (name, settings) in columns {
            if let Some(text) = &settings.date_format {
                column_formats.insert(name.as_str(), format(text)?);
            }
        }
        Ok(Self { source, columns, source_format, column_formats, keys })
    }

    pub fn lens(&self, name: &str) -> Lens {
        let own = self.columns.get(name).map(|settings| settings.missing.as_slice()).unwrap_or_default();
        let missing = self.source.options.missing.iter().chain(own).map(|marker| marker.trim().to_owned()).collect();
        let date_format = self.column_formats.get(name).or(self.source_format.as_ref()).cloned();
        Lens { missing, date_format, key: self.keys.contains(&name) }
    }

    pub fn of(&self, name: &str, opened: &[Opened], others: Others) -> Declarations {
        let decimal =
            self.source.options.decimal.map(|decimal| if decimal == ',' { Style::Comma } else { Style::Point });
        let csv = |file: &Opened| matches!(&file.body, Body::Csv(csv) if csv.comma_delimited());
        let sheet = |file: &Opened| matches!(&file.body, Body::Cells(cells) if cells.rows.is_some());
        let cells = |file: &Opened| matches!(file.body, Body::Cells(_));
        Declarations {
            kind: self.columns.get(name).and_then(|settings| settings.kind),
            decimal,
            comma_delimited: opened.iter().any(csv),
            column_format: self.column_formats.get(name).cloned(),
            source_format: self.source_format.clone(),
            typed: opened.iter().all(|file| cells(file) && !sheet(file)),
            key: self.keys.contains(&name),
            others,
        }
    }
}
