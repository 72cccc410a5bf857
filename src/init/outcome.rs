//! Which column is probably the outcome, and which of its levels is the adverse one.

use std::path::Path;

use super::names::{self, words};
use super::profile::{Column, Kind};
use crate::base::Error;

/// The proposed outcome.
pub(super) struct Outcome {
    pub column: String,
    pub adverse: String,
    pub favorable: String,
    /// A third level and its number of rows; it is taken as open.
    pub third: Option<(String, usize)>,
    /// Share of the known rows that is adverse.
    pub rate: f64,
    pub n_open: usize,
    pub reason: String,
    /// How sure the name makes us; lower is surer.
    pub rank: usize,
}

/// The column whose name is most that of an outcome, with two levels, or with three of which one says yes and one no;
/// else the last column with two levels whose name is not that of a protected feature. Dates are none.
pub(super) fn outcome(columns: &[Column]) -> Option<Outcome> {
    let open = columns.iter().filter(|column| column.kind != Kind::Date);
    let named = open.filter_map(|column| Some((name_rank(&column.name)?, levels(column)?, column)));
    let named = named.min_by_key(|(rank, levels, _)| (*rank, levels.third.is_some()));
    let (rank, levels, column) = named.or_else(|| {
        let last = columns.iter().rfind(|column| is_candidate(column) && !is_protected(column))?;
        Some((usize::MAX, levels(last)?, last))
    })?;
    let (adverse, reason) = adverse(&column.name, [levels.first, levels.second], rank);
    let (favorable, n_favorable) = if levels.first.0 == adverse { levels.second } else { levels.first };
    let n_adverse = if levels.first.0 == adverse { levels.first.1 } else { levels.second.1 };
    let n_known = n_adverse + n_favorable;
    Some(Outcome {
        column: column.name.clone(),
        favorable: favorable.clone(),
        third: levels.third.cloned(),
        rate: n_adverse as f64 / n_known as f64,
        n_open: column.n_rows() - n_known,
        reason,
        rank,
        adverse,
    })
}

/// Why no column can be the outcome.
pub(super) fn none(columns: &[Column], path: &Path) -> Error {
    let binary = columns.iter().filter(|column| column.levels.len() == 2);
    let names: Vec<String> = binary.map(|column| format!("`{}`", column.name)).collect();
    let path = path.display();
    let message = if names.is_empty() {
        format!("no column of `{path}` has exactly two levels, so none can be the outcome")
    } else {
        let names = names.join(", ");
        format!("no column of `{path}` can be the outcome: those with two levels are dates or protected ({names})")
    };
    Error::new(message).hint("add a column such as `left` with `yes`, `no`, and blank where it is open")
}

/// Whether a column has the two levels of an outcome, whatever it is called.
fn is_candidate(column: &Column) -> bool {
    column.kind != Kind::Date && column.levels.len() == 2
}

fn is_protected(column: &Column) -> bool {
    names::any(&words(&column.name), names::SENSITIVE)
}

type Level = (String, usize);

struct Levels<'a> {
    first: &'a Level,
    second: &'a Level,
    third: Option<&'a Level>,
}

/// Two levels, or the two of three that say yes and no.
fn levels(column: &Column) -> Option<Levels<'_>> {
    match column.levels.as_slice() {
        [first, second] => Some(Levels { first, second, third: None }),
        three @ [_, _, _] => {
            let said = |list: &[&str]| three.iter().find(|(level, _)| is(level, list));
            let (second, first) = (said(names::YES)?, said(names::NO)?);
            let rest = |level: &&Level| *level != first && *level != second;
            let third = three.iter().find(rest).filter(|(level, _)| !is(level, names::YES) && !is(level, names::NO))?;
            Some(Levels { first, second, third: Some(third) })
        }
        _ => None,
    }
}

fn is(level: &str, list: &[&str]) -> bool {
    list.contains(&level.to_lowercase().as_str())
}

/// Lower is surer: a word that tells goes before one that does not, and a name that is nothing but the word before one
/// that only has it.
fn name_rank(name: &str) -> Option<usize> {
    let words = words(name);
    let best = words.iter().filter_map(|word| names::rank(word, names::OUTCOMES)).min()?;
    // a common word says something only where it is nearly the whole name
    let common = ["late", "left", "risk", "turnover", "returned"];
    let tells =
        names::tells(best) && !(words.len() > 2 && names::OUTCOMES.get(best).is_some_and(|word| common.contains(word)));
    let step = match (tells, words.len()) {
        (true, 1) => 0,
        (true, _) => 1,
        (false, 1) => 2,
        (false, _) => 3,
    };
    Some(step * names::OUTCOMES.len() + best)
}

/// The adverse one of two levels, and why.
fn adverse(name: &str, [(first, n_first), (second, n_second)]: [&Level; 2], rank: usize) -> (String, String) {
    let yes = [first, second].into_iter().find(|level| is(level, names::YES));
    let no = [first, second].into_iter().find(|level| is(level, names::NO) && Some(*level) != yes);
    let other = |level: &String| if level == first { second.clone() } else { first.clone() };
    let positive = yes.cloned().or_else(|| no.map(other));
    let words = words(name);
    let favorable = names::any(&words, names::FAVORABLE) || words.windows(2).any(|pair| pair == ["on", "time"]);
    let tells = words.iter().filter_map(|word| names::rank(word, names::OUTCOMES)).min().is_some_and(names::tells);
    match positive {
        Some(yes) if favorable => {
            let adverse = other(&yes);
            let reason = format!(
                "CHECK THE SENSE: the name sounds favorable, so `{adverse}` is taken as adverse; in some tables it is coded the other way round, and then `{yes}` belongs here"
            );
            (adverse, reason)
        }
        Some(yes) if tells => {
            let reason = format!("the name speaks of the adverse event, and `{yes}` says that it happened");
            (yes, reason)
        }
        Some(yes) => {
            let guessed = if rank == usize::MAX {
                "no column is named like an outcome; this is the last with two levels; "
            } else {
                ""
            };
            let reason =
                format!("CHECK THE SENSE: {guessed}the name does not tell which level is adverse; `{yes}` is a guess");
            (yes, reason)
        }
        None => {
            let rarer = if n_second < n_first { second } else { first };
            (rarer.clone(), format!("CHECK THE SENSE: `{rarer}` is taken as adverse because it is the rarer level"))
        }
    }
}
