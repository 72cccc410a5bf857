//! What changed since the compared run, with its causes told apart: who came and left, what is known of the others, the
//! model, and where it is cut.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::group::Judgement;
use super::FILE;
use crate::base::population::Population;
use crate::base::saved::SavedModel;
use crate::govern::{self, Compared};
use crate::load::{TodayRow, today};
use crate::report::view::{ChangePart, ChangeParts, ChangeView};

/// The compared run's figures of the same group, from its view; its parts where the earlier model can be asked.
pub(super) fn change(compared: &Compared, name: &str, judgement: &Judgement) -> Option<ChangeView> {
    let view: Value = serde_json::from_str(&govern::read_text(&compared.path, FILE).ok()?).ok()?;
    let group = view["groups"].as_array()?.iter().find(|group| group["name"] == name)?;
    // figures of the past and figures of today cannot be compared
    if group["population"] != serde_json::to_value(judgement.judged.reported).ok()? {
        return None;
    }
    let is_of_today = judgement.judged.reported == Population::Today;
    Some(ChangeView {
        n_selected_before: usize::try_from(group["n_selected"].as_u64()?).ok()?,
        value_at_stake_before: group["value_at_stake"].as_f64(),
        parts: is_of_today.then(|| parts(compared, name, judgement)).flatten(),
    })
}

/// Who is selected, and what is at stake with them.
#[derive(Clone, Copy, Default)]
struct Held {
    n: i64,
    value: Option<f64>,
}

impl Held {
    fn of(selected: bool, risk: f64, value: Option<f64>) -> Self {
        Self { n: i64::from(selected), value: value.map(|value| if selected { risk * value } else { 0.0 }) }
    }

    fn less(self, other: Self) -> Self {
        let value = Some(self.value.unwrap_or(0.0) - other.value.unwrap_or(0.0));
        Self { n: self.n - other.n, value: value.filter(|_| self.value.is_some() || other.value.is_some()) }
    }

    fn add(&mut self, other: Self) {
        self.n += other.n;
        if let Some(value) = other.value {
            self.value = Some(self.value.unwrap_or(0.0) + value);
        }
    }

    fn part(self) -> ChangePart {
        ChangePart { n: self.n, value_at_stake: self.value }
    }
}

/// The change in five parts that add up to it, by the earlier model on today's subjects; `None` where that model cannot be
/// asked, where either run cuts by group, or where subjects have no ids, or ids of another column.
fn parts(compared: &Compared, name: &str, judgement: &Judgement) -> Option<ChangeParts> {
    let Judgement { table, judged, design, .. } = judgement;
    let folder = compared.path.join(name);
    let before: BTreeMap<String, Held> = today(&folder.join("scores.parquet"))
        .ok()?
        .into_iter()
        .map(|row: TodayRow| {
            let held = Held::of(row.selected, row.risk, row.value);
            (row.id, held)
        })
        .collect();
    let model = SavedModel::parse(&govern::read_text(&folder, "model.json").ok()?).ok()?;
    // without ids nobody can tell who is who
    let is_cut_by_group = model.validation["decision"]["by_group"]["feature"].is_string() || judged.by_group.is_some();
    if is_cut_by_group || model.id.as_deref() != Some(table.id_name.as_str()) {
        return None;
    }
    let bound = model.last.model.bind(design).ok()?;
    let from = model.cuts.from(model.selected_from);
    let mut ids = BTreeSet::new();
    let [mut came, mut left, mut data, mut by_model, mut by_cut] = [Held::default(); 5];
    for row in table.rows_of(Population::Today) {
        let place = row as usize;
        let Some(risk) = judged.risk[place] else { continue };
        let value = table.value.as_ref().and_then(|value| value[place]);
        let then = model.last.calibrator.value(bound.margin(place));
        let by_then = Held::of(then >= from, then, value);
        let cut_as_then = Held::of(risk >= from, risk, value);
        by_model.add(cut_as_then.less(by_then));
        by_cut.add(Held::of(judged.is_selected(place) == Some(true), risk, value).less(cut_as_then));
        match before.get(&table.ids[place]) {
            Some(was) => data.add(by_then.less(*was)),
            None => came.add(by_then),
        }
        ids.insert(&table.ids[place]);
    }
    for (_, was) in before.iter().filter(|(id, _)| !ids.contains(id)) {
        left.add(Held::default().less(*was));
    }
    let [came, left, data, model, cut] = [came, left, data, by_model, by_cut].map(Held::part);
    Some(ChangeParts { came, left, data, model, cut: Some(cut) })
}
