//! Keys and types of a config, held against its schema: every unknown key with the nearest known one, every wrong
//! type with its place, all at once.

use std::ops::Range;

use chrono::NaiveDate;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{text, words};
use crate::base::error::nearest;
use crate::base::{Error, Result};

/// Checks a document against the schema of the config.
pub(super) fn check(text: &str, document: &Spanned<DeTable<'_>>, schema: &Value) -> Result<()> {
    let mut walk = Walk { text, root: schema, path: Vec::new(), problems: Vec::new() };
    walk.table(document.get_ref(), document.span(), schema);
    walk.problems.sort_by_key(|(offset, _)| *offset);
    Error::all(walk.problems.into_iter().map(|(_, problem)| problem))
}

struct Walk<'a> {
    text: &'a str,
    root: &'a Value,
    path: Vec<String>,
    /// With the byte at which each stands.
    problems: Vec<(usize, Error)>,
}

impl Walk<'_> {
    fn value(&mut self, value: &DeValue<'_>, span: &Range<usize>, schema: &Value) {
        let alternatives: Vec<&Value> =
            words::alternatives(schema).into_iter().filter(|one| has_type(value, one)).collect();
        if alternatives.is_empty() {
            return self.mismatch(value, span, schema);
        }
        let Some(best) = alternatives.iter().map(|one| self.tried(value, span, one)).min_by_key(Vec::len) else {
            return;
        };
        // several that all refuse the value itself are told as one sentence
        if !best.is_empty() && alternatives.len() > 1 && !matches!(value, DeValue::Table(_) | DeValue::Array(_)) {
            return self.mismatch(value, span, schema);
        }
        self.problems.extend(best);
    }

    /// The problems that a value would have under a schema.
    fn tried(&mut self, value: &DeValue<'_>, span: &Range<usize>, schema: &Value) -> Vec<(usize, Error)> {
        let before = std::mem::take(&mut self.problems);
        match value {
            DeValue::Table(table) => self.table(table, span.clone(), schema),
            DeValue::Array(items) => self.array(value, items, span, schema),
            _ if allows(value, schema) => {}
            _ => self.mismatch(value, span, schema),
        }
        std::mem::replace(&mut self.problems, before)
    }

    fn array(&mut self, value: &DeValue<'_>, items: &[Spanned<DeValue<'_>>], span: &Range<usize>, schema: &Value) {
        if schema.get("minItems").and_then(Value::as_u64).is_some_and(|least| (items.len() as u64) < least) {
            self.mismatch(value, span, schema);
        }
        let Some(schema) = schema.get("items") else { return };
        for item in items {
            self.value(item.get_ref(), &item.span(), schema);
        }
    }

    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>, schema: &Value) {
        let properties = schema.get("properties");
        let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
        let mut meant = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            self.path.push(name.to_owned());
            match properties.and_then(|known| known.get(name)).or(rest) {
                Some(schema) => self.value(value.get_ref(), &value.span(), schema),
                None => meant.extend(self.unknown(name, key.span().start, schema)),
            }
            self.path.pop();
        }
        for name in words::required(schema) {
            if !table.iter().any(|(key, _)| key.get_ref() == name) && !meant.iter().any(|other| other == name) {
                self.absent(name, span.start, schema);
            }
        }
    }

    /// Reports an unknown key; the known one that was most likely meant.
    fn unknown(&mut self, name: &str, offset: usize, schema: &Value) -> Option<String> {
        let known: Vec<&str> = keys(schema).collect();
        let meant = nearest(name, known.iter().copied());
        let hint = match (meant, elsewhere(self.root, name)) {
            // the same word a level up or down is a misplaced key, not a misspelled one
            (_, Some(place)) => place,
            (Some(meant), None) => format!("did you mean `{}`?", words::key(meant)),
            (None, None) => format!("known keys here: {}", known.join(", ")),
        };
        self.problem(offset, format!("unknown key `{}`", words::dotted(&self.path)), Some(hint));
        meant.map(str::to_owned)
    }

    fn absent(&mut self, name: &str, offset: usize, schema: &Value) {
        let wanted =
            schema.get("properties").and_then(|known| known.get(name)).map(words::expected).unwrap_or_default();
        let here =
            if self.path.is_empty() { "the config".to_owned() } else { format!("`{}`", words::dotted(&self.path)) };
        let hint = match (name, self.path.is_empty()) {
            ("portfolio", true) => "add `[portfolio]` with `name = \"my-business\"`".to_owned(),
            ("stakeholders", true) => "add `[[stakeholders]]` with `name`, `outcome` and `sources`".to_owned(),
            ("sources", _) => "add `[stakeholders.sources]` with `customers = \"customers.csv\"`".to_owned(),
            ("outcome", _) => "add `outcome = { column = \"left\", adverse = [\"yes\"] }`".to_owned(),
            _ => format!("add `{name} = …`"),
        };
        self.problem(offset, format!("{here} has no `{name}`, expected {wanted}"), Some(hint));
    }

    fn mismatch(&mut self, value: &DeValue<'_>, span: &Range<usize>, schema: &Value) {
        let message =
            format!("`{}` is {}, expected {}", words::dotted(&self.path), words::given(value), words::expected(schema));
        let choices: Vec<&str> = words::alternatives(schema).into_iter().flat_map(words::choices).collect();
        let hint = match value {
            DeValue::Table(_) if self.path == ["stakeholders"] => {
                Some("write `[[stakeholders]]`, once for each group".to_owned())
            }
            DeValue::String(text) => nearest(text, choices).map(|near| format!("did you mean \"{near}\"?")),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)
                if has_type(&DeValue::String("".into()), schema) =>
            {
                self.text.get(span.clone()).map(|written| format!("write \"{written}\""))
            }
            _ => None,
        };
        self.problem(span.start, message, hint);
    }

    fn problem(&mut self, offset: usize, message: String, hint: Option<String>) {
        let place = text::place(self.text, offset);
        let error = Error::new(format!("line {}, column {}: {message}", place.line, place.column));
        self.problems.push((offset, error.hint_opt(hint)));
    }
}

fn keys(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|known| known.keys().map(String::as_str))
}

/// Where a key belongs that is unknown where it stands: the top of the file or one of the main tables.
fn elsewhere(root: &Value, name: &str) -> Option<String> {
    // too many tables have a name for this to say anything
    if name == "name" {
        return None;
    }
    if keys(root).any(|key| key == name) && !["portfolio", "stakeholders", "audit"].contains(&name) {
        return Some(format!("move `{name}` to the top of the file, above the first `[…]`"));
    }
    let sections = [
        ("[portfolio]", "/properties/portfolio"),
        ("[audit]", "/properties/audit"),
        ("[[stakeholders]]", "/properties/stakeholders/items"),
    ];
    sections
        .into_iter()
        .find(|(_, pointer)| root.pointer(pointer).is_some_and(|section| keys(section).any(|key| key == name)))
        .map(|(section, _)| format!("move `{name}` under `{section}`, above any table that follows it"))
}

/// Whether the kind of value is one that a schema allows.
fn has_type(value: &DeValue<'_>, schema: &Value) -> bool {
    words::alternatives(schema).into_iter().any(|one| {
        let wanted = one.get("type").and_then(Value::as_str);
        match (value, wanted.unwrap_or_default()) {
            (DeValue::Datetime(_), "string") => one.get("format").and_then(Value::as_str) == Some("date"),
            (DeValue::String(_), "string")
            | (DeValue::Integer(_), "integer" | "number")
            | (DeValue::Float(_), "number")
            | (DeValue::Boolean(_), "boolean")
            | (DeValue::Array(_), "array")
            | (DeValue::Table(_), "object") => true,
            _ => false,
        }
    })
}

/// Whether a single value of the right kind is one that a schema without alternatives allows.
fn allows(value: &DeValue<'_>, schema: &Value) -> bool {
    match value {
        DeValue::String(text) => allows_text(text, schema),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).is_ok_and(|number| in_range(number as f64, schema))
        }
        DeValue::Float(number) => {
            number.as_str().parse().is_ok_and(|number: f64| number.is_finite() && in_range(number, schema))
        }
        DeValue::Datetime(date) => date.date.is_some() && date.time.is_none() && date.offset.is_none(),
        _ => true,
    }
}

fn allows_text(text: &str, schema: &Value) -> bool {
    let choices = words::choices(schema);
    if !choices.is_empty() {
        return choices.contains(&text);
    }
    if schema.get("format").and_then(Value::as_str) == Some("date") {
        return NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    }
    let length = text.chars().count() as u64;
    let bound = |key| schema.get(key).and_then(Value::as_u64);
    bound("minLength").is_none_or(|least| length >= least)
        && bound("maxLength").is_none_or(|most| length <= most)
        && schema.get("pattern").is_none_or(|_| length == 3 && text.chars().all(|c| c.is_ascii_uppercase()))
}

fn in_range(number: f64, schema: &Value) -> bool {
    let bound = |key| schema.get(key).and_then(Value::as_f64);
    bound("minimum").is_none_or(|low| number >= low)
        && bound("exclusiveMinimum").is_none_or(|low| number > low)
        && bound("maximum").is_none_or(|high| number <= high)
        && bound("exclusiveMaximum").is_none_or(|high| number < high)
}
