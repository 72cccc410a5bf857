//! Whom the pages speak of: reported subjects with their bands and what is at stake.

use super::super::group::Judgement;
use crate::base::units::Band;
use crate::report::view::BandView;

/// A reported subject that has a score.
pub(super) struct Person {
    pub risk: f64,
    pub value: Option<f64>,
    band: Band,
    is_selected: bool,
}

pub(super) struct People {
    pub all: Vec<Person>,
    pub has_value: bool,
}

impl People {
    pub fn of(judgement: &Judgement) -> Self {
        let Judgement { table, judged, .. } = judgement;
        let person = |row: u32| {
            let risk = judged.risk[row as usize]?;
            let value = table.value.as_ref().and_then(|value| value[row as usize]);
            let is_selected = judged.is_selected(row as usize) == Some(true);
            Some(Person { risk, value, band: judged.cuts.band(risk), is_selected })
        };
        let all = table.rows_of(judged.reported).into_iter().filter_map(person).collect();
        Self { all, has_value: table.value.is_some() }
    }

    pub fn selected(&self) -> impl Iterator<Item = &Person> {
        self.all.iter().filter(|person| person.is_selected)
    }

    /// Subjects per point of score.
    pub fn histogram(&self) -> Vec<u64> {
        let mut counts = vec![0; 100];
        for person in &self.all {
            // a risk of 1 belongs to the last bin
            let bin = ((100.0 * person.risk) as usize).min(99);
            counts[bin] += 1;
        }
        counts
    }
}

pub(super) fn at_stake<'a>(has_value: bool, people: impl Iterator<Item = &'a Person>) -> Option<f64> {
    has_value.then(|| people.filter_map(|person| Some(person.risk * person.value?)).sum())
}

pub(super) fn bands(judgement: &Judgement, people: &People) -> Vec<BandView> {
    let cuts = &judgement.judged.cuts;
    let view = |band: Band| {
        let members = || people.all.iter().filter(move |person| person.band == band);
        let from = (100.0 * cuts.from(band)).min(100.0);
        BandView { band, from, n: members().count(), value_at_stake: at_stake(people.has_value, members()) }
    };
    cuts.bands().into_iter().map(view).collect()
}
