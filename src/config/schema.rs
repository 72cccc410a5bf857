//! The schema of the config, made from the code: for editors, for the checks, and as a page of the docs.

use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::{raw, words};

/// The JSON schema of the config (draft 7), pretty, with a trailing newline: `docs/config.schema.json`.
pub fn schema() -> String {
    // a tree of text, numbers and lists can always be written
    serde_json::to_string_pretty(&tree()).unwrap_or_default() + "\n"
}

/// The schema as a tree without references.
pub fn tree() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<raw::Config>().to_value();
    tidy(&mut schema);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".to_owned(), "trustrisk config".into());
    }
    schema
}

/// Takes out what TOML does not have (null) and what editors do not know (Rust's number formats), and joins lines.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(entries) => {
            entries.values_mut().for_each(tidy);
            tidy_entries(entries);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn tidy_entries(entries: &mut Map<String, Value>) {
    if entries.get("default").is_some_and(Value::is_null) {
        entries.remove("default");
    }
    if entries.get("format").and_then(Value::as_str).is_some_and(|format| format != "date") {
        entries.remove("format");
    }
    if let Some(Value::String(text)) = entries.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    if let Some(Value::Array(types)) = entries.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            entries.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = entries.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    without_null(entries);
}

/// `anyOf [x, null]` is `x`.
fn without_null(entries: &mut Map<String, Value>) {
    let Some(Value::Array(alternatives)) = entries.get_mut("anyOf") else { return };
    alternatives.retain(|one| one.get("type").and_then(Value::as_str) != Some("null"));
    let [Value::Object(only)] = alternatives.as_mut_slice() else { return };
    let only = std::mem::take(only);
    entries.remove("anyOf");
    for (key, value) in only {
        // the description of the key says more than that of its type
        entries.entry(key).or_insert(value);
    }
}

/// Every key with its type, default and meaning, as a page: `docs/config.md`.
pub fn markdown() -> String {
    let schema = tree();
    let mut page = String::from(INTRODUCTION);
    section(&mut page, "The top of the file", &schema);
    let sections = [
        ("`[portfolio]`", "/properties/portfolio"),
        ("`[[stakeholders]]`", STAKEHOLDERS),
        ("`outcome`", "/outcome"),
        ("`sensitive`, each as a table", "/sensitive/items/anyOf/1"),
        ("`bands`", "/bands"),
        ("`selection`", "/selection"),
        ("`use`", "/use"),
        ("`[stakeholders.sources]`, each as a table", "/sources/additionalProperties/anyOf/2"),
        ("`[stakeholders.columns.…]`", "/columns/additionalProperties"),
        ("`actionable`", "/columns/additionalProperties/properties/actionable"),
        ("`[audit]`", "/properties/audit"),
        ("`[audit.limits]`", "/properties/audit/properties/limits"),
    ];
    for (title, pointer) in sections {
        let inside = format!("{STAKEHOLDERS}/properties{pointer}");
        let Some(table) = schema.pointer(pointer).or_else(|| schema.pointer(&inside)) else { continue };
        section(&mut page, title, table);
    }
    section(
        &mut page,
        "`[severities]` and `[stakeholders.severities]`: the finding codes",
        &schema["properties"]["severities"],
    );
    page
}

const STAKEHOLDERS: &str = "/properties/stakeholders/items";

const INTRODUCTION: &str = "# The config

One TOML file describes one portfolio: the stakeholder groups of a business. `trustrisk init TABLE…` writes one with
comments, `trustrisk schema` prints the schema, and the line `#:schema config.schema.json` lets editors complete it.
Relative paths are relative to the config file. Unknown keys are refused.

This page is generated from the code.
";

fn section(page: &mut String, title: &str, schema: &Value) {
    // writing to a string cannot fail
    let _ = write!(page, "\n## {title}\n\n");
    if let Some(description) = schema.get("description").and_then(Value::as_str) {
        let _ = write!(page, "{description}\n\n");
    }
    page.push_str("| key | type | default | meaning |\n|---|---|---|---|\n");
    for table in words::alternatives(schema) {
        rows(page, table, "");
    }
}

fn rows(page: &mut String, table: &Value, prefix: &str) {
    let required: Vec<&str> = words::required(table).collect();
    for (key, schema) in table.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let default = match schema.get("default") {
            Some(default) => format!("`{}`", toml_value(default)),
            None if required.contains(&key.as_str()) => "required".to_owned(),
            None => String::new(),
        };
        let kind = words::expected(schema).replace('|', "\\|");
        let meaning = schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('|', "\\|");
        let _ = writeln!(page, "| `{prefix}{key}` | {kind} | {default} | {meaning} |");
        if key == "costs" {
            rows(page, schema, "costs.");
        }
    }
}

/// A default as it would be written in the file.
fn toml_value(value: &Value) -> String {
    match value {
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{} = {}", words::key(key), toml_value(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml_value).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
