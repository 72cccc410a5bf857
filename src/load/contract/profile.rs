//! What a column holds, found in one pass.

use polars::prelude::{Column, DataFrame, DataType, PlHashMap, PlHashSet};
use rayon::prelude::*;

use super::cells;
use crate::base::Result;

/// Columns with at most so many distinct values keep their levels.
pub const LEVELS_MAX: usize = 50;
/// The code of a blank among [`Levels`].
pub const BLANK: u8 = u8::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Whole,
    Decimal,
    Boolean,
    Date,
    Text,
}

/// The distinct values of a column, in order of first appearance, and which of them stands in each row.
pub struct Levels {
    pub codes: Vec<u8>,
    pub names: Vec<String>,
}

pub struct Profile {
    pub name: String,
    pub holds: Holds,
    pub n_rows: usize,
    pub n_missing: usize,
    pub first_missing: Option<usize>,
    /// First and last row that is filled.
    pub filled: Option<(usize, usize)>,
    /// Distinct values, blanks aside; counted to the end for text, up to one more than [`LEVELS_MAX`] otherwise.
    pub n_distinct: usize,
    /// Whether no value stands twice; not looked at for decimals and dates.
    pub unique: bool,
    /// Largest less smallest value of whole numbers.
    pub span: Option<u64>,
    /// Whether the values are 0 and 1, both of them.
    pub zero_one: bool,
    /// Mean number of characters of a text.
    pub mean_length: f64,
    pub levels: Option<Levels>,
}

impl Profile {
    pub fn n_filled(&self) -> usize {
        self.n_rows - self.n_missing
    }

    /// The first value, for messages.
    pub fn first_value(&self) -> &str {
        self.levels.as_ref().and_then(|levels| levels.names.first()).map_or("", String::as_str)
    }
}

/// Profiles of all columns, in their order.
///
/// # Errors
/// polars cannot read what it made itself.
pub fn all(frame: &DataFrame) -> Result<Vec<Profile>> {
    frame.columns().par_iter().map(of_column).collect()
}

fn of_column(column: &Column) -> Result<Profile> {
    let holds = match column.dtype() {
        DataType::Int64 => Holds::Whole,
        DataType::Boolean => Holds::Boolean,
        DataType::Date | DataType::Datetime(..) => Holds::Date,
        DataType::String => Holds::Text,
        _ => Holds::Decimal,
    };
    let mut profile = Profile {
        name: column.name().to_string(),
        holds,
        n_rows: column.len(),
        n_missing: column.null_count(),
        first_missing: None,
        filled: None,
        n_distinct: 0,
        unique: true,
        span: None,
        zero_one: false,
        mean_length: 0.0,
        levels: None,
    };
    if profile.n_missing > 0 {
        find_blanks(column, &mut profile);
    } else if profile.n_rows > 0 {
        profile.filled = Some((0, profile.n_rows - 1));
    }
    match (cells::text(column), column.i64()) {
        (Some(texts), _) => look_at_text(texts.iter(), &mut profile),
        (None, Ok(values)) => look_at_whole(values.iter(), &mut profile),
        (None, Err(_)) => look_at_numbers(&cells::numbers(column)?.unwrap_or_default(), &mut profile),
    }
    Ok(profile)
}

fn find_blanks(column: &Column, profile: &mut Profile) {
    let blank = column.is_null();
    profile.first_missing = blank.iter().position(|blank| blank == Some(true));
    let first = blank.iter().position(|blank| blank == Some(false));
    let last = (0..blank.len()).rev().find(|row| blank.get(*row) == Some(false));
    profile.filled = first.zip(last);
}

fn look_at_text<'a>(texts: impl Iterator<Item = Option<&'a str>>, profile: &mut Profile) {
    let mut known: PlHashMap<&str, u32> = PlHashMap::default();
    let mut names: Vec<String> = Vec::new();
    let mut codes: Vec<u8> = Vec::with_capacity(profile.n_rows);
    let mut characters = 0usize;
    for cell in texts {
        let Some(text) = cell else {
            codes.push(BLANK);
            continue;
        };
        // bytes, less those that continue a character
        characters += text.bytes().filter(|byte| !(0x80..0xc0).contains(byte)).count();
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        let code = *known.entry(text).or_insert(next);
        profile.unique &= code == next;
        if code == next && names.len() <= LEVELS_MAX {
            names.push(text.to_owned());
        }
        codes.push(u8::try_from(code).unwrap_or(BLANK));
    }
    profile.n_distinct = known.len();
    profile.mean_length = super::words::ratio(characters, profile.n_filled());
    if profile.n_distinct <= LEVELS_MAX {
        profile.levels = Some(Levels { codes, names });
    }
}

fn look_at_whole(values: impl Iterator<Item = Option<i64>>, profile: &mut Profile) {
    let mut counter = Counter::new(profile.n_rows, true);
    let mut range: Option<(i64, i64)> = None;
    for value in values {
        counter.add(value.map(i64::cast_unsigned), || value.unwrap_or_default().to_string());
        if let Some(value) = value {
            range = Some(range.map_or((value, value), |(least, most)| (least.min(value), most.max(value))));
        }
    }
    profile.span = range.map(|(least, most)| most.abs_diff(least));
    counter.finish(profile);
    profile.zero_one = is_zero_one(profile);
}

fn look_at_numbers(values: &[f64], profile: &mut Profile) {
    let mut counter = Counter::new(profile.n_rows, false);
    for &value in values {
        // adding 0 makes -0 and 0 the same
        counter.add((!value.is_nan()).then_some((value + 0.0).to_bits()), || super::words::number(value));
    }
    counter.finish(profile);
    profile.zero_one = is_zero_one(profile);
}

fn is_zero_one(profile: &Profile) -> bool {
    let names = profile.levels.as_ref().map(|levels| levels.names.as_slice()).unwrap_or_default();
    names.len() == 2 && names.iter().all(|name| name == "0" || name == "1")
}

/// Counts distinct numbers while they are few, and watches for the first that stands twice.
struct Counter {
    few: PlHashMap<u64, u8>,
    names: Vec<String>,
    codes: Vec<u8>,
    many: bool,
    seen: PlHashSet<u64>,
    unique: bool,
}

impl Counter {
    fn new(n_rows: usize, unique: bool) -> Self {
        let codes = Vec::with_capacity(n_rows);
        Self { few: PlHashMap::default(), names: Vec::new(), codes, many: false, seen: PlHashSet::default(), unique }
    }

    fn add(&mut self, key: Option<u64>, name: impl FnOnce() -> String) {
        let Some(key) = key else {
            if !self.many {
                self.codes.push(BLANK);
            }
            return;
        };
        if self.unique && !self.seen.insert(key) {
            self.unique = false;
            self.seen = PlHashSet::default();
        }
        if self.many {
            return;
        }
        let next = u8::try_from(self.names.len()).unwrap_or(BLANK);
        let code = *self.few.entry(key).or_insert(next);
        if code == next {
            self.names.push(name());
        }
        self.codes.push(code);
        if self.names.len() > LEVELS_MAX {
            self.many = true;
            self.codes = Vec::new();
        }
    }

    fn finish(self, profile: &mut Profile) {
        profile.n_distinct = self.names.len();
        profile.unique = self.unique;
        if !self.many {
            profile.levels = Some(Levels { codes: self.codes, names: self.names });
        }
    }
}
