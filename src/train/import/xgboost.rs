//! XGBoost's JSON (`save_model("model.json")`), from version 1.6 on.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{DEPTH_MAX, TOO_MANY_LEVELS, broken, single, unsupported};
use crate::base::design::FeatureKind;
use crate::base::model::{Cover, Model, Node, Split, Tree, TreeFeature, Trees};
use crate::base::units::Family;
use crate::base::{Finding, Result};

const MAKER: &str = "XGBoost";

pub(super) fn read(value: &Value) -> Result<(Model, Option<Finding>)> {
    let learner = &value["learner"];
    let booster = &learner["gradient_booster"];
    let objective = learner["objective"]["name"].as_str().unwrap_or_default();
    if !matches!(objective, "binary:logistic" | "reg:logistic") {
        return Err(unsupported(MAKER, format!("objective `{objective}`")));
    }
    let kind = booster["name"].as_str().unwrap_or_default();
    if kind != "gbtree" {
        return Err(unsupported(MAKER, format!("booster `{kind}`")));
    }
    if booster["model"]["gbtree_model_param"]["num_parallel_tree"].as_str().is_some_and(|n| !matches!(n, "0" | "1")) {
        return Err(unsupported(MAKER, "parallel trees"));
    }
    let raw: Vec<Raw<'_>> = list(&booster["model"], "trees")?.iter().map(Raw).collect();
    let features = features(learner, &booster["model"]["cats"], &raw)?;
    let (n_used, finding) = n_used(&learner["attributes"], raw.len());
    let trees = raw[..n_used].iter().map(|tree| tree.read(&features)).collect::<Result<Vec<Tree>>>()?;
    let mut model = Model::empty(Family::Boosted, base(&learner["learner_model_param"])?, 0);
    model.trees = Trees { features, trees, oblivious: Vec::new(), cover: Cover::Hessian };
    Ok((model, finding))
}

/// How many of the trees the model predicts by, and what there is to say of that.
///
/// After early stopping XGBoost keeps all trees and notes the best iteration. `Booster.predict` uses all trees all the
/// same, `XGBClassifier.predict` those up to the best iteration: so whoever saved the model decides, and the file tells
/// (`scikit_learn` among its attributes), so that margins are those that its `predict` gives.
fn n_used(attributes: &Value, n_trees: usize) -> (usize, Option<Finding>) {
    let best: Option<usize> = attributes["best_iteration"].as_str().and_then(|number| number.parse().ok());
    let n_best = best.map_or(n_trees, |best| best.saturating_add(1).min(n_trees));
    if n_best == n_trees {
        return (n_trees, None);
    }
    let finding =
        |message: String, hint: &str| Some(Finding::new("stopped-early", message).count(n_trees - n_best).hint(hint));
    if attributes["scikit_learn"].is_null() {
        let message = format!(
            "XGBoost stopped early: its best iteration has {n_best} of {n_trees} trees. `Booster.predict` uses all of them, \
             and so do these attributions"
        );
        let hint = "for the best ones only save `booster[:booster.best_iteration + 1]`";
        return (n_trees, finding(message, hint));
    }
    let message = format!(
        "XGBoost stopped early: `predict` of its scikit-learn models uses the first {n_best} of {n_trees} trees, \
         and so do these attributions"
    );
    (n_best, finding(message, "for all of them save `model.get_booster()`"))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value]> {
    value[key].as_array().map(Vec::as_slice).ok_or_else(|| broken(MAKER, format!("`{key}` is missing")))
}

/// The base score is a probability: `5E-1`, since version 3 `[5E-1]`.
fn base(parameters: &Value) -> Result<f64> {
    let text = parameters["base_score"].as_str().unwrap_or_default();
    let score: Option<f32> = text.trim_matches(['[', ']']).parse().ok();
    let score = score.filter(|score| *score > 0.0 && *score < 1.0).map(f64::from);
    let score = score.ok_or_else(|| broken(MAKER, format!("`base_score` is `{text}`, expected a probability")))?;
    Ok((score / (1.0 - score)).ln())
}

fn features(learner: &Value, categories: &Value, trees: &[Raw<'_>]) -> Result<Vec<TreeFeature>> {
    let n: usize =
        learner["learner_model_param"]["num_feature"].as_str().and_then(|n| n.parse().ok()).unwrap_or_default();
    if n > usize::from(u16::MAX) {
        return Err(unsupported(MAKER, format!("model of {n} columns")));
    }
    let named: Vec<String> = list(learner, "feature_names")
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let names = if named.len() == n { named } else { (0..n).map(|column| format!("f{column}")).collect() };
    let types = list(learner, "feature_types").unwrap_or_default();
    let mut n_levels = vec![0usize; n];
    for tree in trees {
        for (node, codes) in tree.categories()? {
            let column = tree.number(node, "split_indices")? as usize;
            let most = codes.iter().max().map_or(0, |code| usize::from(*code) + 1);
            let known = n_levels.get_mut(column).ok_or_else(|| broken(MAKER, "a split asks for no column"))?;
            *known = most.max(*known);
        }
    }
    let feature = |(column, name): (usize, String)| {
        let is_level = n_levels[column] > 0 || types.get(column).and_then(Value::as_str) == Some("c");
        let levels = is_level.then(|| {
            let mut levels = level_names(&categories["enc"][column]);
            levels.extend((levels.len()..n_levels[column]).map(|code| code.to_string()));
            levels
        });
        let kind = if is_level { FeatureKind::Level } else { FeatureKind::Number };
        TreeFeature { feature: name, kind, levels }
    };
    Ok(names.into_iter().enumerate().map(feature).collect())
}

/// Names of categories: the bytes of all of them with where each begins, or numbers.
fn level_names(encoded: &Value) -> Vec<String> {
    let Some(values) = encoded["values"].as_array() else { return Vec::new() };
    let Some(offsets) = encoded["offsets"].as_array() else { return values.iter().map(Value::to_string).collect() };
    let bytes: Vec<u8> = values.iter().filter_map(Value::as_i64).map(|byte| byte as u8).collect();
    let ends: Vec<usize> = offsets.iter().filter_map(Value::as_u64).map(|end| end as usize).collect();
    let name = |pair: &[usize]| bytes.get(pair[0]..pair[1]).map(|name| String::from_utf8_lossy(name).into_owned());
    // a name that cannot be read keeps its place
    ends.windows(2).map(|pair| name(pair).unwrap_or_default()).collect()
}

/// A tree as it stands in the file: a list for each property of its nodes.
struct Raw<'a>(&'a Value);

impl Raw<'_> {
    fn number(&self, node: usize, key: &str) -> Result<f64> {
        let value = &self.0[key][node];
        let flag = value.as_bool().map(|flag| f64::from(u8::from(flag)));
        value.as_f64().or(flag).ok_or_else(|| broken(MAKER, format!("`{key}` of node {node} is missing")))
    }

    /// Nodes that ask for categories, each with the codes that go right.
    fn categories(&self) -> Result<BTreeMap<usize, Vec<u16>>> {
        let numbers = |key: &str| -> Vec<usize> {
            let values = self.0[key].as_array().map(Vec::as_slice).unwrap_or_default();
            values.iter().filter_map(Value::as_u64).map(|number| number as usize).collect()
        };
        let (nodes, codes) = (numbers("categories_nodes"), numbers("categories"));
        let segments = numbers("categories_segments").into_iter().zip(numbers("categories_sizes"));
        nodes
            .into_iter()
            .zip(segments)
            .map(|(node, (begin, n))| {
                let codes = codes
                    .get(begin..begin.saturating_add(n))
                    .ok_or_else(|| broken(MAKER, "a set of categories is not there"))?;
                let code = |code: &usize| u16::try_from(*code).map_err(|_| unsupported(MAKER, TOO_MANY_LEVELS));
                Ok((node, codes.iter().map(code).collect::<Result<_>>()?))
            })
            .collect()
    }

    fn read(&self, features: &[TreeFeature]) -> Result<Tree> {
        let n_outputs = self.0["tree_param"]["size_leaf_vector"].as_str().unwrap_or("0");
        if !matches!(n_outputs, "0" | "1") {
            return Err(unsupported(MAKER, "trees of several outputs"));
        }
        let categories = self.categories()?;
        let mut nodes = Vec::new();
        self.push((0, 0), features, &categories, &mut nodes)?;
        Ok(Tree { nodes, ..Tree::default() })
    }

    /// Appends a node and all below it; tells its place.
    fn push(
        &self,
        (at, depth): (usize, usize),
        features: &[TreeFeature],
        categories: &BTreeMap<usize, Vec<u16>>,
        nodes: &mut Vec<Node>,
    ) -> Result<u32> {
        let place = nodes.len();
        if place > list(self.0, "left_children")?.len() || depth > DEPTH_MAX {
            return Err(broken(MAKER, "a tree leads back to itself"));
        }
        let cover = self.number(at, "sum_hessian")?;
        let left = self.number(at, "left_children")?;
        if left < 0.0 {
            // a leaf's value stands where a threshold would
            let leaf = self.number(at, "split_conditions")? as f32;
            nodes.push(Node::Leaf { leaf: f64::from(leaf), cover });
            return Ok(place as u32);
        }
        let split = self.split(at, features, categories)?;
        nodes.push(Node::Leaf { leaf: 0.0, cover });
        let left = self.push((left as usize, depth + 1), features, categories, nodes)?;
        let right = self.push((self.number(at, "right_children")? as usize, depth + 1), features, categories, nodes)?;
        nodes[place] = Node::Split { split, left, right, cover };
        Ok(place as u32)
    }

    fn split(&self, at: usize, features: &[TreeFeature], categories: &BTreeMap<usize, Vec<u16>>) -> Result<Split> {
        let feature = self.number(at, "split_indices")? as u16;
        let column = features.get(usize::from(feature)).ok_or_else(|| broken(MAKER, "a split asks for no column"))?;
        let missing_left = self.number(at, "default_left")? != 0.0;
        if let Some(right) = categories.get(&at) {
            let n_levels = column.levels.as_ref().map_or(0, Vec::len);
            let n_levels = u16::try_from(n_levels).map_err(|_| unsupported(MAKER, TOO_MANY_LEVELS))?;
            let mut is_left = vec![true; usize::from(n_levels)];
            for code in right {
                is_left.get_mut(usize::from(*code)).into_iter().for_each(|is_left| *is_left = false);
            }
            let left = (0..n_levels).filter(|code| is_left[usize::from(*code)]).collect();
            // a category that is not in the set goes left
            return Ok(Split::Levels { feature, left, missing_left, unseen_left: true });
        }
        let threshold = self.number(at, "split_conditions")? as f32;
        Ok(Split::Number { feature, at_most: single::below(threshold), missing_left })
    }
}
