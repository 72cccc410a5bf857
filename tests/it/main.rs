//! One integration binary, one module an area.

mod audit;
mod calibrate;
mod cli;
mod floors;
mod govern;
mod nightly;
mod report;
mod stats;
mod support;
mod tables;
