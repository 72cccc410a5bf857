//! From bytes to sums: which sets of bits rows have, and what the tables say of them.
//!
//! Every path tells the same bits: sums are of whole numbers, or row by row in the order of trees.

#[cfg(target_arch = "x86_64")]
mod avx512;

use super::planes::Test;
use super::tables::{Cells, Leaves, Lookup, Packed, Tables};

/// Rows of a strip.
pub(super) const STRIP: usize = 256;

/// Which instructions are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// Byte permutations over 128 cells.
    Avx512,
    Avx2,
    /// What every machine has.
    Portable,
}

impl Instructions {
    /// The best that this machine has.
    pub fn detect() -> Self {
        Self::all().next().unwrap_or(Self::Portable)
    }

    /// All that this machine has, the best first.
    pub fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let (has_avx512, has_avx2) = (avx512::is_there(), std::arch::is_x86_feature_detected!("avx2"));
        #[cfg(not(target_arch = "x86_64"))]
        let (has_avx512, has_avx2) = (false, false);
        let there = [(Self::Avx512, has_avx512), (Self::Avx2, has_avx2), (Self::Portable, true)];
        there.into_iter().filter(|(_, is_there)| *is_there).map(|(instructions, _)| instructions)
    }
}

/// Room for one strip of one tree.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// By condition, 255 for rows that hold, or a bit for each.
    masks: Vec<[u8; STRIP]>,
    bit_masks: Vec<[u64; STRIP / 64]>,
    /// By group the sets of bits.
    sets: Vec<[u8; STRIP]>,
    /// The group that each row reaches, and its set there.
    reached: Reached,
}

#[derive(Debug)]
struct Reached {
    group: [u8; STRIP],
    set: [u8; STRIP],
}

impl Default for Reached {
    fn default() -> Self {
        Self { group: [0; STRIP], set: [0; STRIP] }
    }
}

/// Sums of a strip: a lane of rows for each output, and margins.
pub(super) struct Sums<'a> {
    /// By output, strip after strip; `stride` cells apart.
    pub whole: &'a mut [i32],
    pub float: &'a mut [f64],
    pub margins: &'a mut [f64],
    pub stride: usize,
}

/// Adds what the trees of a segment say of the rows of a strip. `codes` holds the planes, `stride` apart.
pub(super) fn add(
    tables: &Tables,
    trees: std::ops::Range<usize>,
    strips: std::ops::Range<usize>,
    codes: &[u8],
    sums: &mut Sums<'_>,
    scratch: &mut Scratch,
    instructions: Instructions,
) {
    for tree in &tables.trees[trees] {
        for strip in strips.clone() {
            match instructions {
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx512 => avx512::add(tree, strip * STRIP, codes, sums, scratch),
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx2 => avx512::add_avx2(tree, strip * STRIP, codes, sums, scratch),
                _ => add_portable(tree, strip * STRIP, codes, sums, scratch),
            }
        }
    }
}

#[inline(always)]
fn add_portable(tree: &Packed, at: usize, codes: &[u8], sums: &mut Sums<'_>, scratch: &mut Scratch) {
    answer(tree, at, codes, sums.stride, scratch);
    gather_bits(tree, scratch);
    add_margins(tree, at, sums.margins, scratch);
    add_cells(tree, at, sums, scratch);
}

#[inline(always)]
fn answer(tree: &Packed, at: usize, codes: &[u8], stride: usize, scratch: &mut Scratch) {
    if scratch.masks.len() < tree.conditions.len() {
        scratch.masks.resize(tree.conditions.len(), [0; STRIP]);
    }
    for (condition, mask) in tree.conditions.iter().zip(&mut scratch.masks) {
        let begin = usize::from(condition.plane) * stride + at;
        let codes = &codes[begin..begin + STRIP];
        match condition.test {
            Test::AtMost { code: most, missing: false } => {
                mask.iter_mut().zip(codes).for_each(|(mask, code)| *mask = if *code <= most { u8::MAX } else { 0 });
            }
            Test::AtMost { code: most, missing: true } => mask.iter_mut().zip(codes).for_each(|(mask, code)| {
                *mask = if (*code <= most) | (*code == u8::MAX) { u8::MAX } else { 0 };
            }),
            Test::Among(set) => mask.iter_mut().zip(codes).for_each(|(mask, code)| {
                let holds = set[usize::from(code >> 6)] >> (code & 63) & 1;
                *mask = (holds as u8).wrapping_neg();
            }),
        }
    }
}

#[inline(always)]
fn gather_bits(tree: &Packed, scratch: &mut Scratch) {
    let Scratch { masks, sets, reached, .. } = scratch;
    if sets.len() < tree.groups.len() {
        sets.resize(tree.groups.len(), [0; STRIP]);
    }
    let is_one = matches!(tree.leaves, Leaves::One(_));
    if !is_one {
        reached.group.fill(tree.groups.len() as u8);
        reached.set.fill(0);
    }
    for (number, (group, sets)) in tree.groups.iter().zip(sets.iter_mut()).enumerate() {
        sets.fill(0);
        for (bit, all) in group.bits.iter().enumerate() {
            let bit = 1u8 << bit;
            match all[..] {
                [(condition, wanted)] => {
                    let flip = if wanted { 0 } else { u8::MAX };
                    let mask = &masks[usize::from(condition)];
                    sets.iter_mut().zip(mask).for_each(|(set, mask)| *set |= (mask ^ flip) & bit);
                }
                _ => {
                    let mut held = [bit; STRIP];
                    for &(condition, wanted) in all {
                        let flip = if wanted { 0 } else { u8::MAX };
                        let mask = &masks[usize::from(condition)];
                        held.iter_mut().zip(mask).for_each(|(held, mask)| *held &= mask ^ flip);
                    }
                    sets.iter_mut().zip(&held).for_each(|(set, held)| *set |= held);
                }
            }
        }
        if !is_one {
            let rows = sets.iter().zip(&mut reached.group).zip(&mut reached.set);
            rows.for_each(|((set, of_group), of_set)| {
                let is_reached = set & group.above == group.above;
                *of_group = if is_reached { number as u8 } else { *of_group };
                *of_set = if is_reached { *set } else { *of_set };
            });
        }
    }
}

#[inline(always)]
fn add_margins(tree: &Packed, at: usize, margins: &mut [f64], scratch: &Scratch) {
    let margins = margins[at..at + STRIP].iter_mut();
    match &tree.leaves {
        Leaves::One(leaves) => match leaves.len() {
            64 => add_table::<f64, 64>(leaves, &scratch.sets[0], margins.into_slice()),
            128 => add_table::<f64, 128>(leaves, &scratch.sets[0], margins.into_slice()),
            _ => add_table::<f64, 256>(leaves, &scratch.sets[0], margins.into_slice()),
        },
        Leaves::Many { begins, numbers, values } => {
            let reached = scratch.reached.group.iter().zip(&scratch.reached.set);
            margins.zip(reached).for_each(|(margin, (group, set))| {
                let number = numbers[begins[usize::from(*group)] as usize + usize::from(*set)];
                *margin += values[usize::from(number)];
            });
        }
    }
}

#[inline(always)]
fn add_cells(tree: &Packed, at: usize, sums: &mut Sums<'_>, scratch: &Scratch) {
    let stride = sums.stride;
    for (output, lookups) in &tree.lookups {
        let begin = *output as usize * stride + at;
        match &tree.cells {
            Cells::Whole(cells) => add_lookups(cells, lookups, &mut sums.whole[begin..begin + STRIP], scratch),
            Cells::Float(cells) => add_lookups(cells, lookups, &mut sums.float[begin..begin + STRIP], scratch),
            // packed for other instructions
            Cells::Planes(_) => {}
        }
    }
}

#[inline(always)]
fn add_lookups<T: Copy + std::ops::AddAssign>(cells: &[T], lookups: &[Lookup], sums: &mut [T], scratch: &Scratch) {
    for lookup in lookups {
        let sets = &scratch.sets[usize::from(lookup.group)];
        let table = &cells[lookup.begin as usize..];
        match lookup.bits {
            6 => add_table::<T, 64>(table, sets, sums),
            7 => add_table::<T, 128>(table, sets, sums),
            _ => add_table::<T, 256>(table, sets, sums),
        }
    }
}

#[inline(always)]
fn add_table<T: Copy + std::ops::AddAssign, const N: usize>(table: &[T], sets: &[u8; STRIP], sums: &mut [T]) {
    if let Some((table, _)) = table.split_first_chunk::<N>() {
        sums.iter_mut().zip(sets).for_each(|(sum, set)| *sum += table[usize::from(*set) & (N - 1)]);
    }
}

/// Where the sum of a strip's row lies when bytes of four tables were interleaved within 128 bits.
pub(super) fn place(row: usize) -> usize {
    row / 64 * 64 + row % 16 / 4 * 16 + row % 64 / 16 * 4 + row % 4
}
