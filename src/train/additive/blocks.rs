//! What is boosted: columns as blocks of bins, one of which every row lies in.

use std::ops::Range;

use crate::base::units::Direction;
use crate::train::binned::BinnedColumn;

/// The bins of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    /// The bin of each row.
    pub codes: &'a [u8],
    pub n_bins: usize,
    pub form: Form,
}

/// How the bins of a block belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// Known values in order, then perhaps a bin of missing ones.
    Ordered { n_known: usize, direction: Option<Direction> },
    /// Bins without order.
    Levels,
}

/// Where the bins of each block lie in one long row of bins.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Where each block begins, and the width at the end.
    begins: Vec<usize>,
}

impl<'a> Block<'a> {
    /// A direction holds for numbers; levels have none.
    pub(super) fn of(column: &'a BinnedColumn, direction: Option<Direction>) -> Self {
        let form =
            if column.is_ordered() { Form::Ordered { n_known: column.n_known, direction } } else { Form::Levels };
        Self { codes: &column.codes, n_bins: column.n_bins(), form }
    }

    pub(super) fn has_direction(&self) -> bool {
        matches!(self.form, Form::Ordered { direction: Some(_), .. })
    }
}

impl Layout {
    pub(super) fn of(blocks: &[Block<'_>]) -> Self {
        let mut begins = vec![0];
        let mut end = 0;
        for block in blocks {
            end += block.n_bins;
            begins.push(end);
        }
        Self { begins }
    }

    pub(super) fn n_blocks(&self) -> usize {
        self.begins.len() - 1
    }

    pub(super) fn width(&self) -> usize {
        self.begins[self.n_blocks()]
    }

    pub(super) fn bins(&self, block: usize) -> Range<usize> {
        self.begins[block]..self.begins[block + 1]
    }
}
