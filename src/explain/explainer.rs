//! A model made ready to be attributed: once for the model, then once for each design.

use serde::Serialize;

use super::additive::Additive;
use super::trees::{BoundEngine, Engine, Instructions, Kernel, Room, Told};
use crate::base::Result;
use crate::base::attributions::Perturbation;
use crate::base::calibrator::Calibrator;
use crate::base::design::Design;
use crate::base::model::{Bound, Cover, Model};

/// A model with its trees compiled, and the calibrator that goes with it.
#[derive(Debug, Clone)]
pub struct Explainer<'a> {
    pub model: &'a Model,
    pub calibrator: Calibrator,
    pub(super) engine: Engine,
}

/// How attributions are come by: written wherever they go.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    pub perturbation: Perturbation,
    pub kernel: Kernel,
    /// Mean margin over the background.
    pub base_margin: f64,
    /// Subjects of the background.
    pub n_background: u64,
    pub cover: Cover,
    /// What roundings can change in an attribution, or in the sum of a row's, at most, in margin units, before the
    /// largest takes up what is missing to the margin.
    pub error_max: f64,
}

impl<'a> Explainer<'a> {
    pub fn new(model: &'a Model, calibrator: Calibrator, perturbation: Perturbation) -> Self {
        Self::with(model, calibrator, Told::Values, perturbation, Instructions::detect())
    }

    /// Likewise, with a choice of what is told and of the instructions, which change no bit.
    pub fn with(
        model: &'a Model,
        calibrator: Calibrator,
        told: Told,
        perturbation: Perturbation,
        instructions: Instructions,
    ) -> Self {
        let engine = Engine::new(&model.trees, told, perturbation, instructions);
        Self { model, calibrator, engine }
    }

    /// Mean margin over the background.
    pub fn base_margin(&self) -> f64 {
        let terms: f64 = self.model.terms.iter().map(|term| term.mean).sum();
        let pairs: f64 = self.model.pairs.iter().map(|pair| pair.mean).sum();
        self.model.intercept + terms + pairs + self.engine.base
    }

    pub fn method(&self) -> Method {
        Method {
            perturbation: self.engine.perturbation,
            kernel: self.engine.kernel,
            base_margin: self.base_margin(),
            n_background: self.model.background.n_subjects,
            cover: self.model.trees.cover,
            error_max: self.engine.error_max(),
        }
    }

    /// Looks the model's columns up in a design.
    ///
    /// # Errors
    /// A column does not fit the model.
    pub fn bind(&'a self, design: &'a Design) -> Result<Scorer<'a>> {
        let bound = self.model.bind(design)?;
        let column = |name: &str| design.features.iter().position(|feature| feature.name == name).unwrap_or_default();
        let features = &self.model.trees.features;
        let mut order: Vec<usize> = (0..design.features.len()).collect();
        order.sort_by(|a, b| design.features[*a].name.cmp(&design.features[*b].name));
        Ok(Scorer {
            calibrator: self.calibrator,
            additive: Additive::new(&bound, &column),
            engine: self.engine.bind(&bound),
            outputs: self
                .engine
                .outputs
                .iter()
                .map(|of| of.map(|feature| column(&features[usize::from(feature)].feature)))
                .collect(),
            base_margin: self.base_margin(),
            error_max: self.engine.error_max(),
            by_name: order,
            model: bound,
        })
    }
}

/// An explainer with its columns looked up in one design.
pub struct Scorer<'a> {
    pub model: Bound<'a>,
    pub calibrator: Calibrator,
    pub base_margin: f64,
    additive: Additive<'a>,
    engine: BoundEngine<'a>,
    /// What tables may round, in margin units.
    error_max: f64,
    /// For each output of the trees, its columns of the design.
    outputs: Vec<[usize; 2]>,
    /// Columns of the design by name.
    by_name: Vec<usize>,
}

fn ordered([a, b]: [usize; 2]) -> [usize; 2] {
    [a.min(b), a.max(b)]
}

/// What sums of terms, pairs and leaves may be off in double precision, in shares of their sizes.
const ROUNDING: f64 = 1e-9;

/// Attributions of a block of rows.
pub(super) struct Attributed {
    /// A column of numbers for each column of the design, one for each row, in margin units.
    pub margins: Vec<f64>,
    /// Of each row.
    pub margin: Vec<f64>,
    /// What was missing to each row's margin, before its largest attribution took that up.
    pub closed: Vec<f64>,
    /// Where some row missed more than tables and double precision may round: how much, and how much that is.
    pub excess: Option<[f64; 2]>,
}

impl Scorer<'_> {
    /// Attributions of at most [`BLOCK`] rows: of each row they add up to its margin less the base margin.
    pub(super) fn attribute(&self, rows: &[u32], room: &mut Room) -> Attributed {
        let mut margins = std::mem::take(&mut room.attributed);
        margins.clear();
        margins.resize(self.by_name.len() * rows.len(), 0.0);
        let mut margin = vec![self.model.model.intercept; rows.len()];
        self.additive.attribute(rows, &mut margins, &mut margin);
        self.engine.attribute(rows, room, &mut margin);
        for (&[column, _], told) in self.outputs.iter().zip(room.told()) {
            let of_column = &mut margins[column * rows.len()..(column + 1) * rows.len()];
            of_column.iter_mut().zip(told).for_each(|(all, told)| *all += told);
        }
        let mut attributed = Attributed { closed: vec![0.0; rows.len()], excess: None, margins, margin };
        // without trees there is no more than the rounding of sums of terms and pairs
        if !self.outputs.is_empty() {
            self.close(&mut attributed);
        }
        attributed
    }

    /// The pairs of columns that some term or tree asks about together, first < second, ascending.
    pub(super) fn pairs(&self) -> Vec<[usize; 2]> {
        let mut pairs: Vec<[usize; 2]> =
            self.outputs.iter().copied().chain(self.additive.pairs()).map(ordered).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Numbers that interactions of so many rows are held in, for each of them.
    pub(super) fn n_outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Interactions of the rows of a block: a column of numbers for each pair, one for each row.
    pub(super) fn interactions(&self, rows: &[u32], pairs: &[[usize; 2]], room: &mut Room) -> Vec<f64> {
        let mut all = vec![0.0; pairs.len() * rows.len()];
        let mut add = |of: [usize; 2], told: &[f64]| {
            let pair = pairs.partition_point(|known| *known < ordered(of));
            let of_pair = &mut all[pair * rows.len()..(pair + 1) * rows.len()];
            of_pair.iter_mut().zip(told).for_each(|(all, told)| *all += told);
        };
        self.additive.interactions(rows, &mut add);
        self.engine.attribute(rows, room, &mut vec![0.0; rows.len()]);
        self.outputs.iter().zip(room.told()).for_each(|(of, told)| add(*of, told));
        all
    }

    /// What is missing to the margin goes to the largest attribution, of equal ones to the first by name.
    fn close(&self, attributed: &mut Attributed) {
        let Attributed { margins, margin, closed, excess } = attributed;
        let n_rows = margin.len();
        let mut sums = vec![0.0; n_rows];
        let mut sizes = vec![0.0; n_rows];
        let mut largest: Vec<(f64, usize)> = vec![(-1.0, 0); n_rows];
        for &column in &self.by_name {
            let of_column = &margins[column * n_rows..(column + 1) * n_rows];
            let rows = sums.iter_mut().zip(&mut sizes).zip(&mut largest);
            for (((sum, size), largest), value) in rows.zip(of_column) {
                *sum += value;
                *size += value.abs();
                if value.abs() > largest.0 {
                    *largest = (value.abs(), column);
                }
            }
        }
        if self.by_name.is_empty() {
            return;
        }
        for (row, (sum, (_, column))) in sums.iter().zip(largest).enumerate() {
            let missing = margin[row] - self.base_margin - sum;
            let allowed = self.error_max + ROUNDING * (sizes[row] + margin[row].abs());
            // what is no number is no rounding
            let is_rounding = missing.abs() <= allowed;
            if !is_rounding && excess.is_none_or(|[worst, _]| missing.abs() > worst) {
                *excess = Some([missing.abs(), allowed]);
            }
            closed[row] = missing;
            margins[column * n_rows + row] += missing;
        }
    }
}
