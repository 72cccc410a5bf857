//! What a run tells of its explanations: how they were come by, how far they can be trusted, and what matters overall.

use serde::Serialize;

use super::cohorts::{self, Parted};
use super::group::Judgement;
use super::rows::Told;
use crate::base::units::Band;
use crate::base::{Finding, Result, Seed};
use crate::config::Stakeholders;
use crate::explain::{self, Cohorts, Dependence, Explainer, Importance, Method, Profile, Scorer, Strongest};

/// Pairs of columns that are told.
const N_INTERACTIONS: usize = 10;
/// Columns whose dependence is told.
const N_DEPENDENCE: usize = 8;
/// Subjects that interactions are told by, at most.
const N_PAIRED: usize = 500;

/// The content of `explanation.json`.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// Of the model that scores today's subjects, then of the folds' models.
    method: Vec<Method>,
    quality: Quality,
    importance: Vec<Importance>,
    /// Pairs of columns that say most together.
    pub interactions: Strongest,
    /// Of the most important columns.
    pub dependence: Vec<Dependence>,
    /// Of every band in which somebody is, low to critical.
    pub profiles: Vec<BandProfile>,
    /// `None` where the selected do not part.
    pub cohorts: Option<Parted>,
}

/// Who is in a band.
#[derive(Debug, Serialize)]
pub struct BandProfile {
    pub band: Band,
    #[serde(flatten)]
    pub profile: Profile,
}

/// In numbers that `docs/explanations.md` defines; `None` where there is nothing to tell them by.
#[derive(Debug, Serialize)]
struct Quality {
    /// Points; the largest over all rows, before it was closed.
    additivity_error: f64,
    coverage: Option<f64>,
    stability: Option<f64>,
    faithfulness: Option<f64>,
}

/// Looks at the explanations of the subjects that the run speaks of.
///
/// # Errors
/// A column does not fit a model.
pub fn explained(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    explainers: &[Explainer<'_>],
    (told, cohorts): (&Told, Option<&Cohorts>),
    seed: Seed,
) -> Result<Explained> {
    let Judgement { table, design, judged, norms, .. } = judgement;
    let settings = &stakeholders.explain;
    // the last model first
    let scorers: Vec<Scorer<'_>> =
        explainers.iter().rev().map(|explainer| explainer.bind(design)).collect::<Result<_>>()?;
    let mut reported = table.rows_of(judged.reported);
    reported.retain(|row| judged.risk[*row as usize].is_some());
    let sampled = explain::spaced(&reported, explain::STABLE_ROWS);
    let importance = explain::importance(&scorers, &sampled, design);
    let column = |name: &str| design.features.iter().position(|feature| feature.name == name);
    let used = importance.iter().filter(|of| of.points > 0.0).take(N_DEPENDENCE);
    let columns: Vec<usize> = used.filter_map(|of| column(&of.feature)).collect();
    let few = explain::spaced(&reported, N_PAIRED);
    let last = &explainers[explainers.len() - 1];
    Ok(Explained {
        method: explainers.iter().rev().map(Explainer::method).collect(),
        quality: Quality {
            additivity_error: told.additivity_error,
            coverage: explain::coverage(&scorers[0], &reported, design, norms, settings),
            stability: explain::stability(&scorers, &sampled, design),
            faithfulness: explain::faithfulness(&scorers[0], &reported, design, seed.child("faithfulness"))?,
        },
        interactions: explain::strongest(last, design, &few, N_INTERACTIONS)?,
        dependence: explain::dependence(&scorers[0], design, &sampled, &columns)?,
        profiles: profiles(stakeholders, judgement, told, &reported),
        cohorts: cohorts.map(|cohorts| cohorts::tell(stakeholders, judgement, told, cohorts)),
        importance,
    })
}

fn profiles(stakeholders: &Stakeholders, judgement: &Judgement, told: &Told, reported: &[u32]) -> Vec<BandProfile> {
    let Judgement { design, judged, .. } = judgement;
    let profile = |(band, sums): (Band, &explain::Sums)| {
        let is_in = |row: &u32| judged.risk[*row as usize].is_some_and(|risk| judged.cuts.band(risk) == band);
        let rows: Vec<u32> = reported.iter().copied().filter(is_in).collect();
        let profile = explain::profile(sums, &rows, design, &stakeholders.explain)?;
        Some(BandProfile { band, profile })
    };
    Band::ALL.into_iter().zip(&told.bands).filter_map(profile).collect()
}

impl Explained {
    /// The mean margin over the background, of the model that scores today's subjects.
    pub fn base_margin(&self) -> f64 {
        self.method.first().map_or(0.0, |method| method.base_margin)
    }

    /// What of the explanations is weaker than the config wants.
    pub fn findings(&self, limits: explain::Limits) -> Vec<Finding> {
        self.quality.findings(limits)
    }
}

impl Quality {
    fn findings(&self, limits: explain::Limits) -> Vec<Finding> {
        let told = [
            (
                self.coverage,
                limits.coverage,
                "the reasons that are named cover a share of",
                "of the scores",
                "more reasons: `n_reasons = 5`",
            ),
            (
                self.stability,
                limits.stability,
                "attributions agree between the models of the folds with a rank correlation of",
                "only",
                "read single reasons with care: other rows would have given others",
            ),
            (
                self.faithfulness,
                limits.faithfulness,
                "replacing columns in the order of the reasons moves the scores by a factor of",
                "of what a random order does",
                "read single reasons with care: columns speak together",
            ),
        ];
        let finding = |(value, limit, before, after, hint): (Option<f64>, f64, &str, &str, &str)| {
            let value = value.filter(|value| *value < limit)?;
            let message = format!("{before} {value:.2} {after} (limit {limit})");
            Some(Finding::new("weak-explanations", message).hint(hint))
        };
        told.into_iter().filter_map(finding).collect()
    }
}
