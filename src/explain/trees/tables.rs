//! Tables of all trees of a model, packed: whole numbers in a common unit, so that sums do not depend on their order.
//!
//! A cell is a multiple of 2⁻ˢ margin units. Cells of one row of a group are rounded so that they add up to the rounded
//! sum (largest remainders first): a row's attributions together are off by half a unit a group at most, each single
//! one by less than a unit a table. `s` is the smallest that keeps both below [`ERROR_MAX`]. Sums of a segment of trees
//! fit 32 bits, whatever the row: that is checked here, once.

use super::groups::Grouped;
use super::planes::Condition;

/// What all roundings together may change in an attribution, or in the sum of a row's, in margin units.
pub(super) const ERROR_MAX: f64 = 5e-6;
/// The finest unit that is tried: 2⁻⁴⁰.
const SHIFT_MAX: i32 = 40;

/// All trees of a model.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    pub trees: Vec<Packed>,
    /// Trees whose sums fit 32 bits together; ends, ascending.
    pub segments: Vec<usize>,
    /// What is told of: one column, or two.
    pub outputs: Vec<[u16; 2]>,
    /// Value of a unit; 1 where cells are floating-point numbers.
    pub unit: f64,
    /// What roundings can change in an attribution, or in the sum of a row's, at most.
    pub error_max: f64,
}

/// A tree, or a part of one.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub conditions: Vec<Condition>,
    /// By group its bits; group g's are `bits[bit_ends[g - 1]..bit_ends[g]]`.
    pub groups: Vec<Bits>,
    pub leaves: Leaves,
    /// By output its lookups.
    pub lookups: Vec<(u16, Vec<Lookup>)>,
    pub cells: Cells,
}

/// The bits of a group.
#[derive(Debug, Clone)]
pub(super) struct Bits {
    /// Bit i is set where all of these hold.
    pub bits: Vec<Vec<(u16, bool)>>,
    /// Bits that say that a row reaches the group.
    pub above: u8,
}

/// Which leaf a row reaches.
#[derive(Debug, Clone)]
pub(super) enum Leaves {
    /// One group that every row reaches: its leaves by set of bits, 64, 128 or 256.
    One(Vec<f64>),
    /// By group where its sets begin, the number of a leaf by set, and the leaves. The last group is none.
    Many { begins: Vec<u32>, numbers: Vec<u16>, values: Vec<f64> },
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup {
    pub group: u16,
    /// Where the table begins, in cells.
    pub begin: u32,
    /// 6, 7 or 8: the table has 2^bits cells.
    pub bits: u8,
}

/// The tables one after the other.
#[derive(Debug, Clone)]
pub(super) enum Cells {
    /// Each table's first bytes, then its second ones, third and fourth.
    Planes(Vec<u8>),
    Whole(Vec<i32>),
    /// Where whole numbers cannot keep below the error.
    Float(Vec<f64>),
}

impl Tables {
    /// `in_planes` packs whole numbers for byte permutations.
    pub(super) fn pack(trees: &[Grouped], in_planes: bool) -> Self {
        let mut outputs: Vec<[u16; 2]> = trees.iter().flat_map(tables).map(|(of, _)| *of).collect();
        outputs.sort_unstable();
        outputs.dedup();
        let fine = shift(trees, &outputs);
        let unit = fine.map_or(1.0, |shift| 2f64.powi(-shift));
        let mut packed = Self {
            trees: Vec::with_capacity(trees.len()),
            segments: Vec::new(),
            unit,
            error_max: fine.map_or(0.0, |_| unit * units_lost(trees, &outputs)),
            outputs,
        };
        let mut bounds = vec![0i64; packed.outputs.len()];
        for tree in trees {
            let whole = fine.map(|_| rounded(tree, unit));
            let of_tree = whole.as_ref().map_or_else(|| vec![0; bounds.len()], |whole| packed.bounds(tree, whole));
            let overflows = |(sum, bound): (&i64, &i64)| sum + bound > i64::from(i32::MAX);
            if bounds.iter().zip(&of_tree).any(overflows) {
                packed.segments.push(packed.trees.len());
                bounds.fill(0);
            }
            bounds.iter_mut().zip(&of_tree).for_each(|(sum, bound)| *sum += bound);
            let tree = packed.tree(tree, whole, in_planes);
            packed.trees.push(tree);
        }
        packed.segments.push(packed.trees.len());
        packed
    }

    fn output(&self, of: [u16; 2]) -> usize {
        self.outputs.partition_point(|known| *known < of)
    }

    /// By output, the largest sum of the tree's cells that a row can meet, or more.
    fn bounds(&self, tree: &Grouped, whole: &[Vec<Vec<i32>>]) -> Vec<i64> {
        let mut bounds = vec![0; self.outputs.len()];
        for (group, whole) in tree.groups.iter().zip(whole) {
            for ((of, _), cells) in group.tables.iter().zip(whole) {
                bounds[self.output(*of)] += cells.iter().map(|cell| i64::from(*cell).abs()).max().unwrap_or(0);
            }
        }
        bounds
    }

    fn tree(&self, tree: &Grouped, whole: Option<Vec<Vec<Vec<i32>>>>, in_planes: bool) -> Packed {
        let mut cells = match &whole {
            None => Cells::Float(Vec::new()),
            Some(_) if in_planes => Cells::Planes(Vec::new()),
            Some(_) => Cells::Whole(Vec::new()),
        };
        let mut lookups: Vec<(u16, Vec<Lookup>)> = Vec::new();
        let mut order: Vec<(u16, usize, usize)> = Vec::new();
        for (number, group) in tree.groups.iter().enumerate() {
            let of_group = group.tables.iter().enumerate();
            order.extend(of_group.map(|(table, (of, _))| (self.output(*of) as u16, number, table)));
        }
        order.sort_unstable();
        for (output, number, table) in order {
            let (_, values) = &tree.groups[number].tables[table];
            let bits = tree.groups[number].bits.len().max(6) as u8;
            // bits that a group does not have are never set, so what stands there is never read
            let n_cells = 1usize << bits;
            let begin = match &mut cells {
                Cells::Float(all) => append(all, values, n_cells),
                Cells::Whole(all) => append(all, whole_of(whole.as_ref(), number, table), n_cells),
                Cells::Planes(all) => append_planes(all, whole_of(whole.as_ref(), number, table), n_cells),
            };
            let lookup = Lookup { group: number as u16, begin, bits };
            match lookups.last_mut() {
                Some((known, of_output)) if *known == output => of_output.push(lookup),
                _ => lookups.push((output, vec![lookup])),
            }
        }
        let groups = tree
            .groups
            .iter()
            .map(|group| Bits { bits: group.bits.clone(), above: ((1usize << group.n_above) - 1) as u8 });
        Packed { conditions: tree.conditions.clone(), groups: groups.collect(), leaves: leaves(tree), lookups, cells }
    }
}

fn whole_of(whole: Option<&Vec<Vec<Vec<i32>>>>, group: usize, table: usize) -> &[i32] {
    whole.map_or(&[], |whole| &whole[group][table])
}

fn append<T: Copy + Default>(all: &mut Vec<T>, values: &[T], n_cells: usize) -> u32 {
    let begin = all.len();
    all.extend_from_slice(values);
    all.resize(begin + n_cells, T::default());
    begin as u32
}

fn append_planes(all: &mut Vec<u8>, values: &[i32], n_cells: usize) -> u32 {
    let begin = all.len() / 4;
    for byte in 0..4 {
        all.extend(values.iter().map(|value| value.to_le_bytes()[byte]));
        all.resize(4 * begin + (byte + 1) * n_cells, 0);
    }
    begin as u32
}

fn tables(tree: &Grouped) -> impl Iterator<Item = &([u16; 2], Vec<f64>)> {
    tree.groups.iter().flat_map(|group| &group.tables)
}

/// Units that roundings can change at most: one for each table of an output, half a one for each group.
fn units_lost(trees: &[Grouped], outputs: &[[u16; 2]]) -> f64 {
    let mut n_tables = vec![0u32; outputs.len()];
    for (of, _) in trees.iter().flat_map(tables) {
        n_tables[outputs.partition_point(|known| known < of)] += 1;
    }
    let n_groups: usize = trees.iter().map(|tree| tree.groups.len()).sum();
    f64::from(n_tables.into_iter().max().unwrap_or(0)).max(n_groups as f64 / 2.0)
}

/// The unit is 2⁻ˢ; `None` where no unit is fine enough for the error and coarse enough for 32 bits.
fn shift(trees: &[Grouped], outputs: &[[u16; 2]]) -> Option<i32> {
    let lost = units_lost(trees, outputs);
    let mut largest = 0.0f64;
    for tree in trees {
        let mut sums = vec![0.0; outputs.len()];
        for (of, values) in tables(tree) {
            let size = values.iter().fold(0.0f64, |size, value| size.max(value.abs()));
            sums[outputs.partition_point(|known| known < of)] += size;
        }
        largest = sums.into_iter().fold(largest, f64::max);
    }
    let fits = |shift: &i32| (largest * 2f64.powi(*shift)) + lost < f64::from(i32::MAX);
    (0..=SHIFT_MAX).find(|shift| lost * 2f64.powi(-shift) <= ERROR_MAX).filter(fits)
}

/// By group, by table, the cells in units: of every set of bits they add up to their rounded sum.
fn rounded(tree: &Grouped, unit: f64) -> Vec<Vec<Vec<i32>>> {
    let of_group = |group: &super::groups::Group| {
        let n_sets = 1usize << group.bits.len();
        let mut whole: Vec<Vec<i32>> = group.tables.iter().map(|_| Vec::with_capacity(n_sets)).collect();
        let mut order: Vec<usize> = Vec::new();
        for set in 0..n_sets {
            let exact = |table: usize| group.tables[table].1[set] / unit;
            let sum: f64 = (0..whole.len()).map(exact).sum();
            let mut left = sum.round();
            for (table, cells) in whole.iter_mut().enumerate() {
                let floor = exact(table).floor();
                cells.push(floor as i32);
                left -= floor;
            }
            let remainder = |table: usize| exact(table) - exact(table).floor();
            order.clear();
            order.extend(0..whole.len());
            order.sort_by(|a, b| remainder(*b).total_cmp(&remainder(*a)).then(a.cmp(b)));
            order.iter().take(left.max(0.0) as usize).for_each(|table| whole[*table][set] += 1);
        }
        whole
    };
    tree.groups.iter().map(of_group).collect()
}

fn leaves(tree: &Grouped) -> Leaves {
    if let [group] = &tree.groups[..]
        && group.n_above == 0
    {
        let mut leaves = group.leaves.clone();
        leaves.resize(leaves.len().max(64), 0.0);
        return Leaves::One(leaves);
    }
    let (mut begins, mut numbers, mut values) = (Vec::new(), Vec::new(), vec![0.0]);
    for group in &tree.groups {
        begins.push(numbers.len() as u32);
        let mut known: Vec<(u64, u16)> = Vec::new();
        for (set, value) in group.leaves.iter().enumerate() {
            if !group.is_reached(set) {
                numbers.push(0);
                continue;
            }
            let at = known.iter().find(|(bits, _)| *bits == value.to_bits()).map(|(_, number)| *number);
            numbers.push(at.unwrap_or_else(|| {
                values.push(*value);
                known.push((value.to_bits(), (values.len() - 1) as u16));
                (values.len() - 1) as u16
            }));
        }
    }
    // the group that is none: its sets lead to the first value, which is 0
    begins.push(numbers.len() as u32);
    numbers.extend([0; 256]);
    Leaves::Many { begins, numbers, values }
}
