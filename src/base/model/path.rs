//! The way from the root of a tree to each of its leaves.

use super::{Node, Tree};

/// The questions that lead to a leaf.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// The leaf's node.
    pub leaf: usize,
    /// The leaf's value.
    pub value: f64,
    /// Places of the columns asked about in [`super::Trees::features`], each once, in the order in which they are asked.
    pub columns: Vec<usize>,
    pub steps: Vec<Step>,
}

/// One question of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub node: usize,
    /// Whether the path goes left here.
    pub is_left: bool,
    /// Place of the question's column in [`Path::columns`].
    pub column: usize,
}

impl Tree {
    /// The paths to all leaves that the root leads to, in the order of the leaves' nodes.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        let mut open = if self.nodes.is_empty() { Vec::new() } else { vec![(0, Path::default())] };
        while let Some((at, path)) = open.pop() {
            match &self.nodes[at] {
                Node::Leaf { leaf, .. } => paths.push(Path { leaf: at, value: *leaf, ..path }),
                Node::Split { split, left, right, .. } => {
                    open.push((*right as usize, path.with(at, false, split.feature())));
                    open.push((*left as usize, path.with(at, true, split.feature())));
                }
            }
        }
        paths.sort_by_key(|path| path.leaf);
        paths
    }
}

impl Path {
    /// The path with one more question, about a column, at a node.
    #[must_use]
    pub fn with(&self, node: usize, is_left: bool, feature: usize) -> Self {
        let mut path = self.clone();
        let column = path.columns.iter().position(|known| *known == feature).unwrap_or(path.columns.len());
        if column == path.columns.len() {
            path.columns.push(feature);
        }
        path.steps.push(Step { node, is_left, column });
        path
    }
}
