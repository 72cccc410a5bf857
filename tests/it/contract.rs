//! The contract: what is said of tables that break it, and what is found in real ones.

mod alike;
mod bench;
mod cases;
mod places;
mod queries;
mod real;
mod tables;
mod undeclared;
