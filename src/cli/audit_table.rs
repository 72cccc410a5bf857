//! `trustrisk audit-table`: a table that was scored elsewhere, audited.

mod asked;
mod story;

use std::path::Path;

use serde_json::{Value, json};

use super::arguments::{AuditTable, TableFormat};
use super::exit;
use super::files;
use super::terminal::{Terminal, finding_line, paint};
use crate::audit::{self, Changed, Row};
use crate::base::{Error, Finding, Result};
use crate::pipeline::{self, AuditedTable};

pub fn audit_table(arguments: &AuditTable, terminal: &Terminal) -> Result<u8> {
    let format = format(arguments)?;
    if terminal.json && format.is_some() && arguments.out.is_none() {
        return Err(Error::new("`--json` and the table cannot both go to standard output").hint("`--out audit.json`"));
    }
    if let Some(out) = &arguments.out {
        asked::ensure_other(out, arguments)?;
    }
    let before = arguments.against.as_deref().map(read_rows).transpose()?;
    let asked = asked::asked(arguments)?;
    let progress = terminal.progress();
    let audited = pipeline::audit_table(&asked, &*progress)?;
    let changed = before.map(|before| changed(&before, &audited, arguments.public));
    audited.findings.iter().for_each(|finding| tell(finding, terminal));
    if let Some(format) = format {
        let written = written(&audited, changed.as_deref(), format);
        match &arguments.out {
            Some(path) => files::write(path, written.as_bytes())?,
            None => terminal.data(written.as_bytes())?,
        }
    }
    // what is not published counts as well: who asks must not take hidden for fair
    let exit = if audited.n_disparities > 0 { exit::FOUND } else { exit::FINE };
    if terminal.json {
        terminal.object(&object(&audited, changed.as_deref(), arguments.out.as_deref(), exit))?;
    } else if format.is_none() || arguments.out.is_some() {
        terminal.data(story::story(&audited, changed.as_deref(), terminal.look).as_bytes())?;
        let more = arguments.out.as_ref().map_or_else(
            || "hint: all figures: `--format csv`; to paste: `--format md`; what a metric means: `trustrisk explain-metric`".to_owned(),
            |path| format!("all figures: `{}`", path.display()),
        );
        terminal.tell(&more);
    }
    Ok(exit)
}

/// Verdicts that changed; where the table is to be published those only that neither side withholds.
fn changed(before: &[Row], audited: &AuditedTable, is_public: bool) -> Vec<Changed> {
    if !is_public {
        return audit::changed(before, &audited.rows);
    }
    let mut withheld = audit::withheld(before, before);
    withheld.extend(audited.withheld.iter().cloned());
    audit::changed_public(before, &audited.rows, &withheld)
}

/// A finding with its hint.
fn tell(finding: &Finding, terminal: &Terminal) {
    terminal.tell(&finding_line(finding, terminal.color));
    if let Some(hint) = &finding.hint {
        terminal.tell(&format!("{}: {hint}", paint("hint", "36", terminal.color)));
    }
}

/// The format that is asked for, else that of the file's ending.
fn format(arguments: &AuditTable) -> Result<Option<TableFormat>> {
    let Some(out) = arguments.out.as_ref().filter(|_| arguments.format.is_none()) else { return Ok(arguments.format) };
    match out.extension().and_then(|ending| ending.to_str()) {
        Some("json") => Ok(Some(TableFormat::Json)),
        Some("csv") => Ok(Some(TableFormat::Csv)),
        Some("md") => Ok(Some(TableFormat::Md)),
        _ => {
            Err(Error::new(format!("`{}` does not tell its format, expected `.json`, `.csv` or `.md`", out.display()))
                .hint("`--format json`, `csv` or `md`"))
        }
    }
}

fn read_rows(path: &Path) -> Result<Vec<Row>> {
    pipeline::audit_rows(&files::read(path)?).map_err(|error| {
        Error::new(format!("`{}` is no audit, expected what `--format json` writes: {error}", path.display()))
            .hint("name the `audit.json` of a run, or the file of an earlier `audit-table --format json`")
    })
}

fn written(audited: &AuditedTable, changed: Option<&[Changed]>, format: TableFormat) -> String {
    match format {
        TableFormat::Csv => audit::csv(&audited.rows),
        TableFormat::Md => {
            let changed = changed.map_or_else(String::new, |changed| format!("\n{}", story::changes(changed)));
            audit::markdown(&audited.rows) + &changed
        }
        TableFormat::Json => {
            let AuditedTable { policy, rows, reliability, findings, .. } = audited;
            let mut object =
                json!({ "policy": policy, "rows": rows, "reliability": reliability, "findings": findings });
            if let Some(changed) = changed {
                object["changed"] = json!(changed);
            }
            format!("{object:#}\n")
        }
    }
}

/// The `--json` object: counts of verdicts, and the binding comparisons that are not `none found`.
fn object(audited: &AuditedTable, changed: Option<&[Changed]>, path: Option<&Path>, exit: u8) -> Value {
    let told: Vec<&Row> = story::told(&audited.rows);
    json!({
        "n_rows": audited.n_rows,
        "n_history": audited.n_history,
        "n_today": audited.n_today,
        "policy": audited.policy,
        "n_disparities": audited.n_disparities,
        "n_unpublished": audited.n_unpublished,
        "verdicts": story::counts(&audited.rows).into_iter().map(|(name, n)| (name.to_owned(), json!(n))).collect::<serde_json::Map<_, _>>(),
        "told": told,
        "changed": changed,
        "path": path,
        "findings": audited.findings,
        "exit": exit,
    })
}
