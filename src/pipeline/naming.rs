//! What pages call single subjects.

use crate::config::{Ids, Portfolio, Stakeholders};
use crate::govern::sha256_text;

/// Digits of a pseudonym.
const DIGITS: usize = 16;

/// Which of its kind a subject is, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Of today's subjects.
    Rank(u32),
    /// Of past ones: the row of the table.
    Row(u32),
}

/// How the subjects of one group are named on pages.
pub struct Naming<'a> {
    ids: Ids,
    /// The noun of a row.
    subject: &'a str,
    /// What pseudonyms depend on besides the id.
    scope: String,
}

impl<'a> Naming<'a> {
    pub fn new(portfolio: &Portfolio, stakeholders: &'a Stakeholders) -> Self {
        let scope = format!("{}/{}/{}", portfolio.seed.0, portfolio.name, stakeholders.name);
        Self { ids: portfolio.ids, subject: &stakeholders.subject, scope }
    }

    /// Whether pages call subjects otherwise than tables do.
    pub fn is_other(&self) -> bool {
        self.ids != Ids::Plain
    }

    /// The name of a subject.
    pub fn name(&self, id: &str, place: Place) -> String {
        match (self.ids, place) {
            (Ids::Plain, _) => id.to_owned(),
            (Ids::Pseudonym, _) => self.hashed(id),
            (Ids::None, Place::Rank(rank)) => format!("{} {rank}", self.subject),
            (Ids::None, Place::Row(row)) => format!("past {} {row}", self.subject),
        }
    }

    /// The same id has the same name in every run of the portfolio with this seed.
    fn hashed(&self, id: &str) -> String {
        sha256_text(&format!("{}/{id}", self.scope)).chars().take(DIGITS).collect()
    }
}
