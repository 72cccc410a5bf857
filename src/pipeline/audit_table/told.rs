//! What is wrong with a table, in the words of the command line.

use crate::base::{Error, Finding, Severity};

/// A number as it is typed: at most four digits behind the point.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// A finding of the audit with a hint for the command line instead of the config.
pub(super) fn as_typed(mut finding: Finding) -> Finding {
    let column = finding.column.clone().unwrap_or_default();
    finding.hint = match finding.code.as_str() {
        "many-groups" if column.contains(" × ") => Some("`--crossings 1`, or fewer bins".to_owned()),
        "many-groups" => Some(format!(
            "`--sensitive {column}:30:45:60` if it is a number; if it names the subjects, `--id {column}`"
        )),
        "control-unused" => Some("leave it out of `--control`, or cut it: `--control age:30:45:60`".to_owned()),
        "one-group" | "sensitive-missing" => Some("name another column with `--sensitive`".to_owned()),
        "unknown-reference" => finding
            .hint
            .map(|hint| hint.replace("reference = \"", "--reference \"").replace("name one, for example ", "")),
        _ => finding.hint,
    };
    finding
}

/// The error of bins on a column that does not hold numbers.
pub(super) fn of_bins(mut error: Error) -> Error {
    for problem in &mut error.problems {
        problem.hint = Some("name it without `:` and numbers behind it".to_owned());
    }
    error
}

/// Nothing was left to compare: what the audit noticed stops it.
pub(super) fn nothing(findings: &[Finding]) -> Error {
    const REASONS: [&str; 3] = ["many-groups", "one-group", "sensitive-missing"];
    let reasons = findings.iter().filter(|finding| REASONS.contains(&finding.code.as_str()));
    let errors = reasons.map(|finding| Error::new(finding.message.clone()).hint_opt(finding.hint.clone()));
    match Error::all(errors) {
        Err(error) => error,
        Ok(()) => Error::new("no row has both a score and a group, so there is nothing to compare")
            .hint_opt(findings.iter().find(|of| of.severity >= Severity::Warning).and_then(|of| of.hint.clone())),
    }
}
