//! Pure statistics: intervals, ranks, losses, calibration measures, exact tests and the bootstrap.
//!
//! Nothing here knows what the numbers mean. Slices in, [`Estimate`](crate::base::units::Estimate)s and plain numbers
//! out; what is undefined (no values, one class, a zero denominator, a value that is not finite) is `None`. Every
//! function gives the same bits whatever the number of threads: parallel sums run over fixed blocks.

pub mod across;
pub mod area;
pub mod bootstrap;
pub mod calibration;
pub mod capture;
pub mod clusters;
pub mod divergence;
pub mod independence;
pub mod inequality;
pub mod interval;
pub mod isotonic;
pub mod limits;
pub mod logit;
pub mod loss;
pub mod multiplicity;
pub mod newton;
pub mod parts;
pub mod precision;
pub mod rank;
pub mod rates;
pub mod ratio;
pub mod resample;
pub mod root;
pub mod samples;
pub mod stratified;
pub mod sum;
pub mod test;
pub mod welch;
