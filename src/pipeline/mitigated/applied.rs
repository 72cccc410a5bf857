//! What the config asks to be really done about a gap.

use serde::Serialize;

use super::refitted::without;
use crate::audit::mitigate::{self, Apply, Parity, Person};
use crate::base::design::Design;
use crate::base::error::nearest;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::{Error, Finding, Result};
use crate::config::Stakeholders;
use crate::load::Table;
use crate::pipeline::judge::Judged;
use crate::train::{self, Change, Edit};

/// What the model would have been made of.
pub struct Unmitigated {
    pub design: Design,
    pub train: train::Settings,
}

/// A cut for each group of a sensitive feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupCuts {
    pub feature: String,
    pub groups: Vec<String>,
    /// The lowest risk that is selected.
    pub cuts: Vec<f64>,
    /// The group of each row of the table.
    #[serde(skip)]
    pub member: Vec<u32>,
}

impl GroupCuts {
    /// What a group's own cut did, in words; `None` where the common one would have decided alike.
    pub fn why(&self, risk: f64, row: usize, common: f64) -> Option<String> {
        let group = self.member[row] as usize;
        let (own, name) = (self.cuts[group], &self.groups[group]);
        let is_selected = risk >= own;
        // so many decimals that the two cuts are told apart
        let n_digits =
            (0..6).find(|n| format!("{:.n$}", 100.0 * own) != format!("{:.n$}", 100.0 * common)).unwrap_or(6);
        let points = |risk: f64| format!("{:.n_digits$}", 100.0 * risk);
        let told = match own > 1.0 {
            true => format!("nobody of group {name} is selected, others are from a score of {}", points(common)),
            false => format!("the cut for group {name} is {} instead of {}", points(own), points(common)),
        };
        let decision = if is_selected { "selected" } else { "not selected" };
        (is_selected != (risk >= common)).then(|| format!("{decision} because {told}"))
    }
}

/// Columns that mitigations are to take must be there.
///
/// # Errors
/// All that neither the table nor the design has, each with the nearest name that one of them does have.
pub fn ensure_columns(stakeholders: &Stakeholders, design: &Design, table: &Table) -> Result<()> {
    let known: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .chain(design.features.iter().map(|feature| feature.name.as_str()))
        .collect();
    let unknown = stakeholders.mitigate.columns.named().iter().filter(|name| !known.contains(&name.as_str()));
    Error::all(unknown.map(|name| {
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("remove `{name}` from `columns` in `mitigate`"),
        };
        Error::new(format!("`mitigate.columns` names `{name}`, which the table does not have")).hint(hint)
    }))
}

/// Leaves columns out of the design where that is applied; what it was, where the model is changed at all.
pub fn mitigate_design(stakeholders: &Stakeholders, design: &mut Design) -> Option<Unmitigated> {
    let settings = &stakeholders.mitigate;
    let train = stakeholders.train.clone();
    match &settings.apply {
        Apply::Nothing | Apply::Thresholds(..) => None,
        Apply::Reweighing(_) | Apply::Flattening => Some(Unmitigated { design: design.clone(), train }),
        Apply::Dropping => {
            let kept = without(design, settings.columns.named());
            Some(Unmitigated { design: std::mem::replace(design, kept), train })
        }
    }
}

/// The settings by which the model is fitted: with flat terms where that is applied.
pub fn settings_of(stakeholders: &Stakeholders, design: &Design) -> Stakeholders {
    let mut stakeholders = stakeholders.clone();
    if stakeholders.mitigate.apply == Apply::Flattening {
        stakeholders.train.edits.extend(flat(design, stakeholders.mitigate.columns.named()));
    }
    stakeholders
}

/// Edits that take out all terms of columns, those that they share with others too.
pub(super) fn flat(design: &Design, columns: &[String]) -> Vec<Edit> {
    let edit = |term: String| Edit { term, change: Change::Remove };
    let of_column = |column: &String| {
        let others: Vec<&str> =
            design.features.iter().map(|feature| feature.name.as_str()).filter(|name| name != column).collect();
        let pairs = others.into_iter().map(|other| edit(format!("{column} × {other}")));
        std::iter::once(edit(column.clone())).chain(pairs).collect::<Vec<Edit>>()
    };
    columns
        .iter()
        .filter(|name| design.features.iter().any(|feature| feature.name == **name))
        .flat_map(of_column)
        .collect()
}

/// The grouping by which rows of fits are weighed, where that is applied.
pub fn weighed_by<'a>(stakeholders: &Stakeholders, groupings: &'a [Grouping]) -> Option<&'a Grouping> {
    let Apply::Reweighing(feature) = &stakeholders.mitigate.apply else { return None };
    groupings.iter().find(|grouping| grouping.feature == *feature)
}

/// Weights of the rows of a fit that make groups and outcomes independent among these rows.
pub fn weigh<'a>(grouping: &'a Grouping, outcome: &'a [Option<bool>]) -> impl Fn(&[u32]) -> Vec<f64> + Sync + 'a {
    |rows| {
        let member: Vec<u32> = rows.iter().map(|row| grouping.member[*row as usize]).collect();
        let outcomes: Vec<bool> = rows.iter().map(|row| outcome[*row as usize] == Some(true)).collect();
        mitigate::weights(&member, &outcomes)
    }
}

/// Sets a cut for each group where that is applied: on the subjects that the run speaks of, whose choice it is; those of
/// equal true positive rates on history, where outcomes are known.
pub fn part(stakeholders: &Stakeholders, groupings: &[Grouping], table: &Table, judged: &mut Judged) {
    let Apply::Thresholds(feature, parity) = &stakeholders.mitigate.apply else { return };
    let Some(grouping) = groupings.iter().find(|grouping| grouping.feature == *feature) else { return };
    let population = if *parity == Parity::TruePositiveRate { Population::History } else { judged.reported };
    let person = |row: u32| {
        let (group, outcome) = (grouping.member[row as usize], table.outcome[row as usize]);
        Some(Person { risk: judged.risk[row as usize]?, group, outcome })
    };
    let people: Vec<Person> = table.rows_of(population).into_iter().filter_map(person).collect();
    let least = stakeholders.audit.min_group;
    let cuts = mitigate::group_cuts(&people, grouping.groups.len(), judged.selected_from, *parity, least);
    judged.by_group = Some(GroupCuts {
        feature: feature.clone(),
        groups: grouping.groups.clone(),
        cuts,
        member: grouping.member.clone(),
    });
}

/// What is done to the model itself, the same words for the same thing; `None`: nothing. Cuts by group act after it.
pub fn of_model(stakeholders: &Stakeholders) -> Option<String> {
    let columns = || {
        let mut names = stakeholders.mitigate.columns.named().to_vec();
        names.sort_unstable();
        names.dedup();
        names.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
    };
    match &stakeholders.mitigate.apply {
        Apply::Nothing | Apply::Thresholds(..) => None,
        Apply::Reweighing(feature) => {
            Some(format!("past rows are weighed so that outcomes do not depend on `{feature}`"))
        }
        Apply::Dropping => Some(format!("it does not see {}", columns())),
        Apply::Flattening => Some(format!("the terms of {} are flat", columns())),
    }
}

/// What is applied, for whoever reads the findings.
pub fn said(stakeholders: &Stakeholders) -> Option<Finding> {
    if let Apply::Thresholds(feature, _) = &stakeholders.mitigate.apply {
        let message = format!(
            "who is selected depends on `{feature}`: every group has a cut of its own, which the law may forbid"
        );
        let hint = "have it checked; without `apply` in `mitigate` one cut holds for all";
        return Some(Finding::new("group-thresholds", message).column(feature).hint(hint));
    }
    let done = of_model(stakeholders)?;
    Some(Finding::new("mitigated-model", format!("the model is mitigated: {done}")))
}
