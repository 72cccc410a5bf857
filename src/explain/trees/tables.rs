//! Tables of all trees of a model, packed: whole numbers in common units, so that sums do not depend on their order.
//!
//! Trees come in segments; a segment's cells are multiples of its unit 2⁻ˢ, the finest in which no row's sums over the
//! segment leave 32 bits: that is bounded here, once. Cells of one row of a group are rounded so that they add up to the
//! rounded sum (largest remainders first): a row's attributions together are off by half a unit a group at most, each
//! single one by less than a unit a table. Segments are as long as keeps both below [`ERROR_MAX`]; where not even single
//! trees do, cells are floating-point numbers. Sums of segments are exact in `f64`: they are multiples of 2⁻⁴⁰ far below
//! 2¹³.

use rayon::prelude::*;

use super::groups::Grouped;
use super::planes::Condition;

/// What all roundings together may change in an attribution, or in the sum of a row's, in margin units.
pub(super) const ERROR_MAX: f64 = 5e-6;
/// The finest unit: 2⁻⁴⁰.
const SHIFT_MAX: i32 = 40;
/// Trees of a segment, the longest first.
const LENGTHS: [usize; 6] = [64, 32, 16, 8, 4, 1];

/// All trees of a model.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    pub trees: Vec<Packed>,
    pub segments: Vec<Segment>,
    /// What is told of: one column, or two.
    pub outputs: Vec<[u16; 2]>,
    /// What roundings can change in an attribution, or in the sum of a row's, at most.
    pub error_max: f64,
}

/// Trees whose sums fit 32 bits together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    /// The first tree that is of another segment.
    pub end: usize,
    /// Value of a unit, in margin units.
    pub unit: f64,
}

/// A tree, or a part of one.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub conditions: Vec<Condition>,
    /// By group its bits; group g's are `bits[bit_ends[g - 1]..bit_ends[g]]`.
    pub groups: Vec<Bits>,
    pub leaves: Leaves,
    /// By output its lookups.
    pub lookups: Vec<(u32, Vec<Lookup>)>,
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

impl Packed {
    /// The leaf of a tree that asks nothing.
    pub(super) fn constant(&self) -> f64 {
        match &self.leaves {
            Leaves::One(leaves) => leaves[0],
            Leaves::Many { .. } => 0.0,
        }
    }
}

impl Tables {
    /// `in_planes` packs whole numbers for byte permutations.
    pub(super) fn pack(trees: &[Grouped], in_planes: bool) -> Self {
        let mut outputs: Vec<[u16; 2]> = trees.iter().flat_map(tables).map(|(of, _)| *of).collect();
        outputs.sort_unstable();
        outputs.dedup();
        let needs: Vec<Need> = trees.iter().map(|tree| Need::of(tree, &outputs)).collect();
        let fine = LENGTHS.iter().find_map(|length| segments(&needs, *length));
        let mut packed = Self { trees: Vec::new(), segments: Vec::new(), error_max: 0.0, outputs };
        packed.trees = match &fine {
            Some((segments, _)) => {
                let unit = |tree: usize| segments[segments.partition_point(|segment| segment.end <= tree)].unit;
                let trees = trees.par_iter().enumerate();
                trees.map(|(at, tree)| packed.tree(tree, Some(rounded(tree, unit(at))), in_planes)).collect()
            }
            None => trees.iter().map(|tree| packed.tree(tree, None, in_planes)).collect(),
        };
        let whole = Segment { end: trees.len(), unit: 1.0 };
        (packed.segments, packed.error_max) = fine.unwrap_or_else(|| (vec![whole], 0.0));
        packed
    }

    /// Whether the sums of a strip's rows lie as [`super::lookup::place`] tells.
    pub(super) fn is_interleaved(&self) -> bool {
        self.trees.iter().any(|tree| matches!(tree.cells, Cells::Planes(_)))
    }

    fn output(&self, of: [u16; 2]) -> usize {
        self.outputs.partition_point(|known| *known < of)
    }

    fn tree(&self, tree: &Grouped, whole: Option<Vec<Vec<Vec<i32>>>>, in_planes: bool) -> Packed {
        let mut cells = match &whole {
            None => Cells::Float(Vec::new()),
            Some(_) if in_planes => Cells::Planes(Vec::new()),
            Some(_) => Cells::Whole(Vec::new()),
        };
        let mut lookups: Vec<(u32, Vec<Lookup>)> = Vec::new();
        let mut order: Vec<(u32, usize, usize)> = Vec::new();
        for (number, group) in tree.groups.iter().enumerate() {
            let of_group = group.tables.iter().enumerate();
            order.extend(of_group.map(|(table, (of, _))| (self.output(*of) as u32, number, table)));
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

/// What a tree needs of its segment.
struct Need {
    /// By output, the largest sum of its cells that a row can meet, or more.
    sizes: Vec<f64>,
    /// By output, its tables.
    n_tables: Vec<u32>,
    n_groups: usize,
}

impl Need {
    fn of(tree: &Grouped, outputs: &[[u16; 2]]) -> Self {
        let mut need =
            Self { sizes: vec![0.0; outputs.len()], n_tables: vec![0; outputs.len()], n_groups: tree.groups.len() };
        for (of, values) in tables(tree) {
            let output = outputs.partition_point(|known| known < of);
            need.sizes[output] += values.iter().fold(0.0f64, |size, value| size.max(value.abs()));
            need.n_tables[output] += 1;
        }
        need
    }
}

/// Segments of so many trees, and what their roundings can change at most; `None` where that is too much.
fn segments(needs: &[Need], length: usize) -> Option<(Vec<Segment>, f64)> {
    let n_outputs = needs.first().map_or(0, |need| need.sizes.len());
    let (mut segments, mut single, mut all) = (Vec::new(), vec![0.0; n_outputs], 0.0);
    for part in needs.chunks(length) {
        let sum = |of: &dyn Fn(&Need) -> f64| part.iter().map(of).sum::<f64>();
        let most = |of: &dyn Fn(&Need, usize) -> f64| {
            (0..n_outputs).map(|output| sum(&|need| of(need, output))).fold(0.0, f64::max)
        };
        let n_tables = most(&|need, output| f64::from(need.n_tables[output]));
        let size = most(&|need, output| need.sizes[output]).max(f64::MIN_POSITIVE);
        let room = f64::from(i32::MAX) - n_tables - 1.0;
        let unit = 2f64.powi(-((room / size).log2().floor() as i32).min(SHIFT_MAX));
        for (output, single) in single.iter_mut().enumerate() {
            *single += unit * sum(&|need| f64::from(need.n_tables[output]));
        }
        all += unit * sum(&|need| need.n_groups as f64) / 2.0;
        let end = segments.last().map_or(0, |segment: &Segment| segment.end) + part.len();
        segments.push(Segment { end, unit });
    }
    let error = single.into_iter().fold(all, f64::max);
    (error <= ERROR_MAX).then_some((segments, error))
}

/// By group, by table, the cells in units: of every set of bits they add up to their rounded sum.
fn rounded(tree: &Grouped, unit: f64) -> Vec<Vec<Vec<i32>>> {
    let per_unit = 1.0 / unit;
    let of_group = |group: &super::groups::Group| {
        let n_sets = 1usize << group.bits.len();
        let mut whole: Vec<Vec<i32>> = group.tables.iter().map(|_| Vec::with_capacity(n_sets)).collect();
        let mut remainders = vec![0.0; whole.len()];
        for set in 0..n_sets {
            let mut sum = 0.0;
            let mut below = 0.0;
            for ((cells, remainder), (_, values)) in whole.iter_mut().zip(&mut remainders).zip(&group.tables) {
                let exact = values[set] * per_unit;
                // towards 0, then down: cheaper than rounding down
                let cut = exact as i32;
                let floor = cut - i32::from(f64::from(cut) > exact);
                cells.push(floor);
                *remainder = exact - f64::from(floor);
                sum += exact;
                below += f64::from(floor);
            }
            let n_up = (sum.round() - below).clamp(0.0, whole.len() as f64) as usize;
            for _ in 0..n_up {
                let mut largest = 0;
                for (table, remainder) in remainders.iter().enumerate() {
                    if *remainder > remainders[largest] {
                        largest = table;
                    }
                }
                whole[largest][set] += 1;
                remainders[largest] = -1.0;
            }
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
