//! Trees as vendors grow them: questions about codes, without rates; rates come from routing the fit's rows once.

use super::coded::{Coded, Question};

/// A tree over codes. The first node is its root, a node's children come after it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grown {
    /// `None` for leaves.
    pub nodes: Vec<Option<Branch>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Branch {
    pub question: Question,
    pub low: u32,
    pub high: u32,
}

/// Rows of the fit that reach a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    pub n: u64,
    /// Of these with the outcome.
    pub n_with: u64,
}

impl Grown {
    /// A tree that asks nothing.
    pub(super) fn leaf_only() -> Self {
        Self { nodes: vec![None] }
    }

    /// The node of the leaf that a row of the fit reaches.
    pub(super) fn leaf(&self, coded: &Coded, row: usize) -> usize {
        let mut at = 0;
        while let Some(branch) = self.nodes[at] {
            at = (if coded.is_low(branch.question, row) { branch.low } else { branch.high }) as usize;
        }
        at
    }

    /// Counts of every node, inner ones included, over all rows of the fit.
    pub(super) fn counts(&self, coded: &Coded) -> Vec<Count> {
        let mut counts = vec![Count::default(); self.nodes.len()];
        for (row, &with) in coded.outcomes.iter().enumerate() {
            let count = &mut counts[self.leaf(coded, row)];
            count.n += 1;
            count.n_with += u64::from(with);
        }
        for at in (0..self.nodes.len()).rev() {
            if let Some(branch) = self.nodes[at] {
                let (low, high) = (counts[branch.low as usize], counts[branch.high as usize]);
                counts[at] = Count { n: low.n + high.n, n_with: low.n_with + high.n_with };
            }
        }
        counts
    }

    /// Questions above each node.
    pub(super) fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.nodes.len()];
        for (at, branch) in self.nodes.iter().enumerate() {
            if let Some(branch) = branch {
                depths[branch.low as usize] = depths[at] + 1;
                depths[branch.high as usize] = depths[at] + 1;
            }
        }
        depths
    }
}

impl Count {
    /// Rate of the outcome, drawn towards `rate` as if `weight` further rows had it (m-estimate: Cestnik, "Estimating
    /// probabilities", ECAI 1990): (n₊ + weight × rate) / (n + weight), strictly inside 0..1 where `rate` is.
    pub(super) fn smoothed(self, rate: f64, weight: f64) -> f64 {
        (self.n_with as f64 + weight * rate) / (self.n as f64 + weight)
    }
}
