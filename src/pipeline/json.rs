//! JSON for people: what is short stands on one line.

use serde::Serialize;
use serde_json::Value;

use crate::base::{Error, Result};
use crate::govern::Outputs;

/// Longer lists and objects are broken into lines, unless they hold numbers only.
const WIDTH: usize = 110;

/// Pretty JSON with a newline at the end.
///
/// # Errors
/// A number is not finite, or the file cannot be written.
pub fn write_json(outputs: &mut dyn Outputs, path: &str, value: &impl Serialize) -> Result<()> {
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|error| Error::new(format!("`{path}` cannot be written: {error}")))?;
    text.push(b'\n');
    outputs.write(path, &text)
}

/// The same with lists of numbers, and all that is short, on one line each: for models.
///
/// # Errors
/// As [`write_json`].
pub fn write_compact(outputs: &mut dyn Outputs, path: &str, value: &impl Serialize) -> Result<()> {
    let value =
        serde_json::to_value(value).map_err(|error| Error::new(format!("`{path}` cannot be written: {error}")))?;
    outputs.write(path, compacted(&value).as_bytes())
}

/// The text of [`write_compact`].
pub fn compacted(value: &Value) -> String {
    let mut text = String::new();
    compact(value, 0, &mut text);
    text.push('\n');
    text
}

fn compact(value: &Value, depth: usize, text: &mut String) {
    let line = value.to_string();
    match value {
        Value::Array(items) if !fits(&line) && !items.iter().all(Value::is_number) => {
            lines(['[', ']'], depth, text, items.iter(), |item, text| compact(item, depth + 1, text));
        }
        Value::Object(fields) if !fits(&line) => {
            lines(['{', '}'], depth, text, fields.iter(), |(name, value), text| {
                text.push_str(&Value::String(name.clone()).to_string());
                text.push_str(": ");
                compact(value, depth + 1, text);
            });
        }
        _ => text.push_str(&line),
    }
}

fn fits(line: &str) -> bool {
    line.len() <= WIDTH
}

fn lines<T>(
    [open, close]: [char; 2],
    depth: usize,
    text: &mut String,
    items: impl ExactSizeIterator<Item = T>,
    write: impl Fn(T, &mut String),
) {
    let n_items = items.len();
    let indent = |depth: usize, text: &mut String| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    text.push(open);
    for (place, item) in items.enumerate() {
        indent(depth + 1, text);
        write(item, text);
        if place + 1 < n_items {
            text.push(',');
        }
    }
    indent(depth, text);
    text.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_json_reads_back_as_what_it_was() {
        let numbers: Vec<f64> = (0..100).map(|number| f64::from(number) / 7.0).collect();
        let value = serde_json::json!({
            "short": { "a": 1, "b": [true, null] },
            "numbers": numbers,
            "long": (0..30).map(|_| serde_json::json!({ "name": "a name with \"quotes\"", "value": 0.1 })).collect::<Vec<_>>(),
            "empty": [],
        });
        let mut text = String::new();
        compact(&value, 0, &mut text);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(text.lines().count(), 7 + 30);
    }
}
