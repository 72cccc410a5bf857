//! Pages of single subjects: of a band while the run is made, or of those that are asked for later.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;

use super::lookup::{number, text, time};
use crate::base::design::FeatureKind;
use crate::base::error::nearest;
use crate::base::units::Band;
use crate::base::{Error, Finding, Progress, Result};
use crate::govern::{Outputs, sha256_text};
use crate::load::{Row, Value, keys, rows_of, today_in};
use crate::report::pdf;
use crate::report::tables::{Block, Cells, CsvSink};
use crate::report::view::{ActionView, ColumnView, GroupView, PortfolioView, ReasonView, SubjectView, ValueView};

const SCORES: &str = "scores.parquet";
/// What models read of every scored row.
pub const FEATURES: &str = "features.parquet";
const POINTS: &str = "attributions.parquet";
/// Letters of a name that a file's name keeps.
const SLUG: usize = 40;
/// Digits that tell files of like names apart.
const DIGITS: usize = 16;

/// A subject that has a page of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Single {
    /// As the table has it; the page may have another name for it.
    pub id: String,
    pub view: SubjectView,
}

/// Whose pages are wanted.
pub struct Wanted<'a> {
    /// Empty: those of `from`.
    pub ids: &'a [String],
    /// Today's subjects in this band or above.
    pub from: Option<Band>,
    /// Stakeholder groups; empty: all.
    pub only: &'a [String],
}

/// What was printed.
#[derive(Debug, Default)]
pub struct PrintedSubjects {
    pub n_pages: usize,
    /// Ids that are in no group, or have no score.
    pub missing: Option<Error>,
    pub findings: Vec<Finding>,
}

/// Prints the pages of single subjects of group `at`, and the list of them.
///
/// # Errors
/// A page cannot be made or written.
pub fn print(
    view: &PortfolioView,
    at: usize,
    singles: &[Single],
    outputs: &mut dyn Outputs,
    progress: &dyn Progress,
) -> Result<Vec<Finding>> {
    let group = &view.groups[at];
    let folder = format!("{}/subjects", group.name);
    let files: Vec<String> = singles.iter().map(file_name).collect();
    let views: Vec<&SubjectView> = singles.iter().map(|single| &single.view).collect();
    progress.start(&group.name, "print subjects", Some(singles.len() as u64));
    let mut plain: Vec<(String, String)> = Vec::new();
    pdf::subjects(view, at, &views, &mut |place, printed| {
        outputs.write(&format!("{folder}/{}", files[place]), &printed.bytes)?;
        plain.extend(printed.plain_because.as_ref().map(|why| (files[place].clone(), why.clone())));
        progress.advance(1);
        Ok(())
    })?;
    outputs.fill(&format!("{folder}/index.csv"), &mut |file| {
        let mut sink = CsvSink::new(file, false);
        sink.write(&index(singles, &files))?;
        sink.finish().map(|_| ())
    })?;
    progress.finish();
    let Some((first, why)) = plain.first() else { return Ok(Vec::new()) };
    let n = plain.len();
    let message =
        format!("{n} pages of single subjects are plain PDFs, neither archival nor accessible, first `{first}`: {why}");
    Ok(vec![Finding { stakeholders: Some(group.name.clone()), ..Finding::new("plain-pdf", message).count(n) }])
}

/// Who is on which page.
fn index(singles: &[Single], files: &[String]) -> Block {
    let text = |get: &dyn Fn(&Single) -> String| Cells::Text(singles.iter().map(|single| Some(get(single))).collect());
    let mut columns = vec![("id".to_owned(), text(&|single| single.id.clone()))];
    if singles.iter().any(|single| single.view.time.is_some()) {
        columns.push(("time".to_owned(), Cells::Date(singles.iter().map(|single| single.view.time).collect())));
    }
    columns.push(("score".to_owned(), Cells::Known(singles.iter().map(|single| single.view.score).collect())));
    columns.push(("band".to_owned(), text(&|single| single.view.band.name().to_owned())));
    columns.push(("file".to_owned(), Cells::Text(files.iter().map(|file| Some(file.clone())).collect())));
    Block { columns }
}

/// A name that any file system takes and nobody can lead astray: letters and digits of the subject's name on the page, and a
/// hash of that name and its time.
fn file_name(single: &Single) -> String {
    let mut slug = String::new();
    for letter in single.view.id.chars().map(|letter| letter.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(SLUG);
    let slug = slug.trim_end_matches('-');
    let slug = if slug.is_empty() { "subject" } else { slug };
    let time = single.view.time.map_or_else(String::new, |time| time.to_string());
    // where pages have another name, the file must not tell the id either: whoever has a list of ids could try them
    let hash: String = sha256_text(&format!("{}\n{time}", single.view.id)).chars().take(DIGITS).collect();
    format!("{slug}-{hash}.pdf")
}

/// Prints pages of subjects of a sealed run.
///
/// # Errors
/// The folder is no run, a group is not in it, or a page cannot be made or written.
pub fn subjects(
    run: &Path,
    wanted: &Wanted<'_>,
    outputs: &mut dyn Outputs,
    progress: &dyn Progress,
) -> Result<PrintedSubjects> {
    let view = super::print::read_view(run)?;
    let places = places(&view, wanted.only)?;
    let mut done = PrintedSubjects::default();
    let mut found: Vec<String> = Vec::new();
    for at in places {
        let group = &view.groups[at];
        let folder = run.join(&group.name);
        let ids = match wanted.from {
            Some(from) if wanted.ids.is_empty() => {
                let bands: Vec<&str> = Band::ALL.iter().filter(|band| **band >= from).map(|band| band.name()).collect();
                today_in(&folder.join(SCORES), &bands)?
            }
            _ => wanted.ids.to_vec(),
        };
        let singles = read(group, &folder, &ids, view.as_of)?;
        found.extend(singles.iter().map(|single| single.id.clone()));
        if !singles.is_empty() {
            done.n_pages += singles.len();
            done.findings.extend(print(&view, at, &singles, outputs, progress)?);
        }
    }
    let is_missing = |id: &&String| !found.contains(id);
    let missing: Vec<&String> = wanted.ids.iter().filter(is_missing).collect();
    done.missing = Error::all(unknown(run, &view, &missing)?).err();
    Ok(done)
}

fn places(view: &PortfolioView, only: &[String]) -> Result<Vec<usize>> {
    let names: Vec<&str> = view.groups.iter().map(|group| group.name.as_str()).collect();
    Error::all(only.iter().filter(|wanted| !names.contains(&wanted.as_str())).map(|wanted| {
        let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let near = nearest(wanted, names.iter().copied()).map(|near| format!("`--only {near}`"));
        Error::new(format!("the run has no group `{wanted}`, expected {}", named.join(" or "))).hint_opt(near)
    }))?;
    let is_wanted = |at: &usize| only.is_empty() || only.iter().any(|wanted| *wanted == view.groups[*at].name);
    Ok((0..view.groups.len()).filter(is_wanted).collect())
}

/// What there is to say of ids that are in no group.
fn unknown(run: &Path, view: &PortfolioView, ids: &[&String]) -> Result<Vec<Error>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = Vec::new();
    for group in &view.groups {
        known.extend(keys(&run.join(&group.name).join(SCORES))?);
    }
    let error = |id: &&String| {
        let near = nearest(id, known.iter().map(String::as_str)).map(|near| format!("`{near}`"));
        Error::new(format!("no subject with a score has the id `{id}`")).hint_opt(near)
    };
    Ok(ids.iter().map(error).collect())
}

/// The wanted subjects of a group: today's row of each, or all past ones where there is none; in the order of rank, then of
/// score.
fn read(group: &GroupView, folder: &Path, ids: &[String], as_of: NaiveDate) -> Result<Vec<Single>> {
    let [scores, points, features] = [SCORES, POINTS, FEATURES].map(|file| rows_of(&folder.join(file), ids));
    let (scores, points, features) = (scores?, points?, features?);
    let mut singles = Vec::new();
    for ((scores, points), features) in scores.iter().zip(&points).zip(&features) {
        let Some(view) = subject(group, (scores, points, features), as_of) else { continue };
        let Some((_, Value::Text(id))) = scores.first() else { continue };
        singles.push((text(scores, "history").as_deref() == Some("true"), Single { id: id.clone(), view }));
    }
    let today: BTreeSet<String> = singles.iter().filter(|of| !of.0).map(|of| of.1.id.clone()).collect();
    singles.retain(|(is_past, single)| !is_past || !today.contains(&single.id));
    let mut singles: Vec<Single> = singles.into_iter().map(|of| of.1).collect();
    let rank = |single: &Single| single.view.rank.unwrap_or(u32::MAX);
    singles.sort_by(|a, b| rank(a).cmp(&rank(b)).then(b.view.score.total_cmp(&a.view.score)));
    Ok(singles)
}

/// A row of the three tables as pages tell it; `None` without a score.
fn subject(group: &GroupView, (scores, points, features): (&Row, &Row, &Row), as_of: NaiveDate) -> Option<SubjectView> {
    let time: Option<NaiveDate> = time(scores).and_then(|time| time.parse().ok());
    let read_at = time.unwrap_or(as_of);
    let (score, base_score) = (number(scores, "score")?, number(scores, "base_score")?);
    let reasons: Vec<ReasonView> = (1..=5).filter_map(|k| reason(group, scores, k)).collect();
    let named: f64 = reasons.iter().map(|reason| reason.points).sum();
    let band = text(scores, "band")?;
    Some(SubjectView {
        id: text(scores, "page_name").or_else(|| first(scores))?,
        time,
        rank: number(scores, "rank").map(|rank| rank as u32),
        score,
        risk_low: number(scores, "risk_low"),
        risk_high: number(scores, "risk_high"),
        band: Band::ALL.into_iter().find(|known| known.name() == band)?,
        selected: text(scores, "selected").as_deref() == Some("true"),
        selected_because: text(scores, "selected_because"),
        value: number(scores, "value"),
        value_at_stake: number(scores, "value_at_stake"),
        base_score,
        rest_points: score - base_score - named,
        reasons,
        actions: (1..=3).filter_map(|k| action(scores, k)).collect(),
        points: after(points, "score").iter().map(|(_, value)| as_number(value)).collect(),
        values: last(features, group.columns.len())
            .iter()
            .zip(&group.columns)
            .map(|((_, value), column)| known(value, column, read_at))
            .collect(),
        scorer: number(scores, "fold").map_or(group.card.n_folds as u16, |fold| fold as u16),
    })
}

fn reason(group: &GroupView, scores: &Row, k: usize) -> Option<ReasonView> {
    let column = text(scores, &format!("reason_{k}_feature"))?;
    Some(ReasonView {
        sentence: text(scores, &format!("reason_{k}"))?,
        label: group.labels.get(&column).cloned().unwrap_or(column),
        points: number(scores, &format!("reason_{k}_points"))?,
    })
}

fn action(scores: &Row, k: usize) -> Option<ActionView> {
    Some(ActionView {
        sentence: text(scores, &format!("action_{k}"))?,
        score: number(scores, &format!("action_{k}_score"))?,
        cost: number(scores, &format!("action_{k}_cost"))?,
        proof: text(scores, &format!("action_{k}_proof"))?,
    })
}

/// A value as the model read it: of a date, the days before the row's time.
fn known(value: &Value, column: &ColumnView, read_at: NaiveDate) -> ValueView {
    match value {
        Value::Null => ValueView::Missing(()),
        Value::Text(text) if column.kind == FeatureKind::Date => text
            .parse::<NaiveDate>()
            .map_or(ValueView::Missing(()), |day| ValueView::Number((read_at - day).num_days() as f64)),
        Value::Text(text) => ValueView::Level(text.clone()),
        Value::Number(number) if column.levels.is_empty() => ValueView::Number(*number),
        Value::Number(number) => ValueView::Level(number.to_string()),
    }
}

fn as_number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => *number,
        _ => 0.0,
    }
}

fn first(row: &Row) -> Option<String> {
    match row.first()? {
        (_, Value::Text(id)) => Some(id.clone()),
        _ => None,
    }
}

/// The cells behind a column.
fn after<'a>(row: &'a Row, name: &str) -> &'a [(String, Value)] {
    let from = row.iter().position(|(column, _)| column == name).map_or(row.len(), |at| at + 1);
    &row[from..]
}

/// The last cells of a row.
fn last(row: &Row, n: usize) -> &[(String, Value)] {
    &row[row.len().saturating_sub(n)..]
}

#[cfg(test)]
mod tests {
    use super::{Single, file_name};
    use crate::base::units::Band;
    use crate::report::view::SubjectView;

    #[test]
    fn files_are_named_safely_and_apart() {
        let single = |id: &str| {
            let view = SubjectView {
                id: id.to_owned(),
                time: None,
                rank: None,
                score: 0.0,
                risk_low: None,
                risk_high: None,
                band: Band::Low,
                selected: false,
                selected_because: None,
                value: None,
                value_at_stake: None,
                base_score: 0.0,
                reasons: Vec::new(),
                rest_points: 0.0,
                actions: Vec::new(),
                points: Vec::new(),
                values: Vec::new(),
                scorer: 0,
            };
            file_name(&Single { id: id.to_owned(), view })
        };
        let names: Vec<String> = ["C-20417", "../x", "..\\x", "=cmd|' /C calc'!A0", "北京", "", &"Ä x".repeat(200)]
            .iter()
            .map(|id| single(id))
            .collect();
        let stems: Vec<&str> = names.iter().map(|name| &name[..name.len() - 21]).collect();
        assert_eq!(stems[..6], ["c-20417", "x", "x", "cmd-c-calc-a0", "subject", "subject"]);
        assert!(names.iter().all(|name| name.len() <= 61 && name.is_ascii() && !name.contains(['/', '\\', ' '])));
        let apart: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(apart.len(), names.len());
    }
}
