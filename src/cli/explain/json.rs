//! An explanation for programs: every number with all its digits.

use serde_json::{Map, Value, json};

use super::pictures::Pictures;
use crate::pipeline::{Explanation, Moment, Share};

pub fn subject(explanation: &Explanation, pictures: Option<&Pictures>) -> Value {
    let points: Map<String, Value> =
        explanation.shares.iter().map(|share| (share.column.clone(), json!(share.points))).collect();
    let proofs: Vec<&Option<String>> = explanation.actions.iter().map(|action| &action.proof).collect();
    let mut object = json!({
        "stakeholders": explanation.stakeholders,
        "id": explanation.id,
        "time": explanation.time,
        "score": explanation.score,
        "base_score": explanation.base_score,
        "band": explanation.band,
        "selected_because": explanation.selected_because,
        "reasons": explanation.reasons,
        "actions": explanation.actions.iter().map(|action| &action.sentence).collect::<Vec<_>>(),
        "proofs": proofs,
        "points": points,
        "columns": explanation.shares.iter().map(column).collect::<Vec<_>>(),
        "history": explanation.history.iter().map(moment).collect::<Vec<_>>(),
    });
    if let Some(Pictures { svg, png }) = pictures {
        object["pictures"] = json!({ "svg": svg, "png": png });
    }
    object
}

fn column(share: &Share) -> Value {
    json!({ "column": share.column, "label": share.label, "unit": share.unit, "points": share.points })
}

fn moment(moment: &Moment) -> Value {
    let (label, points) = moment.reason.as_ref().map(|(label, points)| (label, *points)).unzip();
    json!({
        "as_of": moment.as_of,
        "run": moment.run,
        "time": moment.time,
        "population": if moment.is_past { "history" } else { "today" },
        "score": moment.score,
        "band": moment.band,
        "reason": label,
        "reason_points": points,
        "family": moment.family,
        "model_as_of": moment.model_as_of,
        "same_kind_of_model": moment.is_like,
    })
}
