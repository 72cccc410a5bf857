//! What to do first: changes of single columns, by how much of what is at stake they would take away.

use std::collections::{BTreeMap, BTreeSet};

use super::super::group::Judgement;
use super::label;
use crate::base::design::{FeatureKind, Value};
use crate::config::Stakeholders;
use crate::explain::Plan;
use crate::report::view::{Change, TodoView};

/// Told at most.
const N_TODO: usize = 5;

/// Subjects whom the same change would help most.
#[derive(Default)]
struct Gathered {
    n: usize,
    /// Of numbers: now, and after the change.
    moves: Vec<(f64, f64)>,
    before: f64,
    after: f64,
    value: Option<f64>,
}

/// Which column, to which level, or which way.
type Key = (usize, Option<String>, bool);

/// The changes that the first plan of subjects consists of, where it is one change only, gathered by column.
pub(super) fn todo(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    plans: &BTreeMap<u32, Vec<Plan>>,
) -> Vec<TodoView> {
    let Judgement { table, judged, design, .. } = judgement;
    let mut gathered: BTreeMap<Key, Gathered> = BTreeMap::new();
    for (row, plans) in plans {
        let row = *row as usize;
        let Some((plan, risk)) = plans.first().zip(judged.risk[row]) else { continue };
        let [(column, to)] = &plan.changes[..] else { continue };
        let own = design.features[*column].values.number(row);
        let key = match (to, own) {
            (Value::Level(level), _) => (*column, Some(level.clone()), false),
            (Value::Number(to), Some(own)) => (*column, None, *to > own),
            _ => continue,
        };
        let of = gathered.entry(key).or_default();
        of.n += 1;
        if let (Value::Number(to), Some(own)) = (to, own) {
            of.moves.push((own, *to));
        }
        of.before += 100.0 * risk;
        of.after += plan.score;
        if let Some(value) = table.value.as_ref().and_then(|value| value[row]) {
            of.value = Some(of.value.unwrap_or(0.0) + (risk - plan.score / 100.0) * value);
        }
    }
    let mut todo: Vec<TodoView> =
        gathered.into_iter().map(|(key, of)| view(stakeholders, judgement, key, of)).collect();
    let weight = |of: &TodoView| (of.value_less.unwrap_or(0.0), of.outcomes_fewer);
    todo.sort_by(|a, b| {
        let ((money_a, people_a), (money_b, people_b)) = (weight(a), weight(b));
        money_b.total_cmp(&money_a).then(people_b.total_cmp(&people_a)).then_with(|| a.label.cmp(&b.label))
    });
    // a column is told once: its best change
    let mut known = BTreeSet::new();
    todo.retain(|of| known.insert(of.label.clone()));
    todo.truncate(N_TODO);
    todo
}

fn view(stakeholders: &Stakeholders, judgement: &Judgement, (column, level, up): Key, of: Gathered) -> TodoView {
    let feature = &judgement.design.features[column];
    let name = &feature.name;
    let is_truth = feature.kind == FeatureKind::Boolean;
    let level = level.or_else(|| is_truth.then(|| if up { "yes" } else { "no" }.to_owned()));
    let example = in_the_middle(of.moves).filter(|_| !is_truth);
    let n = of.n as f64;
    TodoView {
        label: label(stakeholders, name),
        unit: stakeholders.explain.words.get(name).and_then(|words| words.unit.clone()),
        change: match level {
            Some(level) => Change::To(level),
            None if up => Change::Up,
            None => Change::Down,
        },
        n: of.n,
        from: example.map(|(from, _)| from),
        to: example.map(|(_, to)| to),
        score_before: of.before / n,
        score_after: of.after / n,
        outcomes_fewer: (of.before - of.after) / 100.0,
        value_less: of.value,
    }
}

/// The move of the subject in the middle, the lower one of two.
fn in_the_middle(mut moves: Vec<(f64, f64)>) -> Option<(f64, f64)> {
    moves.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    moves.get(moves.len().saturating_sub(1) / 2).copied()
}
