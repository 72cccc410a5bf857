//! What training brought to light.

use std::collections::BTreeSet;

use super::judge::Judged;
use crate::base::attributions::Perturbation;
use crate::base::design::{Design, Feature, FeatureKind, Values};
use crate::base::model::{Model, Shape, Term};
use crate::base::population::Population;
use crate::base::{Finding, Severity};
use crate::calibrate::Validation;
use crate::explain::Method;
use crate::load::Table;
use crate::score;

/// Levels that a sentence names.
const N_NAMED: usize = 3;

/// Findings about the fits and what they tell.
pub fn training(table: &Table, design: &Design, judged: &Judged, validation: &Validation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(last) = judged.scorers.last() else { return findings };
    if last.n_rows < last.n_available {
        let message = format!("the models were fitted on a sample of {} of {} rows", last.n_rows, last.n_available);
        findings.push(Finding::new("sampled-fit", message).count(usize::try_from(last.n_rows).unwrap_or(usize::MAX)));
    }
    if last.n_calibration == 0 {
        let message = "too few outcomes to calibrate by (expected 50 of either kind): the scores are the model's own";
        findings.push(Finding::new("not-calibrated", message).hint("more history, or a longer one"));
    }
    if validation.auc.low.is_some_and(|low| low <= 0.5) {
        let message = "the model hardly tells those with the outcome from those without: take its scores as noise";
        findings.push(Finding::new("no-signal", message).hint("add sources that know more, or more history"));
    }
    findings.extend(last.model.terms.iter().filter_map(pooled_levels));
    let today = table.rows_of(Population::Today);
    let mut all = table.rows_of(Population::History);
    all.extend(&today);
    let used = last.model.features();
    for feature in design.features.iter().filter(|feature| used.contains(&feature.name.as_str())) {
        let term = last.model.terms.iter().find(|term| term.feature == feature.name);
        let extreme = || term.and_then(|term| extreme_values(term, feature, &all));
        findings.extend(unseen_levels(&last.model, feature, &today).or_else(extreme));
    }
    findings
}

/// Attributions that were to be told against the background, and could not.
pub fn followed_cover(wanted: Perturbation, method: &Method) -> Option<Finding> {
    let message = "a tree asks about more than 8 columns on one path, or the tables would be too large: attributions follow \
                   the trees' paths by cover, not the background";
    (wanted != method.perturbation).then(|| Finding::new("followed-cover", message))
}

/// What a reused model's scores tell of outcomes that came since: higher ones must go with more of them.
pub fn reversed(validation: &Validation) -> Option<Finding> {
    let slope = validation.calibration_slope.value.filter(|slope| *slope <= 0.0)?;
    let message =
        format!("higher scores of the reused model do not go with a higher rate of the outcome (slope {slope:.3})");
    Some(Finding::new("no-score", message).hint("`train = \"always\"` trains a new one"))
}

/// Room that a capacity leaves because too many share the score at its end.
pub fn tied(settings: &score::Settings, table: &Table, judged: &Judged) -> Option<Finding> {
    let risks = table.rows_of(judged.reported).into_iter().filter_map(|row| judged.risk[row as usize]);
    let (n_tied, unused) = score::tied(&settings.bands, risks)?;
    let message = format!(
        "{n_tied} subjects share the score at which the capacity ends: none of them is selected, {unused} of its places are free"
    );
    Some(Finding::new("tied-capacity", message).count(n_tied).hint("columns that tell more apart, or another capacity"))
}

/// Rare levels that share one weight.
fn pooled_levels(term: &Term) -> Option<Finding> {
    let Shape::Levels { rare, .. } = &term.shape else { return None };
    let verb = if rare.len() == 1 { "level is" } else { "levels are" };
    let named = named(rare.iter().map(String::as_str));
    let message = format!("{} {verb} rare in `{}` and weighed as one ({named})", rare.len(), term.feature);
    (!rare.is_empty()).then(|| Finding::new("rare-levels", message).column(&term.feature).count(rare.len()))
}

/// Levels of today's subjects that no row of history has.
fn unseen_levels(model: &Model, feature: &Feature, today: &[u32]) -> Option<Finding> {
    let Values::Levels { codes, levels } = &feature.values else { return None };
    let is_unseen: Vec<bool> = levels.iter().map(|level| !model.knows(&feature.name, level)).collect();
    let is_new = |row: &&u32| is_unseen.get(codes[**row as usize] as usize).copied().unwrap_or(false);
    let new: Vec<&str> = today.iter().filter(is_new).filter_map(|row| feature.values.level(*row as usize)).collect();
    let distinct: BTreeSet<&str> = new.iter().copied().collect();
    let message = format!(
        "{} of today's subjects have a level of `{}` that no history row has ({}): it tells nothing of them",
        new.len(),
        feature.name,
        named(distinct.into_iter())
    );
    (!new.is_empty()).then(|| Finding::new("unseen-levels", message).column(&feature.name).count(new.len()))
}

/// Numbers of any row beyond the ranges in which a model takes them as they are.
pub fn extreme(terms: &[Term], design: &Design) -> Vec<Finding> {
    let rows: Vec<u32> = (0u32..).take(design.n_subjects).collect();
    let of_term = |term: &Term| {
        let feature = design.features.iter().find(|feature| feature.name == term.feature)?;
        extreme_values(term, feature, &rows)
    };
    terms.iter().filter_map(of_term).collect()
}

/// Numbers beyond the range in which the model takes them as they are: worth a warning where one is farther out than the
/// range is wide, else a tail that the fit's rows did not reach.
fn extreme_values(term: &Term, feature: &Feature, rows: &[u32]) -> Option<Finding> {
    let &Shape::Line { low, high, .. } = &term.shape else { return None };
    let beyond = |number: f64| (low - number).max(number - high);
    let numbers = rows.iter().filter_map(|&row| feature.values.number(row as usize));
    let extreme: Vec<f64> = numbers.filter(|number| low < high && beyond(*number) > 0.0).collect();
    let farthest = extreme.iter().copied().max_by(|a, b| beyond(*a).total_cmp(&beyond(*b)))?;
    let is_far = beyond(farthest) > high - low;
    let (rows, most) = if extreme.len() == 1 { ("row is", "") } else { ("rows are", "the farthest ") };
    let place = if is_far { "out of all proportion" } else { "beyond the rows of the fit" };
    let is_date = feature.kind == FeatureKind::Date;
    let unit = if is_date { " days" } else { "" };
    let rounded = |end: f64| format!("{end:.8e}").parse().unwrap_or(end);
    let (n, name, farthest) = (extreme.len(), &feature.name, written(farthest));
    let (low, high) = (written(rounded(low)), written(rounded(high)));
    let message = format!(
        "in `{name}` {n} {rows} {place} ({most}{farthest}{unit}): the model takes {low} to {high}{unit} \
         as they are, and what lies beyond as the end of that range"
    );
    let what = if is_date {
        "a date that is not known, list it in `missing`".to_owned()
    } else {
        format!("a value that is not known, add `missing = [\"{farthest}\"]`")
    };
    let is_bare = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    let key = if is_bare { name.clone() } else { toml::Value::from(name.as_str()).to_string() };
    let hint = format!("if it stands for {what} under `[stakeholders.columns.{key}]`");
    let severity = if is_far { Severity::Warning } else { Severity::Info };
    Some(Finding::new("extreme-values", message).severity(severity).column(name).count(n).hint(hint))
}

/// A number as it is written in a table: 99999, 0.5, 1e200.
fn written(number: f64) -> String {
    let is_short = number == 0.0 || (1e-5..1e15).contains(&number.abs());
    if is_short { number.to_string() } else { format!("{number:e}") }
}

/// The first few, in back-ticks.
fn named<'a>(levels: impl Iterator<Item = &'a str>) -> String {
    let levels: Vec<String> = levels.map(|level| format!("`{level}`")).collect();
    let more = if levels.len() > N_NAMED { ", …" } else { "" };
    format!("{}{more}", levels[..levels.len().min(N_NAMED)].join(", "))
}
