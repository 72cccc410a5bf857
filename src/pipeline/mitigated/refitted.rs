//! Models fitted again for a mitigation, and the columns that it takes.

use std::collections::BTreeMap;

use super::pricer::Pricer;
use crate::audit::State;
use crate::audit::mitigate::{self, Columns, Mitigation, residualize};
use crate::base::Result;
use crate::base::design::{Design, Feature, FeatureKind};
use crate::base::groups::Grouping;
use crate::base::units::{Direction, Family};
use crate::config::Stakeholders;
use crate::explain;
use crate::pipeline::calibrated::Calibrated;
use crate::pipeline::group::{Judgement, Origin};
use crate::pipeline::rows;
use crate::stats::rank::{Ranking, delong_ranked};
use crate::train::{self, Evidence, Refit};

/// Columns that are taken for the drivers of a gap.
const N_DRIVERS: usize = 3;
/// Points by which a column must tell two groups apart to be taken for one.
const POINTS_MIN: f64 = 0.1;
/// Of intervals that are not used.
const CONFIDENCE: f64 = 0.95;
/// Rows that drivers are told by, at most.
const N_ROWS: usize = 5000;

impl Pricer<'_> {
    /// `None` where no model was trained.
    pub(super) fn evidence(&self) -> Option<Evidence<'_>> {
        let Origin::Trained { folds, .. } = &self.judgement.origin else { return None };
        let table = &self.judgement.table;
        let (design, history) = (self.design, &self.history[..]);
        Some(Evidence { design, outcome: &table.outcome, cluster: &table.cluster, history, folds, weigh: None })
    }

    /// Why a way that changes the model cannot be gone.
    pub(super) fn refusal(&self, mitigation: Mitigation, columns: &[String]) -> Option<String> {
        if matches!(self.judgement.origin, Origin::Reused(_)) {
            return Some("no model was trained in this run".to_owned());
        }
        let scorers = &self.judgement.judged.scorers;
        let families = || scorers.iter().map(|scorer| scorer.model.family);
        let other = |can: fn(Family) -> bool| families().find(|family| !can(*family)).map(Family::name);
        if mitigation == Mitigation::Reweighing {
            let family = other(train::takes_weights)?;
            return Some(format!("`{family}` takes no weights of rows; `model = \"additive\"` and `\"boosted\"` do"));
        }
        if columns.is_empty() {
            let reason = match self.stakeholders.mitigate.columns {
                Columns::Drivers => "no column tells the groups apart in points",
                Columns::Proxies => "no column was found to stand in for the feature",
                Columns::Named(_) => "the model knows none of the columns",
            };
            return Some(reason.to_owned());
        }
        match mitigation {
            Mitigation::Dropping if columns.len() >= self.design.features.len() => {
                Some("no column would be left".to_owned())
            }
            Mitigation::Residualizing if !columns.iter().any(|column| is_number(self.design, column)) => {
                Some("only numbers have a mean of their group to lose, and these columns hold levels".to_owned())
            }
            Mitigation::Monotonizing => match other(train::keeps_directions) {
                Some(family) => {
                    Some(format!("`{family}` keeps to no direction; `logistic`, `additive` and `boosted` do"))
                }
                None if self.directions(columns).is_empty() => {
                    Some("these columns hold levels, or their direction is declared already".to_owned())
                }
                None => None,
            },
            Mitigation::Flattening => {
                let family = other(|family| matches!(family, Family::Additive | Family::Logistic))?;
                Some(format!("`{family}` has no terms to flatten; `additive` and `logistic` do"))
            }
            _ => None,
        }
    }

    /// Risks of all rows by models of these designs: one for all folds, or one for each.
    pub(super) fn refit(
        &self,
        evidence: &Evidence<'_>,
        designs: &[&Design],
        train: &train::Settings,
    ) -> Result<Vec<f64>> {
        let scorers = &self.judgement.judged.scorers;
        let way = |fold: usize| Refit {
            design: designs[fold.min(designs.len() - 1)],
            family: scorers[fold].model.family,
            restraint: scorers[fold].tuned.value,
        };
        let ways: Vec<Refit<'_>> = (0..evidence.folds.parts.len()).map(way).collect();
        let mut risk = vec![None; evidence.outcome.len()];
        for (refitted, way) in train::refit(evidence, &ways, train, self.seed)?.iter().zip(&ways) {
            let calibrator = Calibrated::learn_risk(way.family.margin_unit(), &refitted.calibration).calibrator();
            for (row, margin) in refitted.out_of_fold.rows.iter().zip(&refitted.out_of_fold.margins) {
                risk[*row as usize] = Some(calibrator.value(*margin));
            }
        }
        Ok(self.rows.iter().filter_map(|row| risk[*row as usize]).collect())
    }

    /// For every fold the columns less the group means of the rows that its model learns from.
    pub(super) fn residual_designs(
        &self,
        evidence: &Evidence<'_>,
        grouping: &Grouping,
        columns: &[String],
    ) -> Vec<Design> {
        let design = |rows: &[u32]| {
            let mut design = self.design.clone();
            for feature in design.features.iter_mut().filter(|feature| columns.contains(&feature.name)) {
                if let Some(residual) = residualize(feature, &grouping.member, rows) {
                    *feature = residual;
                }
            }
            design
        };
        evidence.folds.parts.iter().map(|part| design(&part.train)).collect()
    }

    /// The direction in which past outcomes go with each of some columns: increasing where subjects with the outcome mostly
    /// have the higher value. Of numbers whose direction is not declared.
    pub(super) fn directions(&self, columns: &[String]) -> BTreeMap<String, Direction> {
        let is_open =
            |feature: &&Feature| columns.contains(&feature.name) && !self.train.directions.contains_key(&feature.name);
        let direction = |feature: &Feature| {
            let known = self.rows.iter().zip(&self.outcomes);
            let (values, outcomes): (Vec<f64>, Vec<bool>) =
                known.filter_map(|(row, outcome)| Some((feature.values.number(*row as usize)?, *outcome))).unzip();
            let area = delong_ranked(&Ranking::new(&values)?, &outcomes, None, CONFIDENCE).value?;
            let direction = if area >= 0.5 { Direction::Increasing } else { Direction::Decreasing };
            Some((feature.name.clone(), direction))
        };
        self.design.features.iter().filter(is_open).filter_map(direction).collect()
    }

    /// The columns that mitigations take: those of the config, those that stand in for the feature, the most telling first,
    /// or those that drive the gap most.
    ///
    /// With m_gc the mean points of column c in group g, s_g their sum and weights by the groups' shares, column c has
    /// the share cov(m_gc, s_g) / sd(s_g) of the spread sd(s_g) of the groups' mean points: shares add up to it, and a
    /// small group counts for little.
    pub(super) fn columns(&self, grouping: &Grouping) -> Vec<String> {
        let is_there = |column: &&String| self.design.features.iter().any(|feature| feature.name == **column);
        match &self.stakeholders.mitigate.columns {
            Columns::Named(named) => return named.iter().filter(is_there).cloned().collect(),
            Columns::Proxies => {
                let of_feature = self.proxies.iter().filter(|of| of.feature == grouping.feature);
                let found = of_feature.flat_map(|of| &of.columns).filter(|proxy| proxy.state == State::Proxy);
                return found.map(|proxy| &proxy.column).filter(is_there).cloned().collect();
            }
            Columns::Drivers => {}
        }
        let (rows, points) = &self.points;
        let member = |at: usize| grouping.member[rows[at] as usize] as usize;
        let mut sums = vec![vec![0.0; points.ncols()]; grouping.groups.len()];
        let mut shares = vec![0.0; grouping.groups.len()];
        for (at, points) in points.rows().into_iter().enumerate() {
            sums[member(at)].iter_mut().zip(points).for_each(|(sum, points)| *sum += points / rows.len() as f64);
            shares[member(at)] += 1.0 / rows.len() as f64;
        }
        let mut drivers: Vec<(f64, usize)> = mitigate::drivers(&sums, &shares).into_iter().zip(0..).collect();
        drivers.retain(|(points, _)| *points >= POINTS_MIN);
        drivers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let name = |(_, column): (f64, usize)| self.judgement.design.features[column].name.clone();
        drivers.into_iter().take(N_DRIVERS).map(name).collect()
    }
}

/// Points out of fold of a sample of rows.
pub(super) fn points(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    history: &[u32],
) -> Result<(Vec<u32>, ndarray::Array2<f64>)> {
    let Judgement { judged, design, .. } = judgement;
    let explainers = rows::explainers(&judged.scorers, stakeholders.explain.perturbation);
    let scorers = rows::scorers(&explainers, design)?;
    let sampled = explain::spaced(history, N_ROWS);
    let scored: Vec<(u32, u16)> =
        sampled.into_iter().filter_map(|row| Some((row, judged.scorer[row as usize]?))).collect();
    let points = explain::attribute(&scorers, &scored, design.features.len()).points;
    Ok((scored.into_iter().map(|(row, _)| row).collect(), points))
}

pub(super) fn is_number(design: &Design, column: &str) -> bool {
    design.features.iter().any(|feature| feature.name == column && feature.kind != FeatureKind::Level)
}

pub(super) fn without(design: &Design, columns: &[String]) -> Design {
    let kept = design.features.iter().filter(|feature| !columns.contains(&feature.name));
    Design { n_subjects: design.n_subjects, features: kept.cloned().collect() }
}
