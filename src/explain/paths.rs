//! Attributions of a tree of any shape: path-dependent Shapley values, leaf by leaf, by quadrature.
//!
//! A leaf is reached by the product over the path's columns of "the row goes this way" (known) or "such a share of the
//! cover goes this way" (unknown). The Shapley value of a column in such a product is
//! (known − share) × ∫₀¹ Π over the others (share + s × (known − share)) ds times the leaf's value, and Gauss–Legendre
//! with ⌈d/2⌉ points integrates the polynomial of degree d − 1 exactly (Lundberg et al. 2020, Algorithm 1, states the same
//! values by recursion).

use crate::base::model::{BoundTree, Node, Tree};

/// The leaves of one tree.
pub(super) struct Paths {
    leaves: Vec<Leaf>,
    /// For each number of columns on a path up to the largest, points and weights on 0..1.
    rules: Vec<Vec<(f64, f64)>>,
}

struct Leaf {
    value: f64,
    /// The columns of the path, each once, with the share of the cover that goes this way at all of their nodes.
    slots: Vec<(usize, f64)>,
    /// Nodes of the path: number, whether the path goes left there, slot.
    steps: Vec<(usize, bool, usize)>,
}

impl Paths {
    /// `of_trees` are the columns of the design of the model's tree features.
    pub(super) fn new(tree: &Tree, of_trees: &[usize]) -> Self {
        let mut leaves = Vec::new();
        let root = Leaf { value: 0.0, slots: Vec::new(), steps: Vec::new() };
        let mut open = vec![(0, root)];
        while let Some((at, path)) = open.pop() {
            match &tree.nodes[at] {
                Node::Leaf { leaf, .. } => leaves.push(Leaf { value: *leaf, ..path }),
                Node::Split { split, left, right, cover } => {
                    let column = of_trees[split.feature()];
                    for (child, is_left) in [(*left as usize, true), (*right as usize, false)] {
                        let share = tree.nodes[child].cover() / cover.max(f64::MIN_POSITIVE);
                        open.push((child, path.with(at, is_left, column, share)));
                    }
                }
            }
        }
        let longest = leaves.iter().map(|leaf| leaf.slots.len()).max().unwrap_or(0);
        Self { leaves, rules: (0..=longest).map(|n_columns| gauss_legendre(n_columns.div_ceil(2))).collect() }
    }

    /// Adds the attributions of `row` to those of its columns.
    pub(super) fn attribute(&self, tree: &BoundTree<'_>, row: usize, margins: &mut [f64]) {
        let goes_left: Vec<bool> =
            tree.splits.iter().map(|split| split.as_ref().is_some_and(|split| split.goes_left(row))).collect();
        let mut known = Vec::new();
        for leaf in &self.leaves {
            known.clear();
            known.resize(leaf.slots.len(), 1.0);
            for &(node, is_left, slot) in &leaf.steps {
                if goes_left[node] != is_left {
                    known[slot] = 0.0;
                }
            }
            // where neither the row nor any cover goes, the leaf is worth nothing to anybody
            if known.iter().zip(&leaf.slots).any(|(known, (_, share))| *known + *share == 0.0) {
                continue;
            }
            for &(point, weight) in &self.rules[leaf.slots.len()] {
                let factor = |(known, (_, share)): (&f64, &(usize, f64))| share + point * (known - share);
                let product: f64 = known.iter().zip(&leaf.slots).map(factor).product();
                for (known, (column, share)) in known.iter().zip(&leaf.slots) {
                    let factor = share + point * (known - share);
                    margins[*column] += weight * leaf.value * (known - share) * product / factor;
                }
            }
        }
    }
}

impl Leaf {
    fn with(&self, node: usize, is_left: bool, column: usize, share: f64) -> Self {
        let (mut slots, mut steps) = (self.slots.clone(), self.steps.clone());
        let slot = slots.iter().position(|(known, _)| *known == column).unwrap_or(slots.len());
        match slots.get_mut(slot) {
            Some((_, of_slot)) => *of_slot *= share,
            None => slots.push((column, share)),
        }
        steps.push((node, is_left, slot));
        Self { value: 0.0, slots, steps }
    }
}

/// Gauss–Legendre on 0..1 with `n` points: exact for polynomials up to degree 2n − 1. Points are the roots of the
/// Legendre polynomial, found by Newton's method (Press et al. 2007, *Numerical Recipes*, §4.6).
fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let root = |number: usize| {
        let mut x = (std::f64::consts::PI * (number as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut now, mut before) = (1.0, 0.0);
            for degree in 0..n {
                let degree = degree as f64;
                (now, before) = (((2.0 * degree + 1.0) * x * now - degree * before) / (degree + 1.0), now);
            }
            slope = n as f64 * (x * now - before) / (x * x - 1.0);
            let step = now / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        ((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(root).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadrature_is_exact_up_to_its_degree() {
        for n in 1..12 {
            let rule = gauss_legendre(n);
            for degree in 0..2 * n {
                let sum: f64 = rule.iter().map(|(x, weight)| weight * x.powi(degree as i32)).sum();
                assert!((sum - 1.0 / (degree as f64 + 1.0)).abs() < 1e-13, "{n} points, degree {degree}");
            }
        }
    }
}
