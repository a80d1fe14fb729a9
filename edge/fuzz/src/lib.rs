//! The checks that the fuzz targets make, which are those of the edge's own tests.

#[path = "../../tests/agreement/checks.rs"]
pub mod checks;
#[path = "../../tests/agreement/differences.rs"]
mod differences;
#[path = "../../tests/agreement/mirror.rs"]
mod mirror;
#[path = "../../tests/agreement/same.rs"]
mod same;
