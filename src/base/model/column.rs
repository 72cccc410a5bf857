//! One source column of a design, as a model reads it.

use std::collections::HashMap;

use crate::base::design::{Design, MISSING, Values};
use crate::base::{Error, Result};

/// The values of a column; levels as indices into those that the model knows.
#[derive(Debug, Clone, PartialEq)]
pub enum Column<'a> {
    Numbers {
        values: &'a [f64],
        /// Empty where nothing is missing.
        missing: &'a [bool],
    },
    Levels {
        codes: &'a [u32],
        /// For each code of the design the model's index; `None` for a level that it never saw.
        known: Vec<Option<u32>>,
    },
    /// A column without a single value: it has no type of its own.
    Nothing,
}

/// What a row holds in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    Number(f64),
    /// Index into the levels that the model knows.
    Level(u32),
    Unseen,
    Missing,
}

impl<'a> Column<'a> {
    /// The column as numbers (`levels` is `None`) or as the levels that the model knows. `None` where it is of the
    /// other kind.
    pub(super) fn bind(values: &'a Values, levels: Option<&[String]>) -> Option<Self> {
        match (values, levels) {
            (Values::Numbers { values, missing }, None) => Some(Self::Numbers { values, missing }),
            (Values::Levels { codes, levels }, Some(known)) => {
                let index: HashMap<&str, u32> = known.iter().map(String::as_str).zip(0u32..).collect();
                Some(Self::Levels {
                    codes,
                    known: levels.iter().map(|level| index.get(level.as_str()).copied()).collect(),
                })
            }
            (values, _) => has_no_value(values).then_some(Self::Nothing),
        }
    }

    pub(super) fn cell(&self, row: usize) -> Cell {
        match self {
            Self::Numbers { values, missing } if missing.is_empty() || !missing[row] => Cell::Number(values[row]),
            Self::Levels { codes, known } if codes[row] != MISSING => {
                known[codes[row] as usize].map_or(Cell::Unseen, Cell::Level)
            }
            _ => Cell::Missing,
        }
    }
}

/// Whether every row is missing.
pub(super) fn has_no_value(values: &Values) -> bool {
    match values {
        Values::Numbers { values, missing } => missing.len() == values.len() && missing.iter().all(|missing| *missing),
        Values::Levels { levels, .. } => levels.is_empty(),
    }
}

/// A design's columns by name, and the errors that looking them up gave.
pub(super) struct Lookup<'a> {
    by_name: HashMap<&'a str, &'a Values>,
    errors: Vec<Error>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(design: &'a Design) -> Self {
        let by_name = design.features.iter().map(|feature| (feature.name.as_str(), &feature.values)).collect();
        Self { by_name, errors: Vec::new() }
    }

    /// What `bind` makes of a column; `None`, and an error kept for the end, where the column is not there or does not
    /// fit. `expected` says what the model was trained on: "numbers" or "text".
    pub(super) fn column<T>(
        &mut self,
        name: &str,
        expected: &str,
        bind: impl FnOnce(&'a Values) -> Option<T>,
    ) -> Option<T> {
        let Some(values) = self.by_name.get(name) else {
            self.refuse(format!(
                "the model needs column `{name}`, which the table does not have or the config keeps out"
            ));
            return None;
        };
        let bound = bind(values);
        if bound.is_none() {
            let holds = if matches!(values, Values::Numbers { .. }) { "numbers" } else { "text" };
            self.refuse(format!("column `{name}` holds {holds}, but the model was trained on {expected}"));
        }
        bound
    }

    fn refuse(&mut self, message: String) {
        let error = Error::new(message);
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// # Errors
    /// All columns that were not there or did not fit.
    pub(super) fn finish(self) -> Result<()> {
        Error::all(self.errors)
    }
}
