//! A table that was scored elsewhere, audited: no model, no config.

mod decide;
mod told;

use serde_json::{Value, json};

use self::decide::Decided;
use super::audited;
use crate::audit::words::grouped;
use crate::audit::{self, Reliability, Row, verdict};
use crate::base::population::Population;
use crate::base::{Error, Finding, Progress, Result};
use crate::features;
use crate::load::{self, Plain};

/// What is asked of a table.
pub struct TableAudit {
    /// Where the table is.
    pub settings: load::Settings,
    pub score: Option<Score>,
    /// The column that says who was selected; without it those whose score reaches the threshold are.
    pub selected: Option<Said>,
    /// Without it only what needs no outcome is told.
    pub outcome: Option<Said>,
    /// Sensitive features, their crossings, and the legitimate factors within which they are compared.
    pub groups: features::Settings,
    pub audit: audit::Settings,
    /// Tells what may be published instead of everything.
    pub is_public: bool,
}

/// A column of scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    pub column: String,
    /// The score of a risk of 1.
    pub max: Option<f64>,
    /// Selected is whose score reaches it; `None`: half of `max`.
    pub threshold: Option<f64>,
}

/// A column that says yes or no.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub column: String,
    /// The values that say yes; empty: those that need no telling, such as 1 and `true`.
    pub yes: Vec<String>,
}

/// What auditing a table gave.
pub struct AuditedTable {
    pub n_rows: usize,
    pub n_history: usize,
    pub n_today: usize,
    pub policy: Value,
    /// In the order feature, population, metric, group.
    pub rows: Vec<Row>,
    /// Disparities, those too that are not published.
    pub n_disparities: usize,
    /// Binding comparisons whose verdict is not published: not in `rows`.
    pub n_unpublished: usize,
    /// Comparisons of which nothing is published; none where everything is told.
    pub withheld: audit::Comparisons,
    /// Of every group with an outcome; none where scores are no risks.
    pub reliability: Vec<Reliability>,
    pub findings: Vec<Finding>,
}

/// Audits a table whose scores, or decisions, come from any system. Rows with an outcome are history, the others today's.
///
/// # Errors
/// The table cannot be read; a column does not exist or does not hold what it is named for; there is nothing to compare.
pub fn audit_table(asked: &TableAudit, progress: &dyn Progress) -> Result<AuditedTable> {
    ensure_apart(asked)?;
    progress.start(&asked.settings.stakeholders, "load", None);
    let mut plain = load::plain(&asked.settings, progress)?;
    progress.finish();
    plain.ensure_columns(options(asked))?;
    ensure_rows(plain.n_rows())?;
    let used: Vec<&str> = options(asked).into_iter().map(|(_, column)| column).collect();
    plain.findings.retain(|finding| finding.column.as_deref().is_none_or(|column| used.contains(&column)));
    progress.start(&asked.settings.stakeholders, "audit", Some(plain.n_rows() as u64));
    let decided = decide::decide(asked, &mut plain)?;
    let mut findings = std::mem::take(&mut plain.findings);
    findings.extend(decided.findings(asked, &plain));
    ensure_limits(asked, &decided)?;
    let cluster = clusters(asked, &plain, &mut findings)?;
    let groupings = features::groupings(&plain.table, &asked.groups).map_err(told::of_bins)?;
    let subjects = audit::Subjects {
        population: &decided.population,
        outcome: &decided.outcome,
        risk: &decided.risk,
        selected: &decided.selected,
        cluster: cluster.as_ref().map(|cluster| &cluster.member[..]),
    };
    let control = features::control(&plain.table, &asked.groups).map_err(told::of_bins)?;
    let audited = audit::audit(&subjects, &groupings, control.as_ref(), &asked.audit);
    findings.extend(audited.findings.into_iter().map(told::as_typed));
    let known = |mut rows: Vec<Row>| {
        rows.retain(|row| decided.has_risks || !audit::metrics::looks_at_risk(&row.metric));
        rows
    };
    let complete = known(audited.rows);
    let found = verdict::count(&complete);
    let (rows, mut reliability, withheld) = match asked.is_public {
        true => {
            let public = known(audited.public);
            let withheld = audit::withheld(&complete, &public);
            (public, audited.reliability_public, withheld)
        }
        false => (complete, audited.reliability, audit::Comparisons::new()),
    };
    reliability.retain(|_| decided.has_risks);
    progress.finish();
    if rows.is_empty() {
        return Err(told::nothing(&findings));
    }
    let count = |population| decided.population.iter().filter(|of| **of == population).count();
    Ok(AuditedTable {
        n_rows: plain.n_rows(),
        n_history: count(Population::History),
        n_today: count(Population::Today),
        policy: policy(asked, &decided),
        n_disparities: found.disparity,
        n_unpublished: found.comparisons.saturating_sub(verdict::count(&rows).comparisons),
        withheld,
        rows,
        reliability,
        findings,
    })
}

/// One column cannot be two things.
fn ensure_apart(asked: &TableAudit) -> Result<()> {
    let named = options(asked);
    let same = |(at, (option, column)): (usize, &(&'static str, &str))| {
        let (first, _) = named[..at].iter().find(|(_, other)| other == column)?;
        // clusters may be groups, and ids may be entities
        let may = ["--id", "--entity"].contains(first) || [*first, option].iter().all(|of| *of == "--control");
        (!may).then(|| {
            let message = if first == option {
                format!("`{option}` names column `{column}` twice")
            } else {
                format!("`{first}` and `{option}` both name column `{column}`, expected two columns")
            };
            Error::new(message).hint(format!("name another column with `{option}`"))
        })
    };
    Error::all(named.iter().enumerate().filter_map(same))
}

/// Every column that is named, with the option that names it.
fn options(asked: &TableAudit) -> Vec<(&'static str, &str)> {
    let single = [
        ("--id", asked.settings.id.as_ref()),
        ("--entity", asked.settings.entity.as_ref()),
        ("--score", asked.score.as_ref().map(|score| &score.column)),
        ("--selected", asked.selected.as_ref().map(|said| &said.column)),
        ("--outcome", asked.outcome.as_ref().map(|said| &said.column)),
    ];
    let mut named: Vec<(&'static str, &str)> =
        single.into_iter().filter_map(|(option, column)| Some((option, column?.as_str()))).collect();
    named.extend(asked.groups.sensitive.iter().map(|of| ("--sensitive", of.column.as_str())));
    named.extend(asked.groups.control.iter().map(|of| ("--control", of.column.as_str())));
    named
}

/// Limits of what is not told would judge nothing.
fn ensure_limits(asked: &TableAudit, decided: &Decided) -> Result<()> {
    let blind = asked.audit.limits.keys().filter(|name| !decided.has_risks && audit::metrics::looks_at_risk(name));
    Error::all(blind.map(|name| {
        Error::new(format!("`--limit` names `{name}`, which needs scores that are risks from 0 to 1"))
            .hint(format!("leave `{name}` out; `--score-max` makes risks of points"))
    }))
}

fn ensure_rows(n_rows: usize) -> Result<()> {
    let given = match n_rows {
        0 => "no rows",
        1 => "1 row",
        _ => return Ok(()),
    };
    Err(Error::new(format!("the table has {given}, expected at least 2 to compare"))
        .hint("name a table with a row for each subject; `--sql` may have left rows out"))
}

/// Rows of one id or entity. Where both are named the entity is taken: its members share it.
fn clusters(asked: &TableAudit, plain: &Plain, findings: &mut Vec<Finding>) -> Result<Option<load::Clusters>> {
    let Some(column) = asked.settings.entity.as_ref().or(asked.settings.id.as_ref()) else { return Ok(None) };
    let clusters = plain.clusters(column)?;
    if let Some(clusters) = &clusters {
        let message = format!(
            "`{column}` repeats: {} rows are of {} subjects, so intervals and tests are clustered by it",
            grouped(plain.n_rows() as u64),
            grouped(clusters.n as u64)
        );
        let hint = "if a row was exported twice, keep one: `--sql \"select distinct * from subjects\"`";
        findings.push(Finding::new("repeated-ids", message).column(column).count(plain.n_rows()).hint(hint));
    }
    Ok(clusters)
}

fn policy(asked: &TableAudit, decided: &Decided) -> Value {
    let mut policy = audited::policy_of(&asked.audit);
    let yes = |said: &Said| json!({ "column": said.column, "values": said.yes });
    let of_table = json!({
        "score": asked.score.as_ref().map(|score| &score.column),
        "score_max": asked.score.as_ref().and_then(|score| score.max),
        "threshold": decided.threshold,
        "selected": asked.selected.as_ref().map(yes),
        "outcome": asked.outcome.as_ref().map(yes),
        "is_public": asked.is_public,
    });
    if let (Some(policy), Value::Object(of_table)) = (policy.as_object_mut(), of_table) {
        policy.extend(of_table);
    }
    policy
}
