//! The project's own vectors, compiled in.

use crate::load;
use crate::model::Vector;
use std::path::Path;

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The vectors of `vectors/wire` as they were when this was built.
pub fn builtin() -> Vec<Vector> {
    let files = FILES.iter().map(|(name, text)| (Path::new(*name), *text));
    load::texts(files)
        .unwrap_or_else(|wrong| panic!("vectors are compiled in and tested, yet {wrong}"))
}
