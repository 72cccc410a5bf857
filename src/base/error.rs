//! Errors that a person can act on: what was given, what was expected, and a hint that can be typed.

use std::fmt;

pub type Result<T> = std::result::Result<T, Error>;

/// One thing that is wrong. The message is one sentence in lower case without a full stop, with back-ticks round the
/// user's own things; the hint is what the user can type to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub message: String,
    pub hint: Option<String>,
    /// The finding that this is where it stops a stakeholder group, one of [`super::finding::CODES`].
    pub code: Option<&'static str>,
}

/// A stop: at least one [`Problem`]; a config reports all that it can find at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    pub problems: Vec<Problem>,
}

impl Error {
    pub fn new(message: impl Into<String>) -> Self {
        let problem = Problem { message: message.into(), hint: None, code: None };
        Self { problems: vec![problem] }
    }

    /// Adds a hint to the last problem.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(problem) = self.problems.last_mut() {
            problem.hint = Some(hint.into());
        }
        self
    }

    /// Names the finding that the last problem is.
    #[must_use]
    pub fn finding(mut self, code: &'static str) -> Self {
        if let Some(problem) = self.problems.last_mut() {
            problem.code = Some(code);
        }
        self
    }

    /// Adds a hint where there is one to give.
    #[must_use]
    pub fn hint_opt(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// All of several errors as one, or `Ok` when there are none.
    pub fn all(errors: impl IntoIterator<Item = Error>) -> Result<()> {
        let problems: Vec<Problem> = errors.into_iter().flat_map(|error| error.problems).collect();
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                writeln!(out)?;
            }
            write!(out, "{}", problem.message)?;
            if let Some(hint) = &problem.hint {
                write!(out, "\nhint: {hint}")?;
            }
        }
        Ok(())
    }
}

/// The candidate that a typing error most likely meant, if any is near (Jaro-Winkler at least 0.8, ignoring case).
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&given, &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}
