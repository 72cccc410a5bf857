//! TOML text to a tree that knows where everything stands.

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::{Error, Result};

/// Parses TOML; the spans of the result are byte offsets into `text`.
pub(super) fn parse(text: &str) -> Result<Spanned<DeTable<'_>>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for error in errors {
        let place = place(text, error.span().map_or(0, |span| span.start));
        // what follows an error in a line is mostly its consequence
        if lines.contains(&place.line) {
            continue;
        }
        lines.push(place.line);
        problems.push(syntax(text, &place, error.message()));
    }
    Error::all(problems)?;
    Ok(document)
}

/// A line and a column, each from 1.
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
}

/// Where a byte of the text stands; columns count characters.
pub(super) fn place(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = before.get(line_start..).map_or(0, |line| line.chars().count()) + 1;
    Place { line, column }
}

fn syntax(text: &str, place: &Place, message: &str) -> Error {
    let shown = text.lines().nth(place.line - 1).unwrap_or_default().trim();
    let message = lower_first(message.lines().next().unwrap_or("this is not TOML"));
    let error = Error::new(format!("line {}, column {}: {message}, in `{shown}`", place.line, place.column));
    let value = shown.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    match value {
        Some((key, "")) => error.hint(format!("write a value behind `{key} =`, or remove the line")),
        Some((key, value)) if message.contains("must be quoted") => {
            error.hint(format!("write `{key} = \"{}\"`", value.trim_matches('"')))
        }
        _ if message.contains("duplicate key") => error.hint("keep one of the two lines"),
        _ => error,
    }
}

fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The document as JSON; dates become text, numbers that JSON cannot hold become null.
pub(super) fn json(table: &DeTable<'_>) -> Value {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key: &std::borrow::Cow<'_, str> = key.get_ref();
        (key.clone().into_owned(), json_value(value.get_ref()))
    };
    Value::Object(table.iter().map(entry).collect::<Map<_, _>>())
}

fn json_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Into::into)
        }
        DeValue::Float(number) => {
            number.as_str().parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
        }
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json_value(item.get_ref())).collect(),
        DeValue::Table(table) => json(table),
    }
}
