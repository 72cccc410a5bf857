//! What each column is probably for.

use std::path::Path;

use super::leaks;
use super::names::{self, words};
use super::outcome::Outcome;
use super::profile::{Column, Kind};

/// A column and why it was taken.
pub(super) struct Because {
    pub column: String,
    pub reason: String,
}

/// A sensitive column, with cut points where it holds many numbers.
pub(super) struct Sensitive {
    pub column: String,
    pub bins: Vec<f64>,
    /// Why it is only mentioned.
    pub doubt: Option<String>,
}

/// The column that names a subject: unique, never blank, and named like an id or made of text.
pub(super) fn id(columns: &[Column], outcome: &str) -> Option<Because> {
    let keys = columns.iter().filter(|column| column.is_key() && column.name != outcome);
    let ranked = keys.filter_map(|column| Some((id_rank(column)?, column)));
    let (rank, column) = ranked.min_by_key(|(rank, _)| *rank)?;
    let reason = match rank {
        0 | 1 => "unique, never blank, and named like an id",
        _ => "unique and never blank",
    };
    Some(Because { column: column.name.clone(), reason: reason.to_owned() })
}

fn id_rank(column: &Column) -> Option<usize> {
    let words = words(&column.name);
    let named = words.last().is_some_and(|word| names::IDS.contains(&word.as_str()));
    let subject = noun(&words).is_some();
    match (named, column.kind) {
        (_, Kind::Date | Kind::Boolean) => None,
        (true, _) if subject => Some(0),
        (true, _) => Some(1),
        (false, Kind::Text) if column.mean_length() < 40.0 => Some(2),
        _ => None,
    }
}

/// An id that repeats, with a date column that tells its rows apart.
pub(super) fn id_and_time(columns: &[Column]) -> Option<(String, String)> {
    let ids = columns.iter().filter(|column| {
        !column.is_key() && column.n_known() == column.n_rows() && id_rank(column).is_some_and(|rank| rank < 2)
    });
    let times: Vec<&Column> =
        columns.iter().filter(|column| column.kind == Kind::Date && column.n_known() == column.n_rows()).collect();
    for id in ids {
        if let Some(time) = times.iter().find(|time| super::profile::n_duplicates(&[id, time]) == 0) {
            return Some((id.name.clone(), time.name.clone()));
        }
    }
    None
}

/// A column that numbers something that several rows share, such as the supplier of an order.
pub(super) fn entity(columns: &[Column]) -> Option<&Column> {
    columns.iter().find(|column| {
        let words = words(&column.name);
        !column.is_key()
            && column.levels.len() > 1
            && words.len() > 1
            && matches!(words.last().map(String::as_str), Some("id" | "nr" | "nummer"))
    })
}

/// The id of subjects with several rows each that nothing tells apart: never blank, and named like an id. At most 20
/// rows share one on average where the name is that of a subject, else at most 4: places and areas have ids as well.
pub(super) fn repeated_id(columns: &[Column]) -> Option<&Column> {
    let repeated = columns.iter().filter(|column| {
        let code = words(&column.name).last().is_some_and(|word| word == "code");
        !code && !column.is_key() && column.n_rows() > 0 && column.n_known() == column.n_rows()
    });
    let ranked = repeated.filter_map(|column| Some((id_rank(column)?, column)));
    let few = ranked.filter(|(rank, column)| {
        let most = [20, 4].get(*rank).copied().unwrap_or_default();
        column.levels.len() * most >= column.n_rows()
    });
    few.min_by_key(|(rank, _)| *rank).map(|(_, column)| column)
}

/// The column of numbers whose name is most that of money, and whether its numbers stand in text.
pub(super) fn value(columns: &[Column], taken: &[&str]) -> Option<(Because, bool)> {
    let money = columns.iter().filter(|column| {
        column.kind == Kind::Number && column.levels.len() > 20 && !taken.contains(&column.name.as_str())
    });
    let ranked = money.filter_map(|column| {
        let words = words(&column.name);
        Some((words.iter().filter_map(|word| names::rank(word, names::MONEY)).min()?, words, column))
    });
    let (_, words, column) = ranked.min_by_key(|(rank, _, _)| *rank)?;
    let period = |list: &[&str]| names::any(&words, list);
    let per = if period(&["month", "monthly", "monat", "monatlich"]) {
        "; it looks monthly, so money at stake is per month"
    } else if period(&["year", "yearly", "annual", "jahr", "jährlich", "jahres…"]) {
        "; it looks yearly, so money at stake is per year"
    } else if period(&["total", "gesamt"]) {
        "; it looks like a total to date, not like money a year"
    } else {
        ""
    };
    let reason = format!("named like money{per}; check that it is what one subject is worth");
    Some((Because { column: column.name.clone(), reason }, column.in_text))
}

/// Columns that are protected or close to it.
pub(super) fn sensitive(columns: &[Column], taken: &[&str]) -> Vec<Sensitive> {
    let open = columns.iter().filter(|column| !taken.contains(&column.name.as_str()) && column.levels.len() > 1);
    open.filter(|column| names::any(&words(&column.name), names::SENSITIVE)).map(sensitive_column).collect()
}

fn sensitive_column(column: &Column) -> Sensitive {
    let plain = |bins: Vec<f64>, doubt: Option<String>| Sensitive { column: column.name.clone(), bins, doubt };
    let n_levels = column.levels.len();
    let place = names::any(&words(&column.name), &["zip", "zipcode", "postal", "postcode", "plz"]);
    match column.kind {
        Kind::Date => plain(Vec::new(), Some("a date: turn it into an age in `sql` first".to_owned())),
        Kind::Number if column.in_text => {
            plain(Vec::new(), Some("numbers with text among them: mend that first, see above".to_owned()))
        }
        Kind::Number if n_levels > 12 && !place => plain(bins(column), None),
        _ if n_levels > 60 => plain(
            Vec::new(),
            Some(format!("{n_levels} levels are too many to compare: turn them into regions in `sql`")),
        ),
        _ => plain(Vec::new(), None),
    }
}

/// Cut points of ages, else the quartiles.
fn bins(column: &Column) -> Vec<f64> {
    let Some((low, high)) = column.range() else { return Vec::new() };
    if names::any(&words(&column.name), &["age", "alter"]) && low >= 0.0 && high <= 130.0 {
        return [30.0, 45.0, 60.0].into_iter().filter(|cut| *cut > low && *cut <= high).collect();
    }
    let mut numbers: Vec<f64> = column.numbers.iter().flatten().copied().collect();
    numbers.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> =
        [1, 2, 3].iter().filter_map(|k| numbers.get(numbers.len() * k / 4).copied()).filter(|cut| *cut > low).collect();
    cuts.dedup();
    cuts
}

/// Columns that the model should not see, each with its reason.
pub(super) fn excluded(columns: &[Column], taken: &[&str], outcome: &Outcome) -> Vec<Because> {
    let Some(target) = columns.iter().find(|column| column.name == outcome.column) else { return Vec::new() };
    let open = columns.iter().filter(|column| !taken.contains(&column.name.as_str()));
    open.filter_map(|column| {
        let reason = unusable(column).or_else(|| leaks::suspicion(column, target, outcome))?;
        Some(Because { column: column.name.clone(), reason })
    })
    .collect()
}

fn unusable(column: &Column) -> Option<String> {
    let words = words(&column.name);
    let n_levels = column.levels.len();
    match column.levels.as_slice() {
        [] => return Some("no row has a value".to_owned()),
        [(only, count)] if *count == column.n_rows() => {
            return Some(format!("constant: every row holds `{}`", shortened(only)));
        }
        _ => {}
    }
    let named = words.last().is_some_and(|word| names::IDS.contains(&word.as_str()));
    let counted = column.kind == Kind::Text || column.is_whole();
    if counted && n_levels > 20 && n_levels == column.n_known() && (column.kind == Kind::Text || named) {
        return Some("identifier: every row has a value of its own".to_owned());
    }
    if column.kind != Kind::Text || n_levels <= 50 {
        return None;
    }
    if names::any(&words, names::PERSONAL) {
        return Some("it seems to name persons".to_owned());
    }
    if column.mean_length() >= 40.0 {
        return Some("free text".to_owned());
    }
    (n_levels * 2 > column.n_known()).then(|| format!("identifier-like: {n_levels} different texts"))
}

fn shortened(level: &str) -> String {
    level.chars().filter(|c| !c.is_control()).take(30).collect()
}

/// The noun of what the table's rows are about, from words of its names.
pub(super) fn noun(words: &[String]) -> Option<&'static str> {
    names::NOUNS.iter().find(|(_, list)| names::any(words, list)).map(|(noun, _)| *noun)
}

/// The noun: by the id, the file or the outcome, in this order.
pub(super) fn subject(id: Option<&str>, path: &Path, outcome: &str) -> &'static str {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    id.into_iter().chain([stem.as_str(), outcome]).find_map(|name| noun(&words(name))).unwrap_or("subject")
}
