//! A group's results as files: model, validation, audit, charts.

use serde_json::json;

use super::audited::Audited;
use super::group::{Judgement, Origin};
use super::json::{compacted, write_compact, write_json};
use super::{mitigated, view};
use crate::audit;
use crate::base::saved::{FORMAT, FeatureSchema, SavedModel, SavedOutcome, SavedScorer, fingerprint};
use crate::base::{Error, Result};
use crate::config::{Plan, Stakeholders};
use crate::explain::{self, humanize};
use crate::govern::Outputs;
use crate::load;
use crate::report::chart;
use crate::report::pdf::AuditFile;
use crate::report::view::PublicAudit;

/// The published audit of a group.
pub const PUBLIC_AUDIT: &str = "audit_public.json";

/// Writes model, validation and audit of a group; gives back the published audit, where something was audited.
pub fn write_results(
    plan: &Plan,
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    audited: &Audited,
    outputs: &mut dyn Outputs,
) -> Result<Option<AuditFile>> {
    let path = |file: &str| format!("{}/{file}", stakeholders.name);
    write_model(plan, stakeholders, judgement, outputs)?;
    write_compact(outputs, &path("audit.json"), &audited.complete(stakeholders))?;
    let published = compacted(&audited.published(stakeholders)).into_bytes();
    outputs.write(&path(PUBLIC_AUDIT), &published)?;
    outputs.write(&path("audit_public.csv"), audit::csv(&audited.public).as_bytes())?;
    audit_file(published)
}

/// A published audit as its bytes say; `None` where nothing was audited.
///
/// # Errors
/// The bytes are no published audit.
pub fn audit_file(bytes: Vec<u8>) -> Result<Option<AuditFile>> {
    let audit: PublicAudit = serde_json::from_slice(&bytes)
        .map_err(|error| Error::new(format!("`{PUBLIC_AUDIT}` is no published audit: {error}")))?;
    Ok((!audit.rows.is_empty()).then_some(AuditFile { audit, bytes }))
}

/// Writes `model.json` and `validation.json` of a group.
pub fn write_model(
    plan: &Plan,
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    outputs: &mut dyn Outputs,
) -> Result<()> {
    let validation = validation_json(stakeholders, judgement);
    let model = saved_model(plan, stakeholders, judgement, validation.clone());
    write_compact(outputs, &format!("{}/model.json", stakeholders.name), &model)?;
    write_json(outputs, &format!("{}/validation.json", stakeholders.name), &validation)
}

/// The models of all folds, then the last, as `model.json` has them.
///
/// # Errors
/// A number is not finite.
pub fn scorers_json(judgement: &Judgement) -> Result<Vec<serde_json::Value>> {
    let json = |scorer: &SavedScorer| {
        serde_json::to_value(scorer).map_err(|error| Error::new(format!("a model cannot be written: {error}")))
    };
    judgement.judged.scorers.iter().map(json).collect()
}

fn validation_json(stakeholders: &Stakeholders, judgement: &Judgement) -> serde_json::Value {
    let Judgement { origin, judged, validated, .. } = judgement;
    let validation = &validated.all;
    let scorer = |(fold, scorer): (usize, &SavedScorer)| {
        json!({
            "fold": fold,
            "family": scorer.model.family,
            "n_rows_of_fit": scorer.n_rows,
            "tuned": scorer.tuned,
            "calibrator": scorer.calibrator,
            "n_calibration": scorer.n_calibration,
        })
    };
    let n_folds = judged.scorers.len().saturating_sub(1);
    let mut folds: Vec<serde_json::Value> = judged.scorers.iter().take(n_folds).enumerate().map(scorer).collect();
    let mut told = json!({
        "family": judged.family(),
        "n_history": validation.n_history,
        "n_outcomes": validation.n_outcomes,
        "out_of_fold": validation,
        "newest_block": validated.newest_block,
        "calibrator": judged.scorers.last().map(|last| last.calibrator),
        "calibrators": judged.compared,
        "reliability": validated.reliability,
        "segments": validated.segments,
        "decision": validated.decision,
    });
    match origin {
        Origin::Trained { folds: dealt, told: selection } => {
            for (told, part) in folds.iter_mut().zip(&dealt.parts) {
                told["block"] = json!(part.block);
                told["n_test"] = json!(part.test.len());
                told["n_train"] = json!(part.train.len());
            }
            told["fold_kind"] = json!(dealt.kind);
            told["choice"] = json!(selection.choice);
            told["learning_curve"] = json!(selection.curve);
            told["repeats"] = json!(selection.repeats);
            told["families"] = selection.families.iter().map(|of| (of.family.name().to_owned(), json!(of))).collect();
        }
        Origin::Reused(model) => told["model_as_of"] = json!(model.as_of),
    }
    told["folds"] = json!(folds);
    if let Some(said) = mitigated::said(stakeholders) {
        told["mitigation"] = json!(said.message);
    }
    let rules = rules(stakeholders, judgement);
    if !rules.is_empty() {
        told["rules"] = json!(rules);
    }
    told
}

/// The last model's leaves as sentences, where it is one tree.
fn rules(stakeholders: &Stakeholders, judgement: &Judgement) -> Vec<String> {
    let Some(last) = judgement.judged.scorers.last() else { return Vec::new() };
    let is_missing = |name: &str| {
        let feature = judgement.design.features.iter().find(|feature| feature.name == name);
        feature.is_some_and(|feature| (0..feature.values.len()).any(|row| feature.values.is_missing(row)))
    };
    let label = |name: &str| view::label(stakeholders, name);
    explain::rules(&last.model, &is_missing).iter().map(|rule| explain::sentence(rule, &label)).collect()
}

fn saved_model(
    plan: &Plan,
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    validation: serde_json::Value,
) -> SavedModel {
    if let Origin::Reused(model) = &judgement.origin {
        let (cuts, selected_from) = (judgement.judged.cuts, stakeholders.score.selected_from);
        let attributions = stakeholders.explain.perturbation;
        return SavedModel { validation, attributions, cuts, selected_from, ..(**model).clone() };
    }
    let Judgement { table, design, judged, norms, .. } = judgement;
    let features: Vec<FeatureSchema> = design
        .features
        .iter()
        .enumerate()
        .map(|(place, feature)| {
            let words = stakeholders.explain.words.get(&feature.name);
            FeatureSchema {
                name: feature.name.clone(),
                label: words.and_then(|words| words.label.clone()).unwrap_or_else(|| humanize(&feature.name)),
                unit: words.and_then(|words| words.unit.clone()),
                kind: feature.kind,
                usual: norms.usual[place].clone(),
                sensitive: stakeholders.explain.sensitive.contains(&feature.name),
                stands_in_for: stakeholders.explain.proxies.get(&feature.name).map(|of| view::label(stakeholders, of)),
                alike: norms.alike[place],
            }
        })
        .collect();
    let mut folds = judged.scorers.clone();
    let last = folds.pop();
    SavedModel {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        portfolio: plan.portfolio.name.clone(),
        stakeholders: stakeholders.name.clone(),
        subject: stakeholders.subject.clone(),
        as_of: plan.portfolio.as_of,
        seed: plan.portfolio.seed.0,
        id: stakeholders.load.id.clone(),
        time: table.time_name.clone(),
        value: stakeholders.load.value.clone(),
        outcome: outcome(stakeholders),
        fingerprint: fingerprint(&features),
        features,
        mitigation: mitigated::of_model(stakeholders),
        attributions: stakeholders.explain.perturbation,
        cuts: judged.cuts,
        selected_from: stakeholders.score.selected_from,
        last: last.unwrap_or_else(|| folds[0].clone()),
        folds,
        validation,
    }
}

/// What the models of a group foretell.
pub fn outcome(stakeholders: &Stakeholders) -> SavedOutcome {
    let outcome = stakeholders.load.outcome.as_ref();
    let saved = |outcome: &load::Outcome| SavedOutcome {
        column: outcome.column.clone(),
        adverse: outcome.adverse.clone(),
        favorable: outcome.favorable.clone(),
        horizon_days: outcome.horizon_days,
    };
    outcome.map(saved).unwrap_or_default()
}

/// Writes every chart as SVG and PNG.
pub fn write_charts(name: &str, charts: &[chart::Chart], outputs: &mut dyn Outputs) -> Result<()> {
    for chart in charts {
        outputs.write(&format!("{name}/charts/{}.svg", chart.name), chart.svg.as_bytes())?;
        outputs.write(&format!("{name}/charts/{}.png", chart.name), &chart.png)?;
    }
    Ok(())
}
