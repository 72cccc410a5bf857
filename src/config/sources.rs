//! Raw to plan: the sources of one stakeholder group.

use std::path::Path;

use chrono::format::{Item, StrftimeItems};

use super::group::Check;
use super::raw;
use crate::load;

impl Check<'_, '_> {
    /// Every source with its paths joined with the folder of the config.
    pub fn sources(&mut self, folder: &Path) -> Vec<load::Source> {
        let raw = self.raw;
        if raw.sources.is_empty() {
            let hint = format!("write `{0} = \"{0}.csv\"` under `[stakeholders.sources]`", raw.name);
            self.problem("`sources` is empty, expected at least one file", hint);
        }
        let several: Vec<&str> = raw.sources.keys().map(String::as_str).collect();
        if raw.sql.is_none()
            && let [first, second, ..] = several.as_slice()
        {
            let what = format!("`sql` is missing, but there are {} sources to join", several.len());
            self.problem(what, format!("add `sql = \"select * from {first} left join {second} using (id)\"`"));
        }
        raw.sources.iter().map(|(name, source)| self.source(name, source, folder)).collect()
    }

    fn source(&mut self, name: &str, source: &raw::Source, folder: &Path) -> load::Source {
        let (paths, options) = match source {
            raw::Source::File(path) => (vec![path.clone()], load::ReadOptions::default()),
            raw::Source::Files(paths) => (paths.clone(), load::ReadOptions::default()),
            raw::Source::Table(table) => (paths(table), read_options(table)),
        };
        if paths.is_empty() || paths.iter().any(|path| path.trim().is_empty()) {
            self.problem(format!("source `{name}` names no file"), format!("write `{name} = \"{name}.csv\"`"));
        }
        if let raw::Source::Table(table) = source {
            if table.path.is_some() && table.paths.is_some() {
                let what = format!("source `{name}` has both `path` and `paths`, expected one of the two");
                self.problem(what, "put all files into `paths`");
            }
            if let Some(format) = &table.date_format {
                self.date_format(&format!("sources.{name}.date_format"), format);
            }
        }
        load::Source { name: name.to_owned(), paths: paths.iter().map(|path| folder.join(path)).collect(), options }
    }

    /// A strftime format that chrono understands.
    pub fn date_format(&mut self, key: &str, format: &str) {
        if format.contains('%') && StrftimeItems::new(format).all(|item| item != Item::Error) {
            return;
        }
        let what = format!("`{key}` is \"{format}\", expected a strftime format with day, month and year");
        self.problem(what, "write `date_format = \"%d.%m.%Y\"` for 31.12.2026");
    }
}

fn paths(table: &raw::SourceTable) -> Vec<String> {
    let listed = |paths: &raw::Paths| match paths {
        raw::Paths::One(path) => vec![path.clone()],
        raw::Paths::Many(paths) => paths.clone(),
    };
    table.path.iter().chain(&table.paths).flat_map(listed).collect()
}

fn read_options(table: &raw::SourceTable) -> load::ReadOptions {
    load::ReadOptions {
        format: table.format.map(|format| match format {
            raw::Format::Csv => load::Format::Csv,
            raw::Format::Parquet => load::Format::Parquet,
            raw::Format::Ndjson => load::Format::Ndjson,
            raw::Format::Xlsx => load::Format::Xlsx,
        }),
        sheet: table.sheet.clone(),
        skip: table.skip,
        delimiter: table.delimiter,
        quote: table.quote,
        decimal: table.decimal.map(|decimal| match decimal {
            raw::Decimal::Point => '.',
            raw::Decimal::Comma => ',',
        }),
        date_format: table.date_format.clone(),
        header: table.header,
        encoding: table.encoding.clone(),
        rename: table.rename.clone(),
        missing: table.missing.clone(),
    }
}
