//! CatBoost's JSON (`save_model(…, format="json")`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{broken, single, unsupported};
use crate::base::Result;
use crate::base::design::FeatureKind;
use crate::base::model::{Cover, Model, Node, Oblivious, Split, Tree, TreeFeature, Trees};
use crate::base::units::Family;

const MAKER: &str = "CatBoost";

pub(super) fn read(value: &Value) -> Result<Model> {
    check_objective(value)?;
    let columns = Columns::of(value)?;
    let (scale, bias) = scale_and_bias(&value["scale_and_bias"])?;
    let oblivious = array(&value["oblivious_trees"]).iter().map(|tree| columns.oblivious(tree, scale));
    let oblivious = oblivious.collect::<Result<Vec<Oblivious>>>()?;
    let trees = array(&value["trees"]).iter().map(|tree| {
        let mut nodes = Vec::new();
        columns.push(tree, scale, &mut nodes)?;
        Ok(Tree { nodes, ..Tree::default() })
    });
    let trees = trees.collect::<Result<Vec<Tree>>>()?;
    let mut model = Model::empty(Family::Boosted, bias, 0);
    let subjects = oblivious.first().map_or(0.0, |tree| tree.cover.iter().sum());
    model.background.n_subjects = subjects as u64;
    model.trees = Trees { features: columns.features, trees, oblivious, cover: Cover::Weight };
    Ok(model)
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn check_objective(value: &Value) -> Result<()> {
    let parameters = &value["model_info"]["params"];
    // older versions write the parameters as text
    let parsed: Option<Value> = parameters.as_str().and_then(|text| serde_json::from_str(text).ok());
    let parameters = parsed.as_ref().unwrap_or(parameters);
    let objective = parameters["loss_function"]["type"].as_str().unwrap_or_default();
    if !matches!(objective, "Logloss" | "CrossEntropy") {
        return Err(unsupported(MAKER, format!("loss function `{objective}`")));
    }
    Ok(())
}

/// `[scale, [bias]]`, in older versions `[scale, bias]`.
fn scale_and_bias(value: &Value) -> Result<(f64, f64)> {
    let scale = value[0].as_f64();
    let bias = value[1].as_f64().or_else(|| (array(&value[1]).len() == 1).then(|| value[1][0].as_f64())?);
    scale.zip(bias).ok_or_else(|| unsupported(MAKER, "model of several outcomes"))
}

struct Columns {
    features: Vec<TreeFeature>,
    /// Place among `features` of each column of numbers, and whether its missing values are above all borders.
    numbers: BTreeMap<u64, (u16, bool)>,
}

impl Columns {
    fn of(value: &Value) -> Result<Self> {
        let info = &value["features_info"];
        let mut columns = Self { features: Vec::new(), numbers: BTreeMap::new() };
        for kind in ["text_features", "embedding_features", "ctrs"] {
            if !array(&info[kind]).is_empty() || info[kind].as_object().is_some_and(|of_kind| !of_kind.is_empty()) {
                let what = if kind == "ctrs" { "target statistics of categories (`ctrs`)" } else { kind };
                return Err(unsupported(MAKER, what));
            }
        }
        for column in array(&info["float_features"]) {
            let place = columns.features.len() as u16;
            let is_above = column["nan_value_treatment"].as_str() == Some("AsTrue");
            columns.numbers.insert(index(column)?, (place, is_above));
            columns.features.push(TreeFeature { feature: name(column), kind: FeatureKind::Number, levels: None });
        }
        Ok(columns)
    }

    /// A split; a row that it holds for goes right.
    fn split(&self, split: &Value) -> Result<Split> {
        let nowhere = || broken(MAKER, "a split asks for no column");
        match split["split_type"].as_str().unwrap_or_default() {
            "FloatFeature" => {
                let column = split["float_feature_index"].as_u64().ok_or_else(nowhere)?;
                let (feature, is_above) = *self.numbers.get(&column).ok_or_else(nowhere)?;
                let border = split["border"].as_f64().ok_or_else(|| broken(MAKER, "a split has no border"))?;
                let at_most = single::at_most(border as f32);
                Ok(Split::Number { feature, at_most, missing_left: !is_above })
            }
            "OneHotFeature" => Err(unsupported(MAKER, "split by a category (its JSON tells a hash, not the name)")),
            other => Err(unsupported(MAKER, format!("split `{other}`"))),
        }
    }

    /// Bit i of a leaf's number is split i; CatBoost's last split is its root, ours the first.
    fn oblivious(&self, tree: &Value, scale: f64) -> Result<Oblivious> {
        let splits = array(&tree["splits"]).iter().rev().map(|split| self.split(split)).collect::<Result<Vec<_>>>()?;
        let numbers = |key: &str| array(&tree[key]).iter().filter_map(Value::as_f64).collect::<Vec<f64>>();
        let (values, weights) = (numbers("leaf_values"), numbers("leaf_weights"));
        let n_leaves = 1usize << splits.len().min(16);
        if values.len() != n_leaves {
            return Err(unsupported(MAKER, "model of several outcomes"));
        }
        if weights.len() != n_leaves {
            return Err(broken(MAKER, "a tree has no leaf weights"));
        }
        let theirs = |leaf: usize| (0..splits.len()).map(|bit| (leaf >> bit & 1) << (splits.len() - 1 - bit)).sum();
        let order: Vec<usize> = (0..n_leaves).map(theirs).collect();
        Ok(Oblivious {
            leaves: order.iter().map(|leaf: &usize| scale * values[*leaf]).collect(),
            cover: order.iter().map(|leaf| weights[*leaf]).collect(),
            splits,
        })
    }

    /// Appends a node of a tree of free shape and all below it; tells its place.
    fn push(&self, node: &Value, scale: f64, nodes: &mut Vec<Node>) -> Result<u32> {
        let place = nodes.len();
        if node.get("split").is_none() {
            let value = node["value"].as_f64().ok_or_else(|| unsupported(MAKER, "model of several outcomes"))?;
            let cover = node["weight"].as_f64().ok_or_else(|| broken(MAKER, "a leaf has no weight"))?;
            nodes.push(Node::Leaf { leaf: scale * value, cover });
            return Ok(place as u32);
        }
        let split = self.split(&node["split"])?;
        nodes.push(Node::Leaf { leaf: 0.0, cover: 0.0 });
        let left = self.push(&node["left"], scale, nodes)?;
        let right = self.push(&node["right"], scale, nodes)?;
        let cover = nodes[left as usize].cover() + nodes[right as usize].cover();
        nodes[place] = Node::Split { split, left, right, cover };
        Ok(place as u32)
    }
}

fn index(column: &Value) -> Result<u64> {
    column["feature_index"].as_u64().ok_or_else(|| broken(MAKER, "a column has no index"))
}

fn name(column: &Value) -> String {
    let given = column["feature_id"].as_str().filter(|name| !name.is_empty());
    given.map_or_else(|| column["flat_feature_index"].to_string(), str::to_owned)
}
