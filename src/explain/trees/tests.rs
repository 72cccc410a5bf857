//! What can be seen before tables are looked up in.

use super::*;
use crate::base::design::FeatureKind;
use crate::base::model::{Cover, Node, Split, TreeFeature};

/// Node i asks column `i % n_features`; a full tree of so many levels, hanging to the left of a chain.
fn trees(n_levels: u32, n_chained: usize, n_features: u16) -> Trees {
    let split = |at: usize| Split::Number { feature: at as u16 % n_features, at_most: at as f64, missing_left: true };
    let ask = |at: usize, left: usize| Node::Split {
        split: split(at),
        left: left as u32,
        right: left as u32 + 1,
        cover: 1.0,
    };
    let mut nodes: Vec<Node> = Vec::new();
    for at in 0..n_chained {
        nodes.push(ask(at, 2 * at + 1));
        nodes.push(Node::Leaf { leaf: at as f64, cover: 1.0 });
    }
    // a chain's node is followed by its right child, which is a leaf
    for (place, node) in nodes.iter_mut().enumerate() {
        if let Node::Split { left, right, .. } = node {
            (*left, *right) = (place as u32 + 2, place as u32 + 1);
        }
    }
    let begin = nodes.len();
    for at in 0..(1usize << n_levels) - 1 {
        nodes.push(ask(n_chained + at, begin + 2 * at + 1));
    }
    nodes.extend((0..1usize << n_levels).map(|leaf| Node::Leaf { leaf: leaf as f64, cover: 1.0 }));
    let feature = |column: u16| TreeFeature { feature: format!("x{column}"), kind: FeatureKind::Number, levels: None };
    let oblivious =
        Oblivious { splits: (0..3).map(split).collect(), leaves: (0..8).map(f64::from).collect(), cover: vec![1.0; 8] };
    Trees {
        features: (0..n_features).map(feature).collect(),
        trees: vec![Tree { nodes, ..Tree::default() }],
        oblivious: vec![oblivious],
        cover: Cover::Rows,
    }
}

#[test]
fn tables_are_counted_before_they_are_filled() {
    for (n_levels, n_chained, n_features) in [(0, 0, 4), (2, 0, 4), (4, 3, 5), (5, 2, 7)] {
        let trees = trees(n_levels, n_chained, n_features);
        let planes = Planes::of(&trees);
        for told in [Told::Values, Told::Interactions] {
            let filled = |cells_max| grouped(&trees, &planes, told, Perturbation::PathDependent, cells_max);
            let all = filled(usize::MAX).unwrap();
            let tables = all.iter().flat_map(|tree| &tree.groups).flat_map(|group| &group.tables);
            let n_cells: usize = tables.map(|(_, cells)| cells.len()).sum();
            assert!(filled(n_cells).is_some() && filled(n_cells - 1).is_none(), "{n_levels} {told:?}");
        }
    }
}
