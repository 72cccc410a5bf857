//! Verdicts beside those of the compared run.

use serde::Deserialize;

use super::Audited;
use crate::audit::{Changed, Row, changed, changed_public, withheld};
use crate::base::{Error, Result};
use crate::govern::{self, Compared};

/// Verdicts that are not what they were.
pub struct Verdicts {
    pub complete: Vec<Changed>,
    /// Of what both runs publish: a comparison that either withholds is left out.
    pub public: Vec<Changed>,
}

/// What is read of an audit.
#[derive(Deserialize)]
struct Earlier {
    rows: Vec<Row>,
}

/// The rows of an audit that was written as JSON.
///
/// # Errors
/// It is none.
pub fn rows(text: &str) -> Result<Vec<Row>> {
    let earlier: Earlier = serde_json::from_str(text).map_err(|error| Error::new(error.to_string()))?;
    Ok(earlier.rows)
}

/// The verdicts of a group that changed since the compared run; `None` where that run has none of this group.
pub fn verdicts(compared: Option<&Compared>, name: &str, audited: &Audited) -> Option<Verdicts> {
    let run = &compared?.path;
    let read = |file: &str| rows(&govern::read_text(run, &format!("{name}/{file}")).ok()?).ok();
    let (complete, public) = (read("audit.json")?, read("audit_public.json")?);
    // a run that judged nothing, such as one of an earlier version, has nothing that could have changed
    complete.iter().any(|row| row.verdict.is_some()).then(|| {
        let mut hidden = withheld(&complete, &public);
        hidden.extend(withheld(&audited.rows, &audited.public));
        Verdicts {
            complete: changed(&complete, &audited.rows),
            public: changed_public(&public, &audited.public, &hidden),
        }
    })
}
