//! All ways to narrow a gap, judged on the same past subjects.

use std::collections::BTreeMap;

use super::applied::{self, weigh};
use super::refitted::{is_number, points, without};
use super::{GroupCut, Priced, Step};
use crate::audit::Proxies;
use crate::audit::mitigate::{
    Apply, Figures, Judged, Mitigation, Parity, Person, group_cuts, on_the_way, reselect, weigh_up,
};
use crate::base::design::Design;
use crate::base::groups::Grouping;
use crate::base::population::Population;
use crate::base::{Progress, Result, Seed};
use crate::config::Stakeholders;
use crate::pipeline::group::Judgement;
use crate::score::{self, Bands, Costs};
use crate::train::{self, Evidence};

/// Steps from the common cut to parity.
const N_STEPS: u32 = 8;

const SENSITIVE: &str = "decides by who belongs to which group: in many places the law forbids that or asks for more \
                         than a good purpose, so have it checked before it is applied";

/// History as all mitigations see it; one entry per row of `rows`.
pub(super) struct Pricer<'a> {
    pub(super) stakeholders: &'a Stakeholders,
    pub(super) judgement: &'a Judgement,
    pub(super) seed: Seed,
    /// Of the told features.
    pub(super) proxies: &'a [Proxies],
    /// What the model would see if nothing were applied.
    pub(super) design: &'a Design,
    pub(super) train: &'a train::Settings,
    pub(super) history: Vec<u32>,
    pub(super) rows: Vec<u32>,
    pub(super) outcomes: Vec<bool>,
    pub(super) gains: Option<Vec<f64>>,
    /// Without what is applied to the model; with it where [`Pricer::blind`] says that nobody knows them without.
    pub(super) risks: Vec<f64>,
    /// Rows of a sample, with their points by column.
    pub(super) points: (Vec<u32>, ndarray::Array2<f64>),
}

/// What is known of one feature.
struct Case<'a> {
    grouping: &'a Grouping,
    /// The group of each row.
    member: Vec<u32>,
    /// What mitigations take.
    columns: Vec<String>,
    /// As it is.
    plain: Figures,
}

impl<'a> Pricer<'a> {
    pub(super) fn new(
        stakeholders: &'a Stakeholders,
        judgement: &'a Judgement,
        proxies: &'a [Proxies],
        seed: Seed,
    ) -> Result<Self> {
        let Judgement { table, judged, .. } = judgement;
        let mut rows = table.rows_of(Population::History);
        rows.retain(|row| judged.risk[*row as usize].is_some() && table.outcome[*row as usize].is_some());
        let outcomes: Vec<bool> = rows.iter().map(|row| table.outcome[*row as usize] == Some(true)).collect();
        let unmitigated = judgement.unmitigated.as_ref();
        let mut pricer = Self {
            stakeholders,
            judgement,
            seed,
            proxies,
            design: unmitigated.map_or(&judgement.design, |plain| &plain.design),
            train: unmitigated.map_or(&stakeholders.train, |plain| &plain.train),
            history: table.rows_of(Population::History),
            gains: gains(stakeholders, judgement, &rows, &outcomes),
            risks: rows.iter().filter_map(|row| judged.risk[*row as usize]).collect(),
            points: points(stakeholders, judgement, &rows)?,
            outcomes,
            rows,
        };
        let plain = pricer.evidence().filter(|_| unmitigated.is_some());
        let plain = plain.map(|evidence| pricer.refit(&evidence, &[pricer.design], pricer.train)).transpose()?;
        if let Some(plain) = plain {
            pricer.risks = plain;
        }
        Ok(pricer)
    }

    pub(super) fn price(&self, grouping: &Grouping, progress: &dyn Progress) -> Result<Vec<Priced>> {
        let member: Vec<u32> = self.rows.iter().map(|row| grouping.member[*row as usize]).collect();
        let selected = self.selected(&self.risks);
        let plain = weigh_up(&self.judged(grouping, &member, &self.risks, &selected));
        let case = Case { grouping, member, columns: self.columns(grouping), plain };
        let mut priced = vec![self.as_is(&case)];
        for mitigation in Mitigation::ALL {
            priced.push(self.price_one(mitigation, &case)?);
            progress.advance(1);
        }
        Ok(priced)
    }

    /// The run without what is applied; without figures where nobody knows them.
    fn as_is(&self, case: &Case<'_>) -> Priced {
        let reason = self.blind();
        let figures = if reason.is_none() { case.plain.clone() } else { Figures::default() };
        let applied = self.stakeholders.mitigate.apply == Apply::Nothing;
        Priced { applied, available: reason.is_none(), reason, ..blank("none", case.grouping, figures) }
    }

    /// Why nothing is known of what the model would be without what is applied to it; `None` where it is.
    fn blind(&self) -> Option<String> {
        let is_blind = self.judgement.unmitigated.is_some() && self.evidence().is_none();
        is_blind.then(|| "the model is mitigated, and none was trained in this run that is not".to_owned())
    }

    fn price_one(&self, mitigation: Mitigation, case: &Case<'_>) -> Result<Priced> {
        let Case { grouping, columns, .. } = case;
        let mut priced = Priced {
            applied: self.is_applied(grouping, mitigation),
            uses_sensitive_at_decision: mitigation.uses_sensitive_at_decision(),
            warning: mitigation.uses_sensitive_at_decision().then_some(SENSITIVE),
            ..blank(mitigation.name(), grouping, Figures::default())
        };
        priced.reason = match mitigation {
            // cuts are set by the risks of the model as it is
            Mitigation::Thresholds(_) => self.blind(),
            // what the run has done can be told without another model
            _ => self.refusal(mitigation, columns).filter(|_| !priced.applied),
        };
        priced.available = priced.reason.is_none();
        if !priced.available {
            return Ok(priced);
        }
        if let Mitigation::Thresholds(parity) = mitigation {
            self.price_cuts(&mut priced, case, parity);
            return Ok(priced);
        }
        priced.columns = match mitigation {
            Mitigation::Reweighing => Vec::new(),
            Mitigation::Residualizing => {
                columns.iter().filter(|column| is_number(self.design, column)).cloned().collect()
            }
            Mitigation::Monotonizing => {
                priced.directions = self.directions(columns);
                columns.iter().filter(|column| priced.directions.contains_key(*column)).cloned().collect()
            }
            _ => columns.clone(),
        };
        let risks = match self.evidence().filter(|_| !priced.applied) {
            Some(evidence) => self.risks_of(mitigation, grouping, &priced.columns, &evidence)?,
            None => self.rows.iter().filter_map(|row| self.judgement.judged.risk[*row as usize]).collect(),
        };
        priced.figures = weigh_up(&self.judged(grouping, &case.member, &risks, &self.selected(&risks)));
        Ok(priced)
    }

    /// Risks by models that are fitted again.
    fn risks_of(
        &self,
        mitigation: Mitigation,
        grouping: &Grouping,
        columns: &[String],
        evidence: &Evidence<'_>,
    ) -> Result<Vec<f64>> {
        match mitigation {
            Mitigation::Reweighing => {
                let weigh = weigh(grouping, evidence.outcome);
                self.refit(&Evidence { weigh: Some(&weigh), ..*evidence }, &[self.design], self.train)
            }
            Mitigation::Dropping => self.refit(evidence, &[&without(self.design, columns)], self.train),
            Mitigation::Flattening => {
                let edits = applied::flat(self.design, columns);
                let train = train::Settings { edits: [self.train.edits.clone(), edits].concat(), ..self.train.clone() };
                self.refit(evidence, &[self.design], &train)
            }
            Mitigation::Monotonizing => {
                let mut train = self.train.clone();
                train.directions.extend(self.directions(columns));
                self.refit(evidence, &[self.design], &train)
            }
            Mitigation::Residualizing => {
                let designs = self.residual_designs(evidence, grouping, columns);
                self.refit(evidence, &designs.iter().collect::<Vec<_>>(), self.train)
            }
            // cuts move nobody's risk
            Mitigation::Thresholds(_) => Ok(self.risks.clone()),
        }
    }

    /// Figures under cuts by group, on the way to them, and at the end.
    fn price_cuts(&self, priced: &mut Priced, case: &Case<'_>, parity: Parity) {
        let (people, cut) = (self.people(&case.member), self.cut(&self.risks));
        let (n_groups, least) = (case.grouping.groups.len(), self.stakeholders.audit.min_group);
        let judged = |cuts: &[f64]| {
            let selected: Vec<bool> = people.iter().map(|person| person.risk >= cuts[person.group as usize]).collect();
            reselect(&case.plain, &self.judged(case.grouping, &case.member, &self.risks, &selected))
        };
        let of_run = self.judgement.judged.by_group.as_ref().filter(|_| priced.applied);
        let cuts = of_run.map_or_else(|| group_cuts(&people, n_groups, cut, parity, least), |of| of.cuts.clone());
        priced.figures = judged(&cuts);
        let told = priced.figures.groups.iter().filter_map(|told| {
            let at = case.grouping.groups.iter().position(|group| *group == told.group)?;
            Some(GroupCut { group: told.group.clone(), cut: cuts[at] })
        });
        priced.cuts = told.collect();
        priced.frontier = (0..=N_STEPS)
            .map(|step| {
                let share = f64::from(step) / f64::from(N_STEPS);
                let figures = judged(&on_the_way(&people, n_groups, cut, (parity, share), least));
                let Figures { profit, n_selected, n_found, gaps, .. } = figures;
                let gap = match parity {
                    Parity::TruePositiveRate => gaps.true_positive_rate_difference,
                    _ => gaps.selection_rate_difference,
                };
                Step { share, gap, profit, n_selected, n_found }
            })
            .collect();
    }

    fn people(&self, member: &[u32]) -> Vec<Person> {
        let all = self.risks.iter().zip(member).zip(&self.outcomes);
        all.map(|((risk, group), outcome)| Person { risk: *risk, group: *group, outcome: Some(*outcome) }).collect()
    }

    /// The common cut by these risks: where bands are limits or follow costs, that of the run; of a capacity, so many as
    /// the run's cut selects of the same rows.
    fn cut(&self, risks: &[f64]) -> f64 {
        let judged = &self.judgement.judged;
        if !matches!(self.stakeholders.score.bands, Bands::Capacity(_)) || risks == self.risks {
            return judged.selected_from;
        }
        let n = self.risks.iter().filter(|risk| **risk >= judged.selected_from).count();
        let people: Vec<(f64, Option<f64>)> = risks.iter().map(|risk| (*risk, None)).collect();
        score::set_cuts(&Bands::Capacity(n), &people).high
    }

    fn selected(&self, risks: &[f64]) -> Vec<bool> {
        let cut = self.cut(risks);
        risks.iter().map(|risk| *risk >= cut).collect()
    }

    fn judged<'b>(
        &'b self,
        grouping: &'b Grouping,
        member: &'b [u32],
        risks: &'b [f64],
        selected: &'b [bool],
    ) -> Judged<'b> {
        let least = self.stakeholders.audit.min_group;
        let (outcomes, gains) = (&self.outcomes[..], self.gains.as_deref());
        Judged { risks, outcomes, selected, gains, member, groups: &grouping.groups, least }
    }

    /// Whether the run's scores and selection are those of a mitigation.
    fn is_applied(&self, grouping: &Grouping, mitigation: Mitigation) -> bool {
        match (&self.stakeholders.mitigate.apply, mitigation) {
            (Apply::Reweighing(feature), Mitigation::Reweighing) => *feature == grouping.feature,
            (Apply::Thresholds(feature, applied), Mitigation::Thresholds(parity)) => {
                *feature == grouping.feature && *applied == parity
            }
            (Apply::Dropping, Mitigation::Dropping) | (Apply::Flattening, Mitigation::Flattening) => true,
            _ => false,
        }
    }
}

fn blank(mitigation: &'static str, grouping: &Grouping, figures: Figures) -> Priced {
    Priced {
        mitigation,
        feature: grouping.feature.clone(),
        applied: false,
        available: true,
        reason: None,
        uses_sensitive_at_decision: false,
        warning: None,
        columns: Vec::new(),
        directions: BTreeMap::new(),
        cuts: Vec::new(),
        frontier: Vec::new(),
        figures,
    }
}

/// By what happened: success × loss of those with the outcome, less the cost.
fn gains(stakeholders: &Stakeholders, judgement: &Judgement, rows: &[u32], outcomes: &[bool]) -> Option<Vec<f64>> {
    let Bands::Costs(Costs { intervention, success, outcome }) = &stakeholders.score.bands else { return None };
    let value = |row: u32| judgement.table.value.as_ref().and_then(|value| value[row as usize]);
    let gain = |(row, happened): (&u32, &bool)| {
        let averted = if *happened { success * outcome.or(value(*row)).unwrap_or(0.0) } else { 0.0 };
        averted - intervention
    };
    Some(rows.iter().zip(outcomes).map(gain).collect())
}
