//! LightGBM's text (`save_model`), versions 3 and 4.

use std::collections::BTreeMap;

use super::{DEPTH_MAX, TOO_MANY_LEVELS, broken, unsupported};
use crate::base::design::FeatureKind;
use crate::base::model::{Cover, LEVELS_MAX, Model, Node, Split, Tree, TreeFeature, Trees};
use crate::base::units::Family;
use crate::base::{Error, Result};

const MAKER: &str = "LightGBM";
/// Bits of a decision type: of categories; missing values go left; and what counts as missing.
const CATEGORICAL: u32 = 1;
const DEFAULT_LEFT: u32 = 2;

type Fields<'a> = BTreeMap<&'a str, &'a str>;

pub(super) fn read(text: &str) -> Result<Model> {
    let trees_end = text.find("\nend of trees").unwrap_or(text.len());
    let mut blocks = text[..trees_end].split("\nTree=");
    let head = fields(blocks.next().unwrap_or_default());
    check_head(&head, text)?;
    let names: Vec<&str> = head.get("feature_names").copied().unwrap_or_default().split(' ').collect();
    let blocks: Vec<Fields<'_>> = blocks.map(fields).collect();
    let categories = Categories::of(text, &head, &blocks, names.len())?;
    let feature = |(column, name): (usize, &&str)| TreeFeature {
        feature: (*name).to_owned(),
        kind: if categories.levels[column].is_some() { FeatureKind::Level } else { FeatureKind::Number },
        levels: categories.levels[column].clone(),
    };
    let features: Vec<TreeFeature> = names.iter().enumerate().map(feature).collect();
    // the trees of a random forest are averaged
    let share = if text.contains("\naverage_output") { 1.0 / blocks.len().max(1) as f64 } else { 1.0 };
    let trees = blocks.iter().map(|block| tree(block, &features, share)).collect::<Result<Vec<Tree>>>()?;
    let mut model = Model::empty(Family::Boosted, 0.0, 0);
    model.trees = Trees { features, trees, oblivious: Vec::new(), cover: Cover::Rows };
    Ok(model)
}

fn fields(block: &str) -> Fields<'_> {
    block.lines().filter_map(|line| line.split_once('=')).collect()
}

fn check_head(head: &Fields<'_>, text: &str) -> Result<()> {
    let objective = head.get("objective").copied().unwrap_or_default();
    let mut words = objective.split(' ');
    let name = words.next().unwrap_or_default();
    let sigmoid = words.find_map(|word| word.strip_prefix("sigmoid:")).map_or(Some(1.0), |value| value.parse().ok());
    if !matches!(name, "binary" | "cross_entropy") || sigmoid != Some(1.0) {
        return Err(unsupported(MAKER, format!("objective `{objective}`")));
    }
    if head.get("num_tree_per_iteration").is_some_and(|n| *n != "1") {
        return Err(unsupported(MAKER, "model of several outcomes"));
    }
    if text.contains("\nis_linear=1") {
        return Err(unsupported(MAKER, "linear trees"));
    }
    Ok(())
}

/// The categories of every column that is split by them.
struct Categories {
    /// By column, by level its name.
    levels: Vec<Option<Vec<String>>>,
}

impl Categories {
    /// Categories are whole numbers; pandas' names of them stand at the end of the file, for the columns that were
    /// categorical in its table, in their order.
    fn of(text: &str, head: &Fields<'_>, blocks: &[Fields<'_>], n_columns: usize) -> Result<Self> {
        let infos: Vec<&str> = head.get("feature_infos").copied().unwrap_or_default().split(' ').collect();
        // a range of numbers stands in brackets; categories are listed
        let is_categorical =
            |column: usize| infos.get(column).is_some_and(|info| !info.starts_with('[') && *info != "none");
        let mut known = vec![0usize; n_columns];
        for (column, known) in known.iter_mut().enumerate().filter(|(column, _)| is_categorical(*column)) {
            let codes = infos[column].split(':').filter_map(|code| code.parse::<i64>().ok());
            *known = codes.max().map_or(0, |most| usize::try_from(most.saturating_add(1)).unwrap_or(0));
        }
        for block in blocks {
            let sets_of_block = Sets::of(block)?;
            let (columns, types): (Vec<usize>, Vec<u32>) =
                (numbers(block, "split_feature")?, numbers(block, "decision_type")?);
            let sets: Vec<usize> = numbers(block, "threshold")?.into_iter().map(|set: f64| set as usize).collect();
            for ((column, kind), set) in columns.into_iter().zip(types).zip(sets) {
                if kind & CATEGORICAL != 0 {
                    let most = sets_of_block.members(set)?.into_iter().max().map_or(0, |code| usize::from(code) + 1);
                    let known = known.get_mut(column).ok_or_else(|| broken(MAKER, "a split asks for no column"))?;
                    *known = most.max(*known);
                }
            }
        }
        if known.iter().any(|known| *known > LEVELS_MAX) {
            return Err(unsupported(MAKER, TOO_MANY_LEVELS));
        }
        let is_used = |column: usize| is_categorical(column) || known[column] > 0;
        let names = pandas_names(text)?;
        let (n_lists, n_used) = (names.len(), (0..n_columns).filter(|column| is_used(*column)).count());
        // names stand by the columns of pandas' table, not by those that the model still asks about
        if n_lists > 0 && n_lists != n_used {
            let what =
                format!("names of categories: there are {n_lists} lists for {n_used} categorical columns, and they");
            return Err(unsupported(MAKER, what));
        }
        let mut names = names.into_iter();
        let levels = (0..n_columns).map(|column| {
            is_used(column).then(|| {
                let mut levels = names.next().unwrap_or_default();
                let n_named = levels.len();
                levels.extend((n_named..known[column]).map(|code| code.to_string()));
                levels
            })
        });
        Ok(Self { levels: levels.collect() })
    }
}

fn pandas_names(text: &str) -> Result<Vec<Vec<String>>> {
    let Some(line) = text.lines().rev().find_map(|line| line.strip_prefix("pandas_categorical:")) else {
        return Ok(Vec::new());
    };
    let lists: Option<Vec<Vec<serde_json::Value>>> = serde_json::from_str(line)
        .map_err(|error| broken(MAKER, format!("`pandas_categorical` is not JSON: {error}")))?;
    let name = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(lists.unwrap_or_default().into_iter().map(|list| list.into_iter().map(name).collect()).collect())
}

fn numbers<T: std::str::FromStr>(block: &Fields<'_>, key: &str) -> Result<Vec<T>> {
    let text = block.get(key).copied().unwrap_or_default();
    text.split_ascii_whitespace()
        .map(|word| word.parse().map_err(|_| broken(MAKER, format!("`{key}` holds `{word}`, expected a number"))))
        .collect()
}

/// The sets of categories that the splits of a tree ask for.
struct Sets {
    /// Where the words of each set end, the first begins at 0.
    ends: Vec<usize>,
    words: Vec<u32>,
}

impl Sets {
    fn of(block: &Fields<'_>) -> Result<Self> {
        Ok(Self { ends: numbers(block, "cat_boundaries")?, words: numbers(block, "cat_threshold")? })
    }

    /// The categories of a set: bits of 32-bit words.
    fn members(&self, set: usize) -> Result<Vec<u16>> {
        let ends = self.ends.get(set).zip(self.ends.get(set.saturating_add(1)));
        let words = ends.and_then(|(begin, end)| self.words.get(*begin..*end));
        let words = words.ok_or_else(|| broken(MAKER, "a split names a set of categories that is not there"))?;
        let bits = words
            .iter()
            .enumerate()
            .flat_map(|(at, word)| (0..32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| 32 * at + bit));
        bits.map(|code| u16::try_from(code).map_err(|_| unsupported(MAKER, TOO_MANY_LEVELS))).collect()
    }
}

fn tree(block: &Fields<'_>, features: &[TreeFeature], share: f64) -> Result<Tree> {
    let values: Vec<f64> = numbers(block, "leaf_value")?;
    let counts: Vec<f64> = numbers(block, "leaf_count")?;
    let raw = Raw {
        sets: Sets::of(block)?,
        features,
        columns: numbers(block, "split_feature")?,
        thresholds: numbers(block, "threshold")?,
        types: numbers(block, "decision_type")?,
        left: numbers(block, "left_child")?,
        right: numbers(block, "right_child")?,
        covers: numbers(block, "internal_count")?,
        counts: if counts.is_empty() { vec![1.0; values.len()] } else { counts },
        values: values.into_iter().map(|value| value * share).collect(),
    };
    let mut nodes = Vec::new();
    raw.push(if raw.columns.is_empty() { -1 } else { 0 }, 0, &mut nodes)?;
    Ok(Tree { nodes, ..Tree::default() })
}

/// A tree as it stands in the file: a child below 0 is leaf −child − 1.
struct Raw<'a> {
    sets: Sets,
    features: &'a [TreeFeature],
    columns: Vec<u16>,
    thresholds: Vec<f64>,
    types: Vec<u32>,
    left: Vec<i32>,
    right: Vec<i32>,
    covers: Vec<f64>,
    counts: Vec<f64>,
    values: Vec<f64>,
}

impl Raw<'_> {
    /// Appends a node and all below it; tells its place.
    fn push(&self, at: i32, depth: usize, nodes: &mut Vec<Node>) -> Result<u32> {
        let place = nodes.len();
        if at < 0 {
            let leaf = usize::try_from(-1 - i64::from(at)).unwrap_or(usize::MAX);
            let (Some(&leaf), Some(&cover)) = (self.values.get(leaf), self.counts.get(leaf)) else {
                return Err(broken(MAKER, "a tree leads to a leaf that is not there"));
            };
            nodes.push(Node::Leaf { leaf, cover });
            return Ok(place as u32);
        }
        let at = at as usize;
        let missing = || broken(MAKER, format!("node {at} of a tree is not complete"));
        let (left, right) = (self.left.get(at).ok_or_else(missing)?, self.right.get(at).ok_or_else(missing)?);
        if nodes.len() > self.columns.len() + self.values.len() || depth > DEPTH_MAX {
            return Err(broken(MAKER, "a tree leads back to itself"));
        }
        let cover = *self.covers.get(at).ok_or_else(missing)?;
        let split = self.split(at)?;
        nodes.push(Node::Leaf { leaf: 0.0, cover });
        let (left, right) = (self.push(*left, depth + 1, nodes)?, self.push(*right, depth + 1, nodes)?);
        nodes[place] = Node::Split { split, left, right, cover };
        Ok(place as u32)
    }

    fn split(&self, at: usize) -> Result<Split> {
        let missing = || broken(MAKER, format!("split {at} of a tree is not complete"));
        let feature = *self.columns.get(at).ok_or_else(missing)?;
        let (threshold, kind) =
            (*self.thresholds.get(at).ok_or_else(missing)?, *self.types.get(at).ok_or_else(missing)?);
        let column = self.features.get(usize::from(feature)).ok_or_else(missing)?;
        if kind & CATEGORICAL != 0 {
            // missing and new categories go right
            let left = self.sets.members(threshold as usize)?;
            return Ok(Split::Levels { feature, left, missing_left: false, unseen_left: false });
        }
        let missing_left = match kind >> 2 & 3 {
            // no value was missing in training: one that is counts as 0
            0 => threshold >= 0.0,
            1 => return Err(zero_is_missing(&column.feature)),
            _ => kind & DEFAULT_LEFT != 0,
        };
        Ok(Split::Number { feature, at_most: threshold.clamp(f64::MIN, f64::MAX), missing_left })
    }
}

fn zero_is_missing(column: &str) -> Error {
    unsupported(MAKER, format!("`zero_as_missing` (column `{column}`)"))
}
