//! One integration binary, one module an area.

mod audit;
mod calibrate;
mod stats;
