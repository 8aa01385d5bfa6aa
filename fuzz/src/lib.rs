//! The common part of the fuzz targets: seeds, inputs as a sequence of values, bounds, associations.
//!
//! Each target is one file in `fuzz_targets/`: its seeds, then its property. `.ci/fuzz` builds and runs them. The crate
//! names both the judge and the reference implementation, as `adapters` does, and judges nothing.

mod assocs;
mod bounds;
pub mod seeds;
mod source;

pub use assocs::{Assocs, State};
pub use bounds::{linear, same_time, sent};
pub use source::Source;
