//! Explanations for people: the score, its reasons, what could be done, the way to the score, and earlier runs.

use console::{measure_text_width, truncate_str};

use super::bars::Scale;
use crate::cli::terminal::{Look, paint};
use crate::pipeline::{Explanation, Moment, Share};
use crate::report::chart::others;
use crate::report::words::{capitalized, printable};

/// Letters of a label: at least, and at most.
const LABEL: (usize, usize) = (14, 48);
/// Letters of a bar: at least where there are bars, and at most.
const BAR: (usize, usize) = (8, 60);
/// Letters of a number, such as `-12.3`.
const NUMBER: usize = 6;
/// Letters of a line that are neither label nor bar.
const BESIDE: usize = 2 + 2 + NUMBER + 2;
/// Runs that are listed.
const N_RUNS: usize = 12;

/// Raises, lowers.
const COLORS: [&str; 2] = ["31", "36"];

/// All explanations, with the history of a subject after the last of its rows.
pub fn text(explanations: &[Explanation], look: Look) -> String {
    let is_last = |place: usize| {
        let key = |of: &Explanation| (of.stakeholders.clone(), of.id.clone());
        explanations[place + 1..].iter().all(|later| key(later) != key(&explanations[place]))
    };
    let of = |(place, explanation): (usize, &Explanation)| {
        let mut lines = vec![title(explanation)];
        lines.extend(explanation.selected_because.iter().map(|because| format!("  {}", printable(because))));
        lines.extend(explanation.reasons.iter().map(|reason| format!("  {}", printable(reason))));
        lines.extend(actions(explanation));
        lines.extend(waterfall(explanation, look));
        if is_last(place) {
            lines.extend(history(&explanation.history));
        }
        lines.push(String::new());
        lines.join("\n")
    };
    explanations.iter().enumerate().map(of).collect::<Vec<_>>().join("\n")
}

fn title(explanation: &Explanation) -> String {
    let Explanation { stakeholders, id, time, score, band, .. } = explanation;
    let time = time.as_ref().map_or_else(String::new, |time| format!(" at {time}"));
    printable(&format!("{stakeholders} {id}{time}: score {score:.1}, {band}"))
}

fn actions(explanation: &Explanation) -> Vec<String> {
    let heading = "  what could be done (the model's score, not a promise)".to_owned();
    let lines = explanation.actions.iter().map(|action| {
        let proof = match action.proof.as_deref() {
            None => String::new(),
            // by itself it could be read as if the plan were not proven
            Some("none exists") => " [way below the cut: none exists]".to_owned(),
            Some(proof) => format!(" [{proof}]"),
        };
        format!("    {}{proof}", printable(&action.sentence))
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { lines } else { [heading].into_iter().chain(lines).collect() }
}

/// A line of the waterfall.
struct Step {
    label: String,
    /// As printed.
    number: String,
    from: f64,
    to: f64,
    color: Option<&'static str>,
}

impl Step {
    fn of_points(label: String, tenths: i64, from: f64, to: f64) -> Self {
        let number = if tenths == 0 { "0.0".to_owned() } else { format!("{:+.1}", tenths as f64 / 10.0) };
        Self { label, number, from, to, color: Some(COLORS[usize::from(to < from)]) }
    }
}

/// A line a column from the starting point to the score; the printed numbers add up.
fn waterfall(explanation: &Explanation, look: Look) -> Vec<String> {
    let steps = steps(explanation);
    let longest = steps.iter().map(|step| measure_text_width(&step.label)).max().unwrap_or(0);
    let room = look.width.saturating_sub(BESIDE + BAR.0).clamp(LABEL.0, LABEL.1);
    let label_width = longest.clamp(LABEL.0, room);
    let bar_width = look.width.saturating_sub(BESIDE + label_width).min(BAR.1);
    let bar_width = if bar_width < BAR.0 { 0 } else { bar_width };
    let scale = Scale::new(steps.iter().map(|step| step.to), bar_width);
    let line = |step: &Step| {
        let label = truncate_str(&step.label, label_width, "…");
        let blanks = " ".repeat(label_width.saturating_sub(measure_text_width(&label)));
        let bar = scale.bar(step.from, step.to);
        let place = bar.len() - bar.trim_start().len();
        let bar = bar[..place].to_owned()
            + &paint(&bar[place..], step.color.unwrap_or(""), look.color && step.color.is_some());
        format!("  {label}{blanks}  {:>NUMBER$}  {bar}", step.number).trim_end().to_owned()
    };
    steps.iter().map(line).collect()
}

/// From the starting point over the columns to the score. Every number is rounded by itself, as in the reasons; what is
/// then missing to the printed score stands with the columns that are too small for a line.
fn steps(explanation: &Explanation) -> Vec<Step> {
    let Explanation { score, base_score, shares, .. } = explanation;
    let plain = |label: &str, score: f64| {
        let number = format!("{score:.1}");
        Step { label: label.to_owned(), number, from: 0.0, to: score, color: None }
    };
    let mut steps = vec![plain("Starting point", *base_score)];
    let (told, small): (Vec<&Share>, Vec<&Share>) = shares.iter().partition(|share| tenths(share.points) != 0);
    let (mut reached, mut printed) = (*base_score, tenths(*base_score));
    for share in told {
        let label = capitalized(&printable(&share.label));
        steps.push(Step::of_points(label, tenths(share.points), reached, reached + share.points));
        reached += share.points;
        printed += tenths(share.points);
    }
    let rest = tenths(*score) - printed;
    let is_rounded = rest != tenths(small.iter().map(|share| share.points).sum());
    let label = match (small.len(), is_rounded) {
        (0, _) => "Rounding".to_owned(),
        (n, true) => format!("{} and rounding", others(n)),
        (n, false) => others(n),
    };
    if !small.is_empty() || rest != 0 {
        steps.push(Step::of_points(label, rest, reached, *score));
    }
    steps.push(plain("Score", *score));
    steps
}

/// A number of one printed decimal, in tenths.
fn tenths(number: f64) -> i64 {
    // through the text, so that it is rounded as printed numbers are
    format!("{number:.1}").replace('.', "").parse().unwrap_or(0)
}

/// A line a run, where there is more than one.
fn history(moments: &[Moment]) -> Vec<String> {
    let Some(this) = moments.iter().rfind(|moment| moment.is_this).filter(|_| moments.len() > 1) else {
        return Vec::new();
    };
    let told = &moments[moments.len().saturating_sub(N_RUNS)..];
    let mut lines = vec!["  over the runs".to_owned()];
    if told.len() < moments.len() {
        lines.push(format!("    {} earlier runs: see `--json`", moments.len() - told.len()));
    }
    let rows: Vec<[String; 4]> = told.iter().map(cells).collect();
    let width = |cell: usize| rows.iter().map(|row| measure_text_width(&row[cell])).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    lines.extend(rows.iter().zip(told).map(|(row, moment)| {
        let pad = |cell: usize| " ".repeat(widths[cell] - measure_text_width(&row[cell]));
        let [run, score, band, reason] = row;
        let line =
            format!("    {run}{}  {}{score}  {band}{}  {reason}{}  {}", pad(0), pad(1), pad(2), pad(3), note(moment));
        line.trim_end().to_owned()
    }));
    if told.iter().any(|moment| moment.is_like == Some(true) && moment.model_as_of != this.model_as_of) {
        lines.push("    models were trained in between: scores differ by model as well as by data".to_owned());
    }
    lines
}

/// Run, score, band and first reason of a moment.
fn cells(moment: &Moment) -> [String; 4] {
    let reason = moment.reason.as_ref().map_or_else(String::new, |(label, points)| {
        let points = tenths(*points) as f64 / 10.0;
        format!("{} {points:+.1}", capitalized(&printable(label)))
    });
    [moment.run.clone(), format!("{:.1}", moment.score), moment.band.clone(), reason]
}

fn note(moment: &Moment) -> String {
    let time = moment.time.as_deref().filter(|_| moment.is_past);
    let past = moment.is_past.then(|| time.map_or_else(|| "past row".to_owned(), |time| format!("past row of {time}")));
    let model = (moment.is_like == Some(false)).then(|| format!("another model: {}", moment.family.name()));
    let this = moment.is_this.then(|| "this run".to_owned());
    [this, past, model].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(base_score: f64, points: &[f64]) -> Explanation {
        let share = |(place, points): (usize, &f64)| Share {
            column: format!("c{place}"),
            label: format!("which column of the table it is, {place}"),
            unit: None,
            points: *points,
        };
        Explanation {
            stakeholders: "customers".to_owned(),
            subject: "customer".to_owned(),
            id: "C\u{1b}[31m1".to_owned(),
            time: None,
            score: base_score + points.iter().sum::<f64>(),
            base_score,
            band: "low".to_owned(),
            selected_because: None,
            reasons: Vec::new(),
            actions: Vec::new(),
            shares: points.iter().enumerate().map(share).collect(),
            history: Vec::new(),
        }
    }

    fn last_steps(explanation: &Explanation) -> Vec<String> {
        let steps = steps(explanation);
        steps.iter().rev().take(2).rev().map(|step| format!("{} {}", step.label, step.number)).collect()
    }

    #[test]
    fn what_rounding_leaves_is_told() {
        let label = "Which column of the table it is, 0 +1.0";
        assert_eq!(last_steps(&of(10.0, &[1.0])), [label, "Score 11.0"]);
        assert_eq!(last_steps(&of(10.0, &[1.0, 0.04])), ["1 other column 0.0", "Score 11.0"]);
        assert_eq!(last_steps(&of(10.0, &[1.0, 0.04, 0.04])), ["2 other columns +0.1", "Score 11.1"]);
        assert_eq!(last_steps(&of(10.04, &[1.04, -0.04])), ["1 other column 0.0", "Score 11.0"]);
        assert_eq!(last_steps(&of(10.04, &[1.04, 0.01])), ["1 other column and rounding +0.1", "Score 11.1"]);
        assert_eq!(last_steps(&of(10.04, &[1.04])), ["Rounding +0.1", "Score 11.1"]);
        assert_eq!(last_steps(&of(10.0, &[])), ["Starting point 10.0", "Score 10.0"]);
    }

    #[test]
    fn lines_fit_and_colors_are_ours_alone() {
        let explanation = of(10.0, &[60.0, -30.0, 0.01]);
        for (width, color) in [(40, false), (60, true), (120, true)] {
            let text = text(std::slice::from_ref(&explanation), Look { width, color });
            assert!(text.lines().all(|line| measure_text_width(line) <= width), "{text}");
            // the id's own escape is gone; a color begins and ends once a step
            assert_eq!(text.matches('\u{1b}').count(), if color { 6 } else { 0 }, "{text}");
            assert_eq!(text.contains('…'), width == 40, "{text}");
        }
        let narrow = waterfall(&explanation, Look { width: 20, color: false });
        assert!(narrow.iter().all(|line| !line.contains('█')), "{narrow:?}");
    }
}
