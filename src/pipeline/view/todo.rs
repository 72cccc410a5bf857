//! What to do first: changes of single columns, by how much of what is at stake they would take away.

use std::collections::{BTreeMap, BTreeSet};

use super::super::group::Judgement;
use super::label;
use crate::base::design::Value;
use crate::config::Stakeholders;
use crate::explain::Plan;
use crate::report::view::{Change, TodoView};
use crate::stats::resample::quantile;

/// Told at most.
const N_TODO: usize = 5;

/// Subjects whom the same change would help most.
#[derive(Default)]
struct Gathered {
    n: usize,
    from: Vec<f64>,
    to: Vec<f64>,
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
        of.from.extend(own);
        if let Value::Number(to) = to {
            of.to.push(*to);
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
    let name = &judgement.design.features[column].name;
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
        from: median(of.from),
        to: median(of.to),
        score_before: of.before / n,
        score_after: of.after / n,
        outcomes_fewer: (of.before - of.after) / 100.0,
        value_less: of.value,
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    quantile(&mut values, 0.5)
}
