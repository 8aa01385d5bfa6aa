//! The project's own vectors, compiled in.

use crate::load;
use crate::model::Vector;
use std::path::Path;

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// Returns the vectors of `vectors/wire` as they were at compile time.
///
/// # Panics
///
/// If a vector is wrong, which the tests of this crate exclude.
pub fn builtin() -> Vec<Vector> {
    let files = FILES.iter().map(|(name, text)| (Path::new(*name), *text));
    load::texts(files)
        .unwrap_or_else(|wrong| panic!("the compiled-in vectors pass the tests, yet {wrong}"))
}
