//! How problems speak of values, types and keys.

use serde_json::Value;
use toml::de::DeValue;

/// A value in a sentence: `the text "seven"`, `the number 3`, `a list`.
pub(super) fn given(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text \"{}\"", shortened(text)),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 40 && line.len() == text.len() {
        return line.to_owned();
    }
    let start: String = line.chars().take(39).collect();
    format!("{start}…")
}

/// What a schema allows, in a sentence: `a whole number from 1 to 3`, `"drop", "keep" or a list of text`.
pub(super) fn expected(schema: &Value) -> String {
    let mut words: Vec<String> = Vec::new();
    for alternative in alternatives(schema) {
        for word in plain(alternative) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    one_of(&words)
}

/// The alternatives of a schema; itself where it has none.
pub(super) fn alternatives(schema: &Value) -> Vec<&Value> {
    let listed = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array);
    listed.map_or_else(|| vec![schema], |listed| listed.iter().flat_map(alternatives).collect())
}

/// The texts that a schema without alternatives allows; empty where it allows any.
pub(super) fn choices(schema: &Value) -> Vec<&str> {
    if let Some(only) = schema.get("const").and_then(Value::as_str) {
        return vec![only];
    }
    schema
        .get("enum")
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |all| all.iter().filter_map(Value::as_str).collect())
}

fn plain(schema: &Value) -> Vec<String> {
    let choices = choices(schema);
    if !choices.is_empty() {
        return choices.iter().map(|choice| format!("\"{choice}\"")).collect();
    }
    let word = match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        "string" if schema.get("format").and_then(Value::as_str) == Some("date") => "a date".to_owned(),
        "string" if schema.get("maxLength").and_then(Value::as_u64) == Some(1) => "one character".to_owned(),
        "string" if schema.get("pattern").and_then(Value::as_str) == Some("^[A-Z]{3}$") => {
            "three capital letters".to_owned()
        }
        "string" if schema.get("minLength").is_some() => "text that is not empty".to_owned(),
        "string" => "text".to_owned(),
        "integer" => format!("a whole number{}", range(schema)),
        "number" => format!("a number{}", range(schema)),
        "boolean" => "true or false".to_owned(),
        "array" => match schema.get("items") {
            Some(items) => format!("a list of {}", plural(items)),
            None => "a list".to_owned(),
        },
        _ => table(schema),
    };
    vec![word]
}

fn plural(items: &Value) -> String {
    let alternatives = alternatives(items);
    let choices: Vec<String> =
        alternatives.iter().flat_map(|one| choices(one)).map(|choice| format!("\"{choice}\"")).collect();
    if !choices.is_empty() {
        return one_of(&choices);
    }
    let mut words = Vec::new();
    for one in alternatives {
        let word = match one.get("type").and_then(Value::as_str).unwrap_or_default() {
            "string" => "text",
            "integer" | "number" => "numbers",
            "boolean" => "true or false",
            "array" => "lists",
            _ => "tables",
        };
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    one_of(&words)
}

fn table(schema: &Value) -> String {
    let keys: Vec<String> = required(schema).map(|key| format!("`{key}`")).collect();
    if keys.is_empty() { "a table".to_owned() } else { format!("a table with {}", all_of(&keys)) }
}

/// The keys that a table must have.
pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn range(schema: &Value) -> String {
    let limit = |key| schema.get(key).filter(|limit| limit.is_number());
    let low = limit("exclusiveMinimum").or_else(|| limit("minimum"));
    let high = limit("exclusiveMaximum").or_else(|| limit("maximum"));
    match (low, high) {
        (Some(low), Some(high)) if limit("exclusiveMinimum").is_none() => format!(" from {low} to {high}"),
        (Some(low), Some(high)) if limit("exclusiveMaximum").is_some() => format!(" between {low} and {high}"),
        (Some(low), Some(high)) => format!(" above {low}, at most {high}"),
        (Some(low), None) if limit("exclusiveMinimum").is_some() => format!(" above {low}"),
        (Some(low), None) => format!(", at least {low}"),
        (None, Some(high)) => format!(", at most {high}"),
        (None, None) => String::new(),
    }
}

/// `a, b or c`.
pub(super) fn one_of(words: &[String]) -> String {
    joined(words, "or")
}

/// `a, b and c`.
pub(super) fn all_of(words: &[String]) -> String {
    joined(words, "and")
}

fn joined(words: &[String], last_word: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {last_word} {last}", first.join(", ")),
    }
}

/// A key as TOML wants it: bare where it can be, else quoted.
pub(super) fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) {
        return name.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in name.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A dotted path of keys.
pub(super) fn dotted(path: &[String]) -> String {
    path.iter().map(|name| key(name)).collect::<Vec<_>>().join(".")
}
