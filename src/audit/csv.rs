//! The audit table as CSV.

use serde_json::Value;

use super::row::Row;
use crate::base::population::Population;

/// Writes rows as CSV: a header, text in quotes, numbers with all their digits, undefined empty; the last column says
/// whether a row was suppressed.
pub fn csv(rows: &[Row]) -> String {
    let names = columns();
    let mut text = names.join(",") + "\n";
    for row in rows {
        let cells: Vec<String> = fields(row).iter().map(|(_, value)| cell(value)).collect();
        text += &cells.join(",");
        text += "\n";
    }
    text
}

/// Names of the columns, in order: the fields of [`Row`].
fn columns() -> Vec<String> {
    fields(&Row::blank("", "", "", Population::History)).into_iter().map(|(name, _)| name).collect()
}

fn fields(row: &Row) -> Vec<(String, Value)> {
    let mut fields: Vec<(String, Value)> = match serde_json::to_value(row) {
        Ok(Value::Object(map)) => map.into_iter().collect(),
        _ => Vec::new(),
    };
    fields.retain(|(name, _)| name != "suppressed");
    fields.push(("suppressed".to_owned(), Value::Bool(row.suppressed)));
    fields
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        other => other.to_string(),
    }
}
