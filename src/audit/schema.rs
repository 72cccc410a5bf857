//! The JSON schema of `audit.json`, made from the code.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::metrics::names;
use super::verdict::VERDICTS;
use super::{Changed, Reliability, Row};
use crate::base::Finding;

/// What `audit.json`, `audit_public.json` and `audit-table --format json` hold. Other parts of the audit stand beside
/// these keys.
#[derive(JsonSchema)]
#[allow(dead_code)] // what is described, not what is built
struct AuditFile {
    /// What verdicts are held against.
    policy: Map<String, Value>,
    /// A metric of a group each, in the order feature, population, metric, group.
    rows: Vec<Row>,
    /// The reliability curve of every group of history; in `audit_public.json` those that may be published.
    #[schemars(default)]
    reliability: Vec<Reliability>,
    /// Verdicts that are not those of the compared run; left out where there is none.
    #[schemars(default)]
    changed: Vec<Changed>,
    /// What was noticed; of `audit-table` only.
    #[schemars(default)]
    findings: Vec<Finding>,
}

/// The schema (draft 7), pretty, with a trailing newline: `docs/audit.schema.json`.
pub fn schema() -> String {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<AuditFile>().to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("title".to_owned(), "trustrisk audit".into());
    }
    // a tree of text, numbers and lists can always be written
    serde_json::to_string_pretty(&joined(schema)).unwrap_or_default() + "\n"
}

/// Descriptions without the line breaks of the code.
fn joined(schema: Value) -> Value {
    match schema {
        Value::Object(entries) => {
            let entry = |(key, value): (String, Value)| match (key.as_str(), &value) {
                ("description", Value::String(text)) => {
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    (key, Value::String(text))
                }
                _ => (key, joined(value)),
            };
            Value::Object(entries.into_iter().map(entry).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(joined).collect()),
        other => other,
    }
}

/// The name of a metric, or of a figure that is derived from one.
pub(super) fn metric(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": names() })
}

/// A verdict, or null where the metric has no limit.
pub(super) fn verdict(_: &mut SchemaGenerator) -> Schema {
    let known = VERDICTS.iter().map(|verdict| Value::from(*verdict)).chain([Value::Null]);
    json_schema!({ "enum": known.collect::<Vec<_>>() })
}
